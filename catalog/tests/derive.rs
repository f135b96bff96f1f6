//! Machines from pages without a specification: the seeds part by part, every page of the three families against our
//! own specification of the same rule, and what has to be refused.

#![expect(clippy::unwrap_used, reason = "a fault in the data is a fault of the test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::derive::{Derivation, Grounds, derive, with_reference};
use rulebook_catalog::rules::{PageReference, rule_of};
use rulebook_catalog::semantics::semantics;
use rulebook_catalog::{Catalog, RulePage, bundled};
use rulebook_machine::expand::expand;
use rulebook_machine::rule::Next;
use rulebook_machine::spec::{AtExit, Demand};
use rulebook_machine::{Machine, Semantics};

/// The families that are derived, as our own pages name them.
const FAMILIES: [&str; 3] = ["lock-pairing", "irql-at-call", "irql-balance"];

struct Tree {
    catalog: Catalog,
    facts: ApiFacts,
    semantics: Semantics,
}

impl Tree {
    fn read(folder: &Path, reference: Option<&Path>) -> Self {
        let (catalog, _) = Catalog::load_pages(folder);
        let apis = reference.map(|dir| Catalog::load_ddi(dir).0).unwrap_or_default();
        let catalog = catalog.with_apis(apis);
        let facts = with_reference(&bundled_facts(), catalog.apis()).into_owned();
        Self { catalog, facts, semantics: semantics(bundled::files()).unwrap() }
    }

    fn derive(&self, page: &RulePage) -> Derivation {
        derive(page, Grounds { catalog: &self.catalog, facts: &self.facts, semantics: &self.semantics })
    }

    fn one(&self, id: &str) -> Derivation {
        let page = self.catalog.rule(&id.parse().unwrap()).unwrap_or_else(|| panic!("no page {id}"));
        self.derive(page)
    }
}

fn bundled_facts() -> ApiFacts {
    let files: Vec<_> = bundled::files().iter().copied().filter(|(path, _)| path.starts_with("apis/")).collect();
    ApiFacts::parse(&files).unwrap()
}

/// What a machine asks, without its words: edges of its states, calls of its events, bounds of its calls.
fn gist(machines: &[Machine]) -> BTreeSet<String> {
    let mut gist = BTreeSet::new();
    for machine in machines {
        for event in &machine.events {
            let conditions: Vec<String> = event.when.iter().map(ToString::to_string).collect();
            let checks: Vec<String> = machine
                .checks
                .iter()
                .filter(|check| check.event == event.name)
                .flat_map(|check| check.require.iter().map(ToString::to_string))
                .collect();
            for pattern in &event.patterns {
                let name = if checks.is_empty() { format!("{}: ", event.name) } else { String::new() };
                let mut line = format!("{name}{pattern}");
                for (word, all) in [("when", &conditions), ("must", &checks)] {
                    if !all.is_empty() {
                        write!(line, " {word} {}", all.join(", ")).unwrap();
                    }
                }
                gist.insert(line);
            }
        }
        for state in machine.states.iter().filter(|state| state.name != "unknown") {
            for (event, next) in &state.on {
                let next = match next {
                    Next::Go(state) => state.as_str(),
                    Next::Error(_) => "error",
                };
                gist.insert(format!("[{} {event} {next}]", state.name));
            }
        }
    }
    gist
}

fn machines(tree: &Tree, page: &RulePage, derivation: &Derivation) -> Vec<Machine> {
    let listed: Vec<String> = page.applies_to().map(|api| api.name.clone()).collect();
    let spec = derivation.spec.as_ref().unwrap();
    expand(spec, &PageReference::new(&listed, &tree.facts)).unwrap().machines
}

