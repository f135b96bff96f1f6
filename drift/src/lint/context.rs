//! What every check looks at: the documents as passages, the pages that count, and the known names.

use std::collections::BTreeMap;

use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::links::slug;
use rulebook_catalog::{ApiPage, BugCheckPage, Catalog, FrontMatter, Passage, PassageKind, RulePage, RuleSetPage};
use rulebook_catalog::{Source, passages};
use rulebook_diagnostics::Span;
use rulebook_machine::Semantics;

use super::LintError;
use super::known::{Known, Names};
use super::words::Words;

/// A document as what it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind<'p> {
    Rule(&'p RulePage),
    RuleSet(&'p RuleSetPage),
    BugCheck(&'p BugCheckPage),
    Api(&'p ApiPage),
}

/// A document and all that it says.
pub(crate) struct Doc<'p> {
    pub(crate) kind: Kind<'p>,
    pub(crate) source: &'p Source,
    pub(crate) front: FrontMatter,
    pub(crate) passages: Vec<Passage>,
    /// Whether it is a translation: its words are not ours to judge.
    pub(crate) foreign: bool,
}

impl<'p> Doc<'p> {
    fn new(kind: Kind<'p>, source: &'p Source) -> Self {
        // The page was read before, so its front matter can be.
        let front = FrontMatter::read(source).unwrap_or_default();
        let passages = passages::passages(source, front.span.end);
        let translated = front.get("ms.translationtype").is_some();
        let head = passages.iter().find(|passage| matches!(passage.kind, PassageKind::Heading(1)));
        let strange = |text: &str| text.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
        let foreign = translated
            || head.is_some_and(|head| strange(&head.inline.text))
            || front.text("title").is_some_and(|title| strange(&title.value));
        Self { kind, source, front, passages, foreign }
    }

    /// What the document is about, for [`crate::Entry::subject`].
    pub(crate) fn subject(&self) -> String {
        match self.kind {
            Kind::Rule(page) => page.id.to_string(),
            Kind::BugCheck(page) => format!("0x{:X}", page.code),
            Kind::Api(page) => page.name.value.clone(),
            Kind::RuleSet(_) => String::new(),
        }
    }

    /// The passages of running text: everything but code.
    pub(crate) fn text(&self) -> impl Iterator<Item = &Passage> {
        self.passages.iter().filter(|passage| passage.kind != PassageKind::Code)
    }

    /// The title and description, as written in the front matter, each with its place.
    pub(crate) fn head(&self) -> impl Iterator<Item = (&'static str, String, Span)> + '_ {
        ["title", "description"].into_iter().filter_map(|key| {
            let text = self.front.text(key)?;
            Some((key, self.source.slice(text.span).to_owned(), text.span))
        })
    }
}

/// What the program knows without any document.
pub(crate) struct Lore {
    pub(crate) facts: ApiFacts,
    pub(crate) semantics: Semantics,
    pub(crate) words: Words,
    pub(crate) names: Names,
}

impl Lore {
    /// What the program carries with it.
    pub(crate) fn bundled() -> Result<Self, LintError> {
        let (facts, semantics) = (rulebook_bundle::facts()?, rulebook_bundle::semantics()?);
        let names = Names::bundled(&facts, &semantics);
        Ok(Self { facts, semantics, words: Words::bundled()?, names })
    }
}

/// Everything that checks may look at.
pub(crate) struct Context<'p> {
    pub(crate) catalog: &'p Catalog,
    /// The rule pages that count: one for each rule.
    pub(crate) rules: Vec<&'p RulePage>,
    /// The documents that count, by path.
    pub(crate) docs: Vec<Doc<'p>>,
    pub(crate) facts: &'p ApiFacts,
    pub(crate) semantics: &'p Semantics,
    pub(crate) words: &'p Words,
    pub(crate) known: Known<'p>,
    by_stem: BTreeMap<String, &'p RulePage>,
}

impl<'p> Context<'p> {
    pub(crate) fn new(catalog: &'p Catalog, lore: &'p Lore) -> Self {
        let Lore { facts, semantics, words, names } = lore;
        let rules = current(catalog);
        let mut docs: Vec<Doc<'p>> = rules.iter().map(|page| Doc::new(Kind::Rule(page), &page.source)).collect();
        docs.extend(catalog.rule_sets().iter().map(|page| Doc::new(Kind::RuleSet(page), &page.source)));
        docs.extend(catalog.bug_checks().iter().map(|page| Doc::new(Kind::BugCheck(page), &page.source)));
        docs.extend(catalog.apis().iter().map(|page| Doc::new(Kind::Api(page), &page.source)));
        docs.sort_by(|a, b| a.source.path.cmp(&b.source.path));
        let known = Known::new(names, &rules, &docs);
        let by_stem = rules.iter().map(|page| (page.source.file_stem().to_lowercase(), *page)).collect();
        Self { catalog, rules, docs, facts, semantics, words, known, by_stem }
    }

    /// The documents whose words can be judged.
    pub(crate) fn readable(&self) -> impl Iterator<Item = &Doc<'p>> {
        self.docs.iter().filter(|doc| !doc.foreign)
    }

    /// The rule pages whose words can be judged, with their documents.
    pub(crate) fn rule_docs(&self) -> impl Iterator<Item = (&'p RulePage, &Doc<'p>)> {
        self.readable().filter_map(|doc| match doc.kind {
            Kind::Rule(page) => Some((page, doc)),
            _ => None,
        })
    }

    /// The rule page that a link leads to.
    pub(crate) fn rule_at(&self, target: &str) -> Option<&'p RulePage> {
        self.by_stem.get(&slug(target)).copied()
    }

    /// A rule called `name`, without regard to case; of several, one of the driver model of `page`.
    pub(crate) fn rule_named(&self, name: &str, page: &RulePage) -> Option<&'p RulePage> {
        let named = self.rules_named(name);
        named.iter().find(|rule| rule.id.model == page.id.model).or(named.first()).copied()
    }

    /// The rules called `name`, without regard to case.
    pub(crate) fn rules_named(&self, name: &str) -> Vec<&'p RulePage> {
        self.rules.iter().filter(|page| page.id.name.eq_ignore_ascii_case(name)).copied().collect()
    }
}

/// One page for each rule. Where a folder holds older or translated copies as well, the page counts that stands beside
/// the lists of rules, else the newer one, else the one in the larger folder.
fn current(catalog: &Catalog) -> Vec<&RulePage> {
    let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let mut listed: BTreeMap<String, usize> = BTreeMap::new();
    for path in catalog.rule_sets().iter().map(|set| &set.source.path) {
        *listed.entry(folder(path)).or_default() += 1;
    }
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    for page in catalog.rules() {
        *sizes.entry(folder(&page.source.path)).or_default() += 1;
    }
    let rank = |page: &RulePage| {
        let here = folder(&page.source.path);
        let date = page.front_matter.text("ms.date").map(|date| date.value).unwrap_or_default();
        // Month, day, year.
        let mut parts: Vec<String> = date.split('/').map(str::to_owned).collect();
        if parts.len() == 3 {
            parts.rotate_right(1);
        }
        let translated = page.front_matter.get("ms.translationtype").is_some();
        (!translated, listed.contains_key(&here), parts, sizes.get(&here).copied())
    };
    let mut kept: Vec<&RulePage> = Vec::new();
    for same in catalog.rules().chunk_by(|a, b| a.id == b.id) {
        // `max_by` takes the last of equals; the first by path shall win.
        kept.extend(same.iter().rev().max_by(|a, b| rank(a).cmp(&rank(b))));
    }
    kept
}
