//! Cases by which checkers are compared, traps that real drivers set them, and what the engine knows of drivers.
//!
//! The first line names the rules that are run; a comment `//~ Name` marks a line that a rule of that name must
//! report, and several names a line that several must; every other line must be silent.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rulebook_checker::{Options, bundled_table, check_paths};

/// The names that a line is marked with.
fn names_in(line: &str) -> impl Iterator<Item = &str> {
    line.split_once("//~ ").into_iter().flat_map(|(_, names)| names.split(' '))
}

/// The files of a case, which is one file or a folder.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Holds the findings in a case against its marks.
fn check(name: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    let name_of = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut rules: Vec<String> = Vec::new();
    let mut marked: BTreeSet<(String, u32, String)> = BTreeSet::new();
    for file in files(&path) {
        let text = std::fs::read_to_string(&file).unwrap();
        let first = text.lines().next().unwrap();
        rules.extend(first.strip_prefix("// rules: ").unwrap().split(' ').map(str::to_owned));
        let lines = (1..).zip(text.lines());
        let marks = lines.flat_map(|(number, line)| names_in(line).map(move |name| (number, name.to_owned())));
        marked.extend(marks.map(|(number, name)| (name_of(&file), number, name)));
    }
    let options = Options { rules, ..Options::default() };
    let (report, _) = check_paths(&[path], &bundled_table().unwrap(), &options, &|_, _, _| {});
    let rule_of = |rule: &str| rule.split_once('/').map_or(rule, |(_, name)| name).to_owned();
    let findings = report.findings.iter();
    let found: BTreeSet<(String, u32, String)> = findings
        .map(|finding| (name_of(Path::new(&finding.place.path)), finding.place.line, rule_of(&finding.rule)))
        .collect();
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

#[test]
fn functions_of_one_name_are_told_apart_by_their_namespaces_and_classes() {
    check("namespaces.cpp");
}

#[test]
fn functions_of_one_name_are_told_apart_by_their_files() {
    check("statics");
}

#[test]
fn constants_have_their_values() {
    check("constants.cpp");
}

#[test]
fn results_and_macros_of_the_system_are_what_they_are_documented_to_be() {
    check("results.c");
}

#[test]
fn what_comes_together_is_no_more_certain_than_its_parts() {
    check("merged.c");
}

#[test]
fn arguments_that_are_left_out_are_known() {
    check("defaults.cpp");
}

#[test]
fn what_was_opened_is_new_and_lives_on_where_it_was_moved() {
    check("moved.c");
}

#[test]
fn a_level_that_two_helpers_ask_for_is_the_same() {
    check("asked.c");
}

#[test]
fn what_is_always_given_is_not_null() {
    check("given.c");
}

#[test]
fn variables_that_files_have_for_themselves_are_several() {
    check("private");
}

#[test]
fn words_of_annotations_and_literals_hide_no_code() {
    check("words.cpp");
}

#[test]
fn calls_through_pointers_go_to_what_the_driver_stores_there() {
    check("pointers.c");
}

#[test]
fn methods_are_called_through_bases_and_pointer_types() {
    check("interfaces.cpp");
}

#[test]
fn equal_pointers_results_and_ways_are_told_apart() {
    check("equals.c");
}

#[test]
fn a_call_through_a_pointer_of_a_role_type_does_what_the_role_owes() {
    check("called.c");
}

#[test]
fn a_turn_of_a_loop_over_many_objects_is_not_another() {
    check("turns.c");
}

#[test]
fn what_a_helper_shares_tells_nothing_of_who_else_does() {
    check("turned.c");
}

#[test]
fn what_a_helper_asks_of_its_argument_is_kept_apart() {
    check("apart.c");
}

#[test]
fn variables_have_their_first_values_when_nothing_has_run() {
    check("begins.c");
}

#[test]
fn a_list_of_the_routine_is_as_empty_as_it_was() {
    check("lists.c");
}

#[test]
fn asking_and_waiting_tell_who_holds_a_resource() {
    check("resources.c");
}

#[test]
fn members_that_several_types_have_give_roles_by_the_type() {
    check("members.c");
}

#[test]
fn what_is_not_there_is_not_owed() {
    check("unloads.c");
}

#[test]
fn the_word_of_a_scope_guard_may_stand_in_the_name_of_its_class() {
    check("guards.cpp");
}

#[test]
fn macros_that_build_requests_set_their_completion_routine() {
    check("transports.c");
}

#[test]
fn a_query_that_has_room_for_nothing_fails() {
    check("queries.c");
}

#[test]
fn a_pointer_near_the_end_of_all_addresses_is_not_zero() {
    check("errors.c");
}

#[test]
fn what_nobody_asks_for_is_not_called() {
    check("posts.c");
}

#[test]
fn what_was_created_is_there_wherever_it_is_kept() {
    check("globals.c");
}

#[test]
fn a_cancel_callback_owns_its_request() {
    check("cancels.c");
}

#[test]
fn guarded_blocks_and_destructors_are_read_in_every_spelling() {
    check("exceptions.cpp");
}

#[test]
fn a_level_that_nothing_is_known_of_is_not_high_for_a_test() {
    check("lost.c");
}

#[test]
fn locks_are_counted_and_references_are_given_back() {
    check("counted.c");
}

#[test]
fn bits_are_known_one_by_one() {
    check("bits.c");
}

#[test]
fn what_is_looked_up_goes_with_the_status() {
    check("lookup.c");
}
