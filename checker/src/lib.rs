//! The engine: lowered driver source and the rule table to findings.
//!
//! Invariant: it depends on the table alone, never on the catalog; no code here names a rule, an API,
//! a role type or a status constant.

mod adopt;
mod alias;
mod allow;
mod applies;
mod apply;
mod asks;
mod assert;
mod begin;
mod call;
mod code;
mod compiled;
mod condition;
mod contract;
mod counted;
mod describe;
mod drive;
mod dump;
mod engine;
mod event;
mod fact;
mod finding;
mod guard;
mod idle;
mod judge;
mod kept;
mod level;
mod live;
mod many;
mod merge;
mod named;
mod nothing;
mod outcomes;
mod place;
mod pointer;
mod raise;
mod references;
mod replay;
mod roles;
mod run;
mod seek;
mod small;
mod solid;
mod state;
mod store;
mod summary;
mod through;
mod trace;
mod value;
mod why;

use std::path::PathBuf;
use std::time::Duration;

use rayon::prelude::*;
use rulebook_diagnostics::report::{Report, RuleInfo, Sources};
use rulebook_diagnostics::{Problem, Severity};
use rulebook_frontend::{Cache, Project, Reader};
use rulebook_machine::{SpecError, Table};

pub use crate::allow::UNUSED as UNUSED_ALLOW;
use crate::allow::Uses;
pub use crate::dump::{Dump, View};
use crate::kept::{Keeper, Part};
pub use crate::named::Named;
pub use crate::store::{Store, StoreError};
pub use crate::why::Why;

/// What the engine takes into account; everything is on by default.
///
/// The switches exist so that the corpus can prove that its fixtures rest on what they claim to rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct Options {
    /// Branches teach facts, so that later branches on the same values agree with them.
    pub branch_facts: bool,
    /// Calls of functions with bodies are looked into.
    pub summaries: bool,
    /// Loops are gone round more than once.
    pub loops: bool,
    /// Other spellings of a function are read as the function.
    pub aliases: bool,
    /// What runs when a guarded block is left (`__finally`, `__except`) is followed.
    pub handlers: bool,
    /// A copy of an object's address is the object.
    pub copies: bool,
    /// Only these rules run (`model/Name`, compared without case); all where empty.
    pub rules: Vec<String>,
    /// Whether `Report::verdicts` is filled.
    pub verdicts: bool,
    /// The engine's view of each driver, for `Report::answers`.
    pub dump: Option<Dump>,
    /// A place at which to say why nothing was reported, for `Report::answers`.
    pub why: Option<Why>,
    /// How long one driver may take; what is not judged by then is inconclusive. Results depend on the machine where it
    /// is reached, and so there is none unless somebody asks for it.
    pub time_limit: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            branch_facts: true,
            summaries: true,
            loops: true,
            aliases: true,
            handlers: true,
            copies: true,
            rules: Vec::new(),
            verdicts: false,
            dump: None,
            why: None,
            time_limit: None,
        }
    }
}

/// The rule table of the bundled catalog, as generated.
pub fn bundled_table() -> Result<Table, SpecError> {
    Table::from_json(include_str!("../table.json"))
}

/// Finds the drivers under `paths` and checks each with every rule of `table` that concerns it.
///
/// Returns the report and the texts of the files that its findings point into.
/// `progress` is called after each driver with the number done, the number of all, and its name.
#[must_use]
pub fn check_paths(
    paths: &[PathBuf],
    table: &Table,
    options: &Options,
    progress: &(dyn Fn(usize, usize, &str) + Sync),
) -> (Report, Sources) {
    let (projects, problems) = rulebook_frontend::discover(paths);
    check(&projects, problems, table, options, progress)
}

/// Checks `projects`, in parallel; the outcome does not depend on the number of threads.
#[must_use]
pub fn check(
    projects: &[Project],
    problems: Vec<Problem>,
    table: &Table,
    options: &Options,
    progress: &(dyn Fn(usize, usize, &str) + Sync),
) -> (Report, Sources) {
    check_with(projects, problems, table, options, None, progress)
}

/// As [`check`]; the results of drivers that `store` has are taken from it, the others are put there. The outcome is the
/// same with and without a store, whatever is in it.
#[must_use]
pub fn check_with(
    projects: &[Project],
    problems: Vec<Problem>,
    table: &Table,
    options: &Options,
    store: Option<&Store>,
    progress: &(dyn Fn(usize, usize, &str) + Sync),
) -> (Report, Sources) {
    let cache = Cache::default();
    let reader = Reader::new(&table.semantics.language);
    let prepared = drive::Prepared::new(table);
    let keeper = store.and_then(|store| Keeper::new(store, table, options));
    let done = std::sync::atomic::AtomicUsize::new(0);
    // The largest first, so that no thread is left alone with one at the end.
    let mut order: Vec<usize> = (0..projects.len()).collect();
    order.sort_by_cached_key(|at| std::cmp::Reverse(size(&projects[*at])));
    // One after the other, whoever is free: halves would leave a large one for the end.
    let checked = order.into_iter().par_bridge().map(|at| {
        let project = &projects[at];
        let texts = reader.read(project, &cache);
        let part = match &keeper {
            Some(keeper) => keeper.driver(project, texts, &prepared, options),
            None => drive::driver(project, texts, &prepared, options),
        };
        let count = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        progress(count, projects.len(), &project.name);
        (at, part)
    });
    let mut parts: Vec<(usize, Part)> = checked.collect();
    parts.sort_by_key(|(at, _)| *at);
    let mut report = Report { problems, ..Report::default() };
    let mut sources = Sources::new();
    let mut uses = Uses::new();
    for (_, (part, texts, of)) in parts {
        allow::unite(&mut uses, of);
        report.add(part);
        sources.extend(texts);
    }
    report.problems.extend(allow::unused(&uses));
    report.rules = table.rules.iter().filter(|rule| drive::wanted(options, &rule.id)).map(rule_info).collect();
    report.summary.rules = report.rules.len();
    report.sort();
    (report, sources)
}

/// What outputs say about a rule of the table.
#[must_use]
pub fn rule_info(rule: &rulebook_machine::table::Rule) -> RuleInfo {
    RuleInfo {
        id: rule.id.clone(),
        summary: rule.summary.clone(),
        family: rule.family.clone(),
        severity: Severity::default(),
        note: rule.note.clone(),
        help: rule.help.clone(),
        see: rule.see.clone(),
    }
}

/// How many bytes the sources of a driver have.
fn size(project: &Project) -> u64 {
    project.sources.iter().filter_map(|source| std::fs::metadata(&source.path).ok()).map(|file| file.len()).sum()
}
