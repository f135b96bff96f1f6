//! Our catalog against the documents: where they part, and our pages brought up to date.
//!
//! Facts on our pages are carried over, so a difference is news from the documents. Sentences are ours, so nothing can
//! be carried over there: a page with a specification records what the published sentences said when the specification
//! was written, and a sentence that says something else now is news as well.

mod facts;
mod formalised;
mod known;
mod markup;
mod page;
mod plan;
mod rewrite;

pub use facts::{FactFile, Reference};
pub use known::{KnownDifference, KnownDifferences, KnownError};
pub use plan::{Plan, Reviewed, Step};

use rulebook_catalog::{Catalog, RuleId, RulePage};

use crate::Entry;
use crate::compare::{self, At, Change, Pairing, Voice};

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Our pages.
    pub own: &'a Catalog,
    /// The documents.
    pub docs: &'a Catalog,
    /// The facts about functions and the pages of the API reference, where both are at hand.
    pub reference: Option<Reference<'a>>,
    /// The differences that somebody has looked at and that stay.
    pub known: &'a KnownDifferences,
    /// Only these rules; all where it is empty.
    pub only: &'a [RuleId],
}

impl Inputs<'_> {
    fn wants(&self, page: &RulePage) -> bool {
        self.only.is_empty() || self.only.contains(&page.id)
    }

    /// The pages of both sides, less the rules that nobody asked for.
    fn pairing(&self) -> Pairing<'_> {
        let mut pairing = compare::pair(self.own.rules(), self.docs.rules());
        pairing.both.retain(|both| self.wants(both.from) || self.wants(both.to));
        pairing.only_from.retain(|page| self.wants(page));
        pairing.only_to.retain(|page| self.wants(page));
        pairing
    }
}

/// Every difference that is not known, and every known one that is none; by our page and place.
///
/// `found` is what our page says, `expected` what the document says.
#[must_use]
pub fn sync(inputs: &Inputs<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = changes(inputs).into_iter().map(|change| change.entry(Voice::Sync)).collect();
    entries.sort();
    entries.dedup();
    let covers = |known: &KnownDifference| {
        // What was not compared cannot have gone; without the reference nothing is known about its facts.
        let of_reference = facts::KINDS.contains(&known.kind.as_str());
        let compared = inputs.only.is_empty() && (!of_reference || inputs.reference.is_some());
        // A rule that one side lacks is told as that.
        let on_both = known
            .subject
            .parse::<RuleId>()
            .map_or(true, |rule| inputs.own.rule(&rule).is_some() && inputs.docs.rule(&rule).is_some());
        compared && on_both
    };
    inputs.known.settle(entries, covers)
}

fn changes(inputs: &Inputs<'_>) -> Vec<Change> {
    let pairing = inputs.pairing();
    let mut changes = Vec::new();
    for both in &pairing.both {
        changes.extend(compare::facts(*both));
        changes.extend(formalised::changes(*both));
    }
    for page in &pairing.only_from {
        changes.push(Change {
            kind: "rule-removed",
            subject: page.id.to_string(),
            topic: "the rule",
            from: Some(page.id.to_string()),
            to: None,
            from_at: Some(At::new(&page.source, page.name.span)),
            to_at: None,
            message: Some(format!("no document is about the rule `{}`", page.id)),
        });
    }
    for page in &pairing.only_to {
        changes.push(Change {
            kind: "rule-added",
            subject: page.id.to_string(),
            topic: "the rule",
            from: None,
            to: Some(page.id.to_string()),
            from_at: None,
            to_at: Some(At::new(&page.source, page.name.span)),
            message: Some(format!("no page of ours is about the rule `{}`", page.id)),
        });
    }
    if let Some(reference) = &inputs.reference
        && inputs.only.is_empty()
    {
        changes.extend(facts::changes(reference));
    }
    changes
}
