//! What the braces hold: declarations, statements or values; and where function bodies begin.

use super::{Scope, Shaper};
use crate::prepass::token::Kind;

impl Shaper<'_, '_> {
    pub(super) fn close(&mut self, at: usize) {
        let (scope, opened) = self.scopes.pop().unwrap_or((Scope::File, 0));
        // `x = MACRO(y) }`: the macro brought its own semicolon.
        if scope == Scope::Body && !self.boundary && self.is(at - 1, b')') {
            self.canvas.semicolon(self.tokens[at - 1].end, self.tokens[at].start);
        }
        // Braces without a statement are values behind a macro.
        let statements = self.last_semicolon > opened || at == opened + 1;
        if scope == Scope::Body
            && !statements
            && self.out.bodies.last().is_some_and(|(brace, _)| *brace == self.tokens[opened].start)
        {
            self.out.bodies.pop();
        }
        self.start(at + 1);
    }

    pub(super) fn open(&mut self, at: usize) {
        let column_zero = {
            let start = self.tokens[at].start as usize;
            start == 0 || matches!(self.text.as_bytes()[start - 1], b'\n' | b'\r')
        };
        // Braces hidden in macros must not spoil the rest of the file.
        if column_zero && at > 0 && self.is(at - 1, b')') && self.scope() == Scope::Body {
            self.scopes.clear();
        }
        let scope = self.scope_of(at);
        if scope == Scope::Body && self.scope() != Scope::Body {
            self.body(at);
        }
        self.scopes.push((scope, at));
        self.start(at + 1);
    }

    /// Notes a function body whose head ends before `at`.
    pub(super) fn body(&mut self, at: usize) {
        let before = if at == 0 { "" } else { self.word(at - 1) };
        if !matches!(before, ")" | "const" | "override" | "final" | "noexcept") {
            return;
        }
        let list = (self.head..at).find(|index| self.is(*index, b'('));
        if let Some(name) =
            list.and_then(|list| list.checked_sub(1)).filter(|name| *name >= self.head && self.is_ident(*name))
        {
            let name = self.span(name, name);
            self.out.bodies.push((self.tokens[at].start, name));
        }
    }

    pub(super) fn scope_of(&self, at: usize) -> Scope {
        let before = if at == 0 { "" } else { self.word(at - 1) };
        let head = &self.tokens[self.head.min(at)..at];
        let mut depth = 0;
        let (mut class, mut values, mut list, mut is_enum) = (false, false, false, false);
        for token in head {
            match token.kind {
                Kind::Punct(b'(') => {
                    depth += 1;
                    list = true;
                }
                Kind::Punct(b')') => depth -= 1,
                Kind::Punct(b'=') if depth == 0 => values = true,
                Kind::Str if depth == 0 => {
                    class |= head.first().is_some_and(|first| first.text(self.text) == "extern");
                }
                Kind::Ident if depth == 0 => match token.text(self.text) {
                    "class" | "struct" | "union" | "namespace" | "__interface" | "interface" => {
                        class = true;
                    }
                    "enum" => is_enum = true,
                    _ => {}
                },
                _ => {}
            }
        }
        // Behind a list of parameters it is what a function returns.
        values |= is_enum && before != ")";
        if self.scope() == Scope::Body {
            return match before {
                "=" | "(" | "," | "return" => Scope::Values,
                ")" | ";" | "{" | "}" | ":" | "" => Scope::Body,
                _ if values => Scope::Values,
                _ if class => Scope::File,
                _ => Scope::Body,
            };
        }
        if before == ")" && !values {
            return Scope::Body;
        }
        match self.scope() {
            _ if values => Scope::Values,
            _ if list && !class => Scope::Body,
            _ if class => Scope::File,
            Scope::Values => Scope::Values,
            _ if list => Scope::Body,
            _ => Scope::File,
        }
    }
}
