//! What is known about a bug check and the values of its first parameter.

use rulebook_catalog::lists::{Check, Claim, Code, SaidBy};
use rulebook_generator::book::facts;
use serde::Serialize;

use super::rule_line;
use crate::codes::Codes;
use crate::inputs::Loaded;

/// A bug check, or one value of its first parameter.
#[derive(Debug, Serialize)]
pub(in super::super) struct CodeAnswer {
    pub(in super::super) code: String,
    pub(in super::super) name: Option<String>,
    pub(in super::super) subcode: Option<String>,
    /// What the given page of the bug check says about the value; the bundled lists have no such words.
    pub(in super::super) meaning: Option<String>,
    /// What the bug check means.
    pub(in super::super) about: String,
    /// What else a crash dump shows where the value stands for a rule.
    pub(in super::super) of_rules: String,
    /// The ids of the rules.
    pub(in super::super) rules: Vec<String>,
    /// The same rules, with who says that the code is theirs.
    pub(in super::super) claims: Vec<CodeRule>,
    /// Rules without a page.
    pub(in super::super) unpublished: Vec<String>,
    /// The functions that a value is about which is no rule's, with the rules about them.
    pub(in super::super) apis: Vec<ApiRules>,
    /// How many values are known; nothing for one value.
    pub(in super::super) documented: Option<usize>,
    /// The page of the bug check.
    pub(in super::super) source: Option<String>,
}

/// A rule and its code.
#[derive(Debug, Serialize)]
pub(in super::super) struct CodeRule {
    pub(in super::super) rule: String,
    pub(in super::super) summary: String,
    pub(in super::super) subcode: Option<String>,
    pub(in super::super) said_by: SaidBy,
    /// Other codes of the same bug check that are said to be the rule's.
    pub(in super::super) also: Vec<String>,
}

/// A function and the rules about it.
#[derive(Debug, Serialize)]
pub(in super::super) struct ApiRules {
    pub(in super::super) api: String,
    pub(in super::super) rules: Vec<String>,
}

/// What the numbers may mean; one alone may be a bug check or a value of the first parameter of some.
pub(super) fn of(loaded: &Loaded, codes: Codes) -> Vec<CodeAnswer> {
    let checks = &loaded.catalog.lists().checks;
    let mut found = Vec::new();
    for check in checks {
        if check.code == codes.code && codes.subcode.is_none() {
            found.push(whole(loaded, check));
        }
        let values = check.codes.iter().filter(|value| match codes.subcode {
            Some(subcode) => check.code == codes.code && value.value == subcode,
            // A small number is in every table; only one that can be no bug check is meant as a value.
            None => value.value == codes.code && codes.code > 0xFFFF,
        });
        found.extend(values.map(|value| one(loaded, check, value)));
    }
    found
}

/// The bug check of that name.
pub(super) fn named(loaded: &Loaded, what: &str) -> Vec<CodeAnswer> {
    let checks = loaded.catalog.lists().checks.iter();
    checks.filter(|check| check.name.eq_ignore_ascii_case(what)).map(|check| whole(loaded, check)).collect()
}

fn whole(loaded: &Loaded, check: &Check) -> CodeAnswer {
    let named = check.rules.iter().map(|rule| (None, Claim { rule: rule.clone(), by: SaidBy::Rule }));
    let valued = check.codes.iter().flat_map(|code| code.rules.iter().map(|claim| (Some(code.value), claim.clone())));
    let claims: Vec<CodeRule> =
        named.chain(valued).map(|(value, claim)| code_rule(loaded, check, value, &claim)).collect();
    let mut rules: Vec<String> = Vec::new();
    for claim in &claims {
        if !rules.contains(&claim.rule) {
            rules.push(claim.rule.clone());
        }
    }
    CodeAnswer {
        documented: Some(check.codes.len()),
        unpublished: check.codes.iter().flat_map(|code| code.unpublished.iter().cloned()).collect(),
        rules,
        claims,
        ..about(check)
    }
}

fn one(loaded: &Loaded, check: &Check, code: &Code) -> CodeAnswer {
    let row = loaded.catalog.subcode(check.code, code.value);
    CodeAnswer {
        subcode: Some(format!("0x{:08X}", code.value)),
        meaning: row.map(|(_, row)| row.text.split_whitespace().collect::<Vec<_>>().join(" ")),
        rules: code.rules.iter().map(|claim| claim.rule.to_string()).collect(),
        claims: code.rules.iter().map(|claim| code_rule(loaded, check, Some(code.value), claim)).collect(),
        unpublished: code.unpublished.clone(),
        apis: code.apis.iter().map(|api| api_rules(loaded, api)).collect(),
        ..about(check)
    }
}

/// What all answers about a bug check have.
fn about(check: &Check) -> CodeAnswer {
    CodeAnswer {
        code: format!("0x{:X}", check.code),
        name: Some(check.name.clone()).filter(|name| !name.is_empty()),
        subcode: None,
        meaning: None,
        about: check.about.clone(),
        of_rules: check.of_rules.clone(),
        rules: Vec::new(),
        claims: Vec::new(),
        unpublished: Vec::new(),
        apis: Vec::new(),
        documented: None,
        source: check.source.clone(),
    }
}

fn code_rule(loaded: &Loaded, check: &Check, value: Option<u32>, claim: &Claim) -> CodeRule {
    let others = loaded.catalog.lists().codes_of(&claim.rule);
    let also = others.filter(|(other, code, _)| other.code == check.code && *code != value);
    let line = rule_line(loaded, &claim.rule);
    CodeRule {
        rule: line.id,
        summary: line.summary,
        subcode: value.map(|value| format!("0x{value:08X}")),
        said_by: claim.by,
        also: also.map(|(check, code, _)| facts::bug_check(check.code, code)).collect(),
    }
}

fn api_rules(loaded: &Loaded, api: &str) -> ApiRules {
    ApiRules { api: api.to_owned(), rules: super::api::rules(loaded, api).into_iter().map(|line| line.id).collect() }
}
