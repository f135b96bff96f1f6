//! Makes driver source parse without its headers, and keeps every offset.
//!
//! The output is as long as the input and has its line ends in the same places; what the grammars cannot
//! know (annotations, marks, unknown macros, branches not taken) is blanked with spaces. What the blanked
//! text said is kept on the side. Works for any input: it never fails and never panics.

mod blank;
mod canvas;
pub(crate) mod condition;
pub(crate) mod directive;
pub(crate) mod keyword;
mod shape;
#[cfg(test)]
mod tests;
pub(crate) mod token;
pub(crate) mod traces;
pub(crate) mod words;

use rulebook_diagnostics::Span;
use rustc_hash::FxHashMap;

use self::canvas::Canvas;
use self::token::{Kind, Token};
use self::words::{Treatment, Words};
use crate::macros::MacroTable;
use crate::parsed::SehKeyword;

/// What the pre-pass is told about a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: &'a [Token],
    /// Branches not taken, in order.
    pub(crate) dead: &'a [Span],
    pub(crate) words: &'a Words<'a>,
    pub(crate) macros: &'a MacroTable,
    /// What the driver's own definitions say about their names.
    pub(crate) own: &'a FxHashMap<&'static str, Treatment<'a>>,
    /// Whether the text is C++ (a header counts as such).
    pub(crate) cpp: bool,
}

/// What it makes of it.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) prepped: String,
    /// Annotations, ordered by start.
    pub(crate) annotations: Vec<Span>,
    /// Keywords of structured exceptions behind macros, ordered by offset.
    pub(crate) seh: Vec<(u32, SehKeyword)>,
    /// Macro calls at file or class scope that were blanked, in order.
    pub(crate) file_macros: Vec<Span>,
    /// What look like function bodies: opening brace and name.
    pub(crate) bodies: Vec<(u32, Span)>,
    /// Lists of arguments that were hidden from the grammar, between their parentheses, in order.
    pub(crate) hidden: Vec<Span>,
    /// Ends of marks that make the function after them pageable.
    pub(crate) pageable_marks: Vec<u32>,
    /// Stretches in which functions are pageable.
    pub(crate) pageable_regions: Vec<Span>,
}

/// Runs the pre-pass.
pub(crate) fn run(input: &Input<'_>) -> Output {
    let mut canvas = Canvas::new(input.text);
    let live = live_tokens(input, &mut canvas);
    let first = blank::Input { text: input.text, tokens: &live, words: input.words, own: input.own };
    let mut left = blank::blank(&first, &mut canvas);
    let second =
        shape::Input { text: input.text, left: &left, words: input.words, macros: input.macros, cpp: input.cpp };
    let shaped = shape::shape(&second, &mut canvas);
    left.annotations.sort_unstable();
    Output {
        prepped: canvas.finish(input.text),
        annotations: left.annotations,
        seh: shaped.seh,
        file_macros: shaped.file_macros,
        bodies: shaped.bodies,
        hidden: shaped.hidden,
        pageable_marks: left.pageable_marks,
        pageable_regions: left.pageable_regions,
    }
}

/// Blanks branches not taken, comments and directives; what is left.
fn live_tokens(input: &Input<'_>, canvas: &mut Canvas) -> Vec<Token> {
    for span in input.dead {
        canvas.blank(*span);
    }
    for token in input.tokens.iter().filter(|token| !is_code(token)) {
        canvas.blank(Span { start: token.start, end: token.end });
    }
    live(input.tokens, input.dead)
}

/// What is neither comment nor directive, in the branches that are taken.
pub(crate) fn live(tokens: &[Token], dead: &[Span]) -> Vec<Token> {
    let mut live = Vec::with_capacity(tokens.len());
    let mut dead = dead.iter().peekable();
    for token in tokens {
        while dead.next_if(|span| span.end <= token.start).is_some() {}
        if is_code(token) && dead.peek().is_none_or(|span| span.start > token.start) {
            live.push(*token);
        }
    }
    live
}

fn is_code(token: &Token) -> bool {
    !matches!(token.kind, Kind::Comment | Kind::Directive)
}
