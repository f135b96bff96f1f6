//! Files on disk to text: any encoding that driver source has, and a limit on what is read at all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rulebook_diagnostics::{Place, Problem};

use crate::parsed::MacroDef;
use crate::prepass::directive::{Directive, directives};
use crate::prepass::token::{Token, tokenize};
use crate::prepass::traces::traces;
use crate::prepass::words::Words;

/// Files larger than this are not source that somebody wrote.
const LARGEST: u64 = 16 * 1024 * 1024;
/// How far into a file is looked for what no text has.
const BINARY_PROBE: usize = 8 * 1024;
/// One byte in so many may be a control character, whatever the encoding; of bytes at random one in ten is.
const CONTROL: usize = 32;

/// A file with what its text alone tells.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    /// The path as shown, with `/`.
    pub(crate) shown: String,
    pub(crate) text: String,
    /// Stands for the text.
    pub(crate) digest: blake3::Hash,
    pub(crate) tokens: Vec<Token>,
    pub(crate) directives: Vec<Directive>,
    /// Trace functions that comments declare.
    pub(crate) traces: Vec<Arc<MacroDef>>,
}

impl Source {
    pub(crate) fn read(path: &Path, words: &Words<'_>) -> Result<Self, Box<Problem>> {
        let text = read_text(path)?;
        Ok(Self::new(path, text, words))
    }

    pub(crate) fn new(path: &Path, text: String, words: &Words<'_>) -> Self {
        let tokens = tokenize(&text);
        let directives = directives(&text, &tokens, words);
        let traces = traces(&text, &tokens, &directives);
        let digest = blake3::hash(text.as_bytes());
        Self { path: path.to_owned(), shown: shown(path), text, digest, tokens, directives, traces }
    }

    /// Whether the C grammar is tried first.
    pub(crate) fn is_c(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("c"))
    }
}

/// A path as people are shown it: `/` between its parts, on any system.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Reads a file as text: UTF-8 with or without mark, UTF-16 with mark, anything else byte by byte as far as it goes.
///
/// # Errors
/// A problem where the file cannot be read, is too large or is no text.
pub fn read_text(path: &Path) -> Result<String, Box<Problem>> {
    let place = || Place::file(shown(path));
    let unreadable = |error: &std::io::Error| {
        Box::new(Problem::error("source/unreadable", place(), format!("cannot read the file: {error}")))
    };
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !metadata.is_file() {
        return Err(Box::new(Problem::error("source/no-file", place(), "is not a regular file")));
    }
    if metadata.len() > LARGEST {
        let message = format!("the file has {} MiB; more than 16 MiB are not read", metadata.len() / (1024 * 1024));
        return Err(Box::new(Problem::error("source/too-large", place(), message)));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
    decode(&bytes).ok_or_else(|| Box::new(Problem::error("source/binary", place(), "is not text")))
}

/// Bytes to text; `None` for what is no text.
fn decode(bytes: &[u8]) -> Option<String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => Some(utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => Some(utf16(rest, u16::from_be_bytes)),
        [0xEF, 0xBB, 0xBF, rest @ ..] => Some(String::from_utf8_lossy(rest).into_owned()),
        _ if is_binary(&bytes[..bytes.len().min(BINARY_PROBE)]) => None,
        _ => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

fn is_binary(probe: &[u8]) -> bool {
    let control = |byte: &&u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    probe.contains(&0) || probe.iter().filter(control).count() > probe.len() / CONTROL + 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_of_driver_source_are_read_and_binaries_are_not() {
        for (bytes, expected) in [
            (&b"int a;"[..], Some("int a;")),
            (b"\xEF\xBB\xBFint a;", Some("int a;")),
            (b"\xFF\xFEi\0n\0t\0", Some("int")),
            (b"\xFE\xFF\0i\0n\0t", Some("int")),
            (b"// caf\xE9\n", Some("// caf\u{FFFD}\n")),
            (b"MZ\0\0", None),
            (b"\x01\x7F\x02\x03\x04\x05", None),
            (b"a\x0C\x1A", Some("a\x0C\x1A")),
            (b"", Some("")),
        ] {
            assert_eq!(decode(bytes).as_deref(), expected, "{bytes:?}");
        }
    }
}
