//! What pages of one folder say about each other: which rule sets list a rule, and what model an unmarked rule has.

use std::collections::BTreeMap;

use rulebook_diagnostics::{Problem, Related};

use crate::identity::{Model, ModelSource};
use crate::links::slug;
use crate::load::Pages;

/// Joins rule pages and rule sets, sorts the rules, and reports rules that two pages claim.
pub(crate) fn join(pages: &mut Pages, problems: &mut Vec<Problem>) {
    pages.rules.sort_by(|a, b| a.source.path.cmp(&b.source.path));
    // Pages link by file name; where two folders have one of the same name, the nearest is meant.
    let mut by_file: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, rule) in pages.rules.iter().enumerate() {
        by_file.entry(rule.source.file_stem().to_lowercase()).or_default().push(at);
    }
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
            if !rule.rule_sets.contains(&set.title.value) {
                rule.rule_sets.push(set.title.value.clone());
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
