//! Lowering: the syntax of one file to the functions, tables and prototypes of [`crate::ir`].
//!
//! Two steps, so that neither grammar's oddities nor macro expansion leak into control flow:
//! `build` turns syntax nodes (and the expanded text of macros) into the small tree of `ast`,
//! `flow` turns that tree into basic blocks.
//! A body that holds something not modelled becomes [`ir::Untrusted`](crate::ir::Untrusted):
//! skipped and counted, never half understood.

mod ast;
mod build;
mod declared;
mod expand;
mod flow;
mod literal;
mod sal;
mod spaces;
mod tidy;
mod types;
mod unit;

use rulebook_machine::semantics::Language;
use tree_sitter::Node;

use crate::ir::{self, Symbol};
use crate::macros::MacroTable;
use crate::parsed::Parsed;

pub use declared::{ClassInfo, Declared, Member, PRIVATE};
pub use types::TypeRef;

/// What lowering needs to know beside the file itself.
#[derive(Debug, Clone, Copy)]
pub struct LowerContext<'a> {
    /// The C dialect of drivers.
    pub language: &'a Language,
    /// The macros of the driver's own that are in force.
    pub macros: &'a MacroTable,
    /// Classes, enumerators and functions that the driver's files declare: every file of the driver
    /// (headers and the file itself) goes through [`Declared::add`] before the first one is lowered.
    pub declared: &'a Declared,
    /// Whether what runs when a guarded block is left is followed (`__finally`, `__except`); without, it is as if it
    /// were not there.
    pub handlers: bool,
    /// The namespace that the text stands in; empty for a whole file.
    pub space: Symbol,
}

impl LowerContext<'_> {
    /// The namespace that `node` stands in, where functions of a name are told apart by it; else the empty one.
    pub(crate) fn space_of(&self, node: Node, text: &str) -> Symbol {
        if self.declared.spaces().are_shared() { spaces::space_of(node, self.space, text) } else { self.space }
    }
}

/// `text` with every macro in it put in place; `None` where there is none or it grows beyond `limit` bytes.
pub(crate) fn rescan(text: &str, macros: &MacroTable, limit: usize) -> Option<String> {
    expand::rescan(text, macros, &[], limit)
}

/// Lowers one file.
#[must_use]
pub fn lower(parsed: &Parsed, context: &LowerContext<'_>) -> ir::Unit {
    unit::lower_unit(parsed, context)
}
