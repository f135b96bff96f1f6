//! A report from the log that was rendered from it, so that the logs of several runs can be united.

use serde::Deserialize;
use serde_json::Value;

use super::model::{Descriptor, Location, Log, Notification, Outcome, Run};
use super::standing::{EXTERNAL, IN_SOURCE};
use super::{FINGERPRINT, uri};
use crate::{
    Allowed, Certainty, Compared, Finding, Known, Part, Place, Problem, Report, RuleInfo, Severity, Step, Summary,
};

/// What a run has under `properties`.
#[derive(Deserialize)]
struct Properties {
    summary: Summary,
    gone: Option<Vec<Known>>,
    part: Option<Part>,
}

/// The report that the log `text` was rendered from, as far as the log has it. Of several runs all are united.
pub(crate) fn read(text: &str) -> Result<Report, serde_json::Error> {
    let log: Log = serde_json::from_str(text)?;
    let mut report = Report::default();
    for run in log.runs {
        report.add(self::run(run)?);
    }
    Ok(report)
}

fn run(run: Run) -> Result<Report, serde_json::Error> {
    let Properties { summary, gone, part } = serde_json::from_value(run.properties)?;
    let rules: Vec<RuleInfo> = run.tool.driver.rules.into_iter().map(rule).collect();
    let mut report = Report {
        summary,
        read: part.iter().flat_map(|part| part.files.iter().cloned()).collect(),
        part,
        baseline: gone.map(|gone| Compared { known: Vec::new(), gone }),
        ..Report::default()
    };
    let said = run.invocations.into_iter().flat_map(|invocation| invocation.tool_execution_notifications);
    report.problems = said.map(problem).collect();
    for mut outcome in run.results {
        let suppression = outcome.suppressions.take().into_iter().flatten().next();
        let finding = finding(outcome, &rules)?;
        match suppression {
            Some(by) if by.kind == IN_SOURCE => {
                let place = by.location.as_ref().map(place).unwrap_or_default();
                report.allowed.push(Allowed { finding, reason: by.justification, place });
            }
            Some(by) if by.kind == EXTERNAL => {
                report.baseline.get_or_insert_default().known.push(finding);
            }
            _ => report.findings.push(finding),
        }
    }
    report.rules = rules;
    Ok(report)
}

fn rule(rule: Descriptor) -> RuleInfo {
    let text = |message: Option<super::Message>| message.map(|message| message.text);
    let tag = |properties: &Value| Some(properties["tags"][0].as_str()?.to_owned());
    RuleInfo {
        id: rule.id,
        summary: text(rule.short_description).unwrap_or_default(),
        family: rule.properties.as_ref().and_then(tag).unwrap_or_default(),
        severity: severity(&rule.default_configuration.level),
        note: text(rule.full_description),
        help: text(rule.help),
        see: rule.help_uri,
    }
}

fn finding(outcome: Outcome, rules: &[RuleInfo]) -> Result<Finding, serde_json::Error> {
    #[derive(Deserialize)]
    struct Properties {
        certainty: Certainty,
        entry: String,
    }
    let Properties { certainty, entry } = serde_json::from_value(outcome.properties)?;
    let rule = rules.iter().find(|rule| rule.id == outcome.rule_id);
    let at = outcome.locations.first();
    let function = at.and_then(|at| at.logical_locations.first()).map(|named| named.name.clone());
    let flows = outcome.code_flows.into_iter().flat_map(|flow| flow.thread_flows);
    let steps = flows.flat_map(|thread| thread.locations).map(|step| Step {
        place: place(&step.location),
        message: step.location.message.map(|message| message.text).unwrap_or_default(),
        state: step.state.as_ref().and_then(|state| state["rule"]["text"].as_str()).unwrap_or_default().to_owned(),
        depth: step.nesting_level,
    });
    Ok(Finding {
        place: at.map(place).unwrap_or_default(),
        message: outcome.message.text,
        severity: severity(&outcome.level),
        certainty,
        function: function.unwrap_or_default(),
        entry,
        trace: steps.collect(),
        note: rule.and_then(|rule| rule.note.clone()),
        help: rule.and_then(|rule| rule.help.clone()),
        see: rule.and_then(|rule| rule.see.clone()),
        fingerprint: outcome.partial_fingerprints[FINGERPRINT].as_str().unwrap_or_default().to_owned(),
        rule: outcome.rule_id,
    })
}

fn problem(said: Notification) -> Problem {
    let place = said.locations.first().map(place).unwrap_or_default();
    let problem = Problem::error(said.descriptor.id, place, said.message.text);
    Problem { severity: severity(&said.level), ..problem }
}

fn severity(level: &str) -> Severity {
    match level {
        "error" => Severity::Error,
        "note" => Severity::Note,
        _ => Severity::Warning,
    }
}

fn place(location: &Location) -> Place {
    let path = uri::path(&location.physical_location.artifact_location.uri);
    let Some(region) = &location.physical_location.region else { return Place::file(path) };
    Place {
        path,
        line: region.start_line,
        column: region.start_column,
        end_line: region.end_line.unwrap_or_default(),
        end_column: region.end_column.unwrap_or_default(),
    }
}
