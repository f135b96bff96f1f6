//! One JSON document. Its field names are a contract with scripts: add, never rename.

use serde::Serialize;

use super::{Context, RenderError, Renderer};
use crate::{Allowed, Certainty, Finding, Place, Problem, Report, Severity, Summary, Verdict};

/// The `json` format.
#[derive(Debug, Clone, Copy)]
pub struct Json;

#[derive(Serialize)]
struct Document<'a> {
    findings: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed: Vec<Excused<'a>>,
    problems: Vec<Trouble<'a>>,
    summary: Figures,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    verdicts: &'a [Verdict],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    answers: &'a [String],
}

#[derive(Serialize)]
struct Where<'a> {
    path: &'a str,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of the document")]
struct Entry<'a> {
    rule: &'a str,
    #[serde(flatten)]
    start: Where<'a>,
    end_line: u32,
    end_column: u32,
    message: &'a str,
    severity: Severity,
    certainty: Certainty,
    function: &'a str,
    entry: &'a str,
    trace: Vec<Hop<'a>>,
    note: Option<&'a str>,
    help: Option<&'a str>,
    see: Option<&'a str>,
    fingerprint: &'a str,
}

/// A finding that the source allows.
#[derive(Serialize)]
struct Excused<'a> {
    #[serde(flatten)]
    finding: Entry<'a>,
    reason: &'a str,
    allowed_at: Where<'a>,
}

#[derive(Serialize)]
struct Hop<'a> {
    #[serde(flatten)]
    start: Where<'a>,
    message: &'a str,
    state: &'a str,
    depth: u32,
}

#[derive(Serialize)]
struct Trouble<'a> {
    code: &'a str,
    #[serde(flatten)]
    start: Where<'a>,
    message: &'a str,
    severity: Severity,
    note: Option<&'a str>,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Figures {
    findings: usize,
    problems: usize,
    #[serde(flatten)]
    run: Summary,
}

impl Renderer for Json {
    fn render(&self, report: &Report, _: &Context<'_>) -> Result<String, RenderError> {
        let document = Document {
            findings: report.findings.iter().map(entry).collect(),
            allowed: report.allowed.iter().map(excused).collect(),
            problems: report.problems.iter().map(trouble).collect(),
            summary: Figures { findings: report.findings.len(), problems: report.problems.len(), run: report.summary },
            verdicts: &report.verdicts,
            answers: &report.answers,
        };
        let mut out = serde_json::to_string_pretty(&document)?;
        out.push('\n');
        Ok(out)
    }
}

fn start(place: &Place) -> Where<'_> {
    Where { path: &place.path, line: place.line, column: place.column }
}

fn entry(finding: &Finding) -> Entry<'_> {
    Entry {
        rule: &finding.rule,
        start: start(&finding.place),
        end_line: finding.place.end_line,
        end_column: finding.place.end_column,
        message: &finding.message,
        severity: finding.severity,
        certainty: finding.certainty,
        function: &finding.function,
        entry: &finding.entry,
        trace: finding
            .trace
            .iter()
            .map(|step| Hop {
                start: start(&step.place),
                message: &step.message,
                state: &step.state,
                depth: step.depth,
            })
            .collect(),
        note: finding.note.as_deref(),
        help: finding.help.as_deref(),
        see: finding.see.as_deref(),
        fingerprint: &finding.fingerprint,
    }
}

fn excused(allowed: &Allowed) -> Excused<'_> {
    Excused { finding: entry(&allowed.finding), reason: &allowed.reason, allowed_at: start(&allowed.place) }
}

fn trouble(problem: &Problem) -> Trouble<'_> {
    Trouble {
        code: &problem.code,
        start: start(&problem.place),
        message: &problem.message,
        severity: problem.severity,
        note: problem.note.as_deref(),
        help: problem.help.as_deref(),
    }
}
