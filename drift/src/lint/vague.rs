//! Rules about functions that the page does not name.

use rulebook_catalog::{PassageKind, RulePage, SectionKind};

use super::context::{Context, Doc};
use super::finding::{Finding, short};
use super::known::words;
use super::listed::Listed;

/// Words for functions.
const NOUNS: [&str; 4] = ["ddis", "functions", "routines", "interfaces"];

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for (page, doc) in context.rule_docs() {
        let listed = Listed::new(context, page, doc);
        unnamed(&listed, doc, found);
        forbidden(context, &listed, found);
    }
}

/// A page that speaks of functions, names none, and has no list of them.
fn unnamed(listed: &Listed<'_>, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let page = listed.page;
    let Some(first) = page.prose.first().filter(|_| page.section(SectionKind::HowToTest).is_some()) else { return };
    let text = first.inline.text.to_lowercase();
    let header = page.prose.iter().any(|block| block.inline.text.contains(".h"));
    let announced = text.contains("contains a list of") && listed.list.len() < 2;
    let none = listed.text.is_empty() && listed.list.is_empty();
    let called = ["call ", "calls ", "called "].iter().any(|verb| text.contains(verb));
    let noun = NOUNS.iter().find(|noun| words(&text).any(|(_, word)| word == **noun));
    let items = doc.passages.iter().any(|passage| matches!(passage.kind, PassageKind::Item(_)) && above(page, passage));
    let Some(noun) = noun.filter(|_| announced || (none && called && !items && !header)) else { return };
    let at = text.find(noun).unwrap_or(0);
    let shown = first.inline.text.get(at..at + noun.len()).unwrap_or(noun);
    let message = format!("the rule is about {shown} that the page does not name");
    let mut finding = listed.finding("functions-unnamed", first.inline.span_of(at, at + noun.len()), message);
    finding = finding.found(short(&first.inline.text)).expected("a list `Applies to`");
    if announced {
        finding = finding.also(&page.source, listed.heading(), "the list has a single entry");
    }
    found.push(finding);
}

fn above(page: &RulePage, passage: &rulebook_catalog::Passage) -> bool {
    let end = page.section(SectionKind::HowToTest).map_or(u32::MAX, |section| section.body.start);
    passage.inline.span.start < end
}

/// A text that forbids to do something with requests, and a list that lacks the functions that are named for it.
fn forbidden(context: &Context<'_>, listed: &Listed<'_>, found: &mut Vec<Finding>) {
    let Some(first) = listed.page.prose.first().filter(|_| !listed.list.is_empty()) else { return };
    let all: Vec<_> = words(&first.inline.text).collect();
    for four in all.windows(3) {
        let [_, (at, verb), (_, object)] = *four else { continue };
        let lead = first.inline.text[..at].trim_end().replace('’', "'");
        let forbids = ["should not", "must not", "cannot", "shouldn't"].iter().any(|not| lead.ends_with(not));
        if !forbids || object != "requests" {
            continue;
        }
        let capital = verb[..1].to_uppercase() + &verb[1..];
        let does = |name: &str| name.contains(&capital.to_lowercase());
        let peers = listed.page.applies_to().find_map(|api| api.name.get(..3)).unwrap_or_default();
        let peer = context
            .facts
            .functions
            .keys()
            .find(|name| name.starts_with(peers) && name.contains(&capital) && name.contains("Request"));
        if let (Some(peer), false) = (peer, listed.list.iter().any(|name| does(name))) {
            let message =
                format!("the text forbids to {verb} requests, and the list lacks the functions that are named for it");
            let span = first.inline.span_of(at, at + verb.len());
            found.push(
                listed
                    .finding("applies-to-missing", span, message)
                    .expected(format!("functions such as `{peer}` under `Applies to`"))
                    .also(&listed.page.source, listed.heading(), "the list"),
            );
        }
    }
}
