//! How long checking takes beside reading, parsing and lowering the same drivers alone. Aim: at most three times as long,
//! and where nothing has changed at most a fifth of that.
//!
//! `RULEBOOK_DRIVERS=FOLDER cargo bench -p rulebook-checker`; without a folder, the sources of the tests are read.

use std::env;
use std::path::PathBuf;

use divan::Bencher;
use rayon::prelude::*;
use rulebook_checker::{Options, Store, bundled_table, check, check_paths, check_with};
use rulebook_frontend::{Cache, Project, Reader, discover, load};

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

/// The driver that half of the others are smaller than.
fn middle() -> Vec<Project> {
    let (mut projects, _) = discover(&drivers());
    projects.sort_by_key(|project| project.sources.len());
    let middle = projects.len() / 2;
    projects.into_iter().skip(middle).take(1).collect()
}

/// From disk to texts whose directives are decided: what has to be done even where nothing has changed.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn read_alone(bencher: Bencher<'_, '_>) {
    let (paths, table) = (drivers(), bundled_table().expect("the bundled table is whole"));
    bencher.bench(|| {
        let (projects, _) = discover(&paths);
        let (reader, cache) = (Reader::new(&table.semantics.language), Cache::default());
        let read = projects.par_iter().with_max_len(1);
        read.map(|project| usize::from(reader.read(project, &cache).digest()[0])).sum::<usize>()
    });
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

/// All rules, where the results of an earlier run are there.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn all_rules_unchanged(bencher: Bencher<'_, '_>) {
    let (paths, table) = (drivers(), bundled_table().expect("the bundled table is whole"));
    let folder = tempfile::tempdir().expect("there is room for results");
    let run = || {
        let store = Store::new(folder.path().to_owned());
        let (projects, problems) = discover(&paths);
        check_with(&projects, problems, &table, &Options::default(), Some(&store), &|_, _, _| {}).0.findings.len()
    };
    run();
    bencher.bench(run);
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

/// All rules on one driver, without looking for it.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn one_driver(bencher: Bencher<'_, '_>) {
    let (project, table) = (middle(), bundled_table().expect("the bundled table is whole"));
    bencher.bench(|| check(&project, Vec::new(), &table, &Options::default(), &|_, _, _| {}).0.findings.len());
}

/// The same driver, from disk to control flow.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn one_driver_load_alone(bencher: Bencher<'_, '_>) {
    let (project, table) = (middle(), bundled_table().expect("the bundled table is whole"));
    let load = |project| load(project, &table.semantics.language, &Cache::default(), false).units.len();
    bencher.bench(|| project.iter().map(load).sum::<usize>());
}

/// The table that every check starts with.
#[divan::bench]
fn table() -> usize {
    bundled_table().expect("the bundled table is whole").rules.len()
}
