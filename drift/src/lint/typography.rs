//! Marks of punctuation and markup: stray, missing, doubled, broken.

use rulebook_catalog::inline::Marked;
use rulebook_catalog::{Inline, Mark, Passage, PassageKind};
use rulebook_diagnostics::Span;

use super::context::{Context, Doc, Kind};
use super::finding::{Finding, short};
use super::known::{is_name, words};

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable() {
        lost(doc, found);
        for passage in &doc.passages {
            if passage.kind == PassageKind::Code {
                continue;
            }
            spaces(context, doc, &passage.inline, found);
            marks(doc, passage, found);
            if !matches!(doc.kind, Kind::Api(_)) {
                stray(context, doc, passage, found);
            }
        }
    }
}

pub(super) fn finding(doc: &Doc<'_>, kind: &str, span: Span, message: &str) -> Finding {
    Finding::new(kind, &doc.subject(), doc.source, span, message.to_owned())
}

/// Bytes that were no text.
fn lost(doc: &Doc<'_>, found: &mut Vec<Finding>) {
    if let Some(at) = doc.source.text.find('\u{fffd}') {
        let span = Span::new(at, at + '\u{fffd}'.len_utf8());
        found.push(
            finding(doc, "character-lost", span, "bytes that are no text stand where a character was").found("U+FFFD"),
        );
    }
}

/// Spaces that are missing at links and marked words, or stand before a mark.
fn spaces(context: &Context<'_>, doc: &Doc<'_>, inline: &Inline, found: &mut Vec<Finding>) {
    let text = inline.text.as_str();
    // A mark inside a link may have the same ends; the outermost one is where a space belongs.
    let outer = |marked: &&Marked| {
        let around = |other: &Marked| {
            let wide = other.start <= marked.start && marked.end <= other.end;
            wide && matches!(other.mark, Mark::Link(_)) && other != *marked
        };
        !inline.marks.iter().any(around)
    };
    let joins = |word: &str| context.words.joined.iter().any(|joined| joined == word);
    for marked in inline.marks.iter().filter(outer) {
        let link = matches!(marked.mark, Mark::Link(_));
        let (start, end) = (marked.start as usize, marked.end as usize);
        let tail: String = text[end..].chars().take_while(|c| c.is_alphanumeric()).collect();
        let lead = text[..start].rsplit(char::is_whitespace).next().unwrap_or_default();
        let name = text[start..end].trim();
        // A link that begins or ends with a space looks as it should.
        if name.len() != end - start || name.is_empty() {
            continue;
        }
        let letter = tail.starts_with(|c: char| c.is_ascii_alphabetic());
        if (link
            && letter
            && (tail.len() > 2 || (tail.len() == 2 && tail.starts_with(|c: char| c.is_ascii_uppercase()))))
            || (is_name(name) && joins(&tail))
        {
            let at = marked.span.end as usize;
            let message = format!("no space stands between `{name}` and `{tail}`");
            found.push(
                finding(doc, "space-missing", inline.span_of(end, end + tail.len()), &message)
                    .found(format!("{name}{tail}"))
                    .expected(format!("{name} {tail}"))
                    .edit(doc.source, Span::new(at, at), " "),
            );
        }
        let touches = lead.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, ',' | ';'));
        if (link && touches) || (is_name(name) && (joins(lead) || lead.ends_with(','))) {
            let at = marked.span.start as usize;
            let message = format!("no space stands before `{name}`");
            found.push(
                finding(doc, "space-missing", marked.span, &message)
                    .found(short(&format!("{lead}{name}")))
                    .expected(short(&format!("{lead} {name}")))
                    .edit(doc.source, Span::new(at, at), " "),
            );
        }
    }
    for (at, _) in text.match_indices(" ,").chain(text.match_indices(" ;")) {
        if text[..at].ends_with(|c: char| c.is_alphanumeric()) {
            let span = inline.span_of(at, at + 2);
            found.push(
                finding(doc, "space-stray", span, "a space stands before the mark")
                    .found(&text[at..at + 2])
                    .expected(&text[at + 1..at + 2]),
            );
        }
    }
    for (at, _) in text.match_indices("( ") {
        if text[at + 2..].starts_with(|c: char| c.is_alphabetic()) && text[..at].ends_with(' ') {
            let span = inline.span_of(at, at + 2);
            found.push(
                finding(doc, "space-stray", span, "a space stands behind the opening parenthesis")
                    .found("( ")
                    .expected("("),
            );
        }
    }
}

