//! Our own catalog as a folder: what `sync` reads, and the only place that writes into it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::{Catalog, bundled};
use rulebook_diagnostics::Problem;
use rulebook_drift::sync::{FactFile, KnownDifferences, Step};

/// The file of the differences that stay.
const KNOWN: &str = "known-differences.yaml";

/// Our pages, facts and known differences.
pub(crate) struct Own {
    pub(crate) pages: Catalog,
    pub(crate) problems: Vec<Problem>,
    pub(crate) files: Vec<FactFile>,
    pub(crate) facts: ApiFacts,
    pub(crate) known: KnownDifferences,
}

impl Own {
    /// The catalog in `dir`, or the bundled one.
    pub(crate) fn load(dir: Option<&Path>) -> anyhow::Result<Self> {
        let (pages, problems, files, facts, (known_path, known)) = match dir {
            None => {
                let (pages, problems) = rulebook_bundle::catalog()?;
                let apis = bundled::files().iter().filter(|(path, _)| path.starts_with("apis/"));
                let files = apis.map(|(path, text)| FactFile { path: (*path).to_owned(), text: (*text).to_owned() });
                let known = bundled::file(KNOWN).unwrap_or_default().to_owned();
                (pages, problems, files.collect(), rulebook_bundle::facts()?, (KNOWN.to_owned(), known))
            }
            Some(dir) => {
                let rules = dir.join("rules");
                if !rules.is_dir() {
                    bail!("`{}` is not a catalog: it has no folder `rules`", dir.display());
                }
                let (pages, problems) = Catalog::load_pages(&rules);
                let known = dir.join(KNOWN);
                let text = match fs::read_to_string(&known) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
                    read => read.with_context(|| format!("`{}` cannot be read", known.display()))?,
                };
                let files = fact_files(&dir.join("apis"))?;
                let texts: Vec<(&str, &str)> =
                    files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
                let facts = ApiFacts::parse(&texts)?;
                (pages, problems, files, facts, (shown(&known), text))
            }
        };
        let known = KnownDifferences::parse(&known_path, &known)?;
        Ok(Self { pages, problems, files, facts, known })
    }
}

/// A path with `/` between its parts.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn fact_files(dir: &Path) -> anyhow::Result<Vec<FactFile>> {
    let mut paths: Vec<PathBuf> = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        entries => {
            let entries = entries.with_context(|| format!("`{}` cannot be read", dir.display()))?;
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?
        }
    };
    paths.retain(|path| path.extension().is_some_and(|end| end == "yaml"));
    paths.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        Ok(FactFile { path: shown(path), text })
    };
    paths.iter().map(read).collect()
}

/// Writes one page below `root`, the catalog's folder. Nothing outside it is touched, whatever links stand there.
pub(crate) fn write(root: &Path, step: &Step) -> anyhow::Result<()> {
    let target = place(root, &step.path)?;
    match (&step.moved_from, fs::symlink_metadata(&target)) {
        (_, Ok(meta)) if !meta.is_file() => bail!("`{}` is not a file; it stays as it is", target.display()),
        (Some(_), Ok(_)) => bail!("`{}` is there already; nothing is put in its place", target.display()),
        (None, Ok(_)) if step.new => {
            bail!("`{}` is there already, and is not this rule's page; it stays as it is", target.display())
        }
        _ => {}
    }
    if let Some(from) = &step.moved_from {
        let from = place(root, from)?;
        fs::rename(&from, &target).with_context(|| format!("`{}` cannot be moved", from.display()))?;
    }
    fs::write(&target, &step.text).with_context(|| format!("`{}` cannot be written", target.display()))
}

/// The place of `path` below `root`, its folders made; a folder that is a link is refused.
fn place(root: &Path, path: &str) -> anyhow::Result<PathBuf> {
    let parts: Vec<&str> = path.split('/').collect();
    if parts.iter().any(|part| part.is_empty() || part.starts_with('.') || part.contains(['\\', ':', '\0'])) {
        bail!("`{path}` is no path of a page");
    }
    let mut place = root.to_owned();
    let Some((name, folders)) = parts.split_last() else { bail!("`{path}` is no path of a page") };
    for folder in folders {
        unlike_another(&place, folder)?;
        place.push(folder);
        match fs::symlink_metadata(&place) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => bail!("`{}` is not a folder; a link is not followed", place.display()),
            Err(_) => fs::create_dir(&place).with_context(|| format!("`{}` cannot be made", place.display()))?,
        }
    }
    unlike_another(&place, name)?;
    Ok(place.join(name))
}

/// Refuses a name beside one that differs in case only: on many systems they are one file.
fn unlike_another(folder: &Path, name: &str) -> anyhow::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let other = entry.file_name().to_string_lossy().into_owned();
        if other != name && other.eq_ignore_ascii_case(name) {
            bail!("`{name}` differs from `{other}` in `{}` in case only; nothing is written", folder.display());
        }
    }
    Ok(())
}
