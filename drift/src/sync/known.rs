//! The differences that stay: one reviewed file, with a reason for each.

use serde::Deserialize;
use thiserror::Error;

use crate::Entry;

/// Differences that somebody has looked at, from `known-differences.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownDifferences {
    path: String,
    list: Vec<(KnownDifference, u32)>,
}

/// One difference that stays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownDifference {
    /// Its own name, by which people speak of it.
    pub id: String,
    /// The kind of finding, as `sync` reports it.
    pub kind: String,
    /// The rule or function that it is about.
    pub subject: String,
    /// The value on either side, where the subject has several differences of the kind.
    #[serde(default)]
    pub what: Option<String>,
    /// Why it is right that the two differ.
    pub reason: String,
}

/// Why the file cannot be used.
#[derive(Debug, Error)]
pub enum KnownError {
    /// Not YAML, or of another form.
    #[error("{path}: {source}")]
    Form {
        /// The file.
        path: String,
        /// What the reader says.
        source: serde_yaml::Error,
    },
    /// Two differences with one name.
    #[error("{path}:{line}: the difference `{id}` is listed twice; give each a name of its own")]
    Twice {
        /// The file.
        path: String,
        /// The line of the second.
        line: u32,
        /// The name.
        id: String,
    },
    /// A difference without a reason.
    #[error("{path}:{line}: the difference `{id}` has no reason; say why it is right")]
    Unreasoned {
        /// The file.
        path: String,
        /// The line.
        line: u32,
        /// The name.
        id: String,
    },
}

impl KnownDifference {
    fn is(&self, entry: &Entry) -> bool {
        let said = |value: &Option<String>| *value == self.what;
        self.kind == entry.kind
            && self.subject.eq_ignore_ascii_case(&entry.subject)
            && (self.what.is_none() || said(&entry.found) || said(&entry.expected))
    }
}

impl KnownDifferences {
    /// Reads the file; an empty one lists nothing.
    pub fn parse(path: &str, text: &str) -> Result<Self, KnownError> {
        let list: Option<Vec<KnownDifference>> =
            serde_yaml::from_str(text).map_err(|source| KnownError::Form { path: path.to_owned(), source })?;
        let mut known = Self { path: path.to_owned(), list: Vec::new() };
        for difference in list.unwrap_or_default() {
            let line = line_of(text, &difference.id);
            let (path, id) = (path.to_owned(), difference.id.clone());
            if known.list.iter().any(|(other, _)| other.id == id) {
                return Err(KnownError::Twice { path, line, id });
            }
            if difference.reason.trim().is_empty() {
                return Err(KnownError::Unreasoned { path, line, id });
            }
            known.list.push((difference, line));
        }
        Ok(known)
    }

    /// `entries` without the known ones, and with those known ones that are no difference any more.
    /// `covers` tells whether a difference would have been seen.
    pub(super) fn settle(&self, entries: Vec<Entry>, covers: impl Fn(&KnownDifference) -> bool) -> Vec<Entry> {
        let applies = |known: &KnownDifference| entries.iter().any(|entry| known.is(entry));
        let stale = self.list.iter().filter(|(known, _)| covers(known) && !applies(known));
        let mut stale: Vec<Entry> = stale
            .map(|(known, line)| Entry {
                path: self.path.clone(),
                line: *line,
                column: 1,
                kind: "known-difference-stale".to_owned(),
                subject: known.subject.clone(),
                message: format!(
                    "the known difference `{}` is none any more: `{}` of `{}` is not found; take it from the list",
                    known.id, known.kind, known.subject
                ),
                found: Some(known.id.clone()),
                expected: None,
                related: Vec::new(),
            })
            .collect();
        let mut left: Vec<Entry> = entries;
        left.retain(|entry| !self.list.iter().any(|(known, _)| known.is(entry)));
        left.append(&mut stale);
        left.sort();
        left
    }
}

/// The line, from 1, of the entry called `id`.
fn line_of(text: &str, id: &str) -> u32 {
    let names = |line: &str| {
        let line = line.trim().trim_start_matches("- ").trim_start_matches('{').trim();
        line.strip_prefix("id:").is_some_and(|rest| {
            let value = rest.trim().trim_matches(['"', '\'']);
            value == id || value.strip_prefix(id).is_some_and(|rest| rest.starts_with([',', ' ', '}', '"', '\'']))
        })
    };
    text.lines().position(names).map_or(1, |at| at as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# A comment.
- id: one
  kind: title-changed
  subject: toy/Latch
  what: Lach
  reason: it is misspelt there
- id: one-more
  kind: api-added
  subject: toy/Latch
  reason: nobody has it
";

    fn entry(kind: &str, expected: &str) -> Entry {
        Entry {
            path: "rules/toy/Latch.md".into(),
            kind: kind.into(),
            subject: "toy/Latch".into(),
            expected: Some(expected.into()),
            ..Entry::default()
        }
    }

    #[test]
    fn known_differences_are_not_told_and_stale_ones_are() {
        let known = KnownDifferences::parse("known.yaml", FILE).unwrap();
        let told = |entries: Vec<Entry>| {
            let left = known.settle(entries, |known| known.id != "unseen");
            left.into_iter().map(|entry| format!("{}:{} {}", entry.path, entry.line, entry.kind)).collect::<Vec<_>>()
        };
        assert_eq!(told(vec![entry("title-changed", "Lach"), entry("api-added", "x")]), Vec::<String>::new());
        assert_eq!(
            told(vec![entry("title-changed", "Leach"), entry("api-added", "x")]),
            ["known.yaml:2 known-difference-stale", "rules/toy/Latch.md:0 title-changed"]
        );
        assert_eq!(told(vec![entry("title-changed", "Lach")]), ["known.yaml:7 known-difference-stale"]);
    }

    #[test]
    fn a_list_that_cannot_be_trusted_is_refused() {
        for (text, says) in [
            ("- id: a\n", "missing field"),
            ("- {id: a, kind: b, subject: c, reason: d, colour: e}\n", "unknown field"),
            ("- {id: a, kind: b, subject: c, reason: ' '}\n", "known.yaml:1: the difference `a` has no reason"),
            (
                "- {id: a, kind: b, subject: c, reason: d}\n- {id: a, kind: b, subject: c, reason: d}\n",
                "the difference `a` is listed twice",
            ),
        ] {
            let error = KnownDifferences::parse("known.yaml", text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        assert_eq!(KnownDifferences::parse("known.yaml", "# none\n").unwrap().list, []);
    }
}
