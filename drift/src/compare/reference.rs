//! Two sets of the pages around the rules: API reference, bug checks, rule sets.

use std::collections::{BTreeMap, BTreeSet};

use rulebook_catalog::links::{ApiTarget, slug};
use rulebook_catalog::{ApiPage, BugCheckPage, Catalog, RuleId, RuleSetPage, Spanned};
use rulebook_diagnostics::Span;

use super::{At, Change};
use crate::text::{joined, words};

/// What changed in the API reference.
pub(crate) fn references(from: &Catalog, to: &Catalog) -> Vec<Change> {
    let by_uid = |catalog| {
        let pages: &[ApiPage] = Catalog::apis(catalog);
        // Of two pages for one name and header the first counts.
        pages.iter().rev().map(|page| (page.target(), page)).collect::<BTreeMap<_, _>>()
    };
    let (mut old, mut new) = (by_uid(from), by_uid(to));
    let mut changes = Vec::new();
    let same: Vec<ApiTarget> = old.keys().filter(|target| new.contains_key(*target)).cloned().collect();
    for target in same {
        if let (Some(page), Some(other)) = (old.remove(&target), new.remove(&target)) {
            pages((page, other), &mut changes);
        }
    }
    // A function whose page is in another header now is still that function.
    let of = |pages: &BTreeMap<ApiTarget, &ApiPage>, wanted: &ApiTarget| {
        let mut found = pages.keys().filter(|target| target.kind == wanted.kind && target.name == wanted.name);
        found.next().cloned().filter(|_| found.next().is_none())
    };
    for target in old.keys().cloned().collect::<Vec<_>>() {
        let only = of(&old, &target).is_some();
        if let Some(moved) = of(&new, &target).filter(|_| only)
            && let (Some(page), Some(other)) = (old.remove(&target), new.remove(&moved))
        {
            pages((page, other), &mut changes);
        }
    }
    changes.extend(old.values().map(|page| alone(page, "reference-removed", true)));
    changes.extend(new.values().map(|page| alone(page, "reference-added", false)));
    changes
}

fn alone(page: &ApiPage, kind: &'static str, gone: bool) -> Change {
    let at = Some(At::new(&page.source, page.name.span));
    let name = Some(page.name.value.clone());
    Change {
        kind,
        subject: page.name.value.clone(),
        topic: "the reference page of",
        from: name.clone().filter(|_| gone),
        to: name.filter(|_| !gone),
        from_at: at.clone().filter(|_| gone),
        to_at: at.filter(|_| !gone),
        message: None,
    }
}

fn pages((old, new): (&ApiPage, &ApiPage), changes: &mut Vec<Change>) {
    let side = |page: &ApiPage, value: Option<String>, span: Span| (value, At::new(&page.source, span));
    let mut push = |kind, topic, (from, from_at), (to, to_at)| {
        changes.push(Change {
            kind,
            subject: new.name.value.clone(),
            topic,
            from,
            to,
            from_at: Some(from_at),
            to_at: Some(to_at),
            message: None,
        });
    };
    if old.header != new.header {
        push(
            "header-changed",
            "the header",
            side(old, Some(format!("{}.h", old.header)), old.name.span),
            side(new, Some(format!("{}.h", new.header)), new.name.span),
        );
    }
    let level = |page: &ApiPage| page.irql.value.fact();
    if level(old) != level(new) {
        push(
            "irql-changed",
            "the IRQL bound",
            side(old, level(old), old.irql.span),
            side(new, level(new), new.irql.span),
        );
    }
    let parameters = |page: &ApiPage| parameters(page);
    if parameters(old).to_lowercase() != parameters(new).to_lowercase() {
        let place = |page: &ApiPage| page.parameters.first().map_or(page.name.span, |first| first.name.span);
        push(
            "parameters-changed",
            "the parameter list",
            side(old, Some(parameters(old)), place(old)),
            side(new, Some(parameters(new)), place(new)),
        );
    }
    let rules = |page: &ApiPage| compliance(page).into_iter().collect::<BTreeSet<_>>();
    if rules(old) != rules(new) {
        let shown = |page: &ApiPage| {
            let list = compliance(page).join(", ");
            let span = page.compliance.first().map_or(page.name.span, |first| first.span);
            side(page, (!list.is_empty()).then_some(list), span)
        };
        push("compliance-changed", "the compliance list", shown(old), shown(new));
    }
}

