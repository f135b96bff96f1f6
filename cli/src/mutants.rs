//! Which small changes of a rule's machines its examples and fixtures notice.

use std::collections::BTreeSet;

use anyhow::Context as _;
use rayon::prelude::*;
use rulebook_checker::Options;
use rulebook_frontend::Project;
use rulebook_generator::Corpus;
use rulebook_machine::Table;
use rulebook_machine::mutate::{Kind, mutants};
use rulebook_machine::table::Rule;

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
    /// What kind of thing was changed.
    pub(crate) kind: Kind,
    /// What was changed, for people.
    pub(crate) change: String,
    /// Whether the examples on the rule's page notice.
    pub(crate) by_examples: bool,
    /// Whether the rule's fixtures notice.
    pub(crate) by_fixtures: bool,
}

impl Mutant {
    /// Whether anything notices.
    pub(crate) fn noticed(&self) -> bool {
        self.by_examples || self.by_fixtures
    }
}

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
    let (of_fixtures, of_examples) = (places(&original, fixtures), places(&original, examples));
    let mutants = mutants(&rule.machines)
        .into_par_iter()
        .map(|mutant| {
            let changed = alone(&Rule { machines: mutant.machines, ..rule.clone() });
            Mutant {
                kind: mutant.kind,
                change: mutant.change,
                by_examples: places(&changed, examples) != of_examples,
                by_fixtures: places(&changed, fixtures) != of_fixtures,
            }
        })
        .collect();
    Tried { rule: rule.id.clone(), mutants }
}

fn places(table: &Table, projects: &[Project]) -> Places {
    let (report, _) = rulebook_checker::check(projects, Vec::new(), table, &Options::default(), &|_, _, _| {});
    report.findings.into_iter().map(|finding| (finding.place.path, finding.place.line)).collect()
}
