//! Finds what an `#include` names, and reads each header once per run.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rulebook_diagnostics::Problem;
use rustc_hash::FxHashMap;

use crate::prepass::words::Words;
use crate::source::Source;

type Listing = Arc<FxHashMap<String, String>>;
type Read = Result<Arc<Source>, Box<Problem>>;

/// What several drivers share: headers read and listings of folders. One per run, used by all threads.
#[derive(Debug, Default)]
pub struct Cache {
    sources: Mutex<FxHashMap<PathBuf, Read>>,
    folders: Mutex<FxHashMap<PathBuf, Listing>>,
}

impl Cache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The header at `path`, read at the first request.
    pub(crate) fn header(&self, path: &Path, words: &Words<'_>) -> Read {
        if let Some(read) = self.sources.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
            return read.clone();
        }
        // Read outside the lock; if two threads race, the first to finish wins and the texts are equal.
        let read = Source::read(path, words).map(Arc::new);
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.entry(path.to_owned()).or_insert(read).clone()
    }

    /// The file that `relative` names in `folder`, whatever its case; a file system that tells cases apart is no excuse
    /// for not finding what a driver kit finds.
    pub(crate) fn find(&self, folder: &Path, relative: &str) -> Option<PathBuf> {
        let mut at = folder.to_owned();
        let parts: Vec<Component<'_>> = Path::new(relative).components().collect();
        for part in parts {
            match part {
                Component::ParentDir => at = parent(&at),
                Component::Normal(name) => {
                    let name = name.to_string_lossy().to_lowercase();
                    let real = self.listing(&at).get(&name)?.clone();
                    at = if at.as_os_str().is_empty() || at == Path::new(".") {
                        PathBuf::from(real)
                    } else {
                        at.join(real)
                    };
                }
                Component::CurDir => {}
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        Some(at)
    }

    fn listing(&self, folder: &Path) -> Listing {
        if let Some(listing) = self.folders.lock().unwrap_or_else(PoisonError::into_inner).get(folder) {
            return Arc::clone(listing);
        }
        let real = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let mut names: Vec<String> = std::fs::read_dir(real)
            .map(|entries| {
                entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect()
            })
            .unwrap_or_default();
        // Names that differ only in case: the same one whatever the order of the folder.
        names.sort_unstable_by(|a, b| b.cmp(a));
        let listing: Listing = Arc::new(names.into_iter().map(|name| (name.to_lowercase(), name)).collect());
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), Arc::clone(&listing));
        listing
    }
}

/// The folder above, without touching the disk: `a/b` to `a`, `..` to `../..`.
fn parent(path: &Path) -> PathBuf {
    match path.components().next_back() {
        Some(Component::Normal(_)) => path.parent().map(Path::to_owned).unwrap_or_default(),
        Some(Component::CurDir) | None => PathBuf::from(".."),
        _ => path.join(".."),
    }
}

/// `path` with `.` and `a/..` removed, so that one file has one name.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => out = parent(&out),
            other => out.push(other),
        }
    }
    out
}

/// All headers below the paths given, by lower-case name: for includes whose folder no project names.
#[derive(Debug, Default)]
pub struct HeaderIndex {
    by_name: FxHashMap<String, Vec<PathBuf>>,
}

impl HeaderIndex {
    /// Indexes `paths`.
    #[must_use]
    pub fn new(mut paths: Vec<PathBuf>) -> Self {
        paths.sort_unstable();
        let mut by_name: FxHashMap<String, Vec<PathBuf>> = FxHashMap::default();
        for path in paths {
            if let Some(name) = path.file_name() {
                by_name.entry(name.to_string_lossy().to_lowercase()).or_default().push(path);
            }
        }
        Self { by_name }
    }

    /// The header called as `relative` ends that is nearest to the file `from`, if any shares a folder with it.
    pub(crate) fn nearest(&self, from: &Path, relative: &str) -> Option<&Path> {
        let name = relative.rsplit('/').next()?.to_lowercase();
        let shared = |path: &Path| from.components().zip(path.components()).take_while(|(a, b)| a == b).count();
        let candidates = self.by_name.get(&name)?;
        let best = candidates.iter().map(|path| shared(path)).max()?;
        candidates.iter().find(|path| shared(path) == best).map(PathBuf::as_path)
    }

    /// The header `relative` in a folder of headers that lies in one around the file `from`, the innermost first.
    pub(crate) fn common(&self, from: &Path, relative: &str) -> Option<&Path> {
        let parts: Vec<String> = relative.split('/').map(str::to_lowercase).collect();
        let candidates = self.by_name.get(parts.last()?)?;
        let around = |path: &Path| {
            let mut folder = path;
            for part in parts.iter().rev() {
                if folder.file_name()?.to_string_lossy().to_lowercase() != *part {
                    return None;
                }
                folder = folder.parent()?;
            }
            let name = folder.file_name()?.to_string_lossy().to_lowercase();
            let outer = folder.parent()?;
            (COMMON.contains(&name.as_str()) && from.starts_with(outer)).then(|| outer.components().count())
        };
        let placed = candidates.iter().filter_map(|path| Some((around(path)?, path.as_path())));
        placed.max_by(|(a, path), (b, other)| a.cmp(b).then_with(|| other.cmp(path))).map(|(_, path)| path)
    }
}

/// Names of folders whose headers are meant for all around them.
const COMMON: [&str; 4] = ["include", "includes", "inc", "headers"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_has_one_name() {
        for (path, expected) in [
            ("a/./b/../c.h", "a/c.h"),
            ("../a/../b.h", "../b.h"),
            ("./x.h", "x.h"),
            ("../../x", "../../x"),
            ("/a/../b", "/b"),
        ] {
            assert_eq!(normalized(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn includes_are_found_whatever_their_case() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("Inc/Sub")).unwrap();
        std::fs::create_dir_all(folder.path().join("src")).unwrap();
        std::fs::write(folder.path().join("Inc/Sub/Queue.h"), "").unwrap();
        let cache = Cache::new();
        let found = cache.find(&folder.path().join("src"), "../inc/sub/QUEUE.H");
        assert_eq!(found, Some(folder.path().join("Inc/Sub/Queue.h")));
        assert_eq!(cache.find(folder.path(), "inc/none.h"), None);
        assert_eq!(cache.find(folder.path(), "/etc/passwd"), None);
    }
}
