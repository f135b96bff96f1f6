//! How long reading takes: pages, reference and our own data, from text. Aim, in a release build on two cores: all pages
//! and the reference under half a second. The bench of `rulebook-bundle` has what programs start with.
//!
//! `cargo bench -p rulebook-catalog`; the first two need `RULEBOOK_UPSTREAM`, and are left out without it.

use std::env;
use std::path::PathBuf;

use divan::Bencher;
use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::{Catalog, Lists, bundled};

fn main() {
    divan::main();
}

fn upstream(folder: &str) -> Option<PathBuf> {
    env::var_os("RULEBOOK_UPSTREAM").map(|root| PathBuf::from(root).join(folder)).filter(|folder| folder.is_dir())
}

/// 437 rule pages, with the pages of sets and the contents.
#[divan::bench]
fn rule_pages(bencher: Bencher<'_, '_>) {
    if let Some(folder) = upstream("devtest") {
        bencher.bench(|| Catalog::load_pages(&folder));
    }
}

/// 1,750 pages of the API reference.
#[divan::bench]
fn reference_pages(bencher: Bencher<'_, '_>) {
    if let Some(folder) = upstream("ddi") {
        bencher.bench(|| Catalog::load_ddi(&folder));
    }
}

#[divan::bench]
fn bundled_rules() -> usize {
    Catalog::bundled().0.rules().len()
}

#[divan::bench]
fn bundled_facts() -> bool {
    let apis: Vec<_> = bundled::files().iter().copied().filter(|(path, _)| path.starts_with("apis/")).collect();
    ApiFacts::parse(&apis).is_ok()
}

#[divan::bench]
fn bundled_lists() -> bool {
    Lists::bundled().is_ok()
}