/// One row of the table: what came of the page, and how it differs from what we have written.
fn row(tree: &Tree, page: &RulePage, ours: &RulePage) -> String {
    let derivation = tree.derive(page);
    if derivation.spec.is_none() {
        let first = derivation.refused.first().unwrap_or_else(|| panic!("{}: neither derived nor refused", page.id));
        return format!("refused: {}", without_quotations(&first.reason));
    }
    let mut row = derivation.status().to_owned();
    let written = rule_of(ours, &tree.facts).0.map(|rule| rule.machines).unwrap_or_default();
    if written.is_empty() {
        return row + ", not written";
    }
    let (derived, written) = (gist(&machines(tree, page, &derivation)), gist(&written));
    if derived == written {
        return row + ", as written";
    }
    for (sign, all, other) in [('+', &derived, &written), ('-', &written, &derived)] {
        let more: Vec<&String> = all.difference(other).collect();
        for line in more.iter().take(6) {
            write!(row, "\n      {sign} {line}").unwrap();
        }
        if more.len() > 6 {
            write!(row, "\n      {sign} and {} more", more.len() - 6).unwrap();
        }
    }
    row
}

/// The sentences that a reason quotes, by their first three words: they are the documents', not ours.
fn without_quotations(reason: &str) -> String {
    let mut parts = reason.split('“');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (quoted, rest) = part.split_once('”').unwrap_or((part, ""));
        let first: Vec<&str> = quoted.split_whitespace().take(3).collect();
        write!(text, "“{} …”{rest}", first.join(" ")).unwrap();
    }
    text
}

#[test]
fn pages_of_the_families_are_derived_or_refused() {
    let Some(upstream) = support::upstream() else {
        return;
    };
    let (own, _) = Catalog::bundled();
    let family = |page: &RulePage| page.front_matter.text("family").map(|text| text.value).unwrap_or_default();
    let mut table = String::new();
    for folder in ["devtest", "history/2018-07"] {
        let tree = Tree::read(&upstream.join(folder), Some(&upstream.join("ddi")));
        let mut count: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut rows = String::new();
        for page in tree.catalog.rules() {
            let Some(ours) = own.rule(&page.id) else {
                continue;
            };
            let row = row(&tree, page, ours);
            let derived = !row.starts_with("refused");
            if FAMILIES.contains(&family(ours).as_str()) {
                let word = row.split([':', ',', '\n']).next().unwrap_or_default();
                *count.entry((family(ours), word.to_owned())).or_default() += 1;
                writeln!(rows, "  {}: {row}", page.id).unwrap();
            } else {
                // A page of another family must not be mistaken for one of these.
                assert!(!derived, "{folder}: {} is of family {}", page.id, family(ours));
            }
        }
        writeln!(table, "{folder}").unwrap();
        for ((family, word), number) in count {
            writeln!(table, "  {number:3} {family}, {word}").unwrap();
        }
        table.push_str(&rows);
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("derived", table);
    });
}

