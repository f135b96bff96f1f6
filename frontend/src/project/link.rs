//! Which static libraries are part of which driver.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rulebook_diagnostics::{Problem, Severity};

use super::vcxproj::{self, Output, Vcxproj};
use super::{Project, problem};
use crate::headers::{Cache, HeaderIndex};

/// Reads the projects named and those they refer to.
pub(super) fn read_all(paths: &[PathBuf], headers: &Arc<HeaderIndex>, cache: &Cache) -> Vec<Vcxproj> {
    let mut read: BTreeMap<PathBuf, Vcxproj> = BTreeMap::new();
    let mut pending: Vec<PathBuf> = paths.to_vec();
    while let Some(path) = pending.pop() {
        if read.contains_key(&path) {
            continue;
        }
        let project = vcxproj::read(&path, headers, cache);
        let is_project =
            |path: &&PathBuf| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("vcxproj"));
        pending.extend(project.references.iter().filter(is_project).filter(|path| path.is_file()).cloned());
        read.insert(path, project);
    }
    read.into_values().collect()
}

/// The drivers among the projects, each with the sources of the libraries linked into it;
/// a library that nothing links is looked at by itself.
pub(super) fn drivers(read: &[Vcxproj]) -> Vec<Project> {
    let by_path: BTreeMap<&Path, usize> =
        read.iter().enumerate().map(|(index, project)| (project.path.as_path(), index)).collect();
    let mut by_target: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, project) in read.iter().enumerate().filter(|(_, project)| project.output == Output::Library) {
        by_target.entry(project.target.as_str()).or_default().push(index);
    }
    let mut linked = vec![false; read.len()];
    let mut projects = Vec::new();
    for (index, _) in read.iter().enumerate().filter(|(_, project)| project.output == Output::Driver) {
        let graph = Graph { read, by_path: &by_path, by_target: &by_target };
        projects.push(graph.driver(index, &mut linked));
    }
    for (index, project) in read.iter().enumerate() {
        if project.output == Output::Library && !linked[index] {
            let graph = Graph { read, by_path: &by_path, by_target: &by_target };
            projects.push(graph.driver(index, &mut vec![false; read.len()]));
        }
    }
    projects
}

struct Graph<'a> {
    read: &'a [Vcxproj],
    by_path: &'a BTreeMap<&'a Path, usize>,
    by_target: &'a BTreeMap<&'a str, Vec<usize>>,
}

impl Graph<'_> {
    fn driver(&self, root: usize, linked: &mut [bool]) -> Project {
        let mut members = vec![root];
        let mut problems: Vec<Problem> = Vec::new();
        let mut open = Vec::new();
        self.visit(root, &mut members, &mut open, &mut problems);
        let mut sources = Vec::new();
        for member in &members {
            linked[*member] = true;
            sources.extend(self.read[*member].sources.iter().cloned());
            problems.extend(self.read[*member].problems.iter().cloned());
        }
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        sources.dedup_by(|a, b| a.path == b.path);
        let path = self.read[root].path.clone();
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Project { name, path, sources, problems }
    }

    fn visit(&self, at: usize, members: &mut Vec<usize>, open: &mut Vec<usize>, problems: &mut Vec<Problem>) {
        open.push(at);
        for next in self.libraries(at) {
            if open.contains(&next) {
                let message = format!("is linked into itself through `{}`", crate::source::shown(&self.read[at].path));
                let found = problem("project/link-loop", &self.read[next].path, message);
                problems.push(Problem { severity: Severity::Warning, ..found });
            } else if !members.contains(&next) {
                members.push(next);
                self.visit(next, members, open, problems);
            }
        }
        open.pop();
    }

    /// The library projects that a project refers to or links.
    fn libraries(&self, at: usize) -> Vec<usize> {
        let project = &self.read[at];
        let referred = project.references.iter().filter_map(|path| self.by_path.get(path.as_path()).copied());
        let named = project.libraries.iter().filter_map(|library| {
            let file = library.rsplit('/').next()?.to_lowercase();
            let candidates = self.by_target.get(file.strip_suffix(".lib")?)?;
            // Libraries of one name: the one that shares most folders with the project.
            let shared = |index: &usize| {
                let other = &self.read[*index].path;
                project.path.components().zip(other.components()).take_while(|(a, b)| a == b).count()
            };
            let best = candidates.iter().map(shared).max()?;
            candidates.iter().copied().find(|index| shared(index) == best)
        });
        let mut all: Vec<usize> =
            referred.chain(named).filter(|index| self.read[*index].output == Output::Library).collect();
        all.sort_unstable();
        all.dedup();
        all.retain(|index| *index != at);
        all
    }
}
