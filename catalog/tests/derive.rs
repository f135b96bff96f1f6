//! Machines from pages without a specification: the seeds part by part, every page against our own specification of the
//! same rule, and what has to be refused.

#![expect(clippy::unwrap_used, reason = "a fault in the data is a fault of the test")]

#[path = "support/compare.rs"]
mod compare;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::derive::{Derivation, Grounds, derive, derive_by, with_reference};
use rulebook_catalog::rules::{PageReference, rule_of};
use rulebook_catalog::semantics::semantics;
use rulebook_catalog::{Catalog, RulePage, bundled};
use rulebook_machine::expand::expand;
use rulebook_machine::spec::{AtExit, Demand, Scope};
use rulebook_machine::{Machine, Semantics};

/// A sentence pattern that serves fewer pages is a rule written by hand in another place.
const ENOUGH: usize = 3;

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
        derive(page, self.grounds())
    }

    fn grounds(&self) -> Grounds<'_> {
        Grounds { catalog: &self.catalog, facts: &self.facts, semantics: &self.semantics }
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

fn machines(tree: &Tree, page: &RulePage, derivation: &Derivation) -> Vec<Machine> {
    let listed: Vec<String> = page.applies_to().map(|api| api.name.clone()).collect();
    let spec = derivation.spec.as_ref().unwrap();
    expand(spec, &PageReference::new(&listed, &tree.facts)).unwrap().machines
}

/// The functions that a rule is about: roles by their types, groups resolved.
fn scope(semantics: &Semantics, scope: &Scope) -> String {
    let resolved = |names: &[String]| -> BTreeSet<String> {
        let mut types = BTreeSet::new();
        let mut left: Vec<String> = names.to_vec();
        while let Some(name) = left.pop() {
            if let Some(members) = semantics.groups.get(&name) {
                left.extend(members.iter().cloned());
            } else {
                let found = semantics.roles.iter().find(|(_, role)| role.name == name);
                types.insert(found.map_or(name, |(name, _)| name.clone()));
            }
        }
        types
    };
    let said = |names: &[String]| match resolved(names) {
        all if all.is_empty() => String::new(),
        all if all.len() > 4 => format!("{} roles", all.len()),
        all => all.into_iter().collect::<Vec<_>>().join(", "),
    };
    let except = said(&scope.except_roles);
    let except = if except.is_empty() { except } else { format!(" except {except}") };
    format!("in {}{except}", Some(said(&scope.roles)).filter(|roles| !roles.is_empty()).unwrap_or("all".to_owned()))
}

