//! What leaves the fingerprint of a finding as it is, and what makes it another.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::fs;
use std::path::{Path, PathBuf};

use rulebook_checker::{Options, check_paths};
use rulebook_machine::Table;

const SOURCE: &str = "\
#include <toy.h>

static void Other(QUEUE *Queue)
{
    Fill(Queue);
}

void Drain(QUEUE *Queue, int Late)
{
    Open(&Queue->Door);
    if (Late) {
        Open(&Queue->Door);
        Open(&Queue->Gate, \"wide open\");
    }
}
";

/// The whole table: every `Open` is a finding.
const TABLE: &str = r#"{"@generated": "no: a test's", "schema": 1, "rules": [{"id": "toy/Shut", "summary": "", "family": "",
    "applicability": "kernel", "machines": [{"events": [{"name": "open", "patterns": ["Open(...)"]}],
    "states": [{"name": "any", "on": {"open": "!no"}}]}]}], "semantics": {"models": []}}"#;

/// The fingerprints of all findings below `path`, sorted.
fn fingerprints(path: &Path) -> Vec<String> {
    let table = Table::from_json(TABLE).unwrap();
    let (report, _) = check_paths(&[path.to_owned()], &table, &Options::default(), &|_, _, _| {});
    let mut all: Vec<String> = report.findings.into_iter().map(|finding| finding.fingerprint).collect();
    all.sort();
    all
}

/// Those of a file with this name and text.
fn of(name: &str, text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fingerprints(&path)
}

fn edited(from: &str, to: &str) -> String {
    assert!(SOURCE.contains(from), "{from}");
    SOURCE.replace(from, to)
}

#[test]
fn edits_elsewhere_leave_fingerprints_as_they_are() {
    let before = of("queue.c", SOURCE);
    assert_eq!(before.len(), 3);
    for (edit, name, text) in [
        ("lines above", "queue.c", format!("// Queues.\n\n{SOURCE}")),
        ("another function", "queue.c", edited("    Fill(Queue);", "    if (Queue) {\n        Fill(Queue);\n    }")),
        ("a function more", "queue.c", format!("{SOURCE}\nvoid Late(void) {{ }}\n")),
        ("another line of the function", "queue.c", edited("if (Late) {", "Trace(Late);\n    if (Late > 1) {")),
        ("line ends", "queue.c", SOURCE.replace('\n', "\r\n")),
        ("indentation", "queue.c", SOURCE.replace("    ", "\t")),
        ("a mark of the encoding", "queue.c", format!("\u{feff}{SOURCE}")),
        ("another folder", "src/deep/queue.c", SOURCE.to_owned()),
    ] {
        assert_eq!(of(name, &text), before, "{edit}");
    }
}

#[test]
fn edits_of_what_a_finding_is_about_change_its_fingerprint() {
    let before = of("queue.c", SOURCE);
    for (edit, name, text, changed) in [
        ("the line", "queue.c", edited("\"wide open\"", "\"open wide\""), 1),
        ("the function's name", "queue.c", edited("Drain", "Empty"), 3),
        ("the file's name", "queues.c", SOURCE.to_owned(), 3),
    ] {
        let after = of(name, &text);
        let new = after.iter().filter(|fingerprint| !before.contains(fingerprint)).count();
        assert_eq!(new, changed, "{edit}");
    }
}

#[test]
fn equal_findings_of_one_function_are_counted() {
    let mut all = of("queue.c", SOURCE);
    all.dedup();
    assert_eq!(all.len(), 2, "two lines are the same text, one is another");
}

/// However the driver is named: by its folder, its project, the file, and whatever the path begins with.
#[test]
fn the_way_to_the_driver_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let driver = folder.path().join("driver");
    fs::create_dir_all(&driver).unwrap();
    fs::write(driver.join("queue.c"), SOURCE).unwrap();
    let project = r#"<Project><PropertyGroup><ConfigurationType>Driver</ConfigurationType></PropertyGroup>
        <ItemGroup><ClCompile Include="queue.c" /></ItemGroup></Project>"#;
    let by_file = fingerprints(&driver.join("queue.c"));
    assert_eq!(by_file, of("queue.c", SOURCE));
    assert_eq!(fingerprints(&driver), by_file, "by folder");
    fs::write(driver.join("driver.vcxproj"), project).unwrap();
    let commands = r#"[{"directory": ".", "file": "queue.c", "command": "cc -c queue.c"}]"#;
    for path in [driver.join("driver.vcxproj"), driver.clone(), folder.path().to_owned(), driver.join("../driver")] {
        assert_eq!(fingerprints(&path), by_file, "by {}", path.display());
    }
    fs::remove_file(driver.join("driver.vcxproj")).unwrap();
    fs::write(driver.join("compile_commands.json"), commands).unwrap();
    let up: PathBuf = driver.join("compile_commands.json");
    assert_eq!(fingerprints(&up), by_file, "by its compilation database");
}
