//! Machines from pages that have no specification: read off their sentences, lists and names, and the API reference.
//!
//! What comes out is a [`Spec`], so that a maintainer can paste it into a page and go on from there. Three promises:
//! each part names the sentence or reference page that it came from; what can be read in two ways is refused with the
//! sentence that is to blame, never guessed; and a demand that no pattern fits is handed back as unchecked.
//!
//! No rule and no function is named here: who takes and who gives back is told by the structure of the sentence and the
//! words of the name, the object by the prototypes, results by what the reference says about them.

mod demand;
mod irql;
mod level;
mod lock;
mod names;
mod pairing;
mod reference;
mod restore;
mod rule;
mod statements;

use std::sync::LazyLock;

use rulebook_diagnostics::Place;
use rulebook_machine::Semantics;
use rulebook_machine::expand::expand;
use rulebook_machine::spec::Spec;
use serde::Serialize;

use crate::Catalog;
use crate::api_facts::ApiFacts;
use crate::rule_page::RulePage;
use crate::rules::PageReference;

pub use reference::with_reference;
pub use rule::{derivation_of, derived_rule, derived_rules, is_for_derivation};

use demand::{Demand, Hit, Reader, Reading};
use statements::{Names, Statement};

/// What a derivation may rest on besides the page.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'g> {
    /// Reference pages, if there are any.
    pub catalog: &'g Catalog,
    /// Prototypes and bounds.
    pub facts: &'g ApiFacts,
    /// Effects and results of functions, values of constants, groups of roles.
    pub semantics: &'g Semantics,
}

/// One part of a derived specification and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DerivedFrom {
    /// The part, in the words of the specification: `double: error`.
    pub part: String,
    /// The page and place.
    pub place: Place,
    /// The sentence, entry or prototype.
    pub text: String,
}

/// A sentence that could not be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Why.
    pub reason: String,
    /// Where the sentence stands.
    pub place: Place,
    /// The sentence.
    pub text: String,
}

/// What came of a page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Derivation {
    /// The taxonomy's name of the family; empty where nothing was derived.
    pub family: &'static str,
    /// The specification; `None` where the page was refused.
    pub spec: Option<Spec>,
    /// Where each part came from.
    pub from: Vec<DerivedFrom>,
    /// What the page demands and the specification does not check.
    pub unchecked: Vec<Refusal>,
    /// Why there is no specification.
    pub refused: Vec<Refusal>,
}

impl Derivation {
    /// `executable`, `partial` (something stays unchecked) or `unspecified`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match (&self.spec, self.unchecked.is_empty()) {
            (None, _) => "unspecified",
            (Some(_), true) => "executable",
            (Some(_), false) => "partial",
        }
    }

    /// The specification as it would stand on the page.
    #[must_use]
    pub fn yaml(&self) -> Option<String> {
        serde_yaml::to_string(self.spec.as_ref()?).ok()
    }
}

/// The patterns of all families.
static READER: LazyLock<Reader> = LazyLock::new(|| Reader::new(&[lock::PATTERNS, irql::PATTERNS]));

/// A demand with the sentence it stands in.
struct Found<'s> {
    demand: Demand,
    statement: &'s Statement,
    hit: Hit,
}

/// What is at hand while one page is read.
struct Work<'g> {
    page: &'g RulePage,
    grounds: Grounds<'g>,
    out: Derivation,
    spec: Spec,
}

/// Derives the specification of `page`.
#[must_use]
pub fn derive(page: &RulePage, grounds: Grounds<'_>) -> Derivation {
    let names = Names::new(page, grounds.facts);
    let statements = statements::statements(page, &names);
    let mut work = Work { page, grounds, out: Derivation::default(), spec: Spec::default() };
    let found = work.read(&statements);
    if work.out.refused.is_empty() {
        work.assemble(&statements, &found);
    }
    work.finish(&statements)
}

