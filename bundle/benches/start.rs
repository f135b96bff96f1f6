//! How long the program takes to have its catalog. Aim: everything in under 20 milliseconds, in a release build on two cores.
//!
//! `cargo bench -p rulebook-bundle`; `cargo bench -p rulebook-catalog` has the same from text.

use rulebook_bundle::{Bundle, BundleError};
use rulebook_catalog::Catalog;
use rulebook_catalog::api_facts::ApiFacts;
use rulebook_diagnostics::Problem;
use rulebook_machine::Semantics;
use rulebook_machine::table::Rule;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// Pages, lists, facts, semantics and rules.
#[divan::bench]
fn everything() -> Result<Bundle, BundleError> {
    Bundle::read()
}

#[divan::bench]
fn pages() -> Result<(Catalog, Vec<Problem>), BundleError> {
    rulebook_bundle::catalog()
}

#[divan::bench]
fn facts() -> Result<ApiFacts, BundleError> {
    rulebook_bundle::facts()
}

#[divan::bench]
fn semantics() -> Result<Semantics, BundleError> {
    rulebook_bundle::semantics()
}

#[divan::bench]
fn rules() -> Result<(Vec<Rule>, Vec<Problem>), BundleError> {
    rulebook_bundle::rules()
}
