//! A given API reference in the place of the bundled one.

use std::borrow::Cow;

use crate::api_facts::{ApiFact, ApiFacts, ApiKind as FactKind, FactSource, ParamFact};
use crate::api_page::ApiPage;
use crate::irql_text::{IrqlBound, IrqlText};
use crate::links::ApiKind;

/// `facts` with the levels that `apis` state, and with the functions that only `apis` know.
///
/// Types and prototypes are on no reference page, so those of `facts` always stay.
#[must_use]
pub fn with_reference<'f>(facts: &'f ApiFacts, apis: &[ApiPage]) -> Cow<'f, ApiFacts> {
    if apis.is_empty() {
        return Cow::Borrowed(facts);
    }
    let mut facts = facts.clone();
    for page in apis.iter().filter(|page| page.kind == ApiKind::Function) {
        let fact = facts.functions.entry(page.name.value.clone()).or_insert_with(|| ApiFact {
            name: page.name.value.clone(),
            kind: if page.is_macro { FactKind::Macro } else { FactKind::Function },
            header: format!("{}.h", page.header),
            returns: None,
            params: page
                .parameters
                .iter()
                .map(|param| ParamFact {
                    name: param.name.value.clone(),
                    c_type: None,
                    direction: None,
                    optional: param.optional,
                })
                .collect(),
            variadic: false,
            irql: None,
            compliance: Vec::new(),
            source: FactSource { reference: Some(page.source.path.clone()), prototype: None },
        });
        if let Some(text) = level(&page.irql.value) {
            fact.irql = Some(text);
        }
    }
    Cow::Owned(facts)
}

/// The level in the form of the facts; `None` where the page says nothing.
fn level(irql: &IrqlText) -> Option<String> {
    let remarks = if irql.qualified { " see-remarks" } else { "" };
    match (&irql.bound, irql.bound.interval()) {
        (IrqlBound::None, _) => None,
        (IrqlBound::Any, _) => Some(format!("any{remarks}")),
        (_, Some(interval)) => Some(format!("{interval}{remarks}")),
        (_, None) => Some("see-remarks".to_owned()),
    }
}
