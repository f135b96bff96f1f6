//! The main job on a small catalog: everything is made below one folder, twice the same, and the book works in a browser.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages");

fn build(out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rulebook"));
    command.args(["build", "--docs", PAGES, "--out"]).arg(out).output().expect("the test's own files can be read")
}

/// Every file below `dir` with its bytes.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).expect("the test's own files can be read") {
            let path = entry.expect("the test's own files can be read").path();
            if path.is_dir() {
                todo.push(path);
            } else {
                found.insert(
                    path.strip_prefix(dir).expect("the test's own files can be read").to_owned(),
                    fs::read(&path).expect("the test's own files can be read"),
                );
            }
        }
    }
    found
}

#[test]
fn everything_is_made_below_one_folder_and_twice_the_same() {
    let place = tempfile::tempdir().unwrap();
    let (first, second) = (place.path().join("a"), place.path().join("b"));
    let said = build(&first);
    let text = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said.status.code(), Some(0), "{text}\n{}", String::from_utf8_lossy(&said.stderr));
    for line in ["rules  3, 2 executable", "1 too-vague", "1 of 1 violations found as marked, 1 of 1 compliant silent"]
    {
        assert!(text.contains(line), "`{line}` is not in\n{text}");
    }
    build(&second);
    assert_eq!(files(&first), files(&second));
    // Again in the same place: nothing is in the way, nothing is left over.
    let before = files(&first);
    assert_eq!(build(&first).status.code(), Some(0));
    assert_eq!(files(&first), before);

    let summary: Value = serde_json::from_slice(&fs::read(first.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["rules"], 3);
    assert_eq!(summary["executable"], 2);
    assert_eq!(summary["examples"]["violating_as_marked"], 1);
    for output in ["table", "corpus", "book"] {
        let path = summary["outputs"][output].as_str().unwrap();
        assert!(first.join(path).exists(), "{path}");
    }
}

#[test]
fn what_somebody_else_put_there_stays() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir_all(place.path().join("book")).unwrap();
    fs::write(place.path().join("book/book.toml"), "mine").unwrap();
    let said = build(place.path());
    assert_eq!(said.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&said.stderr).contains("book.toml"), "{said:?}");
    assert_eq!(fs::read_to_string(place.path().join("book/book.toml")).unwrap(), "mine");
}

#[test]
fn pages_show_requirement_output_diagram_and_links() {
    let place = tempfile::tempdir().unwrap();
    build(place.path());
    let page = |path: &str| fs::read_to_string(place.path().join("book/html").join(path)).unwrap();
    let gate = page("rules/toy/Gate.html");
    for part in [
        "A gate that is opened is shut",
        "0xC4 0x0009F001",
        "is still held when",
        "class=\"rb-diagram\"",
        "Someone waits at a shut gate",
        "href=\"../../rules/toy/Level.html\"",
        "href=\"../../rules/by-rule-sets.html#gates-rule-set-toy\"",
        "href=\"../../rules/by-bug-checks.html#0xc4-0x0009f001\"",
    ] {
        assert!(gate.contains(part), "`{part}` is not on the page");
    }
    assert!(!gate.contains("//~"), "marks are for tests, not for readers");
    assert!(page("rules/by-apis.html").contains("OpenGate"));
    for (index, parts) in [
        ("bug-checks", ["id=\"0xc4-0x0009f001\"", "DRIVER_VERIFIER_DETECTED_VIOLATION", "toy/Gate.html"]),
        ("rule-sets", ["id=\"gates-rule-set-toy\"", "/check:Gates.sdv", "toy/Vague.html"]),
    ] {
        let index = page(&format!("rules/by-{index}.html"));
        for part in parts {
            assert!(index.contains(part), "`{part}` is not in the index");
        }
    }
    assert!(page("rules/toy/Level.html").contains("class=\"rb-levels\""));
}
