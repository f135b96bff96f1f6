//! From published pages to lists: what the pages of sets and bug checks list, joined with what the pages of rules say.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Claim, Code, Lists, Named, RuleSet, SaidBy, VerifierOption};
use crate::bug_check::SubCode;
use crate::identity::{Model, RuleId};
use crate::links::{ApiTarget, slug};
use crate::load::Pages;
use crate::rule_page::RulePage;
use crate::rule_set::RuleSetPage;
use crate::text::is_identifier;

/// Finds the pages of rules by the last part of a link.
pub(crate) type ByFile = BTreeMap<String, Vec<usize>>;

/// The lists of `pages`; `function` gives a function's name in its own spelling, if there is one of that name.
///
/// Options of Driver Verifier have no pages of a common form: [`tested_by`] says which rules an option that is known has.
#[must_use]
pub fn gather(pages: &Pages, function: &dyn Fn(&str) -> Option<String>) -> Lists {
    Lists { rule_sets: rule_sets(pages), checks: checks(pages, function), options: Vec::new() }
}

/// Whether the page of `rule` says that `option` tests it.
#[must_use]
pub fn tested_by(rule: &RulePage, option: &VerifierOption) -> bool {
    let Named { link, domain, rule_class } = &option.named;
    rule.testing.run_time.as_ref().is_some_and(|test| {
        let linked = test.options.iter().any(|named| Some(anchored(&named.target)) == *link);
        let of_domain = test.domain.as_ref().is_some_and(|named| Some(&named.value) == domain.as_ref());
        let of_class = test.rule_class.as_ref().is_some_and(|named| Some(named.value) == *rule_class);
        linked || of_domain || of_class
    })
}

/// The last part of a link, with its anchor.
fn anchored(target: &str) -> String {
    match target.split_once('#') {
        Some((_, anchor)) => format!("{}#{anchor}", slug(target)),
        None => slug(target),
    }
}

/// Adds to `check` what `other` knows of the same code. What it has from the page of a rule that has another page here
/// is not carried over.
pub(super) fn merge(check: &mut Check, other: Check, has_page: &dyn Fn(&RuleId) -> bool) {
    describe(check, &other);
    check.source = other.source;
    check.rules.extend(other.rules.into_iter().filter(|rule| !has_page(rule)));
    for code in other.codes {
        // Known from pages alone that have others here.
        if !code.rules.is_empty() && code.rules.iter().all(|claim| claim.by == SaidBy::Rule && has_page(&claim.rule)) {
            continue;
        }
        let at = check.codes.binary_search_by_key(&code.value, |known| known.value).unwrap_or_else(|at| {
            check.codes.insert(at, Code::new(code.value));
            at
        });
        let known = &mut check.codes[at];
        for Claim { rule, by } in code.rules {
            match by {
                SaidBy::Rule | SaidBy::Both if !has_page(&rule) => known.rules.push(Claim { rule, by }),
                SaidBy::Rule => {}
                SaidBy::Both | SaidBy::BugCheck => known.claim(rule, SaidBy::BugCheck),
            }
        }
        known.unpublished = code.unpublished;
        known.apis = code.apis;
    }
}

/// Gives `check` the words that `other` has for it.
pub(super) fn describe(check: &mut Check, other: &Check) {
    check.about.clone_from(&other.about);
    check.of_rules.clone_from(&other.of_rules);
}

impl Code {
    fn new(value: u32) -> Self {
        Self { value, rules: Vec::new(), unpublished: Vec::new(), apis: Vec::new() }
    }

    /// Notes that `by` says that the code belongs to `rule`.
    fn claim(&mut self, rule: RuleId, by: SaidBy) {
        match self.rules.iter_mut().find(|claim| claim.rule == rule) {
            Some(claim) if claim.by != by => claim.by = SaidBy::Both,
            Some(_) => {}
            None => self.rules.push(Claim { rule, by }),
        }
    }
}

/// The pages that list rules or sets, less those that only lead to options or to pages of sets.
fn rule_sets(pages: &Pages) -> Vec<RuleSet> {
    let tests = pages.rules.iter().filter_map(|rule| rule.testing.run_time.as_ref());
    let options: BTreeSet<String> = tests.flat_map(|test| &test.options).map(|option| slug(&option.target)).collect();
    let stem = |page: &RuleSetPage| page.source.file_stem().to_lowercase();
    let mut found: Vec<(String, RuleSet)> = Vec::new();
    for page in &pages.rule_sets {
        let file = list_file(page);
        let rules: Vec<RuleId> = page.entries.iter().filter_map(|entry| entry.rule.clone()).collect();
        if options.contains(&stem(page)) || (rules.is_empty() && file.is_none()) {
            continue;
        }
        let name = name(page, file.as_deref());
        let model = page.model.clone().or_else(|| common(&rules)).unwrap_or(Model::Unknown);
        let set = RuleSet {
            id: format!("{}/{}", model.slug(), dashed(&name)),
            name,
            title: page.title.value.clone(),
            model,
            file,
            source: page.source.path.clone(),
            rules,
            sets: Vec::new(),
        };
        found.push((stem(page), set));
    }
    let ids: BTreeMap<String, String> = found.iter().map(|(stem, set)| (stem.clone(), set.id.clone())).collect();
    for page in &pages.rule_sets {
        let stem = stem(page);
        let inner = page.entries.iter().filter_map(|entry| ids.get(&slug(&entry.link.target)).cloned()).collect();
        if let Some((_, set)) = found.iter_mut().find(|(known, set)| *known == stem && set.source == page.source.path) {
            set.sets = inner;
        }
    }
    let mut sets: Vec<RuleSet> = found.into_iter().map(|(_, set)| set).collect();
    sets.sort_by(|a, b| (&a.id, &a.source).cmp(&(&b.id, &b.source)));
    sets
}

