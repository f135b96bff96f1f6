//! The house rules, as tests: what the architecture promises about the source tree itself.
//!
//! Every scanner here is a function of text, and each is first shown something bad: a guard that cannot fail guards
//! nothing. What may break a rule stands on a short list with its reason, and an entry that is no longer needed fails.

mod crates;
mod files;
mod names;
mod rust;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the source tree.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a crate stands in the workspace's folder").to_owned()
}

/// The files of the tree by path from its root, in order: no build results, no version control.
fn tree() -> Vec<String> {
    let mut found = Vec::new();
    walk(&root(), "", &mut found);
    assert!(found.len() > 200, "only {} files: is this the tree?", found.len());
    found.sort();
    found
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let entry = entry.expect("the entry can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().expect("the entry has a type");
        if kind.is_dir() {
            // What fuzzing kept is no text of anybody's.
            let any_bytes = ["fuzz/target", "fuzz/corpus", "fuzz/regressions", "fuzz/artifacts", "fuzz/coverage"];
            if !matches!(path.as_str(), "target" | ".git") && !any_bytes.contains(&path.as_str()) {
                walk(&entry.path(), &format!("{path}/"), found);
            }
        // In a second work tree `.git` is a file that says where the first one is.
        } else if kind.is_file() && !path.ends_with(".snap.new") && path != ".git" {
            found.push(path);
        }
    }
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// The Rust files under `src` folders.
fn sources() -> Vec<String> {
    let mut files = tree();
    files.retain(|path| is_rust(path) && path.split('/').nth(1) == Some("src"));
    files
}

fn read(path: &str) -> String {
    let bytes = fs::read(root().join(path)).expect("the file can be read");
    String::from_utf8_lossy(&bytes).into_owned()
}
