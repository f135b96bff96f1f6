//! The rules that reference pages name (`req.ddi-compliance`) against the lists of the rule pages.

use std::collections::{BTreeMap, BTreeSet};

use rulebook_catalog::{ApiKind, ApiPage, ComplianceEntry, RulePage, SectionKind};
use rulebook_diagnostics::Span;

use super::applies_to::swapped;
use super::context::Context;
use super::finding::{Finding, head};
use super::listed::Listed;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    if context.rules.is_empty() {
        return;
    }
    let settled = settled(context);
    for api in context.catalog.apis() {
        for entry in &api.compliance {
            spelling(context, api, entry, settled, found);
        }
        twice(api, found);
    }
    let unsure = unsure(context);
    missing(context, &unsure, found);
    extra(context, &unsure, found);
    bare(context, found);
}

/// Whether a reference page at hand names rules at all.
fn names_rules(context: &Context<'_>) -> bool {
    context.catalog.apis().iter().any(|api| !api.compliance.is_empty())
}

fn spelling(context: &Context<'_>, api: &ApiPage, entry: &ComplianceEntry, settled: bool, found: &mut Vec<Finding>) {
    let named = context.rules_named(&entry.name);
    let exact =
        |page: &&RulePage| page.id.name == entry.name || page.aliases.iter().any(|alias| alias.value == entry.name);
    if named.iter().any(exact) {
        return;
    }
    let raw = api.source.slice(entry.span);
    let finding = |kind: &str, message: String| Finding::new(kind, &api.name.value, &api.source, entry.span, message);
    if let Some(page) = named.first() {
        let message = format!("the rule is called `{}`, here it is written `{}`", page.id.name, entry.name);
        found.push(
            finding("compliance-miscased", message)
                .expected(page.id.name.clone())
                .also(&page.source, head(page), "the page of the rule")
                .edit(&api.source, entry.span, raw.replacen(&entry.name, &page.id.name, 1)),
        );
        return;
    }
    if settled {
        found.push(finding("compliance-unknown", format!("there is no rule `{}`", entry.name)));
    }
}

/// Whether nearly all rules that the reference names have a page: else the pages are a part, and cannot tell which exist.
fn settled(context: &Context<'_>) -> bool {
    let entries = context.catalog.apis().iter().flat_map(|api| &api.compliance);
    let names: BTreeSet<String> = entries.map(|entry| entry.name.to_lowercase()).collect();
    let unknown = names.iter().filter(|name| context.rules_named(name).is_empty()).count();
    unknown <= 1 + names.len() / 20
}

fn twice(api: &ApiPage, found: &mut Vec<Finding>) {
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    for entry in &api.compliance {
        let model = entry.model.as_ref().map_or(String::new(), |model| model.slug().to_owned());
        if !seen.insert((entry.name.to_lowercase(), model)) {
            let message = format!("the rule `{}` is named twice", entry.name);
            found.push(Finding::new("compliance-twice", &api.name.value, &api.source, entry.span, message));
        }
    }
}

/// Whether `entry` can stand for `page`: the same name, and the same model if one is given.
fn stands_for(entry: &ComplianceEntry, page: &RulePage) -> bool {
    entry.name.eq_ignore_ascii_case(&page.id.name) && entry.model.as_ref().is_none_or(|model| *model == page.id.model)
}

/// The models that the reference writes behind a rule's name where several models share it.
fn suffixes(context: &Context<'_>, name: &str) -> BTreeSet<String> {
    let entries = context.catalog.apis().iter().flat_map(|api| &api.compliance);
    let same = entries.filter(|entry| entry.name.eq_ignore_ascii_case(name));
    same.filter_map(|entry| entry.model.as_ref()).map(|model| model.slug().to_owned()).collect()
}

