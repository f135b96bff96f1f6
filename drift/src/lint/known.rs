//! The names that exist: of functions, types, constants, roles, parameters and rules, and how near another one is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use rulebook_catalog::RulePage;
use rulebook_catalog::api_facts::ApiFacts;
use rulebook_machine::Semantics;

use super::context::{Doc, Kind};

/// A name in this many documents is no slip.
const COMMON: usize = 6;

/// Names that can be looked up as they are, without their case, by their beginning, and by what is nearly them.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// As they are written.
    exact: BTreeSet<String>,
    /// In lower case, with their spellings.
    spellings: BTreeMap<String, Vec<String>>,
    /// In lower case, whole and with one letter left out, by hash; looked up, never walked.
    near: HashMap<u64, Vec<u32>>,
    /// The names of `near`.
    all: Vec<String>,
}

impl Names {
    /// `exact` are the names that exist; `common` are others that stand in so many documents that they are no slips.
    fn new(exact: BTreeSet<String>, common: BTreeSet<String>) -> Self {
        let mut spellings: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in &exact {
            spellings.entry(name.to_ascii_lowercase()).or_default().push(name.clone());
        }
        let all: BTreeSet<String> = exact.iter().filter(|name| is_name(name)).cloned().chain(common).collect();
        let all: Vec<String> = all.into_iter().collect();
        let mut near: HashMap<u64, Vec<u32>> = HashMap::new();
        for (at, name) in (0u32..).zip(&all) {
            for key in keys(&name.to_ascii_lowercase()) {
                near.entry(key).or_default().push(at);
            }
        }
        Self { exact, spellings, near, all }
    }

    /// The names that the program knows without documents.
    pub(crate) fn bundled(facts: &ApiFacts, semantics: &Semantics) -> Self {
        let mut exact: BTreeSet<String> = BTreeSet::new();
        exact.extend(facts.functions.keys().chain(facts.types.keys()).chain(facts.constants.keys()).cloned());
        exact.extend(facts.functions.values().flat_map(|fact| &fact.params).map(|param| param.name.clone()));
        exact.extend(semantics.roles.keys().cloned());
        exact.extend(semantics.roles.values().map(|role| role.name.clone()));
        exact.extend(semantics.functions.keys().cloned());
        Self::new(exact, BTreeSet::new())
    }

    fn beginning<'k>(&'k self, prefix: &'k str) -> impl Iterator<Item = &'k str> {
        let all = self.exact.range::<str, _>((std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded));
        all.map(String::as_str).take_while(move |name| name.starts_with(prefix))
    }

    /// The names one letter apart from `lower`, which is in lower case.
    fn nearly<'k>(&'k self, lower: &str, found: &mut BTreeSet<&'k str>) {
        for key in keys(lower) {
            for at in self.near.get(&key).into_iter().flatten() {
                let other = self.all[*at as usize].as_str();
                if strsim::osa_distance(lower, &other.to_ascii_lowercase()) == 1 {
                    found.insert(other);
                }
            }
        }
    }
}

/// Every name that is known to exist: without documents, and by them.
pub(crate) struct Known<'p> {
    bundled: &'p Names,
    documents: Names,
    /// In how many documents each name-like word stands.
    spread: BTreeMap<String, usize>,
}

impl<'p> Known<'p> {
    pub(crate) fn new(bundled: &'p Names, rules: &[&RulePage], docs: &[Doc<'_>]) -> Self {
        let mut exact: BTreeSet<String> = rules.iter().map(|page| page.id.name.clone()).collect();
        let mut spread: BTreeMap<String, usize> = BTreeMap::new();
        for doc in docs {
            if let Kind::Api(page) = doc.kind {
                exact.insert(page.name.value.trim_start_matches('_').to_owned());
                exact.insert(page.name.value.clone());
                exact.extend(page.parameters.iter().map(|param| param.name.value.clone()));
            }
            let here: BTreeSet<&str> =
                doc.passages.iter().flat_map(|passage| names(&passage.inline.text)).map(|(_, name)| name).collect();
            for name in here {
                *spread.entry(name.to_owned()).or_default() += 1;
            }
        }
        exact.retain(|name| !bundled.exact.contains(name));
        let common = spread.iter().filter(|(_, count)| **count >= COMMON).map(|(name, _)| name.clone()).collect();
        Self { bundled, documents: Names::new(exact, common), spread }
    }

    /// Whether something is called exactly `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.bundled.exact.contains(name) || self.documents.exact.contains(name)
    }

    /// Whether `name` is known, or stands in so many documents that it is no slip.
    pub(crate) fn is_settled(&self, name: &str) -> bool {
        self.has(name) || self.spread(name) >= COMMON
    }

    /// In how many documents `name` stands.
    pub(crate) fn spread(&self, name: &str) -> usize {
        self.spread.get(name).copied().unwrap_or(0)
    }

    /// The known spellings of `name`, which may differ in case.
    pub(crate) fn spellings(&self, name: &str) -> BTreeSet<&String> {
        let lower = name.to_ascii_lowercase();
        let of = |names: &'p Names| names.spellings.get(&lower).into_iter().flatten();
        of(self.bundled).chain(self.documents.spellings.get(&lower).into_iter().flatten()).collect()
    }

    /// The known names that begin with `prefix`, in order.
    pub(crate) fn beginning<'k>(&'k self, prefix: &'k str) -> BTreeSet<&'k str> {
        self.bundled.beginning(prefix).chain(self.documents.beginning(prefix)).collect()
    }

    /// The one settled name that differs from `name` by a letter more, less, other or exchanged, case aside.
    pub(crate) fn nearest(&self, name: &str) -> Option<&str> {
        let lower = name.to_ascii_lowercase();
        let mut found: BTreeSet<&str> = BTreeSet::new();
        self.bundled.nearly(&lower, &mut found);
        self.documents.nearly(&lower, &mut found);
        let mut all = found.into_iter();
        match (all.next(), all.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }
}

/// Hashes of `name` and of all that it is with one letter left out.
fn keys(name: &str) -> Vec<u64> {
    let hash = |parts: [&str; 2]| {
        let mut hasher = DefaultHasher::new();
        parts.concat().hash(&mut hasher);
        hasher.finish()
    };
    let mut keys = vec![hash([name, ""])];
    keys.extend(name.char_indices().map(|(at, c)| hash([&name[..at], &name[at + c.len_utf8()..]])));
    keys
}

/// Whether a word can only be a name: capitals inside, or underscores between letters.
pub(crate) fn is_name(word: &str) -> bool {
    let bytes = word.as_bytes();
    let inner = bytes.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    let joined = word.trim_matches('_').contains('_') && bytes.iter().any(u8::is_ascii_alphabetic);
    bytes.len() >= 5 && (inner || joined)
}

/// The name-like words of `text` with their places.
pub(crate) fn names(text: &str) -> impl Iterator<Item = (usize, &str)> {
    words(text).filter(|(_, word)| is_name(word))
}

/// The words of `text`, as C and English have them, with their places.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(word)?;
        let end = text[start..].find(|c| !word(c)).map_or(text.len(), |len| start + len);
        from = end;
        Some((start, &text[start..end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_that_can_be_nothing_else() {
        let text = "The KeSetFoo of a WDM driver; FOO_BAR_1 and _x__, can't x2, é_à";
        let found: Vec<_> = names(text).map(|(_, name)| name).collect();
        assert_eq!(found, ["KeSetFoo", "FOO_BAR_1"]);
    }
}
