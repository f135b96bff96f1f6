//! Derived specifications as rules of the table.

use std::sync::LazyLock;

use rulebook_diagnostics::Problem;
use rulebook_machine::Semantics;
use rulebook_machine::expand::expand;
use rulebook_machine::table::{Applicability, Rule};

use crate::Catalog;
use crate::api_facts::ApiFacts;
use crate::bundled;
use crate::identity::Model;
use crate::rule_page::RulePage;
use crate::rules::PageReference;
use crate::semantics::semantics;

use super::{Derivation, Grounds, derive, with_reference};

/// The bundled semantics, read once for all pages.
static SEMANTICS: LazyLock<Result<Semantics, Box<Problem>>> = LazyLock::new(|| semantics(bundled::files()));

/// The rules of all pages that have neither a specification nor a word on why they have none.
#[must_use]
pub fn derived_rules(catalog: &Catalog, facts: &ApiFacts) -> (Vec<Rule>, Vec<Problem>) {
    let pages: Vec<&RulePage> = catalog.rules().iter().filter(|page| is_for_derivation(page)).collect();
    if pages.is_empty() {
        return (Vec::new(), Vec::new());
    }
    match &*SEMANTICS {
        Ok(semantics) => {
            let grounds = Grounds { catalog, facts, semantics };
            (pages.into_iter().filter_map(|page| derived_rule(page, grounds)).collect(), Vec::new())
        }
        Err(problem) => (Vec::new(), vec![(**problem).clone()]),
    }
}

/// What came of `page`, if its rule had to be read off its sentences; `facts` are the bundled ones.
#[must_use]
pub fn derivation_of(catalog: &Catalog, facts: &ApiFacts, page: &RulePage) -> Option<Derivation> {
    if !is_for_derivation(page) {
        return None;
    }
    let semantics = SEMANTICS.as_ref().ok()?;
    let facts = with_reference(facts, catalog.apis());
    Some(derive(page, Grounds { catalog, facts: &facts, semantics }))
}

/// Whether the rule of `page` has to be read off its sentences: nobody has specified it or said that it cannot be.
#[must_use]
pub fn is_for_derivation(page: &RulePage) -> bool {
    page.specification.is_none() && page.front_matter.text("status").is_none()
}

/// The rule that the sentences of `page` make, if they make one.
#[must_use]
pub fn derived_rule(page: &RulePage, grounds: Grounds<'_>) -> Option<Rule> {
    let derivation = derive(page, grounds);
    let partial = derivation.status() == "partial";
    let spec = derivation.spec?;
    let applies_to: Vec<String> = page.applies_to().map(|api| api.name.clone()).collect();
    let expansion = expand(&spec, &PageReference::new(&applies_to, grounds.facts)).ok()?;
    // Locks and levels of the system itself bind every kernel-mode driver; those of a framework its drivers.
    let applicability = match page.id.model {
        Model::Wdm | Model::Generic => Applicability::Kernel,
        _ => Applicability::Framework,
    };
    Some(Rule {
        id: page.id.to_string(),
        summary: page.summary.as_ref().map_or_else(|| page.id.name.clone(), |summary| summary.value.clone()),
        family: derivation.family.to_owned(),
        applicability,
        scope: spec.scope,
        machines: expansion.machines,
        note: None,
        help: None,
        see: None,
        derived: true,
        partial,
    })
}
