//! Sentences that end without a mark.

use rulebook_catalog::{Passage, PassageKind, SectionKind};

use super::context::{Context, Doc, Kind};
use super::finding::Finding;
use super::known::words;
use super::typography::finding;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable().filter(|doc| !matches!(doc.kind, Kind::Api(_))) {
        for (at, passage) in doc.passages.iter().enumerate() {
            ends(context, doc, passage, doc.passages.get(at + 1), found);
        }
    }
}

/// A sentence without its full stop.
fn ends(context: &Context<'_>, doc: &Doc<'_>, passage: &Passage, next: Option<&Passage>, found: &mut Vec<Finding>) {
    let inline = &passage.inline;
    let text = inline.text.trim_end();
    let sentence = match passage.kind {
        PassageKind::Paragraph => match doc.kind {
            Kind::Rule(page) => {
                let tests = page.section(SectionKind::HowToTest).map_or(u32::MAX, |section| section.body.start);
                inline.span.start < tests
            }
            _ => true,
        },
        PassageKind::Cell { column: 2, html: true, .. } => matches!(doc.kind, Kind::RuleSet(_)),
        _ => false,
    };
    let plain = text.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '>' | '_'));
    let last = text.rsplit(['.', '\n']).next().unwrap_or_default();
    let long = last.split_whitespace().count() > 6;
    let verb = words(last).any(|(_, word)| context.words.verbs.contains(&word.to_lowercase()));
    let label = inline.marks.iter().any(|mark| mark.start == 0 && mark.end as usize >= text.len());
    let capital = text.starts_with(|c: char| c.is_ascii_uppercase() || c == '*');
    if sentence && plain && long && verb && !label && capital && !text.contains("-or-") {
        let announces = next.is_some_and(|next| {
            matches!(next.kind, PassageKind::Item(_))
                || next
                    .inline
                    .marks
                    .first()
                    .is_some_and(|mark| mark.start == 0 && !next.inline.text.starts_with("Driver model"))
        });
        let mark = if last.contains("following") && announces { ":" } else { "." };
        let start = text.char_indices().rev().nth(20).map_or(0, |(at, _)| at);
        let start = text[..start].rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let span = inline.span_of(start, text.len());
        let message = if mark == ":" {
            "the sentence announces a list and has no colon"
        } else {
            "the sentence has no full stop"
        };
        found.push(
            finding(doc, "sentence-open", span, message)
                .found(&text[start..])
                .expected(format!("{}{mark}", &text[start..])),
        );
    }
}
