//! Upstream's own pages, where they are at hand: known defects are found, and the patch fits the pages.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rulebook_catalog::{Catalog, load};
use rulebook_drift::lint::{Finding, KINDS, Linter};
use rulebook_drift::patch::patch;

/// The folder of upstream pages, or `None` with a word about the test not having run.
fn upstream() -> Option<PathBuf> {
    let root = std::env::var_os("RULEBOOK_UPSTREAM").map(PathBuf::from);
    if root.is_none() {
        // Straight to the terminal: the harness swallows what a passing test prints.
        let _ = writeln!(std::io::stderr(), "skipped: RULEBOOK_UPSTREAM is not set");
    }
    root
}

fn judge(root: &Path) -> Vec<Finding> {
    let (pages, _) = load::load(root);
    Linter::bundled().expect("the data is whole").lint(&Catalog::new(pages))
}

fn below(root: &Path, path: &str) -> String {
    let below = Path::new(path).strip_prefix(root).expect("the page is below the root");
    below.to_string_lossy().replace('\\', "/")
}

#[test]
fn known_defects_are_found_and_the_patch_fits() {
    let Some(root) = upstream() else { return };
    let found = judge(&root);
    let places: Vec<String> = found
        .iter()
        .map(|finding| &finding.entry)
        .map(|entry| format!("{} {} {}", below(&root, &entry.path), entry.line, entry.kind))
        .collect();
    let missing: Vec<&str> = include_str!("upstream.txt")
        .lines()
        .filter(|line| !line.starts_with(['#', '!']) && !places.iter().any(|place| place == line))
        .collect();
    assert!(missing.is_empty(), "not found:\n{}", missing.join("\n"));
    let none = include_str!("upstream.txt").lines().filter_map(|line| line.strip_prefix("! "));
    let wrong: Vec<&str> = none.filter(|line| places.iter().any(|place| place == line)).collect();
    assert!(wrong.is_empty(), "found, and no defects:\n{}", wrong.join("\n"));
    let strange: Vec<&str> = found
        .iter()
        .map(|finding| finding.entry.kind.as_str())
        .filter(|kind| KINDS.iter().all(|(known, _)| known != kind))
        .collect();
    assert!(strange.is_empty(), "kinds without a meaning: {strange:?}");
    let edits = found.iter().flat_map(|finding| &finding.edits);
    let diff = patch(edits, |path| fs::read_to_string(path).ok(), |path| below(&root, path));
    assert!(diff.matches("\n@@ ").count() > 100, "the patch is small");
    let mut program = Command::new("patch");
    program.args(["-p1", "--dry-run", "--force"]).current_dir(&root).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut program) = program.spawn() else {
        let _ = writeln!(std::io::stderr(), "skipped: there is no program `patch`");
        return;
    };
    program.stdin.take().expect("it is piped").write_all(diff.as_bytes()).expect("the patch is read");
    let output = program.wait_with_output().expect("the program ends");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("fuzz") && !said.contains("offset"), "{said}");
}

#[test]
fn every_place_is_a_line_of_its_document() {
    let Some(root) = upstream() else { return };
    let mut lengths: BTreeMap<String, u32> = BTreeMap::new();
    let mut length = |path: &str| {
        *lengths.entry(path.to_owned()).or_insert_with(|| {
            let text = fs::read(path).expect("the document is there");
            String::from_utf8_lossy(&text).lines().count() as u32
        })
    };
    for Finding { entry, .. } in judge(&root) {
        let places = std::iter::once((&entry.path, entry.line))
            .chain(entry.related.iter().map(|evidence| (&evidence.path, evidence.line)));
        for (path, line) in places {
            assert!((1..=length(path)).contains(&line), "{path}:{line} is no place ({}, {})", entry.kind, entry.path);
        }
        assert!(entry.column > 0, "{entry:?}");
    }
}

#[test]
fn pages_without_their_evidence_are_judged_for_themselves() {
    let Some(root) = upstream() else { return };
    let found = judge(&root.join("devtest"));
    let needs = ["compliance-missing", "compliance-extra", "irql-differs", "link-retired", "bug-check-unlisted"];
    let without: Vec<&Finding> = found.iter().filter(|finding| needs.contains(&finding.entry.kind.as_str())).collect();
    assert!(without.is_empty(), "{without:?}");
    assert!(found.len() > 300, "only {} defects", found.len());
}
