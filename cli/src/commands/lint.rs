//! `rulebook lint`: defects of documents, and the patch that mends the certain ones.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};
use rulebook_catalog::{Catalog, load};
use rulebook_diagnostics::{Format, Problem, Severity};
use rulebook_drift::lint::{Finding, Linter};
use rulebook_drift::patch::patch;
use rulebook_drift::{Entry, render};

use crate::args::{self, Colour, DefectFormat};
use crate::output::{self, Outcome};

pub(crate) fn run(args: &args::Lint, colour: Colour) -> anyhow::Result<Outcome> {
    let (catalog, problems) = documents(args)?;
    let found = Linter::bundled().context("the documents cannot be judged")?.lint(&catalog);
    let entries = || found.iter().map(|finding| finding.entry.clone()).collect::<Vec<Entry>>();
    let (form, text) = match args.format {
        DefectFormat::Text => (Format::Full, render::text(&entries())),
        DefectFormat::Json => (Format::Concise, render::json(&entries())?),
        DefectFormat::Sarif => (Format::Concise, output::sarif(&entries())?),
        DefectFormat::Github => (Format::Concise, render::github(&entries())),
        DefectFormat::Patch => (Format::Concise, diff(&found, args)),
    };
    output::problems(&problems, form, colour);
    output::deliver(&text, args.output.as_deref())?;
    let outcome = if found.is_empty() { Outcome::Clean } else { Outcome::Found };
    Ok(outcome.with(&problems))
}

/// The documents, and what of them could not be read.
fn documents(args: &args::Lint) -> anyhow::Result<(Catalog, Vec<Problem>)> {
    let existing =
        |dir: &Path| if dir.is_dir() { Ok(()) } else { bail!("`{}` is not a folder of pages", dir.display()) };
    existing(&args.docs)?;
    let (pages, mut problems) = load::load(&args.docs);
    let mut catalog = Catalog::new(pages);
    if let Some(dir) = &args.ddi {
        existing(dir)?;
        let (apis, wrong) = Catalog::load_ddi(dir);
        problems.extend(wrong);
        catalog = catalog.with_apis(apis);
    }
    // What the catalog makes of readable pages is not the question here: copies of a page, for example, are expected.
    problems.retain(|problem| problem.severity == Severity::Error);
    problems.sort();
    problems.dedup();
    Ok((catalog, problems))
}

/// The diff that mends what is certain.
fn diff(found: &[Finding], args: &args::Lint) -> String {
    let root = args.ddi.as_deref().map_or_else(|| args.docs.clone(), |ddi| shared(&args.docs, ddi));
    let name = |path: &str| {
        let below = Path::new(path).strip_prefix(&root).unwrap_or(Path::new(path));
        let parts = below.components().filter(|part| matches!(part, Component::Normal(_)));
        parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    };
    let edits = found.iter().flat_map(|finding| &finding.edits);
    patch(edits, |path| std::fs::read_to_string(path).ok(), name)
}

/// The deepest folder that holds both.
fn shared(one: &Path, other: &Path) -> PathBuf {
    let same = one.components().zip(other.components()).take_while(|(one, other)| one == other);
    same.map(|(part, _)| part).collect()
}
