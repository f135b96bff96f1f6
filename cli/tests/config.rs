//! `rulebook.toml` where it is found: what is written there is seen from its folder, wherever the check is run.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.in/toy.json");

/// Runs `check` with these arguments: its exit code and what it prints.
fn check(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_rulebook")).current_dir(folder).arg("check").args(args).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// The findings with the toy table, as `path:line`.
fn places(folder: &Path, args: &[&str]) -> Vec<String> {
    let (_, text) = check(folder, &[&["--table", TABLE, "--format", "jsonl"], args].concat());
    let finding = |line: &str| {
        let finding: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {text}"));
        format!("{}:{}", finding["path"].as_str().unwrap(), finding["line"])
    };
    text.lines().map(finding).collect()
}

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// A routine that takes a lock, and another where `LATE` is defined.
const SOURCE: &str = "#include <toy.h>\n#include \"odd.h\"\nvoid F(T *a)\n{\n    TakeLock(a);\n#ifdef LATE\n    TakeLock(a + 1);\n#endif\n}\n";

#[test]
fn the_file_counts_for_every_folder_below() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    write(
        root,
        &[
            (
                "rulebook.toml",
                "rules = [\"toy/Taken\"]\nexclude = [\"drivers/old\", \"odd.h\"]\ndefines = [\"LATE\"]\n",
            ),
            ("drivers/new/a.c", SOURCE),
            ("drivers/old/a.c", SOURCE),
            ("drivers/new/odd.h", "inline void Odd(T *a) { TakeLock(a); }\n"),
        ],
    );
    assert_eq!(places(root, &["drivers"]), ["drivers/new/a.c:5", "drivers/new/a.c:7"]);
    assert_eq!(places(&root.join("drivers"), &["."]), ["new/a.c:5", "new/a.c:7"]);
    assert_eq!(places(&root.join("drivers/new"), &["../old", "a.c"]), ["a.c:5", "a.c:7"]);
    // Of the command line, from where the check is run.
    assert_eq!(places(&root.join("drivers"), &[".", "--exclude", "new"]), Vec::<String>::new());
    // Without the file: both folders, the header of one, and no macro.
    fs::remove_file(root.join("rulebook.toml")).unwrap();
    let all = places(root, &["drivers", "--rule", "toy/Taken"]);
    assert_eq!(all, ["drivers/new/a.c:5", "drivers/new/odd.h:1", "drivers/old/a.c:5"]);
    assert_eq!(
        places(root, &["drivers/old", "--rule", "taken", "-D", "LATE"]),
        ["drivers/old/a.c:5", "drivers/old/a.c:7"]
    );
}

#[test]
fn the_baseline_of_the_file_lies_beside_it() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    write(root, &[("ci/rulebook.toml", "baseline = \"known.json\"\n"), ("a.c", SOURCE)]);
    let with =
        |more: &[&str]| check(root, &[&["a.c", "--table", TABLE, "--config", "ci/rulebook.toml"], more].concat());
    assert_eq!(with(&["--write-baseline", "ci/known.json"]).0, Some(0));
    let (code, text) = with(&[]);
    assert_eq!(code, Some(0));
    assert!(text.starts_with("no findings, 1 in the baseline\n"), "{text}");
    assert_eq!(with(&["--baseline", "other.json"]).0, Some(2), "the command line outdoes the file");
}

#[test]
fn rules_are_selected_and_weighed_by_family_and_set() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    let text = "rules = [\"wdm/*\"]\nignore = [\"lock-pairing\"]\n[severity]\n\"wdm/locking\" = \"error\"\n";
    write(root, &[("rulebook.toml", text)]);
    let (code, text) = check(root, &["--show-config"]);
    assert_eq!(code, Some(0), "{text}");
    let count = |name: &str| -> usize {
        let line = text.lines().find(|line| line.contains(&format!("{name}: "))).unwrap_or_else(|| panic!("{text}"));
        line.split_once(": ").unwrap().1.split(' ').next().unwrap().parse().unwrap()
    };
    let (all, paired, set) = (count("wdm/*"), count("lock-pairing"), count("wdm/locking"));
    assert!(all > paired && paired > 5 && set > 0, "{text}");
    let running = text.lines().find_map(|line| line.strip_prefix("runs ")).unwrap().trim().to_owned();
    let running: usize = running.split(' ').next().unwrap().parse().unwrap();
    assert!(running < all && running >= all - paired, "{text}");
}

#[test]
fn sarif_has_the_weight_of_rules_and_results() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    write(
        root,
        &[("rulebook.toml", "[severity]\n\"toy/*\" = \"note\"\n\"toy/Balanced\" = \"off\"\n"), ("a.c", SOURCE)],
    );
    let (code, text) = check(root, &["a.c", "--table", TABLE, "--format", "sarif"]);
    assert_eq!(code, Some(1), "a note is a finding");
    let log: Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["results"][0]["level"], "note");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 1, "what is off does not run");
    assert_eq!(rules[0]["defaultConfiguration"]["level"], "note");
}

#[test]
fn the_example_of_the_book_holds() {
    let book = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../book/src/checking.md")).unwrap();
    let example = book.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    let place = tempfile::tempdir().unwrap();
    write(place.path(), &[("rulebook.toml", example)]);
    let (code, text) = check(place.path(), &["--show-config"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("third_party (rulebook.toml:") && text.contains("error for wdm/IrqlReturn"), "{text}");
}
