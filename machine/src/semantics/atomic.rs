//! What functions do to a number or pointer in one step.

use serde::{Deserialize, Serialize};

/// Whether an exchange takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exchange {
    /// At every call.
    Always,
    /// Where a comparison says so.
    Perhaps,
    /// At every call; what is stored is the two combined: bits that either has.
    Or,
    /// Bits that both have.
    And,
    /// Bits that one of them has.
    Xor,
}

/// Which way a number is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    /// By one more; the result is the new number.
    Up,
    /// By one less; the result is the new number.
    Down,
    /// By what another argument says; the result may be the old number.
    By,
}
