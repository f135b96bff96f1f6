//! The catalog: all pages together, and the finding of rules and APIs in it.

use std::collections::BTreeMap;
use std::path::Path;

use rulebook_diagnostics::{Place, Problem};

use crate::api_page::ApiPage;
use crate::applies_to::ApiRef;
use crate::bug_check::{BugCheckPage, SubCode};
use crate::bundled;
use crate::identity::RuleId;
use crate::join;
use crate::links::{ApiKind, ApiTarget};
use crate::lists::{Lists, gather};
use crate::load::{Pages, load, load_texts};
use crate::rule_page::RulePage;
use crate::rule_set::RuleSetPage;
use crate::toc::Toc;

/// Rule pages, the pages around them, and the API reference.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    pages: Pages,
    /// Lower-case name to places in `pages.apis`, best first.
    by_name: BTreeMap<String, Vec<usize>>,
    /// The reference page that a link names, to its place in `pages.apis`.
    by_target: BTreeMap<ApiTarget, usize>,
}

impl Catalog {
    /// A catalog of `pages`.
    #[must_use]
    pub fn new(pages: Pages) -> Self {
        let mut catalog = Self { pages, by_name: BTreeMap::new(), by_target: BTreeMap::new() };
        for (at, api) in catalog.pages.apis.iter().enumerate() {
            let target = api.target();
            catalog.by_name.entry(target.name.clone()).or_default().push(at);
            catalog.by_target.entry(target).or_insert(at);
        }
        for found in catalog.by_name.values_mut() {
            // Code calls functions; a page without a suffix in its UID is the current one.
            let rank = |at: &usize| {
                let api = &catalog.pages.apis[*at];
                (api.kind != ApiKind::Function, api.kind, api.source.path.contains("-r1"), *at)
            };
            found.sort_by_key(rank);
        }
        catalog
    }

    /// The rule pages below `dir`, with rule sets, bug checks and contents; reference pages there are left out.
    #[must_use]
    pub fn load_pages(dir: &Path) -> (Self, Vec<Problem>) {
        let (mut pages, problems) = load(dir);
        pages.apis.clear();
        (Self::new(pages), problems)
    }

    /// The reference pages below `dir`, sorted by name.
    #[must_use]
    pub fn load_ddi(dir: &Path) -> (Vec<ApiPage>, Vec<Problem>) {
        let (pages, problems) = load(dir);
        (pages.apis, problems)
    }

    /// The same catalog with the reference `apis` in the place of its own.
    #[must_use]
    pub fn with_apis(mut self, apis: Vec<ApiPage>) -> Self {
        self.pages.apis = apis;
        Self::new(self.pages)
    }

    /// The same catalog, with its lists made anew; what its own pages of sets and bug checks do not say is taken from
    /// `lists`. Rule sets that it has stay.
    #[must_use]
    pub fn with_lists(mut self, lists: Lists) -> Self {
        let rule_sets = std::mem::take(&mut self.pages.lists.rule_sets);
        let own = Lists { rule_sets, ..gather::gather(&self.pages, &|name| self.function(name)) };
        let mut lists = own.or(lists, &|rule| self.rule(rule).is_some());
        for option in &mut lists.options {
            let tested: Vec<RuleId> = self
                .rules()
                .iter()
                .filter(|rule| gather::tested_by(rule, option))
                .map(|rule| rule.id.clone())
                .collect();
            option.rules.extend(tested);
            option.rules.sort();
            option.rules.dedup();
        }
        self.pages.lists = lists;
        join::tell(&mut self.pages);
        self
    }

    /// The name of a reference page in its own spelling.
    fn function(&self, name: &str) -> Option<String> {
        self.api(name).map(|api| api.name.value.clone())
    }

    /// The rule pages that the program carries with it, read from their text. `rulebook-bundle` has them read already.
    #[must_use]
    pub fn bundled() -> (Self, Vec<Problem>) {
        let pages = bundled::files().iter().copied().filter(|(path, _)| path.starts_with("rules/"));
        let (pages, mut problems) = load_texts(pages);
        let mut catalog = Self::new(pages);
        match Lists::bundled() {
            Ok(lists) => catalog = catalog.with_lists(lists),
            Err(error) => problems.push(Problem::error("lists", Place::file("lists"), error.to_string())),
        }
        (catalog, problems)
    }

    /// Every rule page, by rule.
    #[must_use]
    pub fn rules(&self) -> &[RulePage] {
        &self.pages.rules
    }

    /// The pages without the indexes.
    #[must_use]
    pub fn into_pages(self) -> Pages {
        self.pages
    }

    /// Every rule-set and index page, by path.
    #[must_use]
    pub fn rule_sets(&self) -> &[RuleSetPage] {
        &self.pages.rule_sets
    }

    /// What sets, bug checks and options of Driver Verifier say of rules.
    #[must_use]
    pub fn lists(&self) -> &Lists {
        &self.pages.lists
    }

    /// Every bug-check page, by code.
    #[must_use]
    pub fn bug_checks(&self) -> &[BugCheckPage] {
        &self.pages.bug_checks
    }

    /// Every reference page, by name.
    #[must_use]
    pub fn apis(&self) -> &[ApiPage] {
        &self.pages.apis
    }

    /// Every tree of contents.
    #[must_use]
    pub fn tocs(&self) -> &[Toc] {
        &self.pages.tocs
    }

    /// The page of `id`, without regard to case. Where two pages claim the rule, the first by path.
    #[must_use]
    pub fn rule(&self, id: &RuleId) -> Option<&RulePage> {
        let at = self.pages.rules.partition_point(|page| page.id < *id);
        self.pages.rules.get(at).filter(|page| page.id == *id)
    }

    /// Every rule called `name`, in any model and under any of its spellings, without regard to case.
    pub fn rules_named(&self, name: &str) -> impl Iterator<Item = &RulePage> {
        self.pages.rules.iter().filter(move |page| {
            page.id.name.eq_ignore_ascii_case(name)
                || page.aliases.iter().any(|alias| alias.value.eq_ignore_ascii_case(name))
        })
    }

    /// The reference page of `name`: in this spelling if there is one, else without regard to case; functions first.
    #[must_use]
    pub fn api(&self, name: &str) -> Option<&ApiPage> {
        let found = self.by_name.get(&name.to_ascii_lowercase())?;
        let pages = || found.iter().map(|at| &self.pages.apis[*at]);
        pages().find(|api| api.name.value == name).or_else(|| pages().next())
    }

    /// The reference page that a link leads to.
    #[must_use]
    pub fn api_at(&self, target: &str) -> Option<&ApiPage> {
        self.by_target.get(&ApiTarget::of(target)?).map(|at| &self.pages.apis[*at])
    }

    /// The reference page of an API as a page names it: by target, which is exact, else by name.
    #[must_use]
    pub fn resolve(&self, api: &ApiRef) -> Option<&ApiPage> {
        let by_target = api.target.as_deref().and_then(|target| self.api_at(target));
        by_target.or_else(|| self.api(&api.name))
    }

    /// The row of the bug-check pages for `subcode` of `code`.
    #[must_use]
    pub fn subcode(&self, code: u32, subcode: u32) -> Option<(&BugCheckPage, &SubCode)> {
        self.pages
            .bug_checks
            .iter()
            .filter(|page| page.code == code)
            .find_map(|page| Some((page, page.subcodes.iter().find(|row| row.value.value == subcode)?)))
    }
}
