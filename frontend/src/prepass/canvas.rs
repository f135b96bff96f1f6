//! The text under the pre-pass: every change keeps its length and its line ends.

use rulebook_diagnostics::Span;

use super::token::Token;

/// A copy of the text that is blanked in place.
#[derive(Debug)]
pub(super) struct Canvas {
    bytes: Vec<u8>,
}

impl Canvas {
    pub(super) fn new(text: &str) -> Self {
        Self { bytes: text.as_bytes().to_vec() }
    }

    /// The text; whole characters are blanked, so the fall-back is never needed.
    pub(super) fn finish(self, text: &str) -> String {
        String::from_utf8(self.bytes).unwrap_or_else(|_| text.to_owned())
    }

    /// Spaces in place of everything but line ends.
    pub(super) fn blank(&mut self, span: Span) {
        if let Some(bytes) = self.bytes.get_mut(span.start as usize..span.end as usize) {
            for byte in bytes.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
                *byte = b' ';
            }
        }
    }

    /// `with` at the start of `span`, spaces in the rest; nothing where it does not fit.
    pub(super) fn replace(&mut self, span: Span, with: &str) {
        if with.len() > (span.end - span.start) as usize {
            return;
        }
        self.blank(span);
        let start = span.start as usize;
        if let Some(bytes) = self.bytes.get_mut(start..start + with.len()) {
            bytes.copy_from_slice(with.as_bytes());
        }
    }

    /// Puts `;` in the first space between `start` and `end`; whether there was one.
    pub(super) fn semicolon(&mut self, start: u32, end: u32) -> bool {
        let Some(gap) = self.bytes.get_mut(start as usize..end as usize) else {
            return false;
        };
        let room = gap.iter_mut().find(|byte| matches!(byte, b' ' | b'\t'));
        room.map(|byte| *byte = b';').is_some()
    }

    /// Makes the call whose blanked list is `inside` and closed at `close` a statement with its semicolon, where there is
    /// room for one; whether there was.
    pub(super) fn end_statement(&mut self, inside: Span, close: u32) -> bool {
        let list = self.bytes.get_mut(inside.start as usize..inside.end as usize).unwrap_or_default();
        let Some(room) = list.iter_mut().rfind(|byte| **byte == b' ') else { return false };
        *room = b')';
        self.bytes[close as usize] = b';';
        true
    }

    /// Blanks suffixes that the grammars do not know: `10ui64`.
    pub(super) fn number(&mut self, text: &str, token: Token) {
        let word = token.text(text).as_bytes();
        let tail = word.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = &word[word.len() - tail..];
        if !matches!(digits, b"8" | b"16" | b"32" | b"64" | b"128") || tail == word.len() {
            return;
        }
        let mut suffix = word.len() - tail;
        if !matches!(word[suffix - 1], b'i' | b'I') {
            return;
        }
        suffix -= 1;
        if suffix > 0 && matches!(word[suffix - 1], b'u' | b'U') {
            suffix -= 1;
        }
        if suffix > 0 {
            self.blank(Span { start: token.start + suffix as u32, end: token.end });
        }
    }

    /// Makes a string that goes on in the next line two strings.
    pub(super) fn string(&mut self, text: &str, token: Token) {
        let word = token.text(text).as_bytes();
        if !word.contains(&b'\n') || raw_string(word) {
            return;
        }
        let base = token.start as usize;
        for (index, byte) in word.iter().enumerate() {
            let line_end = match word.get(index + 1) {
                Some(b'\n') => index + 2,
                Some(b'\r') if word.get(index + 2) == Some(&b'\n') => index + 3,
                _ => continue,
            };
            // The character after the line end becomes the opening quote; it must be one byte and no quote itself.
            let next = word.get(line_end).copied().unwrap_or(b'"');
            if *byte == b'\\' && next.is_ascii() && !matches!(next, b'"' | b'\\' | b'\n' | b'\r') {
                self.bytes[base + index] = b'"';
                self.bytes[base + line_end] = b'"';
            } else if *byte == b'\\' && next == b'"' && line_end + 1 == word.len() {
                self.bytes[base + index] = b'"';
                self.bytes[base + line_end] = b' ';
            }
        }
    }
}

fn raw_string(word: &[u8]) -> bool {
    word.split(|byte| *byte == b'"').next().is_some_and(|prefix| prefix.ends_with(b"R"))
}
