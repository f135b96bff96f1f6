//! What lies in a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rulebook_diagnostics::{Place, Problem};
use rustc_hash::FxHashSet;

use crate::source::shown;

/// The files below the paths given that matter to us.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) sources: Vec<PathBuf>,
    pub(super) headers: Vec<PathBuf>,
    /// `.vcxproj`
    pub(super) projects: Vec<PathBuf>,
    /// `compile_commands.json`
    pub(super) commands: Vec<PathBuf>,
}

/// Collects what is below `root`, in the order of names.
pub(super) fn collect(root: &Path, files: &mut Files, problems: &mut Vec<Problem>) {
    let mut entered: FxHashSet<PathBuf> = FxHashSet::default();
    let mut pending = vec![root.to_owned()];
    while let Some(dir) = pending.pop() {
        let on_disk = on_disk(&dir);
        // A link to a folder that was entered already would never end.
        match std::fs::canonicalize(on_disk) {
            Ok(real) => {
                if !entered.insert(real) {
                    continue;
                }
            }
            Err(error) => {
                problems.push(unreadable(&dir, &error));
                continue;
            }
        }
        let entries = match std::fs::read_dir(on_disk) {
            Ok(entries) => entries,
            Err(error) => {
                problems.push(unreadable(&dir, &error));
                continue;
            }
        };
        let mut folders = Vec::new();
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    problems.push(unreadable(&dir, &error));
                    continue;
                }
            };
            let name = entry.file_name();
            let path = dir.join(&name);
            match std::fs::metadata(on_disk.join(&name)) {
                // Folders of tools, `.git` for one, hold no drivers.
                Ok(metadata) if metadata.is_dir() && name.to_string_lossy().starts_with('.') => {}
                Ok(metadata) if metadata.is_dir() => folders.push(path),
                Ok(metadata) if metadata.is_file() => sort_in(path, files),
                Err(error) if kind(&path) != FileKind::Other => {
                    problems.push(unreadable(&path, &error));
                }
                _ => {}
            }
        }
        folders.sort_unstable_by(|a, b| b.cmp(a));
        pending.append(&mut folders);
    }
    files.settle();
}

/// The path to open: the current folder has an empty name in normal form.
pub(super) fn on_disk(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

impl Files {
    /// Orders the lists, each file once.
    pub(super) fn settle(&mut self) {
        for list in [&mut self.sources, &mut self.headers, &mut self.projects, &mut self.commands] {
            list.sort_unstable();
            list.dedup();
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::error("project/unreadable", Place::file(shown(path)), format!("cannot be read: {error}"))
}

/// What a file is by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Source,
    Header,
    Project,
    Solution,
    Commands,
    Other,
}

pub(super) fn kind(path: &Path) -> FileKind {
    if path.file_name().is_some_and(|name| name == "compile_commands.json") {
        return FileKind::Commands;
    }
    let extension =
        path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "c" | "cpp" | "cc" | "cxx" | "c++" => FileKind::Source,
        "h" | "hpp" | "hh" | "hxx" | "inl" | "inc" => FileKind::Header,
        "vcxproj" => FileKind::Project,
        "sln" | "slnx" => FileKind::Solution,
        _ => FileKind::Other,
    }
}

fn sort_in(path: PathBuf, files: &mut Files) {
    match kind(&path) {
        FileKind::Source => files.sources.push(path),
        FileKind::Header => files.headers.push(path),
        FileKind::Project => files.projects.push(path),
        FileKind::Commands => files.commands.push(path),
        FileKind::Solution | FileKind::Other => {}
    }
}

/// Sources by the folder they lie in; those below a folder with sources belong to that.
pub(super) fn by_folder(sources: &[PathBuf]) -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let folder_of = |path: &Path| path.parent().map(Path::to_owned).unwrap_or_default();
    let with_sources: FxHashSet<PathBuf> = sources.iter().map(|path| folder_of(path)).collect();
    let mut folders: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for path in sources {
        let own = folder_of(path);
        // Only an unbroken chain of folders with sources is one driver.
        let chain = own.ancestors().take_while(|folder| with_sources.contains(*folder));
        let top = chain.last().map_or_else(|| own.clone(), Path::to_owned);
        folders.entry(top).or_default().push(path.clone());
    }
    folders
}