/// One row of the table: what came of the page, and how it differs from what we have written.
fn row(tree: &Tree, page: &RulePage, derivation: &Derivation, ours: &RulePage) -> String {
    if derivation.spec.is_none() {
        let first = derivation.refused.first().unwrap_or_else(|| panic!("{}: neither derived nor refused", page.id));
        return format!("refused: {}", without_quotations(&first.reason));
    }
    let mut row = derivation.status().to_owned();
    let Some(written) = rule_of(ours, &tree.facts).0 else {
        return row + ", not written";
    };
    let spec = derivation.spec.as_ref().unwrap();
    let with_scope = |machines: &[Machine], of: &Scope| {
        let mut gist = compare::gist(machines);
        gist.insert(scope(&tree.semantics, of));
        gist
    };
    let (one, other) = (machines(tree, page, derivation), written.machines);
    let scopes = [&spec.scope, &written.scope].map(|of| scope(&tree.semantics, of));
    if scopes[0] == scopes[1] && compare::alike(&one, &other) {
        return row + ", as written";
    }
    let derived = with_scope(&one, &spec.scope);
    let written = with_scope(&other, &written.scope);
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

/// What came of the pages of one folder.
struct Outcome {
    /// The snapshot's part.
    table: String,
    /// The derived pages that differ from what we have written.
    different: BTreeSet<String>,
    /// How many were derived, and how many of these by patterns alone that serve enough pages.
    derived: (usize, usize),
}

fn outcome(upstream: &Path, folder: &str) -> Outcome {
    let (own, _) = Catalog::bundled();
    let family = |page: &RulePage| page.front_matter.text("family").map(|text| text.value).unwrap_or_default();
    let tree = Tree::read(&upstream.join(folder), Some(&upstream.join("ddi")));
    let pages: Vec<(&RulePage, &RulePage, Derivation)> =
        tree.catalog.rules().iter().filter_map(|page| Some((page, own.rule(&page.id)?, tree.derive(page)))).collect();
    let mut served: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, _, derivation) in pages.iter().filter(|(_, _, derivation)| derivation.spec.is_some()) {
        for pattern in &derivation.patterns {
            *served.entry(*pattern).or_default() += 1;
        }
    }
    // What is still derived when the rare patterns are taken away.
    let common = |pattern: usize| served.get(&pattern).is_none_or(|pages| *pages >= ENOUGH);
    let rare = |page: &RulePage, derivation: &Derivation| {
        derivation.patterns.iter().any(|pattern| !common(*pattern))
            && derive_by(page, tree.grounds(), common).spec.is_none()
    };
    let (mut count, mut rows, mut different) =
        (BTreeMap::<(String, String), usize>::new(), String::new(), BTreeSet::new());
    let mut derived = (0, 0);
    for (page, ours, derivation) in &pages {
        let row = row(&tree, page, derivation, ours);
        let word = row.split([':', ',', '\n']).next().unwrap_or_default();
        *count.entry((family(ours), word.to_owned())).or_default() += 1;
        if derivation.spec.is_none() {
            continue;
        }
        derived.0 += 1;
        derived.1 += usize::from(!rare(page, derivation));
        if row.contains("\n      ") {
            different.insert(page.id.to_string());
        }
        let by_hand = if rare(page, derivation) { " (by a rare sentence)" } else { "" };
        writeln!(rows, "  {}{by_hand}: {row}", page.id).unwrap();
    }
    let (all, common) = derived;
    let mut table =
        format!("{folder}: {all} derived, {common} of them by patterns that serve {ENOUGH} pages or more\n");
    for ((family, word), number) in count {
        writeln!(table, "  {number:3} {family}, {word}").unwrap();
    }
    Outcome { table: table + &rows, different, derived }
}

#[test]
fn pages_are_derived_or_refused() {
    let Some(upstream) = support::upstream() else {
        return;
    };
    let [now, then] = ["devtest", "history/2018-07"].map(|folder| outcome(&upstream, folder));
    for outcome in [&now, &then] {
        assert!(outcome.derived.1 >= 150, "{:?}", outcome.derived);
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("derived", now.table.clone() + &then.table);
    });
    // Each page whose machine differs from the written one stands in the list of reasons, and no other does.
    let reasons: Vec<Reason> =
        serde_yaml::from_str(&std::fs::read_to_string("tests/derived-differences.yaml").unwrap()).unwrap();
    let mut explained = BTreeSet::new();
    for reason in &reasons {
        assert!(reason.because.len() > 20 && !reason.pages.is_empty(), "{reason:?}");
        for page in &reason.pages {
            assert!(explained.insert(page.clone()), "{page} has two reasons");
        }
    }
    let all: BTreeSet<String> = now.different.union(&then.different).cloned().collect();
    assert_eq!(all.difference(&explained).collect::<Vec<_>>(), Vec::<&String>::new(), "no reason for these");
    assert_eq!(explained.difference(&all).collect::<Vec<_>>(), Vec::<&String>::new(), "these are as written");
}

/// Why derived machines differ from the written ones.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// What the page says or does not say, and what the author of ours knew.
    because: String,
    /// The rules.
    pages: Vec<String>,
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

