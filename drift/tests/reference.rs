//! One fact of one page of the API reference changed: exactly that is found, by `sync` against our facts and by `diff`.
//!
//! Needs the upstream pages: set `RULEBOOK_UPSTREAM`.

mod support;

use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::load::{load, load_texts};
use rulebook_catalog::{ApiPage, Catalog, bundled};
use rulebook_drift::sync::{FactFile, Inputs, KnownDifferences, Plan, Reference, Reviewed, sync};
use rulebook_drift::{Entry, diff};
use support::{changed, upstream};

/// A page, an edit (to nothing: the page goes), and what is found.
#[rustfmt::skip]
const CASES: &[(&str, &str, &str, &[&str])] = &[
    ("wdm/nf-wdm-keacquirespinlock.md", "req.irql: ", "req.irql: PASSIVE_LEVEL #", &["irql-changed"]),
    ("wdm/nf-wdm-iodeletedevice.md", "req.irql: <= APC_LEVEL", "req.irql: < APC_LEVEL", &["irql-changed"]),
    ("wdm/nf-wdm-keacquirespinlock.md", "-param SpinLock", "-param Latch", &["parameters-changed"]),
    ("wdm/nf-wdm-kesetevent.md", "### -param Wait", "### -param More [in]\n\nMore.\n\n### -param Wait", &["parameters-changed"]),
    ("wdm/nf-wdm-kesetevent.md", "req.ddi-compliance: ", "req.ddi-compliance: Latch, ", &["compliance-changed"]),
    ("wdm/nf-wdm-kesetevent.md", "req.ddi-compliance: ", "req.ddi-compliance: # ", &["compliance-changed"]),
    ("wdm/nf-wdm-kesetevent.md", "", "", &["reference-removed"]),
    ("wdm/nf-wdm-kesetevent.md", "description: ", "description: In other words, ", &[]),
];

fn kinds(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.kind.as_str()).collect()
}

#[test]
fn our_facts_follow_the_reference() {
    let Some(root) = upstream() else { return };
    let (pages, problems) = load(&root.join("ddi"));
    assert!(problems.is_empty(), "{problems:#?}");
    let files: Vec<FactFile> = bundled::files()
        .iter()
        .filter(|(path, _)| path.starts_with("apis/"))
        .map(|(path, text)| FactFile { path: (*path).to_owned(), text: (*text).to_owned() })
        .collect();
    let texts: Vec<(&str, &str)> = files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
    let facts = ApiFacts::parse(&texts).expect("the bundled facts");
    let (none, known) = (Catalog::default(), KnownDifferences::default());
    let before = Catalog::new(pages.clone());
    let nothing = Inputs { own: &none, docs: &none, reference: None, known: &known, only: &[] };
    let reference = Reference { facts: &facts, files: &files, pages: &pages.apis };
    assert_eq!(
        sync(&Inputs { reference: Some(reference), ..nothing }),
        [],
        "our facts differ from the reference before anything is changed"
    );
    assert_eq!(diff(&before, &before), []);
    for (file, from, to, expected) in CASES {
        let at = pages.apis.iter().position(|page| page.source.path.ends_with(file)).expect("the page");
        let mut after: Vec<ApiPage> = pages.apis.clone();
        let old = after.remove(at);
        if !from.is_empty() {
            let text = changed(&old.source.text, from, to);
            let (edited, problems) = load_texts([(old.source.path.as_str(), text.as_str())]);
            assert!(problems.is_empty(), "{problems:#?}");
            after.insert(at, edited.apis.into_iter().next().expect("a page of the reference"));
        }
        let inputs = Inputs { reference: Some(Reference { pages: &after, ..reference }), ..nothing };
        let synced = sync(&inputs);
        assert_eq!(kinds(&synced), *expected, "sync: {file} {to}\n{synced:#?}");
        let own = |entry: &Entry| entry.path.starts_with("apis/") && entry.line > 2;
        assert!(synced.iter().all(own), "{synced:#?}");
        let diffed = diff(&before, &before.clone().with_apis(after.clone()));
        assert_eq!(kinds(&diffed), *expected, "diff: {file} {to}\n{diffed:#?}");
        // What the reference alone decides can be written; the rest is the importer's.
        let plan = Plan::new(&inputs, "", &Reviewed::None);
        let written = expected.iter().filter(|kind| matches!(**kind, "irql-changed" | "compliance-changed")).count();
        assert_eq!((plan.steps.len(), plan.refused.len()), (written, 0), "{file} {to}");
    }
}
