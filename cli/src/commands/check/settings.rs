//! What holds for a check: the command line over `rulebook.toml` over what is built in.

mod exclude;
mod gather;
mod shown;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rulebook_diagnostics::{Problem, Report, Severity};
use rulebook_frontend::Project;
use rulebook_machine::Table;

use self::exclude::Exclude;
use self::gather::Gather;
use crate::args;
use crate::config::{Config, Weight};

/// Everything that holds.
#[derive(Debug)]
pub(super) struct Settings {
    /// The ids of the rules that run, at least one.
    rules: BTreeSet<String>,
    /// Whether these are all that there are.
    all: bool,
    severities: BTreeMap<String, Severity>,
    exclude: Vec<Exclude>,
    defines: Vec<(String, String)>,
    /// The file of known findings.
    pub(super) baseline: Option<PathBuf>,
    /// All of this for people, with where it is said.
    pub(super) shown: String,
}

impl Settings {
    /// What holds, or what is wrong with the configuration.
    pub(super) fn new(args: &args::Check, table: &Table) -> anyhow::Result<Result<Self, Vec<Problem>>> {
        let (config, problems) = Config::load(args.config.as_deref())?;
        let mut gather = Gather::new(table, &args.rules, problems);
        let said = gather.said(args, &config)?;
        if !gather.problems.is_empty() {
            gather.problems.sort_by(|a, b| (&a.place, a).cmp(&(&b.place, b)));
            return Ok(Err(gather.problems));
        }
        let weights = said.weights();
        let mut rules: BTreeSet<String> = match &said.rules[..] {
            [] => table.rules.iter().map(|rule| rule.id.clone()).collect(),
            chosen => chosen.iter().flat_map(|choice| choice.rules.iter().cloned()).collect(),
        };
        rules.retain(|rule| !said.ignore.iter().any(|choice| choice.rules.contains(rule)));
        // A rule that is asked for by name runs, whatever the file says.
        rules.retain(|rule| !args.only.is_empty() || weights.get(rule) != Some(&Weight::Off));
        if rules.is_empty() && !args.show_config {
            anyhow::bail!("no rule is left to run: `rulebook check --show-config` shows what leaves them out");
        }
        let shown = said.shown(&config, rules.len(), table.rules.len());
        let severities = weights.into_iter().filter_map(|(rule, weight)| match weight {
            Weight::On(severity) => Some((rule, severity)),
            Weight::Off => None,
        });
        Ok(Ok(Self {
            all: rules.len() == table.rules.len(),
            rules,
            severities: severities.collect(),
            exclude: said.exclude.into_iter().map(|(_, exclude)| exclude).collect(),
            defines: said.defines.into_iter().map(|(_, define)| define).collect(),
            baseline: said.baseline.map(|(path, _)| path),
            shown,
        }))
    }

    /// The rules to run as the engine is told: none named where all run.
    pub(super) fn rules(&self) -> Vec<String> {
        if self.all { Vec::new() } else { self.rules.iter().cloned().collect() }
    }

    /// The drivers below the paths given, and what is wrong with their descriptions.
    pub(super) fn drivers(&self, paths: &[PathBuf]) -> (Vec<Project>, Vec<Problem>) {
        let (mut projects, problems) = rulebook_frontend::discover_but(paths, &|path| self.excludes(path));
        rulebook_frontend::define(&mut projects, &self.defines);
        (projects, problems)
    }

    /// Leaves out what headers that are excluded give rise to, and weighs the rest.
    pub(super) fn apply(&self, report: &mut Report) {
        if !self.exclude.is_empty() {
            let mut known = BTreeMap::new();
            let mut kept =
                |path: &str| !*known.entry(path.to_owned()).or_insert_with(|| self.excludes(Path::new(path)));
            report.findings.retain(|finding| kept(&finding.place.path));
            report.allowed.retain(|allowed| kept(&allowed.finding.place.path));
            report.problems.retain(|problem| !problem.code.starts_with("allow/") || kept(&problem.place.path));
            report.summary.suppressed = report.allowed.len();
        }
        let allowed = report.allowed.iter_mut().map(|allowed| &mut allowed.finding);
        for finding in report.findings.iter_mut().chain(allowed) {
            if let Some(severity) = self.severities.get(&finding.rule) {
                finding.severity = *severity;
            }
        }
        for rule in &mut report.rules {
            if let Some(severity) = self.severities.get(&rule.id) {
                rule.severity = *severity;
            }
        }
    }

    fn excludes(&self, path: &Path) -> bool {
        self.exclude.iter().any(|exclude| exclude.covers(path))
    }
}
