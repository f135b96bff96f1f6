//! What is wrong with an input that we were given: a page, a specification, a table, a source file.

use serde::{Deserialize, Serialize};

use crate::{Place, Related};

/// How much a problem or finding weighs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// For information.
    Note,
    /// Suspicious; the work goes on with what could be understood.
    #[default]
    Warning,
    /// Wrong; what it concerns was skipped.
    Error,
}

/// One thing wrong with an input: what, where, why, and what to do.
///
/// Messages start lower-case and end without a full stop; names in code stand between back-quotes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Stable identifier of the kind of problem, in kebab-case, such as `page/front-matter`.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What is wrong, in one line.
    pub message: String,
    /// Why, or what follows from it.
    pub note: Option<String>,
    /// What to do, as a command.
    pub help: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
}

impl Problem {
    /// An error of kind `code` at `place`.
    pub fn error(code: impl Into<String>, place: Place, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity: Severity::Error,
            place,
            message: message.into(),
            note: None,
            help: None,
            related: Vec::new(),
        }
    }

    /// A warning of kind `code` at `place`.
    pub fn warning(code: impl Into<String>, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// The same problem with a reason.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The same problem with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
