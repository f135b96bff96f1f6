//! Rule pages that say the same: their text does not tell a reader what such a rule is about.

use std::collections::{BTreeMap, BTreeSet};

use rulebook_catalog::{PassageKind, RulePage, SectionKind};
use rulebook_diagnostics::Span;

use super::context::{Context, Doc};
use super::finding::Finding;
use super::known::words;

/// Shorter texts are alike by chance.
const LEAST: usize = 10;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let mut groups: BTreeMap<(String, String), Vec<&RulePage>> = BTreeMap::new();
    for (page, doc) in context.rule_docs() {
        let text = text(page, doc);
        if text.split(' ').count() >= LEAST {
            groups.entry((page.id.model.to_string(), text)).or_default().push(page);
        }
    }
    for pages in groups.values_mut().filter(|pages| pages.len() > 1) {
        // The page with the shortest name is the one that the others repeat.
        pages.sort_by_key(|page| (page.id.name.len(), page.id.name.clone()));
        let (first, others) = (pages[0], &pages[1..]);
        for page in others {
            let span = page.prose.first().map_or(Span::default(), |block| block.inline.span);
            let place = first.prose.first().map_or(Span::default(), |block| block.inline.span);
            let same = list(page) == list(first);
            let rest = if same { "nothing on the pages tells" } else { "only the lists `Applies to` tell" };
            let message =
                format!("apart from the rule's name the text is that of `{}`: {rest} the two apart", first.id);
            let mut finding = Finding::new("text-repeated", &page.id.to_string(), &page.source, span, message).also(
                &first.source,
                place,
                "the same text",
            );
            for page in [*page, first].into_iter().filter(|_| !same) {
                if let Some(api) = page.applies_to().next() {
                    finding = finding.also(&page.source, api.span, format!("the list of `{}`", page.id));
                }
            }
            found.push(finding);
        }
    }
}

/// The functions of the list `Applies to`.
fn list(page: &RulePage) -> BTreeSet<String> {
    page.applies_to().map(|api| api.name.to_ascii_lowercase()).collect()
}

/// The words of the running text in lower case, the rule's own name left out.
fn text(page: &RulePage, doc: &Doc<'_>) -> String {
    let end = page.section(SectionKind::HowToTest).map_or(u32::MAX, |section| section.body.start);
    let own = page.id.name.to_lowercase();
    let mut out = String::new();
    for passage in doc.passages.iter().filter(|passage| passage.inline.span.start < end) {
        let lower = passage.inline.text.to_lowercase();
        let fact = lower.starts_with("driver model") || lower.starts_with("bug check");
        if fact || matches!(passage.kind, PassageKind::Heading(_)) {
            continue;
        }
        for (_, word) in words(&lower).filter(|(_, word)| *word != own) {
            out.push_str(word);
            out.push(' ');
        }
    }
    out.trim_end().to_owned()
}
