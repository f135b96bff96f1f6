//! Reads the catalog once, here, so that no start of the program has to.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::semantics::semantics;
use rulebook_catalog::{Catalog, bundled, packed, rules};

fn main() -> Result<(), Box<dyn Error>> {
    // The data is part of the crate that this one is built with: whatever changes there builds this again.
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let (catalog, problems) = Catalog::bundled();
    let apis: Vec<_> = bundled::files().iter().copied().filter(|(path, _)| path.starts_with("apis/")).collect();
    let facts = ApiFacts::parse(&apis)?;
    let semantics = semantics(bundled::files()).map_err(|problem| format!("{}: {}", problem.place, problem.message))?;
    let rules = rules::rules_of(&catalog, &facts);
    fs::write(out.join("facts.bin"), packed::facts::pack(&facts)?)?;
    fs::write(out.join("semantics.json"), serde_json::to_vec(&semantics)?)?;
    fs::write(out.join("rules.json"), serde_json::to_vec(&rules)?)?;
    fs::write(out.join("pages.bin"), packed::pack(&catalog.into_pages(), &problems)?)?;
    Ok(())
}
