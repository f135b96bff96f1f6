//! The rules as SARIF 2.1.0: a run that only says which rules there are, for viewers and services that show findings.

use std::collections::BTreeMap;

use anyhow::Context as _;
use rulebook_diagnostics::{Context, Format, Report, RuleInfo, Severity, Sources};
use rulebook_generator::book::facts::{self, RuleFacts};
use serde_json::{Value, json};

use crate::inputs::Loaded;

/// A log whose one run has rules and no results: nothing was analysed.
pub(super) fn render(loaded: &Loaded) -> anyhow::Result<String> {
    let table = &loaded.source.table;
    let facts = facts::all(&loaded.catalog, table);
    let notes: BTreeMap<&str, _> = table.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect();
    let info = |facts: &RuleFacts| {
        let rule = notes.get(facts.id.as_str());
        RuleInfo {
            id: facts.id.clone(),
            summary: facts.summary.clone(),
            family: facts.family.clone(),
            severity: Severity::default(),
            note: rule.and_then(|rule| rule.note.clone()),
            help: rule.and_then(|rule| rule.help.clone()),
            see: facts.upstream.clone().or_else(|| rule.and_then(|rule| rule.see.clone())),
        }
    };
    let report = Report { rules: facts.iter().map(info).collect(), ..Report::default() };
    let context =
        Context { sources: &Sources::new(), colour: false, directory: "", version: env!("CARGO_PKG_VERSION") };
    let mut log: Value = serde_json::from_str(&Format::Sarif.renderer().render(&report, &context)?)?;
    let run = log["runs"][0].as_object_mut().context("the log has no run")?;
    for key in ["results", "invocations", "originalUriBaseIds", "columnKind", "properties"] {
        run.shift_remove(key);
    }
    let by_id: BTreeMap<&str, &RuleFacts> = facts.iter().map(|facts| (facts.id.as_str(), facts)).collect();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().context("the log has no rules")?;
    for rule in rules {
        let Some(facts) = rule["id"].as_str().and_then(|id| by_id.get(id)) else {
            continue;
        };
        let tags: Vec<&String> = [&facts.model, &facts.family].into_iter().filter(|tag| !tag.is_empty()).collect();
        rule["properties"] = json!({
            "tags": tags,
            "status": facts.status,
            "derived": facts.derived,
            "bugChecks": facts.bug_checks,
            "ruleSets": facts.rule_sets,
        });
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&log)?))
}
