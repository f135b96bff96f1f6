//! Documents held against each other: defects inside one set of pages, drift between two.
//!
//! Every result is an [`Entry`]: a place, what stands there, what should stand there, and the places that show it.
//! Invariant: this crate reads catalogs and returns; it neither prints nor writes.

mod compare;
mod diff;
mod entry;
pub mod lint;
pub mod patch;
pub mod render;
pub mod sync;
mod text;

pub use diff::diff;
pub use entry::{Entry, Evidence};
