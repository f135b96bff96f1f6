//! `apis`: facts about functions, role types, types and constants.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rulebook_catalog::api_facts::{ApiFact, ApiKind, FactSource, ParamFact, TypeFact};

use crate::cdecl::{Declarations, Prototype, TypeDecl};
use crate::constants::Evaluator;
use crate::hand::Hand;
use crate::preprocess::{Preprocessor, Unit};
use crate::reference::{self, Page};
use crate::select::{Selection, Want};
use crate::write;

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
        facts.push(fact(&name, page, prototype, &material));
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

fn find_prototype(declarations: &Declarations, name: &str, page: Option<&Page>) -> Option<Prototype> {
    if page.is_none_or(|page| page.kind != ApiKind::Callback) {
        return declarations.functions.get(name).cloned();
    }
    // A role type, or only the pointer to it, or a second name of either.
    let mut name = name.to_owned();
    for _ in 0..4 {
        let decl = declarations.types.get(&name).or_else(|| declarations.types.get(&format!("P{name}")))?;
        if let Some(prototype) = &decl.prototype {
            return Some(prototype.clone());
        }
        let words: Vec<&str> = decl.c.trim_end_matches(';').split([' ', '*']).filter(|w| !w.is_empty()).collect();
        let ["typedef", below, _] = words.as_slice() else { return None };
        name = (*below).to_owned();
    }
    None
}

fn fact(name: &str, page: Option<&Page>, prototype: Option<Prototype>, material: &Material) -> ApiFact {
    let documented: Vec<reference::PageParam> = page.map(|p| p.params.clone()).unwrap_or_default();
    let params = match &prototype {
        Some(prototype) => merge(&documented, prototype),
        None => documented
            .iter()
            .map(|p| ParamFact { name: p.name.clone(), c_type: None, direction: p.direction, optional: p.optional })
            .collect(),
    };
    let file = prototype.as_ref().map(|p| p.file.clone()).unwrap_or_default();
    let header = page.map(|p| p.header.clone()).filter(|h| !h.is_empty()).unwrap_or_else(|| header_of(&file).to_owned());
    let kind = match page {
        Some(page) if page.kind == ApiKind::Function && material.function_macros.contains(name) => ApiKind::Macro,
        Some(page) => page.kind,
        None if material.function_macros.contains(name) => ApiKind::Macro,
        None => ApiKind::Function,
    };
    ApiFact {
        name: name.to_owned(),
        kind,
        header,
        returns: prototype.as_ref().map(|p| p.returns.clone()),
        params,
        variadic: prototype.as_ref().is_some_and(|p| p.variadic),
        irql: page.and_then(|p| p.irql.clone()),
        compliance: page.map(|p| p.compliance.clone()).unwrap_or_default(),
        source: FactSource {
            reference: page.map(|p| p.path.clone()),
            prototype: prototype.as_ref().map(|_| material.source(&file)),
        },
    }
}

/// Names and directions of the page on the types of the prototype, where they fit each other.
fn merge(documented: &[reference::PageParam], prototype: &Prototype) -> Vec<ParamFact> {
    let names = |list: &[reference::PageParam]| list.iter().map(|p| p.name.to_ascii_lowercase()).collect::<BTreeSet<_>>();
    let declared: BTreeSet<String> =
        prototype.params.iter().filter_map(|p| p.name.as_ref()).map(|n| n.to_ascii_lowercase()).collect();
    // A leading parameter that only the page has is one that the driver's code does not pass.
    let documented = match documented {
        [_, rest @ ..] if rest.len() == prototype.params.len() && !rest.is_empty() && names(rest) == declared => rest,
        all => all,
    };
    let fits = documented.len() == prototype.params.len();
    // The same names in another order: the page lists them out of order, the prototype is right.
    let reordered = fits
        && names(documented) == declared
        && documented.iter().zip(&prototype.params).any(|(page, param)| !same(&page.name, param.name.as_deref()));
    let by_position = fits && !reordered;
    prototype
        .params
        .iter()
        .enumerate()
        .map(|(at, param)| {
            let page = if by_position {
                documented.get(at).filter(|page| !page.name.to_ascii_lowercase().starts_with("unnamed"))
            } else {
                documented.iter().find(|page| same(&page.name, param.name.as_deref()))
            };
            ParamFact {
                name: page.map(|p| p.name.clone()).or_else(|| param.name.clone()).unwrap_or_else(|| format!("Parameter{}", at + 1)),
                c_type: Some(param.c_type.clone()),
                direction: page.and_then(|p| p.direction).or(param.direction),
                optional: page.is_some_and(|p| p.optional) || param.optional,
            }
        })
        .collect()
}

fn same(name: &str, other: Option<&str>) -> bool {
    other.is_some_and(|other| other.eq_ignore_ascii_case(name))
}

/// One step down from each scalar type: `NTSTATUS` to `LONG`.
fn scalars(types: &BTreeMap<String, TypeDecl>) -> BTreeMap<String, String> {
    types
        .iter()
        .filter(|(_, decl)| decl.prototype.is_none() && decl.tag.is_none())
        .filter_map(|(name, decl)| {
            let below = decl.c.strip_prefix("typedef ")?.strip_suffix(';')?.strip_suffix(name.as_str())?.trim();
            (!below.contains('*')).then(|| (name.clone(), below.to_owned()))
        })
        .collect()
}

type Values = BTreeMap<String, Vec<(String, i64)>>;

