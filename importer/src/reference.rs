//! What a reference page says about its API, as far as the facts need it.
//!
//! The catalog reads the pages; here they only take the form in which facts are written.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, ensure};
use rulebook_catalog::api_facts::{ApiKind, Direction};
use rulebook_catalog::{ApiPage, ComplianceEntry};

/// One page.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub kind: ApiKind,
    pub header: String,
    /// Path relative to the root of the reference, with forward slashes.
    pub path: String,
    pub irql: Option<String>,
    pub compliance: Vec<String>,
    pub params: Vec<PageParam>,
}

/// One documented parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageParam {
    pub name: String,
    pub direction: Option<Direction>,
    pub optional: bool,
}

/// Reads all pages below `root`, by API name; of two pages for one name the first in the catalog's order counts.
pub(crate) fn read_all(root: &Path) -> Result<BTreeMap<String, Page>> {
    let (loaded, _) = rulebook_catalog::load::load(root);
    ensure!(!loaded.apis.is_empty(), "no reference pages below {}", root.display());
    let mut pages = BTreeMap::new();
    for page in &loaded.apis {
        let Some(kind) = kind(page) else { continue };
        let name = page.name.value.clone();
        pages.entry(name).or_insert_with(|| facts(page, kind, root));
    }
    Ok(pages)
}

fn kind(page: &ApiPage) -> Option<ApiKind> {
    use rulebook_catalog::links::ApiKind as PageKind;
    match page.kind {
        PageKind::Callback => Some(ApiKind::Callback),
        PageKind::Function if page.is_macro => Some(ApiKind::Macro),
        PageKind::Function => Some(ApiKind::Function),
        _ => None,
    }
}

fn facts(page: &ApiPage, kind: ApiKind, root: &Path) -> Page {
    let path = &page.source.path;
    let relative =
        Path::new(path).strip_prefix(root).map_or(path.clone(), |path| path.to_string_lossy().replace('\\', "/"));
    let params = page.parameters.iter().filter(|param| param.name.value != "...");
    Page {
        kind,
        header: format!("{}.h", page.header),
        path: relative,
        irql: page.irql.value.fact(),
        compliance: page.compliance.iter().map(ComplianceEntry::fact).collect(),
        params: params
            .map(|param| PageParam {
                name: param.name.value.clone(),
                direction: param.direction.map(|direction| match direction {
                    rulebook_catalog::Direction::In => Direction::In,
                    rulebook_catalog::Direction::Out => Direction::Out,
                    rulebook_catalog::Direction::InOut => Direction::Inout,
                }),
                optional: param.optional,
            })
            .collect(),
    }
}
