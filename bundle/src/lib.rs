//! The catalog that the program carries with it, read when the program was built.
//!
//! The truth is the text in `catalog/`; the build script reads it by the same code that reads anybody's pages, and
//! keeps what came of it. So nothing here can be stale, and nothing of it stands in the tree.

use rulebook_catalog::Catalog;
use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::packed::{self, PackError};
use rulebook_diagnostics::Problem;
use rulebook_machine::Semantics;
use rulebook_machine::table::Rule;

/// The parts, as the build script wrote them.
macro_rules! part {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name))
    };
}

/// Why the bundled data could not be read: never by what a user does.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The pages, lists or facts.
    #[error(transparent)]
    Packed(#[from] PackError),
    /// The semantics or the rules.
    #[error("the bundled rules are damaged: {0}")]
    Rules(#[from] serde_json::Error),
}

/// Our rule pages with the lists over them, and what is wrong with them: as [`Catalog::bundled`] reads them.
pub fn catalog() -> Result<(Catalog, Vec<Problem>), BundleError> {
    let (pages, problems) = packed::unpack(part!("pages.bin"))?;
    Ok((Catalog::new(pages), problems))
}

/// The facts about APIs.
pub fn facts() -> Result<ApiFacts, BundleError> {
    Ok(packed::facts::unpack(part!("facts.bin"))?)
}

/// The semantics, all files joined.
pub fn semantics() -> Result<Semantics, BundleError> {
    Ok(serde_json::from_slice(part!("semantics.json"))?)
}

/// The rules of our pages that can run, by id, and what is wrong with the specifications of the others.
pub fn rules() -> Result<(Vec<Rule>, Vec<Problem>), BundleError> {
    Ok(serde_json::from_slice(part!("rules.json"))?)
}

/// Everything, read at once.
#[derive(Debug)]
pub struct Bundle {
    /// The pages and lists.
    pub catalog: Catalog,
    /// The facts about APIs.
    pub facts: ApiFacts,
    /// The semantics.
    pub semantics: Semantics,
    /// The rules that can run.
    pub rules: Vec<Rule>,
    /// What is wrong with pages and specifications.
    pub problems: Vec<Problem>,
}

impl Bundle {
    /// Reads all parts, each on a thread of its own if there are so many.
    pub fn read() -> Result<Self, BundleError> {
        let ((pages, facts), (rules, semantics)) =
            rayon::join(|| rayon::join(catalog, facts), || rayon::join(rules, semantics));
        let ((catalog, mut problems), (rules, wrong)) = (pages?, rules?);
        problems.extend(wrong);
        Ok(Self { catalog, facts: facts?, semantics: semantics?, rules, problems })
    }
}
