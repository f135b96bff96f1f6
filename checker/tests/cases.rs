//! Cases by which lock checkers are compared, and traps that real drivers set them.
//!
//! A comment `//~ Name` marks a line that the rule `wdm/Name` must report; every other line must be silent.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use rulebook_checker::{Options, bundled_table, check_paths};

/// Holds the findings of `wdm/SpinLock` in a case file against its marks.
fn check(name: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let marked: BTreeSet<u32> =
        (1..).zip(text.lines()).filter(|(_, line)| line.ends_with("//~ SpinLock")).map(|(number, _)| number).collect();
    let options = Options { rules: vec!["wdm/SpinLock".to_owned()], ..Options::default() };
    let (report, _) = check_paths(&[path], &bundled_table().unwrap(), &options, &|_, _, _| {});
    let found: BTreeSet<u32> = report.findings.iter().map(|finding| finding.place.line).collect();
    assert_eq!(found, marked, "{name}: found on the left, marked on the right");
    assert_eq!(report.summary.untrusted, 0, "{name}: every function is analysed");
}

#[test]
fn four_defects_and_one_in_a_caller_are_found_and_three_correct_functions_are_not() {
    check("peers.c");
}

#[test]
fn traps_are_told_from_defects() {
    check("traps.c");
}
