//! A run divided into parts, and the parts united again: the same bytes as of the whole run, in each format.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Six drivers; two of them read the same header, in which one finds what the other does not.
fn tree(root: &Path) {
    let leaks = "void Fill(QUEUE *Queue, int Late)\n{\n    TakeLock(&Queue->Lock);\n    if (Late) {\n        return;\n    }\n    DropLock(&Queue->Lock);\n}\n";
    let own = |text: &str| format!("#include <toy.h>\n{text}");
    let files = [
        ("one/a.c", own(leaks)),
        ("one/b.c", own(&leaks.replace("Fill", "Other"))),
        ("two/a.c", own(&leaks.replace("return;", "return; // rulebook: allow(toy/Balanced) dropped by the caller"))),
        ("three/a.c", own("void Calm(void) { }\n")),
        ("four/a.c", own("#define LATE Late\n#include \"../shared.h\"\n")),
        ("five/a.c", own("#define LATE 0\n#include \"../shared.h\"\n// rulebook: allow(toy/Balanced) not needed\n")),
        (
            "shared.h",
            "inline void Shared(QUEUE *Queue, int Late)\n{\n    TakeLock(Queue);\n    if (LATE) {\n        return; // rulebook: allow(toy/Balanced) here\n    }\n    DropLock(Queue);\n}\n"
                .to_owned(),
        ),
        ("six/broken.vcxproj", "<Project>".to_owned()),
    ];
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn rulebook(root: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rulebook")).current_dir(root).args(args).output().unwrap()
}

/// What `check` says of the tree in this format.
fn check(root: &Path, more: &[&str]) -> String {
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/check.in/toy.json");
    let output = rulebook(root, &[&["check", ".", "--table", table], more].concat());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Writes the results of each of `of` parts; their files' names.
fn parts(root: &Path, of: usize, format: &str) -> Vec<String> {
    let part = |number: usize| {
        let name = format!("part-{number}.{format}");
        check(root, &["--format", format, "--shard", &format!("{number}/{of}"), "--output", &name]);
        name
    };
    (1..=of).map(part).collect()
}

fn merge(root: &Path, files: &[String], more: &[&str]) -> (Option<i32>, String, String) {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let output = rulebook(root, &[&["merge"], &files[..], more].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_parts_of_a_run_are_the_whole() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    tree(root);
    for format in ["json", "sarif"] {
        let whole = check(root, &["--format", format]);
        for of in [1, 3, 9] {
            let (code, united, _) = merge(root, &parts(root, of, format), &[]);
            assert_eq!(united, whole, "{format} in {of}");
            assert_eq!(code, Some(2), "the broken project is told of");
        }
    }
    // The whole has what the parts have to be united for.
    let whole: serde_json::Value = serde_json::from_str(&check(root, &["--format", "json"])).unwrap();
    assert_eq!(whole["findings"].as_array().unwrap().len(), 2);
    assert_eq!(whole["allowed"].as_array().unwrap().len(), 2, "{whole}");
    let codes: Vec<&str> =
        whole["problems"].as_array().unwrap().iter().map(|problem| problem["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["allow/unused", "project/not-xml"]);
    let part: serde_json::Value = serde_json::from_str(&fs::read_to_string(root.join("part-2.json")).unwrap()).unwrap();
    assert!(part["findings"].as_array().unwrap().len() < 2, "a part is less than the whole");
}

#[test]
fn united_results_are_shown_in_every_format_and_held_against_a_baseline() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    tree(root);
    fs::remove_dir_all(root.join("six")).unwrap();
    let files = parts(root, 3, "json");
    for format in ["full", "concise", "jsonl", "msvc", "github"] {
        let (code, united, _) = merge(root, &files, &["--format", format]);
        assert_eq!(united, check(root, &["--format", format]), "{format}");
        assert_eq!(code, Some(1));
    }
    let summary = |args: &[&str]| {
        let (code, text, _) = merge(root, &files, &[&["--format", "full"], args].concat());
        (code, text.lines().find(|line| line.contains("finding")).unwrap_or_default().to_owned())
    };
    assert_eq!(
        summary(&["--write-baseline", "known.json"]),
        (Some(0), "no findings, 2 allowed, 2 in the baseline".to_owned())
    );
    let united = fs::read_to_string(root.join("known.json")).unwrap();
    check(root, &["--write-baseline", "whole.json"]);
    assert_eq!(united, fs::read_to_string(root.join("whole.json")).unwrap());
    assert_eq!(
        summary(&["--baseline", "known.json"]),
        (Some(0), "no findings, 2 allowed, 2 in the baseline".to_owned())
    );
}

#[test]
fn what_is_not_the_whole_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    tree(root);
    let files = parts(root, 3, "json");
    let two = parts(root, 2, "sarif");
    check(root, &["--format", "json", "--output", "whole.json"]);
    check(root, &["--format", "json", "--output", "known.json", "--write-baseline", "baseline.json"]);
    for (given, more, expected) in [
        (vec![&files[0], &files[2]], vec![], "error: part 2/3 is missing: `rulebook check … --shard 2/3` makes it\n"),
        (vec![&files[0], &files[0]], vec![], "error: `part-1.json` and `part-1.json` are both part 1/3\n"),
        (
            vec![&files[0], &two[1]],
            vec![],
            "error: `part-2.sarif` is a part of another run than the first: of 2 and not 3, or by other rules\n",
        ),
        (
            vec![&files[0], &"whole.json".to_owned()],
            vec![],
            "error: `whole.json` is a whole result, and others are parts of one\n",
        ),
        (
            vec![&"known.json".to_owned()],
            vec!["--baseline", "baseline.json"],
            "error: `known.json` is compared with a baseline already: give `--baseline` to `merge` alone\n",
        ),
        (
            vec![&"whole.json".to_owned()],
            vec!["--baseline", "baseline.json"],
            "error: only results of `--shard` say what was looked at, and can be held against a baseline\n",
        ),
        (
            vec![&"baseline.json".to_owned()],
            vec![],
            "error: `baseline.json` holds no results: `rulebook check --format json` or `sarif` writes them\n",
        ),
    ] {
        let given: Vec<String> = given.into_iter().cloned().collect();
        let (code, _, told) = merge(root, &given, &more);
        assert_eq!(code, Some(2), "{given:?}");
        assert!(told.starts_with(expected), "{given:?}: {told}");
    }
}

#[test]
fn results_of_different_drivers_are_united_without_being_parts() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    tree(root);
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/check.in/toy.json");
    for (driver, file) in [("one", "1.json"), ("two", "2.json")] {
        rulebook(root, &["check", driver, "--table", table, "--format", "json", "--output", file]);
    }
    let (code, text, _) = merge(root, &["1.json".to_owned(), "2.json".to_owned()], &["--format", "full"]);
    assert_eq!(code, Some(1));
    assert!(
        text.ends_with(
            "2 findings, 1 allowed\nchecked 3 functions in 3 files (27 lines) of 2 drivers against 1 rule\n"
        ),
        "{text}"
    );
}
