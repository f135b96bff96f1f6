//! Running text with its links and emphasis, every character of which can be found again in the page.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use rulebook_diagnostics::Span;
use serde::{Deserialize, Serialize};

use crate::html;

/// What a stretch of text is marked as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Bold.
    Strong,
    /// Italic.
    Emphasis,
    /// In the font of code.
    Code,
    /// A link to this target.
    Link(String),
}

/// A mark and the stretch of plain text it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// What it is.
    pub mark: Mark,
    /// First byte in [`Inline::text`].
    pub start: u32,
    /// One past the last byte in [`Inline::text`].
    pub end: u32,
    /// The whole element in the page, marks and target included.
    pub span: Span,
}

/// Running text: plain, with marks beside it.
///
/// Escapes and entities are resolved, no-break spaces are spaces, line ends of the page are `\n`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Inline {
    /// The text without any markup.
    pub text: String,
    /// Marks in the order in which they start, outer before inner.
    pub marks: Vec<Marked>,
    /// The place of the whole in the page.
    pub span: Span,
    /// Which stretches of `text` stand where in the page: `(offset in text, place in page)`.
    /// Left out where people read.
    pub(crate) map: Vec<(u32, Span)>,
}

impl Inline {
    /// Reads `span` of `text` as Markdown (with HTML in it) and runs all its blocks together, a `\n` between them.
    #[must_use]
    pub fn read(text: &str, span: Span) -> Self {
        let mut builder = Builder::new(span);
        builder.feed(text, span);
        builder.finish()
    }

    /// The place in the page of the bytes `start..end` of [`Self::text`].
    #[must_use]
    pub fn span_of(&self, start: usize, end: usize) -> Span {
        let from = self.segment(start).map_or(self.span.start, |(at, place)| place.start + (start as u32 - at));
        if end <= start {
            return Span { start: from, end: from };
        }
        let to = self.segment(end - 1).map_or(self.span.end, |(at, place)| {
            let next = self.map.get(self.map.partition_point(|(at, _)| (*at as usize) < end));
            // The end of a stretch is the end of what it was written as: an entity, a wide space.
            if next.map_or(self.text.len(), |(at, _)| *at as usize) == end {
                place.end
            } else {
                place.start + (end as u32 - at)
            }
        });
        Span { start: from, end: to.max(from) }
    }

    fn segment(&self, at: usize) -> Option<(u32, Span)> {
        let after = self.map.partition_point(|(start, _)| *start as usize <= at);
        self.map.get(after.checked_sub(1)?).copied()
    }

    /// The plain text that `marked` covers.
    #[must_use]
    pub fn marked_text(&self, marked: &Marked) -> &str {
        self.text.get(marked.start as usize..marked.end as usize).unwrap_or_default()
    }

    /// The links, each with its text, target and element.
    pub fn links(&self) -> impl Iterator<Item = (&str, &str, &Marked)> {
        self.marks.iter().filter_map(|marked| match &marked.mark {
            Mark::Link(target) => Some((self.marked_text(marked), target.as_str(), marked)),
            _ => None,
        })
    }

    /// Whether nothing but white space is in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// How many marks may be open at once.
const DEEPEST: usize = 64;

/// Collects running text from parser events and HTML tags.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    out: Inline,
    open: Vec<usize>,
}

