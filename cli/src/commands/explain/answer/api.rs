//! What is known about a function or macro.

use rulebook_catalog::api_facts::{ApiFact, ApiKind, Direction};
use rulebook_generator::book::facts;
use rulebook_machine::Table;
use rulebook_machine::semantics::Function;
use serde::Serialize;

use super::{RuleLine, words};
use crate::inputs::Loaded;

#[derive(Debug, Serialize)]
pub(in super::super) struct ApiAnswer {
    pub(in super::super) name: String,
    /// `function` or `macro`; nothing where no fact is known.
    pub(in super::super) kind: Option<&'static str>,
    pub(in super::super) header: Option<String>,
    /// The C type of the result.
    pub(in super::super) returns: Option<String>,
    pub(in super::super) parameters: Vec<String>,
    /// The same parameters with their types and directions.
    pub(in super::super) signature: Vec<Parameter>,
    pub(in super::super) variadic: bool,
    pub(in super::super) irql: Option<String>,
    /// What the engine knows about its effects, in the words of the table.
    pub(in super::super) effects: serde_json::Value,
    /// The same in sentences.
    pub(in super::super) does: Vec<String>,
    pub(in super::super) rules: Vec<String>,
    /// The rules about it with their summaries.
    pub(in super::super) governed_by: Vec<RuleLine>,
    /// The rules that its reference page names, as spelled there.
    pub(in super::super) compliance: Vec<String>,
    /// The pages and headers that all this is from.
    pub(in super::super) sources: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(in super::super) struct Parameter {
    pub(in super::super) name: String,
    #[serde(rename = "type")]
    pub(in super::super) c_type: Option<String>,
    pub(in super::super) direction: Option<&'static str>,
    pub(in super::super) optional: bool,
}

/// The function or macro called `what`.
pub(super) fn of(loaded: &Loaded, what: &str) -> Option<ApiAnswer> {
    let semantics = &loaded.source.table.semantics;
    let (name, function) = semantics
        .functions
        .get_key_value(what)
        .or_else(|| semantics.functions.iter().find(|(name, _)| name.eq_ignore_ascii_case(what)))?;
    let fact = loaded.source.facts.functions.get(name);
    let mut effects = serde_json::to_value(function).unwrap_or_default();
    if let Some(effects) = effects.as_object_mut() {
        // These stand apart.
        effects.remove("params");
        effects.remove("bound");
    }
    let governed_by = rules(loaded, name);
    Some(ApiAnswer {
        name: name.clone(),
        kind: fact.map(|fact| if fact.kind == ApiKind::Macro { "macro" } else { "function" }),
        header: fact.map(|fact| fact.header.clone()),
        returns: fact.and_then(|fact| fact.returns.clone()),
        parameters: function.params.iter().map(|param| param.name.clone()).collect(),
        signature: fact.map(signature).unwrap_or_default(),
        variadic: fact.is_some_and(|fact| fact.variadic),
        irql: fact.and_then(|fact| fact.irql.clone()).or_else(|| function.bound.map(|bound| bound.to_string())),
        effects,
        does: words::effects(name, function, semantics),
        rules: governed_by.iter().map(|line| line.id.clone()).collect(),
        governed_by,
        compliance: compliance(loaded, name, fact),
        sources: sources(fact, Some(function)),
    })
}

/// The parameters of a fact.
pub(super) fn signature(fact: &ApiFact) -> Vec<Parameter> {
    let parameter = |param: &rulebook_catalog::api_facts::ParamFact| Parameter {
        name: param.name.clone(),
        c_type: param.c_type.clone(),
        direction: param.direction.map(|direction| match direction {
            Direction::In => "in",
            Direction::Out => "out",
            Direction::Inout => "inout",
        }),
        optional: param.optional,
    };
    fact.params.iter().map(parameter).collect()
}

/// The rules that the reference names: the given page if there is one, else the bundled fact.
pub(super) fn compliance(loaded: &Loaded, name: &str, fact: Option<&ApiFact>) -> Vec<String> {
    let given = loaded.catalog.api(name).map(|page| {
        let entry = |entry: &rulebook_catalog::ComplianceEntry| match &entry.model {
            Some(model) => format!("{}({model})", entry.name),
            None => entry.name.clone(),
        };
        page.compliance.iter().map(entry).collect()
    });
    given.or_else(|| fact.map(|fact| fact.compliance.clone())).unwrap_or_default()
}

/// Where what is known about a function comes from.
pub(super) fn sources(fact: Option<&ApiFact>, function: Option<&Function>) -> Vec<String> {
    let mut sources: Vec<String> = Vec::new();
    if let Some(fact) = fact {
        sources.extend(fact.source.reference.clone());
        sources.extend(fact.source.prototype.as_ref().map(|from| format!("prototype: {from}")));
    }
    let stated = function.map(|function| function.source.as_str()).filter(|source| !source.is_empty());
    if let Some(stated) = stated.filter(|stated| !sources.iter().any(|known| known.trim_end_matches(".md") == *stated))
    {
        sources.push(stated.to_owned());
    }
    sources
}

/// The rules that list `api` or watch its calls.
pub(super) fn rules(loaded: &Loaded, api: &str) -> Vec<RuleLine> {
    let about = |page: &&rulebook_catalog::RulePage| {
        page.applies_to().any(|listed| listed.name == api) || watched(&loaded.source.table, page, api)
    };
    let pages = loaded.catalog.rules().iter().filter(about);
    pages.map(|page| super::rule_line(loaded, &page.id)).collect()
}

/// Whether an event of the page's machines is a call of `api`.
fn watched(table: &Table, page: &rulebook_catalog::RulePage, api: &str) -> bool {
    facts::rule_in(table, page).is_some_and(|rule| {
        let patterns = rule.machines.iter().flat_map(|machine| &machine.events).flat_map(|event| &event.patterns);
        patterns.filter_map(|pattern| pattern.api()).any(|name| name == api)
    })
}
