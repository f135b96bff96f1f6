//! What lists, explanations and the book say about a rule: its page and its machines, joined and plain.

use std::collections::BTreeSet;

use rulebook_catalog::{Catalog, RulePage};
use rulebook_machine::Table;
use rulebook_machine::table::Rule;
use serde::Serialize;

/// A rule as lists show it. The names of the fields are a contract with scripts: add, never rename.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleFacts {
    /// `model/Name`.
    pub id: String,
    /// The driver model, in lower case.
    pub model: String,
    /// The name.
    pub name: String,
    /// The taxonomy's family; empty where nothing says it.
    pub family: String,
    /// `executable`, `partial`, `run-time-only`, `too-vague` or `unspecified`.
    pub status: String,
    /// Whether the machine was derived from the page's sentences.
    pub derived: bool,
    /// One line: what the rule is about.
    pub summary: String,
    /// The functions that the rule is about, in the order of the page.
    pub apis: Vec<String>,
    /// Further functions whose calls its machines watch.
    pub watched: Vec<String>,
    /// The bug checks that Driver Verifier answers a violation with, such as `0xC4 0x0004000B`: those of the page, then
    /// those that only the page of the bug check has.
    pub bug_checks: Vec<String>,
    /// The titles of the rule sets that have it.
    pub rule_sets: Vec<String>,
    /// The page it comes from.
    pub page: String,
    /// Other spellings of the name.
    pub aliases: Vec<String>,
    /// Whether Static Driver Verifier had it.
    pub static_test: bool,
    /// The options of Driver Verifier that test it.
    pub run_time_tests: Vec<String>,
    /// The document of which this page is the counterpart, if the page names it.
    pub upstream: Option<String>,
}

/// The facts of every rule of the catalog, by id.
#[must_use]
pub fn all(catalog: &Catalog, table: &Table) -> Vec<RuleFacts> {
    catalog.rules().iter().map(|page| facts(catalog, page, rule_in(table, page))).collect()
}

/// The rule of `page` in the table, if it is executable.
#[must_use]
pub fn rule_in<'table>(table: &'table Table, page: &RulePage) -> Option<&'table Rule> {
    let id = page.id.to_string();
    table.rules.iter().find(|rule| rule.id.eq_ignore_ascii_case(&id))
}

/// The facts of one rule.
#[must_use]
pub fn facts(catalog: &Catalog, page: &RulePage, rule: Option<&Rule>) -> RuleFacts {
    let key = |name: &str| page.front_matter.text(name).map(|text| text.value);
    let summary =
        rule.map(|rule| rule.summary.clone()).or_else(|| page.summary.as_ref().map(|text| text.value.clone()));
    let found = match rule {
        Some(rule) if rule.partial => "partial",
        Some(_) => "executable",
        None => "unspecified",
    };
    let status = key("status").unwrap_or_else(|| found.to_owned());
    let mut seen = BTreeSet::new();
    let apis = page.applies_to().map(|api| api.name.clone()).filter(|name| seen.insert(name.clone())).collect();
    RuleFacts {
        id: page.id.to_string(),
        model: page.id.model.to_string(),
        name: page.id.name.clone(),
        family: rule
            .map(|rule| rule.family.clone())
            .filter(|family| !family.is_empty())
            .or(key("family"))
            .unwrap_or_default(),
        status,
        derived: rule.is_some_and(|rule| rule.derived),
        summary: summary.unwrap_or_default(),
        apis,
        watched: rule.map(|rule| watched(rule, &seen)).unwrap_or_default(),
        bug_checks: bug_checks(catalog, page),
        rule_sets: page.rule_sets.clone(),
        page: page.source.path.clone(),
        aliases: page.aliases.iter().map(|alias| alias.value.clone()).collect(),
        static_test: page.testing.compile_time.is_some(),
        run_time_tests: run_time_tests(catalog, page),
        upstream: key("upstream").filter(|link| link.starts_with("https://")),
    }
}

/// The functions that the rule's machines watch, less those of `listed`.
fn watched(rule: &Rule, listed: &BTreeSet<String>) -> Vec<String> {
    let patterns = rule.machines.iter().flat_map(|machine| &machine.events).flat_map(|event| &event.patterns);
    let names: BTreeSet<&str> = patterns.filter_map(|pattern| pattern.api()).collect();
    names.into_iter().filter(|name| !listed.contains(*name)).map(str::to_owned).collect()
}

fn bug_checks(catalog: &Catalog, page: &RulePage) -> Vec<String> {
    let mut found: Vec<String> = page.bug_checks.iter().map(|check| bug_check(check.code, check.subcode)).collect();
    for (check, subcode, _) in catalog.lists().codes_of(&page.id) {
        let shown = bug_check(check.code, subcode);
        if !found.contains(&shown) {
            found.push(shown);
        }
    }
    found
}

/// The options by their names; where the lists know none, the page's own words.
fn run_time_tests(catalog: &Catalog, page: &RulePage) -> Vec<String> {
    let options = catalog.lists().options.iter().filter(|option| option.rules.contains(&page.id));
    let names: Vec<String> = options.map(|option| option.name.clone()).collect();
    if !names.is_empty() {
        return names;
    }
    let tests = page.testing.run_time.as_ref();
    tests.map(|tests| tests.options.iter().map(|option| option.text.clone()).collect()).unwrap_or_default()
}

/// `0xC4 0x0004000B`, or `0xC4` where there is no sub-code.
#[must_use]
pub fn bug_check(code: u32, subcode: Option<u32>) -> String {
    match subcode {
        Some(subcode) => format!("0x{code:X} 0x{subcode:08X}"),
        None => format!("0x{code:X}"),
    }
}

/// The anchor of a heading of the indexes: lower case, a dash for all that is no letter or digit.
#[must_use]
pub fn anchor(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}
