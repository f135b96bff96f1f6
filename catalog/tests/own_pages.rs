//! The house rules of our own pages: what every file in `catalog/rules` has to have, whoever wrote it.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

mod support;

use std::collections::BTreeSet;

use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::rules::{RuleMachines, RuleText, machines_of};
use rulebook_catalog::semantics::semantics;
use rulebook_catalog::{Catalog, ExampleKind, RulePage, bundled};

const APPLICABILITIES: [&str; 3] = ["framework", "dispatch", "kernel"];

fn own() -> Catalog {
    let (catalog, problems) = Catalog::bundled();
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(!catalog.rules().is_empty(), "no page is bundled");
    catalog
}

fn key(page: &RulePage, key: &str) -> Option<String> {
    page.front_matter.text(key).map(|text| text.value)
}

fn facts() -> ApiFacts {
    let files: Vec<_> = bundled::files().iter().copied().filter(|(path, _)| path.starts_with("apis/")).collect();
    ApiFacts::parse(&files).unwrap()
}

/// The specification of `page` as machines.
fn machines(page: &RulePage, facts: &ApiFacts) -> Option<RuleMachines> {
    let specification = page.specification.as_ref()?;
    let applies_to: Vec<String> = page.applies_to().map(|api| api.name.clone()).collect();
    let rule = RuleText {
        path: &page.source.path,
        applies_to: &applies_to,
        specification: &specification.text,
        first_line: page.source.line(specification.span),
    };
    Some(machines_of(rule, facts))
}

/// What is wrong with one page, against the house rules.
fn faults(page: &RulePage) -> Vec<String> {
    let mut faults = Vec::new();
    let mut say = |wrong: bool, what: &str| {
        if wrong {
            faults.push(format!("{}: {what}", page.source.path));
        }
    };
    let text = &page.source.text;
    let path = format!("rules/{}/{}.md", page.id.model, page.id.name);
    say(page.source.path != path, "the path is not model/Name.md");
    say(text.contains("FIXME"), "a placeholder is left");
    say(text.contains('\r') || text.lines().any(|line| line.ends_with(' ')), "a line ends in space");
    say(key(page, "family").is_none(), "no family");
    say(page.summary.as_ref().is_none_or(|summary| summary.value.len() > 140), "no summary of one line");
    let applicability = key(page, "applicability").unwrap_or_default();
    say(!APPLICABILITIES.contains(&applicability.as_str()), "no applicability");
    say(page.specification.is_none() && key(page, "status").is_none(), "neither a specification nor a status");
    say(page.prose.is_empty(), "nothing says what is required");
    for heading in ["Why it matters", "Limits"] {
        let section = page.extra.iter().find(|section| section.heading.value == heading);
        say(section.is_none_or(|section| section.blocks.is_empty()), &format!("nothing under {heading}"));
    }
    if page.specification.is_some() {
        say(
            key(page, "formalises").is_none(),
            "not recorded what the specification formalises: `rulebook sync --write`",
        );
        let of = |kind| page.examples.iter().filter(move |example| example.kind == kind);
        say(of(ExampleKind::Violation).all(|example| example.markers.is_empty()), "no violation with a mark");
        say(of(ExampleKind::Compliant).next().is_none(), "no compliant example");
        let texts: BTreeSet<&str> = page.examples.iter().map(|example| example.code.text.as_str()).collect();
        say(texts.len() != page.examples.len(), "an example stands there twice");
    }
    faults
}

#[test]
fn every_page_keeps_the_house_rules() {
    let faults: Vec<String> = own().rules().iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_specification_expands_over_the_bundled_facts() {
    let facts = facts();
    let mut wrong = Vec::new();
    for page in own().rules() {
        let Some(machines) = machines(page, &facts) else {
            continue;
        };
        wrong.extend(machines.problems.iter().map(|problem| format!("{}: {}", problem.place, problem.message)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_scope_names_roles_that_the_semantics_know() {
    let semantics = semantics(bundled::files()).unwrap();
    let facts = facts();
    for page in own().rules() {
        let Some(machines) = machines(page, &facts) else {
            continue;
        };
        for word in machines.scope.roles.iter().chain(&machines.scope.except_roles) {
            assert!(!semantics.roles_of(word).is_empty(), "{}: `{word}` is no role and no group", page.source.path);
        }
    }
}

#[test]
fn a_variant_names_another_page() {
    let catalog = own();
    for page in catalog.rules() {
        let Some(of) = key(page, "variant-of") else {
            continue;
        };
        let id = of.parse().unwrap_or_else(|error| panic!("{}: {error}", page.source.path));
        let other = catalog.rule(&id);
        assert!(
            other.is_some_and(|other| other.id != page.id && key(other, "variant-of").is_none()),
            "{}: {of}",
            page.source.path
        );
    }
}

/// Facts are carried over, so both pages have to say the same: names, lists, codes, tests.
#[test]
fn our_pages_state_the_facts_of_the_published_ones() {
    let Some(upstream) = support::upstream() else {
        return;
    };
    let (published, _) = Catalog::load_pages(&upstream.join("devtest"));
    for page in own().rules() {
        let other = published.rule(&page.id).unwrap_or_else(|| panic!("{}: not published", page.source.path));
        let list = |page: &RulePage| page.applies_to().map(|api| api.name.clone()).collect::<Vec<_>>();
        assert_eq!(list(page), list(other), "{}: APIs", page.id);
        let codes =
            |page: &RulePage| page.bug_checks.iter().map(|check| (check.code, check.subcode)).collect::<Vec<_>>();
        assert_eq!(codes(page), codes(other), "{}: bug checks", page.id);
        let tests = |page: &RulePage| {
            let compile =
                page.testing.compile_time.as_ref().map(|test| test.rule.as_ref().map(|rule| rule.value.clone()));
            let run = page.testing.run_time.as_ref().map(|test| {
                let value = |class: &rulebook_catalog::Spanned<u32>| class.value;
                (
                    test.domain.as_ref().map(|domain| domain.value.clone()),
                    test.rule_class.as_ref().map(value),
                    !test.options.is_empty(),
                )
            });
            (compile, run)
        };
        assert_eq!(tests(page), tests(other), "{}: tests", page.id);
    }
}
