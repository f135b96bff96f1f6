//! What the checker found in driver source.

use serde::{Deserialize, Serialize};

use crate::{Place, Severity};

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Every path that reaches the place violates the rule there.
    EveryPath,
    /// At least one path that reaches the place does.
    SomePath,
}

/// Another place that belongs to a problem or finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What is there.
    pub message: String,
}

/// One step on the way from the entry point to the violation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Step {
    /// Where.
    pub place: Place,
    /// What happens there: the call made, the branch taken.
    pub message: String,
    /// The rule's state after the step, such as `held`.
    pub state: String,
    /// How many calls deep below the entry point, from 0.
    pub depth: u32,
}

/// One violation of one rule at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// Where the rule is violated.
    pub place: Place,
    /// The rule, as `model/Name`.
    pub rule: String,
    /// What is wrong, in one line, with the names from the source.
    pub message: String,
    /// How much it weighs.
    pub severity: Severity,
    /// On every path or on some path.
    pub certainty: Certainty,
    /// The function that contains the place.
    pub function: String,
    /// The entry point and what it is, such as `EvtIoRead` (`EVT_WDF_IO_QUEUE_IO_READ`); empty if none is known.
    pub entry: String,
    /// The steps from the entry point to the violation.
    pub trace: Vec<Step>,
    /// Why it matters.
    pub note: Option<String>,
    /// What to do, as a command.
    pub help: Option<String>,
    /// Where to read about the rule: a page of the book or the document the rule came from.
    pub see: Option<String>,
    /// Stable across edits elsewhere in the file: rule, path, function and the text of the line.
    pub fingerprint: String,
}

/// A finding that its source allows, with a reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Allowed {
    /// What was found.
    pub finding: Finding,
    /// Why it is allowed, in the words of the source.
    pub reason: String,
    /// Where the source says so.
    pub place: Place,
}
