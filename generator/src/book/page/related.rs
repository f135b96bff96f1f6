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

/// Rules of the same name, the one whose variant it is, and those that watch the same functions.
pub(super) fn of(book: &Book<'_>, page: &RulePage, facts: &RuleFacts, rule: Option<&Rule>) -> Vec<Related> {
    let variant = page.front_matter.text("variant-of").map(|text| text.value);
    let functions = |rule: &Rule| -> BTreeSet<String> {
        let patterns = rule.machines.iter().flat_map(|machine| &machine.events).flat_map(|event| &event.patterns);
        patterns.filter_map(|pattern| pattern.api().map(str::to_owned)).collect()
    };
    let own = rule.map(functions).unwrap_or_default();
    let mut ranked: Vec<(usize, Related)> = Vec::new();
    for other in book.catalog.rules().iter().filter(|other| other.id != page.id) {
        let other_facts = facts::facts(other, facts::rule_in(book.table, other));
        let shared = facts::rule_in(book.table, other).map_or(0, |rule| functions(rule).intersection(&own).count());
        let named = other.id.name.eq_ignore_ascii_case(&page.id.name)
            || variant.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(&other_facts.id));
        let kin = shared > 0 && other_facts.family == facts.family;
        if named || kin {
            let path = path(&other_facts);
            ranked.push((
                if named { usize::MAX } else { shared },
                Related { id: other_facts.id, path, summary: other_facts.summary },
            ));
        }
    }
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    ranked.into_iter().take(6).map(|(_, related)| related).collect()
}
