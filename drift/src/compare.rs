//! What one page says against what another page says about the same thing.
//!
//! The same comparison serves our pages against the documents and old documents against new ones; only the words and
//! the page that a finding stands at differ, and [`Voice`] decides those.

mod facts;
mod identity;
mod pairing;
mod prose;
mod reference;

pub(crate) use facts::facts;
pub(crate) use pairing::{Pairing, pair};
pub(crate) use prose::prose;
pub(crate) use reference::{bug_check_pages, compliance, parameters, references, rule_sets};

use rulebook_catalog::{RulePage, Source};
use rulebook_diagnostics::Span;

use crate::{Entry, Evidence};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voice {
    /// Our page against the document; findings stand at our page.
    Sync,
    /// An old document against a new one; findings stand at the new one.
    Diff,
}

/// A place on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl At {
    /// The place of `span` in `source`.
    pub(crate) fn new(source: &Source, span: Span) -> Self {
        let place = source.place(span);
        Self { path: place.path, line: place.line, column: place.column }
    }

    /// A page as a whole.
    pub(crate) fn page(source: &Source) -> Self {
        Self { path: source.path.clone(), line: 0, column: 0 }
    }
}

/// One fact that differs.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// The kind of finding.
    pub(crate) kind: &'static str,
    /// The rule or API.
    pub(crate) subject: String,
    /// The fact in words that go before its value, such as `the driver model`.
    pub(crate) topic: &'static str,
    /// The value on our page, or in the old document.
    pub(crate) from: Option<String>,
    /// The value in the document, or in the new one.
    pub(crate) to: Option<String>,
    /// Where the first says so, or would.
    pub(crate) from_at: Option<At>,
    /// Where the second says so, or would.
    pub(crate) to_at: Option<At>,
    /// The message, where it is not made of the values.
    pub(crate) message: Option<String>,
}

impl Change {
    /// As a finding.
    pub(crate) fn entry(self, voice: Voice) -> Entry {
        let message = self.message.clone().unwrap_or_else(|| self.sentence(voice));
        let (main, other, note) = match voice {
            Voice::Sync => (self.from_at, self.to_at, "the document"),
            Voice::Diff => (self.to_at, self.from_at, "before"),
        };
        let (found, expected) = match voice {
            Voice::Sync => (self.from, self.to),
            Voice::Diff => (self.to, self.from),
        };
        let evidence = |at: At| Evidence { path: at.path, line: at.line, message: note.to_owned() };
        let (place, related) = match (main, other) {
            (Some(main), other) => (main, other.map(evidence).into_iter().collect()),
            (None, Some(other)) => (other, Vec::new()),
            (None, None) => (At { path: String::new(), line: 0, column: 0 }, Vec::new()),
        };
        Entry {
            path: place.path,
            line: place.line,
            column: place.column,
            kind: self.kind.to_owned(),
            subject: self.subject,
            message,
            found,
            expected,
            related,
        }
    }

    fn sentence(&self, voice: Voice) -> String {
        let topic = self.topic;
        // A tick inside a value would end it for every reader of Markdown.
        let value = |value: &Option<String>| value.as_ref().map(|value| value.replace('`', "'"));
        match (voice, value(&self.from), value(&self.to)) {
            (Voice::Sync, Some(from), Some(to)) => format!("{topic} is `{from}` here and `{to}` in the document"),
            (Voice::Sync, None, Some(to)) => format!("the document has {topic} `{to}`, this page has not"),
            (Voice::Sync, Some(from), None) => format!("this page has {topic} `{from}`, the document has not"),
            (Voice::Diff, Some(from), Some(to)) => format!("{topic} was `{from}` and is now `{to}`"),
            (Voice::Diff, None, Some(to)) => format!("{topic} `{to}` is new"),
            (Voice::Diff, Some(from), None) => format!("{topic} `{from}` is gone"),
            (_, None, None) => format!("{topic} differs"),
        }
    }
}

/// The two pages of one rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Both<'p> {
    /// Ours, or the old one.
    pub(crate) from: &'p RulePage,
    /// The document, or the new one.
    pub(crate) to: &'p RulePage,
}

impl Both<'_> {
    /// A fact that differs, at places inside the pages.
    fn change(
        self,
        kind: &'static str,
        topic: &'static str,
        (from, from_at): (Option<String>, Span),
        (to, to_at): (Option<String>, Span),
    ) -> Change {
        Change {
            kind,
            subject: self.from.id.to_string(),
            topic,
            from,
            to,
            from_at: Some(At::new(&self.from.source, from_at)),
            to_at: Some(At::new(&self.to.source, to_at)),
            message: None,
        }
    }
}