impl Builder {
    pub(crate) fn new(span: Span) -> Self {
        Self { out: Inline { span, ..Inline::default() }, open: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.out.text.is_empty()
    }

    /// Adds `text`, which stands in the page at `place`.
    pub(crate) fn push(&mut self, text: &str, place: Span) {
        let mut at = place.start;
        for (number, piece) in text.split('\u{a0}').enumerate() {
            if number > 0 {
                let wide = Span { start: at, end: at + '\u{a0}'.len_utf8() as u32 };
                self.segment(" ", wide);
                at = wide.end;
            }
            self.segment(piece, Span { start: at, end: at + piece.len() as u32 });
            at += piece.len() as u32;
        }
        if let Some((_, last)) = self.out.map.last_mut() {
            last.end = last.end.max(place.end);
        }
    }

    fn segment(&mut self, text: &str, place: Span) {
        if !text.is_empty() {
            self.out.map.push((self.out.text.len() as u32, place));
            self.out.text.push_str(text);
            self.out.span.end = self.out.span.end.max(place.end);
        }
    }

    /// Ends the line, unless nothing stands on it yet.
    pub(crate) fn newline(&mut self, at: usize) {
        if !self.out.text.is_empty() && !self.out.text.ends_with('\n') {
            self.segment("\n", Span::new(at, at));
        }
    }

    pub(crate) fn open(&mut self, mark: Mark, span: Span) {
        // Every end looks for its start among the open ones; no text means anything at such a depth.
        if self.open.len() >= DEEPEST {
            return;
        }
        let start = self.out.text.len() as u32;
        self.open.push(self.out.marks.len());
        self.out.marks.push(Marked { mark, start, end: start, span });
    }

    /// Closes the innermost open mark for which `is` holds, and whatever was left open inside.
    pub(crate) fn close(&mut self, end: usize, is: impl Fn(&Mark) -> bool) {
        let Some(depth) = self.open.iter().rposition(|at| is(&self.out.marks[*at].mark)) else {
            return;
        };
        for at in self.open.drain(depth..) {
            let marked = &mut self.out.marks[at];
            marked.end = self.out.text.len() as u32;
            marked.span.end = marked.span.end.max(end as u32);
        }
    }

    pub(crate) fn finish(mut self) -> Inline {
        self.close(0, |_| true);
        while let Some(at) = self.open.pop() {
            self.out.marks[at].end = self.out.text.len() as u32;
        }
        let len = self.out.text.trim_end_matches('\n').len();
        self.out.text.truncate(len);
        self.out.map.retain(|(start, _)| (*start as usize) < len);
        for marked in &mut self.out.marks {
            marked.end = marked.end.min(len as u32);
            marked.start = marked.start.min(marked.end);
        }
        self.out.marks.retain(|marked| marked.end > marked.start || matches!(marked.mark, Mark::Link(_)));
        self.out
    }

    /// Reads `span` of `page` as Markdown into this text.
    pub(crate) fn feed(&mut self, page: &str, span: Span) {
        let base = span.start as usize;
        for (event, range) in Parser::new_ext(span.slice(page), Options::empty()).into_offset_iter() {
            let range = base + range.start..base + range.end;
            if !self.event(&event, range.clone()) {
                self.newline(range.start);
            }
        }
    }

    /// Takes an inline event; `false` for an event of block structure.
    pub(crate) fn event(&mut self, event: &Event<'_>, range: std::ops::Range<usize>) -> bool {
        let span = Span::new(range.start, range.end);
        match event {
            Event::Text(text) => self.push(text, span),
            Event::Code(code) => {
                self.open(Mark::Code, span);
                // The ticks around the code are as wide as what is left of the range.
                let start = range.start + range.len().saturating_sub(code.len()) / 2;
                self.push(code, Span::new(start, start + code.len()));
                self.close(range.end, |mark| *mark == Mark::Code);
            }
            Event::SoftBreak | Event::HardBreak => self.newline(range.start),
            Event::InlineHtml(tag) => html::inline_tag(self, tag, range.start),
            Event::Html(text) => html::inline_text(self, text, range.start),
            Event::Start(Tag::Strong) => self.open(Mark::Strong, span),
            Event::Start(Tag::Emphasis) => self.open(Mark::Emphasis, span),
            Event::Start(Tag::Link { dest_url, .. }) => {
                self.open(Mark::Link(dest_url.to_string()), span);
            }
            Event::End(TagEnd::Strong) => self.close(range.end, |mark| *mark == Mark::Strong),
            Event::End(TagEnd::Emphasis) => self.close(range.end, |mark| *mark == Mark::Emphasis),
            Event::End(TagEnd::Link) => self.close(range.end, |mark| matches!(mark, Mark::Link(_))),
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            _ => return false,
        }
        true
    }
}

/// What a block of prose is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// A paragraph.
    Paragraph,
    /// An item of a list, with its depth from 1.
    Item(u8),
    /// A cell of a table.
    Cell,
    /// A block quote or alert.
    Quote,
    /// Lines indented as code.
    Code,
    /// A heading below the section's own.
    Heading,
}

