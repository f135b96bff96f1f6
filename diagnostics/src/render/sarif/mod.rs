//! SARIF 2.1.0: one run, one result per rule and place, the trace as a code flow.

mod limits;
mod model;
mod read;
mod standing;
pub(super) mod uri;

use model::{
    ArtifactLocation, CodeFlow, Component, Configuration, Descriptor, Invocation, Location, Log, LogicalLocation,
    Message, Notification, Outcome, PhysicalLocation, Reference, Region, Run, ThreadFlow, ThreadFlowLocation, Tool,
};
use serde_json::json;

pub(crate) use self::read::read;
use self::standing::standings;
use super::{Context, RenderError, Renderer, text};
use crate::{Finding, Place, Problem, Report, RuleInfo, Step};

/// The name of our fingerprints in `partialFingerprints`, with its version.
const FINGERPRINT: &str = "rulebook/v1";
/// The base that relative URIs are relative to; consumers supply its value.
const ROOT: &str = "%SRCROOT%";

/// The `sarif` format.
#[derive(Debug, Clone, Copy)]
pub struct Sarif;

impl Renderer for Sarif {
    fn render(&self, report: &Report, context: &Context<'_>) -> Result<String, RenderError> {
        limits::fit(log(report, context), limits::GITHUB)
    }
}

/// The whole report.
fn log(report: &Report, context: &Context<'_>) -> Log {
    let rules = rules(report);
    let index = |id: &str| rules.iter().position(|rule| rule.id == id);
    let results = standings(report).into_iter().map(|(finding, standing)| {
        let (baseline_state, suppressions) = standing.said(report, context);
        Outcome { baseline_state, suppressions, ..result(finding, index(&finding.rule), context) }
    });
    let driver = Component {
        name: "rulebook".into(),
        semantic_version: context.version.to_owned(),
        rules: rules.iter().map(descriptor).collect(),
    };
    let mut properties = json!({ "summary": report.summary });
    if let Some(compared) = &report.baseline {
        properties["gone"] = json!(compared.gone);
    }
    if let Some(part) = &report.part {
        properties["part"] = json!(part);
    }
    Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json".into(),
        version: "2.1.0".into(),
        runs: vec![Run {
            tool: Tool { driver },
            invocations: vec![Invocation {
                execution_successful: !report.failed(),
                tool_execution_notifications: report.problems.iter().map(|p| notification(p, context)).collect(),
            }],
            original_uri_base_ids: json!({ ROOT: { "description": { "text": "the working directory" } } }),
            column_kind: "unicodeCodePoints".into(),
            results: results.collect(),
            properties,
        }],
    }
}

/// The log's text; ends in a newline.
fn pretty(log: &Log) -> Result<String, RenderError> {
    let mut out = serde_json::to_string_pretty(log)?;
    out.push('\n');
    Ok(out)
}

/// The rules of the report, and those that findings name beyond them, as far as findings tell of them.
fn rules(report: &Report) -> Vec<RuleInfo> {
    let mut rules = report.rules.clone();
    let named = standings(report).into_iter().map(|(finding, _)| RuleInfo {
        id: finding.rule.clone(),
        severity: finding.severity,
        note: finding.note.clone(),
        help: finding.help.clone(),
        see: finding.see.clone(),
        ..RuleInfo::default()
    });
    rules.extend(named);
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules.dedup_by(|later, earlier| later.id == earlier.id);
    rules
}

/// What is said of a rule. Services ask for both descriptions and for help: where a rule has none, the next best stands
/// there.
fn descriptor(rule: &RuleInfo) -> Descriptor {
    let name = rule.id.split_once('/').map_or(rule.id.as_str(), |(_, name)| name);
    let say = |text: &str| Some(Message { text: text.to_owned() });
    let summary = if rule.summary.is_empty() { name } else { &rule.summary };
    let full = rule.note.as_deref().unwrap_or(summary);
    Descriptor {
        id: rule.id.clone(),
        name: name.to_owned(),
        short_description: say(summary),
        full_description: say(full),
        help: say(rule.help.as_deref().unwrap_or(full)),
        help_uri: rule.see.clone().filter(|see| see.contains("://")),
        default_configuration: Configuration { level: text::level(rule.severity).into() },
        properties: (!rule.family.is_empty()).then(|| json!({ "tags": [rule.family] })),
    }
}

fn result(finding: &Finding, rule_index: Option<usize>, context: &Context<'_>) -> Outcome {
    Outcome {
        rule_id: finding.rule.clone(),
        rule_index,
        level: text::level(finding.severity).into(),
        message: Message { text: finding.message.clone() },
        locations: vec![location(&finding.place, None, Some(&finding.function), context)],
        code_flows: if finding.trace.is_empty() { Vec::new() } else { vec![flow(&finding.trace, context)] },
        baseline_state: None,
        suppressions: None,
        partial_fingerprints: json!({ FINGERPRINT: finding.fingerprint }),
        properties: json!({ "certainty": finding.certainty, "entry": finding.entry }),
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
    let said = notice(&problem.code, text::level(problem.severity), problem.message.clone());
    Notification { locations: vec![location(&problem.place, None, None, context)], ..said }
}

/// A notification without a place.
fn notice(code: &str, level: &'static str, text: String) -> Notification {
    let descriptor = Reference { id: code.to_owned() };
    Notification { descriptor, level: level.into(), message: Message { text }, locations: Vec::new() }
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
            artifact_location: ArtifactLocation { uri, uri_base_id: relative.then(|| ROOT.into()) },
            region,
        },
        logical_locations: function
            .filter(|name| !name.is_empty())
            .map(|name| vec![LogicalLocation { name: name.to_owned(), kind: "function".into() }])
            .unwrap_or_default(),
        message: message.map(|text| Message { text: text.to_owned() }),
    }
}
