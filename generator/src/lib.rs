//! From the typed catalog to everything made of it: the rule table, the corpus with its expected results.
//!
//! Invariants: it never depends on the checker, so expected results cannot come from it;
//! everything is rendered in memory first, and [`writer`] alone touches the disk.

pub mod book;
mod error;
mod simulate;
pub mod source;
pub mod headers;
pub mod table;
pub mod writer;

pub use error::GenerateError;
pub use source::Source;
use writer::Tree;

/// Everything that `rulebook generate` keeps in the tree, rendered in memory.
pub fn tree(source: &Source) -> Result<Tree, GenerateError> {
    let mut tree = Tree::default();
    tree.add("checker/table.json", table::render(&source.table)?)?;
    Ok(tree)
}
