//! The functions of a rule, with their links, levels and events.

use std::collections::BTreeSet;

use rulebook_catalog::{ApiRef, RulePage};
use rulebook_machine::rule::Machine;
use serde::Serialize;

use crate::book::{Book, prose};

/// A function that the page lists or a machine watches.
#[derive(Debug, Serialize)]
pub(super) struct Api {
    name: String,
    link: Option<String>,
    irql: String,
    /// The events of the rule's machines that a call of it is.
    events: String,
}

/// The functions of `page`: those it lists in its order, then those that only its machines watch.
pub(super) fn of(book: &Book<'_>, page: &RulePage, machines: &[Machine]) -> Vec<Api> {
    let mut seen = BTreeSet::new();
    let listed: Vec<(&str, Option<&ApiRef>)> = page.applies_to().map(|api| (api.name.as_str(), Some(api))).collect();
    let patterns = machines.iter().flat_map(|machine| &machine.events).flat_map(|event| &event.patterns);
    let watched = patterns.filter_map(|pattern| pattern.api()).map(|name| (name, None));
    let mut apis = Vec::new();
    for (name, api) in listed.into_iter().chain(watched) {
        if !seen.insert(name) {
            continue;
        }
        let fact = book.facts.functions.get(name);
        let reference = fact.and_then(|fact| fact.source.reference.as_deref());
        apis.push(Api {
            name: name.to_owned(),
            link: api.and_then(|api| prose::link(api.target.as_deref()?)).or_else(|| reference_link(reference?)),
            irql: fact.and_then(|fact| fact.irql.clone()).unwrap_or_default().replace("see-remarks", "(see remarks)"),
            events: events(machines, name),
        });
    }
    apis
}

fn reference_link(reference: &str) -> Option<String> {
    prose::link(&format!("/windows-hardware/drivers/ddi/{}", reference.trim_end_matches(".md")))
}

fn events(machines: &[Machine], api: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    for machine in machines {
        for event in &machine.events {
            let calls = event.patterns.iter().any(|pattern| pattern.api() == Some(api));
            // Bounds have events of their own, numbered, which say nothing.
            if calls
                && machine.states.iter().any(|state| state.on.contains_key(&event.name))
                && !names.contains(&event.name)
            {
                names.push(event.name.clone());
            }
        }
    }
    names.join(", ")
}