/// A bare name that stands for another model's rule: the one rule page of that name that lists the function is of a model
/// that the reference always writes out.
fn bare(context: &Context<'_>, found: &mut Vec<Finding>) {
    for api in context.catalog.apis() {
        for entry in api.compliance.iter().filter(|entry| entry.model.is_none()) {
            let named = context.rules_named(&entry.name);
            // A page that names the function anywhere is about it.
            let lists =
                |page: &&&RulePage| page.apis.iter().any(|other| other.name.eq_ignore_ascii_case(&api.name.value));
            let mut listing = named.iter().filter(lists);
            let (Some(page), None) = (listing.next(), listing.next()) else { continue };
            let written = suffixes(context, &entry.name);
            let already = api.compliance.iter().any(|other| other.model.is_some() && stands_for(other, page));
            if named.len() < 2 || already || !written.contains(page.id.model.slug()) {
                continue;
            }
            let right = format!("{}({})", page.id.name, page.id.model.slug());
            let message = format!(
                "of the rules called `{}` only that of `{}` lists the function, and the reference writes that model out",
                entry.name, page.id
            );
            let raw = api.source.slice(entry.span);
            found.push(
                Finding::new("compliance-model", &page.id.to_string(), &api.source, entry.span, message)
                    .expected(right.clone())
                    .also(&page.source, head(page), "the rule that lists the function")
                    .edit(&api.source, entry.span, raw.replacen(&entry.name, &right, 1)),
            );
        }
    }
}

/// All reference pages of a function, under its own name: one name may be in several headers.
fn pages_of<'c>(context: &Context<'c>, name: &str) -> Vec<&'c ApiPage> {
    let same = |api: &&ApiPage| api.name.value.eq_ignore_ascii_case(name) && api.kind != ApiKind::Structure;
    context.catalog.apis().iter().filter(same).collect()
}

/// Other names of a function: those that the semantics rewrite to it, and its twin as a system service.
fn aliases(context: &Context<'_>, name: &str) -> Vec<String> {
    let mut all = Vec::new();
    for alias in &context.semantics.aliases {
        let (Some(from), Some(to)) = (alias.call.api(), alias.is.api()) else { continue };
        if from.eq_ignore_ascii_case(name) {
            all.push(to.to_owned());
        }
        if to.eq_ignore_ascii_case(name) {
            all.push(from.to_owned());
        }
    }
    for (one, other) in [("Zw", "Nt"), ("Nt", "Zw")] {
        all.extend(name.strip_prefix(one).map(|rest| format!("{other}{rest}")));
    }
    all
}

/// Rules whose lists belong to other rules, and so say nothing.
fn unsure(context: &Context<'_>) -> BTreeSet<String> {
    let listed: Vec<Listed<'_>> = context.rule_docs().map(|(page, doc)| Listed::new(context, page, doc)).collect();
    let copied = listed.iter().filter(|one| one.twin(&listed).is_some());
    let mut rules: BTreeSet<String> = copied.map(|one| one.page.id.to_string()).collect();
    rules.extend(swapped(&listed, &mut Vec::new()));
    rules
}

