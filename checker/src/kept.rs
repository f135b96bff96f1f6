//! Results of drivers that are as they were when they were checked before.
//!
//! What decides a result stands in its key: the engine, the table, the options, and what was read of the driver
//! ([`Texts::digest`]). Files are read and `#include`s are looked up anew in each run, so that nothing has to be believed
//! about a folder; a result names files by their numbers, so that it holds wherever the driver lies.

use std::collections::BTreeMap;
use std::io;

use rulebook_diagnostics::report::{Report, Sources, Summary, Verdict};
use rulebook_diagnostics::{Allowed, Finding, Place, Problem};
use rulebook_frontend::{Project, Texts};
use rulebook_machine::Table;
use serde::{Deserialize, Serialize};

use crate::Options;
use crate::allow::{Use, Uses};
use crate::drive::{self, Prepared};
use crate::store::Store;

/// What a check of one driver comes to.
pub(crate) type Part = (Report, Sources, Uses);

/// A store, as one run uses it.
pub(crate) struct Keeper<'s> {
    store: &'s Store,
    /// The part of keys that is the same for all drivers.
    key: blake3::Hasher,
}

/// A result as it is kept: the paths of places are numbers of files.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    findings: Vec<Finding>,
    allowed: Vec<Allowed>,
    /// Those that came after reading.
    problems: Vec<Problem>,
    summary: Summary,
    verdicts: Vec<Verdict>,
    uses: Vec<(Place, String, Use)>,
    /// The files whose texts outputs show.
    shown: Vec<usize>,
}

impl<'s> Keeper<'s> {
    /// `None` where something is asked that no earlier run has answered.
    pub(crate) fn new(store: &'s Store, table: &Table, options: &Options) -> Option<Self> {
        if options.dump.is_some() || options.why.is_some() {
            return None;
        }
        let mut rules: Vec<String> = options.rules.iter().map(|rule| rule.to_ascii_lowercase()).collect();
        rules.sort();
        rules.dedup();
        let options = Options { rules, ..complete(options) };
        let mut key = blake3::Hasher::new();
        for part in [env!("CARGO_PKG_VERSION"), env!("RULEBOOK_ENGINE"), &format!("{options:?}")] {
            key.update(blake3::hash(part.as_bytes()).as_bytes());
        }
        serde_json::to_writer(io::BufWriter::new(&mut key), table).ok()?;
        Some(Self { store, key })
    }

    /// What comes of a driver: from an earlier run if it is known, else from a check, which is kept.
    pub(crate) fn driver(
        &self,
        project: &Project,
        texts: Texts<'_>,
        prepared: &Prepared<'_>,
        options: &Options,
    ) -> Part {
        let key = self.key.clone().update(&texts.digest()).finalize().to_hex();
        let kept = self.store.get(&key).and_then(|text| serde_json::from_slice::<Kept>(&text).ok());
        let (mut report, sources, uses) = kept.and_then(|kept| kept.restored(project, &texts)).unwrap_or_else(|| {
            let read = texts.problems().to_vec();
            let files: Vec<String> = texts.files().into_iter().map(|(path, _)| path.to_owned()).collect();
            let part = drive::driver(project, texts, prepared, &complete(options));
            if !self.store.is_broken()
                && let Some(text) = Kept::of(&part, &files, &read).and_then(|kept| serde_json::to_vec(&kept).ok())
            {
                self.store.put(&key, &text);
            }
            part
        });
        if !options.verdicts {
            report.verdicts.clear();
        }
        (report, sources, uses)
    }
}

/// Options under which nothing is left out that others ask for.
fn complete(options: &Options) -> Options {
    Options { verdicts: true, ..options.clone() }
}

impl Kept {
    /// `None` where a place lies in a file that is none of the driver's.
    fn of((report, sources, uses): &Part, files: &[String], read: &[Problem]) -> Option<Self> {
        let numbers: BTreeMap<&str, usize> = files.iter().enumerate().map(|(at, path)| (path.as_str(), at)).collect();
        let new = report.problems.iter().filter(|problem| !read.contains(problem));
        let mut kept = Self {
            findings: report.findings.clone(),
            allowed: report.allowed.clone(),
            problems: new.cloned().collect(),
            summary: report.summary,
            verdicts: report.verdicts.clone(),
            uses: uses.iter().map(|((place, word), of)| (place.clone(), word.clone(), *of)).collect(),
            shown: sources.keys().map(|path| numbers.get(path.as_str()).copied()).collect::<Option<_>>()?,
        };
        for verdict in &mut kept.verdicts {
            verdict.driver.clear();
        }
        kept.each_place(&mut |place| numbers.get(place).map(ToString::to_string))?;
        Some(kept)
    }

    /// The result for the driver as it lies here.
    fn restored(mut self, project: &Project, texts: &Texts<'_>) -> Option<Part> {
        let files = texts.files();
        self.each_place(&mut |number| Some((*files.get(number.parse::<usize>().ok()?)?.0).to_owned()))?;
        let shown = self.shown.iter().map(|number| {
            let (path, text) = files.get(*number)?;
            Some(((*path).to_owned(), (*text).to_owned()))
        });
        let sources = shown.collect::<Option<Sources>>()?;
        for verdict in &mut self.verdicts {
            verdict.driver.clone_from(&project.name);
        }
        let mut problems = texts.problems().to_vec();
        problems.append(&mut self.problems);
        let report = Report {
            findings: self.findings,
            allowed: self.allowed,
            problems,
            summary: self.summary,
            verdicts: self.verdicts,
            read: files.iter().map(|(path, _)| (*path).to_owned()).collect(),
            ..Report::default()
        };
        let uses = self.uses.into_iter().map(|(place, word, of)| ((place, word), of)).collect();
        Some((report, sources, uses))
    }

    /// Puts another path into each place; `None` where `path` has none for it.
    fn each_place(&mut self, path: &mut dyn FnMut(&str) -> Option<String>) -> Option<()> {
        let mut change = |place: &mut Place| {
            place.path = path(&place.path)?;
            Some(())
        };
        for finding in self.findings.iter_mut().chain(self.allowed.iter_mut().map(|allowed| &mut allowed.finding)) {
            change(&mut finding.place)?;
            finding.trace.iter_mut().try_for_each(|step| change(&mut step.place))?;
        }
        self.allowed.iter_mut().try_for_each(|allowed| change(&mut allowed.place))?;
        for problem in &mut self.problems {
            change(&mut problem.place)?;
            problem.related.iter_mut().try_for_each(|related| change(&mut related.place))?;
        }
        self.uses.iter_mut().try_for_each(|(place, ..)| change(place))
    }
}
