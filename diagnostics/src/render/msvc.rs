//! The form of the Microsoft compilers, which Visual Studio and `MSBuild` turn into entries of their error list:
//! `path(line,col): warning RULE: message`.

use std::fmt::Write as _;

use super::{Context, RenderError, Renderer, text};
use crate::{Place, Report};

/// The `msvc` format.
#[derive(Debug, Clone, Copy)]
pub struct Msvc;

impl Renderer for Msvc {
    fn render(&self, report: &Report, _: &Context<'_>) -> Result<String, RenderError> {
        let mut out = String::new();
        for problem in &report.problems {
            let level = text::level(problem.severity);
            let _ = writeln!(out, "{}: {level} {}: {}", origin(&problem.place), problem.code, problem.message);
        }
        for finding in &report.findings {
            let level = text::level(finding.severity);
            let _ = writeln!(out, "{}: {level} {}: {}", origin(&finding.place), finding.rule, finding.message);
        }
        Ok(out)
    }
}

fn origin(place: &Place) -> String {
    match place.line {
        0 => place.path.clone(),
        line => format!("{}({line},{})", place.path, place.column),
    }
}
