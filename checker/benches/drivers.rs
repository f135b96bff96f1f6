//! How long checking takes beside reading, parsing and lowering the same drivers alone. Aim: at most three times as long.
//!
//! `RULEBOOK_DRIVERS=FOLDER cargo bench -p rulebook-checker`; without a folder, the sources of the tests are read.

use std::env;
use std::path::PathBuf;

use divan::Bencher;
use rayon::prelude::*;
use rulebook_checker::{Options, bundled_table, check, check_paths};
use rulebook_frontend::{Cache, discover, load};

// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

fn drivers() -> Vec<PathBuf> {
    let own = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    vec![env::var_os("RULEBOOK_DRIVERS").map_or_else(own, PathBuf::from)]
}

/// From disk to control flow, without a rule.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn load_alone(bencher: Bencher<'_, '_>) {
    let (paths, table) = (drivers(), bundled_table().expect("the bundled table is whole"));
    bencher.bench(|| {
        let (projects, _) = discover(&paths);
        let cache = Cache::default();
        let loaded = projects.par_iter().with_max_len(1);
        loaded.map(|project| load(project, &table.semantics.language, &cache, false).units.len()).sum::<usize>()
    });
}

/// All rules.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn all_rules(bencher: Bencher<'_, '_>) {
    let (paths, table) = (drivers(), bundled_table().expect("the bundled table is whole"));
    bencher.bench(|| check_paths(&paths, &table, &Options::default(), &|_, _, _| {}).0.findings.len());
}

/// One rule, as somebody looks for one thing.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn one_rule(bencher: Bencher<'_, '_>) {
    let (paths, table) = (drivers(), bundled_table().expect("the bundled table is whole"));
    let first = table.rules.first().map(|rule| rule.id.clone());
    let options = Options { rules: first.into_iter().collect(), ..Options::default() };
    bencher.bench(|| {
        let (projects, problems) = discover(&paths);
        check(&projects, problems, &table, &options, &|_, _, _| {}).0.findings.len()
    });
}