/// Sentences of the other families: what is barred, where, after what, and what has to be given back.
#[test]
fn what_is_barred_is_read_in_any_voice() {
    for (prose, list, expected) in [
        ("The driver must not call **KeSetEvent**.", "KeSetEvent", "forbid:\n  calls: KeSetEvent(...)\n"),
        (
            "**KeSetEvent** cannot be called from within the context of the [*Cancel*](/ddi/wdm/nc-wdm-driver_cancel) routine.",
            "KeSetEvent",
            "scope:\n  roles: Cancel\nforbid:\n  calls: KeSetEvent(...)\n",
        ),
        (
            "The driver must not call **KeSetEvent** after it calls **KeClearEvent**.",
            "KeSetEvent\nKeClearEvent",
            "order:\n  object: event\n  track: $k\n  first: KeClearEvent($k)\n  then: KeSetEvent($k, _, _)\n  mode: barred\n",
        ),
        (
            "A driver that calls **IoAllocateIrp** must not call **IoCompleteRequest**.",
            "IoAllocateIrp\nIoCompleteRequest",
            "order:\n  object: irp\n  track: $k\n  first: $k = IoAllocateIrp(_, _) -> nonnull\n  then: IoCompleteRequest($k, _)\n  mode: barred\n",
        ),
        (
            "**IoFreeIrp** cannot be called twice for the same IRP.",
            "IoFreeIrp\nIoAllocateIrp",
            "once:\n  object: irp\n  track: $k\n  event: IoFreeIrp($k)\n  reset: $k = IoAllocateIrp(_, _)\n",
        ),
        (
            "**IoAllocateIrp** and **IoFreeIrp** are called in alternate order.",
            "IoAllocateIrp\nIoFreeIrp",
            "once:\n  object: irp\n  track: $k\n  event: IoFreeIrp($k)\n  reset: $k = IoAllocateIrp(_, _) -> nonnull\n",
        ),
    ] {
        let derivation = made(prose, list);
        assert_eq!(derivation.yaml().as_deref(), Some(expected), "{prose}: {:?}", derivation.refused);
        assert_eq!(derivation.status(), "executable", "{prose}: {:?}", derivation.unchecked);
    }
}

/// Pages that can be read in two ways, or not to the end, with the sentence that is to blame.
#[test]
fn what_is_ambiguous_is_refused_with_its_sentence() {
    let strict = "The Made rule specifies that calls to **KeAcquireSpinLock** and **KeReleaseSpinLock** are used in strict alternation.";
    for (prose, list, reason, text) in [
        (format!("{strict} Nested calls are permitted."), SPIN, "nesting is permitted here and barred in", "Nested calls are permitted."),
        (format!("{strict} However, if the driver is a bus driver, the rule passes."), SPIN, "an exception", "However,"),
        (strict.to_owned(), "KeAcquireSpinLock\nKeReleaseSpinLock\nKeSetEvent", "the list names `KeSetEvent`", "The Made rule"),
        ("Each driver must behave.".to_owned(), SPIN, "no pattern fits the sentence", "Each driver must behave."),
        ("Lists are nice.".to_owned(), SPIN, "says nothing that can be checked", "Lists are nice."),
        (
            "The driver calls **KeSetEvent** only at IRQL = PASSIVE_LEVEL. The rule also specifies that the driver calls **KeSetEvent** at IRQL <= APC_LEVEL.".to_owned(),
            "KeSetEvent",
            "`KeSetEvent` has two bounds",
            "The rule also specifies",
        ),
        ("The driver must not call **KeSetEvent** if the event is set.".to_owned(), "KeSetEvent", "no pattern fits the sentence", "The driver must not call"),
        ("**KeSetEvent** is not called outside of the **Nowhere** routine.".to_owned(), "KeSetEvent", "no pattern fits", "KeSetEvent is not called"),
        ("**KeSetEvent** is not called after **IoFreeIrp** is called.".to_owned(), "KeSetEvent\nIoFreeIrp", "no object of one type in common", "KeSetEvent is not called"),
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
