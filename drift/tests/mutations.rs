//! One fact of one published page changed: exactly that is found, at its line, by `sync` and by `diff`.
//!
//! Needs the upstream pages: set `RULEBOOK_UPSTREAM`.

mod support;

use std::collections::BTreeSet;

use regex::Regex;
use rulebook_catalog::Catalog;
use rulebook_drift::{Entry, diff};
use support::{Texts, catalog, changed, first_difference, of_own_rules, own, synced, texts, upstream};

/// Where a finding stands in the document.
#[derive(Clone, Copy)]
enum Line {
    /// At the change.
    There,
    /// At something near it: what was removed has no line any more.
    Near,
}
use Line::{Near, There};

/// A change of a page, what `sync` says of it, and what `diff` says where that differs.
struct Case {
    page: &'static str,
    edits: &'static [(&'static str, &'static str)],
    sync: &'static [&'static str],
    diff: Option<&'static [&'static str]>,
    line: Line,
}

const fn case(
    page: &'static str,
    edits: &'static [(&'static str, &'static str)],
    sync: &'static [&'static str],
    line: Line,
) -> Case {
    Case { page, edits, sync, diff: None, line }
}

const SPIN: &str = "wdm-spinlock.md";
const EX: &str = "wdm-irqlexpassive.md";

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Names and models.
    case(SPIN, &[("Driver model: WDM", "Driver model: KMDF")], &["model-changed"], There),
    case(SPIN, &[("Driver model: WDM", "Driver model: WDM, Generic")], &["model-changed"], There),
    case(SPIN, &[("Rule (WDM)", "Rule (KMDF)")], &["model-changed"], There),
    case(SPIN, &[("title: SpinLock", "title: SpinLocks")], &["title-changed"], There),
    case(SPIN, &[("# SpinLock", "# SpinLocks")], &["title-changed"], There),
    case(SPIN, &[("- SpinLock\n", "- SpinLocks\n")], &["title-changed"], There),
    case(SPIN, &[
        ("title: SpinLock", "title: Latch"), ("# SpinLock", "# Latch"), ("- SpinLock\n", "- Latch\n"),
        ("<strong>SpinLock</strong>", "<strong>Latch</strong>"), ("The **SpinLock**", "The **Latch**"),
    ], &["rule-renamed"], Near),
    // The list of functions.
    case(SPIN, &[("## Applies to\n\n", "## Applies to\n\n[**KeLatch**](/windows-hardware/drivers/ddi/wdm/nf-wdm-kelatch)\n")], &["api-added"], There),
    case(EX, &[("\n[**ExUuidCreate**](/windows-hardware/drivers/ddi/ntddk/nf-ntddk-exuuidcreate)\n## See", "\n## See")], &["api-removed"], Near),
    case(EX, &[("\n[**ExUuidCreate**]", "\n[**ExUuidCreat**]")], &["api-added", "api-removed"], Near),
    case(EX, &[("ntddk-exuuidcreate)\n## See", "ntddk-exuuiddelete)\n## See")], &["api-link-changed"], There),
    // Bug checks.
    case(SPIN, &[("(0x00040009)", "(0x0004000A)")], &["bug-check-changed"], There),
    case(SPIN, &[(" (0x00040009)", "")], &["bug-check-changed"], There),
    case(SPIN, &[("Bug Check 0xC4", "Bug Check 0xC9")], &["bug-check-changed"], There),
    case(SPIN, &[("DRIVER\\_VERIFIER\\_DETECTED", "DRIVER\\_VERIFIER\\_IOMANAGER")], &["bug-check-changed"], There),
    case(SPIN, &[("with this rule**: [**Bug Check 0xC4", "with this rule**: [**See")], &["bug-check-changed"], Near),
    case(EX, &[("Bug Check 0xA: IRQL", "Bug Check 0xD1: IRQL")], &["bug-check-changed"], There),
    // Tests.
    case(SPIN, &[("<strong>SpinLock</strong>", "<strong>SpinLok</strong>")], &["testing-changed"], There),
    case(SPIN, &[("At run time", "At a time"), ("data-raw-source=\"[Driver Verifier](./driver-verifier.md)\">Driver Verifier</a> and select", ">x</a> <a"), ("Run <a href=\"/windows-hardware/drivers/devtest/driver-verifier\"", "<a href=\"#\""), ("DDI compliance checking</a> option", "y</a>"), ("/ddi-compliance-checking\"", "/x\"")], &["testing-changed"], Near),
    case(SPIN, &[("\">DDI compliance checking</a>", "\">DDI compliance checking (additional)</a>")], &["testing-changed"], There),
    case("ks-ksdevicemutex.md", &[("/domain ks", "/domain audio"), ("/domain ks", "/domain audio")], &["testing-changed"], There),
    case("wdm-irqlntifsapcpassive.md", &[("/rc 35", "/rc 36")], &["testing-changed"], There),
    // Sentences that a specification rests on.
    case(SPIN, &[("before the dispatch routine", "after the dispatch routine")], &["prose-changed"], There),
    case(SPIN, &[("Nested calls are permitted", "Nested calls are not permitted")], &["prose-changed"], There),
    case(SPIN, &[("**Driver model", "Locks are for the brave.\n\n**Driver model")], &["prose-changed"], There),
    case(SPIN, &[("**Driver model", "> [!NOTE]\n> Locks are for the brave.\n\n**Driver model")], &["prose-changed"], Near),
    case(SPIN, &[("Nested calls are permitted if ", ""), ("for different resources. ", ""), ("they are acquiring and releasing locks ", "")], &["prose-changed"], Near),
    case(EX, &[("-   [**ExUuidCreate**]", "-   [**ExUuidDelete**]")], &["prose-changed"], Near),
    case(EX, &[("-   [**ExCreateCallback**](/windows-hardware/drivers/ddi/wdm/nf-wdm-excreatecallback)\n", "")], &["prose-changed"], Near),
    Case { page: EX, edits: &[("IRQL &lt;= APC", "IRQL &lt; APC")], sync: &["prose-changed"], diff: Some(&["irql-changed"]), line: There },
    Case { page: EX, edits: &[("IRQL = PASSIVE", "IRQL &lt;= APC")], sync: &["prose-changed"], diff: Some(&["irql-changed"]), line: There },
    case("wdm-irqlexallocatepool.md", &[("KeInitializeSpinLock(&SpinLock);", "InitializeLatch(&Latch);")], &["example-changed"], Near),
    case("wdm-irqlexallocatepool.md", &[("In the following example, the", "In the following example, no")], &["prose-changed"], There),
];