/// Marks of emphasis, code and entities that are shown as they are.
fn marks(doc: &Doc<'_>, passage: &Passage, found: &mut Vec<Finding>) {
    let inline = &passage.inline;
    let text = inline.text.as_str();
    let in_code = |at: usize| {
        inline
            .marks
            .iter()
            .any(|mark| mark.mark == Mark::Code && (mark.start as usize..mark.end as usize).contains(&at))
    };
    if let Some(at) = text.find("**").filter(|at| !in_code(*at) && !text[*at..].starts_with("***")) {
        // `**` before a type is C's pointer to a pointer.
        let pointer = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == ' ')
            && text[at + 2..].starts_with([' ', ',', ')']);
        if !pointer {
            let message = "the mark of bold text has no partner and is shown as it is";
            found.push(finding(doc, "emphasis-unmatched", inline.span_of(at, at + 2), message));
        }
    }
    if text.matches('`').count() == 1 {
        let at = text.find('`').unwrap_or(0);
        found.push(finding(
            doc,
            "emphasis-unmatched",
            inline.span_of(at, at + 1),
            "the tick that starts code has no partner",
        ));
    }
    for entity in ["&lt;", "&gt;", "&amp;", "&nbsp;", "&quot;"] {
        if let Some(at) = text.find(entity).filter(|at| in_code(*at)) {
            let message = format!("`{entity}` stands in code, where it is shown as it is");
            found.push(finding(doc, "entity-shown", inline.span_of(at, at + entity.len()), &message));
        }
    }
    let alert = text.lines().any(|line| line.trim_start().starts_with("[!")) && passage.kind != PassageKind::Quote;
    if let (true, Some(at)) = (alert, text.find("[!")) {
        let word = &text[at + 2..].split(']').next().unwrap_or_default().to_lowercase();
        if ["note", "important", "warning", "caution", "tip"].contains(&word.as_str()) {
            let end = text[at..].find(']').map_or(text.len(), |len| at + len + 1);
            let message = "the mark of an alert stands outside a quote and is shown as it is";
            let span = inline.span_of(at, end);
            // HTML has no quotes of Markdown: there the word stands in bold.
            let put = if in_table(&doc.source.text[..span.start as usize]) {
                format!("<strong>{}{}</strong>", word[..1].to_uppercase(), &word[1..])
            } else {
                format!("> [!{}]", word.to_uppercase())
            };
            found.push(finding(doc, "alert-broken", span, message).expected(put));
        }
    }
}

/// Whether a table of HTML is open behind `text`.
fn in_table(text: &str) -> bool {
    text.rfind("<table").is_some_and(|open| !text[open..].contains("</table"))
}

/// Text that belongs nowhere.
fn stray(context: &Context<'_>, doc: &Doc<'_>, passage: &Passage, found: &mut Vec<Finding>) {
    let text = passage.inline.text.trim();
    if text == "." || text == "," {
        found.push(
            finding(doc, "text-stray", passage.inline.span, "a lone mark stands on a line of its own").found(text),
        );
    }
    for (at, line) in lines(&passage.inline.text) {
        if line.trim() == "." && text != "." {
            found.push(
                finding(
                    doc,
                    "text-stray",
                    passage.inline.span_of(at, at + line.len()),
                    "a lone mark stands on a line of its own",
                )
                .found("."),
            );
        }
    }
    if let Some((before, last)) = text.rsplit_once(". ") {
        let name = words(last).next().map(|(_, word)| word).filter(|word| *word == last && is_name(word));
        if let Some(name) = name.filter(|name| context.known.has(name) && !before.is_empty()) {
            let at = passage.inline.text.rfind(name).unwrap_or(0);
            let message = format!("`{name}` stands behind the end of the sentence and belongs to none");
            found.push(finding(doc, "text-stray", passage.inline.span_of(at, at + name.len()), &message).found(name));
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    text.split('\n').map(move |line| {
        let at = from;
        from += line.len() + 1;
        (at, line)
    })
}
