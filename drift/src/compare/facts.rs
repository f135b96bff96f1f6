//! The facts of two pages of one rule: names, models, functions, bug checks, tests.

use std::collections::BTreeMap;

use rulebook_catalog::links::ApiTarget;
use rulebook_catalog::testing::{CompileTime, RunTime};
use rulebook_catalog::{ApiRef, BugCheck, RulePage, SectionKind};
use rulebook_diagnostics::Span;

use super::identity::identity;
use super::{Both, Change};

/// Every fact in which the pages differ.
pub(crate) fn facts(both: Both<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let renamed = identity(both, &mut changes);
    apis(both, &mut changes);
    bug_checks(both, &mut changes);
    testing(both, renamed, &mut changes);
    changes
}

/// The place of a section, else the page's name for the rule.
fn section(page: &RulePage, kind: SectionKind) -> Span {
    let found = page.section(kind);
    found.map_or(page.name.span, |section| section.heading.as_ref().map_or(section.body, |heading| heading.span))
}

/// The first entry for each function.
fn list(page: &RulePage) -> BTreeMap<&str, &ApiRef> {
    let mut list = BTreeMap::new();
    for api in page.applies_to() {
        list.entry(api.name.as_str()).or_insert(api);
    }
    list
}

fn apis(both: Both<'_>, changes: &mut Vec<Change>) {
    let (old, new) = (list(both.from), list(both.to));
    let (from_list, to_list) = (section(both.from, SectionKind::AppliesTo), section(both.to, SectionKind::AppliesTo));
    for (name, api) in &new {
        if !old.contains_key(name) {
            let to = (Some(api.name.clone()), api.span);
            changes.push(both.change("api-added", "the API", (None, from_list), to));
        }
    }
    for (name, api) in &old {
        match new.get(name) {
            None => {
                let from = (Some(api.name.clone()), api.span);
                changes.push(both.change("api-removed", "the API", from, (None, to_list)));
            }
            Some(other) => {
                // Where a page of the reference moved to is no change; that another function's page is meant is one.
                let page = |api: &ApiRef| api.target.as_deref().and_then(ApiTarget::of);
                if let (Some(old), Some(new)) = (page(api), page(other))
                    && old.name != new.name
                {
                    changes.push(both.change(
                        "api-link-changed",
                        "the reference page of an API",
                        (Some(old.name), api.span),
                        (Some(new.name), other.span),
                    ));
                }
            }
        }
    }
}

/// A bug check as people write it: code and sub-code.
fn shown(check: &BugCheck) -> String {
    let subcode = check.subcode.map(|subcode| format!(" 0x{subcode:08X}")).unwrap_or_default();
    let name = check.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    format!("0x{:X}{subcode}{name}", check.code)
}

fn same(old: &BugCheck, new: &BugCheck) -> bool {
    let named = match (&old.name, &new.name) {
        (Some(old), Some(new)) => old.eq_ignore_ascii_case(new),
        _ => true,
    };
    old.code == new.code && old.subcode == new.subcode && named
}

fn bug_checks(both: Both<'_>, changes: &mut Vec<Change>) {
    let (mut old, mut new): (Vec<_>, Vec<_>) =
        (both.from.bug_checks.iter().collect(), both.to.bug_checks.iter().collect());
    let mut pairs: Vec<(Option<&BugCheck>, Option<&BugCheck>)> = Vec::new();
    // Equal ones go, then those of one code belong together, then whatever is left, in order.
    let rules: [fn(&BugCheck, &BugCheck) -> bool; 3] = [same, |old, new| old.code == new.code, |_, _| true];
    for fits in rules {
        old.retain(|check| match new.iter().position(|other| fits(check, other)) {
            Some(at) => {
                pairs.push((Some(check), Some(new.remove(at))));
                false
            }
            None => true,
        });
    }
    pairs.extend(old.into_iter().map(|check| (Some(check), None)));
    pairs.extend(new.into_iter().map(|check| (None, Some(check))));
    for (old, new) in pairs {
        if old.zip(new).is_some_and(|(old, new)| same(old, new)) {
            continue;
        }
        let side = |check: Option<&BugCheck>, page: &RulePage| match check {
            Some(check) => (Some(shown(check)), check.span),
            None => (None, page.bug_checks_span.or(page.models_span).unwrap_or(page.name.span)),
        };
        changes.push(both.change("bug-check-changed", "the bug check", side(old, both.from), side(new, both.to)));
    }
}

