//! `apis`: facts about functions, role types, types and constants.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;
use rulebook_catalog::api_facts::ApiKind;

use crate::cdecl::Declarations;
use crate::hand::Hand;
use crate::preprocess::{Preprocessor, Unit};
use crate::reference::{self, Page};
use crate::select::{Selection, Want};
use crate::write;

mod functions;
mod report;
mod types;

use functions::{fact, find_prototype};
use report::{licences, report};
use types::{constants, enumerator_values, scalars, type_facts};

/// What the command is given.
pub(crate) struct Inputs {
    pub ddi: PathBuf,
    pub wdf: PathBuf,
    pub mingw: PathBuf,
    pub preprocessor: String,
    pub scratch: PathBuf,
    pub out: PathBuf,
}

/// Everything read, before selection.
struct Material {
    declarations: Declarations,
    macros: BTreeMap<String, (String, String)>,
    function_macros: BTreeSet<String>,
    /// The unit's source for every header that a declaration came from.
    sources: BTreeMap<String, String>,
}

/// Runs the import; what it found, for people.
pub(crate) fn run(inputs: &Inputs) -> Result<String> {
    let hand = Hand::read(&inputs.out.join("hand.yaml"))?;
    let pages = reference::read_all(&inputs.ddi)?;
    let material = read_headers(inputs, &hand)?;
    let scalars = scalars(&material.declarations.types);
    let (types_values, enumerators) = enumerator_values(&material, &scalars);
    let mut selection = Selection::new(&material.declarations, &hand.opaque);

    let mut facts = Vec::new();
    let mut unknown = Vec::new();
    for name in wanted(&hand, &pages, &material) {
        let page = pages.get(&name);
        let prototype = find_prototype(&material.declarations, &name, page);
        let prototype = prototype.filter(|p| match selection.unknown(p) {
            Some(word) => {
                unknown.push(format!("{name}: unknown type {word}"));
                false
            }
            None => true,
        });
        if let Some(prototype) = &prototype {
            selection.prototype(prototype);
        }
        if page.is_some_and(|p| p.kind == ApiKind::Callback) && prototype.is_some() {
            selection.choose(&name, Want::Name);
        }
        facts.push(fact(&name, page, prototype.as_ref(), &material));
    }
    for name in &hand.types {
        selection.choose(name, Want::Members);
    }
    let types = type_facts(&selection, &material, &types_values, &facts, &hand);
    let constants = constants(&hand, &material, &scalars, &enumerators, &types);
    write::all(&inputs.out, &facts, &types, &constants, &material.sources, &licences(inputs, &material))?;
    Ok(report(&facts, &types, &constants, &unknown))
}

fn read_headers(inputs: &Inputs, hand: &Hand) -> Result<Material> {
    let mut material = Material {
        declarations: Declarations::default(),
        macros: BTreeMap::new(),
        function_macros: BTreeSet::new(),
        sources: BTreeMap::new(),
    };
    let preprocessor = Preprocessor {
        program: inputs.preprocessor.clone(),
        folders: vec![inputs.wdf.clone(), inputs.mingw.clone(), inputs.mingw.join("..")],
        defines: vec!["NTDDI_VERSION=0x0A000000".to_owned(), "_WIN32_WINNT=0x0A00".to_owned()],
    };
    let folder = inputs.scratch.join("hand");
    std::fs::create_dir_all(&folder)?;
    for declared in &hand.declarations {
        let path = folder.join(&declared.header);
        std::fs::write(&path, &declared.c)?;
        let header = path.to_string_lossy().into_owned();
        let unit = preprocessor.run(&inputs.scratch, &format!("hand-{}", declared.header), "", &[header])?;
        material.add(&unit, "hand")?;
    }
    for spec in &hand.units {
        let unit = preprocessor.run(&inputs.scratch, &spec.name, &spec.definitions, &spec.headers)?;
        material.add(&unit, &spec.source)?;
    }
    Ok(material)
}

impl Material {
    fn add(&mut self, unit: &Unit, source: &str) -> Result<()> {
        let before: BTreeSet<String> = self.files();
        self.declarations.read(unit)?;
        for file in self.files() {
            if !before.contains(&file) {
                self.sources.insert(file, source.to_owned());
            }
        }
        for (name, body) in &unit.macros {
            self.macros.entry(name.clone()).or_insert_with(|| body.clone());
        }
        self.function_macros.extend(unit.function_macros.keys().cloned());
        if source == "hand" {
            // Hand-written text stands under the name of the header that it completes.
            for prototype in self.declarations.functions.values_mut().filter(|p| !p.file.contains(':')) {
                prototype.file = format!("hand:{}", prototype.file);
            }
            for decl in self.declarations.types.values_mut().filter(|d| !d.file.contains(':')) {
                decl.file = format!("hand:{}", decl.file);
                if let Some(prototype) = &mut decl.prototype {
                    prototype.file.clone_from(&decl.file);
                }
            }
        }
        Ok(())
    }

    fn files(&self) -> BTreeSet<String> {
        let functions = self.declarations.functions.values().map(|p| p.file.clone());
        functions.chain(self.declarations.types.values().map(|d| d.file.clone())).collect()
    }

    fn source(&self, file: &str) -> String {
        if file.starts_with("hand:") { "hand".to_owned() } else { self.sources.get(file).cloned().unwrap_or_default() }
    }
}

fn header_of(file: &str) -> &str {
    file.strip_prefix("hand:").unwrap_or(file)
}

/// The names to import: all that have a page, all of the headers imported whole, all written by hand.
fn wanted(hand: &Hand, pages: &BTreeMap<String, Page>, material: &Material) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = pages.keys().cloned().collect();
    names.extend(hand.functions.iter().cloned());
    for (name, prototype) in &material.declarations.functions {
        let whole = hand.whole_headers.iter().any(|header| {
            header.strip_suffix('*').map_or(prototype.file == *header, |stem| prototype.file.starts_with(stem))
        });
        if whole || prototype.file.starts_with("hand:") {
            names.insert(name.clone());
        }
    }
    names.retain(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    names
}
