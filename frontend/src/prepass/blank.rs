//! First step of the pre-pass: what can be decided word by word.
//!
//! Blanks comments, directives, dead branches, annotations and marks; what is left goes to [`super::shape`].

use rulebook_diagnostics::Span;
use rustc_hash::FxHashMap;

use super::canvas::Canvas;
use super::keyword::{Word, word_class};
use super::token::{Kind, Token};
use super::words::{Treatment, Words, closing, seh_fits};
use crate::parsed::SehKeyword;

/// What the first step leaves.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Live tokens that were not blanked.
    pub(super) tokens: Vec<Token>,
    /// The annotations that were.
    pub(super) annotations: Vec<Span>,
    /// Words that may stand for keywords of structured exceptions, as indices into [`Self::tokens`].
    pub(super) seh: Vec<(usize, SehKeyword)>,
    /// Ends of marks that make the function after them pageable.
    pub(super) pageable_marks: Vec<u32>,
    /// Stretches in which every function is pageable.
    pub(super) pageable_regions: Vec<Span>,
}

pub(super) struct Input<'a> {
    pub(super) text: &'a str,
    /// Live tokens without comments and directives.
    pub(super) tokens: &'a [Token],
    pub(super) words: &'a Words<'a>,
    /// Treatments that follow from the driver's own definitions.
    pub(super) own: &'a FxHashMap<&'static str, Treatment<'a>>,
}

pub(super) fn blank(input: &Input<'_>, canvas: &mut Canvas) -> Left {
    let Input { text, tokens, words, own } = *input;
    let mut left = Left { tokens: Vec::with_capacity(tokens.len()), ..Left::default() };
    let mut region: Option<(u32, &str)> = None;
    let mut at = 0;
    while at < tokens.len() {
        let token = tokens[at];
        at += 1;
        match token.kind {
            Kind::Number => canvas.number(text, token),
            Kind::Str => canvas.string(text, token),
            _ => {}
        }
        let word = token.text(text);
        if is_literal_part(text, &left.tokens, token, tokens.get(at)) {
            canvas.blank(Span { start: token.start, end: token.end });
            continue;
        }
        let treatment =
            if token.kind == Kind::Ident { words.treatment(word).or_else(|| own.get(word).copied()) } else { None };
        // A macro that is nothing still is an argument: `f(NOTHING, x)`.
        let stays = is_member(text, &left.tokens)
            || (treatment == Some(Treatment::Blank) && is_value(&left.tokens, tokens.get(at)));
        let Some(treatment) = treatment.filter(|_| !stays) else {
            left.tokens.push(token);
            continue;
        };
        if let Some((begin, end)) = region
            && word == end
        {
            left.pageable_regions.push(Span { start: begin, end: token.start });
            region = None;
        }
        if let Some(end) = words.language.pageable_regions.get(word) {
            region = Some((token.end, end));
        }
        match treatment {
            Treatment::Blank | Treatment::BlankCall => {
                at = mark(input, at, treatment, canvas, &mut left);
            }
            Treatment::Annotation => at = annotation(input, at, canvas, &mut left),
            Treatment::AnnotationWord => {
                let after = tokens.get(at);
                if is_parameter_word(&left.tokens, after) || is_argument_word(text, &left.tokens, tokens, at) {
                    let span = Span { start: token.start, end: token.end };
                    canvas.blank(span);
                    left.annotations.push(span);
                } else {
                    left.tokens.push(token);
                }
            }
            // What is put in place is a qualifier: the shape of the code does not depend on it.
            Treatment::Replace(with) => {
                let span = Span { start: token.start, end: token.end };
                canvas.replace(span, with);
            }
            Treatment::Unwrap(with) => at = unwrap(input, at, with, canvas, &mut left),
            Treatment::Seh(keyword) => {
                if seh_fits(keyword, text, tokens, at - 1) {
                    left.seh.push((left.tokens.len(), keyword));
                }
                left.tokens.push(token);
            }
        }
    }
    if let Some((begin, _)) = region {
        left.pageable_regions.push(Span { start: begin, end: text.len() as u32 });
    }
    left
}

/// A mark at `at - 1`; returns where to go on.
fn mark(input: &Input<'_>, at: usize, treatment: Treatment<'_>, canvas: &mut Canvas, left: &mut Left) -> usize {
    let Input { text, tokens, words, .. } = *input;
    let token = tokens[at - 1];
    let takes_list = treatment == Treatment::BlankCall;
    let close = closing(tokens, at).filter(|_| takes_list);
    let end = close.map_or(token.end, |close| tokens[close].end);
    let span = Span { start: token.start, end };
    canvas.blank(span);
    let pageable_section = takes_list && span.slice(text).contains("\"PAGE");
    if pageable_section || words.language.pageable.iter().any(|mark| mark == token.text(text)) {
        left.pageable_marks.push(end);
    }
    if takes_list {
        left.annotations.push(span);
    }
    close.map_or(at, |close| close + 1)
}

/// An annotation at `at - 1`; returns where to go on.
fn annotation(input: &Input<'_>, at: usize, canvas: &mut Canvas, left: &mut Left) -> usize {
    let tokens = input.tokens;
    let token = tokens[at - 1];
    let close = closing(tokens, at);
    if close.is_none() && is_value(&left.tokens, tokens.get(at)) {
        left.tokens.push(token);
        return at;
    }
    let end = close.map_or(token.end, |close| tokens[close].end);
    let span = Span { start: token.start, end };
    canvas.blank(span);
    left.annotations.push(span);
    close.map_or(at, |close| close + 1)
}

