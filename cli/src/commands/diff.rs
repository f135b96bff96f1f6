//! `rulebook diff`: what changed in meaning between two sets of documents.

use std::path::Path;

use anyhow::{Context as _, bail};
use rulebook_catalog::load::{load, load_texts};
use rulebook_catalog::{Catalog, Source};
use rulebook_diagnostics::{Format, Problem};
use rulebook_drift::render;

use crate::args::{self, Changes, Colour};
use crate::output::{self, Outcome};
use crate::revisions;

pub(crate) fn run(args: &args::Diff) -> anyhow::Result<Outcome> {
    let read = |name: &str| match &args.repo {
        Some(repo) => revisions::load(repo, name),
        None => documents(name),
    };
    let ((old, mut problems), (new, wrong)) = (read(&args.old)?, read(&args.new)?);
    problems.extend(wrong);
    problems.sort();
    problems.dedup();
    output::problems(&problems, Format::Concise, Colour::Never);
    let entries = rulebook_drift::diff(&old, &new);
    let text = match args.format {
        Changes::Markdown => render::markdown(&entries),
        Changes::Text => render::by_page(&entries, ["is", "was"]),
        Changes::Json => render::json(&entries)?,
        Changes::Sarif => output::sarif(&entries)?,
        Changes::Github => render::github(&entries),
    };
    output::deliver(&text, args.output.as_deref())?;
    let outcome = if entries.is_empty() { Outcome::Clean } else { Outcome::Found };
    Ok(outcome.with(&problems))
}

/// The documents in a folder, or a page by itself.
fn documents(name: &str) -> anyhow::Result<(Catalog, Vec<Problem>)> {
    let path = Path::new(name);
    let (pages, problems) = if path.is_dir() {
        load(path)
    } else if path.is_file() {
        let bytes = std::fs::read(path).with_context(|| format!("`{name}` cannot be read"))?;
        let source = Source::decode(name.replace('\\', "/"), &bytes);
        load_texts([(source.path.as_str(), source.text.as_str())])
    } else {
        bail!("`{name}` is neither a folder of documents nor a page; with `--repo DIR` it may be a revision")
    };
    Ok((Catalog::new(pages), problems))
}
