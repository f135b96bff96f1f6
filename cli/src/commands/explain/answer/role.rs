//! What is known about a role: an entry point that the system calls.

use rulebook_machine::Semantics;
use rulebook_machine::semantics::Role;
use serde::Serialize;

use super::api::{Parameter, compliance, signature, sources};
use super::{RuleLine, words};
use crate::inputs::Loaded;

#[derive(Debug, Serialize)]
pub(in super::super) struct RoleAnswer {
    pub(in super::super) name: String,
    #[serde(flatten)]
    pub(in super::super) role: Role,
    pub(in super::super) header: Option<String>,
    /// The C type of the result.
    pub(in super::super) returns: Option<String>,
    pub(in super::super) signature: Vec<Parameter>,
    /// The contract in sentences: level, locks, exit.
    pub(in super::super) says: Vec<String>,
    /// How a function gets the role, in sentences.
    pub(in super::super) registration: Vec<String>,
    /// The groups of roles that scopes of rules name.
    pub(in super::super) groups: Vec<String>,
    /// The ids of the rules about it.
    pub(in super::super) rules: Vec<String>,
    /// The same rules with their summaries.
    pub(in super::super) governed_by: Vec<RuleLine>,
    /// The rules that its reference page names, as spelled there.
    pub(in super::super) compliance: Vec<String>,
    pub(in super::super) sources: Vec<String>,
}

/// The roles whose type or short name is `what`.
pub(super) fn of(loaded: &Loaded, what: &str) -> Vec<RoleAnswer> {
    let semantics = &loaded.source.table.semantics;
    let asked = semantics
        .roles
        .iter()
        .filter(|(name, role)| name.eq_ignore_ascii_case(what) || role.name.eq_ignore_ascii_case(what));
    asked.map(|(name, role)| answer(loaded, semantics, name, role)).collect()
}

fn answer(loaded: &Loaded, semantics: &Semantics, name: &str, role: &Role) -> RoleAnswer {
    let fact = loaded.source.facts.functions.get(name);
    let governed_by = rules(loaded, semantics, name, role);
    let mut sources = sources(fact, None);
    if !role.source.is_empty() && !sources.iter().any(|known| known.trim_end_matches(".md") == role.source) {
        sources.push(role.source.clone());
    }
    RoleAnswer {
        name: name.to_owned(),
        role: role.clone(),
        header: fact.map(|fact| fact.header.clone()),
        returns: fact.and_then(|fact| fact.returns.clone()),
        signature: fact.map(signature).unwrap_or_default(),
        says: words::contract(role, &loaded.source.table.rules),
        registration: words::registration(name, role, semantics),
        groups: semantics.groups.keys().filter(|group| semantics.roles_of(group).contains(&name)).cloned().collect(),
        rules: governed_by.iter().map(|line| line.id.clone()).collect(),
        governed_by,
        compliance: compliance(loaded, name, fact),
        sources,
    }
}

/// The rules whose scope has the role, less those that leave it out, and those whose pages list it.
fn rules(loaded: &Loaded, semantics: &Semantics, name: &str, role: &Role) -> Vec<RuleLine> {
    let among = |words: &[String]| words.iter().any(|word| semantics.roles_of(word).contains(&name));
    let scoped = |id: &str| {
        let mut table = loaded.source.table.rules.iter();
        let found = table.find(|known| known.id.eq_ignore_ascii_case(id));
        found.is_some_and(|known| among(&known.scope.roles) && !among(&known.scope.except_roles))
    };
    let about = |page: &&rulebook_catalog::RulePage| {
        scoped(&page.id.to_string()) || page.applies_to().any(|listed| listed.name == name || listed.name == role.name)
    };
    loaded.catalog.rules().iter().filter(about).map(|page| super::rule_line(loaded, &page.id)).collect()
}
