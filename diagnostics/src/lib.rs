//! Places, problems and findings, and the formats in which people and machines read them.
//!
//! Used for bad pages and for C code alike.
//! Invariant: this crate knows neither Markdown, nor C, nor rules; it does no input or output.

pub mod baseline;
pub mod finding;
pub mod nearest;
pub mod place;
pub mod problem;
pub mod render;
pub mod report;

pub use baseline::{Baseline, BaselineError, Compared, Fate, Known};
pub use finding::{Allowed, Certainty, Finding, Related, Step};
pub use place::{LineIndex, Place, Span};
pub use problem::{Problem, Severity};
pub use render::{Context, Format, RenderError, Renderer};
pub use report::{Outcome, Part, Report, RuleInfo, Sources, Summary, Verdict};
