//! The only writer: a tree rendered in memory becomes files, or is compared with them.
//!
//! It writes LF, in the order of paths, and touches nothing that lacks the mark `@generated`.
//! Names come from pages that anybody may have written; [`Tree::add`] refuses those that would lead out of the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::GenerateError;

/// The mark that every generated file bears in its first five lines.
pub const MARK: &str = "@generated";

/// What to do with a rendered tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write what differs, delete what is no longer generated.
    Write,
    /// Write nothing; report with differences.
    Check,
    /// Write nothing; report names.
    DryRun,
}

/// Rendered files by path, `/` between its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<String, String>,
    /// Folders that hold generated files only, where what is not rendered is an orphan.
    owned: BTreeSet<String>,
}

/// How a file on disk and the rendered tree differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// The text differs.
    Stale,
    /// Not there yet.
    Missing,
    /// There, but no longer generated.
    Orphan,
}

/// What was found, and in [`Mode::Write`] done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Files that differ or differed, by path.
    pub differences: Vec<(String, Difference)>,
    /// For people: the differing lines ([`Mode::Check`]).
    pub diff: String,
    /// The number of files that were as they should be.
    pub fresh: usize,
}

impl Report {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.differences.is_empty()
    }
}

impl Tree {
    /// Adds a file; a path that is absolute, climbs, or that some system cannot store is refused.
    pub fn add(&mut self, path: &str, text: String) -> Result<(), GenerateError> {
        if !path.split('/').all(storable) {
            return Err(GenerateError::Path(path.to_owned()));
        }
        let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text };
        self.files.insert(path.to_owned(), text);
        Ok(())
    }

    /// Declares that the folder holds generated files only.
    pub fn own(&mut self, folder: &str) -> Result<(), GenerateError> {
        if !folder.split('/').all(storable) {
            return Err(GenerateError::Path(folder.to_owned()));
        }
        self.owned.insert(folder.to_owned());
        Ok(())
    }

    /// The files by path.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// Adds all files and folders of `other`.
    pub fn extend(&mut self, other: Self) {
        self.files.extend(other.files);
        self.owned.extend(other.owned);
    }

    /// Compares the tree with what stands below `root`, and in [`Mode::Write`] makes it so.
    pub fn apply(&self, root: &Path, mode: Mode) -> Result<Report, GenerateError> {
        let mut report = Report::default();
        // Everything is looked at before anything is written: a refusal leaves the folder as it was.
        for (path, text) in &self.files {
            let place = root.join(path);
            match read(&place)? {
                Some(found) if found.replace("\r\n", "\n") == *text => report.fresh += 1,
                Some(found) if !marked(&found) => return Err(GenerateError::Foreign(place)),
                Some(found) => {
                    report.differences.push((path.clone(), Difference::Stale));
                    if mode == Mode::Check {
                        describe(path, &found, text, &mut report.diff);
                    }
                }
                None => report.differences.push((path.clone(), Difference::Missing)),
            }
        }
        for folder in &self.owned {
            for path in below(root, folder)? {
                if !self.files.contains_key(&path) {
                    let place = root.join(&path);
                    if !read(&place)?.is_some_and(|text| marked(&text)) {
                        return Err(GenerateError::Foreign(place));
                    }
                    report.differences.push((path, Difference::Orphan));
                }
            }
        }
        report.differences.sort();
        report.differences.dedup();
        if mode == Mode::Write {
            for (path, difference) in &report.differences {
                self.put(root, path, *difference)?;
            }
        }
        Ok(report)
    }

    fn put(&self, root: &Path, path: &str, difference: Difference) -> Result<(), GenerateError> {
        let place = root.join(path);
        let io = |source| GenerateError::Io { path: place.clone(), source };
        if difference == Difference::Orphan {
            fs::remove_file(&place).map_err(io)?;
            // Folders that are empty now go too; the first that is not ends it.
            let mut folder = place.parent();
            while let Some(parent) = folder.filter(|parent| *parent != root) {
                if fs::remove_dir(parent).is_err() {
                    break;
                }
                folder = parent.parent();
            }
            return Ok(());
        }
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(io)?;
        }
        let text = self.files.get(path).map_or("", String::as_str);
        fs::write(&place, text).map_err(io)
    }
}

