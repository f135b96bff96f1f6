//! Which drivers there are below the paths given, and which files, macros and folders each is made of.

mod folder;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rulebook_diagnostics::{Place, Problem};

use crate::headers::{HeaderIndex, normalized};
use crate::source::shown;

/// A driver as its build describes it.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its name: that of the project file, folder or source file, without extension.
    pub name: String,
    /// The project file, folder or source file.
    pub path: PathBuf,
    /// Its translation units, ordered by path.
    pub sources: Vec<SourceEntry>,
    /// What is wrong with its description.
    pub problems: Vec<Problem>,
}

/// A translation unit.
#[derive(Debug, Clone)]
pub struct SourceEntry {
    /// The file.
    pub path: PathBuf,
    /// How it is compiled.
    pub settings: Arc<Settings>,
}

/// How a file is compiled, as far as it matters to what it says.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Macros from the command line or the project, with their values.
    pub defines: Vec<(String, String)>,
    /// Macros that are undefined there.
    pub undefines: Vec<String>,
    /// Folders in which headers are looked for.
    pub include_dirs: Vec<PathBuf>,
    /// Headers included before the first line.
    pub forced_includes: Vec<String>,
    /// Every header below the paths given.
    pub headers: Arc<HeaderIndex>,
}

/// Finds the drivers below `paths`; what cannot be read is a problem, and the rest is found all the same.
#[must_use]
pub fn discover(paths: &[PathBuf]) -> (Vec<Project>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut files = folder::Files::default();
    for path in paths {
        folder::collect(&normalized(path), &mut files, &mut problems);
    }
    let headers = Arc::new(HeaderIndex::new(files.headers.clone()));
    let settings = Arc::new(Settings { headers, ..Settings::default() });
    let mut projects = Vec::new();
    for (dir, sources) in folder::by_folder(&files.sources) {
        projects.push(loose(&dir, sources, &settings));
    }
    problems.sort();
    (projects, problems)
}

/// Every source file and header below `paths`, and settings under which headers find each other.
pub(crate) fn all_files(paths: &[PathBuf]) -> (Vec<PathBuf>, Settings) {
    let mut files = folder::Files::default();
    for path in paths {
        folder::collect(&normalized(path), &mut files, &mut Vec::new());
    }
    let settings = Settings { headers: Arc::new(HeaderIndex::new(files.headers.clone())), ..Settings::default() };
    let mut all = files.sources;
    all.extend(files.headers);
    all.sort_unstable();
    (all, settings)
}

fn loose(dir: &Path, sources: Vec<PathBuf>, settings: &Arc<Settings>) -> Project {
    let name = dir.file_name().map_or_else(|| ".".to_owned(), |name| name.to_string_lossy().into_owned());
    let sources = sources.into_iter().map(|path| SourceEntry { path, settings: Arc::clone(settings) }).collect();
    Project { name, path: dir.to_owned(), sources, problems: Vec::new() }
}

/// A problem with a file or folder as a whole.
fn problem(code: &str, path: &Path, message: String) -> Problem {
    Problem::error(code, Place::file(shown(path)), message)
}
