//! Bug checks: the line of a rule page, codes in every spelling, and the pages that list sub-codes by rule.

use rulebook_diagnostics::{Problem, Span};
use serde::{Deserialize, Serialize};

use crate::chunks::{Chunk, chunks};
use crate::front_matter::FrontMatter;
use crate::html;
use crate::inline::Inline;
use crate::links::{Link, links};
use crate::sections::outline;
use crate::text::{Source, Spanned, is_identifier};

/// A bug check that Driver Verifier raises for a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BugCheck {
    /// The code, such as 0xC4.
    pub code: u32,
    /// The symbolic name, if the line gives one.
    pub name: Option<String>,
    /// What stands in the parenthesis behind it, as found.
    pub subcode_text: Option<Spanned<String>>,
    /// The sub-code that is meant.
    pub subcode: Option<u32>,
    /// Whether the sub-code as found is not one hexadecimal number, such as `0x0x0009200F`.
    pub malformed: bool,
    /// The target of the link on the bug check.
    pub target: Option<String>,
    /// The place, from the code to the parenthesis.
    pub span: Span,
}

/// A hexadecimal number in running text.
struct Hex {
    start: usize,
    end: usize,
    value: Option<u32>,
}

/// The next hexadecimal number at or behind `from`; spaces may stand around the `x`, whose case does not matter.
fn next_hex(text: &str, from: usize) -> Option<Hex> {
    let bytes = text.as_bytes();
    let spaces = |at: usize| at + bytes[at.min(bytes.len())..].iter().take_while(|byte| **byte == b' ').count();
    (from..bytes.len()).find_map(|start| {
        let joined = start > 0 && (bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'_');
        if joined || bytes[start] != b'0' {
            return None;
        }
        let x = spaces(start + 1);
        if !bytes.get(x).is_some_and(|byte| byte.eq_ignore_ascii_case(&b'x')) {
            return None;
        }
        let digits = spaces(x + 1);
        let end = digits + bytes[digits..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        // `0x0x1234` starts with a number that is none.
        let none = end == digits || bytes.get(end).is_some_and(|byte| byte.eq_ignore_ascii_case(&b'x'));
        (!none).then(|| Hex { start, end, value: u32::from_str_radix(&text[digits..end], 16).ok() })
    })
}

/// The hexadecimal number that is all of `text`, in any spelling.
pub(crate) fn lone_hex(text: &str) -> Option<u32> {
    let text = text.trim();
    next_hex(text, 0).filter(|hex| hex.start == 0 && hex.end == text.len())?.value
}

/// The bug checks named in `inline` from byte `from` on.
pub(crate) fn read_line(inline: &Inline, from: usize) -> Vec<BugCheck> {
    let text = &inline.text;
    let links: Vec<_> = inline.links().collect();
    let mut found: Vec<BugCheck> = Vec::new();
    let mut at = from;
    // What comes next is looked for once, not again from every place before it.
    let bracket = |at: usize| text[at..].find(['(', '（']).map_or(text.len(), |len| at + len);
    let (mut open, mut hex) = (bracket(at), next_hex(text, at));
    while at < text.len() {
        if open < at {
            open = bracket(at);
        }
        if hex.as_ref().is_some_and(|hex| hex.start < at) {
            hex = next_hex(text, at);
        }
        match hex.as_ref().filter(|hex| hex.start < open) {
            Some(hex) => {
                if let Some(code) = hex.value {
                    let rest = text[hex.end..open].trim_start_matches([':', '：', ' ']);
                    let name = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
                    let before = links.partition_point(|(_, _, link)| link.start as usize <= hex.start);
                    let link = links[..before].last().filter(|(_, _, link)| hex.start < link.end as usize);
                    found.push(BugCheck {
                        code,
                        name: (is_identifier(name) && name.len() > 1).then(|| name.to_owned()),
                        subcode_text: None,
                        subcode: None,
                        malformed: false,
                        target: link.map(|(_, target, _)| (*target).to_owned()),
                        span: inline.span_of(hex.start, hex.end),
                    });
                }
                at = hex.end;
            }
            None if open < text.len() => {
                let inside = open + text[open..].chars().next().map_or(1, char::len_utf8);
                let close = text[inside..].find([')', '）']).map_or(text.len(), |len| inside + len);
                subcode(inline, inside, close, found.last_mut());
                at = close;
                at += text[at..].chars().next().map_or(0, char::len_utf8);
            }
            None => break,
        }
    }
    found
}

/// Reads the parenthesis `start..end` as the sub-code of `check`.
fn subcode(inline: &Inline, start: usize, end: usize, check: Option<&mut BugCheck>) {
    let found = &inline.text[start..end];
    let Some(check) = check.filter(|check| check.subcode_text.is_none() && found.contains('0')) else {
        return;
    };
    let mut digits = found.trim();
    while let Some(rest) = digits.strip_prefix('0').map(str::trim_start).and_then(|rest| rest.strip_prefix(['x', 'X']))
    {
        digits = rest.trim_start();
    }
    check.subcode = u32::from_str_radix(digits, 16).ok();
    let clean = found
        .trim()
        .strip_prefix("0x")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    check.malformed = !clean;
    check.subcode_text = Some(Spanned::new(found.to_owned(), inline.span_of(start, end)));
    check.span.end = check.span.end.max(inline.span_of(start, end).end);
}

/// A row of a bug-check page: one value of the first parameter and the rules it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubCode {
    /// The value and its place.
    pub value: Spanned<u32>,
    /// What went wrong, plain.
    pub text: String,
    /// Links of the row's last cell; those to rule pages name the rule.
    pub links: Vec<Link>,
}

