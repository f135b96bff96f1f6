//! What can be wrong with a specification.

use thiserror::Error;

/// An error in a specification, with the text that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SpecError {
    /// Not a level.
    #[error("`{found}` is not an interrupt request level; use PASSIVE, APC, DISPATCH, DIRQL or HIGH")]
    Level {
        /// What stands there.
        found: String,
    },
    /// Not an interval of levels.
    #[error(
        "`{found}` is not a bound on the IRQL; write it as `<= APC`, `== PASSIVE`, `>= DISPATCH` or `APC..DISPATCH`"
    )]
    Interval {
        /// What stands there.
        found: String,
    },
    /// An event pattern that does not parse.
    #[error("pattern `{pattern}`: {why} at character {at}")]
    Pattern {
        /// The whole pattern.
        pattern: String,
        /// Position of the fault, in characters from 1.
        at: usize,
        /// What is expected there.
        why: String,
    },
    /// A condition that does not parse.
    #[error("condition `{condition}`: {why}")]
    Condition {
        /// The whole condition.
        condition: String,
        /// What is wrong.
        why: String,
    },
    /// The YAML does not have the form of a specification.
    #[error("{message}")]
    Yaml {
        /// The reader's message.
        message: String,
        /// Line in the block, from 1, where known.
        line: Option<usize>,
    },
    /// A state, event or variable that nothing defines.
    #[error("{what} `{name}` is not defined; defined are: {known}")]
    Undefined {
        /// `state`, `event`, `variable`.
        what: &'static str,
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// An API, parameter, role or constant that neither page nor reference knows.
    #[error("{what} `{name}` is known to neither the page nor the API reference")]
    Unknown {
        /// `function`, `parameter`, `role`, `constant`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Nothing to check.
    #[error("the specification has no shape and no states: nothing would be checked")]
    Empty,
    /// Anything else about the form.
    #[error("{0}")]
    Form(String),
}
