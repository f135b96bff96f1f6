//! Every function, macro and role type that a rule page names has facts: header, parameters, level, rules, sources.
//!
//! Needs the upstream pages: set `RULEBOOK_UPSTREAM`.

mod support;

use std::collections::BTreeSet;

use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::links::{ApiKind, ApiTarget};
use rulebook_catalog::{ApiRef, ApiRole, Catalog, Direction, IrqlBound, bundled};
use support::upstream;

/// Names for which there is nothing to have, and why.
const WITHOUT: &[(&str, &str)] = &[
    ("CcCopyWriteEx", "no reference page and no header at hand"),
    ("CloseAdapterHandler", "dot11wdi.h: no reference page and no header at hand"),
    ("IMiniportWaveRTStream::SetState", "a method of a COM interface, which has no page of its own today"),
    ("IoGetDeviceDirectory", "no reference page and no header at hand"),
    ("IoGetDriverDirectory", "no reference page and no header at hand"),
    ("NdisMDeregisterWdiMiniportDriver", "dot11wdi.h: no reference page and no header at hand"),
    ("NdisMRegisterWdiMiniportDriver", "dot11wdi.h: no reference page and no header at hand"),
    ("OID_WDI_GET_ADAPTER_CAPABILITIES", "an object identifier"),
    ("TalTxRxInitializeHandler", "dot11wdi.h: no reference page and no header at hand"),
    ("TxReleaseFrameIndication", "dot11wdi.h: no reference page and no header at hand"),
    ("TxSendPauseIndication", "dot11wdi.h: no reference page and no header at hand"),
    ("TxTransferCompleteIndication", "dot11wdi.h: no reference page and no header at hand"),
    ("ZwFlushBuffersFileEx", "no reference page and no header at hand"),
];

/// Functions of the lists for which no header at hand has a prototype.
const UNTYPED: &[&str] = &[];

fn facts() -> ApiFacts {
    let files: Vec<_> = bundled::files().iter().copied().filter(|(path, _)| path.starts_with("apis/")).collect();
    ApiFacts::parse(&files).expect("the bundled facts are whole")
}

/// Whether a page means something that is called or called back: a list does, running text where its link says so.
fn is_callable(api: &ApiRef) -> bool {
    match api.target.as_deref().and_then(ApiTarget::of) {
        Some(target) => matches!(target.kind, ApiKind::Function | ApiKind::Callback),
        None => api.role == ApiRole::AppliesTo || api.target.is_some(),
    }
}

#[test]
fn what_rule_pages_name_has_facts() {
    let Some(root) = upstream() else { return };
    let (rules, _) = Catalog::load_pages(&root.join("devtest"));
    let (apis, _) = Catalog::load_ddi(&root.join("ddi"));
    let reference = Catalog::default().with_apis(apis);
    let facts = facts();
    let mut missing = BTreeSet::new();
    let mut untyped = BTreeSet::new();
    let mut named = BTreeSet::new();
    for page in rules.rules() {
        let callable = page.apis.iter().filter(|api| matches!(api.role, ApiRole::AppliesTo | ApiRole::Prose));
        for api in callable.filter(|api| is_callable(api)) {
            // What a page calls a function may be an alias of the page that it links to.
            let resolved = reference.resolve(api).map(|page| page.name.value.as_str());
            let fact = facts.functions.get(&api.name).or_else(|| facts.functions.get(resolved?));
            match fact {
                None => {
                    missing.insert(api.name.as_str());
                }
                Some(fact) => {
                    named.insert(fact.name.as_str());
                    if !fact.has_types() {
                        untyped.insert(fact.name.as_str());
                    }
                }
            }
        }
    }
    assert!(named.len() > 1_180, "only {} functions are named", named.len());
    let without: BTreeSet<&str> = WITHOUT.iter().map(|(name, _)| *name).collect();
    assert_eq!(missing.difference(&without).collect::<Vec<_>>(), Vec::<&&str>::new(), "no facts");
    assert_eq!(without.difference(&missing).collect::<Vec<_>>(), Vec::<&&str>::new(), "there are facts: take them out");
    assert_eq!(untyped.into_iter().collect::<Vec<_>>(), UNTYPED, "no prototypes");
}

#[test]
fn facts_say_what_the_reference_says() {
    let Some(root) = upstream() else { return };
    let (apis, _) = Catalog::load_ddi(&root.join("ddi"));
    let facts = facts();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for page in apis.iter().filter(|page| matches!(page.kind, ApiKind::Function | ApiKind::Callback)) {
        let name = &page.name.value;
        let Some(fact) = facts.functions.get(name) else {
            // Members of a class or of an interface are called through it.
            if !name.contains("::") {
                wrong.push(format!("{name}: no fact"));
            }
            continue;
        };
        // Of two pages for one name the first counts.
        if !seen.insert(name) {
            continue;
        }
        let mut say = |what: &str, good: bool| {
            if !good {
                wrong.push(format!("{name}: {what}"));
            }
        };
        say("no header", fact.header.split_once('.').is_some_and(|(_, end)| end == "h"));
        say("no reference page", fact.source.reference.is_some());
        let bounded = page.irql.value.bound.interval().is_some();
        say("no level", !bounded || fact.irql.is_some());
        let silent = matches!(page.irql.value.bound, IrqlBound::None) && !page.irql.value.qualified;
        say("a level from nowhere", !silent || fact.irql.is_none());
        say("other rules", fact.compliance.len() == page.compliance.len());
        for parameter in page.parameters.iter().filter(|parameter| parameter.name.value != "...") {
            // Names are those of the page; a few pages document one parameter more than code passes.
            if let (Some(direction), Some(at)) = (parameter.direction, fact.position(&parameter.name.value)) {
                let fits = matches!(
                    (direction, fact.params[at].direction),
                    (Direction::In, Some(rulebook_catalog::api_facts::Direction::In))
                        | (Direction::Out, Some(rulebook_catalog::api_facts::Direction::Out))
                        | (Direction::InOut, Some(rulebook_catalog::api_facts::Direction::Inout))
                );
                say(&format!("another direction of {}", parameter.name.value), fits);
            }
        }
    }
    // The level is passed by value.
    assert_eq!(wrong, ["KeReleaseSpinLock: another direction of NewIrql"]);
}