/// The kinds of findings, sorted.
fn kinds(entries: &[Entry]) -> Vec<&str> {
    let mut kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds
}

#[test]
fn each_changed_fact_is_found_and_nothing_else() {
    let Some(root) = upstream() else { return };
    let own = own();
    let docs = of_own_rules(&texts(&root.join("devtest")), &own);
    let before = catalog(&docs);
    assert_eq!(synced(&own, &before), [], "our pages differ from the documents before anything is changed");
    assert!(CASES.len() >= 30);
    for case in CASES {
        let text = &docs[case.page];
        let edited = case.edits.iter().fold(text.clone(), |text, (from, to)| changed(&text, from, to));
        let line = first_difference(text, &edited);
        let mut docs = docs.clone();
        docs.insert(case.page.to_owned(), edited);
        let after = catalog(&docs);
        let (synced, diffed) = (synced(&own, &after), diff(&before, &after));
        let what = format!("{} {:?}", case.page, case.edits);
        assert_eq!(kinds(&synced), case.sync, "sync: {what}\n{synced:#?}");
        assert_eq!(kinds(&diffed), case.diff.unwrap_or(case.sync), "diff: {what}\n{diffed:#?}");
        for entry in &synced {
            let ours = entry.path.starts_with("rules/") && entry.line > 0;
            let theirs = entry.related.iter().any(|place| place.path == case.page && place.line > 0);
            assert!(ours && theirs, "both places: {what}\n{entry:#?}");
            if let There = case.line {
                assert_eq!(entry.related[0].line, line, "{what}\n{entry:#?}");
            }
        }
        for entry in &diffed {
            assert_eq!(entry.path, case.page, "{what}");
            assert!(entry.line > 0 && entry.related.iter().all(|place| place.line > 0), "{what}\n{entry:#?}");
            if let There = case.line {
                assert_eq!(entry.line, line, "{what}\n{entry:#?}");
            }
        }
    }
}