/// Functions of a rule page's list whose reference page does not name the rule.
fn missing(context: &Context<'_>, unsure: &BTreeSet<String>, found: &mut Vec<Finding>) {
    if !names_rules(context) {
        return;
    }
    for (page, _) in context.rule_docs().filter(|(page, _)| !unsure.contains(&page.id.to_string())) {
        let mut done: BTreeSet<String> = BTreeSet::new();
        for entry in page.applies_to() {
            let Some(api) = context.catalog.resolve(entry) else { continue };
            let mut all = pages_of(context, &api.name.value);
            all.extend(pages_of(context, &entry.name));
            for alias in aliases(context, &api.name.value) {
                all.extend(pages_of(context, &alias));
            }
            // A bare name stands for the model that the reference never writes out.
            let written = suffixes(context, &page.id.name).contains(page.id.model.slug());
            let bare = |entry: &ComplianceEntry| {
                let peer = |other: &&RulePage| {
                    other.id.model != page.id.model
                        && other.applies_to().any(|listed| listed.name.eq_ignore_ascii_case(&api.name.value))
                };
                entry.model.is_none() && written && context.rules_named(&page.id.name).iter().any(peer)
            };
            let told = |api: &&ApiPage| api.compliance.iter().any(|entry| stands_for(entry, page) && !bare(entry));
            if all.iter().any(told) || !done.insert(api.name.value.to_lowercase()) || api.kind == ApiKind::Callback {
                continue;
            }
            // The page of the name that the list has, not of a twin.
            let api = context.catalog.api(&entry.name).unwrap_or(api);
            let Some(place) = field(api) else { continue };
            let others = api.compliance.len();
            let message = format!(
                "the rule page of `{}` lists the function, and its reference page does not name the rule{}",
                page.id,
                if others == 0 { ", nor any other" } else { "" }
            );
            found.push(
                Finding::new("compliance-missing", &page.id.to_string(), &api.source, place, message)
                    .found(api.source.slice(place).trim().to_owned())
                    .expected(suffixed(context, page))
                    .also(&page.source, entry.span, format!("the list has `{}`", entry.name)),
            );
        }
    }
}

/// The name of a rule as the reference writes it, with its model where other pages have it so.
fn suffixed(context: &Context<'_>, page: &RulePage) -> String {
    let entries = context.catalog.apis().iter().flat_map(|api| &api.compliance);
    let mut own = entries.filter(|entry| stands_for(entry, page));
    let with = own.find_map(|entry| entry.model.as_ref());
    with.map_or(page.id.name.clone(), |model| format!("{}({model})", page.id.name))
}

/// The place of the field, of its key where it is empty.
fn field(api: &ApiPage) -> Option<Span> {
    let entry = api.front_matter.get("req.ddi-compliance")?;
    Some(if api.source.slice(entry.span).trim().is_empty() { entry.key.span } else { entry.span })
}

/// Rules that a reference page names and whose pages do not list the function.
fn extra(context: &Context<'_>, unsure: &BTreeSet<String>, found: &mut Vec<Finding>) {
    let mut lists: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for page in &context.rules {
        let mut all: BTreeSet<String> = BTreeSet::new();
        for entry in page.applies_to() {
            let mut names = vec![entry.name.clone()];
            names.extend(context.catalog.resolve(entry).map(|api| api.name.value.clone()));
            for name in names {
                all.extend(aliases(context, &name).into_iter().map(|alias| alias.to_lowercase()));
                all.insert(name.to_lowercase());
            }
        }
        lists.insert(page.id.to_string().to_lowercase(), all);
    }
    for api in context.catalog.apis().iter().filter(|api| api.kind == ApiKind::Function) {
        for entry in &api.compliance {
            let pages: Vec<&RulePage> = context.rules.iter().filter(|page| stands_for(entry, page)).copied().collect();
            let has = |page: &&RulePage| {
                lists
                    .get(&page.id.to_string().to_lowercase())
                    .is_some_and(|list| list.contains(&api.name.value.to_lowercase()))
            };
            // A page without a list says nothing about which functions it is about.
            let listless = |page: &&RulePage| page.applies_to().next().is_none();
            let wrong = |page: &&RulePage| unsure.contains(&page.id.to_string());
            if pages.is_empty() || pages.iter().any(|page| has(page) || listless(page) || wrong(page)) {
                continue;
            }
            let page = pages[0];
            let heading = page.section(SectionKind::AppliesTo).and_then(|section| section.heading.as_ref());
            let Some(heading) = heading else { continue };
            let message = format!(
                "the reference page of `{}` names the rule `{}`, whose page does not list the function",
                api.name.value, page.id
            );
            found.push(
                Finding::new("compliance-extra", &page.id.to_string(), &api.source, entry.span, message)
                    .found(entry.name.clone())
                    .expected(format!(
                        "an entry `{}` under `Applies to` on the rule page, or no such name here",
                        api.name.value
                    ))
                    .also(&page.source, heading.span, "the list without the function"),
            );
        }
    }
}
