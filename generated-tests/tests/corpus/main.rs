//! The checker over the corpus: every violation at its line, silence on the compliant twins.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

mod bites;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rulebook_checker::{Options, bundled_table, check_paths};
use rulebook_diagnostics::{Finding, Report};
use rulebook_generated_tests::{Fixture, Hit, Word, expectations, fixtures, judge};

/// The folder of the corpus.
fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(here().join(name)).unwrap()
}

fn manifest() -> Vec<Fixture> {
    fixtures(&read("manifest.json")).unwrap()
}

/// The checker over the whole corpus, once for all tests.
fn whole() -> &'static Report {
    static WHOLE: OnceLock<Report> = OnceLock::new();
    WHOLE.get_or_init(|| run(&[here().join("fixtures")], &Options::default()))
}

/// Runs the checker over folders of fixtures.
fn run(folders: &[PathBuf], options: &Options) -> Report {
    check_paths(folders, &bundled_table().unwrap(), options, &|_, _, _| {}).0
}

fn hit(finding: &Finding) -> Hit {
    let path = finding.place.path.replace('\\', "/");
    let below = path.find("fixtures/").map_or(path.as_str(), |at| &path[at..]);
    Hit { rule: finding.rule.clone(), path: below.to_owned(), line: finding.place.line }
}

/// Known differences, each with its reason; a difference that is gone must leave this list.
const KNOWN: &[(&str, Word, &str)] = &[];

#[test]
fn every_fixture_is_validated() {
    let report = whole();
    let found: Vec<Hit> = report.findings.iter().map(hit).collect();
    let fixtures = manifest();
    let words = judge(&fixtures, &expectations(&read("expected.csv")), &found);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut others = Vec::new();
    for (name, word) in words {
        *counts.entry(word.name()).or_default() += 1;
        let known = KNOWN.iter().any(|(fixture, expected, _)| *fixture == name && *expected == word);
        if word != Word::Validated && !known {
            others.push(format!("{}: {name}", word.name()));
        }
    }
    assert!(others.is_empty(), "{counts:?}\n{}", others.join("\n"));
}

/// Rules other than a fixture's own are held to the list too.
#[test]
fn what_is_found_is_what_is_expected() {
    let expected: BTreeSet<Hit> = expectations(&read("expected.csv")).into_iter().collect();
    let found: BTreeSet<Hit> = whole().findings.iter().map(hit).collect();
    let shown = |hits: Vec<&Hit>| hits.iter().map(|hit| format!("{hit:?}")).collect::<Vec<_>>().join("\n");
    assert_eq!(shown(expected.difference(&found).collect()), "", "expected, not found");
    assert_eq!(shown(found.difference(&expected).collect()), "", "found, not expected");
}

#[test]
fn findings_read_well() {
    let report = whole();
    let mut by_rule: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in &report.findings {
        let hit = hit(finding);
        let (folder, file) = hit.path.rsplit_once('/').unwrap_or(("", &hit.path));
        let fixture = folder.trim_start_matches("fixtures/");
        by_rule.entry(hit.rule).or_default().push(format!("{fixture}\n  {file}:{}: {}", hit.line, finding.message));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (rule, lines) in by_rule {
            insta::assert_snapshot!(rule.replace('/', "-"), lines.join("\n"));
        }
    });
}
