//! The first half of the way of a driver: its files read, every `#include` found, every `#if` decided.
//!
//! This half is quick, and what follows depends on nothing but what comes of it. [`Texts::digest`] stands for all that.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use rulebook_diagnostics::Problem;
use rulebook_machine::semantics::Language;

use crate::configure::{self, Unit};
use crate::headers::Cache;
use crate::load::{self, Program};
use crate::macros::MacroTable;
use crate::prepass::words::Words;
use crate::project::Project;
use crate::source::Source;

/// Reads drivers; one for all drivers of a run.
#[derive(Debug)]
pub struct Reader<'l> {
    words: Words<'l>,
    base: MacroTable,
}

/// The texts of a driver, and what its build and its directives say about them.
#[derive(Debug)]
pub struct Texts<'r> {
    words: &'r Words<'r>,
    units: Vec<Unit<'r>>,
    /// What is known of the driver so far.
    program: Program,
}

impl<'l> Reader<'l> {
    /// A reader of drivers in this language.
    #[must_use]
    pub fn new(language: &'l Language) -> Self {
        let words = Words::new(language);
        let base = configure::base_table(&words);
        Self { words, base }
    }

    /// Reads the files of `project` and those of its headers that are found.
    #[must_use]
    pub fn read<'r>(&'r self, project: &'r Project, cache: &Cache) -> Texts<'r> {
        let read: Vec<Result<Unit<'_>, Box<Problem>>> = project
            .sources
            .par_iter()
            .map(|source| {
                let text = Source::read(&source.path, &self.words).map(Arc::new)?;
                Ok(configure::configure(&text, &source.settings, &self.base, &self.words, cache))
            })
            .collect();
        let mut program =
            Program { name: project.name.clone(), problems: project.problems.clone(), ..Program::default() };
        let mut units = Vec::new();
        for result in read {
            match result {
                Ok(mut unit) => {
                    program.problems.append(&mut unit.problems);
                    program.includes.append(&mut unit.includes);
                    units.push(unit);
                }
                Err(problem) => program.problems.push(*problem),
            }
        }
        Texts { words: &self.words, units, program }
    }
}

impl Texts<'_> {
    /// Parses and lowers the files; `handlers` as in [`crate::lower::LowerContext::handlers`].
    #[must_use]
    pub fn lower(self, handlers: bool) -> Program {
        load::lower_units(&self.units, self.words, handlers, self.program)
    }

    /// What could not be read.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.program.problems
    }

    /// The paths, as they are shown, and the texts of the files, in the order of [`Program::files`].
    #[must_use]
    pub fn files(&self) -> Vec<(&str, &str)> {
        let files = load::files(&self.units).into_iter();
        files.map(|file| (file.source.shown.as_str(), file.source.text.as_str())).collect()
    }

    /// Stands for all that the second half depends on besides the language: names and texts of files, macros of the
    /// build, and which file each `#include` was found to be, or none.
    ///
    /// The folder in which all files of the driver lie does not count.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let files = load::files(&self.units);
        let base = common(files.iter().map(|file| file.source.path.as_path()));
        let mut digest = Digest::default();
        for unit in &self.units {
            let settings = unit.settings;
            digest.count(settings.defines.len());
            for (name, value) in &settings.defines {
                digest.text(name);
                digest.text(value);
            }
            digest.list(&settings.undefines);
            digest.list(&settings.forced_includes);
            digest.count(unit.found.len());
            for found in &unit.found {
                digest.text(&found.as_deref().map_or_else(String::new, |path| below(path, base)));
            }
            digest.count(unit.headers.len());
            for file in [&unit.main].into_iter().chain(&unit.headers) {
                digest.text(&below(&file.source.path, base));
                digest.0.update(file.source.digest.as_bytes());
            }
        }
        // The order of headers is that of their whole paths.
        digest.count(files.len());
        for file in files {
            digest.text(&below(&file.source.path, base));
        }
        *digest.0.finalize().as_bytes()
    }
}

/// A hash over things whose ends are marked, so that no two lists of things are one.
#[derive(Default)]
struct Digest(blake3::Hasher);

impl Digest {
    fn count(&mut self, count: usize) {
        self.0.update(&(count as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    fn list(&mut self, texts: &[String]) {
        self.count(texts.len());
        for text in texts {
            self.text(text);
        }
    }
}

/// The deepest folder that all paths lie in.
fn common<'p>(mut paths: impl Iterator<Item = &'p Path>) -> &'p Path {
    let Some(mut base) = paths.next().and_then(Path::parent) else { return Path::new("") };
    for path in paths {
        while !path.starts_with(base) {
            base = base.parent().unwrap_or(Path::new(""));
            if base.as_os_str().is_empty() {
                return base;
            }
        }
    }
    base
}

/// The path as seen from a folder above it; as it is where the folder is not above.
fn below(path: &Path, base: &Path) -> String {
    path.strip_prefix(base).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_that_all_files_lie_in_is_found() {
        for (paths, expected) in [
            (vec!["a/b/c.c"], "a/b"),
            (vec!["a/b/c.c", "a/d.h"], "a"),
            (vec!["a/b.c", "ab/c.h"], ""),
            (vec!["/a/b.c", "/c.h"], "/"),
            (vec!["/a/b.c", "c.h"], ""),
            (vec!["../a/b.c", "../c.h"], ".."),
            (vec![], ""),
        ] {
            assert_eq!(common(paths.iter().map(Path::new)), Path::new(expected), "{paths:?}");
        }
    }
}