/// A part of a path that every system stores under the same name and that leads nowhere else.
fn storable(part: &str) -> bool {
    const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];
    let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let device = RESERVED.contains(&stem.as_str())
        || (stem.len() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem.ends_with(|c: char| c.is_ascii_digit()));
    let plain = part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    plain && !device && !part.is_empty() && !part.ends_with('.') && part.len() <= 200 && part.trim_matches('.') != ""
}

/// The part of a path that stands for a name from a page: what cannot be stored becomes `-`.
#[must_use]
pub fn sanitised(name: &str) -> String {
    let mut part: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "_-".contains(c) { c } else { '-' }).take(100).collect();
    if !storable(&part) {
        part.push('_');
    }
    part
}

fn marked(text: &str) -> bool {
    text.lines().take(5).any(|line| line.contains(MARK))
}

fn read(place: &Path) -> Result<Option<String>, GenerateError> {
    match fs::read(place) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(GenerateError::Io { path: place.to_owned(), source }),
    }
}

/// All files below a folder, as paths from the root.
fn below(root: &Path, folder: &str) -> Result<Vec<String>, GenerateError> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        let place: PathBuf = root.join(&folder);
        let io = |source| GenerateError::Io { path: place.clone(), source };
        let entries = match fs::read_dir(&place) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(io(error)),
        };
        for entry in entries {
            let entry = entry.map_err(io)?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            // A link is a file here: following it could lead out of the folder.
            if entry.file_type().map_err(io)?.is_dir() { todo.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn describe(path: &str, found: &str, rendered: &str, out: &mut String) {
    let diff = TextDiff::from_lines(found, rendered);
    let text = diff.unified_diff().context_radius(2).header(path, &format!("{path} (generated)")).to_string();
    // A page of it tells enough.
    for line in text.lines().take(60) {
        let _ = writeln!(out, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.add(path, (*text).to_owned()).unwrap();
        }
        tree.own("out").unwrap();
        tree
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused_and_names_made_storable() {
        for bad in ["../x", "/etc/x", "a/../b", "a//b", "CON", "a/com1.c", "a/nul.txt", "a\\b", "C:/x", "a/.", "a b", ""] {
            assert!(Tree::default().add(bad, String::new()).is_err(), "{bad}");
        }
        for (name, part) in [("../x", "---x"), ("CON", "CON_"), ("Spin Lock*", "Spin-Lock-"), ("", "_"), ("Rule(storport)", "Rule-storport-")] {
            assert_eq!(sanitised(name), part);
            Tree::default().add(&format!("a/{part}/b.c"), String::new()).unwrap();
        }
    }

    #[test]
    fn what_differs_is_reported_then_written_and_then_fresh() {
        let root = tempfile::tempdir().unwrap();
        let old = tree(&[("out/a.c", "// @generated\r\nint a;\r\n"), ("out/deep/b.c", "// @generated\n")]);
        old.apply(root.path(), Mode::Write).unwrap();
        assert_eq!(fs::read_to_string(root.path().join("out/a.c")).unwrap(), "// @generated\nint a;\n");
        let new = tree(&[("out/a.c", "// @generated\nint b;\n"), ("out/c.c", "// @generated\n")]);
        let report = new.apply(root.path(), Mode::Check).unwrap();
        let expected = [("out/a.c", Difference::Stale), ("out/c.c", Difference::Missing), ("out/deep/b.c", Difference::Orphan)];
        assert_eq!(report.differences, expected.map(|(path, difference)| (path.to_owned(), difference)));
        assert!(report.diff.contains("-int a;\n+int b;\n"), "{}", report.diff);
        new.apply(root.path(), Mode::Write).unwrap();
        assert!(!root.path().join("out/deep").exists());
        let report = new.apply(root.path(), Mode::Check).unwrap();
        assert_eq!((report.is_fresh(), report.fresh), (true, 2));
    }

    #[test]
    fn what_people_wrote_stays_and_nothing_else_is_written() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("out")).unwrap();
        for (file, text) in [("out/a.c", "int mine;\n"), ("out/z.c", "int mine;\n")] {
            fs::write(root.path().join(file), text).unwrap();
            let tree = tree(&[("out/a.c", "// @generated\n"), ("out/b.c", "// @generated\n")]);
            assert!(matches!(tree.apply(root.path(), Mode::Write), Err(GenerateError::Foreign(_))));
            assert!(!root.path().join("out/b.c").exists());
            assert_eq!(fs::read_to_string(root.path().join(file)).unwrap(), text);
            fs::remove_file(root.path().join(file)).unwrap();
        }
    }
}
