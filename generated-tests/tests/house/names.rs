//! No Rust outside tests names a rule, a function of the interfaces, a role type or a constant: such names are data.

use std::collections::BTreeSet;

use crate::rust::{Kind, tokens};
use crate::table::bundled;
use crate::{read, sources};

/// Names of the data that stand in Rust all the same, where, and why.
const KNOWN: &[(&str, &str, &str)] = &[
    ("", "TRUE", "a word of the C that drivers are written in, as `NULL` is"),
    ("", "FALSE", "a word of the C that drivers are written in, as `NULL` is"),
    ("", "NULL", "a word of C"),
];

/// All that the bundled table names: rules, functions, roles, constants.
fn data() -> BTreeSet<String> {
    let table = bundled();
    let semantics = table.semantics;
    let rules = table.rules.into_iter().filter_map(|rule| Some(rule.id.split_once('/')?.1.to_owned()));
    rules
        .chain(semantics.functions.into_keys())
        .chain(semantics.roles.into_keys())
        .chain(semantics.constants.into_keys())
        .chain(semantics.predicates.into_keys())
        .collect()
}

/// Whether a name could only be one of the data: English and Rust have words such as `exit` and `Unknown` too.
fn tells(name: &str) -> bool {
    let capitals = name.bytes().filter(u8::is_ascii_uppercase).count();
    name.len() > 3 && (capitals > 1 || name.contains('_')) && name.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// The names of `data` in string literals and identifiers of `text`, with their lines.
fn named(text: &str, data: &BTreeSet<String>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for token in tokens(text).into_iter().filter(|token| token.kind != Kind::Mark) {
        let words = token.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        // A type or variant of Rust may have a word's form by chance; a constant or function of C may not.
        let by_chance = |word: &str| token.kind == Kind::Name && !word.contains('_');
        for word in words.filter(|word| tells(word) && !by_chance(word) && data.contains(*word)) {
            found.push((token.line, word.to_owned()));
        }
    }
    found
}

#[test]
fn names_are_data() {
    let data = data();
    assert!(data.len() > 1_000, "only {} names in the table", data.len());
    let mut bad = Vec::new();
    let mut used = BTreeSet::new();
    for path in sources().iter().filter(|path| !path.ends_with("tests.rs") && !path.ends_with("testing.rs")) {
        for (line, name) in named(&read(path), &data) {
            match KNOWN.iter().position(|(file, known, _)| path.starts_with(file) && *known == name) {
                Some(entry) => {
                    used.insert(entry);
                }
                None => bad.push(format!("{path}:{line}: {name}")),
            }
        }
    }
    assert!(bad.is_empty(), "names of the data stand in Rust:\n{}", bad.join("\n"));
    let unused: Vec<_> =
        KNOWN.iter().enumerate().filter(|(at, _)| !used.contains(at)).map(|(_, entry)| entry).collect();
    assert!(unused.is_empty(), "exceptions that nothing needs: {unused:?}");
}

#[test]
fn a_name_of_the_data_is_seen() {
    let data = data();
    let text =
        "fn f(x: &str) -> bool {\n  // KeAcquireSpinLock\n  x == \"KeAcquireSpinLock($k)\" || STATUS_PENDING == 1 }";
    let found: Vec<String> = named(text, &data).into_iter().map(|(line, name)| format!("{line} {name}")).collect();
    assert_eq!(found, ["3 KeAcquireSpinLock", "3 STATUS_PENDING"]);
}
