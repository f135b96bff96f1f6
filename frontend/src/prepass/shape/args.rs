//! Arguments that are no expressions: statements, types, operators. A macro may be given any of them.
//!
//! Where the macro's definition is known, its arguments are hidden from the grammar, and lowering expands them from the
//! text as it was written. Where it is not, statements are taken to be done once, and what else the grammar does not
//! know becomes a name.

use rulebook_diagnostics::Span;

use super::{Scope, Shaper};
use crate::ir::Symbol;
use crate::prepass::keyword::{Word, begins_statement, word_class};
use crate::prepass::token::Kind;
use crate::prepass::words::{LONGEST_LIST, balanced};

impl Shaper<'_, '_> {
    /// Deals with the arguments of the call at `at`, if it is one; where its list ends if they were hidden.
    pub(super) fn call_arguments(&mut self, at: usize, boundary: bool) -> Option<usize> {
        if !self.is_ident(at) || !self.is(at + 1, b'(') || word_class(self.word(at)) != Word::Name {
            return None;
        }
        let hidden = if self.scope() == Scope::Body { self.strange_arguments(at, boundary) } else { None };
        if hidden.is_none() {
            self.argument_forms(at);
        }
        hidden
    }

    /// The arguments between `open` and `close` as ranges of tokens.
    fn arguments(&self, open: usize, close: usize) -> Vec<(usize, usize)> {
        let (mut depth, mut from) = (0_u32, open + 1);
        let mut out = Vec::new();
        for at in open + 1..close {
            match self.tokens[at].kind {
                Kind::Punct(b'(' | b'[' | b'{') => depth += 1,
                Kind::Punct(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
                Kind::Punct(b',') if depth == 0 => {
                    out.push((from, at));
                    from = at + 1;
                }
                _ => {}
            }
        }
        if close > open + 1 {
            out.push((from, close));
        }
        out
    }

    fn holds_statement(&self, (from, to): (usize, usize)) -> bool {
        (from..to).any(|at| match self.tokens[at].kind {
            Kind::Punct(b';' | b'{' | b'}') => true,
            Kind::Ident => begins_statement(self.word(at)),
            _ => false,
        })
    }

    /// Whether the argument is a type that no name is: with a keyword of types, or a pointer.
    fn is_type(&self, (from, to): (usize, usize)) -> bool {
        let words = (from..to).all(|at| self.is_ident(at) || self.is(at, b'*') || self.is(at, b'&'));
        let keyword = (from..to)
            .any(|at| word_class(self.word(at)) != Word::Name && self.is_ident(at) && self.word(at) != "this");
        from < to
            && words
            && self.is_ident(from)
            && (keyword || !self.is_ident(to - 1))
            && !(from..to).any(|at| matches!(self.word(at), "sizeof" | "new" | "delete"))
    }

    fn is_operator(&self, (from, to): (usize, usize)) -> bool {
        from < to
            && (from..to).all(|at| match self.tokens[at].kind {
                Kind::Pair(_) => true,
                Kind::Punct(byte) => !matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b'\''),
                _ => false,
            })
    }

    /// Deals with arguments that no grammar knows; where their list ends if they were hidden.
    fn strange_arguments(&mut self, at: usize, boundary: bool) -> Option<usize> {
        let open = at + 1;
        let close = balanced(self.tokens, open, LONGEST_LIST)?;
        let arguments = self.arguments(open, close);
        if arguments.iter().any(|(from, _)| self.is(*from, b'[')) {
            // A function without a name.
            return None;
        }
        let statements = arguments.iter().any(|argument| self.holds_statement(*argument));
        let strange = |argument: &(usize, usize)| {
            argument.0 == argument.1 || self.is_type(*argument) || self.is_operator(*argument)
        };
        if !statements && !arguments.iter().any(strange) {
            return None;
        }
        let inside = Span { start: self.tokens[open].end, end: self.tokens[close].start };
        let known = self.input.macros.get(Symbol::new(self.word(at))).is_some_and(|own| own.params.is_some());
        if known {
            self.canvas.blank(inside);
            self.out.hidden.push(inside);
            let goes_on =
                self.tokens.get(close + 1).is_some_and(|next| !matches!(next.kind, Kind::Ident | Kind::Punct(b'}')));
            if statements && boundary && !goes_on {
                // Given statements it is one, and needs none of its own behind it.
                self.boundary = self.canvas.end_statement(inside, self.tokens[close].start);
            }
            return Some(close);
        }
        if statements {
            let ends = matches!(self.tokens[close - 1].kind, Kind::Punct(b';' | b'}'));
            if boundary && ends && arguments.len() == 1 {
                self.canvas.blank(self.span(at, open));
                self.canvas.blank(self.span(close, close));
            }
            return None;
        }
        for (from, to) in arguments {
            if self.is_type((from, to)) {
                let name = (from..to).rev().find(|at| self.is_ident(*at) && word_class(self.word(*at)) == Word::Name);
                let stays = name.or_else(|| (from..to).rev().find(|at| self.is_ident(*at)));
                for index in (from..to).filter(|index| Some(*index) != stays) {
                    self.canvas.blank(self.span(index, index));
                }
                if let (None, Some(keyword)) = (name, stays) {
                    self.name_in_place(keyword, keyword);
                }
            } else if self.is_operator((from, to)) {
                self.name_in_place(from, to - 1);
            }
        }
        None
    }

    /// A name that nothing has, in the place of what is no expression.
    fn name_in_place(&mut self, from: usize, to: usize) {
        self.canvas.blank(self.span(from, to));
        let span = self.span(from, from);
        let name = "_".repeat((span.end - span.start) as usize);
        self.canvas.replace(span, &name);
    }
}