/// A page about one bug check.
#[derive(Debug, Clone)]
pub struct BugCheckPage {
    /// The page.
    pub source: Source,
    /// The code, such as 0xC4.
    pub code: u32,
    /// The symbolic name.
    pub name: String,
    /// The title.
    pub title: Spanned<String>,
    /// The description.
    pub summary: Option<Spanned<String>>,
    /// The rows of its tables that start with a value, in the order of the page.
    pub subcodes: Vec<SubCode>,
}

/// The code and name in a title such as `Bug Check 0xC4 DRIVER_VERIFIER_DETECTED_VIOLATION`; in a translation other
/// words stand before the code.
pub(crate) fn title_code(title: &str) -> Option<(u32, String)> {
    let title = title.trim();
    let worded = title.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("bug check"));
    let hex = next_hex(title, if worded { 9 } else { 0 })?;
    let name = title[hex.end..].trim_start_matches([':', '：', ' ']).split_whitespace().next().unwrap_or_default();
    let before = &title[..hex.start];
    // Elsewhere a number says little: the name behind it has to be that of a bug check.
    let symbol = name.contains('_') && is_identifier(name) && name == name.to_ascii_uppercase();
    let told = if worded { before[9..].trim().is_empty() } else { !before.is_ascii() && symbol };
    told.then(|| Some((hex.value?, name.to_owned()))).flatten()
}

impl BugCheckPage {
    /// Reads a bug-check page; `title` is its title.
    pub(crate) fn read(source: Source, front: &FrontMatter, title: Spanned<String>) -> Result<Self, Box<Problem>> {
        let Some((code, name)) = title_code(&title.value) else {
            return Err(Box::new(Problem::error(
                "page/bug-check",
                source.place(title.span),
                "the title names no bug check",
            )));
        };
        let name = front.list(&source, "api_name").into_iter().next().map_or(name, |name| name.value);
        let body = Span { start: front.span.end, end: source.text.len() as u32 };
        let page = source.text.as_str();
        let mut subcodes = Vec::new();
        for section in outline(page, body).sections {
            for chunk in chunks(page, section.body, |_| false) {
                match chunk {
                    Chunk::Table { rows } => {
                        for row in rows {
                            let cells: Vec<_> = row.into_iter().map(|cell| Inline::read(page, cell)).collect();
                            subcodes.extend(row_codes(&cells));
                        }
                    }
                    Chunk::Html(span) => {
                        let cells = html::cells(page, span);
                        for row in cells.chunk_by(|a, b| (a.table, a.row) == (b.table, b.row)) {
                            let cells: Vec<_> = row.iter().map(|cell| cell.inline.clone()).collect();
                            subcodes.extend(row_codes(&cells));
                        }
                    }
                    _ => {}
                }
            }
        }
        let summary = front.text("description");
        Ok(Self { source, code, name, title, summary, subcodes })
    }
}

/// The values of a row whose first cell is a number, or several with *or* between them.
fn row_codes(cells: &[Inline]) -> Vec<SubCode> {
    let (Some(first), Some(last)) = (cells.first(), cells.get(1..).and_then(<[Inline]>::last)) else {
        return Vec::new();
    };
    let mut at = 0;
    let values = first.text.split(" or ").map(|part| {
        let start = at + part.len() - part.trim_start().len();
        at += part.len() + " or ".len();
        Some(Spanned::new(lone_hex(part)?, first.span_of(start, start + part.trim().len())))
    });
    let values: Option<Vec<_>> = values.collect();
    let row = |value| SubCode { value, text: last.text.trim().to_owned(), links: links(last).collect() };
    values.unwrap_or_default().into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_every_spelling() {
        type Found = (u32, Option<u32>, bool);
        let table: &[(&str, &[Found])] = &[
            ("Bug Check 0xC4: DRIVER_X (0x00020003)", &[(0xC4, Some(0x20003), false)]),
            ("Bug Check 0xC4: DRIVER_X ( 0x00091002)", &[(0xC4, Some(0x91002), false)]),
            ("Bug Check 0xC4: DRIVER_X (0x0x0009200F)", &[(0xC4, Some(0x9200F), true)]),
            ("Bug Check 0xC4: DRIVER_X (0x 0x20022 )", &[(0xC4, Some(0x20022), true)]),
            (
                "Bug Check 0xA: IRQL_X , Bug Check 0xC4: DRIVER_X (0x20007)",
                &[(0xA, None, false), (0xC4, Some(0x20007), false)],
            ),
            ("0XC4 X_Y（0x20007）, 0 xa: Z_Z", &[(0xC4, Some(0x20007), false), (0xA, None, false)]),
            ("Bug Check 0x9F: DRIVER_POWER", &[(0x9F, None, false)]),
            ("0xC4 (0xZ)", &[(0xC4, None, true)]),
            ("0xC4 (see 0)", &[(0xC4, None, true)]),
            ("0x1FFFFFFFFF", &[]),
            ("nothing (", &[]),
        ];
        for (line, expected) in table {
            let found: Vec<_> = read_line(&Inline::read(line, Span::new(0, line.len())), 0)
                .into_iter()
                .map(|check| (check.code, check.subcode, check.malformed))
                .collect();
            assert_eq!(found, *expected, "{line}");
        }
    }
}
