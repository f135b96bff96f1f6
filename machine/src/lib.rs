//! A driver rule as a machine: the specification language, its expansion, the rule table and its semantics.
//!
//! Invariant: a leaf; it knows neither Markdown nor C source, and does no input or output.

pub mod condition;
pub mod error;
pub mod expand;
pub mod irql;
pub mod mutate;
pub mod pattern;
pub mod rule;
pub mod same;
pub mod semantics;
pub mod shapes;
pub mod spec;
pub mod table;

pub use condition::Condition;
pub use error::SpecError;
pub use expand::{Expansion, Reference, expand};
pub use irql::{Interval, Level};
pub use pattern::Pattern;
pub use rule::Machine;
pub use semantics::Semantics;
pub use spec::Spec;
pub use table::Table;
