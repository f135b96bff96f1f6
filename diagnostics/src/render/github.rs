//! Workflow commands: annotations in the pull requests of GitHub.

use std::fmt::Write as _;

use super::{Context, RenderError, Renderer};
use crate::{Place, Report, Severity};

/// The `github` format.
#[derive(Debug, Clone, Copy)]
pub struct GitHub;

impl Renderer for GitHub {
    fn render(&self, report: &Report, _: &Context<'_>) -> Result<String, RenderError> {
        let problems = report.problems.iter().map(|p| command(p.severity, &p.place, &p.code, &p.message));
        let findings = report.findings.iter().map(|finding| {
            let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
            command(finding.severity, &finding.place, &finding.rule, &format!("{}{help}", finding.message))
        });
        Ok(problems.chain(findings).collect())
    }
}

pub(super) fn command(severity: Severity, place: &Place, title: &str, message: &str) -> String {
    let level = match severity {
        Severity::Note => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut properties = format!("file={}", property(&place.path));
    if place.line > 0 {
        let _ = write!(properties, ",line={},col={}", place.line, place.column);
        if place.end_line >= place.line {
            let _ = write!(properties, ",endLine={},endColumn={}", place.end_line, place.end_column);
        }
    }
    format!("::{level} {properties},title={}::{}\n", property(title), data(message))
}

/// The escapes that the runner undoes in a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The escapes that it undoes in a property, where separators count as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
