//! What an import found, for people: the licence of each header, and the counts.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use rulebook_catalog::api_facts::{ApiFact, ApiKind, TypeFact};

use super::{Inputs, Material};

/// What each header says about its licence, in a word or two.
pub(super) fn licences(inputs: &Inputs, material: &Material) -> BTreeMap<String, String> {
    let folders = [inputs.wdf.clone(), inputs.mingw.clone(), inputs.mingw.join("..")];
    material
        .sources
        .keys()
        .filter_map(|file| {
            let path = folders.iter().map(|folder| folder.join(file)).find(|path| path.is_file())?;
            Some((file.clone(), licence(&path, &inputs.wdf).ok()?))
        })
        .collect()
}

fn licence(path: &Path, wdf: &Path) -> Result<String> {
    let text = String::from_utf8_lossy(&std::fs::read(path).context("header")?).into_owned();
    let head: String = text.lines().take(45).collect::<Vec<_>>().join(" ");
    let words = match () {
        () if path.starts_with(wdf) => "MIT (licence file of the repository)",
        () if head.contains("NOT COPYRIGHTED") || head.contains("public domain") => {
            "public domain (notice in the file)"
        }
        () if head.contains("no copyright assigned") => "public domain (notice in the file)",
        () if head.contains("Permission is hereby granted") => "MIT (notice in the file)",
        () if head.contains("GNU Lesser") => "LGPL (notice in the file): facts only",
        () => "no notice in the file: terms of the package, facts only",
    };
    Ok(words.to_owned())
}

pub(super) fn report(
    facts: &[ApiFact],
    types: &[TypeFact],
    constants: &BTreeMap<String, BTreeMap<String, i64>>,
    unknown: &[String],
) -> String {
    let count =
        |kind: ApiKind, typed: bool| facts.iter().filter(|f| f.kind == kind && (!typed || f.has_types())).count();
    let mut lines = vec![
        format!("functions {} (with types {})", count(ApiKind::Function, false), count(ApiKind::Function, true)),
        format!("macros {} (with types {})", count(ApiKind::Macro, false), count(ApiKind::Macro, true)),
        format!("role types {} (with types {})", count(ApiKind::Callback, false), count(ApiKind::Callback, true)),
        format!("types {}, constants {}", types.len(), constants.values().map(BTreeMap::len).sum::<usize>()),
    ];
    lines.extend(unknown.iter().cloned());
    lines.extend(facts.iter().filter(|f| !f.has_types()).map(|f| format!("untyped {} {}", f.header, f.name)));
    lines.join("\n")
}
