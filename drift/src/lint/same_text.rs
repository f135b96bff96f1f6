//! Rule pages that say the same: nothing but its name tells a reader what such a rule is about.

use std::collections::BTreeMap;

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
            let message = format!(
                "apart from the rule's name the text is that of `{}`: nothing says what tells the two apart",
                first.id
            );
            found.push(Finding::new("text-repeated", &page.id.to_string(), &page.source, span, message).also(
                &first.source,
                place,
                "the same text",
            ));
        }
    }
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
