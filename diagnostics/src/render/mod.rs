//! The formats in which a [`Report`] is shown: one module each, behind one trait.
//!
//! Renderers are pure: the same report gives the same bytes on every machine.

mod concise;
mod frame;
mod full;
mod github;
mod json;
mod msvc;
mod sarif;
mod text;

use std::fmt;
use std::str::FromStr;

pub use concise::Concise;
pub use full::Full;
pub use github::GitHub;
pub use json::{Json, JsonLines};
pub use msvc::Msvc;
pub use sarif::Sarif;
use thiserror::Error;

use crate::{Problem, Report, Sources};

/// What renderers need besides the report.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The texts that findings point into.
    pub sources: &'a Sources,
    /// Whether to use terminal colours, where the format has any.
    pub colour: bool,
    /// The absolute working directory with `/` between its parts; paths below it are shown relative to it.
    /// Empty where it is not known.
    pub directory: &'a str,
    /// Version of the tool, for formats that name it.
    pub version: &'a str,
}

/// A format.
pub trait Renderer {
    /// The report, sorted beforehand with [`Report::sort`], in this format; ends in a newline unless empty.
    fn render(&self, report: &Report, context: &Context<'_>) -> Result<String, RenderError>;
}

/// Why a report could not be rendered.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The serialiser refused, or what was read has another form.
    #[error("it is no JSON of this form: {0}")]
    Json(#[from] serde_json::Error),
}

/// The formats by name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// Source frames with traces, for people.
    #[default]
    Full,
    /// One line per finding, for people and editors.
    Concise,
    /// One JSON document, for scripts.
    Json,
    /// One finding a line, each as it stands in the JSON document.
    JsonLines,
    /// SARIF 2.1.0, for dashboards and scorecards.
    Sarif,
    /// Workflow commands of GitHub Actions.
    GitHub,
    /// Lines that Visual Studio and `MSBuild` understand.
    Msvc,
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 7] =
        [Self::Full, Self::Concise, Self::Json, Self::JsonLines, Self::Sarif, Self::GitHub, Self::Msvc];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Sarif => "sarif",
            Self::GitHub => "github",
            Self::Msvc => "msvc",
        }
    }

    /// The renderer of this format.
    #[must_use]
    pub fn renderer(self) -> &'static dyn Renderer {
        match self {
            Self::Full => &Full,
            Self::Concise => &Concise,
            Self::Json => &Json,
            Self::JsonLines => &JsonLines,
            Self::Sarif => &Sarif,
            Self::GitHub => &GitHub,
            Self::Msvc => &Msvc,
        }
    }

    /// Whether people read it, so that problems belong beside it and not into it.
    #[must_use]
    pub fn for_people(self) -> bool {
        matches!(self, Self::Full | Self::Concise)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("formats are {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// The report, sorted, that `text` was rendered from in the format `json` or `sarif`, as far as that format has it: SARIF has no
/// advice for problems, JSON of rules nothing but ids, and that only in a [`crate::Part`].
pub fn read(text: &str) -> Result<(Format, Report), RenderError> {
    /// What tells the two formats apart.
    #[derive(serde::Deserialize)]
    struct Head {
        runs: Option<serde::de::IgnoredAny>,
    }
    let Head { runs } = serde_json::from_str(text)?;
    let (format, mut report) = match runs {
        Some(_) => (Format::Sarif, sarif::read(text)?),
        None => (Format::Json, json::read(text)?),
    };
    report.sort();
    Ok((format, report))
}

/// A problem for people, with the source line it concerns where `context` has the text.
#[must_use]
pub fn problem(problem: &Problem, context: &Context<'_>) -> String {
    full::problem(problem, context)
}

/// The URI of `path` for SARIF, and whether it is relative: below the working directory `directory` it is.
#[must_use]
pub fn uri(path: &str, directory: &str) -> (String, bool) {
    sarif::uri::of(path, directory)
}

/// One workflow command of GitHub Actions: an annotation at `place`.
#[must_use]
pub fn annotation(severity: crate::Severity, place: &crate::Place, title: &str, message: &str) -> String {
    github::command(severity, place, title, message)
}
