//! Gives the engine a name that changes with everything that results depend on, so that those of another engine are
//! never taken for its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What results are made by, as seen from this folder.
const MADE_BY: [&str; 5] = ["../machine/src", "../diagnostics/src", "../frontend/src", "src", "../Cargo.lock"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    for path in MADE_BY.map(Path::new) {
        println!("cargo::rerun-if-changed={}", path.display());
        collect(path, &mut files)?;
    }
    files.sort();
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(blake3::hash(file.to_string_lossy().replace('\\', "/").as_bytes()).as_bytes());
        hasher.update(blake3::hash(&fs::read(&file)?).as_bytes());
    }
    println!("cargo::rustc-env=RULEBOOK_ENGINE={}", hasher.finalize());
    Ok(())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else if path.is_file() {
        files.push(path.to_owned());
    }
    Ok(())
}
