//! Lists: announced and absent, of another length than announced, written with the wrong marks.

use rulebook_catalog::{Passage, PassageKind};
use rulebook_diagnostics::Span;

use super::context::{Context, Doc, Kind};
use super::finding::{Finding, short};

/// Numbers that announce so many entries.
const NUMBERS: [(&str, usize); 12] = [
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("fourteen", 14),
];

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable().filter(|doc| !matches!(doc.kind, Kind::Api(_))) {
        for (at, passage) in doc.passages.iter().enumerate() {
            let after = &doc.passages[at + 1..];
            absent(context, doc, passage, after, found);
            counted(doc, passage, after, found);
        }
        marks(doc, found);
    }
}

/// Whether a passage is a line of names, one below the other or one alone.
fn is_names(passage: &Passage) -> bool {
    let marked = passage.inline.marks.first().is_some_and(|first| first.start == 0);
    let fact = passage.inline.text.split(':').next().is_some_and(|label| {
        let label = label.to_lowercase();
        label.contains("driver model") || label.contains("bug check")
    });
    marked && !fact && passage.inline.text.lines().all(|line| line.split_whitespace().count() <= 6)
}

/// How many entries stand right behind an announcement.
fn entries(after: &[Passage]) -> usize {
    let items = after.iter().take_while(|passage| matches!(passage.kind, PassageKind::Item(_))).count();
    if items > 0 {
        return items;
    }
    let lines = |passage: &Passage| passage.inline.text.lines().filter(|line| !line.trim().is_empty()).count();
    after.iter().take_while(|passage| passage.kind == PassageKind::Paragraph && is_names(passage)).map(lines).sum()
}

/// A sentence that ends in a colon and is followed by nothing that it could announce.
fn absent(context: &Context<'_>, doc: &Doc<'_>, passage: &Passage, after: &[Passage], found: &mut Vec<Finding>) {
    let text = passage.inline.text.trim_end();
    let announces = text.ends_with(':') && text.split_whitespace().count() > 4;
    let empty = match passage.kind {
        PassageKind::Cell { table, row, .. } => {
            // The next cell of the same row may hold it; a cell of the next row never does.
            let same = after.first().is_some_and(|next| match next.kind {
                PassageKind::Cell { table: other, row: below, .. } => other == table && below == row,
                _ => false,
            });
            !same
        }
        PassageKind::Paragraph => match after.first() {
            None => true,
            Some(next) => match next.kind {
                PassageKind::Heading(_) => true,
                PassageKind::Paragraph => {
                    next.inline.text.starts_with("Driver model") || next.inline.text.starts_with("Bug check")
                }
                _ => false,
            },
        },
        _ => false,
    };
    let head = matches!(passage.kind, PassageKind::Cell { row: 1, .. });
    // `Bug check(s) found with this rule:` is a label.
    let label = passage.inline.marks.first().is_some_and(|mark| mark.start == 0 && mark.end as usize + 2 > text.len());
    if announces && empty && !head && !label {
        let last = text.rfind(". ").map_or(0, |at| at + 2);
        let message = "the sentence announces a list, and none follows".to_owned();
        let span = passage.inline.span_of(last, text.len());
        found.push(Finding::new("list-absent", &doc.subject(), doc.source, span, message).found(short(&text[last..])));
    }
    // `There are 14 functions that …` without a list anywhere behind it.
    let lower = text.to_lowercase();
    let Some(at) = lower.find("there are ") else { return };
    let count = lower[at + 10..].split_whitespace().next().and_then(number);
    let Some(count) = count.filter(|count| *count > 2) else { return };
    let of_names = ["ddis", "functions", "methods", "routines"]
        .iter()
        .any(|noun| lower[at..].split(['.', ',']).next().is_some_and(|s| s.contains(noun)));
    let here = after.iter().take_while(|next| !matches!(next.kind, PassageKind::Heading(_)));
    let listed = here.clone().filter(|next| matches!(next.kind, PassageKind::Item(_)) || is_names(next)).count() > 0;
    // The rule's own list, if it is as long, may be what is spoken of.
    let rule = match doc.kind {
        Kind::Rule(page) => Some(page),
        _ => passage.inline.links().find_map(|(_, target, _)| context.rule_at(target)),
    };
    let meant = rule.is_some_and(|rule| rule.applies_to().count() == count);
    if of_names && !meant && (!listed || matches!(passage.kind, PassageKind::Cell { .. })) {
        let span = passage.inline.span_of(at, text.len());
        let message = format!("the text speaks of {count} of them and lists none");
        found.push(Finding::new("list-absent", &doc.subject(), doc.source, span, message).found(short(&text[at..])));
    }
}

