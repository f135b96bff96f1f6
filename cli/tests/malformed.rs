//! The main job over a folder of broken pages: it comes to an end, says what is wrong, and writes below one folder alone.

#[path = "../../catalog/tests/broken/mod.rs"]
mod broken;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every file and folder below `dir`; links are not followed.
fn below(dir: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(folder).expect("the test's own folders can be read") {
            let entry = entry.expect("the test's own folders can be read");
            found.insert(entry.path());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                todo.push(entry.path());
            }
        }
    }
    found
}

#[test]
fn broken_pages_do_not_stop_the_build_and_write_nowhere_else() {
    let place = tempfile::tempdir().unwrap();
    let docs = place.path().join("a/b/docs");
    std::fs::create_dir_all(&docs).unwrap();
    broken::write(&docs, 60);
    let before = below(place.path());
    let out = place.path().join("a/b/out");
    let said = Command::new(env!("CARGO_BIN_EXE_rulebook"))
        .args(["build", "--docs"])
        .arg(&docs)
        .arg("--out")
        .arg(&out)
        .current_dir(place.path())
        .output()
        .expect("the test's own program can be run");
    let (text, wrong) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert_eq!(said.status.code(), Some(2), "{text}\n{wrong}");
    assert!(!wrong.contains("panicked"), "{wrong}");
    for told in ["front-open.md", "name-climbs.md", "spec-pattern.md", "twin-b.md", "bytes-none.md"] {
        assert!(wrong.contains(told), "`{told}` is not told of:\n{wrong}");
    }
    assert!(!wrong.contains('\u{1b}') && !text.contains('\u{1b}'), "a page writes to the terminal");
    let new: Vec<PathBuf> = below(place.path()).difference(&before).cloned().collect();
    let outside: Vec<&PathBuf> = new.iter().filter(|path| !path.starts_with(&out)).collect();
    assert_eq!(outside, Vec::<&PathBuf>::new());
    // Partial failure leaves the output complete.
    for made in ["summary.json", "table.json", "book/html/index.html", "book/html/rules/wdm/Good.html"] {
        assert!(out.join(made).is_file(), "{made} was not made\n{wrong}");
    }
    let page = std::fs::read_to_string(out.join("book/html/rules/index.html")).unwrap();
    assert!(!page.contains("<script>alert(1)"), "a page's title runs in the book");
}
