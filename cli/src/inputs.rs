//! From `--docs`, `--ddi`, `--rules` and `--overlay` to rules that can run.

use std::path::Path;

use anyhow::{Context as _, bail};
use rulebook_bundle::Bundle;
use rulebook_catalog::derive::with_reference;
use rulebook_catalog::{Catalog, Lists, Pages, RulePage, rules};
use rulebook_diagnostics::Problem;
use rulebook_generator::book::facts::{self, RuleFacts};
use rulebook_generator::{Source, source};
use rulebook_machine::Table;

use crate::args::Rules;

/// The rules to work with.
pub(crate) struct Loaded {
    /// The pages.
    pub(crate) catalog: Catalog,
    /// The facts and the table made of them.
    pub(crate) source: Source,
    /// What is wrong with pages; the rest is there.
    pub(crate) problems: Vec<Problem>,
}

/// What lists need of the rules: their facts, without their machines.
pub(crate) struct Listed {
    /// The rules, by id.
    pub(crate) rules: Vec<RuleFacts>,
    /// Rule sets, codes, options.
    pub(crate) lists: Lists,
    /// Families that the rules at hand may not have.
    pub(crate) families: Vec<String>,
    /// What is wrong with pages.
    pub(crate) problems: Vec<Problem>,
    /// The functions that are known, where they are loaded already.
    functions: Option<Vec<String>>,
}

impl Listed {
    /// The names of all functions, macros and role types that are known.
    pub(crate) fn function_names(&self) -> anyhow::Result<Vec<String>> {
        match &self.functions {
            Some(names) => Ok(names.clone()),
            None => Ok(source::bundled_facts()?.functions.into_keys().collect()),
        }
    }
}

/// The rules that `args` ask for, as lists show them.
pub(crate) fn listed(args: &Rules) -> anyhow::Result<Listed> {
    if is_bundled(args) {
        let (rules, lists, problems) = bundled_rules()?;
        return Ok(Listed { rules, lists, families: Vec::new(), problems, functions: None });
    }
    let loaded = load(args)?;
    Ok(Listed {
        rules: facts::all(&loaded.catalog, &loaded.source.table),
        lists: loaded.catalog.lists().clone(),
        families: bundled_rules()?.0.into_iter().map(|rule| rule.family).collect(),
        problems: loaded.problems,
        functions: Some(loaded.source.facts.functions.into_keys().collect()),
    })
}

/// The bundled rules with their lists, without the facts about functions, which lists do not show.
fn bundled_rules() -> anyhow::Result<(Vec<RuleFacts>, Lists, Vec<Problem>)> {
    let (catalog, mut problems) = rulebook_bundle::catalog()?;
    let (rules, wrong) = rulebook_bundle::rules()?;
    problems.extend(wrong);
    problems.sort();
    let table = Table { rules, ..Table::default() };
    let facts = facts::all(&catalog, &table);
    Ok((facts, catalog.into_pages().lists, problems))
}

/// Whether only bundled data is asked for.
pub(crate) fn is_bundled(args: &Rules) -> bool {
    let Rules { docs, ddi, own, overlay } = args;
    [docs, ddi, own, overlay].into_iter().all(Option::is_none)
}

/// Loads what `args` ask for.
pub(crate) fn load(args: &Rules) -> anyhow::Result<Loaded> {
    if is_bundled(args) {
        let (catalog, mut source) = Source::of(Bundle::read()?);
        let mut problems = std::mem::take(&mut source.problems);
        problems.sort();
        return Ok(Loaded { catalog, source, problems });
    }
    let (catalog, mut problems) = match &args.docs {
        Some(dir) => pages(dir)?,
        None => rulebook_bundle::catalog()?,
    };
    let mut all = catalog.into_pages();
    if let Some(dir) = &args.own {
        let (own, wrong) = pages(dir)?;
        problems.extend(wrong);
        add(&mut all, own.into_pages());
    }
    if let Some(dir) = &args.overlay {
        let (over, wrong) = pages(dir)?;
        problems.extend(wrong);
        lay(&mut all.rules, over.into_pages().rules);
    }
    // Of pages that claim one rule the first counts, as their problem says.
    all.rules.dedup_by(|later, earlier| later.id == earlier.id);
    let lists = Lists::bundled().context("the bundled lists are damaged")?;
    let mut catalog = Catalog::new(all);
    // Somebody else's pages stand in the place of ours, in lists too.
    let lists = if args.docs.is_some() { lists.only(&|rule| catalog.rule(rule).is_some()) } else { lists };
    catalog = catalog.with_lists(lists);
    let facts = source::bundled_facts().context("the bundled API facts are damaged")?;
    if let Some(dir) = &args.ddi {
        let (apis, wrong) = Catalog::load_ddi(existing(dir)?);
        problems.extend(wrong);
        catalog = catalog.with_apis(apis);
    }
    let (rules, wrong) = rules::rules_of(&catalog, &facts);
    problems.extend(wrong);
    let facts = with_reference(&facts, catalog.apis()).into_owned();
    let source = Source::new(rules, facts, Vec::new()).context("the bundled semantics are damaged")?;
    problems.sort();
    Ok(Loaded { catalog, source, problems })
}

fn pages(dir: &Path) -> anyhow::Result<(Catalog, Vec<Problem>)> {
    Ok(Catalog::load_pages(existing(dir)?))
}

fn existing(dir: &Path) -> anyhow::Result<&Path> {
    if dir.is_dir() {
        return Ok(dir);
    }
    bail!("`{}` is not a folder of pages", dir.display())
}

/// Adds pages; a rule that is there already is replaced, for the user's own page is the later word.
fn add(all: &mut Pages, own: Pages) {
    all.rules.retain(|page| own.rules.iter().all(|other| other.id != page.id));
    all.rules.extend(own.rules);
    all.rules.sort_by(|a, b| a.id.cmp(&b.id));
    all.rule_sets.extend(own.rule_sets);
    all.bug_checks.extend(own.bug_checks);
    all.lists.rule_sets.extend(own.lists.rule_sets);
    all.lists.rule_sets.sort_by(|a, b| a.id.cmp(&b.id));
}

/// Gives pages the specifications of `over`; whatever those pages do not say themselves stays.
fn lay(all: &mut [RulePage], over: Vec<RulePage>) {
    for mut page in over.into_iter().filter(|page| page.specification.is_some()) {
        let Some(below) = all.iter_mut().find(|below| below.id == page.id) else {
            continue;
        };
        // The overlay's page is the source of the specification, so that faults in it have their place.
        if page.applies_to().next().is_none() {
            page.apis.clone_from(&below.apis);
        }
        page.summary = page.summary.take().or_else(|| below.summary.clone());
        page.prose.clone_from(&below.prose);
        page.bug_checks.clone_from(&below.bug_checks);
        page.testing.clone_from(&below.testing);
        page.rule_sets.clone_from(&below.rule_sets);
        *below = page;
    }
}