fn number(word: &str) -> Option<usize> {
    let known = NUMBERS.iter().find(|(name, _)| *name == word).map(|(_, number)| *number);
    known.or_else(|| word.parse().ok().filter(|number| *number < 100))
}

/// `the following two functions:` and three of them.
fn counted(doc: &Doc<'_>, passage: &Passage, after: &[Passage], found: &mut Vec<Finding>) {
    let text = passage.inline.text.trim_end();
    let Some(at) = text.rfind("following ").filter(|_| text.ends_with(':')) else { return };
    let word = text[at + 10..].split_whitespace().next().unwrap_or_default();
    let (Some(count), listed) = (number(word), entries(after)) else { return };
    if listed > 0 && listed != count && passage.kind == PassageKind::Paragraph {
        let start = at + 10;
        let span = passage.inline.span_of(start, start + word.len());
        let message = format!("the text announces {count} entries, and {listed} follow");
        let right = NUMBERS
            .iter()
            .find(|(_, number)| *number == listed)
            .map_or(listed.to_string(), |(name, _)| (*name).to_owned());
        found.push(Finding::new("list-count", &doc.subject(), doc.source, span, message).found(word).expected(right));
    }
}

/// Marks of lists in the source: two in a row, names that end in commas.
fn marks(doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let text = &doc.source.text;
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let start = from;
        from += line.len();
        let indent = line.len() - line.trim_start_matches(' ').len();
        let rest = &line[indent..];
        let mark = |text: &str| {
            text.strip_prefix(['-', '*', '+'])
                .filter(|rest| rest.starts_with(' '))
                .map(|rest| rest.trim_start().to_owned())
        };
        if let Some(inner) = mark(rest).and_then(|rest| mark(&rest)) {
            let keep = rest.len() - inner.len();
            let span = Span::new(start + indent, start + indent + keep);
            let message = "the list mark stands twice, which makes a list inside the item".to_owned();
            found.push(
                Finding::new("list-mark-doubled", &doc.subject(), doc.source, span, message)
                    .found("-   -")
                    .expected("-")
                    .edit(doc.source, span, "-   "),
            );
        }
    }
    let mut group: Vec<Line<'_>> = Vec::new();
    for passage in &doc.passages {
        let lines = if passage.kind == PassageKind::Paragraph { names_of(passage) } else { None };
        match lines {
            Some(lines) => group.extend(lines),
            None => commas(doc, &std::mem::take(&mut group), found),
        }
    }
    commas(doc, &group, found);
}

/// A line that is one name.
struct Line<'d> {
    passage: &'d Passage,
    at: usize,
    text: &'d str,
}

/// The lines of a paragraph, if each of them is one name.
fn names_of(passage: &Passage) -> Option<Vec<Line<'_>>> {
    let name = |line: &str| {
        line.len() > 4
            && line.trim_end_matches([',', '.']).bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let mut from = 0;
    let mut all = Vec::new();
    for line in passage.inline.text.split('\n') {
        let text = line.trim_end();
        if !name(text) {
            return None;
        }
        all.push(Line { passage, at: from, text });
        from += line.len() + 1;
    }
    Some(all)
}

/// A list of names, one in a line, of which some end in a comma.
fn commas(doc: &Doc<'_>, lines: &[Line<'_>], found: &mut Vec<Finding>) {
    let ending: Vec<&Line<'_>> = lines.iter().filter(|line| line.text.ends_with(',')).collect();
    let Some(first) = ending.first().filter(|_| lines.len() > 2) else { return };
    let message = format!(
        "{} of {} names in the list end in a comma, unlike the names of other lists",
        ending.len(),
        lines.len()
    );
    let span = first.passage.inline.span_of(first.at, first.at + first.text.len());
    let mut finding = Finding::new("list-commas", &doc.subject(), doc.source, span, message)
        .found(first.text)
        .expected(first.text.trim_end_matches(','));
    for line in ending {
        let end = line.at + line.text.len();
        let comma = line.passage.inline.span_of(end - 1, end);
        if doc.source.slice(comma) == "," {
            finding = finding.edit(doc.source, comma, "");
        }
    }
    found.push(finding);
}
