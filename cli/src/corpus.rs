//! The checker against its own corpus: what is expected comes from the machines, what is found from the checker.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rulebook_checker::Options;
use rulebook_diagnostics::Problem;
use rulebook_frontend::Project;
use rulebook_frontend::project::Settings;
use rulebook_generator::Corpus;
use rulebook_generator::fixtures::{Expected, FOLDER};
use rulebook_generator::writer::Mode;
use rulebook_machine::Table;
use serde::Serialize;

use crate::progress::Progress;

/// How a result can differ from what is expected: path, line and rule.
pub(crate) type Place = (String, u32, String);

/// What came of the corpus.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Verdict {
    /// Expected and found.
    pub(crate) hit: usize,
    /// Expected, not found.
    pub(crate) missing: Vec<Place>,
    /// Found, not expected.
    pub(crate) noisy: Vec<Place>,
}

impl Verdict {
    /// The rules whose own fixtures are not as they should be.
    pub(crate) fn unproved(&self) -> BTreeSet<String> {
        self.missing.iter().chain(&self.noisy).map(|(_, _, rule)| rule.clone()).collect()
    }

    /// Whether everything is as expected.
    pub(crate) fn holds(&self) -> bool {
        self.missing.is_empty() && self.noisy.is_empty()
    }
}

/// The fixtures below `root`, each a driver of its own, and what could not be read.
///
/// The generated headers tell a compiler what the checker knows from its table: reading them a thousand times would
/// be most of the work, so they are left out.
fn discovered(root: &Path) -> (Vec<Project>, Vec<Problem>) {
    let (mut projects, problems) = rulebook_frontend::discover(&[root.join(FOLDER).join("fixtures")]);
    for source in projects.iter_mut().flat_map(|project| &mut project.sources) {
        source.settings = Settings { include_dirs: Vec::new(), ..(*source.settings).clone() }.into();
    }
    (projects, problems)
}

/// Writes the fixtures of `corpus` below `root` and returns the drivers that they are, by the rule they were made for.
pub(crate) fn projects(corpus: &Corpus, root: &Path) -> anyhow::Result<BTreeMap<String, Vec<Project>>> {
    corpus.tree.clone().apply(root, Mode::Write)?;
    let base = root.join(FOLDER).join("fixtures");
    let mut of_folder: BTreeMap<PathBuf, &str> = BTreeMap::new();
    for row in &corpus.fixtures {
        of_folder.insert(base.join(&row.name), &row.rule);
    }
    let mut by_rule: BTreeMap<String, Vec<Project>> = BTreeMap::new();
    for project in discovered(root).0 {
        let folder = project.sources.first().and_then(|source| source.path.parent());
        if let Some(rule) = folder.and_then(|folder| of_folder.get(folder)) {
            by_rule.entry((*rule).to_owned()).or_default().push(project);
        }
    }
    Ok(by_rule)
}

/// Checks the fixtures below `root` with `table`.
pub(crate) fn check(root: &Path, table: &Table, expected: &[Expected], progress: &Progress) -> Verdict {
    let (projects, problems) = discovered(root);
    let (report, _) = rulebook_checker::check(&projects, problems, table, &Options::default(), &|done, all, name| {
        progress.at(done, all, name);
    });
    let base = format!("{}/{FOLDER}/", root.to_string_lossy().replace('\\', "/").trim_end_matches('/'));
    let below = |path: &str| path.strip_prefix(&base).unwrap_or(path).to_owned();
    let found: BTreeSet<Place> = report
        .findings
        .iter()
        .map(|finding| (below(&finding.place.path), finding.place.line, finding.rule.clone()))
        .collect();
    let wanted: BTreeSet<Place> = expected.iter().map(|row| (row.path.clone(), row.line, row.rule.clone())).collect();
    Verdict {
        hit: wanted.intersection(&found).count(),
        missing: wanted.difference(&found).cloned().collect(),
        noisy: found.difference(&wanted).cloned().collect(),
    }
}

/// How many of something there are of each kind, largest first.
pub(crate) fn tally<'a>(kinds: impl Iterator<Item = &'a str>) -> Vec<(&'a str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in kinds {
        *counts.entry(kind).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    counts
}
