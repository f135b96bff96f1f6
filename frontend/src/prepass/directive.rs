//! What the lines that start with `#` say.

use std::sync::Arc;

use rulebook_diagnostics::Span;

use super::token::{Kind, Token, is_word, tokenize};
use super::words::Words;
use crate::ir::Symbol;
use crate::parsed::MacroDef;

/// A directive and the bytes it covers.
#[derive(Debug, Clone)]
pub(crate) struct Directive {
    pub(crate) span: Span,
    pub(crate) kind: DirectiveKind,
}

/// What a directive does.
#[derive(Debug, Clone)]
pub(crate) enum DirectiveKind {
    If(String),
    Ifdef(Symbol),
    Ifndef(Symbol),
    Elif(String),
    Else,
    Endif,
    Define(Arc<MacroDef>),
    Undef(Symbol),
    Include { path: String, quoted: bool },
    Pragma(String),
    Other,
}

/// Reads the directives among `tokens`.
pub(crate) fn directives(text: &str, tokens: &[Token], words: &Words) -> Vec<Directive> {
    let lines = tokens.iter().filter(|token| token.kind == Kind::Directive);
    lines.map(|token| read(text, *token, words)).collect()
}

fn read(text: &str, token: Token, words: &Words) -> Directive {
    let line = token.text(text);
    let after_hash = line[1..].trim_start_matches(blank_or_continuation);
    let name_len = after_hash.bytes().position(|byte| !is_word(byte)).unwrap_or(after_hash.len());
    let (name, rest) = after_hash.split_at(name_len);
    let kind = match name {
        "if" => DirectiveKind::If(plain(rest)),
        "elif" => DirectiveKind::Elif(plain(rest)),
        "ifdef" => first_word(rest).map_or_else(|| DirectiveKind::If("0".to_owned()), DirectiveKind::Ifdef),
        "ifndef" => first_word(rest).map_or_else(|| DirectiveKind::If("1".to_owned()), DirectiveKind::Ifndef),
        "else" => DirectiveKind::Else,
        "endif" => DirectiveKind::Endif,
        "undef" => first_word(rest).map_or(DirectiveKind::Other, DirectiveKind::Undef),
        "pragma" => DirectiveKind::Pragma(plain(rest)),
        "include" | "import" | "include_next" => include(&plain(rest)),
        "define" => {
            let rest_at = token.start as usize + (line.len() - rest.len());
            define(rest, rest_at, words)
                .map_or(DirectiveKind::Other, |definition| DirectiveKind::Define(Arc::new(definition)))
        }
        _ => DirectiveKind::Other,
    };
    Directive { span: Span { start: token.start, end: token.end }, kind }
}

fn blank_or_continuation(character: char) -> bool {
    character.is_whitespace() || character == '\\'
}

fn first_word(text: &str) -> Option<Symbol> {
    let text = plain(text);
    let len = text.bytes().position(|byte| !is_word(byte)).unwrap_or(text.len());
    (len > 0).then(|| Symbol::new(&text[..len]))
}

fn include(target: &str) -> DirectiveKind {
    let (close, quoted) = match target.bytes().next() {
        Some(b'"') => ('"', true),
        Some(b'<') => ('>', false),
        _ => return DirectiveKind::Other,
    };
    match target[1..].split_once(close) {
        Some((path, _)) if !path.trim().is_empty() => {
            DirectiveKind::Include { path: path.trim().replace('\\', "/"), quoted }
        }
        _ => DirectiveKind::Other,
    }
}

/// `text` with comments removed, continuations joined and the ends trimmed.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    copy_plain(text, &mut out);
    out.trim().to_owned()
}

fn copy_plain(text: &str, out: &mut String) {
    let mut last = 0;
    for token in tokenize_inside(text) {
        let gap = &text[last..token.start as usize];
        if token.kind == Kind::Comment {
            if !gap.is_empty() || !out.is_empty() {
                out.push(' ');
            }
        } else {
            if gap.bytes().any(|byte| byte.is_ascii_whitespace()) {
                out.push(' ');
            }
            out.push_str(token.text(text));
        }
        last = token.end as usize;
    }
}

/// Tokens of the inside of a directive: `#` and `##` are operators there, also at the start of a continuation line.
fn tokenize_inside(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut base = 0;
    loop {
        let rest = &text[base..];
        let mut restart = None;
        for token in tokenize(rest) {
            let start = token.start + base as u32;
            if token.kind == Kind::Directive {
                tokens.push(Token { kind: Kind::Punct(b'#'), start, end: start + 1 });
                restart = Some(start as usize + 1);
                break;
            }
            tokens.push(Token { kind: token.kind, start, end: token.end + base as u32 });
        }
        match restart {
            Some(next) => base = next,
            None => return tokens,
        }
    }
}

/// The macro that `#define` makes of the text after it.
pub(crate) fn define(rest: &str, rest_at: usize, words: &Words) -> Option<MacroDef> {
    let skipped = rest.len() - rest.trim_start_matches(blank_or_continuation).len();
    let from_name = &rest[skipped..];
    let name_len = from_name.bytes().position(|byte| !is_word(byte)).unwrap_or(from_name.len());
    if name_len == 0 || from_name.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    let name_at = rest_at + skipped;
    let (name, after) = from_name.split_at(name_len);
    let (params, variadic, body) = match after.strip_prefix('(').and_then(|inside| inside.split_once(')')) {
        Some((list, body)) => {
            let (params, variadic) = parameters(&plain(list));
            (Some(params), variadic, body)
        }
        None => (None, false, after),
    };
    Some(MacroDef {
        name: Symbol::new(name),
        params,
        variadic,
        body: words.clean_body(&plain(body)),
        span: Span::new(name_at, name_at + name_len),
    })
}

pub(super) fn parameters(list: &str) -> (Vec<String>, bool) {
    let mut variadic = false;
    let mut names = Vec::new();
    for part in list.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let name = part.trim_end_matches("...").trim();
        variadic |= part.ends_with("...");
        names.push(if name.is_empty() { "__VA_ARGS__".to_owned() } else { name.to_owned() });
    }
    (names, variadic)
}
