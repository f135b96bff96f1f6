//! Documents in memory, to be changed and compared.

#![expect(dead_code, reason = "each test uses some of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rulebook_catalog::load::load_texts;
use rulebook_catalog::{Catalog, RuleId, Source};
use rulebook_drift::Entry;
use rulebook_drift::sync::{Inputs, KnownDifferences, sync};

/// The folder of upstream pages, or `None` with a word about the test not having run.
pub(crate) fn upstream() -> Option<PathBuf> {
    let root = std::env::var_os("RULEBOOK_UPSTREAM").map(PathBuf::from);
    if root.is_none() {
        // Straight to the terminal: the harness swallows what a passing test prints.
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "skipped: RULEBOOK_UPSTREAM is not set");
    }
    root
}

/// Documents by path, decoded.
pub(crate) type Texts = BTreeMap<String, String>;

/// The documents right in `dir`, by file name.
pub(crate) fn texts(dir: &Path) -> Texts {
    let entries = fs::read_dir(dir).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the entry can be read").path());
    let pages = paths.filter(|path| path.extension().is_some_and(|end| end == "md" || end == "yml"));
    pages
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = fs::read(&path).expect("the file can be read");
            (name.clone(), Source::decode(name, &bytes).text)
        })
        .collect()
}

/// The documents as a catalog.
pub(crate) fn catalog(texts: &Texts) -> Catalog {
    let (pages, _) = load_texts(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    Catalog::new(pages)
}

/// Our own pages.
pub(crate) fn own() -> Catalog {
    let (own, problems) = Catalog::bundled();
    assert!(problems.is_empty(), "{problems:#?}");
    own
}

/// The differences that stay.
pub(crate) fn known() -> KnownDifferences {
    let text = rulebook_catalog::bundled::file("known-differences.yaml").expect("the file is bundled");
    KnownDifferences::parse("known-differences.yaml", text).expect("the file can be read")
}

/// `own` against `docs`, without the reference.
pub(crate) fn synced(own: &Catalog, docs: &Catalog) -> Vec<Entry> {
    let known = known();
    sync(&Inputs { own, docs, reference: None, known: &known, only: &[] })
}

/// The documents about rules that have a page of ours, and those that are about no rule.
pub(crate) fn of_own_rules(texts: &Texts, own: &Catalog) -> Texts {
    let all = catalog(texts);
    let foreign: Vec<&str> =
        all.rules().iter().filter(|page| own.rule(&page.id).is_none()).map(|page| page.source.path.as_str()).collect();
    texts.iter().filter(|(path, _)| !foreign.contains(&path.as_str())).map(|(a, b)| (a.clone(), b.clone())).collect()
}

/// `text` with its first `from` (there must be one) replaced.
pub(crate) fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "`{from}` is not there");
    text.replacen(from, to, 1)
}

/// The first line, from 1, in which the texts differ, in the second.
pub(crate) fn first_difference(old: &str, new: &str) -> u32 {
    let same = old.lines().zip(new.lines()).take_while(|(old, new)| old == new).count();
    same as u32 + 1
}

pub(crate) fn rule(id: &str) -> RuleId {
    id.parse().expect("a rule")
}
