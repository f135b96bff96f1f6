//! A defect while it is put together: where it is, what shows it, what would mend it.

use rulebook_catalog::{RulePage, Source};
use rulebook_diagnostics::Span;

use crate::patch::Edit;
use crate::{Entry, Evidence};

/// A defect of a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What is wrong, where, and what shows it.
    pub entry: Entry,
    /// What mends it; empty where that takes a person.
    pub edits: Vec<Edit>,
}

impl Finding {
    /// The defect `kind` of `subject` at `span` of `source`; what stands there is quoted as found.
    pub(crate) fn new(kind: &str, subject: &str, source: &Source, span: Span, message: String) -> Self {
        let place = source.place(span);
        let found = short(source.slice(span));
        let entry = Entry {
            path: place.path,
            line: place.line,
            column: place.column,
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            message,
            found: (!found.is_empty()).then_some(found),
            expected: None,
            related: Vec::new(),
        };
        Self { entry, edits: Vec::new() }
    }

    /// Says in other words what stands there.
    pub(crate) fn found(mut self, text: impl Into<String>) -> Self {
        self.entry.found = Some(text.into());
        self
    }

    /// Says what should stand there.
    pub(crate) fn expected(mut self, text: impl Into<String>) -> Self {
        self.entry.expected = Some(text.into());
        self
    }

    /// Adds a place that shows it.
    pub(crate) fn also(mut self, source: &Source, span: Span, message: impl Into<String>) -> Self {
        let line = source.line(span);
        self.entry.related.push(Evidence { path: source.path.clone(), line, message: message.into() });
        self
    }

    /// Adds an edit: `text` in the place of `span`.
    pub(crate) fn edit(mut self, source: &Source, span: Span, text: impl Into<String>) -> Self {
        self.edits.push(Edit { path: source.path.clone(), span, text: text.into() });
        self
    }
}

/// The same words in the Markdown that a link in HTML carries along: `data-raw-source="[words](…)"`.
pub(crate) fn raw_twin(source: &Source, span: Span, words: &str) -> Option<Span> {
    let before = source.text.get(..span.start as usize)?;
    let open = before.rfind("<a ")?;
    let tag = before.get(open..)?;
    let raw = tag.find("data-raw-source=\"[").filter(|_| !tag.contains("</a>"))?;
    let at = open + raw + tag[raw..].find(words)?;
    Some(Span::new(at, at + words.len()))
}

/// Where a page says which rule it is about: its title, or what it has in the place of one.
pub(crate) fn head(page: &RulePage) -> Span {
    let title = page.title.as_ref().or(page.heading.as_ref());
    title.map_or(page.name.span, |title| title.span)
}

/// One line of at most some hundred characters.
pub(crate) fn short(text: &str) -> String {
    const MOST: usize = 160;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
