//! Second step of the pre-pass: what needs the shape of the code around a word.
//!
//! Macros on a line of their own, macros that head loops, unknown marks in declarations, structured exceptions,
//! and a few forms that the grammars do not know. Rules here ask for form, never for names of macros.

mod args;
mod calls;
mod marks;
mod scope;
mod seh;

use rulebook_diagnostics::Span;

use super::blank::Left;
use super::canvas::Canvas;
use super::keyword::{Word, word_class};
use super::token::{Kind, Token};
use super::words::{Words, balanced, closing};
use crate::macros::MacroTable;
use crate::parsed::SehKeyword;

/// What the second step finds out.
#[derive(Debug, Default)]
pub(super) struct Shaped {
    /// Keywords of structured exceptions behind macros.
    pub(super) seh: Vec<(u32, SehKeyword)>,
    /// Macro calls at file or class scope that were blanked.
    pub(super) file_macros: Vec<Span>,
    /// What look like function bodies: opening brace and name.
    pub(super) bodies: Vec<(u32, Span)>,
    /// Lists of arguments that were hidden from the grammar, between their parentheses, in order.
    pub(super) hidden: Vec<Span>,
}

pub(super) struct Input<'a> {
    pub(super) text: &'a str,
    pub(super) left: &'a Left,
    pub(super) words: &'a Words<'a>,
    pub(super) macros: &'a MacroTable,
    pub(super) cpp: bool,
}

/// What a brace holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Declarations: a file, a namespace, a class.
    File,
    /// Statements.
    Body,
    /// Values or enumerators.
    Values,
}

pub(super) fn shape(input: &Input<'_>, canvas: &mut Canvas) -> Shaped {
    let mut shaper = Shaper {
        text: input.text,
        tokens: &input.left.tokens,
        input,
        canvas,
        scopes: Vec::new(),
        last_semicolon: 0,
        boundary: true,
        head: 0,
        out: Shaped::default(),
    };
    shaper.structured_exceptions();
    shaper.run();
    shaper.out
}

struct Shaper<'a, 'b> {
    text: &'a str,
    tokens: &'a [Token],
    input: &'a Input<'a>,
    canvas: &'b mut Canvas,
    /// What the open braces hold, and their indices.
    scopes: Vec<(Scope, usize)>,
    last_semicolon: usize,
    /// Whether a statement or declaration may start at the current token.
    boundary: bool,
    /// Index of the first token of the current declaration.
    head: usize,
    out: Shaped,
}

