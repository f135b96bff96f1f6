//! What functions store for their callers.

use serde::{Deserialize, Serialize};

use super::ResultText;

/// A place of the caller's that a function stores to with some results only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Stores {
    /// The parameter that points to the place.
    pub param: String,
    /// The result with which that happens.
    pub on: ResultText,
}
