//! The comments of a source text and the code that each stands by, for those that speak to the checker.

use rulebook_diagnostics::{LineIndex, Span};

use crate::prepass::token::{Kind, Token, tokenize};

/// A comment and what it stands by; lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The comment with its delimiters.
    pub span: Span,
    /// Its first line.
    pub first_line: u32,
    /// Its last line.
    pub last_line: u32,
    /// Whether code stands on one of its own lines.
    pub beside_code: bool,
    /// The line of code that it stands directly above, further comments apart; none beside code or above a blank line.
    pub above: Option<u32>,
    /// The `{` before which it stands with the whole head between: that of a function definition, if one begins there.
    pub opens: Option<u32>,
}

/// The comments of `text` for which `wanted` holds, in order, in linear time whatever the text is.
#[must_use]
pub fn comments(text: &str, wanted: impl Fn(&str) -> bool) -> Vec<Comment> {
    let index = LineIndex::new(text);
    let tokens = with_comments_of_directives(text);
    let lines = Lines::new(&tokens, &index, text);
    let mut found = Vec::new();
    // From the end, for what a comment stands before.
    let mut stop: Option<(u8, u32)> = None;
    for token in tokens.iter().rev() {
        if let Kind::Punct(byte @ (b';' | b'{' | b'}')) = token.kind {
            stop = Some((byte, token.start));
        }
        if token.kind != Kind::Comment || !wanted(token.text(text)) {
            continue;
        }
        let (first_line, last_line) = extent(token, &index);
        let beside_code = (first_line..=last_line).any(|line| lines.has_code(line));
        let above = if beside_code { None } else { lines.code_below(last_line) };
        let leads = token.start < lines.first_code(first_line);
        let opens = match stop {
            Some((b'{', brace)) if leads && (beside_code || above.is_some()) => Some(brace),
            _ => None,
        };
        found.push(Comment { span: span(token), first_line, last_line, beside_code, above, opens });
    }
    found.reverse();
    found
}

/// Whether code or a directive of `text` has the word `name`; what comments and strings say does not count.
#[must_use]
pub fn is_said(text: &str, name: &str) -> bool {
    // Most texts do not have it at all.
    text.contains(name)
        && tokenize(text).iter().any(|token| match token.kind {
            Kind::Ident => token.text(text) == name,
            Kind::Directive => {
                let line = token.text(text).trim_start_matches([' ', '\t', '#']);
                tokenize(line).iter().any(|inner| inner.kind == Kind::Ident && inner.text(line) == name)
            }
            _ => false,
        })
}

fn span(token: &Token) -> Span {
    Span { start: token.start, end: token.end }
}

/// First and last line of a token.
fn extent(token: &Token, index: &LineIndex) -> (u32, u32) {
    (index.line(token.start), index.line(token.end.saturating_sub(1).max(token.start)))
}

/// The tokens of `text`, each directive being followed by the comments inside it.
fn with_comments_of_directives(text: &str) -> Vec<Token> {
    let mut all = Vec::new();
    for token in tokenize(text) {
        all.push(token);
        if token.kind != Kind::Directive {
            continue;
        }
        let body = token.text(text).trim_start_matches('#');
        let from = token.end - body.len() as u32;
        let inside = tokenize(body).into_iter().filter(|inner| inner.kind == Kind::Comment);
        all.extend(inside.map(|inner| Token { start: inner.start + from, end: inner.end + from, ..inner }));
    }
    all
}

/// What stands on each line.
struct Lines {
    /// Where the first token of code begins that touches the line; [`NONE`] where none does.
    code: Vec<u32>,
    /// For a line of code itself, for a line of nothing but comments the line of code below them; 0 is none.
    below: Vec<u32>,
}

/// Of a line without code: past every offset.
const NONE: u32 = u32::MAX;

impl Lines {
    fn new(tokens: &[Token], index: &LineIndex, text: &str) -> Self {
        let count = index.line(text.len() as u32) as usize + 2;
        let (mut code, mut comment) = (vec![NONE; count], vec![false; count]);
        for token in tokens {
            let (first, last) = extent(token, index);
            let lines = first as usize..=last as usize;
            if token.kind == Kind::Comment {
                comment[lines].fill(true);
            } else {
                code[lines].iter_mut().for_each(|start| *start = token.start.min(*start));
            }
        }
        let mut below = vec![0; count];
        for line in (0..count - 1).rev() {
            below[line] = match (code[line] != NONE, comment[line]) {
                (true, _) => line as u32,
                (false, true) => below[line + 1],
                (false, false) => 0,
            };
        }
        Self { code, below }
    }

    fn first_code(&self, line: u32) -> u32 {
        self.code[line as usize]
    }

    fn has_code(&self, line: u32) -> bool {
        self.first_code(line) != NONE
    }

    fn code_below(&self, line: u32) -> Option<u32> {
        Some(self.below[line as usize + 1]).filter(|line| *line > 0)
    }
}

#[cfg(test)]
mod tests;
