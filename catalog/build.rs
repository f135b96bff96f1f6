//! Bundles the data as text, whatever files there are.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    for folder in ["apis", "lists", "rules", "semantics"] {
        println!("cargo::rerun-if-changed={folder}");
        walk(&root.join(folder), folder, &mut files)?;
    }
    // What is reviewed stands beside the folders.
    let known = root.join("known-differences.yaml");
    println!("cargo::rerun-if-changed=known-differences.yaml");
    if known.is_file() {
        files.push(("known-differences.yaml".to_owned(), known));
    }
    files.sort();
    let mut code = String::from("static FILES: &[(&str, &str)] = &[\n");
    for (path, file) in &files {
        // Writing to a string cannot fail.
        let _ = writeln!(code, "    ({path:?}, include_str!({:?})),", file.to_string_lossy());
    }
    code.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("bundled.rs"), code)?;
    Ok(())
}

/// Collects `(path in the bundle, file)` below `dir`; a folder that is missing is empty.
fn walk(dir: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{name}/{own}");
        let data = Path::new(&own)
            .extension()
            .is_some_and(|end| ["md", "yaml", "yml", "json", "csv"].iter().any(|known| end == *known));
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &path, files)?;
        } else if data && !own.starts_with('.') {
            files.push((path, entry.path()));
        }
    }
    Ok(())
}