fn is_member(text: &str, before: &[Token]) -> bool {
    before.last().is_some_and(|token| matches!(token.text(text), "." | "->" | "::"))
}

/// A name that looks like an annotation where only a value can stand: `f(_DRIVER_NAME_, x)`.
fn is_value(before: &[Token], after: Option<&Token>) -> bool {
    let Some(after) = after else { return false };
    let operator = |kind: Kind| {
        matches!(kind, Kind::Punct(b'(' | b',' | b'=' | b'+' | b'-' | b'|' | b'&' | b'<' | b'>' | b'?' | b':'))
            || matches!(kind, Kind::Pair(b'=' | b'!' | b'<' | b'>' | b'&' | b'|') | Kind::Str)
    };
    let opens = before.last().is_some_and(|token| operator(token.kind));
    let closes = matches!(after.kind, Kind::Punct(byte) if !matches!(byte, b'(' | b'*' | b'[' | b'{' | b'~' | b'.'))
        || matches!(after.kind, Kind::Pair(byte) if byte != b':');
    after.kind == Kind::Str || (opens && closes)
}

/// `IN` before a type, `OPTIONAL` before a comma; not an enumerator or a variable of that name.
fn is_parameter_word(before: &[Token], after: Option<&Token>) -> bool {
    let follows = |token: &Token| matches!(token.kind, Kind::Ident | Kind::Punct(b',' | b')'));
    let starts = before.last().is_some_and(|token| matches!(token.kind, Kind::Punct(b'(' | b',' | b'{' | b';' | b'}')));
    match after.map(|token| token.kind) {
        Some(Kind::Ident) => true,
        Some(Kind::Punct(b'[')) => !starts,
        _ => after.is_some_and(follows) && !starts,
    }
}

/// `"==> " __FUNCTION__ "\n"`: a macro that is a string, behind one. The grammar of C++ does not know it, and takes it for
/// the end of a literal of the user's where no space is between.
fn is_literal_part(text: &str, before: &[Token], word: Token, after: Option<&Token>) -> bool {
    let behind_string = match before {
        [.., linkage, string] => string.kind == Kind::Str && linkage.text(text) != "extern",
        [string] => string.kind == Kind::Str,
        [] => false,
    };
    let is_name = word.kind == Kind::Ident && word_class(word.text(text)) == Word::Name;
    behind_string && is_name && after.is_none_or(|after| !matches!(after.kind, Kind::Ident | Kind::Punct(b'(')))
}

/// `F(IN & x, OUT (PVOID)y, IN 0)`: a word before an argument, where a name could not stand or would be another macro.
fn is_argument_word(text: &str, before: &[Token], tokens: &[Token], at: usize) -> bool {
    let in_list = match before {
        [.., comma] if comma.kind == Kind::Punct(b',') => true,
        [.., callee, open] => {
            open.kind == Kind::Punct(b'(') && callee.kind == Kind::Ident && word_class(callee.text(text)) == Word::Name
        }
        _ => false,
    };
    // `IN (x)` and `IN(TYPE)x`, but not the call `IN(x)`.
    let is_cast = || {
        let behind = closing(tokens, at).and_then(|close| tokens.get(close + 1));
        behind.is_some_and(|behind| matches!(behind.kind, Kind::Ident | Kind::Number | Kind::Punct(b'(' | b'&')))
    };
    in_list
        && tokens.get(at).is_some_and(|after| match after.kind {
            Kind::Number | Kind::Str | Kind::Char | Kind::Punct(b'&') => true,
            Kind::Punct(b'(') => after.start > tokens[at - 1].end || is_cast(),
            _ => false,
        })
}

/// `STDMETHOD_(type, name)`: returns where to go on.
fn unwrap(input: &Input<'_>, at: usize, with: &str, canvas: &mut Canvas, left: &mut Left) -> usize {
    let tokens = input.tokens;
    let token = tokens[at - 1];
    let Some(close) = closing(tokens, at) else {
        left.tokens.push(token);
        return at;
    };
    canvas.replace(Span { start: token.start, end: token.end }, with);
    if !with.is_empty() {
        left.tokens.push(Token { end: token.start + with.len() as u32, ..token });
    }
    let byte = |index: usize| Span { start: tokens[index].start, end: tokens[index].end };
    canvas.blank(byte(at));
    canvas.blank(byte(close));
    let comma = (at + 1..close).find(|index| tokens[*index].kind == Kind::Punct(b','));
    match comma {
        // `struct Name` has no room for the bases.
        Some(comma) if with == "struct" => {
            canvas.blank(Span { start: tokens[comma].start, end: tokens[close].end });
            left.tokens.extend_from_slice(&tokens[at + 1..comma]);
        }
        Some(comma) => {
            canvas.blank(byte(comma));
            left.tokens.extend_from_slice(&tokens[at + 1..comma]);
            left.tokens.extend_from_slice(&tokens[comma + 1..close]);
        }
        None => left.tokens.extend_from_slice(&tokens[at + 1..close]),
    }
    close + 1
}
