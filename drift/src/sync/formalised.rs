//! What a specification rests on: fingerprints of the published sentences, on our own page.
//!
//! The key `formalises` of the front matter holds one fingerprint for each sentence, list and piece of code of the
//! published page, in its order. It is written by the tool, when a page gets a specification and when somebody has held
//! the specification against changed sentences; never along with other facts, or a change would pass unseen.

use rulebook_catalog::RulePage;
use rulebook_diagnostics::Span;

use crate::compare::{At, Both, Change};
use crate::text::{Unit, UnitKind, fingerprint, units};

/// The key of the front matter.
pub(super) const KEY: &str = "formalises";

/// What is recorded for a published page.
pub(super) fn record(published: &RulePage) -> String {
    units(published).iter().map(fingerprint).collect::<Vec<_>>().join(" ")
}

/// What our page has recorded.
pub(super) fn recorded(own: &RulePage) -> Option<String> {
    own.front_matter.text(KEY).map(|text| text.value)
}

/// The sentences that say something else than when the specification was written.
pub(super) fn changes(both: Both<'_>) -> Vec<Change> {
    let (own, published) = (both.from, both.to);
    let Some(specification) = &own.specification else {
        return Vec::new();
    };
    let place = own.front_matter.get(KEY).map_or(specification.span, |entry| entry.span);
    let change = |kind, at: Span, to: Option<String>, message: &str| Change {
        kind,
        subject: own.id.to_string(),
        topic: "a sentence",
        from: None,
        to,
        from_at: Some(At::new(&own.source, place)),
        to_at: Some(At::new(&published.source, at)),
        message: Some(message.to_owned()),
    };
    let Some(recorded) = recorded(own) else {
        let message = "the page does not record which sentences its specification formalises";
        return vec![change("prose-unrecorded", published.name.span, None, message)];
    };
    let mut gone: Vec<&str> = recorded.split_whitespace().collect();
    let new: Vec<Unit> = units(published)
        .into_iter()
        .filter(|unit| {
            let known = gone.iter().position(|recorded| *recorded == fingerprint(unit));
            known.map(|at| gone.remove(at)).is_none()
        })
        .collect();
    let mut changes: Vec<Change> = new
        .iter()
        .map(|unit| {
            let text = unit.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let (kind, message) = match unit.kind {
                UnitKind::Code => {
                    ("example-changed", "the document has code that the specification was not held against")
                }
                UnitKind::Names => {
                    ("prose-changed", "the document has a list of names that the specification does not formalise")
                }
                UnitKind::Sentence => ("prose-changed", "the document says what the specification does not formalise"),
            };
            change(kind, unit.span, Some(text), message)
        })
        .collect();
    if new.is_empty() && !gone.is_empty() {
        let message = format!(
            "{} that the specification formalises {} no longer in the document",
            if gone.len() == 1 { "a sentence".to_owned() } else { format!("{} sentences", gone.len()) },
            if gone.len() == 1 { "is" } else { "are" }
        );
        changes.push(change("prose-changed", published.name.span, None, &message));
    }
    changes
}
