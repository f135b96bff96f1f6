//! The corpus and its harness: fixtures made from the rules' machines, and the checker run over them.
//!
//! What is expected stands in `expected.csv`, written by the generator from the machines alone.
//! Here any analyzer's findings are held against it; the tests do so with the bundled checker.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// A finding or expectation: the rule, the file below this folder, and the line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// `model/Name`.
    pub rule: String,
    /// The file, such as `fixtures/wdm/Rule/scenario/driver.c`.
    pub path: String,
    /// From 1.
    pub line: u32,
}

/// A fixture, as the manifest has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Fixture {
    /// `model/Rule/scenario-variant`.
    pub name: String,
    /// The rule that it was made for.
    pub rule: String,
    /// The edge of the machine.
    pub scenario: String,
    /// Whether it violates the rule.
    pub violating: bool,
    /// The role of its entry point.
    pub role: String,
    /// The shape of its control flow.
    pub flow: String,
    /// How its calls are made.
    pub calls: String,
    /// Where its object lives.
    pub place: String,
    /// Its language.
    pub surface: String,
}

/// What came of one fixture, for the rule that it was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// Violating and found at exactly the expected lines; compliant and silent.
    Validated,
    /// Found, but on other lines.
    Reported,
    /// Found where expected, and elsewhere too.
    Noisy,
    /// Not found.
    Missing,
    /// Compliant, and found to violate.
    Wrong,
}

impl Word {
    /// The word itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Validated => "validated",
            Self::Reported => "reported",
            Self::Noisy => "noisy",
            Self::Missing => "missing",
            Self::Wrong => "wrong",
        }
    }
}

/// Reads `expected.csv`; no field of it holds a comma.
#[must_use]
pub fn expectations(csv: &str) -> Vec<Hit> {
    let row = |line: &str| {
        let mut fields = line.split(',');
        let (_, rule, path, number) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        Some(Hit { rule: rule.to_owned(), path: path.to_owned(), line: number.parse().ok()? })
    };
    csv.lines().skip(1).filter_map(row).collect()
}

/// Reads the fixtures of `manifest.json`.
pub fn fixtures(manifest: &str) -> Result<Vec<Fixture>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Manifest {
        fixtures: Vec<Fixture>,
    }
    serde_json::from_str::<Manifest>(manifest).map(|manifest| manifest.fixtures)
}

/// The fixture that a file belongs to.
#[must_use]
pub fn fixture_of(path: &str) -> &str {
    let below = path.strip_prefix("fixtures/").unwrap_or(path);
    below.rsplit_once('/').map_or(below, |(folder, _)| folder)
}

/// One word for each fixture.
#[must_use]
pub fn judge<'f>(fixtures: &'f [Fixture], expected: &[Hit], found: &[Hit]) -> BTreeMap<&'f str, Word> {
    let by_fixture = |hits: &[Hit]| {
        let mut all: BTreeMap<(String, String), BTreeSet<(String, u32)>> = BTreeMap::new();
        for hit in hits {
            let key = (fixture_of(&hit.path).to_owned(), hit.rule.to_ascii_lowercase());
            all.entry(key).or_default().insert((hit.path.clone(), hit.line));
        }
        all
    };
    let (expected, found) = (by_fixture(expected), by_fixture(found));
    let none = BTreeSet::new();
    let judge = |fixture: &Fixture| {
        let key = (fixture.name.clone(), fixture.rule.to_ascii_lowercase());
        let (wanted, got) = (expected.get(&key).unwrap_or(&none), found.get(&key).unwrap_or(&none));
        match (wanted.is_empty(), got.is_empty()) {
            _ if wanted == got => Word::Validated,
            (true, _) => Word::Wrong,
            (_, true) => Word::Missing,
            _ if wanted.is_subset(got) => Word::Noisy,
            _ if got.is_subset(wanted) => Word::Missing,
            _ => Word::Reported,
        }
    };
    fixtures.iter().map(|fixture| (fixture.name.as_str(), judge(fixture))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_words_tell_what_came_of_a_fixture() {
        let fixture = |name: &str, violating| Fixture {
            name: format!("m/R/{name}"),
            rule: "m/R".into(),
            scenario: String::new(),
            violating,
            role: String::new(),
            flow: String::new(),
            calls: String::new(),
            place: String::new(),
            surface: "c".into(),
        };
        let csv = "fixture,rule,path,line,kind\nm/R/a,m/R,fixtures/m/R/a/driver.c,4,intended\n";
        for (found, word) in [
            (&[("a", 4)][..], Word::Validated),
            (&[("a", 5)], Word::Reported),
            (&[("a", 4), ("a", 5)], Word::Noisy),
            (&[], Word::Missing),
        ] {
            let hits: Vec<Hit> = found
                .iter()
                .map(|(name, line)| Hit {
                    rule: "m/r".into(),
                    path: format!("fixtures/m/R/{name}/driver.c"),
                    line: *line,
                })
                .collect();
            let words = judge(&[fixture("a", true)], &expectations(csv), &hits).into_values().collect::<Vec<_>>();
            assert_eq!(words, [word], "{found:?}");
        }
        let noise = [Hit { rule: "m/R".into(), path: "fixtures/m/R/b/driver.c".into(), line: 1 }];
        let compliant = [fixture("b", false)];
        assert_eq!(judge(&compliant, &expectations(csv), &noise)["m/R/b"], Word::Wrong);
        assert_eq!(judge(&compliant, &expectations(csv), &[])["m/R/b"], Word::Validated);
    }
}
