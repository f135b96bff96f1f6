//! The ways into the book: the table of all rules, and lists by model, function, bug check and status.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rulebook_catalog::RuleId;
use rulebook_catalog::lists::{RuleSet, VerifierOption};
use serde::Serialize;

use super::facts::RuleFacts;
use super::page::{model_name, plain};
use super::templates::Templates;
use super::{Book, facts, path};
use crate::GenerateError;
use crate::writer::Tree;

#[derive(Debug, Clone, Serialize)]
struct Row {
    #[serde(flatten)]
    facts: RuleFacts,
    path: String,
    model_name: String,
    /// What the filter searches, in lower case.
    text: String,
}

#[derive(Debug, Serialize)]
struct Count {
    value: String,
    label: String,
    rules: usize,
}

#[derive(Debug, Serialize)]
struct All {
    rows: Vec<Row>,
    models: Vec<Count>,
    families: Vec<Count>,
    statuses: Vec<Count>,
}

#[derive(Debug, Serialize)]
struct Group {
    name: String,
    anchor: String,
    note: String,
    rules: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Index {
    title: String,
    intro: &'static str,
    code: bool,
    groups: Vec<Group>,
}

#[derive(Debug, Serialize)]
struct ModelPage {
    name: String,
    slug: String,
    /// Its folder below `rules`: a model may be called anything.
    folder: String,
    families: Vec<Group>,
    rules: usize,
}

#[derive(Debug, Serialize)]
struct Summary {
    models: Vec<ModelPage>,
}

/// Adds the indexes and the summary of the book.
pub(super) fn add(
    tree: &mut Tree,
    templates: &Templates,
    book: &Book<'_>,
    all: &[RuleFacts],
) -> Result<(), GenerateError> {
    let rows: Vec<Row> = all.iter().map(row).collect();
    let counts = |of: fn(&RuleFacts) -> &str, label: fn(&str) -> String| -> Vec<Count> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for facts in all {
            *counts.entry(of(facts)).or_default() += 1;
        }
        let count = |(value, rules): (&str, usize)| Count { value: value.to_owned(), label: label(value), rules };
        counts.into_iter().filter(|(value, _)| !value.is_empty()).map(count).collect()
    };
    let table = All {
        rows: rows.clone(),
        models: counts(|facts| &facts.model, model_name),
        families: counts(|facts| &facts.family, str::to_owned),
        statuses: counts(|facts| &facts.status, str::to_owned),
    };
    tree.add("src/rules/index.md", templates.render("rules.md", &table)?)?;

    let models: Vec<ModelPage> = group(&rows, |row| vec![row.facts.model.clone()])
        .into_iter()
        .map(|(slug, rules)| model(slug, &rules))
        .collect();
    for model in &models {
        tree.add(&format!("src/rules/{}/index.md", model.folder), templates.render("model.md", model)?)?;
    }
    let indexes = [
        ("apis", "functions.md", by_api(book, &rows)),
        ("bug-checks", "index.md", by_bug_check(book, &rows)),
        ("rule-sets", "index.md", by_rule_set(book, &rows)),
        ("options", "index.md", by_option(book, &rows)),
        ("statuses", "index.md", by_status(&rows)),
    ];
    for (name, template, index) in indexes {
        tree.add(&format!("src/rules/by-{name}.md"), templates.render(template, &index)?)?;
    }
    tree.add("src/SUMMARY.md", templates.render("summary.md", &Summary { models })?)
}

fn row(facts: &RuleFacts) -> Row {
    let words = [&facts.id, &facts.summary, &facts.family];
    let text = words
        .into_iter()
        .chain(&facts.apis)
        .chain(&facts.bug_checks)
        .chain(&facts.aliases)
        .cloned()
        .collect::<Vec<_>>()
        .join(" ");
    Row {
        path: path(facts),
        model_name: model_name(&facts.model),
        text: attribute(&text.to_lowercase()),
        facts: facts.clone(),
    }
}

/// Text inside of an HTML attribute.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

fn group(rows: &[Row], keys: impl Fn(&Row) -> Vec<String>) -> BTreeMap<String, Vec<Row>> {
    let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows {
        for key in keys(row) {
            groups.entry(key).or_default().push(row.clone());
        }
    }
    groups
}

fn groups(rows: BTreeMap<String, Vec<Row>>, note: impl Fn(&str) -> String) -> Vec<Group> {
    rows.into_iter()
        .map(|(name, rules)| Group { anchor: facts::anchor(&name), note: note(&name), name, rules })
        .collect()
}

fn model(slug: String, rules: &[Row]) -> ModelPage {
    let families = groups(group(rules, |row| vec![row.facts.family.clone()]), family_name);
    let folder = crate::writer::sanitised(&slug);
    ModelPage { name: plain(&model_name(&slug)), families, rules: rules.len(), slug, folder }
}