impl Work<'_> {
    /// Lays the patterns on the sentences.
    fn read<'s>(&mut self, statements: &'s [Statement]) -> Vec<Found<'s>> {
        let mut found = Vec::new();
        for statement in statements {
            let (hits, unread) = match READER.read(statement) {
                Reading::Read(hits) => (hits, None),
                Reading::Unread { hits, weakens } => (hits, Some(weakens)),
            };
            match unread {
                Some(true) => self.refuse(statement, "the sentence makes an exception that no pattern fits"),
                Some(false) => {
                    let reason = if hits.is_empty() {
                        "no pattern fits the sentence"
                    } else {
                        "part of the sentence fits no pattern"
                    };
                    self.leave(statement, reason);
                }
                None => {}
            }
            if !hits.is_empty() {
                for named in statement.names.iter().chain(&statement.list).filter(|named| !named.known) {
                    self.leave(
                        statement,
                        &format!("`{}` is no function of the page's list or the reference", named.name),
                    );
                }
            }
            for hit in hits {
                found.extend(hit.demands.iter().map(|demand| Found { demand: *demand, statement, hit: hit.clone() }));
            }
        }
        found
    }

    fn assemble(&mut self, statements: &[Statement], found: &[Found<'_>]) {
        let has = |demand: Demand| found.iter().find(|one| one.demand == demand);
        if let (Some(nested), Some(double)) = (has(Demand::Nested), has(Demand::Double)) {
            let reason = format!("nesting is permitted here and barred in “{}”", double.statement.text);
            return self.refuse(nested.statement, &reason);
        }
        if let Some(vague) = has(Demand::Vague) {
            if found.iter().all(|one| one.demand == Demand::Vague) {
                return self
                    .refuse(vague.statement, "the sentence asks for correct use and no other says what that is");
            }
            self.from("as the sentences behind it say", vague.statement);
        }
        if found.is_empty() {
            return;
        }
        self.pairs(statements, found);
        let restored = self.restores(statements, found);
        self.levels(found, restored.as_deref());
        self.level_at_exit(found);
        if let Some(contrast) = has(Demand::Contrast) {
            self.leave(
                contrast.statement,
                "the functions that the rule is about are told by contrast only: every one is checked",
            );
        }
        self.out.family = if has(Demand::SameAtExit).or(has(Demand::Restore)).is_some() {
            "irql-balance"
        } else if !self.spec.pair.is_empty() {
            "lock-pairing"
        } else {
            "irql-at-call"
        };
    }

    /// Tries the specification and closes the account.
    fn finish(mut self, statements: &[Statement]) -> Derivation {
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

    fn refuse(&mut self, statement: &Statement, reason: &str) {
        self.out.refused.push(Refusal {
            reason: reason.to_owned(),
            place: statement.place.clone(),
            text: statement.text.clone(),
        });
    }

    fn leave(&mut self, statement: &Statement, reason: &str) {
        self.out.unchecked.push(Refusal {
            reason: reason.to_owned(),
            place: statement.place.clone(),
            text: statement.text.clone(),
        });
    }

    fn from(&mut self, part: impl Into<String>, statement: &Statement) {
        self.note(part, statement.place.clone(), &statement.text);
    }

    fn note(&mut self, part: impl Into<String>, place: Place, text: &str) {
        let from = DerivedFrom { part: part.into(), place, text: text.to_owned() };
        if !self.out.from.contains(&from) {
            self.out.from.push(from);
        }
    }

    /// Notes a part that a function's prototype tells.
    fn by_reference_page(&mut self, part: impl Into<String>, api: &str, text: &str) {
        let page = self.grounds.catalog.api(api);
        let place = page.map(|page| page.source.place(page.name.span)).or_else(|| {
            let fact = self.grounds.facts.functions.get(api)?;
            let path = fact.source.reference.clone().unwrap_or_else(|| fact.header.clone());
            Some(Place::file(path))
        });
        self.note(part, place.unwrap_or_else(|| Place::file(api)), text);
    }

    /// Notes a part that the page's list tells.
    fn by_list(&mut self, part: impl Into<String>, api: &str) {
        let place = self
            .page
            .applies_to()
            .find(|entry| entry.name.eq_ignore_ascii_case(api))
            .map_or_else(|| Place::file(&self.page.source.path), |entry| self.page.source.place(entry.span));
        self.note(part, place, "the page's list of functions");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_a_regular_expression() {
        assert_eq!(READER.len(), lock::PATTERNS.len() + irql::PATTERNS.len());
    }
}
