//! Lists of rules and tables of contents: what they list, what they lack, what they say of a rule.

use std::collections::{BTreeMap, BTreeSet};

use rulebook_catalog::links::slug;
use rulebook_catalog::{Passage, PassageKind, RulePage, RuleSetPage};

use super::context::{Context, Doc, Kind};
use super::finding::{Finding, head};
use super::known::words;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable() {
        if let Kind::RuleSet(set) = doc.kind {
            other_rule(context, doc, found);
            copied(context, doc, found);
            other_set(set, doc, found);
            twice(context, set, found);
            foreign_model(context, set, found);
        }
    }
    unlisted(context, found);
    contents(context, found);
}

/// The cells of a table by row.
fn rows<'d>(doc: &'d Doc<'_>) -> BTreeMap<(usize, usize), Vec<&'d Passage>> {
    let mut rows: BTreeMap<(usize, usize), Vec<&'d Passage>> = BTreeMap::new();
    for passage in &doc.passages {
        if let PassageKind::Cell { table, row, .. } = passage.kind {
            rows.entry((table, row)).or_default().push(passage);
        }
    }
    rows
}

/// A row about one rule whose description names another one.
fn other_rule(context: &Context<'_>, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    for cells in rows(doc).values() {
        let [first, second, ..] = cells[..] else { continue };
        let Some(rule) = first.inline.links().find_map(|(_, target, _)| context.rule_at(target)) else { continue };
        let text = &second.inline.text;
        let Some((before, _)) = text.split_once(" rule ") else { continue };
        let Some((at, name)) = words(before).last().filter(|(at, _)| before[..*at].trim().len() < 12) else { continue };
        let others = context.rules_named(name);
        if name.eq_ignore_ascii_case(&rule.id.name) || others.is_empty() {
            continue;
        }
        let span = second.inline.span_of(at, at + name.len());
        let message = format!("the row is about `{}`, and its description about `{name}`", rule.id);
        found.push(
            Finding::new("rule-set-other-rule", &rule.id.to_string(), doc.source, span, message)
                .found(name)
                .expected(rule.id.name.clone())
                .also(doc.source, first.inline.span, "the rule of the row"),
        );
    }
}

/// A row whose description is the text of another rule's page.
fn copied(context: &Context<'_>, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let bare = |text: &str, own: &str| {
        let kept = words(text).map(|(_, word)| word.to_lowercase()).filter(|word| *word != own.to_lowercase());
        kept.collect::<Vec<_>>().join(" ")
    };
    let texts =
        |page: &RulePage| page.prose.first().map(|block| bare(&block.inline.text, &page.id.name)).unwrap_or_default();
    for cells in rows(doc).values() {
        let [first, second, ..] = cells[..] else { continue };
        let Some(rule) = first.inline.links().find_map(|(_, target, _)| context.rule_at(target)) else { continue };
        let row = bare(&second.inline.text, &rule.id.name);
        let own = texts(rule);
        if row.split(' ').count() < 8 || own.starts_with(&row) || row.starts_with(&own) {
            continue;
        }
        let other = context.rules.iter().find(|page| page.id.model == rule.id.model && texts(page) == row);
        let differs = strsim::normalized_levenshtein(&row, &own) < 0.9;
        if let Some(other) = other.filter(|_| differs) {
            let message = format!("the description of `{}` is that of `{}`", rule.id, other.id);
            let place = |page: &RulePage| page.prose.first().map_or(head(page), |block| block.inline.span);
            found.push(
                Finding::new("rule-set-other-rule", &rule.id.to_string(), doc.source, second.inline.span, message)
                    .also(&other.source, place(other), "the same text")
                    .also(&rule.source, place(rule), "what the page of the rule says"),
            );
        }
    }
}

/// The name of a rule set: its title without `Rule Set` and model.
fn set_name(title: &str) -> Option<&str> {
    let at = title.to_lowercase().find(" rule set")?;
    Some(title[..at].trim())
}

/// Instructions that were copied from the page of another rule set.
fn other_set(set: &RuleSetPage, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let Some(own) = set_name(&set.title.value) else { return };
    for passage in doc.text() {
        let text = &passage.inline.text;
        let lower = text.to_lowercase();
        let Some(at) = lower.find("select the ") else { continue };
        let Some(len) = lower[at..].find(" rule set") else { continue };
        let name = &text[at + 11..at + len];
        if name.eq_ignore_ascii_case(own) || name.split_whitespace().count() > 3 {
            continue;
        }
        let span = passage.inline.span_of(at + 11, at + len);
        let message = format!("the page is about the rule set `{own}`, the instruction about `{name}`");
        found.push(
            Finding::new("rule-set-other-set", "", doc.source, span, message)
                .found(name)
                .expected(own)
                .also(doc.source, set.title.span, "the title")
                .edit(doc.source, span, own),
        );
    }
}