/// Each seed with the lines of the page that its parts stand on, counted by eye.
#[test]
fn the_seeds_give_what_their_pages_demand() {
    let Some(upstream) = support::upstream() else {
        return;
    };
    let tree = Tree::read(&upstream.join("seeds"), Some(&upstream.join("ddi")));
    for (id, specification, parts) in [
        (
            "kmdf/WdfInterruptLockRelease",
            "pair:\n  object: interrupt lock\n  acquire:\n  - WdfInterruptAcquireLock($k)\n  - WdfInterruptTryToAcquireLock($k) -> TRUE\n  release: WdfInterruptReleaseLock($k)\n  double: ignore\n  unheld: error\n  at-exit: same\n",
            &[("unheld: error", 18), ("at-exit: same", 18)][..],
        ),
        (
            "kmdf/WdfWaitlockRelease",
            "pair:\n  object: wait lock\n  acquire:\n  - WdfWaitLockAcquire($k, NULL)\n  - WdfWaitLockAcquire($k, _) -> STATUS_SUCCESS\n  release: WdfWaitLockRelease($k)\n  double: ignore\n  unheld: error\n  at-exit: same\n  no-effect: WdfWaitLockAcquire($k, !NULL) -> STATUS_TIMEOUT\n",
            &[("unheld: error", 17), ("at-exit: same", 17)],
        ),
        (
            "kmdf/WdfSpinLockRelease",
            "pair:\n  object: spin lock\n  acquire: WdfSpinLockAcquire($k)\n  release: WdfSpinLockRelease($k)\n  double: ignore\n  unheld: error\n  at-exit: same\n",
            &[("release: WdfSpinLockRelease", 23), ("at-exit: same", 23)],
        ),
        (
            "wdm/SpinlockRelease",
            "pair:\n  object: spin lock\n  acquire:\n  - KeAcquireSpinLock($k, _)\n  - KeAcquireSpinLockRaiseToDpc($k)\n  - KeTryToAcquireSpinLockAtDpcLevel($k) -> TRUE\n  - KeAcquireSpinLockAtDpcLevel($k)\n  - KeAcquireSpinLockForDpc($k)\n  release:\n  - KeReleaseSpinLock($k, _)\n  - KeReleaseSpinLockForDpc($k, _)\n  - KeReleaseSpinLockFromDpcLevel($k)\n  double: error\n  unheld: error\n  at-exit: same\n",
            &[
                ("acquire: KeTryToAcquireSpinLockAtDpcLevel", 79),
                ("double: error", 19),
                ("unheld: error", 19),
                ("at-exit: same", 19),
            ],
        ),
        (
            "storport/IrqlKeReleaseSpinLock",
            "track: $k\nobject: spin lock\nevents:\n  save:\n  - KeAcquireSpinLock($k, out $old)\n  - $old = KeAcquireSpinLockForDpc($k)\n  - $old = KeAcquireSpinLockRaiseToDpc($k)\n  release: KeReleaseSpinLock($k, $new)\ncheck:\n  release:\n  - irql == DISPATCH\n  - $new == $old\n",
            &[("check: irql == DISPATCH", 19), ("check: KeReleaseSpinLock($k, $new) with $new == $old", 19)],
        ),
    ] {
        let derivation = tree.one(id);
        assert_eq!(derivation.yaml().as_deref(), Some(specification), "{id}");
        assert_eq!((derivation.status(), &derivation.unchecked[..]), ("executable", &[][..]), "{id}");
        for (part, line) in parts {
            let found: Vec<u32> =
                derivation.from.iter().filter(|from| from.part == *part).map(|from| from.place.line).collect();
            assert!(found.contains(line), "{id}: {part} stands on {found:?}");
        }
    }
}

/// A rule of lock `X` with the sentences `prose` and the functions `list`, over the bundled facts alone.
fn made(prose: &str, list: &str) -> Derivation {
    let page = format!(
        "---\ntitle: Made rule (wdm)\napi_name:\n- Made\n---\n# Made rule (wdm)\n\n{prose}\n\n**Driver model: WDM**\n\n## Applies to\n\n{list}\n"
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("made.md"), page).unwrap();
    Tree::read(folder.path(), None).one("wdm/Made")
}

const SPIN: &str = "KeAcquireSpinLock\nKeReleaseSpinLock";

#[test]
fn sentences_demand_what_they_say_and_no_more() {
    for (prose, double, unheld, exit) in [
        ("Calls to **KeAcquireSpinLock** and **KeReleaseSpinLock** are used in strict alternation.", true, true, false),
        ("Calls to **KeAcquireSpinLock** and **KeReleaseSpinLock** are used in a balanced way.", false, true, false),
        (
            "A driver must not call **KeReleaseSpinLock** without first acquiring the lock via **KeAcquireSpinLock**.",
            false,
            true,
            false,
        ),
        ("Every call to **KeAcquireSpinLock** must have a matching call to **KeReleaseSpinLock**.", false, false, true),
        (
            "After calling **KeAcquireSpinLock**, the driver calls **KeReleaseSpinLock** before subsequent calls to **KeAcquireSpinLock**.",
            true,
            false,
            false,
        ),
    ] {
        let derivation = made(prose, SPIN);
        let pair =
            derivation.spec.as_ref().unwrap_or_else(|| panic!("{prose}: {:?}", derivation.refused)).pair[0].clone();
        let found = (pair.double == Demand::Error, pair.unheld == Demand::Error, pair.at_exit == AtExit::Same);
        assert_eq!((found, derivation.status()), ((double, unheld, exit), "executable"), "{prose}");
    }
}

