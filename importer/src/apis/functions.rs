//! Facts about functions, macros and role types: the page and the prototype made one.

use std::collections::{BTreeMap, BTreeSet};

use rulebook_catalog::api_facts::{ApiFact, ApiKind, Direction, FactSource, ParamFact};

use super::{Material, header_of};
use crate::cdecl::{Declarations, Prototype, TypeDecl};
use crate::reference::{self, Page};

pub(super) fn find_prototype(declarations: &Declarations, name: &str, page: Option<&Page>) -> Option<Prototype> {
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
        let ["typedef", below, _] = words.as_slice() else {
            return None;
        };
        name = (*below).to_owned();
    }
    None
}

pub(super) fn fact(name: &str, page: Option<&Page>, prototype: Option<&Prototype>, material: &Material) -> ApiFact {
    let documented: Vec<reference::PageParam> = page.map(|p| p.params.clone()).unwrap_or_default();
    let params = match prototype {
        Some(prototype) => merge(&documented, prototype, &material.declarations.types),
        None => documented
            .iter()
            .map(|p| ParamFact { name: p.name.clone(), c_type: None, direction: p.direction, optional: p.optional })
            .collect(),
    };
    let file = prototype.map(|p| p.file.clone()).unwrap_or_default();
    let header =
        page.map(|p| p.header.clone()).filter(|h| !h.is_empty()).unwrap_or_else(|| header_of(&file).to_owned());
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
        returns: prototype.map(|p| p.returns.clone()),
        params,
        variadic: prototype.is_some_and(|p| p.variadic),
        irql: page.and_then(|p| p.irql.clone()),
        compliance: page.map(|p| p.compliance.clone()).unwrap_or_default(),
        source: FactSource {
            reference: page.map(|p| p.path.clone()),
            prototype: prototype.map(|_| material.source(&file)),
        },
    }
}

/// Names and directions of the page on the types of the prototype, where they fit each other.
fn merge(
    documented: &[reference::PageParam],
    prototype: &Prototype,
    types: &BTreeMap<String, TypeDecl>,
) -> Vec<ParamFact> {
    let names =
        |list: &[reference::PageParam]| list.iter().map(|p| p.name.to_ascii_lowercase()).collect::<BTreeSet<_>>();
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
                name: page
                    .map(|p| p.name.clone())
                    .or_else(|| param.name.clone())
                    .unwrap_or_else(|| format!("Parameter{}", at + 1)),
                c_type: Some(param.c_type.clone()),
                // What is passed by value goes one way, whatever a page says.
                direction: if by_value(&param.c_type, types) {
                    Some(Direction::In)
                } else {
                    page.and_then(|p| p.direction).or(param.direction)
                },
                optional: page.is_some_and(|p| p.optional) || param.optional,
            }
        })
        .collect()
}

/// Whether a parameter of this type carries no address.
fn by_value(c_type: &str, types: &BTreeMap<String, TypeDecl>) -> bool {
    let mut text = c_type.to_owned();
    for _ in 0..8 {
        if text.contains(['*', '(', '[']) {
            return false;
        }
        let Some(decl) = text.split_whitespace().last().and_then(|word| types.get(word)) else {
            return true;
        };
        if decl.tag.is_some() {
            return true;
        }
        let words = decl.c.trim_start_matches("typedef ").trim_end_matches(';');
        let Some((below, _)) = words.rsplit_once(|c: char| c.is_whitespace() || c == '*') else {
            return true;
        };
        if below.trim() == text || words.contains('*') {
            return !words.contains('*');
        }
        text = below.trim().to_owned();
    }
    false
}

fn same(name: &str, other: Option<&str>) -> bool {
    other.is_some_and(|other| other.eq_ignore_ascii_case(name))
}
