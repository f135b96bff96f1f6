//! Which header a type belongs to, and in what order types can be declared.

use std::collections::{BTreeMap, BTreeSet};

use rulebook_catalog::api_facts::{ApiFact, ApiFacts, ApiKind, TypeFact};

use super::kit_of;

/// The kit that declares each type: the nearest one that all its users include.
pub(super) fn homes(facts: &ApiFacts) -> BTreeMap<&str, &str> {
    let index = Index::new(facts);
    let parents: BTreeMap<&str, Option<&str>> =
        facts.kits.iter().map(|kit| (kit.header.as_str(), kit.parent.as_deref())).collect();
    let mut homes: BTreeMap<&str, &str> = BTreeMap::new();
    for kit in &facts.kits {
        let kit = kit.header.as_str();
        let mut needed = BTreeSet::new();
        for fact in facts.functions.values().filter(|f| f.has_types() && kit_of(facts, &f.header) == Some(kit)) {
            for text in texts(fact) {
                index.close(text, &mut needed);
            }
            if fact.kind == ApiKind::Callback {
                index.close(&fact.name, &mut needed);
            }
        }
        for fact in facts.types.values().filter(|fact| fact.kit.as_deref() == Some(kit)) {
            index.close(&fact.name, &mut needed);
            index.close(&fact.c, &mut needed);
        }
        for name in needed {
            let home = homes.get(name).map_or(kit, |other| common(&parents, other, kit));
            homes.insert(name, home);
        }
    }
    let base = facts.kits.first().map_or("", |kit| kit.header.as_str());
    for fact in facts.types.values() {
        let explicit = fact.kit.as_deref().and_then(|kit| parents.get_key_value(kit)).map(|(kit, _)| *kit);
        let home = explicit.or_else(|| homes.get(fact.name.as_str()).copied()).unwrap_or(base);
        homes.insert(&fact.name, home);
    }
    homes
}

/// The nearest kit that both include.
fn common<'f>(parents: &BTreeMap<&'f str, Option<&'f str>>, one: &'f str, other: &'f str) -> &'f str {
    let chain = |start: &'f str| {
        std::iter::successors(Some(start), |kit| parents.get(kit).copied().flatten()).collect::<Vec<&'f str>>()
    };
    let others = chain(other);
    chain(one).into_iter().find(|kit| others.contains(kit)).unwrap_or(one)
}

fn texts(fact: &ApiFact) -> impl Iterator<Item = &str> {
    fact.returns.as_deref().into_iter().chain(fact.params.iter().filter_map(|param| param.c_type.as_deref()))
}

/// Types by name and by tag.
struct Index<'f> {
    facts: &'f ApiFacts,
    /// `struct _IRP` to `IRP`.
    tags: BTreeMap<String, &'f str>,
}

impl<'f> Index<'f> {
    fn new(facts: &'f ApiFacts) -> Self {
        let mut tags = BTreeMap::new();
        for fact in facts.types.values() {
            let text = fact.members.as_deref().unwrap_or(&fact.c);
            if let Some(tag) = words(text).into_iter().find(|word| word.text.contains(' '))
                && (fact.members.is_some() || fact.c.contains('{'))
            {
                tags.entry(tag.text.to_owned()).or_insert(fact.name.as_str());
            }
        }
        Self { facts, tags }
    }

    fn get(&self, word: &str) -> Option<&'f TypeFact> {
        let name = self.tags.get(word).copied().unwrap_or(word);
        self.facts.types.get(name)
    }

    /// All types that `text` rests on.
    fn close(&self, text: &str, needed: &mut BTreeSet<&'f str>) {
        for word in words(text) {
            if let Some(fact) = self.get(word.text)
                && !fact.c.starts_with('#')
                && needed.insert(&fact.name)
            {
                self.close(&fact.c, needed);
                self.close(fact.members.as_deref().unwrap_or_default(), needed);
            }
        }
    }

    /// The type below names that only rename.
    fn resolve(&self, fact: &'f TypeFact) -> &'f TypeFact {
        let mut fact = fact;
        for _ in 0..8 {
            if fact.members.is_some() || fact.c.contains(['*', '(', '{']) {
                break;
            }
            let below =
                words(&fact.c).into_iter().filter(|word| word.text != fact.name).find_map(|word| self.get(word.text));
            match below {
                Some(below) if below.name != fact.name => fact = below,
                _ => break,
            }
        }
        fact
    }
}

