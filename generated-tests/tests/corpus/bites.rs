//! Each variant bites: without the part of the engine that it rests on, at least one of its fixtures fails.

use std::collections::{BTreeMap, BTreeSet};

use rulebook_checker::Options;
use rulebook_generated_tests::{Fixture, Hit, Word, expectations, judge};

use super::{here, hit, manifest, read, run};

/// The variants with which at least one fixture is judged otherwise than with the whole engine.
fn bitten(options: &Options, rests: impl Fn(&Fixture) -> Option<String>) -> (BTreeSet<String>, BTreeSet<String>) {
    // Lock rules rest on what they rest on like all others; twelve fixtures of each variant are enough to find one that bites.
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut few = |fixture: &Fixture| {
        rests(fixture).is_some_and(|variant| {
            let count = taken.entry(variant).or_default();
            *count += 1;
            *count <= 12
        })
    };
    let locks = manifest()
        .into_iter()
        .filter(|fixture| fixture.scenario.starts_with("held") || fixture.scenario.starts_with("free"));
    let fixtures: Vec<Fixture> = locks.filter(|fixture| few(fixture)).collect();
    let folders: Vec<_> = fixtures.iter().map(|fixture| here().join("fixtures").join(&fixture.name)).collect();
    let expected = expectations(&read("expected.csv"));
    let words = |options: &Options| {
        let found: Vec<Hit> = run(&folders, options).findings.iter().map(hit).collect();
        judge(&fixtures, &expected, &found).into_values().collect::<Vec<Word>>()
    };
    // Both are in the order of names, as the fixtures are.
    let pairs = words(&Options::default()).into_iter().zip(words(options));
    let all = fixtures.iter().filter_map(&rests).collect();
    let fails = fixtures.iter().zip(pairs).filter(|(_, (whole, part))| *whole == Word::Validated && whole != part);
    (all, fails.filter_map(|(fixture, _)| rests(fixture)).collect())
}

#[test]
fn correlated_flow_rests_on_branch_facts() {
    let options = Options { branch_facts: false, ..Options::default() };
    let (all, bitten) = bitten(&options, |fixture| (fixture.flow == "flag").then(|| fixture.flow.clone()));
    assert_eq!(bitten, all);
}

#[test]
fn helpers_rest_on_summaries() {
    let options = Options { summaries: false, ..Options::default() };
    let rests = |calls: &str| ["helper", "chain", "second-file"].contains(&calls);
    let (all, bitten) = bitten(&options, |fixture| rests(&fixture.calls).then(|| fixture.calls.clone()));
    assert_eq!(bitten, all);
}

#[test]
fn loops_rest_on_going_round() {
    let options = Options { loops: false, ..Options::default() };
    let (all, bitten) = bitten(&options, |fixture| fixture.flow.starts_with("loop").then(|| fixture.flow.clone()));
    assert_eq!(bitten, all);
}

#[test]
fn guarded_blocks_rest_on_their_handlers() {
    let options = Options { handlers: false, ..Options::default() };
    let (all, bitten) = bitten(&options, |fixture| (fixture.flow == "try-finally").then(|| fixture.flow.clone()));
    assert_eq!(bitten, all);
}

#[test]
fn a_second_name_of_an_object_rests_on_copies() {
    let options = Options { copies: false, ..Options::default() };
    let (all, bitten) = bitten(&options, |fixture| (fixture.place == "alias").then(|| fixture.place.clone()));
    assert_eq!(bitten, all);
}

/// Other spellings of a function are read as the function: without, the fixtures that call by another spelling fail.
#[test]
fn spellings_rest_on_aliases() {
    let options = Options { aliases: false, ..Options::default() };
    let (all, bitten) = bitten(&options, |_| Some("any".to_owned()));
    assert_eq!(bitten, all);
}
