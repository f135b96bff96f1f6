//! The format for people: a frame of source as rustc draws it, the trace of steps with the rule's state,
//! then why it matters, what to do and where to read on.
//!
//! Findings at one place are one defect with several names: they share a frame.

use annotate_snippets::{Group, Level, Renderer as Painter};

use super::frame::{Mark, frame};
use super::{Context, RenderError, Renderer, text};
use crate::{Finding, Place, Problem, Report, Severity, Step};

/// How many other places than the violation itself a frame marks.
const MORE_MARKS: usize = 2;

/// The `full` format.
#[derive(Debug, Clone, Copy)]
pub struct Full;

impl Renderer for Full {
    fn render(&self, report: &Report, context: &Context<'_>) -> Result<String, RenderError> {
        let mut out = text::verdicts(&report.verdicts);
        if !out.is_empty() {
            out.push('\n');
        }
        for defect in text::defects(&report.findings) {
            out.push_str(&show(defect, context));
            out.push_str("\n\n");
        }
        out.push_str(&text::summary(report));
        Ok(out)
    }
}

fn painter(context: &Context<'_>) -> Painter {
    if context.colour { Painter::styled() } else { Painter::plain() }
}

fn severity(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    }
}

fn show(defect: &[Finding], context: &Context<'_>) -> String {
    let Some((finding, siblings)) = defect.split_first() else {
        return String::new();
    };
    let title = severity(finding.severity).primary_title(&finding.message).id(&finding.rule);
    let path = &finding.place.path;
    let mut group = title.element(frame(path, context.sources.get(path), &marks(finding)));
    let mut footer = |name: &'static str, message: String| {
        group = std::mem::replace(&mut group, Group::with_level(Level::NOTE))
            .element(Level::NOTE.with_name(name).message(message));
    };
    if !finding.trace.is_empty() {
        footer("trace", trace(finding));
    }
    for sibling in siblings {
        let same = sibling.message == finding.message;
        footer("also", if same { sibling.rule.clone() } else { format!("{}: {}", sibling.rule, sibling.message) });
    }
    for (name, text) in [("note", &finding.note), ("help", &finding.help), ("see", &finding.see)] {
        if let Some(text) = text {
            footer(name, text.clone());
        }
    }
    painter(context).render(&[group])
}

/// The violation, and the steps in the same file at which the rule's state last changed.
fn marks(finding: &Finding) -> Vec<Mark<'_>> {
    let mut marks = vec![Mark { place: &finding.place, label: String::new(), primary: true }];
    let changes = finding.trace.iter().enumerate().filter(|(at, step)| {
        let before = at.checked_sub(1).and_then(|before| finding.trace.get(before));
        before.is_none_or(|before| before.state != step.state)
            && step.place.path == finding.place.path
            && step.place.line != finding.place.line
            && step.place.line > 0
    });
    let mut changes: Vec<&Step> = changes.map(|(_, step)| step).collect();
    changes.reverse();
    for step in changes {
        if marks.len() <= MORE_MARKS && marks.iter().all(|mark| mark.place.line != step.place.line) {
            marks.push(Mark { place: &step.place, label: step.message.clone(), primary: false });
        }
    }
    marks
}

/// The steps as a table: place, what happens, the state after it.
fn trace(finding: &Finding) -> String {
    let entry = if finding.entry.is_empty() { String::new() } else { format!(", from {}", finding.entry) };
    let mut out = format!("{}{entry}", text::certainty(finding.certainty));
    let here = |place: &Place| match (place.path == finding.place.path, place.line) {
        (true, line) if line > 0 => format!("{line}:{}", place.column),
        _ => place.to_string(),
    };
    let wheres: Vec<String> = finding.trace.iter().map(|step| here(&step.place)).collect();
    let whats: Vec<String> =
        finding.trace.iter().map(|step| format!("{}{}", "  ".repeat(step.depth as usize), step.message)).collect();
    let width = |all: &[String]| all.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    let (place_width, what_width) = (width(&wheres), width(&whats).min(60));
    for ((place, what), step) in wheres.iter().zip(&whats).zip(&finding.trace) {
        let state = if step.state.is_empty() { String::new() } else { format!("  [{}]", step.state) };
        let line = format!("\n  {place:>place_width$}  {what:what_width$}{state}");
        out.push_str(line.trim_end_matches(' '));
    }
    out
}

/// A problem as [`super::problem`] shows it; ends in a newline.
pub(super) fn problem(problem: &Problem, context: &Context<'_>) -> String {
    let title = severity(problem.severity).primary_title(&problem.message).id(&problem.code);
    let path = &problem.place.path;
    let mark = Mark { place: &problem.place, label: String::new(), primary: true };
    let mut group = title.element(frame(path, context.sources.get(path), &[mark]));
    for related in &problem.related {
        group = group.element(Level::NOTE.message(format!("{}: {}", related.place, related.message)));
    }
    for (level, text) in [(Level::NOTE, &problem.note), (Level::HELP, &problem.help)] {
        if let Some(text) = text {
            group = group.element(level.message(text));
        }
    }
    let mut out = painter(context).render(&[group]);
    out.push('\n');
    out
}
