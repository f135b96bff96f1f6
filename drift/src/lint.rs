//! Defects of documents: what a maintainer of the pages would want to mend.
//!
//! One module for each kind of evidence. A check that needs evidence which is not at hand says nothing: a folder of rule
//! pages alone is a folder without a reference, not one that is wrong everywhere. No check knows a rule or a function by
//! name; what words mean stands in `data/words.yaml`.

mod applies_to;
mod bug_check;
mod callers;
mod code;
mod compliance;
mod context;
mod description;
mod finding;
mod identity;
mod irql;
mod kinds;
mod known;
mod layout;
mod links;
mod listed;
mod lists;
mod mixed_up;
mod names;
mod objects;
mod options;
mod own_name;
mod places;
mod raw_links;
mod reference;
mod rule_sets;
mod same_text;
mod sentences;
mod status;
mod typography;
mod vague;
mod wording;
mod words;

use rulebook_bundle::BundleError;
use rulebook_catalog::Catalog;
use thiserror::Error;

pub use finding::Finding;
pub use kinds::KINDS;

use context::{Context, Lore};

/// Why documents could not be judged: the data that the program carries with it is damaged.
#[derive(Debug, Error)]
pub enum LintError {
    /// The facts about APIs or the semantics.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The lists of words.
    #[error("the bundled words are damaged")]
    Words(#[from] serde_yaml::Error),
    /// An expression among the words.
    #[error("an expression among the bundled words is damaged")]
    Expression(#[from] regex::Error),
}

/// One kind of evidence.
type Check = fn(&Context<'_>, &mut Vec<Finding>);

const CHECKS: &[Check] = &[
    bug_check::check,
    options::check,
    identity::check,
    own_name::check,
    mixed_up::check,
    description::check,
    wording::check,
    names::check,
    links::check,
    raw_links::check,
    lists::check,
    rule_sets::check,
    applies_to::check,
    vague::check,
    compliance::check,
    irql::check,
    objects::check,
    same_text::check,
    code::check,
    typography::check,
    sentences::check,
    layout::check,
    reference::check,
    callers::check,
    status::check,
];

/// Finds defects, with what the program knows of interfaces and words.
pub struct Linter {
    lore: Lore,
}

impl Linter {
    /// A linter with the bundled data, which takes longer to read than most documents to judge.
    pub fn bundled() -> Result<Self, LintError> {
        Ok(Self { lore: Lore::bundled()? })
    }

    /// The defects of the documents in `catalog`, by place; each place and kind once.
    #[must_use]
    pub fn lint(&self, catalog: &Catalog) -> Vec<Finding> {
        let context = Context::new(catalog, &self.lore);
        let mut found = Vec::new();
        for check in CHECKS {
            check(&context, &mut found);
        }
        found.sort();
        found.dedup_by(|a, b| a.entry == b.entry);
        found
    }
}
