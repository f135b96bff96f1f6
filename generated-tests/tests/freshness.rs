//! What is in the tree is what the catalog says now.

use std::path::Path;

use rulebook_generator::writer::Mode;
use rulebook_generator::{Source, Variants, tree};

#[test]
fn generated_files_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let source = Source::bundled().unwrap();
    let report = tree(&source, Variants::Few).unwrap().apply(&root, Mode::Check).unwrap();
    let names: Vec<String> =
        report.differences.iter().take(20).map(|(path, difference)| format!("{difference:?}: {path}")).collect();
    let diff: String = report.diff.lines().take(60).collect::<Vec<_>>().join("\n");
    assert!(report.is_fresh(), "run `rulebook generate`\n{}\n{diff}", names.join("\n"));
}
