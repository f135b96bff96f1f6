//! What is known, as data: the same for people and for scripts.

use anyhow::Context as _;
use rulebook_catalog::RulePage;
use rulebook_catalog::derive::{Derivation, derivation_of};
use rulebook_generator::book::facts::{self, RuleFacts};
use rulebook_machine::semantics::Role;
use rulebook_machine::{Machine, Table};
use serde::Serialize;

use crate::inputs::Loaded;

/// Everything that bears the name asked for.
#[derive(Debug, Default, Serialize)]
pub(super) struct Answer {
    pub(super) rules: Vec<RuleAnswer>,
    pub(super) bug_checks: Vec<BugCheckAnswer>,
    pub(super) apis: Vec<ApiAnswer>,
    pub(super) roles: Vec<RoleAnswer>,
}

#[derive(Debug, Serialize)]
pub(super) struct RuleAnswer {
    #[serde(flatten)]
    pub(super) facts: RuleFacts,
    pub(super) requirement: Vec<String>,
    pub(super) note: Option<String>,
    pub(super) help: Option<String>,
    pub(super) see: Option<String>,
    pub(super) machines: Vec<Machine>,
    /// Where the parts of a derived rule came from, or why there is none; nothing for a page with a specification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) derivation: Option<Derivation>,
}

#[derive(Debug, Serialize)]
pub(super) struct BugCheckAnswer {
    pub(super) code: String,
    pub(super) name: Option<String>,
    pub(super) subcode: Option<String>,
    pub(super) meaning: Option<String>,
    pub(super) rules: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct ApiAnswer {
    pub(super) name: String,
    pub(super) header: Option<String>,
    pub(super) parameters: Vec<String>,
    pub(super) irql: Option<String>,
    /// What the engine knows about its effects, in the words of the table.
    pub(super) effects: serde_json::Value,
    pub(super) rules: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct RoleAnswer {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) role: Role,
    pub(super) rules: Vec<String>,
}

impl Answer {
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.bug_checks.is_empty() && self.apis.is_empty() && self.roles.is_empty()
    }
}

/// Everything that `what` may mean.
pub(super) fn find(loaded: &Loaded, what: &str) -> anyhow::Result<Answer> {
    if what.to_ascii_lowercase().starts_with("0x") {
        return Ok(Answer { bug_checks: bug_check(loaded, what)?, ..Answer::default() });
    }
    let asks = |page: &&RulePage| {
        let named = |name: &str| name.eq_ignore_ascii_case(what);
        named(&page.id.to_string()) || named(&page.id.name) || page.aliases.iter().any(|alias| named(&alias.value))
    };
    let rules = loaded.catalog.rules().iter().filter(asks).map(|page| rule(loaded, page)).collect();
    Ok(Answer {
        rules,
        bug_checks: Vec::new(),
        apis: api(loaded, what).into_iter().collect(),
        roles: roles(loaded, what),
    })
}

/// Every name that can be asked for.
pub(super) fn names(loaded: &Loaded) -> impl Iterator<Item = String> {
    let rules = loaded.catalog.rules().iter().map(|page| page.id.to_string());
    let semantics = &loaded.source.table.semantics;
    rules.chain(semantics.functions.keys().cloned()).chain(semantics.roles.keys().cloned())
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

fn hex(text: &str) -> anyhow::Result<u32> {
    let digits = text.trim_start_matches("0x").trim_start_matches("0X");
    u32::from_str_radix(digits, 16).with_context(|| format!("`{text}` is not a hexadecimal number"))
}

fn bug_check(loaded: &Loaded, what: &str) -> anyhow::Result<Vec<BugCheckAnswer>> {
    let mut words = what.split_whitespace();
    let code = words.next().map(hex).transpose()?.unwrap_or_default();
    let subcode = words.next().map(hex).transpose()?;
    let page = loaded.catalog.bug_checks().iter().find(|page| page.code == code);
    let row = subcode.and_then(|subcode| loaded.catalog.subcode(code, subcode));
    let mut name = page.map(|page| page.name.clone());
    let mut rules = Vec::new();
    for rule in loaded.catalog.rules() {
        let fits =
            |check: &&rulebook_catalog::BugCheck| check.code == code && (subcode.is_none() || check.subcode == subcode);
        if let Some(check) = rule.bug_checks.iter().find(fits) {
            name = name.or_else(|| check.name.clone());
            rules.push(rule.id.to_string());
        }
    }
    if rules.is_empty() && page.is_none() {
        return Ok(Vec::new());
    }
    Ok(vec![BugCheckAnswer {
        code: format!("0x{code:X}"),
        name,
        subcode: subcode.map(|subcode| format!("0x{subcode:08X}")),
        meaning: row.map(|(_, row)| row.text.clone()),
        rules,
    }])
}

fn api(loaded: &Loaded, what: &str) -> Option<ApiAnswer> {
    let semantics = &loaded.source.table.semantics;
    let (name, function) = semantics.functions.iter().find(|(name, _)| name.eq_ignore_ascii_case(what))?;
    let fact = loaded.source.facts.functions.get(name);
    let mut effects = serde_json::to_value(function).unwrap_or_default();
    if let Some(effects) = effects.as_object_mut() {
        // These stand apart.
        effects.remove("params");
        effects.remove("bound");
    }
    let listed =
        |page: &&RulePage| page.applies_to().any(|api| api.name == *name) || watched(&loaded.source.table, page, name);
    Some(ApiAnswer {
        name: name.clone(),
        header: fact.map(|fact| fact.header.clone()),
        parameters: function.params.iter().map(|param| param.name.clone()).collect(),
        irql: fact.and_then(|fact| fact.irql.clone()).or_else(|| function.bound.map(|bound| bound.to_string())),
        effects,
        rules: loaded.catalog.rules().iter().filter(listed).map(|page| page.id.to_string()).collect(),
    })
}

/// Whether an event of the page's machines is a call of `api`.
fn watched(table: &Table, page: &RulePage, api: &str) -> bool {
    facts::rule_in(table, page).is_some_and(|rule| {
        let patterns = rule.machines.iter().flat_map(|machine| &machine.events).flat_map(|event| &event.patterns);
        patterns.filter_map(|pattern| pattern.api()).any(|name| name == api)
    })
}

fn roles(loaded: &Loaded, what: &str) -> Vec<RoleAnswer> {
    let semantics = &loaded.source.table.semantics;
    let asked = semantics
        .roles
        .iter()
        .filter(|(name, role)| name.eq_ignore_ascii_case(what) || role.name.eq_ignore_ascii_case(what));
    asked
        .map(|(name, role)| {
            let scoped = |rule: &&rulebook_machine::table::Rule| {
                rule.scope.roles.iter().any(|word| semantics.roles_of(word).contains(&name.as_str()))
            };
            let rules = loaded.source.table.rules.iter().filter(scoped).map(|rule| rule.id.clone()).collect();
            RoleAnswer { name: name.clone(), role: role.clone(), rules }
        })
        .collect()
}
