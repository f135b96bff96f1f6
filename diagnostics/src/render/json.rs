//! One JSON document. Its field names are a contract with scripts: add, never rename.

use serde::{Deserialize, Serialize};

use super::{Context, RenderError, Renderer};
use crate::{
    Allowed, Certainty, Compared, Finding, Known, Part, Place, Problem, Related, Report, RuleInfo, Severity, Step,
    Summary, Verdict,
};

/// The `json` format.
#[derive(Debug, Clone, Copy)]
pub struct Json;

/// The `jsonl` format: one finding a line, each as it stands in the `json` format.
#[derive(Debug, Clone, Copy)]
pub struct JsonLines;

#[derive(Serialize, Deserialize)]
struct Document {
    findings: Vec<Entry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    allowed: Vec<Excused>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    baseline: Option<Old>,
    problems: Vec<Trouble>,
    summary: Figures,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    verdicts: Vec<Verdict>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    answers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<Part>,
}

#[derive(Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of the document")]
struct Entry {
    rule: String,
    #[serde(flatten)]
    place: Place,
    message: String,
    severity: Severity,
    certainty: Certainty,
    function: String,
    entry: String,
    trace: Vec<Hop>,
    note: Option<String>,
    help: Option<String>,
    see: Option<String>,
    fingerprint: String,
}

/// A finding that the source allows.
#[derive(Serialize, Deserialize)]
struct Excused {
    #[serde(flatten)]
    finding: Entry,
    reason: String,
    allowed_at: Place,
}

/// What came of the comparison with a baseline.
#[derive(Serialize, Deserialize)]
struct Old {
    known: Vec<Entry>,
    gone: Vec<Known>,
}

#[derive(Serialize, Deserialize)]
struct Hop {
    #[serde(flatten)]
    place: Place,
    message: String,
    state: String,
    depth: u32,
}

#[derive(Serialize, Deserialize)]
struct Trouble {
    code: String,
    #[serde(flatten)]
    place: Place,
    message: String,
    severity: Severity,
    note: Option<String>,
    help: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related>,
}

#[derive(Serialize, Deserialize)]
struct Figures {
    findings: usize,
    problems: usize,
    #[serde(flatten)]
    run: Summary,
}

impl Renderer for Json {
    fn render(&self, report: &Report, _: &Context<'_>) -> Result<String, RenderError> {
        let document = Document {
            findings: report.findings.iter().map(Entry::from).collect(),
            allowed: report.allowed.iter().map(Excused::from).collect(),
            baseline: report.baseline.as_ref().map(Old::from),
            problems: report.problems.iter().cloned().map(Trouble::from).collect(),
            summary: Figures { findings: report.findings.len(), problems: report.problems.len(), run: report.summary },
            verdicts: report.verdicts.clone(),
            answers: report.answers.clone(),
            part: report.part.clone(),
        };
        let mut out = serde_json::to_string_pretty(&document)?;
        out.push('\n');
        Ok(out)
    }
}

impl Renderer for JsonLines {
    fn render(&self, report: &Report, _: &Context<'_>) -> Result<String, RenderError> {
        let mut out = String::new();
        for finding in &report.findings {
            out.push_str(&serde_json::to_string(&Entry::from(finding))?);
            out.push('\n');
        }
        Ok(out)
    }
}

/// The report that the document `text` was rendered from, as far as the document has it; of rules it has the ids alone.
pub(crate) fn read(text: &str) -> Result<Report, serde_json::Error> {
    let document: Document = serde_json::from_str(text)?;
    let rules = document.part.iter().flat_map(|part| &part.rules);
    let rules = rules.map(|id| RuleInfo { id: id.clone(), ..RuleInfo::default() }).collect();
    Ok(Report {
        findings: document.findings.into_iter().map(Finding::from).collect(),
        allowed: document.allowed.into_iter().map(Allowed::from).collect(),
        baseline: document.baseline.map(Compared::from),
        problems: document.problems.into_iter().map(Problem::from).collect(),
        summary: document.summary.run,
        verdicts: document.verdicts,
        answers: document.answers,
        rules,
        read: document.part.iter().flat_map(|part| part.files.iter().cloned()).collect(),
        part: document.part,
    })
}

impl From<&Finding> for Entry {
    fn from(finding: &Finding) -> Self {
        let hop = |step: &Step| Hop {
            place: step.place.clone(),
            message: step.message.clone(),
            state: step.state.clone(),
            depth: step.depth,
        };
        Self {
            rule: finding.rule.clone(),
            place: finding.place.clone(),
            message: finding.message.clone(),
            severity: finding.severity,
            certainty: finding.certainty,
            function: finding.function.clone(),
            entry: finding.entry.clone(),
            trace: finding.trace.iter().map(hop).collect(),
            note: finding.note.clone(),
            help: finding.help.clone(),
            see: finding.see.clone(),
            fingerprint: finding.fingerprint.clone(),
        }
    }
}

impl From<Entry> for Finding {
    fn from(entry: Entry) -> Self {
        let Entry { rule, place, message, severity, certainty, function, entry, trace, note, help, see, fingerprint } =
            entry;
        let step = |Hop { place, message, state, depth }| Step { place, message, state, depth };
        let trace = trace.into_iter().map(step).collect();
        Self { place, rule, message, severity, certainty, function, entry, trace, note, help, see, fingerprint }
    }
}

impl From<&Allowed> for Excused {
    fn from(allowed: &Allowed) -> Self {
        let finding = Entry::from(&allowed.finding);
        Self { finding, reason: allowed.reason.clone(), allowed_at: allowed.place.clone() }
    }
}

impl From<Excused> for Allowed {
    fn from(Excused { finding, reason, allowed_at: place }: Excused) -> Self {
        Self { finding: finding.into(), reason, place }
    }
}

impl From<&Compared> for Old {
    fn from(Compared { known, gone }: &Compared) -> Self {
        Self { known: known.iter().map(Entry::from).collect(), gone: gone.clone() }
    }
}

impl From<Old> for Compared {
    fn from(Old { known, gone }: Old) -> Self {
        Self { known: known.into_iter().map(Finding::from).collect(), gone }
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        let Problem { code, severity, place, message, note, help, related } = problem;
        Self { code, place, message, severity, note, help, related }
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        let Trouble { code, place, message, severity, note, help, related } = trouble;
        Self { code, severity, place, message, note, help, related }
    }
}
