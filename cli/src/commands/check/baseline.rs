//! `--baseline` and `--write-baseline`: findings that are known, in a file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rulebook_diagnostics::{Baseline, Fate, Known, Report};

use crate::output;
use crate::paths::{absolute, folder, relative};

/// Writes the findings of the report to one file, or takes out those that another knows.
pub(crate) fn apply(known: Option<&Path>, written: Option<&Path>, report: &mut Report) -> anyhow::Result<()> {
    match (written, known) {
        (Some(path), _) => write(path, report),
        (None, Some(path)) => compare(path, report),
        (None, None) => Ok(()),
    }
}

/// Takes out of the report what the file at `path` knows.
fn compare(path: &Path, report: &mut Report) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| {
        let path = path.display();
        format!("`{path}` cannot be read: `rulebook check … --write-baseline {path}` writes it")
    })?;
    let baseline = parse(path, &text)?;
    let sought = Sought::new(path, report);
    baseline.apply(report, &locator(path), &|known| sought.fate(known));
    Ok(())
}

/// Writes the findings of the report to `path`, so that they are known from then on; of what the file had before, that
/// stays which this run would not have found.
fn write(path: &Path, report: &mut Report) -> anyhow::Result<()> {
    let mut baseline = Baseline::of(&report.findings, &locator(path));
    let sought = Sought::new(path, report);
    if let Ok(text) = std::fs::read_to_string(path) {
        baseline.add(parse(path, &text)?, &|known| sought.fate(known) == Fate::NotSought);
    }
    output::write(path, &baseline.to_json(env!("CARGO_PKG_VERSION"))?)?;
    baseline.apply(report, &locator(path), &|known| sought.fate(known));
    Ok(())
}

fn parse(path: &Path, text: &str) -> anyhow::Result<Baseline> {
    Baseline::from_json(text).with_context(|| format!("`{}` is not a baseline", path.display()))
}

/// The paths of sources as seen from the folder of the baseline.
fn locator(path: &Path) -> impl Fn(&str) -> String {
    let folder = absolute(folder(path));
    move |source| relative(Path::new(source), &folder)
}

/// What a run looks for.
struct Sought {
    rules: BTreeSet<String>,
    /// As seen from the baseline.
    files: BTreeSet<String>,
    folder: PathBuf,
}

impl Sought {
    fn new(path: &Path, report: &Report) -> Self {
        let locate = locator(path);
        Self {
            rules: report.rules.iter().map(|rule| rule.id.clone()).collect(),
            files: report.read.iter().map(|file| locate(file)).collect(),
            folder: absolute(folder(path)),
        }
    }

    fn fate(&self, known: &Known) -> Fate {
        if !self.rules.contains(&known.rule) {
            return Fate::NotSought;
        }
        match (self.files.contains(&known.file), self.folder.join(&known.file).exists()) {
            (true, _) => Fate::Sought,
            (false, true) => Fate::NotSought,
            (false, false) => Fate::FileGone,
        }
    }
}
