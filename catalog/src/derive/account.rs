//! The account of a derivation: what came from where, what was left, and why there is no specification.

use rulebook_diagnostics::Place;
use rulebook_machine::expand::expand;
use rulebook_machine::spec::Spec;

use crate::rules::PageReference;

use super::statements::Statement;
use super::{Derivation, DerivedFrom, Refusal, Work};

impl Work<'_> {
    /// Tries the specification and closes the account.
    pub(super) fn finish(mut self, statements: &[Statement]) -> Derivation {
        if self.out.refused.is_empty() && self.spec == Spec::default() {
            // Whatever is left unchecked is the whole rule.
            self.out.refused = std::mem::take(&mut self.out.unchecked);
            if let (true, Some(first)) = (self.out.refused.is_empty(), statements.first()) {
                self.refuse(first, "the sentence says nothing that can be checked");
            }
        }
        if self.out.refused.is_empty() {
            let listed: Vec<String> = self.page.applies_to().map(|api| api.name.clone()).collect();
            let reference = PageReference::new(&listed, self.grounds.facts);
            match (expand(&self.spec, &reference), statements.first()) {
                (Err(error), Some(first)) => self.refuse(first, &error.to_string()),
                (Ok(expansion), Some(first)) => {
                    if !expansion.unbound.is_empty() {
                        let which = expansion.unbound.join(", ");
                        self.leave(first, &format!("the reference does not bind the level of {which}"));
                    }
                    self.out.spec = Some(std::mem::take(&mut self.spec));
                }
                (_, None) => {}
            }
        }
        if self.out.spec.is_none() {
            self.out.family = "";
            self.out.from.clear();
        }
        self.out
    }

    pub(super) fn refuse(&mut self, statement: &Statement, reason: &str) {
        self.out.refused.push(Refusal {
            reason: reason.to_owned(),
            place: statement.place.clone(),
            text: statement.text.clone(),
        });
    }

    pub(super) fn leave(&mut self, statement: &Statement, reason: &str) {
        self.out.unchecked.push(Refusal {
            reason: reason.to_owned(),
            place: statement.place.clone(),
            text: statement.text.clone(),
        });
    }

    pub(super) fn from(&mut self, part: impl Into<String>, statement: &Statement) {
        self.note(part, statement.place.clone(), &statement.text);
    }

    pub(super) fn note(&mut self, part: impl Into<String>, place: Place, text: &str) {
        let from = DerivedFrom { part: part.into(), place, text: text.to_owned() };
        if !self.out.from.contains(&from) {
            self.out.from.push(from);
        }
    }

    /// Notes a part that a function's prototype tells.
    pub(super) fn by_reference_page(&mut self, part: impl Into<String>, api: &str, text: &str) {
        let page = self.grounds.catalog.api(api);
        let place = page.map(|page| page.source.place(page.name.span)).or_else(|| {
            let fact = self.grounds.facts.functions.get(api)?;
            let path = fact.source.reference.clone().unwrap_or_else(|| fact.header.clone());
            Some(Place::file(path))
        });
        self.note(part, place.unwrap_or_else(|| Place::file(api)), text);
    }

    /// Notes a part that the page's list tells.
    pub(super) fn by_list(&mut self, part: impl Into<String>, api: &str) {
        let place = self
            .page
            .applies_to()
            .find(|entry| entry.name.eq_ignore_ascii_case(api))
            .map_or_else(|| Place::file(&self.page.source.path), |entry| self.page.source.place(entry.span));
        self.note(part, place, "the page's list of functions");
    }
}
