//! Who may depend on whom.

use crate::{read, root};

/// The crates of the workspace and the crates of the house that each may depend on outside its tests.
/// An arrow that is not here does not exist: above all `checker` knows no catalog, and `generator` no checker.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("machine", &[]),
    ("diagnostics", &[]),
    ("frontend", &["machine", "diagnostics"]),
    ("catalog", &["machine", "diagnostics"]),
    ("checker", &["machine", "diagnostics", "frontend"]),
    ("bundle", &["machine", "diagnostics", "catalog"]),
    ("generator", &["machine", "diagnostics", "catalog", "bundle"]),
    ("generated-tests", &["machine", "diagnostics", "checker"]),
    ("drift", &["machine", "diagnostics", "catalog", "bundle"]),
    ("importer", &["machine", "catalog"]),
    ("cli", &["machine", "diagnostics", "frontend", "catalog", "bundle", "checker", "drift", "generator"]),
];

/// The crates of the house that a manifest depends on, in the tables that `wanted` accepts.
fn uses(manifest: &str, wanted: fn(&str) -> bool) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            inside = wanted(table.trim_end_matches(']'));
            continue;
        }
        let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
        if let Some(name) = name.strip_prefix("rulebook-").filter(|_| inside) {
            found.push(name.to_owned());
        }
    }
    found
}

fn shipped(table: &str) -> bool {
    table.ends_with("dependencies") && !table.ends_with("dev-dependencies")
}

#[test]
fn arrows_point_one_way() {
    let workspace = read("Cargo.toml");
    for (name, may) in MAY_USE {
        let manifest = read(&format!("{name}/Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name}: the lints of the workspace do not apply");
        assert!(workspace.contains(&format!("\"{name}\"")), "{name} is no member");
        for used in uses(&manifest, shipped) {
            assert!(may.contains(&used.as_str()), "{name} may not depend on {used}");
        }
    }
    let crates = std::fs::read_dir(root()).expect("the root can be read");
    // The fuzz targets are no part of the workspace: they need another compiler.
    let own = |path: &std::path::Path| path.join("Cargo.toml").is_file() && !path.ends_with("fuzz");
    let crates = crates.flatten().filter(|entry| own(&entry.path())).count();
    assert_eq!(crates, MAY_USE.len(), "a crate is missing from the list");
}

/// Not even in its tests: what the engine is shown must not come from where its expected results come from.
#[test]
fn the_checker_never_meets_the_catalog() {
    let any = |table: &str| table.ends_with("dependencies");
    for (name, not) in [("checker", ["catalog", "generator"]), ("generator", ["checker", "frontend"])] {
        let used = uses(&read(&format!("{name}/Cargo.toml")), any);
        assert!(!used.is_empty(), "{name} depends on nothing");
        for other in not {
            assert!(!used.iter().any(|used| used == other), "{name} depends on {other}");
        }
    }
}

#[test]
fn a_wrong_arrow_is_seen() {
    let manifest = "[dependencies]\nrulebook-catalog.workspace = true\n[dev-dependencies]\nrulebook-generator = { path = \"x\" }\n[target.'cfg(unix)'.dependencies]\nrulebook-cli = \"1\"\n";
    assert_eq!(uses(manifest, shipped), ["catalog", "cli"]);
    assert_eq!(uses(manifest, |table| table.ends_with("dependencies")), ["catalog", "generator", "cli"]);
}
