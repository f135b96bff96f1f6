//! One rule's page: what the template shows.

mod apis;
mod related;

use std::collections::{BTreeMap, BTreeSet};

use rulebook_catalog::derive::derivation_of;
use rulebook_catalog::{ExampleKind, RulePage, SectionKind};
use rulebook_machine::Interval;
use rulebook_machine::condition::Condition;
use rulebook_machine::rule::Machine;
use rulebook_machine::table::{Applicability, Rule};
use serde::Serialize;

pub(super) use self::related::Kin;
use super::facts::{self, RuleFacts};
use super::{Book, diagram, example_source, prose};

/// The data of the template `rule.md`.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    rule: RuleFacts,
    bug_checks: Vec<Way>,
    rule_sets: Vec<Way>,
    options: Vec<Way>,
    /// The page that all this is from, by its name: where it lay is nobody's business.
    source: String,
    /// From the page to the root of the book.
    root: &'static str,
    model_name: String,
    /// The folder of the model's pages.
    model_folder: String,
    applies_in: &'static str,
    scope: Vec<String>,
    requirement: String,
    decisions: Vec<String>,
    sections: Vec<Section>,
    limits: String,
    diagrams: Vec<Diagram>,
    bounds: Vec<Bound>,
    conditions: Vec<String>,
    violations: Vec<Shown>,
    compliant: Vec<Shown>,
    /// What the rule misses, and where it is wrong, as far as is known.
    missed: Vec<Shown>,
    alarms: Vec<Shown>,
    apis: Vec<apis::Api>,
    related: Vec<related::Related>,
    derived_from: Vec<Ground>,
    unchecked: Vec<Ground>,
    upstream: Option<String>,
    quoted: bool,
}

/// A word on the page that leads to a heading of an index.
#[derive(Debug, Serialize)]
struct Way {
    name: String,
    /// Empty where the index has no such heading.
    anchor: String,
}

