//! The APIs that a page names: the list under "Applies to", and those of the running text.

use rulebook_diagnostics::Span;
use serde::{Deserialize, Serialize};

use crate::chunks::{Chunk, chunks};
use crate::html;
use crate::inline::{Block, Inline, Mark, blocks};
use crate::links::LinkKind;
use crate::text::is_identifier;

/// What an API is to the page that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApiRole {
    /// An entry of the list of APIs that the rule is about.
    AppliesTo,
    /// A link in the running text.
    Prose,
    /// A bold, italic or code name in the running text, without a link.
    Mention,
    /// A link under "See also".
    SeeAlso,
}

/// An API named by a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiRef {
    /// The name as the page has it, plain. In translations it may be translated; trust the target then.
    pub name: String,
    /// The target of the link as written, if there is one.
    pub target: Option<String>,
    /// What it is to the page.
    pub role: ApiRole,
    /// The place of the link or name.
    pub span: Span,
}

/// The entries of an "Applies to" section, whatever its form: lines, bullets, commas, tables, links or plain names.
pub(crate) fn entries(page: &str, span: Span) -> Vec<ApiRef> {
    let mut found = Vec::new();
    for chunk in chunks(page, span, |_| false) {
        match chunk {
            Chunk::Text(span) | Chunk::Quote(span) => {
                for block in blocks(page, span) {
                    entries_of(&block.inline, &mut found);
                }
            }
            Chunk::Html(span) => {
                let cells = html::cells(page, span);
                let row = |cell: &html::Cell| (cell.table, cell.row);
                for (number, cells) in cells.chunk_by(|a, b| row(a) == row(b)).enumerate() {
                    let cells: Vec<_> = cells.iter().map(|cell| &cell.inline).collect();
                    entries_of_row(number == 0, &cells, &mut found);
                }
            }
            Chunk::Table { rows } => {
                for (number, row) in rows.into_iter().enumerate() {
                    let cells: Vec<_> = row.into_iter().map(|cell| Inline::read(page, cell)).collect();
                    entries_of_row(number == 0, &cells.iter().collect::<Vec<_>>(), &mut found);
                }
            }
            Chunk::Fence { .. } | Chunk::Heading(_) => {}
        }
    }
    found
}

/// The entries of a table's row; a first row without links is its head.
fn entries_of_row(first: bool, cells: &[&Inline], found: &mut Vec<ApiRef>) {
    if !first || cells.iter().any(|cell| cell.links().next().is_some()) {
        for cell in cells {
            entries_of(cell, found);
        }
    }
}

/// The links of `inline`, and the names between them.
fn entries_of(inline: &Inline, found: &mut Vec<ApiRef>) {
    let mut from = 0;
    for (text, target, link) in inline.links() {
        names(inline, from, link.start as usize, found);
        from = from.max(link.end as usize);
        let name = text.trim();
        if !matches!(LinkKind::of(target), LinkKind::Mail | LinkKind::Anchor) && !name.is_empty() {
            found.push(ApiRef {
                name: api_name(name),
                target: Some(target.to_owned()),
                role: ApiRole::AppliesTo,
                span: link.span,
            });
        }
    }
    names(inline, from, inline.text.len(), found);
}

/// The name in the text of a link: itself, or its first word where others explain it.
fn api_name(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default().trim_end_matches("()");
    if is_identifier(first) { first.to_owned() } else { text.to_owned() }
}

/// The plain names between the bytes `start..end`, parted by lines, commas and "and".
fn names(inline: &Inline, start: usize, end: usize, found: &mut Vec<ApiRef>) {
    let mut at = start;
    for part in inline.text.get(start..end).unwrap_or_default().split([',', ';', '\n', '\u{2022}']) {
        let lead = part.len() - part.trim_start().len();
        let mut name = part.trim();
        let mut from = at + lead;
        if let Some(rest) = name.strip_prefix("and ") {
            from += name.len() - rest.trim_start().len();
            name = rest.trim_start();
        }
        let name = name.trim_end_matches('.').trim_end_matches("()");
        if is_identifier(name) && name != "and" {
            let span = inline.span_of(from, from + name.len());
            found.push(ApiRef { name: name.to_owned(), target: None, role: ApiRole::AppliesTo, span });
        }
        at += part.len() + inline.text[at + part.len()..].chars().next().map_or(0, char::len_utf8);
    }
}

/// The APIs that running text names: links to reference pages, and marked names without links.
pub(crate) fn prose(blocks: &[Block], found: &mut Vec<ApiRef>) {
    for Block { inline, .. } in blocks {
        let mut links = inline.links().peekable();
        // Marks and links come in the order of their starts: how far the links reach that have started.
        let mut reach = 0;
        for marked in &inline.marks {
            let name = inline.marked_text(marked).trim();
            while let Some((_, _, link)) = links.next_if(|(_, _, link)| link.start <= marked.start) {
                reach = reach.max(link.end);
            }
            let inside = || marked.end <= reach;
            let (target, role) = match &marked.mark {
                Mark::Link(target) => match LinkKind::of(target) {
                    LinkKind::Api => (Some(target.clone()), ApiRole::Prose),
                    LinkKind::Archived if is_identifier(name) => (Some(target.clone()), ApiRole::Prose),
                    _ => continue,
                },
                _ if inside() => continue,
                _ => (None, ApiRole::Mention),
            };
            let plain = name.trim_end_matches(',').trim_end_matches("()");
            let doubled = found.last().is_some_and(|last| {
                last.role == role && last.span.start <= marked.span.start && marked.span.end <= last.span.end
            });
            if !doubled && (role == ApiRole::Prose || is_identifier(plain)) {
                found.push(ApiRef { name: api_name(plain), target, role, span: marked.span });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: &str) -> String {
        entries(page, Span::new(0, page.len()))
            .iter()
            .map(|api| {
                assert!(!api.span.slice(page).is_empty(), "{page:?}");
                api.target.as_ref().map_or(api.name.clone(), |target| format!("{}>{target}", api.name))
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn lists_of_every_form_are_read() {
        for (page, expected) in [
            ("[**A**](a)\n[**B\\_b**](b)  \n\u{a0}\n\n[Send](mailto:x@y \"t\")", "A>a B_b>b"),
            ("[**A**](a)\r\n\r\n[**B**](b)\r\n", "A>a B>b"),
            ("- [A](a)\n- B\n* C()\n", "A>a B C"),
            ("1. A\n2. [B](b)", "A B>b"),
            ("A, B, [C](c), and D.", "A B C>c D"),
            ("  A\n\n  B\n  \n  C", "A B C"),
            ("    A\n    B", "A B"),
            ("| Function | Header |\n|--|--|\n| [A](a) | |\n| B | |", "A>a B"),
            (
                "<table><tr><th>Name</th></tr><tr><td>[A](a)</td></tr><tr><td><a href=\"b\"><strong>B</strong></a></td></tr></table>",
                "A>a B>b",
            ),
            ("[MINIPORT_HALT callback function](h)\n[ **X** ](x)", "MINIPORT_HALT>h X>x"),
            ("This rule applies to every driver.", ""),
            ("[一个名字](nf-wdm-a)", "一个名字>nf-wdm-a"),
        ] {
            assert_eq!(shown(page), expected, "{page:?}");
        }
    }
}
