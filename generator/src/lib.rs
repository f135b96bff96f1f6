//! From the typed catalog to everything made of it: the rule table, the corpus with its expected results.
//!
//! Invariants: it never depends on the checker, so expected results cannot come from it;
//! everything is rendered in memory first, and [`writer`] alone touches the disk.

pub mod book;
mod error;
pub mod fixtures;
pub mod headers;
mod simulate;
pub mod source;
pub mod table;
pub mod writer;

pub use error::GenerateError;
pub use fixtures::{Corpus, Variants, corpus};
pub use source::Source;
use writer::Tree;

/// Everything that `rulebook generate` keeps in the tree, rendered in memory.
pub fn tree(source: &Source, variants: Variants) -> Result<Tree, GenerateError> {
    let mut tree = corpus(source, variants)?.tree;
    tree.add("checker/table.json", table::render(&source.table)?)?;
    for (name, text) in headers::emit_headers(&source.facts) {
        let text = if text.contains(writer::MARK) {
            text
        } else {
            format!("/* {} by `rulebook generate` */\n{text}", writer::MARK)
        };
        tree.add(&format!("{}/include/{name}", fixtures::FOLDER), text)?;
    }
    tree.own(&format!("{}/include", fixtures::FOLDER))?;
    Ok(tree.listed())
}
