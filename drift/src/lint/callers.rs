//! What the text of a reference page says of callers and results: whether it is about the function of the page, and
//! whether its levels are those of the head of the page.

use rulebook_catalog::api_facts::ApiKind as FactKind;
use rulebook_catalog::{ApiKind, ApiPage, Passage};

use super::context::{Context, Doc, Kind};
use super::finding::{Finding, short};
use super::irql::{bounds, written};
use super::known::{is_name, words};
use super::reference::twins;

/// What stands before the name of the function.
const LEADS: [&str; 4] = ["Callers of ", "callers of ", "Callers of the ", "A caller of "];

/// What stands behind it where a result is described.
const RESULTS: [&str; 3] = ["returns", "can return", "may return"];

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable() {
        let Kind::Api(page) = doc.kind else { continue };
        if page.kind != ApiKind::Function {
            continue;
        }
        let results = page.section("returns").map(|section| section.body);
        for passage in doc.text() {
            for sentence in sentences(&passage.inline.text) {
                let text = &passage.inline.text[sentence.clone()];
                let callers = LEADS.iter().filter(|lead| text.starts_with(**lead)).map(|lead| lead.len()).max();
                let results = results
                    .filter(|body| body.start <= passage.inline.span.start && passage.inline.span.end <= body.end);
                let Some((at, name)) = words(&text[callers.unwrap_or(0)..]).next() else { continue };
                let at = callers.unwrap_or(0) + at;
                let rest = text[at + name.len()..].trim_start();
                let result = results.is_some() && at < 5 && RESULTS.iter().any(|verb| rest.starts_with(verb));
                if callers.is_some() || result {
                    named(context, page, doc, passage, sentence.start + at, name, found);
                }
                if callers.is_some() && name == page.name.value {
                    level(page, doc, passage, sentence.start, text, found);
                }
            }
        }
    }
}

/// The sentences of a text.
fn sentences(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut all = Vec::new();
    let mut from = 0;
    for (at, mark) in text.match_indices(['.', '\n', ':']) {
        let end = at + mark.len();
        if mark == "\n" || text[end..].starts_with([' ', '\n']) {
            all.push(from..end);
            from = end;
        }
    }
    all.push(from..text.len());
    let trimmed = |range: &std::ops::Range<usize>| {
        let text = &text[range.clone()];
        range.start + text.len() - text.trim_start().len()..range.end
    };
    all.iter().map(trimmed).filter(|range| range.start < range.end).collect()
}

/// A sentence about another function.
fn named(
    context: &Context<'_>,
    page: &ApiPage,
    doc: &Doc<'_>,
    passage: &Passage,
    at: usize,
    name: &str,
    found: &mut Vec<Finding>,
) {
    let own = page.name.value.as_str();
    let fact = context.facts.functions.get(name);
    let callback = fact.is_some_and(|fact| fact.kind == FactKind::Callback)
        || context.semantics.roles.iter().any(|(kind, role)| kind == name || role.name == name);
    // A name that nothing has is this function's if it begins as this one does; slips of one letter are found elsewhere.
    let like = name.get(..8).is_some_and(|head| own.starts_with(head)) && strsim::osa_distance(name, own) > 1;
    let other = fact.is_some() || (like && !context.known.has(name));
    if !is_name(name)
        || name.to_lowercase().starts_with(&own.to_lowercase())
        || callback
        || twins(context, own, name)
        || !other
    {
        return;
    }
    let message = format!("the page is about `{own}`, the sentence about `{name}`");
    found.push(
        Finding::new("text-other-function", own, doc.source, passage.inline.span_of(at, at + name.len()), message)
            .found(name)
            .expected(own)
            .also(doc.source, page.name.span, "the function of the page"),
    );
}

/// The level that the sentence demands against that of the head.
fn level(page: &ApiPage, doc: &Doc<'_>, passage: &Passage, from: usize, text: &str, found: &mut Vec<Finding>) {
    let head = &page.irql.value;
    let Some(wanted) = head.bound.interval().filter(|_| !head.qualified) else { return };
    let [(range, said)] = &bounds(text)[..] else { return };
    let open = [" if ", " when ", " provided ", " unless ", "Otherwise", " otherwise", " or "];
    let around = format!("{} {}", &text[..range.start], &text[range.end..]);
    if *said != wanted && !open.iter().any(|word| around.contains(word)) {
        let message = format!("the text demands `{}`, the head of the page `{}`", written(*said), head.text);
        found.push(
            Finding::new(
                "irql-contradiction",
                &page.name.value,
                doc.source,
                passage.inline.span_of(from + range.start, from + range.end),
                message,
            )
            .found(short(&text[range.clone()]))
            .also(doc.source, page.irql.span, "the head of the page"),
        );
    }
}
