//! One document as text: decoded without loss of the rest, with lines and places.
//!
//! Every fact of the catalog points back into such a text, so this is the only module that decides
//! what an offset means. Offsets are bytes of the decoded text; a byte order mark is not part of it.

use rulebook_diagnostics::{LineIndex, Place, Span};
use serde::{Deserialize, Serialize};

/// A value together with the place it was read from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spanned<T> {
    /// What was read.
    pub value: T,
    /// Where, in the text of the page.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value`, read at `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

/// The text of one document and where it came from.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path with `/` between its parts, as the user gave its beginning.
    pub path: String,
    /// The decoded text.
    pub text: String,
    index: LineIndex,
}

impl Source {
    /// Decodes `bytes`: UTF-8, or UTF-16 behind a byte order mark. Bytes that are neither become U+FFFD.
    #[must_use]
    pub fn decode(path: impl Into<String>, bytes: &[u8]) -> Self {
        let utf16 = |order: fn([u8; 2]) -> u16| {
            let units = bytes[2..].chunks_exact(2).map(|pair| order([pair[0], pair[1]]));
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        };
        let text: String = match bytes {
            [0xFF, 0xFE, ..] => utf16(u16::from_le_bytes),
            [0xFE, 0xFF, ..] => utf16(u16::from_be_bytes),
            [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        };
        Self::new(path, text)
    }

    /// A document whose text is known already.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let index = LineIndex::new(&text);
        Self { path: path.into(), text, index }
    }

    /// The text that `span` covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        span.slice(&self.text)
    }

    /// The whole text.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(0, self.text.len())
    }

    /// Where `span` is, for people.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        self.index.place(&self.path, &self.text, span)
    }

    /// The line at which `span` starts, from 1.
    #[must_use]
    pub fn line(&self, span: Span) -> u32 {
        self.index.line(span.start)
    }

    /// The offset at which `line` (from 1) starts, or the end of the text.
    #[must_use]
    pub fn line_start(&self, line: u32) -> usize {
        self.index.start(line).map_or(self.text.len(), |start| start as usize)
    }

    /// The last part of the path.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The last part of the path without `.md`.
    #[must_use]
    pub fn file_stem(&self) -> &str {
        let name = self.file_name();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }
}

/// The lines of `span` in `text`, each without its line end; `\n`, `\r\n` and a lone `\r` each end one.
pub(crate) fn lines(text: &str, span: Span) -> Vec<Span> {
    let (mut at, end) = (span.start as usize, (span.end as usize).min(text.len()));
    let bytes = text.as_bytes();
    let mut lines = Vec::new();
    while at < end {
        let stop = bytes[at..end].iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(end, |len| at + len);
        lines.push(Span::new(at, stop));
        at = stop + if bytes[stop..end].starts_with(b"\r\n") { 2 } else { 1 };
    }
    lines
}

/// `span` without white space (no-break spaces too) at either end.
pub(crate) fn trim(text: &str, span: Span) -> Span {
    let slice = span.slice(text);
    let start = span.start as usize + (slice.len() - slice.trim_start().len());
    let end = start + slice.trim().len();
    Span::new(start, end.max(start))
}

/// Text from front matter without the escapes and entities that belong to Markdown.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '&', '\u{a0}']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"'), ("&nbsp;", ' '), ("\u{a0}", ' ')];
        let mut chars = rest.chars();
        if let Some((name, plain)) = entity.iter().find(|(name, _)| rest.starts_with(name)) {
            out.push(*plain);
            rest = &rest[name.len()..];
        } else if chars.next() == Some('\\') && chars.next().is_some_and(|next| next.is_ascii_punctuation()) {
            out.push(rest.as_bytes()[1] as char);
            rest = &rest[2..];
        } else {
            let len = rest.chars().next().map_or(1, char::len_utf8);
            out.push_str(&rest[..len]);
            rest = &rest[len..];
        }
    }
    out.push_str(rest);
    out
}

/// Whether YAML nests brackets deeper than anything that people write: its reader takes the square of the depth.
pub(crate) fn too_deep(yaml: &str) -> bool {
    const DEEPEST: i64 = 200;
    let mut depth = 0_i64;
    yaml.bytes().any(|byte| {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        depth > DEEPEST
    })
}

/// Whether `text` is a name as C and C++ write them (with `::` between parts).
pub(crate) fn is_identifier(text: &str) -> bool {
    !text.is_empty()
        && text.split("::").all(|part| {
            let mut bytes = part.bytes();
            bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decode_whatever_their_encoding() {
        for (bytes, text) in [
            (&b"a\xC2 b"[..], "a\u{fffd} b"),
            (b"\xEF\xBB\xBF---\n", "---\n"),
            (b"\xFF\xFEa\0\n\0", "a\n"),
            (b"\xFE\xFF\0a", "a"),
            (b"", ""),
        ] {
            assert_eq!(Source::decode("p", bytes).text, text);
        }
    }

    #[test]
    fn lines_end_in_every_way() {
        let text = "a\r\nb\rc\n\nd";
        let found: Vec<_> = lines(text, Span::new(0, text.len())).into_iter().map(|line| line.slice(text)).collect();
        assert_eq!(found, ["a", "b", "c", "", "d"]);
    }

    #[test]
    fn escapes_and_entities_of_markdown_go() {
        assert_eq!(unescape(r"IRQL&lt;DISPATCH\_LEVEL \q & é"), r"IRQL<DISPATCH_LEVEL \q & é");
    }
}
