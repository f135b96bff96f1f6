//! Known findings: written once, taken out from then on, wherever the check is run from, and told of when they are gone.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/check.in/toy.json");

/// A routine that leaves with its lock held.
fn routine(name: &str) -> String {
    format!(
        "void {name}(QUEUE *Queue, int Late)\n{{\n    TakeLock(&Queue->Lock);\n    if (Late) {{\n        return;\n    }}\n    DropLock(&Queue->Lock);\n}}\n"
    )
}

/// The routines of a file.
fn file(names: &[&str]) -> String {
    format!("#include <toy.h>\n{}", names.iter().map(|name| routine(name)).collect::<String>())
}

/// Runs the check in `folder`: its exit code, and the first line of the summary.
fn check(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let (code, text) = run(folder, args);
    let summary = text.lines().rev().find(|line| line.contains("finding")).unwrap_or_default();
    (code, summary.to_owned())
}

fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rulebook"))
        .current_dir(folder)
        .args(["check", "--table", TABLE])
        .args(args)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn what_is_known_is_reported_no_more_and_what_is_new_is() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    for folder in ["drivers/one", "drivers/two", "ci"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    let (one, two) = (root.join("drivers/one/queue.c"), root.join("drivers/two/queue.c"));
    fs::write(&one, file(&["Drain", "Fill"])).unwrap();
    fs::write(&two, file(&["Drain"])).unwrap();
    let with = ["drivers", "--baseline", "ci/known.json"];
    let said = |code: i32, text: &str| (Some(code), text.to_owned());

    assert_eq!(check(root, &["drivers"]), said(1, "3 findings"));
    let written = check(root, &["drivers", "--write-baseline", "ci/known.json"]);
    assert_eq!(written, said(0, "no findings, 3 in the baseline"));
    let text = fs::read_to_string(root.join("ci/known.json")).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(r#"{"file":"#)).collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(
        lines[0].starts_with(r#"{"file":"../drivers/one/queue.c","rule":"toy/Balanced","function":"Drain","#),
        "{text}"
    );

    // From wherever it is run, and however the drivers are named.
    assert_eq!(check(root, &with), said(0, "no findings, 3 in the baseline"));
    let (deep, absolute) = (root.join("drivers/one"), root.join("drivers").to_string_lossy().into_owned());
    assert_eq!(check(&deep, &["..", "--baseline", "../../ci/known.json"]), said(0, "no findings, 3 in the baseline"));
    assert_eq!(check(root, &[&absolute, "--baseline", "ci/known.json"]), said(0, "no findings, 3 in the baseline"));
    assert_eq!(
        check(root, &["drivers/two/queue.c", "--baseline", "ci/known.json"]),
        said(0, "no findings, 1 in the baseline")
    );

    // A new one is new, though a twin of it is known elsewhere; an edit above changes nothing.
    fs::write(&two, format!("// Queues.\n{}", file(&["Fill", "Drain"]))).unwrap();
    assert_eq!(check(root, &with), said(1, "1 finding, 3 in the baseline"));
    let (_, log) = run(root, &[&with[..], &["--format", "sarif"]].concat());
    let log: Value = serde_json::from_str(&log).unwrap();
    let states: Vec<&Value> =
        log["runs"][0]["results"].as_array().unwrap().iter().map(|result| &result["baselineState"]).collect();
    assert_eq!(states, ["unchanged", "unchanged", "new", "unchanged"]);

    // What was mended is gone; what was not looked at is not.
    fs::write(&one, file(&["Fill"])).unwrap();
    assert_eq!(check(root, &with), said(1, "1 finding, 2 in the baseline, 1 of it gone"));
    assert_eq!(check(root, &["drivers/two", "--baseline", "ci/known.json"]), said(1, "1 finding, 1 in the baseline"));
    let (_, json) = run(root, &[&with[..], &["--format", "json"]].concat());
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["findings"][0]["function"], "Fill");
    assert_eq!(json["baseline"]["gone"][0]["function"], "Drain");
    assert_eq!(json["baseline"]["known"].as_array().unwrap().len(), 2);

    // Writing again over a part leaves the rest.
    assert_eq!(
        check(root, &["drivers/two", "--write-baseline", "ci/known.json"]),
        said(0, "no findings, 2 in the baseline")
    );
    assert_eq!(check(root, &with), said(0, "no findings, 3 in the baseline, 1 of it gone"));
    fs::remove_dir_all(root.join("drivers/one")).unwrap();
    assert_eq!(check(root, &with), said(0, "no findings, 2 in the baseline, 2 of it gone"));
    let rewritten = check(root, &["drivers", "--write-baseline", "ci/known.json"]);
    assert_eq!(rewritten, said(0, "no findings, 2 in the baseline"));
    assert_eq!(check(root, &with), said(0, "no findings, 2 in the baseline"));
}

#[test]
fn two_of_a_kind_are_two() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    let way = |late: usize| format!("    if (Late == {late}) {{\n        return;\n    }}\n");
    let text = |ways: usize| {
        let ways: String = (0..ways).map(way).collect();
        format!(
            "#include <toy.h>\nvoid F(QUEUE *Queue, int Late)\n{{\n    TakeLock(&Queue->Lock);\n{ways}    DropLock(&Queue->Lock);\n}}\n"
        )
    };
    fs::write(root.join("f.c"), text(1)).unwrap();
    let first = check(root, &["f.c", "--write-baseline", "known.json"]);
    fs::write(root.join("f.c"), text(3)).unwrap();
    let second = check(root, &["f.c", "--baseline", "known.json"]);
    assert_eq!(
        (first.1.as_str(), second.1.as_str()),
        ("no findings, 1 in the baseline", "2 findings, 1 in the baseline")
    );
}