/// A rule that a page lists twice; options list some rules once for each of their parts.
fn twice(context: &Context<'_>, set: &RuleSetPage, found: &mut Vec<Finding>) {
    if context.is_option(set) {
        return;
    }
    let mut seen: BTreeMap<String, rulebook_diagnostics::Span> = BTreeMap::new();
    for entry in &set.entries {
        let Some(rule) = &entry.rule else { continue };
        match seen.get(&rule.to_string().to_lowercase()) {
            Some(first) => {
                let message = format!("the page lists `{rule}` twice");
                found.push(
                    Finding::new("rule-set-twice", &rule.to_string(), &set.source, entry.link.span, message).also(
                        &set.source,
                        *first,
                        "the first entry",
                    ),
                );
            }
            None => {
                seen.insert(rule.to_string().to_lowercase(), entry.link.span);
            }
        }
    }
}

/// A rule of another driver model than that of the list.
fn foreign_model(context: &Context<'_>, set: &RuleSetPage, found: &mut Vec<Finding>) {
    let Some(model) = set.model.as_ref().filter(|_| !context.is_option(set)) else { return };
    for entry in &set.entries {
        if let Some(rule) = entry.rule.as_ref().filter(|rule| rule.model != *model) {
            let message = format!("a list of `{model}` rules leads to a page of `{rule}`");
            found.push(Finding::new("rule-set-other-model", &rule.to_string(), &set.source, entry.link.span, message));
        }
    }
}

/// Rules that no rule set lists, though they can be tested at compile time as the others of their model.
fn unlisted(context: &Context<'_>, found: &mut Vec<Finding>) {
    let sets: Vec<&RuleSetPage> = context.catalog.rule_sets().iter().filter(|set| !context.is_option(set)).collect();
    let listed: BTreeSet<String> = sets
        .iter()
        .flat_map(|set| &set.entries)
        .filter_map(|entry| entry.rule.as_ref())
        .map(|rule| rule.to_string().to_lowercase())
        .collect();
    let is_listed = |page: &RulePage| listed.contains(&page.id.to_string().to_lowercase());
    for page in context.rules.iter().filter(|page| !is_listed(page)) {
        let peers: Vec<&&RulePage> = context.rules.iter().filter(|other| other.id.model == page.id.model).collect();
        let with = peers.iter().filter(|other| is_listed(other)).count();
        // Where nearly no rule of the model is listed, the lists are not at hand.
        if with * 4 < peers.len() * 3 || page.testing.compile_time.is_none() {
            continue;
        }
        let message = "no rule set lists the rule, unlike the other rules of its driver model".to_owned();
        found.push(
            Finding::new("rule-set-missing", &page.id.to_string(), &page.source, head(page), message)
                .expected("an entry in one of the rule sets"),
        );
    }
}

/// Tables of contents against pages.
fn contents(context: &Context<'_>, found: &mut Vec<Finding>) {
    for toc in context.catalog.tocs() {
        let folder = toc.source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let here = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder) == folder;
        let mut pages: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for node in &toc.nodes {
            node.walk(&mut Vec::new(), &mut |above, node| {
                if let Some(page) = &node.page {
                    pages
                        .entry(slug(&page.value))
                        .or_default()
                        .push(above.last().copied().unwrap_or_default().to_owned());
                }
            });
        }
        for page in context.rules.iter().filter(|page| here(&page.source.path)) {
            if !pages.contains_key(&page.source.file_stem().to_lowercase()) {
                let message = "the table of contents of the folder has no entry for the rule".to_owned();
                found.push(
                    Finding::new("contents-missing", &page.id.to_string(), &page.source, head(page), message).also(
                        &toc.source,
                        rulebook_diagnostics::Span::default(),
                        "the table of contents",
                    ),
                );
            }
        }
        branches(context, &pages, found);
    }
}

/// A rule that the contents have below one rule set and whose page no list of that rule set has.
fn branches(context: &Context<'_>, pages: &BTreeMap<String, Vec<String>>, found: &mut Vec<Finding>) {
    for set in context.catalog.rule_sets().iter().filter(|set| set_name(&set.title.value).is_some()) {
        let title = set.title.value.to_lowercase();
        let below = |parents: &Vec<String>| parents.iter().any(|parent| parent.to_lowercase() == title);
        let any = set.entries.iter().filter_map(|entry| entry.rule.as_ref()).count();
        for page in &context.rules {
            let stem = page.source.file_stem().to_lowercase();
            let listed = set.entries.iter().find(|entry| entry.rule.as_ref() == Some(&page.id));
            let in_contents = pages.get(&stem).is_some_and(below);
            match (listed, in_contents) {
                (None, true) if any > 0 => {
                    let message = format!(
                        "the table of contents has `{}` below this rule set, the page does not list it",
                        page.id
                    );
                    found.push(
                        Finding::new("rule-set-missing", &page.id.to_string(), &set.source, set.title.span, message)
                            .also(&page.source, head(page), "the page of the rule"),
                    );
                }
                (Some(entry), false) if pages.values().any(below) && !context.is_option(set) => {
                    let message = format!(
                        "the page lists `{}`, the table of contents does not have it below this rule set",
                        page.id
                    );
                    found.push(Finding::new(
                        "contents-missing",
                        &page.id.to_string(),
                        &set.source,
                        entry.link.span,
                        message,
                    ));
                }
                _ => {}
            }
        }
    }
}
