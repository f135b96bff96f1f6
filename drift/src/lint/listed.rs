//! What a rule page's list has, and what its text names and announces.

use std::collections::{BTreeMap, BTreeSet};

use rulebook_catalog::api_facts::ApiKind as FactKind;
use rulebook_catalog::links::ApiTarget;
use rulebook_catalog::{ApiKind, ApiRef, ApiRole, Passage, PassageKind, RulePage, SectionKind};
use rulebook_diagnostics::Span;

use super::context::{Context, Doc};
use super::finding::Finding;
use super::known::{names, words};

/// A rule page with the functions of its list and of its text.
pub(super) struct Listed<'p> {
    pub(super) page: &'p RulePage,
    /// The list, in lower case.
    pub(super) list: BTreeSet<String>,
    /// The functions of the running text, in lower case, with the first reference to each.
    pub(super) text: BTreeMap<String, Named>,
    /// The functions of the list that the text announces.
    pub(super) announced: BTreeSet<String>,
    /// Whether the rule is about those functions and no others.
    pub(super) exact: bool,
    /// All words of the running text, in lower case.
    pub(super) words: BTreeSet<String>,
}

/// A function as a text names it.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) span: Span,
}

/// A name without its case.
pub(super) fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// Whether a reference is to a function or macro, which code calls.
pub(super) fn is_function(context: &Context<'_>, api: &ApiRef) -> bool {
    let fact = context.facts.functions.get(&api.name);
    if let Some(page) = context.catalog.api(&api.name) {
        return page.kind == ApiKind::Function;
    }
    let linked = api.target.as_deref().and_then(ApiTarget::of).is_some_and(|target| target.kind == ApiKind::Function);
    let header = api.target.as_deref().is_some_and(|target| target.contains("/ddi/") && target.ends_with('/'));
    linked || header || fact.is_some_and(|fact| fact.kind != FactKind::Callback)
}

impl<'p> Listed<'p> {
    pub(super) fn new(context: &Context<'_>, page: &'p RulePage, doc: &'p Doc<'p>) -> Self {
        let prose = page.section(SectionKind::Prose).map_or(Span::default(), |section| section.body);
        let inside = |span: Span| prose.start <= span.start && span.end <= prose.end;
        let apis = page.apis.iter().filter(|api| matches!(api.role, ApiRole::Prose | ApiRole::Mention));
        let apis = apis.filter(|api| is_function(context, api) && inside(api.span));
        let mut every: Vec<Named> = apis.map(|api| Named { name: api.name.clone(), span: api.span }).collect();
        for passage in doc.text().filter(|passage| inside(passage.inline.span)) {
            every.extend(called(context, passage));
        }
        let mut text: BTreeMap<String, Named> = BTreeMap::new();
        for named in &every {
            text.entry(key(&named.name)).or_insert_with(|| named.clone());
        }
        let mut announced = BTreeSet::new();
        let mut words_of_text = BTreeSet::new();
        let (mut open, mut exact) = (false, false);
        for passage in doc.passages.iter().filter(|passage| passage.inline.span.start < prose.end) {
            let plain = passage.inline.text.trim_end();
            let within = |from: u32, api: &Named| from <= api.span.start && api.span.end <= passage.inline.span.end;
            let from = passage.inline.span.start;
            let here: Vec<String> = every.iter().filter(|api| within(from, api)).map(|api| key(&api.name)).collect();
            words_of_text.extend(words(plain).map(|(_, word)| key(word)));
            let marked = passage.inline.marks.first().is_some_and(|mark| mark.start == 0);
            let short = plain.lines().all(|line| line.split_whitespace().count() < 6);
            if open && short && (marked || matches!(passage.kind, PassageKind::Item(_))) {
                announced.extend(here);
            } else if let Some(colon) = enumeration(plain) {
                let from = passage.inline.span_of(colon, colon + 1).start;
                announced.extend(every.iter().filter(|api| within(from, api)).map(|api| key(&api.name)));
            } else if !matches!(passage.kind, PassageKind::Item(_)) {
                let lower = plain.to_lowercase();
                let other = ["events", "conditions", "situations", "states", "steps"];
                open = lower.contains("following")
                    && plain.ends_with([':', '.'])
                    && !other.iter().any(|noun| lower.contains(&format!("following {noun}")));
                exact |= open
                    && ["only", "examines", "verifies the following", "include the following"]
                        .iter()
                        .any(|word| lower.contains(word));
            }
        }
        Self {
            words: words_of_text,
            exact,
            page,
            list: page.applies_to().map(|api| key(&api.name)).collect(),
            text,
            announced,
        }
    }

    /// A defect of the page.
    pub(super) fn finding(&self, kind: &str, span: Span, message: String) -> Finding {
        Finding::new(kind, &self.page.id.to_string(), &self.page.source, span, message)
    }

    /// The heading above the list.
    pub(super) fn heading(&self) -> Span {
        let section = self.page.section(SectionKind::AppliesTo);
        section.map_or(Span::default(), |section| section.heading.as_ref().map_or(section.body, |heading| heading.span))
    }

    /// Whether list and text have nothing in common.
    pub(super) fn is_unrelated(&self) -> bool {
        let own = key(&self.page.id.name);
        !self.text.is_empty()
            && !self.list.is_empty()
            && self.text.keys().all(|name| !self.list.contains(name) || *name == own)
            && !self.list.iter().any(|name| self.text.contains_key(name))
    }

    /// The page that the list was copied from, where it has nothing to do with the text.
    pub(super) fn twin<'l>(&self, pages: &'l [Listed<'l>]) -> Option<&'l Listed<'l>> {
        let same =
            |other: &&Listed<'_>| other.page.id != self.page.id && other.list == self.list && !other.is_unrelated();
        pages.iter().find(same).filter(|_| self.is_unrelated() && self.list.len() > 1)
    }
}

/// Where the names begin that the sentence itself lists behind a colon.
fn enumeration(text: &str) -> Option<usize> {
    let at = text.find("following ")?;
    let colon = at + text[at..].find(": ")?;
    (!text[at..colon].contains(". ") && names(&text[colon..]).count() > 2).then_some(colon)
}

/// The functions of a passage that are no links to a page, but that the sentence calls functions, or that lead to the
/// index of a header.
fn called(context: &Context<'_>, passage: &Passage) -> Vec<Named> {
    const NOUNS: [&str; 8] = ["routine", "routines", "function", "functions", "method", "methods", "macro", "macros"];
    let inline = &passage.inline;
    let text = inline.text.as_str();
    let mut all = Vec::new();
    let mut spoken_until = 0;
    for (at, name) in names(text) {
        let end = at + name.len();
        let header = inline
            .links()
            .any(|(label, target, _)| label.trim() == name && target.contains("/ddi/") && target.ends_with('/'));
        let before = text[..at].split_whitespace().next_back().unwrap_or_default();
        let joined = spoken_until > 0 && matches!(text[spoken_until..at].trim(), "," | "and" | "or" | ", and" | ", or");
        let spoken = joined || NOUNS.contains(&before);
        if spoken {
            spoken_until = end;
        }
        if header || (spoken && !context.known.has(name)) {
            all.push(Named { name: name.to_owned(), span: inline.span_of(at, end) });
        }
    }
    all
}
