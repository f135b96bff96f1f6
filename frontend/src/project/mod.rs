//! Which drivers there are below the paths given, and which files, macros and folders each is made of.

mod commands;
mod folder;
mod link;
mod msbuild;
mod solution;
mod vcxproj;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rulebook_diagnostics::{Place, Problem, Severity};
use rustc_hash::{FxHashMap, FxHashSet};

use self::folder::FileKind;
use crate::headers::{Cache, HeaderIndex, normalized};
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
///
/// A source file given by name is a driver of its own; a project, solution or compilation database is what it
/// says; in a folder, every project and database is a driver, and the sources that none of them claims are
/// drivers by folder (a folder below one with sources belongs to it). A project that runs a makefile claims nothing,
/// and by its name it stands for its folder.
#[must_use]
pub fn discover(paths: &[PathBuf]) -> (Vec<Project>, Vec<Problem>) {
    discover_but(paths, &|_| false)
}

/// As [`discover`], without the sources, projects and databases that are `excluded`, whoever names them; headers are
/// found all the same, for others include them.
#[must_use]
pub fn discover_but(paths: &[PathBuf], excluded: &dyn Fn(&Path) -> bool) -> (Vec<Project>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut files = folder::Files::default();
    let mut single = Vec::new();
    let mut named = Vec::new();
    for path in paths {
        let path = normalized(path);
        if folder::on_disk(&path).is_dir() {
            folder::collect(&path, &mut files, &mut problems);
            continue;
        }
        match folder::kind(&path) {
            _ if !path.exists() => {
                problems.push(problem("project/not-found", &path, "there is no such file or folder".to_owned()));
            }
            FileKind::Project if vcxproj::is_foreign(&path) => {
                folder::collect(path.parent().unwrap_or(Path::new("")), &mut files, &mut problems);
            }
            FileKind::Project => named.push(path),
            FileKind::Solution => named.append(&mut solution::projects(&path, &mut problems)),
            FileKind::Commands => files.commands.push(path),
            _ => single.push(path),
        }
    }
    let kept = |path: &PathBuf| !excluded(path);
    for list in [&mut files.sources, &mut files.projects, &mut files.commands, &mut named, &mut single] {
        list.retain(kept);
    }
    // A project that is not there may be said to lie anywhere, at the root of everything too.
    for project in named.iter().filter(|project| project.is_file()) {
        let beside = project.parent().unwrap_or(Path::new(""));
        let mut around = folder::Files::default();
        folder::collect(beside, &mut around, &mut Vec::new());
        files.headers.append(&mut around.headers);
    }
    files.projects.extend(named.iter().cloned());
    files.settle();
    let headers = Arc::new(HeaderIndex::new(files.headers.clone()));
    let cache = Cache::new();
    let read = link::read_all(&files.projects, &headers, &cache);
    let mut claimed: FxHashSet<PathBuf> =
        read.iter().flat_map(|project| project.sources.iter().map(|source| source.path.clone())).collect();
    for project in read.iter().filter(|project| named.contains(&project.path)) {
        let message = match project.output {
            vcxproj::Output::Driver | vcxproj::Output::Library => continue,
            vcxproj::Output::Other => "builds nothing that runs in the kernel",
            vcxproj::Output::Foreign => "runs a makefile, which is not read; its folder can be checked",
        };
        let note = problem("project/not-a-driver", &project.path, message.to_owned());
        problems.push(Problem { severity: Severity::Note, ..note });
    }
    problems.extend(left_out(&read, &named));
    // The problems of drivers and libraries travel with them.
    problems.extend(
        read.iter()
            .filter(|project| matches!(project.output, vcxproj::Output::Other | vcxproj::Output::Foreign))
            .flat_map(|project| project.problems.clone()),
    );
    let mut projects = link::drivers(&read);
    for path in &files.commands {
        let project = commands::read(path, &headers);
        claimed.extend(project.sources.iter().map(|source| source.path.clone()));
        projects.push(project);
    }
    let settings = Arc::new(Settings { headers, ..Settings::default() });
    let loose: Vec<PathBuf> = files.sources.iter().filter(|path| !claimed.contains(*path)).cloned().collect();
    for (dir, sources) in folder::by_folder(&loose) {
        projects.push(plain(folder_name(&dir), &dir, sources, &settings));
    }
    single.sort_unstable();
    single.dedup();
    for path in single {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        projects.push(plain(name, &path, vec![path.clone()], &settings));
    }
    projects.retain_mut(|project| {
        let before = project.sources.len();
        project.sources.retain(|source| kept(&source.path));
        before == 0 || !project.sources.is_empty()
    });
    projects.sort_by(|a, b| a.path.cmp(&b.path));
    problems.sort();
    (projects, problems)
}

/// Says of the drivers of the user-mode framework, which nobody named, that they were left out.
fn left_out(read: &[vcxproj::Vcxproj], named: &[PathBuf]) -> Option<Problem> {
    let mut drivers = read.iter().filter(|project| project.is_user_driver && !named.contains(&project.path));
    let first = drivers.next()?;
    let message = match drivers.count() {
        0 => "builds a driver that runs in user mode, which is left out".to_owned(),
        others => format!("builds one of {} drivers that run in user mode, which are left out", others + 1),
    };
    let why = "the rules are about the interfaces of the kernel".to_owned();
    let told = problem("project/user-mode", &first.path, message);
    Some(Problem { severity: Severity::Note, note: Some(why), ..told })
}

/// Defines macros in every file of `projects`; what they or their build say otherwise counts no more.
pub fn define(projects: &mut [Project], defines: &[(String, String)]) {
    if defines.is_empty() {
        return;
    }
    // Files share their settings, and go on to do so.
    let mut made: FxHashMap<*const Settings, Arc<Settings>> = FxHashMap::default();
    for source in projects.iter_mut().flat_map(|project| &mut project.sources) {
        let changed = made.entry(Arc::as_ptr(&source.settings)).or_insert_with(|| {
            let mut settings = Settings::clone(&source.settings);
            settings.undefines.retain(|name| defines.iter().all(|(other, _)| other != name));
            settings.defines.extend_from_slice(defines);
            Arc::new(settings)
        });
        source.settings = Arc::clone(changed);
    }
}

fn plain(name: String, path: &Path, sources: Vec<PathBuf>, settings: &Arc<Settings>) -> Project {
    let sources = sources.into_iter().map(|path| SourceEntry { path, settings: Arc::clone(settings) }).collect();
    Project { name, path: path.to_owned(), sources, problems: Vec::new() }
}

fn folder_name(folder: &Path) -> String {
    let real = || {
        std::fs::canonicalize(folder::on_disk(folder)).ok()?.file_name().map(|name| name.to_string_lossy().into_owned())
    };
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    name.or_else(real).unwrap_or_else(|| "driver".to_owned())
}

fn is_source(path: &Path) -> bool {
    matches!(folder::kind(path), FileKind::Source | FileKind::Header)
}

/// `NAME=value` or `NAME`, which is 1.
#[must_use]
pub fn definition(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, "1"));
    (name.trim().to_owned(), value.trim().to_owned())
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

/// A problem with a file or folder as a whole.
fn problem(code: &str, path: &Path, message: String) -> Problem {
    Problem::error(code, Place::file(shown(path)), message)
}
