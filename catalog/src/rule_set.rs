//! Pages that list rules: rule sets of Static Driver Verifier, options of Driver Verifier, indexes by model.

use rulebook_diagnostics::Span;
use serde::Serialize;

use crate::chunks::{Chunk, chunks};
use crate::front_matter::FrontMatter;
use crate::html;
use crate::identity::{Model, RuleId, title_parts};
use crate::inline::{Inline, blocks};
use crate::links::{Link, LinkKind};
use crate::sections::{Outline, SectionKind, outline};
use crate::text::{Source, Spanned, unescape};

/// An entry of a list of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedRule {
    /// The link that starts the entry.
    pub link: Link,
    /// The rule whose page it leads to; filled when a whole folder is read.
    pub rule: Option<RuleId>,
}

/// A page that lists rules, or pages that do.
#[derive(Debug, Clone)]
pub struct RuleSetPage {
    /// The page.
    pub source: Source,
    /// Its front matter.
    pub front_matter: FrontMatter,
    /// Its title.
    pub title: Spanned<String>,
    /// The driver model in the title's parenthesis.
    pub model: Option<Model>,
    /// The description.
    pub summary: Option<Spanned<String>>,
    /// The entries in the order of the page.
    pub entries: Vec<ListedRule>,
}

impl RuleSetPage {
    /// Reads a page without `api_name`; `None` if it has no title or lists no pages.
    pub(crate) fn read(source: Source, front_matter: FrontMatter) -> Option<Self> {
        let page = source.text.as_str();
        let body = Span { start: front_matter.span.end, end: page.len() as u32 };
        let Outline { title, sections } = outline(page, body);
        let title = front_matter.text("title").map(|title| title.map(|title| unescape(&title))).or(title)?;
        let mut entries = Vec::new();
        for section in sections.iter().filter(|section| section.kind != SectionKind::SeeAlso) {
            for chunk in chunks(page, section.body, |_| false) {
                match chunk {
                    Chunk::Text(span) => {
                        for block in blocks(page, span) {
                            leading(&block.inline, &mut entries);
                        }
                    }
                    Chunk::Table { rows } => {
                        for row in rows {
                            // The first cell names, the others describe and link to yet other rules.
                            if let Some(cell) = row.first() {
                                leading(&Inline::read(page, *cell), &mut entries);
                            }
                        }
                    }
                    Chunk::Html(span) => {
                        for cell in html::cells(page, span).iter().filter(|cell| cell.column == 1 && cell.table > 0) {
                            leading(&cell.inline, &mut entries);
                        }
                    }
                    Chunk::Fence { .. } | Chunk::Quote(_) | Chunk::Heading(_) => {}
                }
            }
        }
        let model = title_parts(&title.value).1;
        let summary = front_matter.text("description").map(|text| text.map(|text| unescape(&text)));
        (!entries.is_empty()).then_some(Self { source, front_matter, title, model, summary, entries })
    }
}

/// The links that stand at the start of a line.
fn leading(inline: &Inline, entries: &mut Vec<ListedRule>) {
    for (text, target, marked) in inline.links() {
        let before = inline.text[..marked.start as usize].trim_end_matches(' ');
        if LinkKind::of(target) == LinkKind::Page && (before.is_empty() || before.ends_with('\n')) {
            let link = Link { text: text.trim().to_owned(), target: target.to_owned(), span: marked.span };
            entries.push(ListedRule { link, rule: None });
        }
    }
}