/// The names of a page's parameters.
pub(crate) fn parameters(page: &ApiPage) -> String {
    page.parameters.iter().map(|parameter| parameter.name.value.as_str()).collect::<Vec<_>>().join(", ")
}

/// The rules that a page names, each as facts spell it.
pub(crate) fn compliance(page: &ApiPage) -> Vec<String> {
    page.compliance.iter().map(rulebook_catalog::ComplianceEntry::fact).collect()
}

/// What changed on the pages of bug checks: the values of the first parameter and what each means.
pub(crate) fn bug_check_pages(from: &Catalog, to: &Catalog) -> Vec<Change> {
    let mut changes = Vec::new();
    for old in from.bug_checks() {
        let Some(new) = to.bug_checks().iter().find(|new| new.code == old.code) else { continue };
        let rows = |page: &BugCheckPage| {
            let mut rows: BTreeMap<u32, (String, Span)> = BTreeMap::new();
            for row in &page.subcodes {
                let entry = rows.entry(row.value.value).or_insert((String::new(), row.value.span));
                entry.0.push_str(&row.text);
                entry.0.push(' ');
            }
            rows
        };
        let (before, after) = (rows(old), rows(new));
        let codes: BTreeSet<u32> = before.keys().chain(after.keys()).copied().collect();
        for code in codes {
            let said =
                |rows: &BTreeMap<u32, (String, Span)>| rows.get(&code).map(|(text, _)| joined(&words(text, &[])));
            if said(&before) == said(&after) {
                continue;
            }
            let side = |rows: &BTreeMap<u32, (String, Span)>, page: &BugCheckPage| match rows.get(&code) {
                Some((text, span)) => {
                    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    (Some(text), At::new(&page.source, *span))
                }
                None => (None, At::page(&page.source)),
            };
            let ((from, from_at), (to, to_at)) = (side(&before, old), side(&after, new));
            let verb = match (&from, &to) {
                (None, _) => "is new",
                (_, None) => "is gone",
                _ => "means something else",
            };
            changes.push(Change {
                kind: "bug-check-changed",
                subject: format!("0x{:X}", old.code),
                topic: "the meaning",
                from,
                to,
                from_at: Some(from_at),
                to_at: Some(to_at),
                message: Some(format!("the value `0x{code:08X}` of the bug check `0x{:X}` {verb}", old.code)),
            });
        }
    }
    changes
}

/// The rules that sets gained or lost, where both have the set's page and the rule's.
///
/// By file: a rule that is renamed stays in its sets.
pub(crate) fn rule_sets(from: &Catalog, to: &Catalog) -> Vec<Change> {
    let files = |catalog: &Catalog| {
        catalog.rules().iter().map(|page| page.source.file_stem().to_lowercase()).collect::<BTreeSet<_>>()
    };
    let (old_files, new_files) = (files(from), files(to));
    let mut changes = Vec::new();
    for old in from.rule_sets() {
        let Some(new) = to.rule_sets().iter().find(|new| new.source.file_name() == old.source.file_name()) else {
            continue;
        };
        let listed = |page: &RuleSetPage| {
            let rules = page
                .entries
                .iter()
                .filter_map(|entry| Some((slug(&entry.link.target), entry.rule.clone()?, entry.link.span)));
            rules.map(|(file, rule, span)| (file, Spanned::new(rule, span))).collect::<BTreeMap<String, _>>()
        };
        let (before, after) = (listed(old), listed(new));
        let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for file in all.into_iter().filter(|file| old_files.contains(*file) && new_files.contains(*file)) {
            let (was, is) = (before.get(file), after.get(file));
            let Some(rule) = was.xor(is) else { continue };
            let side = |entry: Option<&Spanned<RuleId>>, page: &RuleSetPage| match entry {
                Some(entry) => (Some(page.title.value.clone()), At::new(&page.source, entry.span)),
                None => (None, At::page(&page.source)),
            };
            let ((from, from_at), (to, to_at)) = (side(was, old), side(is, new));
            changes.push(Change {
                kind: "rule-set-changed",
                subject: rule.value.to_string(),
                topic: "the place in the rule set",
                from,
                to,
                from_at: Some(from_at),
                to_at: Some(to_at),
                message: None,
            });
        }
    }
    changes
}
