//! The rules that a reader of one rule may want to see.

use std::collections::BTreeSet;

use rulebook_catalog::RulePage;
use rulebook_machine::table::Rule;
use serde::Serialize;

use crate::book::facts::{self, RuleFacts};
use crate::book::{Book, path};

/// A rule beside the one of the page.
#[derive(Debug, Serialize)]
pub(super) struct Related {
    id: String,
    path: String,
    summary: String,
}

/// All rules with the functions that they watch, by which kin is found.
#[derive(Debug)]
pub(in crate::book) struct Kin<'a> {
    rules: Vec<(&'a RulePage, &'a RuleFacts, BTreeSet<&'a str>)>,
}

impl<'a> Kin<'a> {
    /// The rules of `book`, whose facts are `all`.
    pub(in crate::book) fn new(book: &Book<'a>, all: &'a [RuleFacts]) -> Self {
        let watched = |rule: &'a Rule| -> BTreeSet<&'a str> {
            let patterns = rule.machines.iter().flat_map(|machine| &machine.events).flat_map(|event| &event.patterns);
            patterns.filter_map(|pattern| pattern.api()).collect()
        };
        let pages = book.catalog.rules().iter().zip(all);
        let rules =
            pages.map(|(page, facts)| (page, facts, facts::rule_in(book.table, page).map(watched).unwrap_or_default()));
        Self { rules: rules.collect() }
    }

    /// Rules of the same name, the one whose variant it is, and those that watch the same functions.
    pub(super) fn of(&self, page: &RulePage) -> Vec<Related> {
        let Some((_, facts, own)) = self.rules.iter().find(|(known, ..)| std::ptr::eq(*known, page)) else {
            return Vec::new();
        };
        let variant = page.front_matter.text("variant-of").map(|text| text.value);
        let mut ranked: Vec<(usize, &RuleFacts)> = Vec::new();
        for (other, other_facts, watched) in self.rules.iter().filter(|(other, ..)| other.id != page.id) {
            let named = other.id.name.eq_ignore_ascii_case(&page.id.name)
                || variant.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(&other_facts.id));
            let shared = if other_facts.family == facts.family { watched.intersection(own).count() } else { 0 };
            if named || shared > 0 {
                ranked.push((if named { usize::MAX } else { shared }, other_facts));
            }
        }
        ranked.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
        let shown =
            |facts: &RuleFacts| Related { id: facts.id.clone(), path: path(facts), summary: facts.summary.clone() };
        ranked.into_iter().take(6).map(|(_, facts)| shown(facts)).collect()
    }
}