/// Tags that `types` and `functions` name and no type declares: without a declaration at file scope each
/// prototype would have a structure of its own.
pub(super) fn loose_tags(facts: &ApiFacts, types: &[&TypeFact], functions: &[&ApiFact]) -> BTreeSet<String> {
    let index = Index::new(facts);
    let type_texts = types.iter().flat_map(|fact| [fact.c.as_str(), fact.members.as_deref().unwrap_or_default()]);
    let mut tags = BTreeSet::new();
    for text in type_texts.chain(functions.iter().flat_map(|fact| texts(fact))) {
        let tagged =
            words(text).into_iter().filter(|word| word.text.starts_with("struct ") || word.text.starts_with("union "));
        tags.extend(tagged.map(|word| word.text.to_owned()));
    }
    // A tag that is also the name of its type would be declared by the type's own entry as well: no harm.
    tags.retain(|tag| index.get(tag).is_none_or(|fact| !fact.c.contains('{')));
    tags
}

/// The declarations of `types` so that each stands behind what it rests on.
pub(super) fn sorted<'f>(facts: &'f ApiFacts, types: &[&'f TypeFact]) -> Vec<&'f str> {
    let index = Index::new(facts);
    let own: BTreeSet<&str> = types.iter().map(|fact| fact.name.as_str()).collect();
    let mut walk = Walk { index: &index, own, seen: BTreeSet::new(), parts: Vec::new() };
    for fact in types {
        walk.name(fact);
    }
    for fact in types {
        walk.members(fact);
    }
    walk.parts
}

struct Walk<'i, 'f> {
    index: &'i Index<'f>,
    own: BTreeSet<&'f str>,
    seen: BTreeSet<(&'f str, bool)>,
    parts: Vec<&'f str>,
}

impl<'f> Walk<'_, 'f> {
    fn name(&mut self, fact: &'f TypeFact) {
        if !self.own.contains(fact.name.as_str()) || !self.seen.insert((&fact.name, false)) {
            return;
        }
        self.below(&fact.c, false);
        // An array of a structure needs its members.
        if fact.c.contains('[') && !fact.c.contains('(') {
            self.below(&fact.c, true);
        }
        self.parts.push(&fact.c);
    }

    fn members(&mut self, fact: &'f TypeFact) {
        let fact = self.index.resolve(fact);
        self.name(fact);
        let Some(members) = fact.members.as_deref() else {
            return;
        };
        if !self.own.contains(fact.name.as_str()) || !self.seen.insert((&fact.name, true)) {
            return;
        }
        self.below(members, true);
        self.parts.push(members);
    }

    fn below(&mut self, text: &str, by_value: bool) {
        for word in words(text) {
            let Some(fact) = self.index.get(word.text) else {
                continue;
            };
            // A tag needs no name before it, and its declaration may be the one being written.
            let tag = word.text.contains(' ') && !word.text.starts_with("enum ");
            if !tag {
                self.name(fact);
            }
            if by_value && !word.pointer {
                self.members(fact);
            }
        }
    }
}

struct Word<'t> {
    text: &'t str,
    pointer: bool,
}

/// The identifiers in `text`, tags with their keyword.
fn words(text: &str) -> Vec<Word<'_>> {
    let length = |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let word = length(&text[at..]);
        if word == 0 {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let mut end = at + word;
        if matches!(&text[at..end], "struct" | "union" | "enum") && text[end..].starts_with(' ') {
            end += 1 + length(&text[end + 1..]);
        }
        let name = text[at..end].trim_end();
        let pointer = text[end..].trim_start().trim_start_matches("const").trim_start().starts_with('*');
        found.push(Word { text: name, pointer });
        at = end;
    }
    found
}
