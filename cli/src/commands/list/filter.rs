//! Which rules are asked for. A value that nothing is called is an error, never an empty list.

use std::collections::BTreeSet;

use anyhow::bail;
use rulebook_catalog::Model;
use rulebook_diagnostics::Problem;
use rulebook_generator::book::facts::{RuleFacts, bug_check};

use crate::args;
use crate::codes::Codes;
use crate::inputs::Listed;
use rulebook_diagnostics::nearest::unknown;

/// What a rule's page may say of how far it is checked.
const STATUSES: [&str; 5] = ["executable", "partial", "run-time-only", "too-vague", "unspecified"];

/// The conditions that a rule has to meet; one without values is met by every rule, values of one are alternatives.
pub(super) struct Filter {
    models: Vec<String>,
    families: Vec<String>,
    statuses: Vec<String>,
    sets: Option<BTreeSet<String>>,
    apis: Vec<String>,
    codes: Vec<Codes>,
    words: Vec<String>,
}

impl Filter {
    /// The conditions in `args`, and what is wrong with a rule list file.
    pub(super) fn new(args: &args::List, listed: &Listed) -> anyhow::Result<(Self, Vec<Problem>)> {
        let rules = &listed.rules;
        let with = |of: fn(&RuleFacts) -> &String, more: &mut dyn Iterator<Item = &str>| -> BTreeSet<String> {
            rules
                .iter()
                .map(|rule| of(rule).clone())
                .chain(more.map(str::to_owned))
                .filter(|name| !name.is_empty())
                .collect()
        };
        let models = with(|rule| &rule.model, &mut Model::names());
        let families = with(|rule| &rule.family, &mut listed.families.iter().map(String::as_str));
        let statuses = with(|rule| &rule.status, &mut STATUSES.into_iter());
        let mut problems = Vec::new();
        let mut sets = None;
        for wanted in &args.set {
            let (rules, wrong) = super::sets::rules(wanted, listed)?;
            sets.get_or_insert_with(BTreeSet::new).extend(rules);
            problems.extend(wrong);
        }
        let codes = args.code.iter().map(|code| known_code(code, listed)).collect::<Result<Vec<_>, _>>()?;
        for api in &args.api {
            known_api(api, listed)?;
        }
        let filter = Self {
            models: known("driver model", &args.model, &models)?,
            families: known("family", &args.family, &families)?,
            statuses: known("status", &args.status, &statuses)?,
            sets,
            apis: args.api.clone(),
            codes,
            words: args.text.iter().flat_map(|text| text.split_whitespace()).map(str::to_lowercase).collect(),
        };
        Ok((filter, problems))
    }

    pub(super) fn passes(&self, rule: &RuleFacts) -> bool {
        let one_of = |wanted: &[String], found: &str| {
            wanted.is_empty() || wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(found))
        };
        one_of(&self.models, &rule.model)
            && one_of(&self.families, &rule.family)
            && one_of(&self.statuses, &rule.status)
            && self.sets.as_ref().is_none_or(|sets| sets.contains(&rule.id.to_lowercase()))
            && (self.apis.is_empty() || self.apis.iter().any(|api| is_about(rule, api)))
            && (self.codes.is_empty() || self.codes.iter().any(|codes| has_code(rule, *codes)))
            && (self.words.is_empty() || has_words(rule, &self.words))
    }
}

/// The values if all of them are known; without regard to case.
fn known(kind: &str, wanted: &[String], known: &BTreeSet<String>) -> anyhow::Result<Vec<String>> {
    match wanted.iter().find(|wanted| !known.iter().any(|known| known.eq_ignore_ascii_case(wanted))) {
        Some(wrong) => bail!(unknown(kind, wrong, known.iter().map(String::as_str))),
        None => Ok(wanted.to_vec()),
    }
}

fn is_about(rule: &RuleFacts, api: &str) -> bool {
    rule.apis.iter().chain(&rule.watched).any(|name| name.eq_ignore_ascii_case(api))
}

/// A function without rules is no error, but one that nobody knows is.
fn known_api(api: &str, listed: &Listed) -> anyhow::Result<()> {
    if listed.rules.iter().any(|rule| is_about(rule, api)) {
        return Ok(());
    }
    let names = listed.function_names()?;
    if names.iter().any(|name| name.eq_ignore_ascii_case(api)) {
        return Ok(());
    }
    let of_rules = listed.rules.iter().flat_map(|rule| rule.apis.iter().chain(&rule.watched));
    bail!(unknown("function that is known", api, of_rules.chain(&names).map(String::as_str)))
}

fn has_code(rule: &RuleFacts, wanted: Codes) -> bool {
    rule.bug_checks.iter().filter_map(|check| Codes::parse(check).ok()).any(|own| wanted.fit(own.code, own.subcode))
}

/// A code without rules is no error, but one that no document has is.
fn known_code(code: &str, listed: &Listed) -> anyhow::Result<Codes> {
    let wanted = Codes::parse(code)?;
    let documented = listed.lists.checks.iter().any(|check| {
        let own = std::iter::once(None).chain(check.codes.iter().map(|code| Some(code.value)));
        own.into_iter().any(|value| wanted.fit(check.code, value))
    });
    if documented || listed.rules.iter().any(|rule| has_code(rule, wanted)) {
        return Ok(wanted);
    }
    let mut known: Vec<String> = listed.lists.checks.iter().map(|check| format!("0x{:X}", check.code)).collect();
    known.extend(listed.rules.iter().flat_map(|rule| rule.bug_checks.iter().cloned()));
    let wanted = bug_check(wanted.code, wanted.subcode);
    bail!(unknown("code that is known", &wanted, known.iter().map(String::as_str)))
}

/// Whether every word is in what a list shows of the rule, or in its functions and codes.
fn has_words(rule: &RuleFacts, words: &[String]) -> bool {
    let own = [&rule.id, &rule.summary, &rule.family, &rule.status];
    let all = own.into_iter().chain(&rule.aliases).chain(&rule.apis).chain(&rule.watched);
    let text: String =
        all.chain(&rule.bug_checks).chain(&rule.rule_sets).map(|part| part.to_lowercase() + "\n").collect();
    words.iter().all(|word| text.contains(word.as_str()))
}