#[test]
fn pages_that_come_and_go_are_found() {
    let Some(root) = upstream() else { return };
    let own = own();
    let docs = of_own_rules(&texts(&root.join("devtest")), &own);
    let before = catalog(&docs);
    let told = |docs: &Texts| {
        let after: Catalog = catalog(docs);
        let shown = |entries: Vec<Entry>| {
            let lines = entries.iter().map(|entry| format!("{} {} {}", entry.kind, entry.subject, entry.path));
            lines.collect::<Vec<_>>()
        };
        (shown(synced(&own, &after)), shown(diff(&before, &after)))
    };
    let mut fewer = docs.clone();
    fewer.remove(SPIN);
    assert_eq!(
        told(&fewer),
        (
            vec!["rule-removed wdm/SpinLock rules/wdm/SpinLock.md".to_owned()],
            vec!["rule-removed wdm/SpinLock wdm-spinlock.md".to_owned()]
        )
    );
    let mut more = docs.clone();
    more.insert(
        "wdm-latch.md".to_owned(),
        "---\ntitle: Latch Rule (WDM)\napi_name:\n- Latch\n---\n# Latch\nShut it.\n".to_owned(),
    );
    let added = vec!["rule-added wdm/Latch wdm-latch.md".to_owned()];
    assert_eq!(told(&more), (added.clone(), added));
    // Moved, and called otherwise: still the same rule.
    let mut moved = docs.clone();
    let text = moved
        .remove(SPIN)
        .unwrap_or_default()
        .replace("SpinLock rule", "Latch rule")
        .replace("SpinLock Rule", "Latch Rule");
    let text = text
        .replace("- SpinLock\n", "- Latch\n")
        .replace("<strong>SpinLock<", "<strong>Latch<")
        .replace("**SpinLock**", "**Latch**");
    moved.insert("wdm-latch.md".to_owned(), text);
    let (_, diffed) = told(&moved);
    assert_eq!(diffed, ["rule-renamed wdm/Latch wdm-latch.md"]);
}

/// The same fact changed on every page that has it: one finding for each, on that page.
#[test]
fn no_page_hides_a_change() {
    let Some(root) = upstream() else { return };
    let own = own();
    let docs = texts(&root.join("devtest"));
    let (before, ours) = (catalog(&docs), of_own_rules(&docs, &own));
    #[rustfmt::skip]
    let edits = [
        (r"(?m)^title: (\S+) [Rr]ule", "title: ${1}Q Rule", "title-changed", 437),
        (r"\*\*Driver model: [^*]*\*\*", "**Driver model: Toy**", "model-changed", 429),
        (r"\n## Applies to\s*\n+", "\n## Applies to\n\n[**KeNothing**](/nf-wdm-kenothing)\n", "api-added", 378),
        (r"\(0x000([0-9A-Fa-f])", "(0x001$1", "bug-check-changed", 64),
        (r"specify the <strong>(\w+)</strong>", "specify the <strong>${1}Q</strong>", "testing-changed", 388),
        (r"\*\*Driver model", "All of it is blue.\n\n**Driver model", "prose-changed", 432),
    ];
    for (pattern, with, kind, pages) in edits {
        let pattern = Regex::new(pattern).expect("a regular expression");
        let mut touched = BTreeSet::new();
        let mut edited = docs.clone();
        for page in before.rules() {
            let path = &page.source.path;
            let text = pattern.replace(&docs[path], with).into_owned();
            if text != docs[path] {
                touched.insert(path.clone());
                edited.insert(path.clone(), text);
            }
        }
        assert_eq!(touched.len(), pages, "{pattern}");
        let found = diff(&before, &catalog(&edited));
        assert!(found.iter().all(|entry| entry.kind == kind), "{pattern}: {:?}", kinds(&found));
        assert_eq!(found.len(), pages, "{pattern}");
        assert_eq!(found.into_iter().map(|entry| entry.path).collect::<BTreeSet<_>>(), touched, "{pattern}");
        let edited = edited.into_iter().filter(|(path, _)| ours.contains_key(path)).collect();
        let found = synced(&own, &catalog(&edited));
        let there: BTreeSet<String> = found.iter().flat_map(|entry| &entry.related).map(|at| at.path.clone()).collect();
        let watched = |path: &String| {
            // Sentences are watched where a specification rests on them.
            kind != "prose-changed"
                || before.rules().iter().any(|page| {
                    page.source.path == *path && own.rule(&page.id).is_some_and(|page| page.specification.is_some())
                })
        };
        let expected: BTreeSet<String> =
            touched.into_iter().filter(|path| ours.contains_key(path) && watched(path)).collect();
        assert!(found.iter().all(|entry| entry.kind == kind), "{pattern}: {:?}", kinds(&found));
        assert_eq!((found.len(), there), (expected.len(), expected), "{pattern}");
    }
}
