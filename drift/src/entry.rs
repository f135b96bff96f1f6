//! One defect or difference, with its evidence.

use serde::{Deserialize, Serialize};

/// A defect in a page, or a difference between two sets of pages.
///
/// Messages start lower-case and end without a full stop; names in code stand between back-quotes.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// Path with `/` between its parts, as the user gave its beginning.
    pub path: String,
    /// Line, from 1; 0 means the page as a whole.
    pub line: u32,
    /// Column, from 1; 0 means the whole line.
    pub column: u32,
    /// Stable identifier of the kind, in kebab-case, such as `api-misspelt` or `bug-check-changed`.
    pub kind: String,
    /// The rule, API or code that it is about, such as `wdm/SpinLock`; empty where it is about the page.
    pub subject: String,
    /// What is wrong or different, in one line.
    pub message: String,
    /// What stands there.
    pub found: Option<String>,
    /// What should stand there, or stands on the other side.
    pub expected: Option<String>,
    /// The places that show it.
    pub related: Vec<Evidence>,
}

/// A place that shows that an entry is right.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// Path, as in [`Entry::path`].
    pub path: String,
    /// Line, from 1; 0 means the page as a whole.
    pub line: u32,
    /// What it says, in one line.
    pub message: String,
}
