//! SARIF 2.1.0: one run, one result per rule and place, the trace as a code flow.

mod model;
pub(super) mod uri;

use model::{
    ArtifactLocation, CodeFlow, Component, Descriptor, Invocation, Location, Log, LogicalLocation, Message,
    Notification, Outcome, PhysicalLocation, Reference, Region, Run, Suppression, ThreadFlow, ThreadFlowLocation, Tool,
};
use serde_json::json;

use super::{Context, RenderError, Renderer, text};
use crate::{Allowed, Finding, Place, Problem, Report, RuleInfo, Step};

/// The name of our fingerprints in `partialFingerprints`, with its version.
const FINGERPRINT: &str = "rulebook/v1";
/// The base that relative URIs are relative to; consumers supply its value.
const ROOT: &str = "%SRCROOT%";

/// The `sarif` format.
#[derive(Debug, Clone, Copy)]
pub struct Sarif;

impl Renderer for Sarif {
    fn render(&self, report: &Report, context: &Context<'_>) -> Result<String, RenderError> {
        let rules = rules(report);
        let index = |id: &str| rules.iter().position(|rule| rule.id == id);
        let found = report.findings.iter().map(|finding| (finding, None));
        let allowed = report.allowed.iter().map(|allowed| (&allowed.finding, Some(allowed)));
        let mut all: Vec<(&Finding, Option<&Allowed>)> = found.chain(allowed).collect();
        all.sort_by_key(|(finding, _)| (&finding.place, &finding.rule));
        // The standard wants them at all results or at none.
        let any = !report.allowed.is_empty();
        let results = all.into_iter().map(|(finding, allowed)| Outcome {
            suppressions: any.then(|| allowed.map(|allowed| suppression(allowed, context)).into_iter().collect()),
            ..result(finding, index(&finding.rule), context)
        });
        let driver = Component {
            name: "rulebook",
            semantic_version: context.version.to_owned(),
            rules: rules.iter().map(descriptor).collect(),
        };
        let log = Log {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: vec![Run {
                tool: Tool { driver },
                invocations: vec![Invocation {
                    execution_successful: !report.failed(),
                    tool_execution_notifications: report.problems.iter().map(|p| notification(p, context)).collect(),
                }],
                original_uri_base_ids: json!({ ROOT: { "description": { "text": "the working directory" } } }),
                column_kind: "unicodeCodePoints",
                results: results.collect(),
                properties: json!({ "summary": report.summary }),
            }],
        };
        let mut out = serde_json::to_string_pretty(&log)?;
        out.push('\n');
        Ok(out)
    }
}

/// The rules of the report, and those that findings name beyond them.
fn rules(report: &Report) -> Vec<RuleInfo> {
    let mut rules = report.rules.clone();
    let found = report.findings.iter().chain(report.allowed.iter().map(|allowed| &allowed.finding));
    let named = found.map(|finding| RuleInfo { id: finding.rule.clone(), ..RuleInfo::default() });
    rules.extend(named);
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules.dedup_by(|later, earlier| later.id == earlier.id);
    rules
}

fn descriptor(rule: &RuleInfo) -> Descriptor {
    let name = rule.id.split_once('/').map_or(rule.id.as_str(), |(_, name)| name);
    let say = |text: &str| Message { text: text.to_owned() };
    Descriptor {
        id: rule.id.clone(),
        name: name.to_owned(),
        short_description: (!rule.summary.is_empty()).then(|| say(&rule.summary)),
        full_description: rule.note.as_deref().map(say),
        help: rule.help.as_deref().map(say),
        help_uri: rule.see.clone().filter(|see| see.contains("://")),
        properties: (!rule.family.is_empty()).then(|| json!({ "tags": [rule.family] })),
    }
}

fn result(finding: &Finding, rule_index: Option<usize>, context: &Context<'_>) -> Outcome {
    Outcome {
        rule_id: finding.rule.clone(),
        rule_index,
        level: text::level(finding.severity),
        message: Message { text: finding.message.clone() },
        locations: vec![location(&finding.place, None, Some(&finding.function), context)],
        code_flows: if finding.trace.is_empty() { Vec::new() } else { vec![flow(&finding.trace, context)] },
        suppressions: None,
        partial_fingerprints: json!({ FINGERPRINT: finding.fingerprint }),
        properties: json!({ "certainty": finding.certainty, "entry": finding.entry }),
    }
}

fn suppression(allowed: &Allowed, context: &Context<'_>) -> Suppression {
    Suppression {
        kind: "inSource",
        status: "accepted",
        justification: allowed.reason.clone(),
        location: Some(location(&allowed.place, None, None, context)),
    }
}

fn flow(trace: &[Step], context: &Context<'_>) -> CodeFlow {
    let step = |step: &Step| ThreadFlowLocation {
        location: location(&step.place, Some(&step.message), None, context),
        state: (!step.state.is_empty()).then(|| json!({ "rule": { "text": step.state } })),
        nesting_level: step.depth,
    };
    CodeFlow { thread_flows: vec![ThreadFlow { locations: trace.iter().map(step).collect() }] }
}

fn notification(problem: &Problem, context: &Context<'_>) -> Notification {
    Notification {
        descriptor: Reference { id: problem.code.clone() },
        level: text::level(problem.severity),
        message: Message { text: problem.message.clone() },
        locations: vec![location(&problem.place, None, None, context)],
    }
}

fn location(place: &Place, message: Option<&str>, function: Option<&str>, context: &Context<'_>) -> Location {
    let (uri, relative) = uri::of(&place.path, context.directory);
    let ends = place.end_line >= place.line && place.end_column > 0;
    let region = (place.line > 0).then(|| Region {
        start_line: place.line,
        start_column: place.column.max(1),
        end_line: ends.then_some(place.end_line),
        end_column: ends.then_some(place.end_column),
    });
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri, uri_base_id: relative.then_some(ROOT) },
            region,
        },
        logical_locations: function
            .filter(|name| !name.is_empty())
            .map(|name| vec![LogicalLocation { name: name.to_owned(), kind: "function" }])
            .unwrap_or_default(),
        message: message.map(|text| Message { text: text.to_owned() }),
    }
}
