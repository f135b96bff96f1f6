//! `NAME(…)` where a statement or declaration may start: macros on lines of their own, macros that head blocks.

use super::{Scope, Shaper, is_shouted};
use crate::ir::Symbol;
use crate::prepass::keyword::{Word, word_class};
use crate::prepass::token::Kind;
use crate::prepass::words::closing;

/// What a macro's use is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StandsFor {
    /// A whole statement, with or without a semicolon behind it.
    Statement,
    /// The head of a loop or a branch.
    Head,
    /// Anything else.
    Other,
}

impl Shaper<'_, '_> {
    /// Calls whose arguments or surroundings the grammars do not know, wherever they stand.
    pub(super) fn argument_forms(&mut self, at: usize) {
        let Some(close) = closing(self.tokens, at + 1) else {
            return;
        };
        // `offsetof(Type, a.b[1])`: the grammars know a plain member only.
        if self.word(at) == "offsetof" {
            let comma = (at + 2..close).find(|index| self.is(*index, b','));
            let first =
                comma.and_then(|comma| (comma..close).find(|index| self.is(*index, b'.') || self.is(*index, b'[')));
            if let Some(first) = first {
                self.canvas.blank(self.span(first, close - 1));
            }
        }
        // `do { … } WHILE (x);`
        if at > 0
            && self.is(at - 1, b'}')
            && self.is(close + 1, b';')
            && self.scope() == Scope::Body
            && self.heads_while(at)
        {
            self.canvas.replace(self.span(at, at), "while");
        }
    }

    /// Whether a macro stands for `while`, by its definition or, without one, by its name.
    pub(super) fn heads_while(&self, at: usize) -> bool {
        let name = self.word(at);
        match self.input.macros.get(Symbol::new(name)) {
            Some(definition) => definition.body.trim_start().starts_with("while"),
            None => self.input.words.language.loops.iter().any(|part| name.contains(part.as_str())),
        }
    }

    /// `NAME(…)` where a statement or declaration may start; returns where to go on if it was dealt with.
    pub(super) fn macro_call(&mut self, at: usize, close: usize) -> Option<usize> {
        let name = self.word(at);
        let next = self.tokens.get(close + 1);
        if self.scope() == Scope::Values {
            return None;
        }
        if next.is_some_and(|next| next.kind == Kind::Punct(b'{')) {
            return if self.scope() == Scope::Body { self.headed_block(at, close) } else { None };
        }
        let stands_for = self.stands_for(name);
        if self.scope() == Scope::Body
            && stands_for == StandsFor::Head
            && next.is_some_and(|next| next.kind == Kind::Ident)
        {
            return self.headed_block(at, close);
        }
        let is_statement = self.scope() == Scope::Body && stands_for == StandsFor::Statement;
        if self.scope() == Scope::Body && !is_statement && self.is_typed_by_macro(at, close) {
            self.canvas.blank(self.span(at + 1, close));
            return Some(close + 1);
        }
        let starts_other = next.is_none_or(|next| match next.kind {
            Kind::Ident => {
                !matches!(next.text(self.text), "const" | "override" | "final" | "noexcept" | "volatile" | "throw")
            }
            Kind::Punct(byte) => byte == b'}' || (byte == b'~' && self.scope() == Scope::File),
            _ => false,
        });
        let shouts = is_shouted(name);
        let own = self.input.macros.get(Symbol::new(name)).is_some_and(|definition| definition.params.is_some());
        if !starts_other || !(shouts || own) || !(is_statement || self.first_on_line(at)) {
            return None;
        }
        let next_line = next.is_none_or(|next| {
            self.text.as_bytes()[self.tokens[close].end as usize..next.start as usize].contains(&b'\n')
        });
        let anywhere = self.scope() == Scope::File && shouts;
        if !next_line && !anywhere && !is_statement {
            return None;
        }
        let gap_end = next.map_or(self.text.len() as u32, |next| next.start);
        let span = self.span(at, close);
        if self.scope() == Scope::File {
            self.canvas.blank(span);
            self.out.file_macros.push(span);
            self.start(close + 1);
            return Some(close + 1);
        }
        if !self.canvas.semicolon(span.end, gap_end) {
            self.canvas.blank(span);
        }
        self.boundary = true;
        Some(close + 1)
    }

    /// What a use of the driver's own macro is, going by its definition.
    fn stands_for(&self, name: &str) -> StandsFor {
        let Some(definition) = self.input.macros.get(Symbol::new(name)) else { return StandsFor::Other };
        let body = definition.body.trim();
        let first = body.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
        match (first, body.bytes().last()) {
            ("do", _) | (_, Some(b'}' | b';')) => StandsFor::Statement,
            ("for" | "while" | "if", Some(b')')) => StandsFor::Head,
            _ => StandsFor::Other,
        }
    }

    /// `FOREACH(…) {`: a loop or a test behind a macro.
    pub(super) fn headed_block(&mut self, at: usize, close: usize) -> Option<usize> {
        let name = self.word(at);
        let body = self.input.macros.get(Symbol::new(name)).map(|definition| definition.body.as_str());
        let heads = |keyword: &str| body.is_some_and(|body| body.trim_start().starts_with(keyword));
        let loops = self.input.words.language.loops.iter().any(|part| name.contains(part.as_str()));
        let keyword = if heads("for") || heads("while") || (body.is_none() && loops) {
            "while"
        } else if heads("if") {
            "if"
        } else {
            return None;
        };
        // Where there is no room for a loop, one turn of it says most of what it does.
        let keyword = if keyword.len() > name.len() { "if" } else { keyword };
        if keyword.len() > name.len() {
            return None;
        }
        self.canvas.replace(self.span(at, at), keyword);
        if close == at + 2 {
            // An empty head needs a condition; there is room for none, so the loop is left to the trust test.
            return None;
        }
        self.boundary = true;
        Some(close + 1)
    }

    /// `TYPE_OF(size) name;`: a macro makes the type.
    pub(super) fn is_typed_by_macro(&self, at: usize, close: usize) -> bool {
        let ends = |at: usize| self.is(at, b';') || self.is(at, b'=') || self.is(at, b'[');
        let one_line = self.tokens.get(close + 1).is_some_and(|next| {
            !self.text.as_bytes()[self.tokens[close].end as usize..next.start as usize].contains(&b'\n')
        });
        let named = self.is_ident(close + 1) && word_class(self.word(close + 1)) == Word::Name;
        one_line && named && ends(close + 2) && is_shouted(self.word(at))
    }

    pub(super) fn first_on_line(&self, at: usize) -> bool {
        let start = self.tokens[at].start;
        at == 0
            || self.text.as_bytes()[self.tokens[at - 1].end as usize..start as usize].contains(&b'\n')
            || self.is(at - 1, b'{')
    }
}