#[test]
fn levels_are_read_in_words_and_signs() {
    for (prose, must) in [
        ("The driver calls **KeSetEvent** only at IRQL <= DISPATCH\\_LEVEL.", "<= DISPATCH"),
        ("The driver calls **KeSetEvent** only when it is executing at IRQL equal to PASSIVE\\_LEVEL.", "== PASSIVE"),
        (
            "This rule verifies that the following routines are only called at **IRQL = DISPATCH\\_LEVEL**.\n\n- KeSetEvent",
            "== DISPATCH",
        ),
        (
            "The driver calls the following routine only when it is executing at IRQL = PASSIVE\\_LEVEL or IRQL = APC\\_LEVEL:\n\n- [**KeSetEvent**](x)",
            "<= APC",
        ),
    ] {
        let derivation = made(prose, "KeSetEvent");
        let spec = derivation.spec.as_ref().unwrap_or_else(|| panic!("{prose}: {:?}", derivation.refused));
        assert_eq!(spec.irql[0].must.map(|must| must.to_string()).as_deref(), Some(must), "{prose}");
    }
}

/// Pages that can be read in two ways, or not to the end, with the sentence that is to blame.
#[test]
fn what_is_ambiguous_is_refused_with_its_sentence() {
    let strict = "The Made rule specifies that calls to **KeAcquireSpinLock** and **KeReleaseSpinLock** are used in strict alternation.";
    for (prose, list, reason, text) in [
        (format!("{strict} Nested calls are permitted."), SPIN, "nesting is permitted here and barred in", "Nested calls are permitted."),
        (format!("{strict} However, if the driver is a bus driver, the rule passes."), SPIN, "an exception", "However,"),
        (strict.to_owned(), "KeAcquireSpinLock\nKeReleaseSpinLock\nInsertHeadList", "the list names `InsertHeadList`", "The Made rule"),
        ("Each driver must behave.".to_owned(), SPIN, "no pattern fits the sentence", "Each driver must behave."),
        ("Lists are nice.".to_owned(), SPIN, "says nothing that can be checked", "Lists are nice."),
        (
            "The driver calls **KeSetEvent** only at IRQL = PASSIVE_LEVEL. The rule also specifies that the driver calls **KeSetEvent** at IRQL <= APC_LEVEL.".to_owned(),
            "KeSetEvent",
            "`KeSetEvent` has two bounds",
            "The rule also specifies",
        ),
        ("The driver calls KS DDIs at the correct IRQL level.".to_owned(), "", "lists the functions that are meant", "The driver calls"),
    ] {
        let derivation = made(&prose, list);
        let [first, ..] = &derivation.refused[..] else { panic!("{prose}: {:?}", derivation.yaml()) };
        assert!(derivation.spec.is_none() && derivation.from.is_empty(), "{prose}");
        assert!(first.reason.contains(reason) && first.text.starts_with(text), "{prose}: {first:?}");
        assert_eq!(first.place.line, 8, "{prose}");
    }
}

#[test]
fn a_demand_that_no_pattern_fits_is_handed_back() {
    let prose = "Calls to **KeAcquireSpinLock** and **KeReleaseSpinLock** are used in strict alternation. The driver must not sleep.";
    let derivation = made(prose, SPIN);
    assert_eq!(derivation.status(), "partial");
    assert_eq!(
        derivation.unchecked.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(),
        ["The driver must not sleep."]
    );
}

/// Without reference pages, what a timed acquire returns is told by the prototype: only zero holds.
#[test]
fn a_timed_acquire_needs_no_reference_page() {
    let prose = "Calls to **WdfWaitLockAcquire** and **WdfWaitLockRelease** are used in a balanced way.";
    let derivation = made(prose, "WdfWaitLockAcquire\nWdfWaitLockRelease");
    let pair = &derivation.spec.as_ref().unwrap().pair[0];
    let shown = |patterns: &[rulebook_machine::pattern::Pattern]| {
        patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(shown(&pair.acquire), "WdfWaitLockAcquire($k, NULL); WdfWaitLockAcquire($k, _) -> null");
    assert_eq!(shown(&pair.no_effect), "WdfWaitLockAcquire($k, !NULL) -> nonnull");
}