/// The rule list file that the page tells to select: a file name stands in its command, whatever the language.
fn list_file(page: &RuleSetPage) -> Option<String> {
    let text = page.source.text.as_str();
    let command = text.match_indices("/check:").map(|(at, lead)| &text[at + lead.len()..]);
    command.filter_map(|rest| rest.split(|c: char| c.is_whitespace() || c == '"').next()).find_map(|word| {
        let stem = word.strip_suffix(".sdv")?;
        is_identifier(stem).then(|| word.to_owned())
    })
}

/// The name in the title `Locking Rule Set (KMDF)`; in a translation, that of the file.
fn name(page: &RuleSetPage, file: Option<&str>) -> String {
    let title = page.title.value.as_str();
    let title = title.split('(').next().unwrap_or(title).trim();
    let lower = title.to_ascii_lowercase();
    let own = if title.is_ascii() { lower.strip_suffix("rule set").map(str::len) } else { None };
    match (own, file) {
        (Some(len), _) => title[..len].trim().to_owned(),
        (None, Some(file)) => file.trim_end_matches(".sdv").to_owned(),
        (None, None) if title.is_ascii() => {
            let rest = lower.strip_prefix("rules for ").map_or(title, |rest| &title[title.len() - rest.len()..]);
            rest.trim().to_owned()
        }
        (None, None) => page.source.file_stem().to_owned(),
    }
}

/// Lower case, with dashes for all that is no letter or digit.
fn dashed(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

/// The model of all `rules`.
fn common(rules: &[RuleId]) -> Option<Model> {
    let first = &rules.first()?.model;
    rules.iter().all(|rule| rule.model == *first).then(|| first.clone())
}

fn checks(pages: &Pages, function: &dyn Fn(&str) -> Option<String>) -> Vec<Check> {
    let mut checks: BTreeMap<u32, (Check, BTreeMap<u32, Code>)> = BTreeMap::new();
    let by_file = by_file(pages);
    for page in &pages.bug_checks {
        let (check, codes) = checks.entry(page.code).or_insert_with(|| empty(page.code));
        check.name.clone_from(&page.name);
        check.source.get_or_insert_with(|| page.source.path.clone());
        for row in &page.subcodes {
            let code = codes.entry(row.value.value).or_insert_with(|| Code::new(row.value.value));
            for rule in rules_of(row, &by_file, pages) {
                code.claim(rule, SaidBy::BugCheck);
            }
            if code.rules.is_empty() {
                code.unpublished.extend(unpublished(row));
                code.apis.extend(apis(row, function));
                code.apis.sort();
                code.apis.dedup();
            }
        }
    }
    for page in &pages.rules {
        for named in &page.bug_checks {
            let (check, codes) = checks.entry(named.code).or_insert_with(|| empty(named.code));
            if let (true, Some(name)) = (check.name.is_empty(), &named.name) {
                check.name.clone_from(name);
            }
            match named.subcode {
                Some(value) => {
                    codes.entry(value).or_insert_with(|| Code::new(value)).claim(page.id.clone(), SaidBy::Rule);
                }
                None if !check.rules.contains(&page.id) => check.rules.push(page.id.clone()),
                None => {}
            }
        }
    }
    let whole = |(check, codes): (Check, BTreeMap<u32, Code>)| Check { codes: codes.into_values().collect(), ..check };
    checks.into_values().map(whole).collect()
}

fn empty(code: u32) -> (Check, BTreeMap<u32, Code>) {
    let (name, about, of_rules) = (String::new(), String::new(), String::new());
    (Check { code, name, about, of_rules, source: None, rules: Vec::new(), codes: Vec::new() }, BTreeMap::new())
}

/// The pages of rules by the name of their file in lower case.
pub(crate) fn by_file(pages: &Pages) -> ByFile {
    let mut by_file = ByFile::new();
    for (at, rule) in pages.rules.iter().enumerate() {
        by_file.entry(rule.source.file_stem().to_lowercase()).or_default().push(at);
    }
    by_file
}

/// The rules to whose pages a row links, less a page that it mentions beside.
fn rules_of(row: &SubCode, by_file: &ByFile, pages: &Pages) -> Vec<RuleId> {
    let mut found: Vec<RuleId> = Vec::new();
    for link in &row.links {
        if let Some(at) = by_file.get(&slug(&link.target)).and_then(|all| all.first()) {
            let id = &pages.rules[*at].id;
            if !found.contains(id) {
                found.push(id.clone());
            }
        }
    }
    found
}

/// The name behind the word *rule* in a row that links to no rule.
fn unpublished(row: &SubCode) -> Option<String> {
    // The words of the other rows are those of this one: the name stands where they have their link.
    let words: Vec<&str> = row.text.split_whitespace().collect();
    let at = words.iter().position(|word| word.eq_ignore_ascii_case("rule"))?;
    let name = words.get(at + 1)?.trim_end_matches('.');
    let capitals = name.bytes().filter(u8::is_ascii_uppercase).count();
    (is_identifier(name) && capitals > 1).then(|| name.to_owned())
}

/// The functions that a row links to or names.
fn apis(row: &SubCode, function: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let linked = row.links.iter().filter_map(|link| {
        let target = ApiTarget::of(&link.target)?;
        function(&target.name).or_else(|| is_identifier(&link.text).then(|| link.text.clone()))
    });
    let words = row.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    linked.chain(words.filter(|word| word.len() > 3).filter_map(function)).collect()
}
