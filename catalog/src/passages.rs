//! A whole document as passages: every heading, paragraph, item, cell and piece of code, each with its place.
//!
//! The typed pages keep what is a fact. Whoever judges the words of a page needs all of them, also those that are no
//! fact: the descriptions in the tables of a rule set, the remarks of a reference page.

use rulebook_diagnostics::Span;

use crate::chunks::{Chunk, chunks};
use crate::html;
use crate::inline::{BlockKind, Builder, Inline, blocks};
use crate::sections::headings;
use crate::text::Source;

/// What a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassageKind {
    /// A heading of this level.
    Heading(u8),
    /// A paragraph.
    Paragraph,
    /// An item of a list, with its depth from 1.
    Item(u8),
    /// A cell of a table.
    Cell {
        /// Which table of the document, from 1.
        table: usize,
        /// Which row of the table, from 1.
        row: usize,
        /// Which column of the row, from 1.
        column: usize,
        /// Whether the table is written in HTML.
        html: bool,
    },
    /// A block quote or alert.
    Quote,
    /// Code, fenced or indented; the text is as it stands.
    Code,
}

/// One stretch of a document.
#[derive(Debug, Clone)]
pub struct Passage {
    /// What it is.
    pub kind: PassageKind,
    /// Its text.
    pub inline: Inline,
}

/// The passages of `source` behind byte `from`, in the order of the page.
#[must_use]
pub fn passages(source: &Source, from: u32) -> Vec<Passage> {
    let page = source.text.as_str();
    let end = page.len() as u32;
    let mut reader = Reader { page, done: Vec::new(), tables: 0 };
    let mut at = from.min(end);
    for heading in headings(page, Span { start: at, end }) {
        let (start, stop) = heading.bounds();
        reader.stretch(Span { start: at, end: start.max(at) });
        let inline = Inline::read(page, heading.text.span);
        reader.done.push(Passage { kind: PassageKind::Heading(heading.level), inline });
        at = stop.max(at);
    }
    reader.stretch(Span { start: at, end });
    reader.done
}

/// Where [`passages`] is.
struct Reader<'page> {
    page: &'page str,
    done: Vec<Passage>,
    tables: usize,
}

impl Reader<'_> {
    fn push(&mut self, kind: PassageKind, inline: Inline) {
        if !inline.is_blank() {
            self.done.push(Passage { kind, inline });
        }
    }

    /// Reads what stands between two headings.
    fn stretch(&mut self, span: Span) {
        for chunk in chunks(self.page, span, |_| false) {
            match chunk {
                Chunk::Fence { code, .. } => {
                    let mut builder = Builder::new(code);
                    builder.push(code.slice(self.page), code);
                    self.push(PassageKind::Code, builder.finish());
                }
                Chunk::Table { rows } => {
                    self.tables += 1;
                    for (row, cells) in (1..).zip(rows) {
                        for (column, cell) in (1..).zip(cells) {
                            let kind = PassageKind::Cell { table: self.tables, row, column, html: false };
                            self.push(kind, Inline::read(self.page, cell));
                        }
                    }
                }
                Chunk::Html(span) => self.html(span),
                Chunk::Heading(span) => self.push(PassageKind::Heading(6), Inline::read(self.page, span)),
                Chunk::Quote(span) | Chunk::Text(span) => {
                    for block in blocks(self.page, span) {
                        let kind = match block.kind {
                            BlockKind::Item(depth) => PassageKind::Item(depth),
                            BlockKind::Quote => PassageKind::Quote,
                            BlockKind::Code => PassageKind::Code,
                            BlockKind::Heading => PassageKind::Heading(6),
                            BlockKind::Paragraph | BlockKind::Cell => PassageKind::Paragraph,
                        };
                        self.push(kind, block.inline);
                    }
                }
            }
        }
    }

    fn html(&mut self, span: Span) {
        let before = self.tables;
        for cell in html::cells(self.page, span) {
            let kind = if cell.table == 0 {
                PassageKind::Paragraph
            } else {
                let table = before + cell.table;
                self.tables = self.tables.max(table);
                PassageKind::Cell { table, row: cell.row, column: cell.column, html: true }
            };
            self.push(kind, cell.inline);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stretch_of_a_document_is_a_passage() {
        let page = "---\ntitle: t\n---\n# Head\np *q*\n\n- i\n\n| a | b |\n|--|--|\n| c | d |\n\n```c\nx\n```\n\
                    ## Next\n<table><tr><td><p>One</p><p>two</p></td></tr></table>\n\n> z\n";
        let source = Source::new("p.md", page);
        let found = passages(&source, 17);
        let shown: Vec<_> = found.iter().map(|passage| format!("{:?} {}", passage.kind, passage.inline.text)).collect();
        assert_eq!(
            shown,
            [
                "Heading(1) Head",
                "Paragraph p q",
                "Item(1) i",
                "Cell { table: 1, row: 1, column: 1, html: false } a",
                "Cell { table: 1, row: 1, column: 2, html: false } b",
                "Cell { table: 1, row: 2, column: 1, html: false } c",
                "Cell { table: 1, row: 2, column: 2, html: false } d",
                "Code x",
                "Heading(2) Next",
                "Cell { table: 2, row: 1, column: 1, html: true } One\ntwo",
                "Quote z",
            ]
        );
        let cell = &found[9].inline;
        assert_eq!(cell.span_of(4, 7).slice(page), "two");
    }
}
