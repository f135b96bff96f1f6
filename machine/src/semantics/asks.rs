//! Questions that functions answer.

use serde::{Deserialize, Serialize};

/// A question about an object of the caller's: the answer stays what it was until something is done to the object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Asks {
    /// The parameter that points to the object.
    pub about: String,
    /// Functions that may change such an object without being given it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub until: Vec<String>,
}
