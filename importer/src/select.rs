//! Which types the chosen prototypes need, and how much of each.

use std::collections::{BTreeMap, BTreeSet};

use crate::cdecl::{Declarations, Prototype};

/// Words of C that are no type names of ours.
const KEYWORDS: [&str; 19] = [
    "void",
    "char",
    "short",
    "int",
    "long",
    "float",
    "double",
    "signed",
    "unsigned",
    "const",
    "volatile",
    "struct",
    "union",
    "enum",
    "typedef",
    "_Bool",
    "__int64",
    "restrict",
    "__builtin_va_list",
];

/// How much of a type is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Want {
    /// That the name exists.
    Name,
    /// The members too.
    Members,
}

/// Closure over declarations.
pub(crate) struct Selection<'a> {
    declarations: &'a Declarations,
    /// The type that a tag belongs to.
    owners: BTreeMap<&'a str, &'a str>,
    opaque: BTreeSet<&'a str>,
    /// What has been chosen.
    pub chosen: BTreeMap<String, Want>,
}

/// A type named in a piece of C.
pub(crate) struct Mention<'t> {
    /// `struct _IRP` or `PIRP`.
    pub name: &'t str,
    pub pointer: bool,
}

impl<'a> Selection<'a> {
    pub(crate) fn new(declarations: &'a Declarations, opaque: &'a [String]) -> Self {
        let mut owners = BTreeMap::new();
        for (name, decl) in &declarations.types {
            if let Some(tag) = &decl.tag {
                owners.entry(tag.as_str()).or_insert(name.as_str());
            }
        }
        Self { declarations, owners, opaque: opaque.iter().map(String::as_str).collect(), chosen: BTreeMap::new() }
    }

    /// The type that stands for `struct X`, else the name itself.
    pub(crate) fn owner<'n>(&self, name: &'n str) -> &'n str
    where
        'a: 'n,
    {
        self.owners.get(name).copied().unwrap_or(name)
    }

    /// The first name in `prototype` that no declaration knows.
    pub(crate) fn unknown<'p>(&self, prototype: &'p Prototype) -> Option<&'p str> {
        let texts = std::iter::once(&prototype.returns).chain(prototype.params.iter().map(|param| &param.c_type));
        texts.flat_map(|text| mentions(text)).find(|mention| !self.known(mention.name)).map(|mention| mention.name)
    }

    fn known(&self, name: &str) -> bool {
        name.contains(' ') || self.declarations.types.contains_key(name)
    }

    /// Chooses what a prototype names.
    pub(crate) fn prototype(&mut self, prototype: &Prototype) {
        for text in std::iter::once(&prototype.returns).chain(prototype.params.iter().map(|param| &param.c_type)) {
            for mention in mentions(text) {
                self.choose(mention.name, Want::Members);
            }
        }
    }

    /// Chooses a type and what it rests on.
    pub(crate) fn choose(&mut self, name: &str, want: Want) {
        let name = self.owner(name).to_owned();
        let Some(decl) = self.declarations.types.get(&name) else {
            return self.choose_tag(&name, want);
        };
        if self.chosen.get(&name).is_some_and(|had| *had >= want) {
            return;
        }
        self.chosen.insert(name.clone(), want);
        let inner = if decl.prototype.is_some() { Want::Name } else { want };
        for mention in mentions(&decl.c).into_iter().filter(|m| m.name != name) {
            self.choose(mention.name, inner);
        }
        if let Some(body) = self.body(&name, want) {
            self.choose_body(body);
        }
    }

    fn choose_tag(&mut self, tag: &str, want: Want) {
        let declarations = self.declarations;
        let Some(body) = declarations.bodies.get(tag) else {
            return;
        };
        if want == Want::Name || self.chosen.get(tag).is_some_and(|had| *had >= want) {
            return;
        }
        self.chosen.insert(tag.to_owned(), want);
        self.choose_body(body);
    }

    fn choose_body(&mut self, body: &str) {
        for mention in mentions(body) {
            let points =
                mention.pointer || self.declarations.types.get(mention.name).is_some_and(|d| d.c.contains('*'));
            self.choose(mention.name, if points { Want::Name } else { Want::Members });
        }
    }

    /// The definition that goes with type `name`, if its members are wanted and may be seen.
    pub(crate) fn body(&self, name: &str, want: Want) -> Option<&'a str> {
        let tag = match self.declarations.types.get(name) {
            Some(decl) => decl.tag.as_deref().filter(|tag| self.owner(tag) == name)?,
            None => name,
        };
        if want == Want::Name || self.opaque.contains(name) {
            return None;
        }
        self.declarations.bodies.get(tag).map(String::as_str)
    }
}

/// The type names in `text`, tags with their keyword.
pub(crate) fn mentions(text: &str) -> Vec<Mention<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let word = word_length(rest);
        if word == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let mut end = at + word;
        let keyword = &rest[..word];
        let mut name = keyword;
        if matches!(keyword, "struct" | "union" | "enum") {
            let gap = text[end..].len() - text[end..].trim_start().len();
            let tag = word_length(&text[end + gap..]);
            end += gap + tag;
            name = if tag == 0 { "" } else { &text[at..end] };
        }
        if !name.is_empty() && !KEYWORDS.contains(&name) && !name.starts_with(|c: char| c.is_ascii_digit()) {
            let after = text[end..].trim_start();
            let after = after.strip_prefix("const").unwrap_or(after).trim_start();
            found.push(Mention { name, pointer: after.starts_with('*') });
        }
        at = end;
    }
    found
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
}