/// One paragraph, item or cell.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text.
    pub inline: Inline,
}

/// The paragraphs and items of `span`, which holds neither headings nor tables nor fences.
pub(crate) fn blocks(page: &str, span: Span) -> Vec<Block> {
    let base = span.start as usize;
    let mut done = Vec::new();
    let mut current: Option<(BlockKind, Builder)> = None;
    let (mut depth, mut quotes) = (0u8, 0u8);
    let mut flush = |current: &mut Option<(BlockKind, Builder)>| {
        if let Some((kind, builder)) = current.take() {
            let inline = builder.finish();
            if !inline.is_blank() {
                done.push(Block { kind, inline });
            }
        }
    };
    for (event, range) in Parser::new_ext(span.slice(page), Options::empty()).into_offset_iter() {
        let range = base + range.start..base + range.end;
        let here = Span::new(range.start, range.end);
        let plain = if quotes > 0 { BlockKind::Quote } else { BlockKind::Paragraph };
        match &event {
            Event::Start(Tag::Paragraph) => {
                // The first paragraph of an item is the item.
                if !matches!(&current, Some((_, builder)) if builder.is_empty()) {
                    flush(&mut current);
                    current = Some((plain, Builder::new(here)));
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                flush(&mut current);
                current = Some((BlockKind::Code, Builder::new(here)));
            }
            Event::Start(Tag::List(_)) => {
                flush(&mut current);
                depth = depth.saturating_add(1);
            }
            Event::Start(Tag::Item) => {
                flush(&mut current);
                current = Some((BlockKind::Item(depth), Builder::new(here)));
            }
            Event::Start(Tag::BlockQuote(_)) => {
                flush(&mut current);
                quotes = quotes.saturating_add(1);
            }
            Event::End(TagEnd::List(_)) => {
                flush(&mut current);
                depth = depth.saturating_sub(1);
            }
            Event::End(TagEnd::BlockQuote(_)) => {
                flush(&mut current);
                quotes = quotes.saturating_sub(1);
            }
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock) => flush(&mut current),
            _ => {
                let (_, builder) = current.get_or_insert_with(|| (plain, Builder::new(here)));
                builder.event(&event, range);
            }
        }
    }
    flush(&mut current);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_finds_its_way_back() {
        let page = "x IRQL\u{a0}&lt;= **DISPATCH\\_LEVEL** [`F`](u)\nnext";
        let inline = Inline::read(page, Span::new(2, page.len()));
        assert_eq!(inline.text, "IRQL <= DISPATCH_LEVEL F\nnext");
        for (needle, found) in [("IRQL", "IRQL"), ("DISPATCH_LEVEL", "DISPATCH\\_LEVEL"), ("next", "next"), ("F", "F")]
        {
            let at = inline.text.find(needle).unwrap();
            assert_eq!(inline.span_of(at, at + needle.len()).slice(page), found);
        }
        let (text, target, marked) = inline.links().next().unwrap();
        assert_eq!((text, target, marked.span.slice(page)), ("F", "u", "[`F`](u)"));
    }

    #[test]
    fn blocks_are_paragraphs_and_items() {
        let page = "One\ntwo\n\n-   - a\n- b\n\n  c\n\n> q\n\n\u{a0}\n";
        let found: Vec<_> =
            blocks(page, Span::new(0, page.len())).into_iter().map(|block| (block.kind, block.inline.text)).collect();
        let text = |text: &str| text.to_owned();
        assert_eq!(
            found,
            [
                (BlockKind::Paragraph, text("One\ntwo")),
                (BlockKind::Item(2), text("a")),
                (BlockKind::Item(1), text("b")),
                (BlockKind::Paragraph, text("c")),
                (BlockKind::Quote, text("q")),
            ]
        );
    }
}
