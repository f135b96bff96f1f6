//! A folder of results of earlier runs. It may be deleted, shared and damaged: what does not fit is as if it were not
//! there.

use std::fs::{self, File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use thiserror::Error;

/// The version of the form of files.
const VERSION: u32 = 1;
/// How much a folder holds before the entries that were used longest ago go.
const LIMIT: u64 = 512 * 1024 * 1024;
/// The ends of names: of entries, and of files that are still being written.
const ENTRY: &str = ".rulebook-result";
const UNFINISHED: &str = ".rulebook-unfinished";
/// A file that is older than this is not being written any more.
const ABANDONED: Duration = Duration::from_secs(60 * 60);
/// Tells programs that save files that these can be made again; see <https://bford.info/cachedir/>.
const TAG: &str =
    "Signature: 8a477f597d28d172789f06886806bc55\n# Results of `rulebook check`; they can be deleted at any time.\n";

/// Results of earlier runs, one file for each driver as it was.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    limit: u64,
    wrote: AtomicBool,
    failed: Mutex<Option<StoreError>>,
}

/// Why results cannot be kept.
#[derive(Debug, Error)]
#[error("results cannot be kept in `{folder}`: {cause}")]
pub struct StoreError {
    folder: String,
    cause: io::Error,
}

impl Store {
    /// The store in this folder, which is made when something is kept.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, limit: LIMIT, wrote: AtomicBool::new(false), failed: Mutex::new(None) }
    }

    /// What was kept under this key, if it is there and whole.
    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        let mut file = File::open(self.path(key)).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')? + 1;
        let whole = bytes[..end] == *head(key, &bytes[end..]).as_bytes();
        // What is used is young. Where that cannot be written down, it goes earlier.
        let _ = file.set_modified(SystemTime::now());
        whole.then(|| bytes.split_off(end))
    }

    /// Keeps something under this key. After a failure, nothing is kept any more.
    pub(crate) fn put(&self, key: &str, text: &[u8]) {
        if self.is_broken() {
            return;
        }
        match self.write(key, text) {
            Ok(()) => self.wrote.store(true, Ordering::Relaxed),
            Err(cause) => {
                let folder = self.folder.to_string_lossy().replace('\\', "/");
                let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.get_or_insert(StoreError { folder, cause });
            }
        }
    }

    /// Whether keeping has failed.
    pub(crate) fn is_broken(&self) -> bool {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Ends a run: makes room where much was kept.
    ///
    /// # Errors
    /// The first reason why something could not be kept; the results of the run are right all the same.
    pub fn finish(self) -> Result<(), StoreError> {
        if self.wrote.load(Ordering::Relaxed) {
            self.make_room();
        }
        self.failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }

    /// How many results there are, and how many bytes they take.
    #[must_use]
    pub fn size(&self) -> (usize, u64) {
        let entries = self.files(ENTRY);
        (entries.len(), entries.iter().map(|entry| entry.bytes).sum())
    }

    /// Deletes all results, and nothing else that may lie in the folder; how many there were.
    ///
    /// # Errors
    /// The first file that cannot be deleted, after all others are.
    pub fn clear(&self) -> io::Result<usize> {
        let mut outcome = Ok(());
        let mut deleted = 0;
        for entry in [ENTRY, UNFINISHED].into_iter().flat_map(|end| self.files(end)) {
            match fs::remove_file(&entry.path) {
                Ok(()) => deleted += 1,
                // Another run was quicker.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome.map(|()| deleted)
    }

    fn write(&self, key: &str, text: &[u8]) -> io::Result<()> {
        if !self.folder.is_dir() {
            fs::create_dir_all(&self.folder)?;
            fs::write(self.folder.join("CACHEDIR.TAG"), TAG)?;
        }
        let mut options = tempfile::Builder::new();
        let permissions = for_everybody();
        options.suffix(UNFINISHED);
        if let Some(permissions) = permissions {
            options.permissions(permissions);
        }
        let mut file = options.tempfile_in(&self.folder)?;
        file.write_all(head(key, text).as_bytes())?;
        file.write_all(text)?;
        file.persist(self.path(key)).map_err(|error| error.error)?;
        Ok(())
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}{ENTRY}"))
    }

    /// Deletes what was used longest ago until a quarter of the room is free. What cannot be deleted stays.
    fn make_room(&self) {
        let now = SystemTime::now();
        for file in self.files(UNFINISHED) {
            if now.duration_since(file.used).is_ok_and(|age| age > ABANDONED) {
                let _ = fs::remove_file(file.path);
            }
        }
        let mut entries = self.files(ENTRY);
        let mut bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
        if bytes <= self.limit {
            return;
        }
        entries.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
        for entry in entries {
            if bytes <= self.limit / 4 * 3 {
                break;
            }
            if fs::remove_file(entry.path).is_ok() {
                bytes = bytes.saturating_sub(entry.bytes);
            }
        }
    }

    /// Our files with this end of their names.
    fn files(&self, end: &str) -> Vec<Kept> {
        let Ok(folder) = fs::read_dir(&self.folder) else { return Vec::new() };
        let ours = folder.flatten().filter(|entry| entry.file_name().to_string_lossy().ends_with(end));
        let kept = |entry: fs::DirEntry| {
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some(Kept { path: entry.path(), bytes: metadata.len(), used: metadata.modified().ok()? })
        };
        ours.filter_map(kept).collect()
    }
}

/// A file of a store.
struct Kept {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

/// The first line of an entry.
fn head(key: &str, text: &[u8]) -> String {
    format!("rulebook result {VERSION} {key} {}\n", blake3::hash(text))
}

/// What lets a folder be shared among people, as far as their system's settings go.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have none")]
fn for_everybody() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn for_everybody() -> Option<Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn keys(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().replace(ENTRY, ""))
            .collect();
        names.sort();
        names
    }

    fn aged(path: &Path, seconds: u64) {
        let then = SystemTime::now() - Duration::from_secs(seconds);
        File::options().append(true).open(path).unwrap().set_modified(then).unwrap();
    }

    #[test]
    fn what_is_not_whole_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("new/store"));
        assert_eq!(store.get("a"), None);
        store.put("a", b"some text\nof two lines");
        assert_eq!(store.get("a").as_deref(), Some(&b"some text\nof two lines"[..]));
        let path = store.path("a");
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            for wrong in [0, whole[at] ^ 1, b'\n'] {
                let mut bytes = whole.clone();
                bytes[at] = wrong;
                fs::write(&path, &bytes).unwrap();
                assert_eq!(store.get("a").is_some(), bytes == whole, "{at} {wrong}");
            }
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(store.get("a"), None, "cut at {at}");
        }
        fs::write(&path, [&whole[..], b"!"].concat()).unwrap();
        assert_eq!(store.get("a"), None);
        // An entry under another's name.
        fs::write(store.path("b"), &whole).unwrap();
        assert_eq!(store.get("b"), None);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(store.get("a"), None);
    }

    #[test]
    fn what_was_used_longest_ago_goes_first_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store { limit: 1000, ..Store::new(folder.path().to_owned()) };
        fs::write(folder.path().join("diary.txt"), [0; 5000]).unwrap();
        fs::write(folder.path().join(format!("old{UNFINISHED}")), "").unwrap();
        fs::write(folder.path().join(format!("new{UNFINISHED}")), "").unwrap();
        aged(&folder.path().join(format!("old{UNFINISHED}")), 7200);
        for (age, key) in ["a", "b", "c", "d"].into_iter().enumerate() {
            store.put(key, &[b'x'; 200]);
            aged(&store.path(key), 1000 - age as u64);
        }
        assert!(store.get("a").is_some(), "used, and so young");
        store.finish().unwrap();
        assert_eq!(keys(folder.path()), ["a", "d", "diary.txt", &format!("new{UNFINISHED}")]);
        let store = Store::new(folder.path().to_owned());
        assert_eq!(store.size().0, 2);
        assert_eq!(store.clear().unwrap(), 3);
        assert_eq!(keys(folder.path()), ["diary.txt"]);
    }

    #[test]
    fn a_folder_that_cannot_be_is_told_of_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let store = Store::new(folder.path().join("file/store"));
        store.put("a", b"");
        assert!(store.is_broken());
        store.put("b", b"");
        assert_eq!(store.size(), (0, 0));
        let error = store.finish().unwrap_err().to_string();
        assert!(error.starts_with("results cannot be kept in `"), "{error}");
        assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"");
    }
}
