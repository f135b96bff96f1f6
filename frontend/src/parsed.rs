//! What the pre-pass and the parser hand to lowering.

use rulebook_diagnostics::{LineIndex, Span};
use tree_sitter::Tree;

use crate::ir::{FileId, Symbol};

/// A file, read, pre-passed and parsed.
#[derive(Debug)]
pub struct Parsed {
    /// Its index among the driver's files.
    pub file: FileId,
    /// Its path with `/`, as shown to people.
    pub path: String,
    /// Its text as read (decoded lossily).
    pub text: String,
    /// The text the tree was made from: as long as [`Self::text`], offsets agree byte by byte;
    /// annotations, unknown macros and branches of `#if` not taken are blanked with spaces.
    pub prepped: String,
    /// The syntax tree of [`Self::prepped`].
    pub tree: Tree,
    /// Whether the C++ grammar made [`Self::tree`].
    pub cpp: bool,
    /// Line starts of [`Self::text`].
    pub lines: LineIndex,
    /// SAL annotations that were blanked, ordered by start: the whole `_Name_(args)` with any nesting.
    pub annotations: Vec<Span>,
    /// Keywords of structured exceptions that stand behind a macro, ordered by offset; the text there is
    /// blanked (`try`, `finally`) or made to fit C (`except (x)` as `if    (x)`).
    pub seh: Vec<(u32, SehKeyword)>,
    /// Arguments of macros that are no expressions, blanked for the grammar, between their parentheses, in order;
    /// spans of [`Self::text`].
    pub hidden: Vec<Span>,
    /// `#define`s of this file that are in force (their `#if` branch is taken), in order.
    pub macros: Vec<MacroDef>,
    /// Macro calls on lines of their own at file or class scope, blanked, in order, such as
    /// `WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(Context, GetContext)`; spans of [`Self::text`].
    pub file_macros: Vec<Span>,
    /// Functions of `#pragma alloc_text(PAGE…, names)` and those between `PAGED` code-segment marks.
    pub pageable: Vec<Symbol>,
}

/// A keyword of structured exception handling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SehKeyword {
    Try,
    Except,
    Finally,
    Leave,
}

/// A macro of the driver's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroDef {
    /// Its name.
    pub name: Symbol,
    /// Its parameters; `None` for an object-like macro.
    pub params: Option<Vec<String>>,
    /// Whether the last parameter is `…` (or named, GNU style).
    pub variadic: bool,
    /// Its replacement text with continuation lines joined and comments removed.
    pub body: String,
    /// Where its name stands.
    pub span: Span,
}
