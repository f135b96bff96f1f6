//! What everything is generated from: rules, semantics and API facts, joined in the table.

use rulebook_catalog::Catalog;
use rulebook_catalog::api_facts::{ApiFacts, ConstantFact};
use rulebook_catalog::{bundled, rules};
use rulebook_diagnostics::Problem;
use rulebook_machine::table::Rule;
use rulebook_machine::{Level, Semantics, Table};

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
    /// The pages, semantics and facts that the program carries with it.
    pub fn bundled() -> Result<Self, GenerateError> {
        let (catalog, mut problems) = Catalog::bundled();
        let facts = bundled_facts()?;
        let (rules, wrong) = rules::rules_of(&catalog, &facts);
        problems.extend(wrong);
        Self::new(rules, facts, problems)
    }

    /// These rules, with the semantics that the program carries with it.
    pub fn new(rules: Vec<Rule>, facts: ApiFacts, problems: Vec<Problem>) -> Result<Self, GenerateError> {
        let table = table::build(rules, bundled_semantics()?, &facts);
        Ok(Self { facts, table, problems })
    }
}

/// The API facts that the program carries with it.
pub fn bundled_facts() -> Result<ApiFacts, GenerateError> {
    let mut facts =
        bundled::facts().map_err(|error| GenerateError::Data { path: "catalog".into(), reason: error.to_string() })?;
    // Headers of other systems number the levels by processor; ours are those of the machines.
    for level in [Level::PASSIVE, Level::APC, Level::DISPATCH, Level::HIGH] {
        let header = facts.kits.first().map(|kit| kit.header.clone()).unwrap_or_default();
        let value = i64::from(level.0);
        facts.constants.entry(level.long_name()).or_insert(ConstantFact { value, header });
    }
    Ok(facts)
}

/// The semantics that the program carries with it, all files merged.
pub fn bundled_semantics() -> Result<Semantics, GenerateError> {
    let mut semantics = Semantics::default();
    for (path, text) in bundled::files().iter().filter(|(path, _)| path.starts_with("semantics/")) {
        let part = serde_yaml::from_str(text)
            .map_err(|error| GenerateError::Data { path: format!("catalog/{path}"), reason: error.to_string() })?;
        semantics.merge(part);
    }
    Ok(semantics)
}