/// A family as a heading.
fn family_name(slug: &str) -> String {
    if slug.is_empty() {
        return "Others".to_owned();
    }
    let words = slug.split('-').enumerate().map(|(at, word)| match word {
        // What is an abbreviation in prose.
        "api" | "dma" | "irp" | "irql" => word.to_uppercase(),
        _ if at == 0 => super::page::capitalised(word),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn by_api(book: &Book<'_>, rows: &[Row]) -> Index {
    let apis = |row: &Row| {
        let mut apis = row.facts.apis.clone();
        let rule = book.table.rules.iter().find(|rule| rule.id.eq_ignore_ascii_case(&row.facts.id));
        let patterns = rule
            .into_iter()
            .flat_map(|rule| &rule.machines)
            .flat_map(|machine| &machine.events)
            .flat_map(|event| &event.patterns);
        apis.extend(patterns.filter_map(|pattern| pattern.api().map(str::to_owned)));
        apis.sort();
        apis.dedup();
        apis
    };
    let irql = |name: &str| {
        book.facts
            .functions
            .get(name)
            .and_then(|fact| fact.irql.clone())
            .unwrap_or_default()
            .replace("see-remarks", "(see remarks)")
    };
    Index { title: String::new(), intro: "", code: true, groups: groups(group(rows, apis), irql) }
}

fn by_bug_check(book: &Book<'_>, rows: &[Row]) -> Index {
    let names = |name: &str| {
        let code = name.split(' ').next().unwrap_or_default();
        let mut checks = book.catalog.lists().checks.iter();
        checks
            .find(|check| facts::bug_check(check.code, None) == code)
            .map(|check| plain(&check.name))
            .unwrap_or_default()
    };
    Index {
        title: "Rules by bug check".to_owned(),
        intro: "What a crash dump of Driver Verifier says, and the rules that explain it.",
        code: true,
        groups: groups(group(rows, |row| row.facts.bug_checks.clone()), names),
    }
}

/// The rows whose rules are in `rules`, in the order of the table.
fn among(rows: &[Row], rules: &[RuleId]) -> Vec<Row> {
    let ids: BTreeSet<String> = rules.iter().map(|rule| rule.to_string().to_lowercase()).collect();
    rows.iter().filter(|row| ids.contains(&row.facts.id.to_lowercase())).cloned().collect()
}

fn by_rule_set(book: &Book<'_>, rows: &[Row]) -> Index {
    let lists = book.catalog.lists();
    let mut groups = Vec::new();
    for set in &lists.rule_sets {
        let rules = among(rows, &set.rules);
        let present = |inner: &&RuleSet| set.sets.contains(&inner.id) && !among(rows, &inner.rules).is_empty();
        let inner: Vec<&RuleSet> = lists.rule_sets.iter().filter(present).collect();
        if rules.is_empty() && inner.is_empty() {
            continue;
        }
        let mut note = set.file.as_ref().map(|file| format!("Selected by `/check:{file}`. ")).unwrap_or_default();
        if !inner.is_empty() {
            let links =
                inner.iter().map(|inner| format!("[{}](#{})", plain(&inner.title), facts::anchor(&inner.title)));
            // Writing to a string cannot fail.
            let _ = write!(note, "It has the rules of {}.", links.collect::<Vec<_>>().join(", "));
        }
        groups.push(Group { name: plain(&set.title), anchor: facts::anchor(&set.title), note, rules });
    }
    Index {
        title: "Rules by rule set".to_owned(),
        intro: "The sets that Static Driver Verifier offered, and lists of a whole model.",
        code: false,
        groups,
    }
}

fn by_option(book: &Book<'_>, rows: &[Row]) -> Index {
    let group = |option: &VerifierOption| {
        let since = option.since.as_ref().map(|since| format!(" Since {since}.")).unwrap_or_default();
        let gone = option.deprecated.as_ref().map(|from| format!(" Deprecated from {from} on.")).unwrap_or_default();
        Group {
            name: option.name.clone(),
            anchor: facts::anchor(&option.name),
            note: format!("{} Chosen by `verifier {}`.{since}{gone}", option.about, option.switch),
            rules: among(rows, &option.rules),
        }
    };
    let groups = book.catalog.lists().options.iter().map(group).filter(|group| !group.rules.is_empty());
    Index {
        title: "Rules by option of Driver Verifier".to_owned(),
        intro: "The rules that Driver Verifier checks while the driver runs, and what turns them on.",
        code: false,
        groups: groups.collect(),
    }
}

fn by_status(rows: &[Row]) -> Index {
    let note = |status: &str| match status {
        "executable" => "The checker runs them.".to_owned(),
        "partial" => "The checker runs a part of what they ask for; their pages say which.".to_owned(),
        "run-time-only" => "They ask for something that only a running driver shows.".to_owned(),
        "too-vague" => "Neither page nor reference says what to check.".to_owned(),
        "unspecified" => "Nobody has said yet what to check.".to_owned(),
        _ => String::new(),
    };
    Index {
        title: "Rules by status".to_owned(),
        intro: "How far each rule can be checked without running the driver.",
        code: false,
        groups: groups(group(rows, |row| vec![row.facts.status.clone()]), note),
    }
}
