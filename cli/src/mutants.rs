//! Which small changes of a rule's machines its examples and fixtures notice.

use std::collections::BTreeSet;

use anyhow::Context as _;
use rayon::prelude::*;
use rulebook_checker::Options;
use rulebook_frontend::Project;
use rulebook_generator::Corpus;
use rulebook_machine::mutate::{self as machine, Change, mutants};
use rulebook_machine::table::Rule;
use rulebook_machine::{Machine, Table};

use crate::inputs::Loaded;
use crate::progress::Progress;
use crate::{corpus, examples};

/// What came of one rule's mutants.
#[derive(Debug)]
pub(crate) struct Tried {
    /// The rule.
    pub(crate) rule: String,
    /// Its mutants.
    pub(crate) mutants: Vec<Mutant>,
}

/// What came of one mutant.
#[derive(Debug)]
pub(crate) struct Mutant {
    /// What was changed.
    pub(crate) change: Change,
    /// Whether the examples on the rule's page notice.
    pub(crate) by_examples: bool,
    /// Whether the rule's fixtures notice; not asked where the examples do.
    pub(crate) by_fixtures: bool,
}

impl Mutant {
    /// Whether anything notices.
    pub(crate) fn noticed(&self) -> bool {
        self.by_examples || self.by_fixtures
    }
}

/// How many fixtures are checked at a time, before it is asked whether they notice.
const AT_ONCE: usize = 4;

/// Path and line.
type Places = BTreeSet<(String, u32)>;

/// Tries every mutant of every rule that is loaded.
///
/// The sources that they run on are those of the rules as they are; they stand below a folder of the system's for
/// temporary files as long as this takes.
pub(crate) fn run(loaded: &Loaded, made: &Corpus, progress: &Progress) -> anyhow::Result<Vec<Tried>> {
    let folder = tempfile::tempdir().context("no folder for temporary files")?;
    let fixtures = corpus::projects(made, &folder.path().join("fixtures"))?;
    let table = &loaded.source.table;
    let mut all = Vec::new();
    for (done, rule) in table.rules.iter().enumerate() {
        progress.at(done, table.rules.len(), &rule.id);
        let own = fixtures.get(&rule.id).map(Vec::as_slice).unwrap_or_default();
        let scratch = folder.path().join("examples").join(done.to_string());
        let shown = examples::projects(loaded, rule, &scratch)?;
        all.push(of_rule(table, rule, own, &shown));
    }
    Ok(all)
}

fn of_rule(table: &Table, rule: &Rule, fixtures: &[Project], examples: &[Project]) -> Tried {
    let alone = |rule: &Rule| Table {
        generated: String::new(),
        schema: table.schema,
        rules: vec![rule.clone()],
        semantics: table.semantics.clone(),
    };
    let original = alone(rule);
    let of_examples = places(&original, examples);
    // Most is noticed by those that hold many sequences: they come first.
    let mut fixtures = fixtures.to_vec();
    fixtures.sort_by_key(|project| std::cmp::Reverse(size(project)));
    let fixtures: Vec<(&[Project], Places)> =
        fixtures.chunks(AT_ONCE).map(|projects| (projects, places(&original, projects))).collect();
    let changed = |(at, machine): (usize, &Machine)| {
        let one = |mutant: machine::Mutant| {
            let mut machines = rule.machines.clone();
            machines[at] = mutant.machine;
            (mutant.change, Rule { machines, ..rule.clone() })
        };
        mutants(machine, &table.semantics.aliases).into_iter().map(one).collect::<Vec<_>>()
    };
    let all: Vec<(Change, Rule)> = rule.machines.iter().enumerate().flat_map(changed).collect();
    let tried = |(change, rule): (Change, Rule)| {
        let changed = alone(&rule);
        let by_examples = places(&changed, examples) != of_examples;
        let noticed = |(projects, of_fixtures): &(&[Project], Places)| places(&changed, projects) != *of_fixtures;
        Mutant { change, by_examples, by_fixtures: !by_examples && fixtures.iter().any(noticed) }
    };
    let mutants = all.into_par_iter().map(tried).collect();
    Tried { rule: rule.id.clone(), mutants }
}

/// How large the sources of a fixture are, in bytes.
fn size(project: &Project) -> u64 {
    let files = project.sources.iter().filter_map(|source| std::fs::metadata(&source.path).ok());
    files.map(|file| file.len()).sum()
}

fn places(table: &Table, projects: &[Project]) -> Places {
    let (report, _) = rulebook_checker::check(projects, Vec::new(), table, &Options::default(), &|_, _, _| {});
    report.findings.into_iter().map(|finding| (finding.place.path, finding.place.line)).collect()
}
