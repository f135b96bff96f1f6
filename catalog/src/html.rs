//! The little HTML that pages hold: tables, paragraphs and lists in them, links and emphasis inside text.
//!
//! Not a browser: tags that mean nothing here are dropped, text is never lost, Markdown inside cells is read.

use rulebook_diagnostics::Span;

use crate::inline::{Builder, Inline, Mark};
use crate::text::unescape;

/// One cell of a table, or text between tables.
#[derive(Debug)]
pub(crate) struct Cell {
    /// Which table of the stretch, from 1; 0 is outside of tables.
    pub(crate) table: usize,
    /// Which row of the table, from 1.
    pub(crate) row: usize,
    /// Which column of the row, from 1.
    pub(crate) column: usize,
    /// What it says, a `\n` between paragraphs and items.
    pub(crate) inline: Inline,
}

/// A tag in a text.
#[derive(Debug)]
struct Tag<'text> {
    name: &'text str,
    closes: bool,
    attributes: &'text str,
    end: usize,
}

/// What is longer is no tag: looking for the end of every `<` to the end of a page would take for ever.
const LONGEST_TAG: usize = 2_048;

/// The tag at the start of `text`, if one starts there.
fn tag_at(text: &str) -> Option<Tag<'_>> {
    let bytes = text.as_bytes();
    if text.starts_with("<!--") {
        let end = text.find("-->").map_or(text.len(), |at| at + 3);
        return Some(Tag { name: "!", closes: false, attributes: "", end });
    }
    let closes = bytes.get(1) == Some(&b'/');
    let from = if closes { 2 } else { 1 };
    if bytes.first() != Some(&b'<') || !bytes.get(from)?.is_ascii_alphabetic() {
        return None;
    }
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate().take(LONGEST_TAG).skip(from) {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), _) if open == *byte => quote = None,
            (None, b'>') => {
                let inside = &text[from..at];
                let name = inside.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
                return Some(Tag { name, closes, attributes: &inside[name.len()..], end: at + 1 });
            }
            _ => {}
        }
    }
    None
}

/// The value of the attribute `name`.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c == '=' || c.is_whitespace())?;
        let (key, tail) = rest.split_at(end);
        let tail = tail.trim_start();
        let Some(tail) = tail.strip_prefix('=') else {
            rest = tail;
            continue;
        };
        let tail = tail.trim_start();
        let (value, after) = match tail.chars().next()? {
            quote @ ('"' | '\'') => tail[1..].split_once(quote).unwrap_or((&tail[1..], "")),
            _ => tail.split_once(char::is_whitespace).unwrap_or((tail, "")),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(unescape(value));
        }
        rest = after;
    }
}

/// The value of `name` or `id` of the first anchor in `text`, such as `how-to-test`.
pub(crate) fn anchor(text: &str) -> Option<String> {
    let at = text.find("<a ")?;
    let tag = tag_at(&text[at..])?;
    attribute(tag.attributes, "name").or_else(|| attribute(tag.attributes, "id"))
}

/// Takes one tag inside running text.
pub(crate) fn inline_tag(builder: &mut Builder, text: &str, at: usize) {
    let Some(tag) = tag_at(text) else {
        return builder.push(text, Span::new(at, at + text.len()));
    };
    let end = at + tag.end;
    let span = Span::new(at, end);
    let mark = match tag.name.to_ascii_lowercase().as_str() {
        "b" | "strong" => Mark::Strong,
        "i" | "em" => Mark::Emphasis,
        "code" | "pre" => Mark::Code,
        "a" if tag.closes => Mark::Link(String::new()),
        "a" => match attribute(tag.attributes, "href") {
            Some(target) => Mark::Link(target),
            None => return,
        },
        "br" | "p" | "li" | "ul" | "ol" | "div" | "td" | "th" | "tr" | "dt" | "dd" => {
            return builder.newline(at);
        }
        _ => return,
    };
    if tag.closes {
        builder.close(end, |open| std::mem::discriminant(open) == std::mem::discriminant(&mark));
    } else {
        builder.open(mark, span);
    }
}

/// Takes a stretch of HTML inside running text: tags one by one, the rest as text.
pub(crate) fn inline_text(builder: &mut Builder, text: &str, at: usize) {
    let mut from = 0;
    while from < text.len() {
        let stop = text[from..].find('<').map_or(text.len(), |len| from + len);
        let mut offset = at + from;
        for (number, line) in text[from..stop].split(['\n', '\r']).enumerate() {
            if number > 0 {
                builder.newline(offset);
                offset += 1;
            }
            builder.push(&unescape(line), Span::new(offset, offset + line.len()));
            offset += line.len();
        }
        from = stop;
        if from < text.len() {
            let len = tag_at(&text[from..]).map_or(1, |tag| tag.end);
            inline_tag(builder, &text[from..from + len], at + from);
            from += len;
        }
    }
}

