//! A tolerant tokenizer of C and C++: never fails, never loses a byte, knows comments, literals and directives.
//!
//! Text in branches of `#if` that are not taken may be prose; so a literal that does not end on its line ends there.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or keyword.
    Ident,
    /// A number with its suffix.
    Number,
    /// A string literal with its prefix.
    Str,
    /// A character literal.
    Char,
    /// A character or operator; the first byte tells which.
    Punct(u8),
    /// An operator of two characters that must not be taken for its first: `::`, `->`, `==`, `<=`, `>=`, `!=`, `&&`, `||`.
    Pair(u8),
    /// A whole directive from `#` to the end of its last line.
    Directive,
    /// A comment.
    Comment,
}

/// A stretch of text and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Token {
    /// The bytes of the token in `text`.
    pub(crate) fn text(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// Whether `byte` may be part of an identifier; bytes above ASCII may, so no token ends inside a character.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Takes `text` apart; what is between two tokens is white space.
pub(crate) fn tokenize(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { bytes: text.as_bytes(), at: 0, line_start: true, unclosed: 0 };
    let mut tokens = Vec::with_capacity(text.len() / 6);
    while let Some(token) = lexer.next_token() {
        tokens.push(token);
    }
    tokens
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Only white space and comments since the last line end.
    line_start: bool,
    /// Up to here no apostrophe closes another: looked for once, or a line of them would take quadratic time.
    unclosed: usize,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn next_token(&mut self) -> Option<Token> {
        self.skip_space();
        let start = self.at;
        let first = *self.bytes.get(start)?;
        let kind = match first {
            b'/' if self.peek(1) == b'/' => {
                self.at = end_of_line(self.bytes, start);
                Kind::Comment
            }
            b'/' if self.peek(1) == b'*' => {
                self.at = end_of_block_comment(self.bytes, start);
                Kind::Comment
            }
            b'#' if self.line_start => {
                self.directive();
                Kind::Directive
            }
            b'"' => {
                self.at = end_of_literal(self.bytes, start, b'"');
                Kind::Str
            }
            b'\'' => {
                let end = if start < self.unclosed { start } else { end_of_literal(self.bytes, start, b'\'') };
                // An apostrophe in prose is no literal.
                let closed = end > start + 1 && self.bytes[end - 1] == b'\'';
                if !closed {
                    self.unclosed = self.unclosed.max(end);
                }
                self.at = if closed { end } else { start + 1 };
                if closed { Kind::Char } else { Kind::Punct(b'\'') }
            }
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_ascii_digit() => self.number(),
            _ if is_word(first) => self.word(),
            _ => self.punct(first),
        };
        if kind != Kind::Comment {
            self.line_start = false;
        }
        Some(Token { kind, start: start as u32, end: self.at as u32 })
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' | b'\r' => self.line_start = true,
                b' ' | b'\t' | 0x0B | 0x0C | 0x1A => {}
                // A continuation outside a directive is white space.
                b'\\' if matches!(self.peek(1), b'\n' | b'\r') => {}
                _ => return,
            }
            self.at += 1;
        }
    }

    fn directive(&mut self) {
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'\n' | b'\r' if !continued(self.bytes, self.at) => return,
                b'/' if self.peek(1) == b'*' => self.at = end_of_block_comment(self.bytes, self.at),
                b'/' if self.peek(1) == b'/' => {
                    self.at = end_of_line(self.bytes, self.at);
                    return;
                }
                b'"' => self.at = end_of_literal(self.bytes, self.at, b'"'),
                _ => self.at += 1,
            }
        }
    }

    fn number(&mut self) -> Kind {
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            let exponent_sign = matches!(byte, b'+' | b'-')
                && matches!(self.bytes[self.at - 1], b'e' | b'E' | b'p' | b'P')
                && !self.bytes[..self.at].ends_with(b"0xe")
                && !self.bytes[..self.at].ends_with(b"0xE");
            let separator = byte == b'\'' && is_word(self.peek(1));
            if !(is_word(byte) || byte == b'.' || separator || exponent_sign) {
                break;
            }
            self.at += 1;
        }
        Kind::Number
    }

    fn word(&mut self) -> Kind {
        let start = self.at;
        while self.at < self.bytes.len() && is_word(self.bytes[self.at]) {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        match (self.peek(0), word) {
            (b'"', b"R" | b"LR" | b"uR" | b"UR" | b"u8R") => {
                self.at = end_of_raw_string(self.bytes, self.at);
                Kind::Str
            }
            (b'"', b"L" | b"u" | b"U" | b"u8") => {
                self.at = end_of_literal(self.bytes, self.at, b'"');
                Kind::Str
            }
            (b'\'', b"L" | b"u" | b"U" | b"u8") => {
                self.at = end_of_literal(self.bytes, self.at, b'\'');
                Kind::Char
            }
            _ => Kind::Ident,
        }
    }

    fn punct(&mut self, first: u8) -> Kind {
        let pair = matches!(
            (first, self.peek(1)),
            (b':', b':') | (b'-', b'>') | (b'=' | b'<' | b'>' | b'!', b'=') | (b'&', b'&') | (b'|', b'|')
        );
        self.at += if pair { 2 } else { 1 };
        if pair { Kind::Pair(first) } else { Kind::Punct(first) }
    }
}