fn testing(both: Both<'_>, renamed: bool, changes: &mut Vec<Change>) {
    const KIND: &str = "testing-changed";
    let (old, new) = (&both.from.testing, &both.to.testing);
    let nowhere = |page| section(page, SectionKind::HowToTest);
    match (&old.compile_time, &new.compile_time) {
        (Some(old), Some(new)) => compile_time(both, (old, new), renamed, changes),
        (None, None) => {}
        (old, new) => {
            let side = |test: &Option<CompileTime>, page| match test {
                Some(test) => (Some(named(test).unwrap_or("without a rule").to_owned()), test.span),
                None => (None, nowhere(page)),
            };
            changes.push(both.change(KIND, "the test at compile time", side(old, both.from), side(new, both.to)));
        }
    }
    match (&old.run_time, &new.run_time) {
        (Some(old), Some(new)) => run_time(both, (old, new), changes),
        (None, None) => {}
        (old, new) => {
            let side = |test: &Option<RunTime>, page| match test {
                Some(test) => (Some(run_time_shown(test)), test.span),
                None => (None, nowhere(page)),
            };
            changes.push(both.change(KIND, "the test at run time", side(old, both.from), side(new, both.to)));
        }
    }
}

fn named(test: &CompileTime) -> Option<&str> {
    test.rule.as_ref().map(|rule| rule.value.as_str())
}

fn compile_time(both: Both<'_>, (old, new): (&CompileTime, &CompileTime), renamed: bool, changes: &mut Vec<Change>) {
    let lower = |test| named(test).map(str::to_lowercase);
    // A rule that is renamed is tested under its new name: that is one change.
    let follows = renamed
        && named(old).is_some_and(|name| name.eq_ignore_ascii_case(&both.from.id.name))
        && named(new).is_some_and(|name| name.eq_ignore_ascii_case(&both.to.id.name));
    if lower(old) != lower(new) && !follows {
        let side = |test: &CompileTime| {
            let span = test.rule.as_ref().map_or(test.span, |rule| rule.span);
            (named(test).map(str::to_owned), span)
        };
        changes.push(both.change("testing-changed", "the rule of the test at compile time", side(old), side(new)));
    }
}

/// The options, each once, in one spelling and order.
fn options(test: &RunTime) -> Vec<String> {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let mut options: Vec<String> = test.options.iter().map(|option| plain(&option.text)).collect();
    options.sort();
    options.dedup();
    options
}

fn options_shown(test: &RunTime) -> Option<String> {
    let texts: Vec<&str> = test.options.iter().map(|option| option.text.trim()).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn run_time_shown(test: &RunTime) -> String {
    let domain = test.domain.as_ref().map(|domain| format!("/domain {}", domain.value));
    let class = test.rule_class.as_ref().map(|class| format!("/rc {}", class.value));
    let parts: Vec<String> = [options_shown(test), domain, class].into_iter().flatten().collect();
    if parts.is_empty() { "Driver Verifier".to_owned() } else { parts.join(", ") }
}

fn run_time(both: Both<'_>, (old, new): (&RunTime, &RunTime), changes: &mut Vec<Change>) {
    const KIND: &str = "testing-changed";
    if options(old) != options(new) {
        let side = |test: &RunTime| (options_shown(test), test.options.first().map_or(test.span, |option| option.span));
        changes.push(both.change(KIND, "the option of Driver Verifier", side(old), side(new)));
    }
    let lower = |test: &RunTime| test.domain.as_ref().map(|domain| domain.value.to_lowercase());
    if lower(old) != lower(new) {
        let side = |test: &RunTime| {
            let span = test.domain.as_ref().map_or(test.span, |domain| domain.span);
            (test.domain.as_ref().map(|domain| domain.value.clone()), span)
        };
        changes.push(both.change(KIND, "the domain of the test at run time", side(old), side(new)));
    }
    let number = |test: &RunTime| test.rule_class.as_ref().map(|class| class.value);
    if number(old) != number(new) {
        let side = |test: &RunTime| {
            let span = test.rule_class.as_ref().map_or(test.span, |class| class.span);
            (number(test).map(|class| class.to_string()), span)
        };
        changes.push(both.change(KIND, "the rule class of the test at run time", side(old), side(new)));
    }
}
