//! What README.md shows is what the program prints.

use std::process::Command;

/// The blocks of README.md that begin with `first`.
fn block(first: &str) -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap_or_default();
    let start = readme.find(first).unwrap_or_else(|| panic!("README.md has no block that begins with `{first}`"));
    readme[start..].split("\n```").next().unwrap_or_default().to_owned()
}

#[test]
fn the_finding_in_the_readme_is_real() {
    let output = Command::new(env!("CARGO_BIN_EXE_rulebook"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readme"))
        .args(["check", "queue"])
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
    assert_eq!(block("warning[wdm/IrqlReturn]").trim_end(), printed.trim_end());
}
