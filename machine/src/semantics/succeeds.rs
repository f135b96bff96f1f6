//! When functions cannot fail, and when they cannot succeed.

use serde::{Deserialize, Serialize};

use crate::error::SpecError;

/// When a function cannot fail: a branch for its failure is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Succeeds {
    /// At every call: `always`.
    Always,
    /// Where the argument for this parameter is not zero: `with Wait`.
    With(String),
}

impl From<Succeeds> for String {
    fn from(when: Succeeds) -> Self {
        match when {
            Succeeds::Always => "always".into(),
            Succeeds::With(param) => format!("with {param}"),
        }
    }
}

impl TryFrom<String> for Succeeds {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        match text.split_once(' ') {
            None if text == "always" => Ok(Self::Always),
            Some(("with", param)) => Ok(Self::With(param.to_owned())),
            _ => Err(SpecError::Form(format!(
                "`{text}` does not say when a call succeeds; write `always` or `with PARAMETER`"
            ))),
        }
    }
}

/// When a function cannot succeed: a branch for its success is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Fails {
    /// Where the argument for this parameter is zero: `without Length`.
    Without(String),
}

impl From<Fails> for String {
    fn from(Fails::Without(param): Fails) -> Self {
        format!("without {param}")
    }
}

impl TryFrom<String> for Fails {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        match text.split_once(' ') {
            Some(("without", param)) => Ok(Self::Without(param.to_owned())),
            _ => Err(SpecError::Form(format!("`{text}` does not say when a call fails; write `without PARAMETER`"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for text in ["always", "with Wait"] {
            assert_eq!(Succeeds::try_from(text.to_owned()).map(String::from).as_deref().ok(), Some(text));
        }
        for text in ["", "never", "with", "if Wait"] {
            assert!(Succeeds::try_from(text.to_owned()).is_err(), "{text}");
            assert!(Fails::try_from(text.to_owned()).is_err(), "{text}");
        }
        let fails = Fails::try_from("without Length".to_owned());
        assert_eq!(fails.map(String::from).as_deref().ok(), Some("without Length"));
    }
}
