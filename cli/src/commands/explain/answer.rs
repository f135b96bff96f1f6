//! What is known, as data: the same for people and for scripts.

mod api;
mod code;
mod lists;
mod role;
mod rule;
mod words;

use rulebook_generator::book::facts::bug_check;
use serde::Serialize;

pub(super) use self::api::{ApiAnswer, Parameter};
pub(super) use self::code::{CodeAnswer, CodeRule};
pub(super) use self::lists::{OptionAnswer, SetAnswer};
pub(super) use self::role::RoleAnswer;
pub(super) use self::rule::RuleAnswer;
use crate::codes::{Codes, is_code};

use crate::inputs::Loaded;

/// Everything that bears the name asked for. The names of the fields are a contract with scripts: add, never rename.
#[derive(Debug, Default, Serialize)]
pub(super) struct Answer {
    pub(super) rules: Vec<RuleAnswer>,
    pub(super) bug_checks: Vec<CodeAnswer>,
    pub(super) apis: Vec<ApiAnswer>,
    pub(super) roles: Vec<RoleAnswer>,
    pub(super) rule_sets: Vec<SetAnswer>,
    pub(super) options: Vec<OptionAnswer>,
}

impl Answer {
    pub(super) fn is_empty(&self) -> bool {
        let Self { rules, bug_checks, apis, roles, rule_sets, options } = self;
        rules.is_empty()
            && bug_checks.is_empty()
            && apis.is_empty()
            && roles.is_empty()
            && rule_sets.is_empty()
            && options.is_empty()
    }
}

/// Everything that `what` may mean.
pub(super) fn find(loaded: &Loaded, what: &str) -> anyhow::Result<Answer> {
    if is_code(what) {
        return Ok(Answer { bug_checks: code::of(loaded, Codes::parse(what)?), ..Answer::default() });
    }
    Ok(Answer {
        rules: rule::of(loaded, what),
        bug_checks: code::named(loaded, what),
        apis: api::of(loaded, what).into_iter().collect(),
        roles: role::of(loaded, what),
        rule_sets: lists::sets(loaded, what),
        options: lists::options(loaded, what),
    })
}

/// Every name that can be asked for.
pub(super) fn names(loaded: &Loaded) -> Vec<String> {
    let mut names: Vec<String> = loaded.catalog.rules().iter().map(|page| page.id.to_string()).collect();
    let semantics = &loaded.source.table.semantics;
    names.extend(semantics.functions.keys().cloned());
    names.extend(loaded.source.facts.functions.keys().cloned());
    for (name, role) in &semantics.roles {
        names.extend([name.clone(), role.name.clone()]);
    }
    let lists = loaded.catalog.lists();
    names.extend(lists.rule_sets.iter().flat_map(|set| [set.id.clone(), set.name.clone()]));
    names.extend(lists.options.iter().map(|option| option.id.clone()));
    names.extend(lists.checks.iter().map(|check| check.name.clone()));
    names.sort();
    names.dedup();
    names
}

/// Every code that can be asked for, as people write them.
pub(super) fn codes(loaded: &Loaded) -> Vec<String> {
    let checks = loaded.catalog.lists().checks.iter();
    let of = |check: &rulebook_catalog::lists::Check| {
        let values = check.codes.iter().map(|code| Some(code.value));
        std::iter::once(None).chain(values).map(|value| bug_check(check.code, value)).collect::<Vec<_>>()
    };
    checks.flat_map(of).collect()
}

/// The code as it is written in such a list.
pub(super) fn code_text(codes: Codes) -> String {
    bug_check(codes.code, codes.subcode)
}

/// A rule as an answer about something else names it.
#[derive(Debug, Serialize)]
pub(super) struct RuleLine {
    pub(super) id: String,
    /// Nothing where the rule has no page here.
    pub(super) summary: String,
}

fn rule_line(loaded: &Loaded, id: &rulebook_catalog::RuleId) -> RuleLine {
    let summary = loaded.catalog.rule(id).and_then(|page| page.summary.as_ref());
    RuleLine { id: id.to_string(), summary: summary.map(|text| text.value.clone()).unwrap_or_default() }
}
