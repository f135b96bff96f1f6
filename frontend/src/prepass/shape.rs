//! Second step of the pre-pass: what needs the shape of the code around a word.
//!
//! Macros on a line of their own, macros that head loops, unknown marks in declarations, structured exceptions,
//! and a few forms that the grammars do not know. Rules here ask for form, never for names of macros.

use rulebook_diagnostics::Span;

use super::blank::Left;
use super::canvas::Canvas;
use super::keyword::{Word, word_class};
use super::token::{Kind, Token};
use super::words::{Words, closing};
use crate::ir::Symbol;
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

impl Shaper<'_, '_> {
    fn word(&self, at: usize) -> &str {
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
            Kind::Pair(b'-') | Kind::Punct(b'.') if self.input.cpp && self.is(at + 1, b'*') && adjacent(token, self.tokens[at + 1]) => {
                // `(object->*member)(…)` becomes a call of a member.
                self.canvas.blank(self.span(at + 1, at + 1));
                self.boundary = false;
                return at + 2;
            }
            _ => self.boundary = false,
        }
        at + 1
    }

    fn start(&mut self, head: usize) {
        self.boundary = true;
        self.head = head;
    }

    fn close(&mut self, at: usize) {
        let (scope, opened) = self.scopes.pop().unwrap_or((Scope::File, 0));
        // `x = MACRO(y) }`: the macro brought its own semicolon.
        if scope == Scope::Body && !self.boundary && self.is(at - 1, b')') {
            self.canvas.semicolon(self.tokens[at - 1].end, self.tokens[at].start);
        }
        // Braces without a statement are values behind a macro.
        let statements = self.last_semicolon > opened || at == opened + 1;
        if scope == Scope::Body && !statements && self.out.bodies.last().is_some_and(|(brace, _)| *brace == self.tokens[opened].start) {
            self.out.bodies.pop();
        }
        self.start(at + 1);
    }

    fn open(&mut self, at: usize) {
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
    fn body(&mut self, at: usize) {
        let before = if at == 0 { "" } else { self.word(at - 1) };
        if !matches!(before, ")" | "const" | "override" | "final" | "noexcept") {
            return;
        }
        let list = (self.head..at).find(|index| self.is(*index, b'('));
        if let Some(name) = list.and_then(|list| list.checked_sub(1)).filter(|name| *name >= self.head && self.is_ident(*name)) {
            let name = self.span(name, name);
            self.out.bodies.push((self.tokens[at].start, name));
        }
    }

    fn scope_of(&self, at: usize) -> Scope {
        let before = if at == 0 { "" } else { self.word(at - 1) };
        let head = &self.tokens[self.head.min(at)..at];
        let mut depth = 0;
        let (mut class, mut values, mut list) = (false, false, false);
        for token in head {
            match token.kind {
                Kind::Punct(b'(') => {
                    depth += 1;
                    list = true;
                }
                Kind::Punct(b')') => depth -= 1,
                Kind::Punct(b'=') if depth == 0 => values = true,
                Kind::Str if depth == 0 => class |= head.first().is_some_and(|first| first.text(self.text) == "extern"),
                Kind::Ident if depth == 0 => match token.text(self.text) {
                    "class" | "struct" | "union" | "namespace" | "__interface" | "interface" => class = true,
                    "enum" => values = true,
                    _ => {}
                },
                _ => {}
            }
        }
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
            "new" if self.input.cpp => {
                self.placement_array(at + 1);
                return at + 1;
            }
            "THIS" if at > 0 && self.is(at - 1, b'(') && self.is(at + 1, b')') => {
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
        if boundary
            && word_class(word) == Word::Name
            && let Some(close) = closing(self.tokens, at + 1)
            && let Some(next) = self.macro_call(at, close)
        {
            return next;
        }
        self.declaration_marks(at)
    }

    /// `new (tag) Type *[count]`: the grammar knows no pointer there.
    fn placement_array(&mut self, mut at: usize) {
        let Some(close) = closing(self.tokens, at) else { return };
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

    /// Tokens inside brackets whose content still needs the marks removed.
    fn inner(&mut self, from: usize, to: usize) {
        let mut at = from;
        while at < to {
            at = if self.is_ident(at) { self.declaration_marks(at) } else { at + 1 };
        }
    }

    /// `NAME(…)` where a statement or declaration may start; returns where to go on if it was dealt with.
    fn macro_call(&mut self, at: usize, close: usize) -> Option<usize> {
        let name = self.word(at);
        let next = self.tokens.get(close + 1);
        if self.scope() == Scope::Values {
            return None;
        }
        if next.is_some_and(|next| next.kind == Kind::Punct(b'{')) {
            return if self.scope() == Scope::Body { self.headed_block(at, close) } else { None };
        }
        let starts_other = next.is_none_or(|next| match next.kind {
            Kind::Ident => !matches!(next.text(self.text), "const" | "override" | "final" | "noexcept" | "volatile" | "throw"),
            Kind::Punct(byte) => byte == b'}' || (byte == b'~' && self.scope() == Scope::File),
            _ => false,
        });
        let shouts = is_shouted(name);
        let own = self.input.macros.get(Symbol::new(name)).is_some_and(|definition| definition.params.is_some());
        if !starts_other || !(shouts || own) || !self.first_on_line(at) {
            return None;
        }
        let next_line = next.is_none_or(|next| {
            self.text.as_bytes()[self.tokens[close].end as usize..next.start as usize].contains(&b'\n')
        });
        if !next_line && !(self.scope() == Scope::File && shouts) {
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

    /// `FOREACH(…) {`: a loop or a test behind a macro.
    fn headed_block(&mut self, at: usize, close: usize) -> Option<usize> {
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

    fn first_on_line(&self, at: usize) -> bool {
        let start = self.tokens[at].start;
        at == 0 || self.text.as_bytes()[self.tokens[at - 1].end as usize..start as usize].contains(&b'\n') || self.is(at - 1, b'{')
    }

    /// A run of names that no declaration can have: blanks the marks in it. Returns where to go on.
    fn declaration_marks(&mut self, at: usize) -> usize {
        let mut names: Vec<(usize, usize)> = Vec::new();
        let mut typed = false;
        let mut end = at;
        while self.is_ident(end) {
            match word_class(self.word(end)) {
                Word::Qualifier => {}
                Word::Builtin => typed = true,
                Word::Tag => {
                    typed = true;
                    // The tag's own name is part of the type.
                    if self.is_ident(end + 1) && word_class(self.word(end + 1)) == Word::Name {
                        end += 1;
                    }
                }
                Word::Other => return end + 1,
                Word::Name => {
                    let first = end;
                    while self.tokens.get(end + 1).is_some_and(|token| token.kind == Kind::Pair(b':')) && self.is_ident(end + 2) {
                        end += 2;
                    }
                    names.push((first, end));
                }
            }
            end += 1;
        }
        let named = match self.tokens.get(end).map(|token| token.kind) {
            Some(Kind::Punct(b'(')) => !self.is(end + 1, b'*') || names.len() > 2,
            Some(Kind::Punct(b';' | b'=' | b'[' | b',' | b')' | b':' | b'{')) => true,
            Some(Kind::Punct(b'*' | b'&')) => false,
            _ => return end.max(at + 1),
        };
        let wanted = usize::from(named) + usize::from(!typed);
        let mut surplus = names.len().saturating_sub(wanted);
        if surplus == 0 || self.is(at.wrapping_sub(1), b'>') {
            return end.max(at + 1);
        }
        let last_mark = names.len() - usize::from(named);
        let mut candidates: Vec<(usize, usize)> =
            names[..last_mark].iter().copied().filter(|(first, last)| first == last && is_shouted(self.word(*first))).collect();
        // Known types stay as long as there is something else; of two unknown names the first is the mark,
        // unless the second looks like one.
        candidates.sort_by_key(|(first, _)| self.mark_rank(*first));
        for (first, _) in candidates {
            if surplus == 0 {
                break;
            }
            self.canvas.blank(self.span(first, first));
            surplus -= 1;
        }
        end.max(at + 1)
    }

    fn mark_rank(&self, at: usize) -> u8 {
        let word = self.word(at);
        if self.input.words.language.types.iter().any(|known| known == word) {
            2
        } else {
            u8::from(!word.ends_with("API") && !word.ends_with("CALL") && !word.ends_with("INLINE"))
        }
    }

    /// `try { … } finally { … }` behind macros.
    fn structured_exceptions(&mut self) {
        for index in 0..self.input.left.seh.len() {
            let (at, keyword) = self.input.left.seh[index];
            // In C++, `try` is a keyword; it is ours only if a handler of ours follows.
            if self.input.cpp && self.word(at) == "try" && !self.has_handler(at + 1) {
                continue;
            }
            let span = self.span(at, at);
            self.out.seh.push((span.start, keyword));
            if keyword == SehKeyword::Except {
                self.canvas.replace(span, "if");
            } else {
                self.canvas.blank(span);
            }
        }
    }

    fn has_handler(&self, open: usize) -> bool {
        let mut depth = 0;
        for at in open..self.tokens.len() {
            match self.tokens[at].kind {
                Kind::Punct(b'{') => depth += 1,
                Kind::Punct(b'}') => {
                    depth -= 1;
                    if depth == 0 {
                        return self.input.left.seh.binary_search_by_key(&(at + 1), |(index, _)| *index).is_ok();
                    }
                }
                _ => {}
            }
        }
        false
    }
}

fn adjacent(first: Token, second: Token) -> bool {
    first.end == second.start
}

/// Whether a name is in capitals, as macros are.
fn is_shouted(name: &str) -> bool {
    name.len() > 1 && !name.bytes().any(|byte| byte.is_ascii_lowercase()) && name.bytes().any(|byte| byte.is_ascii_uppercase())
}
