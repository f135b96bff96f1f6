//! Fixtures are real C: a compiler accepts them without a warning.

use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;

#[test]
fn every_fixture_compiles_without_warnings() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pattern = here.join("fixtures/**/*.c");
    let files: Vec<PathBuf> = glob::glob(&pattern.to_string_lossy()).unwrap().map(Result::unwrap).collect();
    assert!(!files.is_empty(), "no fixtures below {}", here.display());
    // Several files to one compiler: starting it costs as much as reading one.
    let errors: Vec<String> = files
        .par_chunks(16)
        .filter_map(|files| {
            let mut cc = Command::new("cc");
            cc.args(["-fsyntax-only", "-Wall", "-Werror", "-I"]).arg(here.join("include")).args(files);
            let output = cc.output().unwrap();
            (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
        })
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n").lines().take(60).collect::<Vec<_>>().join("\n"));
}
