//! What pages of one folder say about each other: which rule sets list a rule, and what model an unmarked rule has.

use std::collections::BTreeMap;

use rulebook_diagnostics::{Problem, Related};

use crate::identity::{Model, ModelSource, RuleId};
use crate::links::slug;
use crate::lists::gather;
use crate::load::Pages;

/// Tells each rule which sets have it, in the order of the sets.
pub(crate) fn tell(pages: &mut Pages) {
    let mut sets: BTreeMap<&RuleId, Vec<&str>> = BTreeMap::new();
    for set in &pages.lists.rule_sets {
        for rule in pages.lists.rules_in(set) {
            sets.entry(rule).or_default().push(&set.title);
        }
    }
    for rule in &mut pages.rules {
        let of = sets.get(&rule.id).map(Vec::as_slice).unwrap_or_default();
        rule.rule_sets = of.iter().map(|title| (*title).to_owned()).collect();
    }
}

/// Joins rule pages and rule sets, sorts the rules, and reports rules that two pages claim.
pub(crate) fn join(pages: &mut Pages, problems: &mut Vec<Problem>) {
    pages.rules.sort_by(|a, b| a.source.path.cmp(&b.source.path));
    // Pages link by file name; where two folders have one of the same name, the nearest is meant.
    let by_file = gather::by_file(pages);
    let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    for set in &mut pages.rule_sets {
        let here = folder(&set.source.path);
        for entry in &mut set.entries {
            let Some(found) = by_file.get(&slug(&entry.link.target)) else {
                continue;
            };
            let nearest = found.iter().find(|at| folder(&pages.rules[**at].source.path) == here).or(found.first());
            let Some(rule) = nearest.and_then(|at| pages.rules.get_mut(*at)) else {
                continue;
            };
            if let (Some(model), ModelSource::FileName | ModelSource::None) = (&set.model, rule.model_source) {
                rule.id.model = model.clone();
                rule.model_source = ModelSource::RuleSet;
            }
        }
        // Ids are final only when every set has spoken; see below.
    }
    for set in &mut pages.rule_sets {
        let here = folder(&set.source.path);
        for entry in &mut set.entries {
            let found = by_file.get(&slug(&entry.link.target));
            let nearest = found.and_then(|found| {
                found.iter().find(|at| folder(&pages.rules[**at].source.path) == here).or(found.first())
            });
            entry.rule = nearest.map(|at| pages.rules[*at].id.clone());
        }
    }
    pages.rules.sort_by(|a, b| (&a.id, &a.source.path).cmp(&(&b.id, &b.source.path)));
    let functions: BTreeMap<String, String> =
        pages.apis.iter().map(|api| (api.target().name, api.name.value.clone())).collect();
    pages.lists = gather::gather(pages, &|name| functions.get(&name.to_ascii_lowercase()).cloned());
    tell(pages);
    for same in pages.rules.chunk_by(|a, b| a.id == b.id) {
        let [first, others @ ..] = same else { continue };
        for other in others.iter().filter(|other| other.id.model != Model::Unknown) {
            let mut problem = Problem::warning(
                "page/duplicate-rule",
                other.source.place(other.name.span),
                format!("the rule `{}` has another page", other.id),
            )
            .note("the other page comes first and is used");
            let place = first.source.place(first.name.span);
            problem.related.push(Related { place, message: "the other page".to_owned() });
            problems.push(problem);
        }
    }
}