/// The cells of the tables in `span`, and the text around them.
pub(crate) fn cells(page: &str, span: Span) -> Vec<Cell> {
    let mut reader = Cells { page, done: Vec::new(), table: 0, inside: 0, row: 0, column: 0, cell: None };
    let (mut at, end) = (span.start as usize, (span.end as usize).min(page.len()));
    let mut text_from = at;
    while let Some(len) = page.get(at..end).and_then(|rest| rest.find('<')) {
        at += len;
        let Some(tag) = tag_at(&page[at..end]) else {
            at += 1;
            continue;
        };
        let name = tag.name.to_ascii_lowercase();
        let structure = matches!(
            name.as_str(),
            "table"
                | "tr"
                | "td"
                | "th"
                | "p"
                | "ul"
                | "ol"
                | "li"
                | "dl"
                | "dt"
                | "dd"
                | "div"
                | "thead"
                | "tbody"
                | "colgroup"
                | "col"
                | "!"
                | "br"
        );
        if structure {
            reader.text(Span::new(text_from, at));
            reader.tag(&name, tag.closes, at);
            text_from = at + tag.end;
        }
        at += tag.end;
    }
    reader.text(Span::new(text_from, end));
    reader.flush();
    reader.done
}

/// Where [`cells`] is.
struct Cells<'page> {
    page: &'page str,
    done: Vec<Cell>,
    table: usize,
    inside: usize,
    row: usize,
    column: usize,
    cell: Option<Builder>,
}

impl Cells<'_> {
    fn text(&mut self, span: Span) {
        if !span.slice(self.page).trim().is_empty() {
            let builder = self.cell.get_or_insert_with(|| Builder::new(span));
            let slice = span.slice(self.page);
            if slice.starts_with(char::is_whitespace) && !builder.is_empty() {
                builder.push(" ", Span { start: span.start, end: span.start + 1 });
            }
            // Leading spaces would make the text code to a Markdown reader.
            let lead = slice.len() - slice.trim_start().len();
            builder.feed(self.page, Span { start: span.start + lead as u32, end: span.end });
        }
    }

    fn tag(&mut self, name: &str, closes: bool, at: usize) {
        match name {
            "table" if closes => {
                self.flush();
                self.inside = self.inside.saturating_sub(1);
            }
            "table" => {
                self.flush();
                self.inside += 1;
                // A table inside a cell is part of the outer one: its rows go on.
                if self.inside == 1 {
                    self.table += 1;
                    (self.row, self.column) = (0, 0);
                }
            }
            "tr" if !closes => {
                self.flush();
                self.row += 1;
                self.column = 0;
            }
            "td" | "th" => {
                self.flush();
                if !closes {
                    self.column += 1;
                    self.cell = Some(Builder::new(Span::new(at, at)));
                }
            }
            _ => {
                if let Some(builder) = &mut self.cell {
                    builder.newline(at);
                }
            }
        }
    }

    fn flush(&mut self) {
        if let Some(builder) = self.cell.take() {
            let inline = builder.finish();
            let table = if self.inside > 0 { self.table } else { 0 };
            self.done.push(Cell { table, row: self.row, column: self.column, inline });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_markdown_and_html_alike() {
        let page = "<table>\n<tr class=\"h\"><th>At\u{a0}compile time</th></tr>\n<tr><td align=\"left\"><p>Run [SDV](a.md) and <strong>X</strong>.</p>\n\
                    <ul>\n<li><a href=\"b.md\" data-raw-source=\"[B](c.md)\">B &lt; 2</a></li></ul></td><td>[<strong>Y</strong>](y.md)</td></tr></table>\nafter";
        let found = cells(page, Span::new(0, page.len()));
        let shown: Vec<_> = found
            .iter()
            .map(|cell| {
                let links: Vec<_> = cell.inline.links().map(|(text, target, _)| (text, target)).collect();
                (cell.table, cell.row, cell.column, cell.inline.text.trim(), links)
            })
            .collect();
        assert_eq!(
            shown,
            [
                (1, 1, 1, "At compile time", vec![]),
                (1, 2, 1, "Run SDV and X.\nB < 2", vec![("SDV", "a.md"), ("B < 2", "b.md")]),
                (1, 2, 2, "Y", vec![("Y", "y.md")]),
                (0, 2, 2, "after", vec![]),
            ]
        );
    }

    #[test]
    fn broken_html_loses_no_text() {
        for page in
            ["<td", "a < b <c d='", "<!-- x", "<a href=>t</a>", "<table><tr><td>x", "</td></table></a>y", "<a b"]
        {
            let _ = cells(page, Span::new(0, page.len()));
            let _ = Inline::read(page, Span::new(0, page.len()));
        }
        assert_eq!(anchor("<a name=\"how-to-test\"></a>X").as_deref(), Some("how-to-test"));
    }
}
