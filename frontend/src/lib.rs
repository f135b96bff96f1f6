//! Driver source to control flow: finds the projects, reads files without their headers, lowers functions.
//!
//! Invariant: it knows C, C++ and the build files of drivers, but no rule; names of macros and functions
//! that need special treatment come from [`rulebook_machine::semantics::Language`].

pub mod comments;
pub mod headers;
pub mod inspect;
pub mod ir;
pub mod load;
pub mod lower;
pub mod macros;
pub mod parse;
pub mod parsed;
pub mod project;
pub mod read;
pub mod source;

mod again;
mod configure;
mod prepass;

pub use headers::Cache;
pub use load::{Program, SourceFile, Stats, load};
pub use project::{Project, define, definition, discover, discover_but};
pub use read::{Reader, Texts};
