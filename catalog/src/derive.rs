//! Machines from pages that have no specification: read off their sentences, lists and names, and the API reference.
//!
//! What comes out is a [`Spec`], so that a maintainer can paste it into a page and go on from there. Three promises:
//! each part names the sentence or reference page that it came from; what can be read in two ways is refused with the
//! sentence that is to blame, never guessed; and a demand that no pattern fits is handed back as unchecked.
//!
//! No rule and no function is named here: who takes and who gives back is told by the structure of the sentence and the
//! words of the name, the object by the prototypes, results by what the reference says about them.

mod account;
mod clauses;
mod context;
mod demand;
mod family;
mod irql;
mod level;
mod lock;
mod names;
mod objects;
mod order;
mod pairing;
mod pick;
mod reference;
mod restore;
mod roles;
mod rule;
mod statements;
mod turns;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rulebook_diagnostics::Place;
use rulebook_machine::Semantics;
use rulebook_machine::spec::Spec;
use serde::Serialize;

use crate::Catalog;
use crate::api_facts::ApiFacts;
use crate::rule_page::RulePage;

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
    /// The sentence patterns that made the specification, by number.
    #[serde(skip)]
    pub patterns: BTreeSet<usize>,
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
static TABLES: [&[demand::Pattern]; 5] =
    [lock::PATTERNS, irql::PATTERNS, context::PATTERNS, order::PATTERNS, turns::PATTERNS];
static READER: LazyLock<Reader> = LazyLock::new(|| Reader::new(&TABLES));

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
    derive_by(page, grounds, |_| true)
}

/// Derives the specification of `page` by the sentence patterns alone whose numbers `may` admits, so that one can see
/// what rests on which ([`Derivation::patterns`]).
#[must_use]
pub fn derive_by(page: &RulePage, grounds: Grounds<'_>, may: impl Fn(usize) -> bool) -> Derivation {
    let names = Names::new(page, grounds.facts, grounds.semantics);
    let statements = statements::statements(page, &names);
    let mut work = Work { page, grounds, out: Derivation::default(), spec: Spec::default() };
    let found = work.read(&statements, &may);
    if work.out.refused.is_empty() {
        work.assemble(&statements, &found);
    }
    work.finish(&statements)
}

impl Work<'_> {
    /// Lays the patterns on the sentences.
    fn read<'s>(&mut self, statements: &'s [Statement], may: &dyn Fn(usize) -> bool) -> Vec<Found<'s>> {
        let mut found = Vec::new();
        for statement in statements {
            let (hits, unread) = match READER.read(statement, may) {
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
                let roles = &self.grounds.semantics.roles;
                let is_role = |name: &str| roles.values().any(|role| role.name == name);
                let all = statement.names.iter().chain(&statement.list);
                for named in all.filter(|named| !named.known && !is_role(&named.name)) {
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
        self.barred(found);
        self.orders(found);
        self.turns(found);
        if let Some(contrast) = has(Demand::Contrast) {
            self.leave(
                contrast.statement,
                "the functions that the rule is about are told by contrast only: every one is checked",
            );
        }
        self.out.family = family::family(found);
        // What is vague, contrasts or is handed back makes no part of the specification.
        let says_nothing = [Demand::Vague, Demand::Contrast, Demand::AtRole];
        let telling = found.iter().filter(|one| !says_nothing.contains(&one.demand));
        self.out.patterns = telling.map(|one| one.hit.pattern).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_a_regular_expression() {
        assert_eq!(READER.len(), TABLES.iter().map(|table| table.len()).sum::<usize>());
    }
}