impl<'a> Shaper<'a, '_> {
    fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text(self.text))
    }

    fn is(&self, at: usize, byte: u8) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Punct(byte))
    }

    fn is_ident(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Ident)
    }

    fn scope(&self) -> Scope {
        self.scopes.last().map_or(Scope::File, |(scope, _)| *scope)
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span { start: self.tokens[from].start, end: self.tokens[to].end }
    }

    fn run(&mut self) {
        let mut at = 0;
        while at < self.tokens.len() {
            at = self.step(at);
        }
    }

    /// Handles the token at `at`; returns where to go on.
    fn step(&mut self, at: usize) -> usize {
        let token = self.tokens[at];
        match token.kind {
            Kind::Punct(b'{') => self.open(at),
            Kind::Punct(b'}') => self.close(at),
            Kind::Punct(b';') => {
                self.last_semicolon = at;
                self.start(at + 1);
            }
            Kind::Punct(b':') => self.boundary = self.scope() == Scope::Body,
            Kind::Ident => return self.identifier(at),
            Kind::Pair(b'-') | Kind::Punct(b'.')
                if self.input.cpp && self.is(at + 1, b'*') && adjacent(token, self.tokens[at + 1]) =>
            {
                // `(object->*member)(…)` becomes a call of a member.
                self.canvas.blank(self.span(at + 1, at + 1));
                self.boundary = false;
                return at + 2;
            }
            Kind::Pair(b':') if self.input.cpp && self.is_destroyed(at) => {
                // `object->T::~T()` becomes the call of a method: the grammar knows destructors without a class alone.
                self.canvas.replace(self.span(at, at + 1), "___");
                self.boundary = false;
                return at + 2;
            }
            _ => self.boundary = false,
        }
        at + 1
    }

    /// Whether the `::` at `at` stands in a call of a destructor by the name of its class.
    fn is_destroyed(&self, at: usize) -> bool {
        let is_pair = |at: usize, byte: u8| self.tokens.get(at).is_some_and(|token| token.kind == Kind::Pair(byte));
        let joined = |at: usize| adjacent(self.tokens[at], self.tokens[at + 1]);
        if !self.is(at + 1, b'~') || !self.is_ident(at + 2) || !joined(at) || !joined(at + 1) {
            return false;
        }
        let mut colons = at;
        while colons >= 2 && self.is_ident(colons - 1) {
            if is_pair(colons - 2, b'-') || self.is(colons - 2, b'.') {
                return joined(at - 1);
            }
            if !is_pair(colons - 2, b':') {
                return false;
            }
            colons -= 2;
        }
        false
    }

    fn start(&mut self, head: usize) {
        self.boundary = true;
        self.head = head;
    }

    fn identifier(&mut self, at: usize) -> usize {
        let boundary = std::mem::replace(&mut self.boundary, false);
        let word = self.word(at);
        match word {
            "else" | "do" => {
                self.boundary = true;
                return at + 1;
            }
            "delete" if self.input.cpp && self.is(at + 1, b'[') && self.is(at + 2, b']') && self.is(at + 3, b'(') => {
                self.canvas.blank(self.span(at + 1, at + 2));
                return at + 3;
            }
            // `enum : Type {`: the grammar knows the type behind a name only.
            "enum" if self.is(at + 1, b':') => {
                if let Some(brace) =
                    (at + 2..at + 8).find(|index| !self.is_ident(*index)).filter(|at| self.is(*at, b'{'))
                {
                    self.canvas.blank(self.span(at + 1, brace - 1));
                    return brace;
                }
                return at + 1;
            }
            "new" if self.input.cpp => {
                self.placement_array(at + 1);
                return at + 1;
            }
            _ if at > 0 && self.is(at - 1, b'(') && self.is(at + 1, b')') && self.means_no_parameters(word) => {
                self.canvas.blank(self.span(at, at));
                return at + 1;
            }
            "if" | "while" | "for" | "switch" if self.scope() == Scope::Body => {
                // What follows the head is a statement.
                if let Some(close) = self.closing_of_head(at + 1) {
                    self.inner(at + 1, close);
                    self.boundary = true;
                    return close + 1;
                }
                return at + 1;
            }
            _ => {}
        }
        if boundary && self.input.cpp && self.scope() == Scope::Body {
            self.assigned_zero(at);
        }
        let hidden = self.call_arguments(at, boundary);
        if let Some(close) = hidden.filter(|_| self.boundary) {
            return close + 1;
        }
        if boundary
            && word_class(word) == Word::Name
            && let Some(close) = hidden.or_else(|| closing(self.tokens, at + 1))
            && let Some(next) = self.macro_call(at, close)
        {
            return next;
        }
        if let Some(close) = hidden {
            return close + 1;
        }
        if matches!(word, "__asm" | "_asm" | "__asm__") && self.scope() == Scope::Body {
            return self.assembly(at);
        }
        self.declaration_marks(at)
    }

    /// Instructions, in braces or to the end of the line, are no statement that anything here is about.
    fn assembly(&mut self, at: usize) -> usize {
        self.boundary = true;
        let last = if self.is(at + 1, b'{') {
            balanced(self.tokens, at + 1, usize::MAX)
        } else {
            let start = self.tokens[at].start as usize;
            let line_end = self.text[start..].find('\n').map_or(self.text.len(), |end| start + end) as u32;
            // What closes the block around it is none of them.
            let goes_on = |index: &usize| self.tokens[*index].start < line_end && !self.is(*index, b'}');
            (at..self.tokens.len()).take_while(goes_on).last()
        };
        let Some(last) = last else { return at + 1 };
        self.canvas.replace(self.span(at, last), ";");
        last + 1
    }

    /// `FIELD(x) = 0;`: to the grammar, a method that has no body.
    fn assigned_zero(&mut self, at: usize) {
        let Some(close) = closing(self.tokens, at + 1) else { return };
        let zero = close + 2;
        if self.is(close + 1, b'=') && self.word(zero) == "0" && self.is(zero + 1, b';') {
            let gap = Span { start: self.tokens[zero].start - 1, end: self.tokens[zero].end };
            if gap.start > self.tokens[close + 1].start {
                self.canvas.replace(gap, "00");
            }
        }
    }

    fn means_no_parameters(&self, word: &str) -> bool {
        let known = &self.input.words.language.no_parameters;
        known.iter().any(|known| known == word)
    }

    /// `new (tag) Type *[count]`: the grammar knows no pointer there.
    fn placement_array(&mut self, mut at: usize) {
        let Some(close) = closing(self.tokens, at) else {
            return;
        };
        at = close + 1;
        while self.is_ident(at) || self.tokens.get(at).is_some_and(|token| token.kind == Kind::Pair(b':')) {
            at += 1;
        }
        let first = at;
        while self.is(at, b'*') {
            at += 1;
        }
        if at > first && self.is(at, b'[') {
            self.canvas.blank(self.span(first, at - 1));
        }
    }

    /// The end of `( … )` after `for` and the like, semicolons included.
    fn closing_of_head(&self, open: usize) -> Option<usize> {
        if !self.is(open, b'(') {
            return None;
        }
        let mut depth = 0;
        for at in open..self.tokens.len().min(open + 4_000) {
            match self.tokens[at].kind {
                Kind::Punct(b'(') => depth += 1,
                Kind::Punct(b')') => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                Kind::Punct(b'{' | b'}') => return None,
                _ => {}
            }
        }
        None
    }
}

fn adjacent(first: Token, second: Token) -> bool {
    first.end == second.start
}

/// Whether a name is in capitals, as macros are.
fn is_shouted(name: &str) -> bool {
    name.len() > 1
        && !name.bytes().any(|byte| byte.is_ascii_lowercase())
        && name.bytes().any(|byte| byte.is_ascii_uppercase())
}
