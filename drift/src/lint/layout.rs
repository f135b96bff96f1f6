//! Parts of a page that are empty, and signs that HTML takes for its own.

use rulebook_catalog::PassageKind;
use rulebook_diagnostics::Span;

use super::context::{Context, Doc, Kind};
use super::finding::Finding;
use super::typography::finding;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable().filter(|doc| !matches!(doc.kind, Kind::Api(_))) {
        paragraphs(doc, found);
        signs(context, doc, found);
        tables(doc, found);
        twice(doc, found);
        headings(doc, found);
    }
}

/// Paragraphs without text.
fn paragraphs(doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let text = &doc.source.text;
    for (at, _) in text.match_indices("<p></p>") {
        let span = Span::new(at, at + 7);
        let below = text[at..].contains("**verifier");
        let message = if below {
            "an empty paragraph stands where the command was; the command stands below the table"
        } else {
            "the paragraph is empty"
        };
        found.push(finding(doc, "paragraph-empty", span, message));
    }
}

/// Signs in tables of HTML that open a tag which HTML does not have, and so hide what follows.
fn signs(context: &Context<'_>, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let text = &doc.source.text;
    let mut from = 0;
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        inside = (inside || line.contains("<table")) && !line.contains("</table");
        for (at, _) in line.match_indices('<').filter(|_| inside) {
            let Some(name) = strange_tag(context, &line[at + 1..]) else { continue };
            let span = Span::new(from + at, from + at + 1 + name.len());
            let message = format!("`<{name}` opens a tag in HTML, and there is no such tag");
            found.push(finding(doc, "entity-missing", span, &message).expected(format!("&lt;{name}")).edit(
                doc.source,
                Span::new(from + at, from + at + 1),
                "&lt;",
            ));
        }
        from += line.len();
    }
}

/// What a `<` opens that HTML takes for a tag, by the text behind it, if it has no such tag.
///
/// Only a letter, or a mark and a letter, make a tag; before anything else the sign is shown as it is.
fn strange_tag<'l>(context: &Context<'_>, behind: &'l str) -> Option<&'l str> {
    let bare = behind.trim_start_matches('/');
    let len = bare.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(bare.len());
    let known = context.words.tags.iter().any(|tag| tag.eq_ignore_ascii_case(&bare[..len]));
    let tag = bare.starts_with(|c: char| c.is_ascii_alphabetic()) && behind.len() - bare.len() < 2;
    // An address in angle brackets is a link.
    let address = bare[len..].starts_with([':', '@']);
    (tag && !known && !address).then(|| &behind[..behind.len() - bare.len() + len])
}

/// Tables with a head and nothing below.
fn tables(doc: &Doc<'_>, found: &mut Vec<Finding>) {
    for pair in doc.passages.windows(2) {
        let PassageKind::Cell { table, row: 1, column: 1, html: false } = pair[0].kind else { continue };
        let alone = doc
            .passages
            .iter()
            .filter(|passage| matches!(passage.kind, PassageKind::Cell { table: other, .. } if other == table))
            .count()
            == 1;
        if alone {
            found.push(finding(doc, "table-empty", pair[0].inline.span, "the table has a head and nothing below it"));
        }
    }
}

/// Two tables of HTML with the same head, one column each: parts of one section.
fn twice(doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let heads: Vec<_> = doc
        .passages
        .iter()
        .filter(|passage| matches!(passage.kind, PassageKind::Cell { row: 1, column: 1, html: true, .. }))
        .collect();
    for (at, head) in heads.iter().enumerate().filter(|_| matches!(doc.kind, Kind::Rule(_))) {
        if let Some(first) = heads[..at].iter().find(|first| first.inline.text == head.inline.text) {
            let message = format!("a second table is headed `{}`", head.inline.text.trim());
            found.push(finding(doc, "section-twice", head.inline.span, &message).also(
                doc.source,
                first.inline.span,
                "the first one",
            ));
        }
    }
}

/// Headings without text.
fn headings(doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let mut from = 0;
    for line in doc.source.text.split_inclusive('\n') {
        let rest = line.trim_start_matches('#');
        let level = line.len() - rest.len();
        let shown = without_tags(rest);
        if (1..=6).contains(&level) && rest.starts_with(' ') && shown.trim().is_empty() {
            let span = Span::new(from, from + line.trim_end().len());
            found.push(finding(doc, "heading-empty", span, "the heading has no text"));
        }
        from += line.len();
    }
}

/// `text` without what stands between `<` and `>`.
pub(super) fn without_tags(text: &str) -> String {
    let mut inside = false;
    let keep = |c: &char| {
        let keep = !inside && *c != '<';
        inside = *c == '<' || (inside && *c != '>');
        keep
    };
    text.chars().filter(keep).collect()
}