/// The values of all enumerators: by type, and by name.
fn enumerator_values(material: &Material, scalars: &BTreeMap<String, String>) -> (Values, BTreeMap<String, i64>) {
    let (mut by_type, mut by_name) = (Values::new(), BTreeMap::new());
    // Twice: an enumerator may be defined by one of a type that sorts later.
    for _ in 0..2 {
        for (name, decl) in material.declarations.types.iter().filter(|(_, decl)| !decl.enumerators.is_empty()) {
            let mut next = Some(0);
            let mut values = Vec::new();
            for (enumerator, expression) in &decl.enumerators {
                if let Some(expression) = expression {
                    next = Evaluator::new(&material.macros, scalars, &by_name).value(expression);
                }
                let Some(value) = next else { break };
                values.push((enumerator.clone(), value));
                by_name.insert(enumerator.clone(), value);
                next = value.checked_add(1);
            }
            by_type.insert(name.clone(), values);
        }
    }
    (by_type, by_name)
}

fn type_facts(
    selection: &Selection<'_>,
    material: &Material,
    values: &Values,
    functions: &[ApiFact],
    hand: &Hand,
) -> Vec<TypeFact> {
    let mut facts: BTreeMap<String, TypeFact> = BTreeMap::new();
    for (name, want) in &selection.chosen {
        let decl = material.declarations.types.get(name);
        let members = selection.body(name, *want).map(str::to_owned);
        let c = match (decl, values.get(name)) {
            (Some(decl), Some(values)) if !values.is_empty() => enum_text(name, decl, values),
            (Some(decl), _) => decl.c.clone(),
            (None, _) => format!("{name};"),
        };
        let source = decl.map_or_else(|| "mingw".to_owned(), |decl| material.source(&decl.file));
        facts.insert(name.clone(), TypeFact { name: name.clone(), c, members, source, kit: None });
    }
    // A role type that only its pointer is declared for.
    for fact in functions.iter().filter(|f| f.kind == ApiKind::Callback && f.has_types()) {
        facts.entry(fact.name.clone()).or_insert_with(|| {
            let params: Vec<&str> = fact.params.iter().filter_map(|p| p.c_type.as_deref()).collect();
            let params = if params.is_empty() { "void".to_owned() } else { params.join(", ") };
            let returns = fact.returns.as_deref().unwrap_or("void");
            TypeFact {
                name: fact.name.clone(),
                c: format!("typedef {returns} {}({params});", fact.name),
                members: None,
                source: fact.source.prototype.clone().unwrap_or_default(),
                kit: None,
            }
        });
    }
    for spec in &hand.macros {
        let fact = TypeFact {
            name: spec.name.clone(),
            c: spec.c.trim_end().to_owned(),
            members: None,
            source: "hand".to_owned(),
            kit: Some(spec.kit.clone()),
        };
        facts.insert(spec.name.clone(), fact);
    }
    facts.into_values().collect()
}

fn enum_text(name: &str, decl: &TypeDecl, values: &[(String, i64)]) -> String {
    let tag = decl.tag.as_deref().unwrap_or("enum");
    let list: Vec<String> = values
        .iter()
        // The type of an enumerator is int: what needs more bits would change that.
        .map(|(name, value)| format!("{name} = {}", if *value > i64::from(i32::MAX) { value - (1 << 32) } else { *value }))
        .collect();
    if decl.c.starts_with("typedef") {
        format!("typedef {tag} {{ {} }} {name};", list.join(", "))
    } else {
        format!("{tag} {{ {} }};", list.join(", "))
    }
}

/// Constants by header: macros whose names begin as wanted, and the enumerators of chosen types.
fn constants(
    hand: &Hand,
    material: &Material,
    scalars: &BTreeMap<String, String>,
    enumerators: &BTreeMap<String, i64>,
    types: &[TypeFact],
) -> BTreeMap<String, BTreeMap<String, i64>> {
    let evaluator = Evaluator::new(&material.macros, scalars, enumerators);
    let mut found: BTreeMap<String, (i64, String)> = BTreeMap::new();
    for (name, (body, file)) in &material.macros {
        let wanted = hand.constants.iter().any(|stem| match stem.strip_suffix('*') {
            Some(stem) => name.starts_with(stem),
            None => name == stem,
        });
        if wanted && let Some(value) = evaluator.value(body) {
            found.insert(name.clone(), (value, file.clone()));
        }
    }
    for fact in types {
        let Some(decl) = material.declarations.types.get(&fact.name) else { continue };
        for (name, _) in &decl.enumerators {
            if let Some(value) = enumerators.get(name) {
                found.insert(name.clone(), (*value, header_of(&decl.file).to_owned()));
            }
        }
    }
    let mut by_header: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for (name, (value, file)) in found {
        by_header.entry(file).or_default().insert(name, value);
    }
    by_header
}

/// What each header says about its licence, in a word or two.
fn licences(inputs: &Inputs, material: &Material) -> BTreeMap<String, String> {
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
        () if head.contains("NOT COPYRIGHTED") || head.contains("public domain") => "public domain (notice in the file)",
        () if head.contains("no copyright assigned") => "public domain (notice in the file)",
        () if head.contains("Permission is hereby granted") => "MIT (notice in the file)",
        () if head.contains("GNU Lesser") => "LGPL (notice in the file): facts only",
        () => "no notice in the file: terms of the package, facts only",
    };
    Ok(words.to_owned())
}

fn report(facts: &[ApiFact], types: &[TypeFact], constants: &BTreeMap<String, BTreeMap<String, i64>>, unknown: &[String]) -> String {
    let count = |kind: ApiKind, typed: bool| facts.iter().filter(|f| f.kind == kind && (!typed || f.has_types())).count();
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