/// A part of a derived machine, or a reason why there is none, with the sentence it rests on.
#[derive(Debug, Serialize)]
struct Ground {
    what: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Section {
    heading: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Diagram {
    object: String,
    svg: String,
}

/// Calls that share a bound on the level.
#[derive(Debug, Serialize)]
struct Bound {
    must: String,
    svg: String,
    apis: Vec<String>,
    when: String,
}

#[derive(Debug, Serialize)]
struct Shown {
    title: String,
    code: String,
    output: Option<String>,
}

impl Page {
    pub(super) fn new(book: &Book<'_>, kin: &Kin<'_>, page: &RulePage, facts: &RuleFacts) -> Self {
        let rule = facts::rule_in(book.table, page);
        let machines = rule.map(|rule| rule.machines.as_slice()).unwrap_or_default();
        let limits = page.extra.iter().find(|section| section.heading.value.eq_ignore_ascii_case("limits"));
        let derivation = derivation_of(book.catalog, book.facts, page).unwrap_or_default();
        let sections = page.extra.iter().filter(|section| !section.heading.value.eq_ignore_ascii_case("limits"));
        let way = |name: &String| Way { name: plain(name), anchor: facts::anchor(name) };
        let known = |name: &String| book.catalog.lists().option_named(name).is_some();
        Self {
            bug_checks: facts.bug_checks.iter().map(way).collect(),
            rule_sets: facts.rule_sets.iter().map(way).collect(),
            options: facts
                .run_time_tests
                .iter()
                .map(|name| if known(name) { way(name) } else { Way { name: plain(name), anchor: String::new() } })
                .collect(),
            source: facts.page.rsplit('/').next().unwrap_or_default().to_owned(),
            root: "../../",
            model_name: model_name(&facts.model),
            model_folder: crate::writer::sanitised(&facts.model),
            applies_in: applies_in(rule),
            scope: rule.map(|rule| rule.scope.roles.clone()).unwrap_or_default(),
            requirement: prose::blocks(&page.prose),
            decisions: page.notes.iter().map(|note| prose::quoted(&note.blocks)).collect(),
            sections: sections
                .map(|section| Section { heading: section.heading.value.clone(), text: prose::blocks(&section.blocks) })
                .filter(|section| !section.text.is_empty())
                .collect(),
            limits: limits.map(|section| prose::blocks(&section.blocks)).unwrap_or_default(),
            diagrams: machines
                .iter()
                .filter_map(|machine| Some(Diagram { object: machine.object.clone(), svg: diagram::states(machine)? }))
                .collect(),
            bounds: bounds(machines),
            conditions: conditions(machines),
            violations: examples(book, page, facts, ExampleKind::Violation),
            compliant: examples(book, page, facts, ExampleKind::Compliant),
            missed: examples(book, page, facts, ExampleKind::KnownMiss),
            alarms: examples(book, page, facts, ExampleKind::FalseAlarm),
            apis: apis::of(book, page, machines),
            related: kin.of(page),
            derived_from: derivation
                .from
                .into_iter()
                .map(|from| Ground { what: from.part, text: plain(&from.text) })
                .collect(),
            unchecked: derivation
                .unchecked
                .into_iter()
                .chain(derivation.refused)
                .map(|refusal| Ground { what: refusal.reason, text: plain(&refusal.text) })
                .collect(),
            upstream: upstream(page, facts),
            quoted: book.quoted,
            rule: facts.clone(),
        }
    }
}

/// A sentence for a cell of a table: one line, nothing that Markdown or HTML would read.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if "\\`*_[]<>|".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The model as people write it.
pub(super) fn model_name(slug: &str) -> String {
    match slug.len() {
        ..=4 => slug.to_uppercase(),
        _ => capitalised(slug),
    }
}

/// The word with a capital.
pub(super) fn capitalised(word: &str) -> String {
    word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect()
}

fn applies_in(rule: Option<&Rule>) -> &'static str {
    match rule.map(|rule| rule.applicability) {
        Some(Applicability::Framework) => "drivers of its own model",
        Some(Applicability::Dispatch) => "drivers that install their dispatch routines themselves",
        Some(Applicability::Kernel) => "every kernel-mode driver",
        None => "",
    }
}

/// The calls by the interval that they must be made at.
fn bounds(machines: &[Machine]) -> Vec<Bound> {
    let mut by: BTreeMap<(Interval, String), BTreeSet<String>> = BTreeMap::new();
    for machine in machines {
        for check in &machine.checks {
            let Some(event) = machine.event(&check.event) else {
                continue;
            };
            let when = event.when.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
            for condition in &check.require {
                if let Condition::Irql(interval) = condition {
                    let calls = by.entry((*interval, when.clone())).or_default();
                    calls.extend(event.patterns.iter().map(diagram::call));
                }
            }
        }
    }
    by.into_iter()
        .map(|((interval, when), apis)| Bound {
            must: interval.describe(),
            svg: diagram::ladder(interval),
            apis: apis.into_iter().collect(),
            when,
        })
        .collect()
}

/// What must hold at events besides bounds on the level, in the words of the specification.
fn conditions(machines: &[Machine]) -> Vec<String> {
    let mut found = Vec::new();
    for machine in machines {
        for check in &machine.checks {
            let Some(event) = machine.event(&check.event) else {
                continue;
            };
            let calls = event.patterns.iter().map(|pattern| format!("`{pattern}`")).collect::<Vec<_>>().join(", ");
            let required = check.require.iter().filter(|condition| !matches!(condition, Condition::Irql(_)));
            found.extend(required.map(|condition| format!("at {calls}: `{condition}`")));
        }
    }
    found.dedup();
    found
}

fn examples(book: &Book<'_>, page: &RulePage, facts: &RuleFacts, kind: ExampleKind) -> Vec<Shown> {
    let of_kind = page.examples.iter().enumerate().filter(|(_, example)| example.kind == kind);
    of_kind
        .map(|(number, example)| Shown {
            title: capitalised(&example.title.value),
            code: example_source(example).trim_end().to_owned(),
            output: book.shown.get(&(facts.id.clone(), number)).map(|text| text.trim_end().to_owned()),
        })
        .collect()
}

/// The document of which the page is the counterpart: named by the front matter, else linked at the end.
fn upstream(page: &RulePage, facts: &RuleFacts) -> Option<String> {
    let linked = || {
        page.see_also
            .iter()
            .map(|link| link.target.as_str())
            .find(|target| target.starts_with("https://") && target.contains("/devtest/"))
    };
    let source = if page.has(SectionKind::SeeAlso) { linked() } else { None };
    facts.upstream.clone().or_else(|| source.and_then(prose::link))
}
