//! One line per finding: `path:line:col: level[rule] message`.

use std::fmt::Write as _;

use super::{Context, RenderError, Renderer, text};
use crate::Report;

/// The `concise` format.
#[derive(Debug, Clone, Copy)]
pub struct Concise;

impl Renderer for Concise {
    fn render(&self, report: &Report, _: &Context<'_>) -> Result<String, RenderError> {
        let mut out = text::verdicts(&report.verdicts);
        for finding in &report.findings {
            let level = text::level(finding.severity);
            let _ = writeln!(out, "{}: {level}[{}] {}", finding.place, finding.rule, finding.message);
        }
        Ok(out)
    }
}
