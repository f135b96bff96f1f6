//! The whole catalog as one JSON document, in the form of `catalog/schema/export.schema.json`.

use std::collections::BTreeMap;

use rulebook_catalog::api_facts::ApiFact;
use rulebook_catalog::lists::{Check, RuleSet, VerifierOption};
use rulebook_catalog::{Example, RulePage};
use rulebook_generator::book::facts::{self, RuleFacts};
use rulebook_machine::Machine;
use rulebook_machine::semantics::{Function, Role};
use rulebook_machine::spec::Scope;
use rulebook_machine::table::{Applicability, Rule};
use serde::Serialize;
use serde_json::Value;

use crate::inputs::Loaded;

/// The version of the form; the schema has it too.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'l> {
    version: u32,
    tool: Tool,
    rules: Vec<RuleEntry<'l>>,
    apis: Vec<ApiEntry<'l>>,
    roles: &'l BTreeMap<String, Role>,
    role_groups: &'l BTreeMap<String, Vec<String>>,
    rule_sets: &'l [RuleSet],
    bug_checks: &'l [Check],
    verifier_options: &'l [VerifierOption],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct RuleEntry<'l> {
    #[serde(flatten)]
    facts: RuleFacts,
    requirement: Vec<String>,
    applicability: Option<Applicability>,
    scope: Option<&'l Scope>,
    note: Option<&'l str>,
    help: Option<&'l str>,
    machines: &'l [Machine],
    examples: Vec<ExampleEntry<'l>>,
}

#[derive(Serialize)]
struct ExampleEntry<'l> {
    kind: rulebook_catalog::ExampleKind,
    title: &'l str,
    language: &'l str,
    code: &'l str,
    /// The lines of the code that violate the rule, from 1.
    violations: Vec<u32>,
}

#[derive(Serialize)]
struct ApiEntry<'l> {
    #[serde(flatten)]
    fact: &'l ApiFact,
    effects: Option<Value>,
}

/// The document; what is not known is left out.
pub(super) fn render(loaded: &Loaded) -> anyhow::Result<String> {
    let table = &loaded.source.table;
    let lists = loaded.catalog.lists();
    let document = Document {
        version: VERSION,
        tool: Tool { name: "rulebook", version: env!("CARGO_PKG_VERSION") },
        rules: loaded.catalog.rules().iter().map(|page| rule(loaded, page)).collect(),
        apis: loaded
            .source
            .facts
            .functions
            .values()
            .map(|fact| ApiEntry { fact, effects: table.semantics.functions.get(&fact.name).and_then(effects) })
            .collect(),
        roles: &table.semantics.roles,
        role_groups: &table.semantics.groups,
        rule_sets: &lists.rule_sets,
        bug_checks: &lists.checks,
        verifier_options: &lists.options,
    };
    let mut value = serde_json::to_value(&document)?;
    drop_unknown(&mut value);
    Ok(format!("{}\n", serde_json::to_string_pretty(&value)?))
}

fn rule<'l>(loaded: &'l Loaded, page: &'l RulePage) -> RuleEntry<'l> {
    let rule: Option<&Rule> = facts::rule_in(&loaded.source.table, page);
    let prose = page.prose.iter().map(|block| block.inline.text.split_whitespace().collect::<Vec<_>>().join(" "));
    RuleEntry {
        facts: facts::facts(&loaded.catalog, page, rule),
        requirement: prose.collect(),
        applicability: rule.map(|rule| rule.applicability),
        scope: rule.map(|rule| &rule.scope),
        note: rule.and_then(|rule| rule.note.as_deref()),
        help: rule.and_then(|rule| rule.help.as_deref()),
        machines: rule.map(|rule| rule.machines.as_slice()).unwrap_or_default(),
        examples: page.examples.iter().map(example).collect(),
    }
}

fn example(example: &Example) -> ExampleEntry<'_> {
    ExampleEntry {
        kind: example.kind,
        title: &example.title.value,
        language: &example.code.lang,
        code: &example.code.text,
        violations: example.markers.iter().map(|marker| marker.line).collect(),
    }
}

/// What a function does, without what the facts say already.
fn effects(function: &Function) -> Option<Value> {
    let mut value = serde_json::to_value(function).ok()?;
    let members = value.as_object_mut()?;
    members.shift_remove("params");
    members.shift_remove("bound");
    (!members.is_empty()).then_some(value)
}

/// Takes out members that are null.
fn drop_unknown(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_unknown);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_unknown),
        _ => {}
    }
}
