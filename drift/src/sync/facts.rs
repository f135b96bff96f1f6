//! The facts about functions in `apis/` against the pages of the API reference.

use std::collections::BTreeMap;

use rulebook_catalog::api_facts::{ApiFact, ApiFacts, ApiKind as FactKind};
use rulebook_catalog::{ApiKind, ApiPage};

use crate::compare::{self, At, Change};

/// The kinds of findings that only the reference can tell.
pub(super) const KINDS: [&str; 5] =
    ["header-changed", "irql-changed", "parameters-changed", "compliance-changed", "reference-removed"];

/// A file of `apis/`, so that facts have places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactFile {
    /// Its path, as people open it.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Our facts and the published reference.
#[derive(Debug, Clone, Copy)]
pub struct Reference<'a> {
    /// The facts.
    pub facts: &'a ApiFacts,
    /// The files that they were read from.
    pub files: &'a [FactFile],
    /// The pages of the reference.
    pub pages: &'a [ApiPage],
}

/// Where the entry of each function starts.
struct Places<'a> {
    entries: BTreeMap<&'a str, (&'a FactFile, u32)>,
}

impl<'a> Places<'a> {
    fn new(files: &'a [FactFile]) -> Self {
        let mut entries = BTreeMap::new();
        for file in files {
            for (at, line) in file.text.lines().enumerate() {
                if let Some(name) = line.strip_prefix("- name:") {
                    entries.entry(name.trim()).or_insert((file, at as u32 + 1));
                }
            }
        }
        Self { entries }
    }

    /// The line of `key` in the entry of `name`, else the entry's own.
    fn of(&self, name: &str, key: &str) -> At {
        let Some((file, start)) = self.entries.get(name) else {
            return At { path: "apis".to_owned(), line: 0, column: 0 };
        };
        let rest = file.text.lines().enumerate().skip(*start as usize);
        let mut own = rest.take_while(|(_, line)| !line.starts_with("- "));
        let line = own.find(|(_, line)| line.trim_start().starts_with(key)).map_or(*start, |(at, _)| at as u32 + 1);
        At { path: file.path.clone(), line, column: 1 }
    }
}

/// The page of a fact: the one that it was read from, else the one for its name.
fn page_of<'a>(fact: &ApiFact, by_name: &BTreeMap<&str, Vec<&'a ApiPage>>) -> Option<&'a ApiPage> {
    let pages = by_name.get(fact.name.as_str())?;
    let source = fact.source.reference.as_deref().unwrap_or_default();
    let exact = pages.iter().find(|page| !source.is_empty() && page.source.path.ends_with(source));
    exact.or(pages.first()).copied()
}

/// Every fact with its page, if the reference has one.
pub(super) fn matched<'a>(reference: &Reference<'a>) -> Vec<(&'a ApiFact, Option<&'a ApiPage>)> {
    let mut by_name: BTreeMap<&str, Vec<&ApiPage>> = BTreeMap::new();
    for page in reference.pages.iter().filter(|page| matches!(page.kind, ApiKind::Function | ApiKind::Callback)) {
        by_name.entry(page.name.value.as_str()).or_default().push(page);
    }
    // A role type and a function of one name are not the same thing.
    let fits = |fact: &ApiFact, page: &ApiPage| (fact.kind == FactKind::Callback) == (page.kind == ApiKind::Callback);
    let facts = reference.facts.functions.values();
    facts
        .map(|fact| (fact, page_of(fact, &by_name)))
        .filter(|(fact, page)| page.is_none_or(|page| fits(fact, page)))
        .collect()
}

/// Levels, parameters and rules in which facts and reference differ.
pub(super) fn changes(reference: &Reference<'_>) -> Vec<Change> {
    let places = Places::new(reference.files);
    let mut changes = Vec::new();
    for (fact, page) in matched(reference) {
        let Some(page) = page else {
            if let Some(source) = &fact.source.reference {
                changes.push(Change {
                    kind: "reference-removed",
                    subject: fact.name.clone(),
                    topic: "the reference page",
                    from: Some(source.clone()),
                    to: None,
                    from_at: Some(places.of(&fact.name, "source:")),
                    to_at: None,
                    message: Some(format!("the reference has no page for `{}` any more", fact.name)),
                });
            }
            continue;
        };
        let mut push = |kind, topic, key: &str, (from, to): (Option<String>, Option<String>), span| {
            changes.push(Change {
                kind,
                subject: fact.name.clone(),
                topic,
                from,
                to,
                from_at: Some(places.of(&fact.name, key)),
                to_at: Some(At::new(&page.source, span)),
                message: None,
            });
        };
        let header = format!("{}.h", page.header);
        if header != fact.header {
            push("header-changed", "the header", "header:", (Some(fact.header.clone()), Some(header)), page.name.span);
        }
        let level = page.irql.value.fact();
        if level != fact.irql {
            push("irql-changed", "the IRQL bound", "irql:", (fact.irql.clone(), level), page.irql.span);
        }
        let rules = compare::compliance(page);
        if rules != fact.compliance {
            let list = |rules: &[String]| (!rules.is_empty()).then(|| rules.join(", "));
            let span = page.compliance.first().map_or(page.name.span, |first| first.span);
            push(
                "compliance-changed",
                "the compliance list",
                "compliance:",
                (list(&fact.compliance), list(&rules)),
                span,
            );
        }
        if !same_parameters(fact, page) {
            let own: Vec<&str> = fact.params.iter().map(|param| param.name.as_str()).collect();
            let span = page.parameters.first().map_or(page.name.span, |first| first.name.span);
            let values = (Some(own.join(", ")), Some(compare::parameters(page)));
            push("parameters-changed", "the parameter list", "params:", values, span);
        }
    }
    changes
}

/// Whether a page lists the parameters of the fact: the same names, where the prototype decides the order, less a
/// leading one that code does not pass and those that have no name on the page.
fn same_parameters(fact: &ApiFact, page: &ApiPage) -> bool {
    let lower = |name: &str| name.to_ascii_lowercase();
    let own: Vec<String> = fact.params.iter().map(|param| lower(&param.name)).collect();
    let mut listed: Vec<String> = page.parameters.iter().map(|param| lower(&param.name.value)).collect();
    listed.retain(|name| name != "...");
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names
    };
    let fits = |listed: &[String]| {
        let unnamed = |name: &String| name.starts_with("unnamed");
        let by_position =
            listed.len() == own.len() && listed.iter().zip(&own).all(|(listed, own)| listed == own || unnamed(listed));
        by_position || (fact.source.prototype.is_some() && sorted(listed) == sorted(&own))
    };
    fits(&listed) || listed.split_first().is_some_and(|(_, rest)| fact.source.prototype.is_some() && fits(rest))
}
