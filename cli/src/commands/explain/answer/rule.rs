//! What is known about a rule.

use rulebook_catalog::RulePage;
use rulebook_catalog::derive::{Derivation, derivation_of};
use rulebook_generator::book::facts::{self, RuleFacts};
use rulebook_machine::Machine;
use serde::Serialize;

use crate::inputs::Loaded;

#[derive(Debug, Serialize)]
pub(in super::super) struct RuleAnswer {
    #[serde(flatten)]
    pub(in super::super) facts: RuleFacts,
    pub(in super::super) requirement: Vec<String>,
    pub(in super::super) note: Option<String>,
    pub(in super::super) help: Option<String>,
    pub(in super::super) see: Option<String>,
    pub(in super::super) machines: Vec<Machine>,
    /// Where the parts of a derived rule came from, or why there is none; nothing for a page with a specification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) derivation: Option<Derivation>,
}

/// The rules called `what`, in any model and under any spelling.
pub(super) fn of(loaded: &Loaded, what: &str) -> Vec<RuleAnswer> {
    let asks = |page: &&RulePage| {
        let named = |name: &str| name.eq_ignore_ascii_case(what);
        named(&page.id.to_string()) || named(&page.id.name) || page.aliases.iter().any(|alias| named(&alias.value))
    };
    loaded.catalog.rules().iter().filter(asks).map(|page| rule(loaded, page)).collect()
}

fn rule(loaded: &Loaded, page: &RulePage) -> RuleAnswer {
    let rule = facts::rule_in(&loaded.source.table, page);
    let text = |of: fn(&rulebook_machine::table::Rule) -> &Option<String>| rule.and_then(|rule| of(rule).clone());
    RuleAnswer {
        facts: facts::facts(&loaded.catalog, page, rule),
        requirement: page
            .prose
            .iter()
            .map(|block| block.inline.text.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect(),
        note: text(|rule| &rule.note),
        help: text(|rule| &rule.help),
        see: text(|rule| &rule.see),
        machines: rule.map(|rule| rule.machines.clone()).unwrap_or_default(),
        derivation: derivation_of(&loaded.catalog, &loaded.source.facts, page),
    }
}
