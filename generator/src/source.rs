//! What everything is generated from: rules, semantics and API facts, joined in the table.

use rulebook_bundle::Bundle;
use rulebook_catalog::Catalog;
use rulebook_catalog::api_facts::{ApiFacts, ConstantFact};
use rulebook_diagnostics::Problem;
use rulebook_machine::table::Rule;
use rulebook_machine::{Level, Table};

use crate::{GenerateError, table};

/// Rules with all that is known about the functions they name.
#[derive(Debug, Clone)]
pub struct Source {
    /// The API facts, with the C types that the table leaves out.
    pub facts: ApiFacts,
    /// The table.
    pub table: Table,
    /// What is wrong with pages; they are left out of the table.
    pub problems: Vec<Problem>,
}

impl Source {
    /// The rules, semantics and facts that the program carries with it.
    pub fn bundled() -> Result<Self, GenerateError> {
        Ok(Self::of(Bundle::read()?).1)
    }

    /// What is in `bundle`: its pages, and the rest joined.
    #[must_use]
    pub fn of(bundle: Bundle) -> (Catalog, Self) {
        let facts = with_levels(bundle.facts);
        let table = table::build(bundle.rules, bundle.semantics, &facts);
        (bundle.catalog, Self { facts, table, problems: bundle.problems })
    }

    /// These rules, with the semantics that the program carries with it.
    pub fn new(rules: Vec<Rule>, facts: ApiFacts, problems: Vec<Problem>) -> Result<Self, GenerateError> {
        let table = table::build(rules, rulebook_bundle::semantics()?, &facts);
        Ok(Self { facts, table, problems })
    }
}

/// The API facts that the program carries with it.
pub fn bundled_facts() -> Result<ApiFacts, GenerateError> {
    Ok(with_levels(rulebook_bundle::facts()?))
}

/// The facts with the values of the levels.
fn with_levels(mut facts: ApiFacts) -> ApiFacts {
    // Headers of other systems number the levels by processor; ours are those of the machines.
    for level in [Level::PASSIVE, Level::APC, Level::DISPATCH, Level::HIGH] {
        let header = facts.kits.first().map(|kit| kit.header.clone()).unwrap_or_default();
        let value = i64::from(level.0);
        facts.constants.entry(level.long_name()).or_insert(ConstantFact { value, header });
    }
    facts
}
