//! Facts about types, enumerators and constants.

use std::collections::BTreeMap;

use rulebook_catalog::api_facts::{ApiFact, ApiKind, TypeFact};

use super::{Material, header_of};
use crate::cdecl::TypeDecl;
use crate::constants::Evaluator;
use crate::hand::Hand;
use crate::select::Selection;

/// One step down from each scalar type: `NTSTATUS` to `LONG`.
pub(super) fn scalars(types: &BTreeMap<String, TypeDecl>) -> BTreeMap<String, String> {
    types
        .iter()
        .filter(|(_, decl)| decl.prototype.is_none() && decl.tag.is_none())
        .filter_map(|(name, decl)| {
            let below = decl.c.strip_prefix("typedef ")?.strip_suffix(';')?.strip_suffix(name.as_str())?.trim();
            (!below.contains('*')).then(|| (name.clone(), below.to_owned()))
        })
        .collect()
}

pub(super) type Values = BTreeMap<String, Vec<(String, i64)>>;

/// The values of all enumerators: by type, and by name.
pub(super) fn enumerator_values(
    material: &Material,
    scalars: &BTreeMap<String, String>,
) -> (Values, BTreeMap<String, i64>) {
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

pub(super) fn type_facts(
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
        .map(|(name, value)| {
            format!("{name} = {}", if *value > i64::from(i32::MAX) { value - (1 << 32) } else { *value })
        })
        .collect();
    if decl.c.starts_with("typedef") {
        format!("typedef {tag} {{ {} }} {name};", list.join(", "))
    } else {
        format!("{tag} {{ {} }};", list.join(", "))
    }
}

/// Constants by header: macros whose names begin as wanted, and the enumerators of chosen types.
pub(super) fn constants(
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
        let Some(decl) = material.declarations.types.get(&fact.name) else {
            continue;
        };
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