/// Whether the line end at `at` is continued by a backslash before it.
fn continued(bytes: &[u8], at: usize) -> bool {
    let before = if bytes[at] == b'\n' && at > 0 && bytes[at - 1] == b'\r' { at - 1 } else { at };
    before > 0 && bytes[before - 1] == b'\\'
}

fn end_of_line(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && (!matches!(bytes[at], b'\n' | b'\r') || continued(bytes, at)) {
        at += 1;
    }
    at
}

fn end_of_block_comment(bytes: &[u8], start: usize) -> usize {
    let inside = &bytes[start + 2..];
    inside.windows(2).position(|pair| pair == b"*/").map_or(bytes.len(), |at| start + 2 + at + 2)
}

/// One past the closing quote of the literal whose opening quote is at `start`, or the end of its line.
fn end_of_literal(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if bytes.get(at + 1) == Some(&b'\r') && bytes.get(at + 2) == Some(&b'\n') => {
                at += 3;
            }
            b'\\' => at = char_end(bytes, at + 1),
            b'\n' | b'\r' => return at,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// One past the character that starts at `at`, so that an escape never splits one.
fn char_end(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] & 0xC0 == 0x80 {
        end += 1;
    }
    end.min(bytes.len())
}

fn end_of_raw_string(bytes: &[u8], quote: usize) -> usize {
    let Some(open) = bytes[quote..].iter().take(18).position(|byte| *byte == b'(') else {
        return end_of_literal(bytes, quote, b'"');
    };
    let mut close = vec![b')'];
    close.extend_from_slice(&bytes[quote + 1..quote + open]);
    close.push(b'"');
    bytes[quote..]
        .windows(close.len())
        .position(|window| window == close)
        .map_or(bytes.len(), |at| quote + at + close.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(Kind, &str)> {
        tokenize(text).into_iter().map(|token| (token.kind, token.text(text))).collect()
    }

    #[test]
    fn comments_literals_and_directives_are_whole() {
        let text = "#define A(x) \"//\" /* a\n b */ \\\n  x // c\nL\"s\\\"t\" 'x' don't /* } */ 0x1Fui64 a->b";
        assert_eq!(
            words(text),
            [
                (Kind::Directive, "#define A(x) \"//\" /* a\n b */ \\\n  x // c"),
                (Kind::Str, "L\"s\\\"t\""),
                (Kind::Char, "'x'"),
                (Kind::Ident, "don"),
                (Kind::Punct(b'\''), "'"),
                (Kind::Ident, "t"),
                (Kind::Comment, "/* } */"),
                (Kind::Number, "0x1Fui64"),
                (Kind::Ident, "a"),
                (Kind::Pair(b'-'), "->"),
                (Kind::Ident, "b"),
            ]
        );
    }

    #[test]
    fn a_hash_inside_a_line_is_no_directive() {
        assert_eq!(words("a # b\n # if")[3], (Kind::Directive, "# if"));
        assert_eq!(words("a # b")[1], (Kind::Punct(b'#'), "#"));
    }
}
