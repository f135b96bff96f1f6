//! The rule reference: Markdown sources of the book from catalog and table.

pub mod facts;
