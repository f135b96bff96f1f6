//! `sync --write` on a catalog of its own: pages follow the documents, and nothing outside the catalog is touched.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/drift.in");

/// A folder with the documents, the catalog and the reference of the cases.
fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    copy(Path::new(CASES), place.path());
    place
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn sync(place: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rulebook"));
    command.current_dir(place).args(["sync", "--docs", "docs", "--catalog", "catalog", "--ddi", "ddi"]).args(more);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The paths of the files below `dir`, in order.
fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut todo: Vec<PathBuf> = vec![dir.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                todo.push(entry.path());
            } else {
                found.push(entry.path().strip_prefix(dir).unwrap().to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn facts_are_carried_over_and_what_is_ours_stays() {
    let place = place();
    let page = place.path().join("catalog/rules/toy/Latch.md");
    let before = fs::read_to_string(&page).unwrap();
    let said = sync(place.path(), &["--write"]);
    assert_eq!(
        text(&said.stderr).lines().take(3).collect::<Vec<_>>(),
        ["updated: apis/toy.h.yaml", "started: rules/toy/Gate.md", "updated: rules/toy/Latch.md"]
    );
    let after = fs::read_to_string(&page).unwrap();
    assert_eq!(
        after,
        before
            .replace("0x0009F001", "0x0009F002")
            .replace("latchopen)\n\n## Limits", "latchopen)\n[**LatchShut**](/ddi/toy/nf-toy-latchshut)\n\n## Limits")
    );
    assert!(
        fs::read_to_string(place.path().join("catalog/apis/toy.h.yaml"))
            .unwrap()
            .contains("  irql: \"<= APC_LEVEL\"\n")
    );
    assert!(fs::read_to_string(place.path().join("catalog/rules/toy/Gate.md")).unwrap().contains("FIXME"));
    // The sentence stays open until somebody has looked; the new page waits for its words.
    let left = text(&said.stdout);
    assert!(left.contains("prose-changed") && left.contains("known-difference-stale"), "{left}");
    assert!(left.ends_with("2 differences on 2 pages\n"), "{left}");
    assert_eq!(said.status.code(), Some(2), "the new page's empty specification cannot be read");
    let said = sync(place.path(), &["--write", "--rule", "toy/Latch", "--reviewed", "toy/Latch"]);
    assert_eq!(text(&said.stdout), "no differences\n");
}

#[test]
fn twice_is_as_good_as_once() {
    let place = place();
    sync(place.path(), &["--write", "--reviewed", "all"]);
    let state = |place: &Path| -> Vec<_> {
        let paths = files(place).into_iter();
        paths.map(|path| (fs::read(place.join(&path)).unwrap(), path)).collect()
    };
    let before = state(place.path());
    let said = sync(place.path(), &["--write", "--reviewed", "all"]);
    assert!(!text(&said.stderr).contains("updated"), "{said:?}");
    assert_eq!(state(place.path()), before);
}

#[test]
fn nothing_is_written_outside_the_catalog_whatever_pages_are_called() {
    let place = place();
    let page =
        |title: &str, name: &str| format!("---\ntitle: \"{title}\"\napi_name:\n- {name}\n---\n# {title}\n\nWords.\n");
    for (file, title, name) in [
        ("a.md", "Latch2 Rule (../../../outside)", "Latch2"),
        ("b.md", "CON Rule (Toy)", "CON"),
        ("c.md", "Door Rule (Toy)", "Door"),
        ("d.md", "DOOR Rule (Toy)", "DOOR"),
    ] {
        fs::write(place.path().join("docs").join(file), page(title, name)).unwrap();
    }
    let before = files(place.path());
    let said = sync(place.path(), &["--write"]);
    let refused = text(&said.stdout).matches("page-refused").count();
    assert_eq!(refused, 4, "{}", text(&said.stdout));
    let new: Vec<String> = files(place.path()).into_iter().filter(|path| !before.contains(path)).collect();
    assert_eq!(new, ["catalog/rules/toy/Gate.md"]);
    assert!(!place.path().parent().unwrap().join("outside").exists());
}

#[test]
fn a_page_that_stands_there_under_another_identity_is_spared() {
    let place = place();
    let own = place.path().join("catalog/rules/toy/GATE.md");
    fs::write(&own, "---\ntitle: [\n").unwrap();
    let said = sync(place.path(), &["--write"]);
    assert_eq!(said.status.code(), Some(2));
    assert!(text(&said.stderr).contains("`Gate.md` differs from `GATE.md`"), "{}", text(&said.stderr));
    fs::rename(&own, place.path().join("catalog/rules/toy/Gate.md")).unwrap();
    let said = sync(place.path(), &["--write"]);
    assert!(text(&said.stderr).contains("is there already, and is not this rule's page"), "{}", text(&said.stderr));
    assert_eq!(fs::read_to_string(place.path().join("catalog/rules/toy/Gate.md")).unwrap(), "---\ntitle: [\n");
}

#[cfg(unix)]
#[test]
fn links_in_the_catalog_are_not_followed() {
    let place = place();
    let outside = place.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::rename(place.path().join("catalog/rules/toy"), place.path().join("kept")).unwrap();
    std::os::unix::fs::symlink(&outside, place.path().join("catalog/rules/toy")).unwrap();
    let said = sync(place.path(), &["--write"]);
    assert_eq!(said.status.code(), Some(2));
    assert!(text(&said.stderr).contains("is not a folder; a link is not followed"), "{}", text(&said.stderr));
    assert_eq!(files(&outside), Vec::<String>::new());
}
