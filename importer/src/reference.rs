//! What a reference page says about its API, as far as the facts need it.
//!
//! The catalog reads the pages; here they only take the form in which facts are written.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, ensure};
use rulebook_catalog::ApiPage;
use rulebook_catalog::api_facts::{ApiKind, Direction};
use rulebook_catalog::identity::Model;
use rulebook_catalog::irql_text::{IrqlBound, IrqlText};
use rulebook_machine::{Interval, Level};

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
        irql: irql(&page.irql.value),
        compliance: page.compliance.iter().map(|rule| spelled(&rule.name, rule.model.as_ref())).collect(),
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

/// A rule as the field names it: `SpinLock(storport)`.
fn spelled(name: &str, model: Option<&Model>) -> String {
    model.map_or_else(|| name.to_owned(), |model| format!("{name}({})", model.to_string().to_ascii_lowercase()))
}

/// The bound alone: relation and level name, `any`, and `see-remarks` where the field refers there.
fn irql(field: &IrqlText) -> Option<String> {
    let bound = match &field.bound {
        IrqlBound::Interval(interval) => Some(range(*interval)),
        IrqlBound::Exact(level) => Some(level.long_name()),
        IrqlBound::Any => Some("any".to_owned()),
        IrqlBound::SeeRemarks(_) | IrqlBound::None => None,
    };
    match (bound, field.qualified) {
        (Some(bound), true) => Some(format!("{bound} see-remarks")),
        (None, true) => Some("see-remarks".to_owned()),
        (bound, false) => bound,
    }
}

fn range(interval: Interval) -> String {
    match (interval.min, interval.max) {
        (Level::PASSIVE, Level::HIGH) => "any".to_owned(),
        (Level::PASSIVE, max) => format!("<= {}", max.long_name()),
        (min, Level::HIGH) => format!(">= {}", min.long_name()),
        (min, max) => format!("{}..{}", min.long_name(), max.long_name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_as_facts_have_them() {
        for (field, expected) in [
            ("PASSIVE_LEVEL", Some("PASSIVE_LEVEL")),
            ("<=DISPATCH_LEVEL", Some("<= DISPATCH_LEVEL")),
            ("<= DISPATCH_LEVEL (see Remarks section)", Some("<= DISPATCH_LEVEL see-remarks")),
            ("< DISPATCH_LEVEL", Some("<= APC_LEVEL")),
            ("IRQL >= DISPATCH_LEVEL", Some(">= DISPATCH_LEVEL")),
            ("<= DIRQL", Some("<= DIRQL")),
            ("Any level (see Remarks section)", Some("any see-remarks")),
            ("(See Remarks section.)", Some("see-remarks")),
            ("Not applicable", None),
            ("", None),
        ] {
            let found = irql(&rulebook_catalog::irql_text::read(field));
            assert_eq!(found.as_deref(), expected, "{field}");
        }
    }
}
