//! Cases by which checkers are compared, traps that real drivers set them, and what the engine knows of drivers.
//!
//! The first line names the rules that are run; a comment `//~ Name` marks a line that a rule of that name must
//! report, and several names a line that several must; every other line must be silent.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use rulebook_checker::{Options, bundled_table, check_paths};

/// The names that a line is marked with.
fn names_in(line: &str) -> impl Iterator<Item = &str> {
    line.split_once("//~ ").into_iter().flat_map(|(_, names)| names.split(' '))
}

/// Holds the findings in a case file against its marks.
fn check(name: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let first = text.lines().next().unwrap();
    let rules: Vec<String> = first.strip_prefix("// rules: ").unwrap().split(' ').map(str::to_owned).collect();
    let marked: BTreeSet<(u32, String)> = (1..)
        .zip(text.lines())
        .flat_map(|(number, line)| names_in(line).map(move |name| (number, name.to_owned())))
        .collect();
    let options = Options { rules, ..Options::default() };
    let (report, _) = check_paths(&[path], &bundled_table().unwrap(), &options, &|_, _, _| {});
    let name_of = |rule: &str| rule.split_once('/').map_or(rule, |(_, name)| name).to_owned();
    let found: BTreeSet<(u32, String)> =
        report.findings.iter().map(|finding| (finding.place.line, name_of(&finding.rule))).collect();
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

#[test]
fn counts_and_tests_of_pointers_are_followed() {
    check("values.c");
}

#[test]
fn cpp_and_macros_that_open_what_others_close_are_understood() {
    check("lambdas.cpp");
}

#[test]
fn what_the_driver_registers_says_what_a_function_is() {
    check("roles.c");
}

#[test]
fn the_type_of_a_structure_says_what_its_members_are_given() {
    check("registered.c");
}

#[test]
fn a_method_of_an_unknown_class_may_be_any_of_its_name() {
    check("methods.cpp");
}

#[test]
fn objects_are_followed_where_they_are_made_and_where_they_are_given_away() {
    check("objects.c");
}

#[test]
fn calls_that_break_a_rule_alone_are_reported_where_they_stand() {
    check("forbidden.c");
}

#[test]
fn what_can_be_named_is_kept_however_much_is_stored() {
    check("memory.c");
}

#[test]
fn one_thing_under_two_names_and_two_things_under_one_are_told_apart() {
    check("names.c");
}

#[test]
fn locks_of_the_caller_are_not_those_of_the_routine() {
    check("locks.c");
}

#[test]
fn what_helpers_keep_is_theirs_and_what_they_say_decides() {
    check("helpers.c");
}

#[test]
fn ways_that_can_be_gone_are_told_from_those_that_cannot() {
    check("ways.c");
}

#[test]
fn what_a_path_has_seen_it_knows() {
    check("known.c");
}

#[test]
fn classes_in_functions_and_callbacks_in_classes_are_found() {
    check("classes.cpp");
}

#[test]
fn an_object_is_known_by_the_address_of_its_member() {
    check("entries.c");
}

#[test]
fn what_a_call_stores_anew_is_not_what_was_there_before() {
    check("exchanged.c");
}

#[test]
fn requests_that_were_asked_for_their_context_are_still_had() {
    check("sends.c");
}

#[test]
fn handles_are_held_by_whoever_keeps_them() {
    check("handles.c");
}
