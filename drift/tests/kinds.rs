//! Every kind of defect: pages that are whole, one change that spoils them, and what is said then.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rulebook_catalog::{Catalog, load};
use rulebook_drift::lint::{Finding, KINDS, Linter};
use rulebook_drift::patch::mended;
use rulebook_drift::{Entry, render};
use serde::Deserialize;

/// A change that makes a defect.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    kind: String,
    file: String,
    find: String,
    put: String,
    #[serde(default)]
    more: Vec<Change>,
    #[serde(default)]
    also: BTreeSet<String>,
    /// What should stand there.
    #[serde(default)]
    expected: Option<String>,
    /// Whether it is open what should stand there.
    #[serde(default)]
    open: bool,
}

/// A change that makes none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fine {
    why: String,
    file: String,
    find: String,
    put: String,
    #[serde(default)]
    more: Vec<Change>,
}

/// A further change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Another file than that of the case.
    #[serde(default)]
    file: Option<String>,
    find: String,
    put: String,
}

fn cases() -> Vec<Case> {
    serde_yaml::from_str(include_str!("cases.yaml")).expect("the cases are YAML")
}

/// The whole pages, by path below `pages/`.
fn pages() -> BTreeMap<String, String> {
    fn walk(root: &Path, dir: &Path, pages: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(dir).expect("the folder is there") {
            let path = entry.expect("the entry is there").path();
            if path.is_dir() {
                walk(root, &path, pages);
            } else {
                let name = path.strip_prefix(root).expect("it is below").to_string_lossy().replace('\\', "/");
                pages.insert(name, fs::read_to_string(&path).expect("the page is text").replace("\r\n", "\n"));
            }
        }
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let mut pages = BTreeMap::new();
    walk(&root, &root, &mut pages);
    pages
}

fn linter() -> Linter {
    Linter::bundled().expect("the data is whole")
}

fn judge(linter: &Linter, pages: &BTreeMap<String, String>) -> Vec<Finding> {
    let texts = pages.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let (pages, problems) = load::load_texts(texts);
    assert!(problems.is_empty(), "{problems:?}");
    linter.lint(&Catalog::new(pages))
}

fn change(pages: &mut BTreeMap<String, String>, what: &str, first: (&String, &String, &String), more: &[Change]) {
    let more = more.iter().map(|change| (change.file.as_ref().unwrap_or(first.0), &change.find, &change.put));
    for (file, find, put) in std::iter::once(first).chain(more) {
        let text = pages.get_mut(file).unwrap_or_else(|| panic!("`{file}` is not a page"));
        assert!(text.contains(find.as_str()), "`{find}` is not in `{file}` ({what})");
        *text = text.replacen(find.as_str(), put, 1);
    }
}

fn shown(entries: &[Finding]) -> String {
    render::text(&entries.iter().map(|finding| finding.entry.clone()).collect::<Vec<Entry>>())
}

#[test]
fn whole_pages_have_no_defects() {
    assert_eq!(shown(&judge(&linter(), &pages())), "");
}

#[test]
fn one_change_makes_one_kind_of_defect_and_its_edits_mend_it() {
    let mut wrong = String::new();
    let mut said = String::new();
    let linter = linter();
    for case in cases() {
        let mut pages = pages();
        change(&mut pages, &case.kind, (&case.file, &case.find, &case.put), &case.more);
        let found = judge(&linter, &pages);
        let kinds: BTreeSet<String> = found.iter().map(|finding| finding.entry.kind.clone()).collect();
        let mut wanted = case.also.clone();
        wanted.insert(case.kind.clone());
        if kinds != wanted {
            let _ = writeln!(wrong, "{}: {wanted:?} wanted, {kinds:?} found\n{}", case.kind, shown(&found));
        }
        let own = || found.iter().filter(|finding| finding.entry.kind == case.kind);
        let mut right = own().map(|finding| finding.entry.expected.as_ref());
        if case.open && right.clone().any(|right| right.is_some()) {
            let _ = writeln!(wrong, "{}: nothing is expected, but {:?}", case.kind, right.collect::<Vec<_>>());
        } else if case.expected.is_some() && !right.any(|right| right == case.expected.as_ref()) {
            let all: Vec<_> = own().map(|finding| &finding.entry.expected).collect();
            let _ = writeln!(wrong, "{}: {:?} is expected, not {all:?}", case.kind, case.expected);
        }
        let edits = || own().flat_map(|finding| &finding.edits);
        if edits().next().is_some() {
            for (path, text) in &mut pages {
                *text = mended(text, edits().filter(|edit| edit.path == *path));
            }
            let left = judge(&linter, &pages);
            assert!(left.iter().all(|finding| finding.entry.kind != case.kind), "{}", shown(&left));
        }
        let _ = writeln!(said, "# {}\n{}", case.kind, shown(&found));
    }
    assert!(wrong.is_empty(), "{wrong}");
    insta::assert_snapshot!(said);
}

#[test]
fn what_only_looks_like_a_defect_is_none() {
    let linter = linter();
    let fine: Vec<Fine> = serde_yaml::from_str(include_str!("fine.yaml")).expect("the list is YAML");
    for Fine { why, file, find, put, more } in &fine {
        let mut pages = pages();
        change(&mut pages, why, (file, find, put), more);
        assert_eq!(shown(&judge(&linter, &pages)), "", "{why}");
    }
}

#[test]
fn every_kind_has_a_case_and_a_meaning() {
    let known: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
    let cases: BTreeSet<String> = cases().into_iter().map(|case| case.kind).collect();
    assert_eq!(known, cases.iter().collect::<Vec<_>>());
}

#[test]
fn a_part_of_whole_pages_is_whole() {
    let linter = linter();
    for part in ["rules/", "ddi/", "debugger/", "rules/wdm-gate", "ddi/wdm/"] {
        let mut pages = pages();
        pages.retain(|path, _| path.starts_with(part));
        // An option and a table of contents that are not at hand are not missed.
        pages.remove("rules/toc.yml");
        assert_eq!(shown(&judge(&linter, &pages)), "", "{part}");
    }
}

#[test]
fn the_words_of_translations_are_not_judged() {
    let mut pages = pages();
    let page = pages.get_mut("rules/wdm-gateorder.md").expect("the page is there");
    *page = page
        .replace("ms.date:", "ms.translationtype: HT\nms.date:")
        .replace("A gate that stands open", "Ein a offenes seperate seperate Tor");
    assert_eq!(shown(&judge(&linter(), &pages)), "");
}
