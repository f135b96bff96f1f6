//! The description in the front matter of a rule page against the page below it.

use std::collections::BTreeSet;

use rulebook_catalog::{Mark, PassageKind, RulePage};
use rulebook_diagnostics::Span;

use super::context::{Context, Doc};
use super::finding::{Finding, head};
use super::known::{names, words};

/// The relations that were lost where descriptions were made from pages.
const RELATIONS: [&str; 8] = ["<=", ">=", "==", "!=", "->", "<", ">", "="];

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for (page, doc) in context.rule_docs() {
        let Some(entry) = doc.front.get("description") else {
            if doc.front.get("title").is_some() {
                absent(page, doc, doc.front.span, found);
            }
            continue;
        };
        let raw = doc.source.slice(entry.span);
        if raw.trim().is_empty() {
            absent(page, doc, entry.key.span, found);
            continue;
        }
        let description = Description { page, doc, span: entry.span, raw: raw.to_owned() };
        description.placeholder(found);
        description.relations(found);
        description.glued(found);
        description.punctuation(found);
        description.other_rule(context, found);
        description.strangers(context, found);
    }
}

/// A page without a description.
fn absent(page: &RulePage, doc: &Doc<'_>, span: Span, found: &mut Vec<Finding>) {
    let message = "the description is empty".to_owned();
    let mut finding =
        Finding::new("description-empty", &page.id.to_string(), doc.source, span, message).found("no description");
    if let Some(text) = first_sentence(page) {
        finding = finding.expected(text);
    }
    found.push(finding);
}

/// A word as words of the page that stand in it one behind the other; what is left at the end may be another.
fn apart<'n>(name: &'n str, body: &BTreeSet<&str>) -> Vec<&'n str> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !body.contains(rest) {
        let follows = |at: usize| body.iter().any(|word| word.len() > 3 && rest[at..].starts_with(word));
        let cuts = rest.char_indices().map(|(at, _)| at).filter(|at| *at > 2);
        let Some(cut) = cuts.into_iter().find(|at| body.contains(&rest[..*at]) && follows(*at)) else { break };
        parts.push(&rest[..cut]);
        rest = &rest[cut..];
    }
    parts.push(rest);
    parts
}

/// The first sentence of the running text, whole; `None` where it cannot stand without what it announces.
fn first_sentence(page: &RulePage) -> Option<String> {
    let inline = &page.prose.first()?.inline;
    let end = [". ", ".\n", ".\r"].iter().filter_map(|mark| inline.text.find(mark)).min();
    let end = end.map_or(inline.text.len(), |at| at + 1);
    let mut text = inline.text[..end].to_owned();
    // A link that lacks its space is another defect.
    let glued = |at: &usize| text[*at..].starts_with(|c: char| c.is_ascii_alphabetic());
    let ends = inline.marks.iter().filter(|mark| matches!(mark.mark, Mark::Link(_))).map(|mark| mark.end as usize);
    for at in ends.filter(|at| *at < end).filter(glued).collect::<BTreeSet<_>>().into_iter().rev() {
        text.insert(at, ' ');
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // What follows is not part of a description.
    if text.contains("following ") {
        return None;
    }
    Some(text.strip_suffix(':').map_or(text.clone(), |open| format!("{open}.")))
}

struct Description<'d> {
    page: &'d RulePage,
    doc: &'d Doc<'d>,
    span: Span,
    raw: String,
}

impl Description<'_> {
    fn finding(&self, kind: &str, range: std::ops::Range<usize>, message: String) -> Finding {
        let start = self.span.start as usize;
        let span = Span::new(start + range.start, start + range.end);
        Finding::new(kind, &self.page.id.to_string(), self.doc.source, span, message)
    }

    /// The description without escapes.
    fn plain(&self) -> String {
        self.raw.replace('\\', "")
    }

    /// `Learn more about: <title>` says nothing.
    fn placeholder(&self, found: &mut Vec<Finding>) {
        let plain = self.plain();
        let text = plain.trim_matches(['"', '\'']).trim();
        let name = &self.page.id.name;
        let Some(rest) = text.strip_prefix("Learn more about").or_else(|| text.strip_prefix("Learn about")) else {
            return;
        };
        let mut rest = rest.trim_start_matches(':').trim().trim_start_matches("the ").to_owned();
        if let Some(at) = rest.to_lowercase().find(&name.to_lowercase()) {
            rest.replace_range(at..at + name.len(), "");
        }
        let more = rest.split(')').nth(1).unwrap_or_default();
        if more.trim_matches(|c: char| c == '.' || c.is_whitespace()).is_empty() {
            let message = "the description only repeats the title and does not say what the rule demands".to_owned();
            let mut finding = self.finding("description-placeholder", 0..self.raw.len(), message);
            if let Some(text) = first_sentence(self.page) {
                finding = finding.expected(text);
            }
            found.push(finding);
        }
    }

    /// `IRQL  DISPATCH_LEVEL` where the page has `IRQL <= DISPATCH_LEVEL`.
    fn relations(&self, found: &mut Vec<Finding>) {
        let mut done = BTreeSet::new();
        for passage in self.doc.passages.iter().filter(|passage| !matches!(passage.kind, PassageKind::Code)) {
            let text = &passage.inline.text;
            let all: Vec<_> = words(text).collect();
            for two in all.windows(2) {
                let [(first, left), (second, right)] = *two else { continue };
                let between = text[first + left.len()..second].trim();
                let Some(relation) = RELATIONS.iter().find(|relation| **relation == between) else {
                    continue;
                };
                // The places of a description are in the order of the text.
                let range = self.side_by_side(left, right).into_iter().find(|range| done.insert(range.start));
                if let Some(range) = range {
                    let gap = if *relation == "->" { "" } else { " " };
                    let right = self.raw[range.clone()].split_whitespace().last().unwrap_or(right).to_owned();
                    let should = format!("{left}{gap}{relation}{gap}{right}");
                    let message = format!("the relation between `{left}` and `{}` is lost", right.replace('\\', ""));
                    let span = passage.inline.span_of(first, second + two[1].1.len());
                    let start = self.span.start as usize;
                    let place = Span::new(start + range.start, start + range.end);
                    found.push(
                        self.finding("description-operator", range, message)
                            .expected(should.replace('\\', ""))
                            .also(self.doc.source, span, format!("the page has `{left} {relation}` here"))
                            .edit(self.doc.source, place, should),
                    );
                }
            }
        }
    }

    /// Where `left` and `right` stand side by side without anything but space or a lone dash between them.
    fn side_by_side(&self, left: &str, right: &str) -> Vec<std::ops::Range<usize>> {
        let mut all = Vec::new();
        let escaped = right.replace('_', "\\_");
        for (at, _) in self.raw.match_indices(left) {
            let rest = &self.raw[at + left.len()..];
            let word = rest.trim_start_matches([' ', '-', '\u{a0}']);
            let gap = rest.len() - word.len();
            if gap == 0 || !rest[..gap].ends_with([' ', '\u{a0}']) {
                continue;
            }
            for right in [right, &escaped] {
                let ends = word.strip_prefix(right).is_some_and(|after| {
                    after.chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_')
                });
                if ends {
                    all.push(at..at + left.len() + gap + right.len());
                    break;
                }
            }
        }
        all
    }

    /// Sentences or names without a space between them.
    fn glued(&self, found: &mut Vec<Finding>) {
        let bytes = self.raw.as_bytes();
        for at in 1..bytes.len().saturating_sub(2) {
            let joint = bytes[at] == b'.'
                && bytes[at - 1].is_ascii_alphanumeric()
                && bytes[at + 1].is_ascii_uppercase()
                && bytes[at + 2].is_ascii_lowercase();
            if joint {
                let from = self.raw[..at].rfind(' ').map_or(0, |space| space + 1);
                let to = self.raw[at..].find(' ').map_or(self.raw.len(), |space| at + space);
                let start = self.span.start as usize + at + 1;
                found.push(
                    self.finding(
                        "description-glued",
                        from..to,
                        "two sentences stand without a space between".to_owned(),
                    )
                    .expected(format!("{} {}", &self.raw[from..=at], &self.raw[at + 1..to]))
                    .edit(self.doc.source, Span::new(start, start), " "),
                );
            }
        }
        let plain = self.plain();
        let body: BTreeSet<&str> =
            self.doc.text().flat_map(|passage| words(&passage.inline.text)).map(|(_, word)| word).collect();
        for (_, name) in names(&plain).filter(|(_, name)| !body.contains(name)) {
            let parts = apart(name, &body);
            if let (true, Some(at)) = (parts.len() > 1, self.raw.replace('\\', "").find(name)) {
                // The place in the raw text is near enough: the name may be escaped there.
                let start = at.min(self.raw.len());
                let quoted: Vec<String> = parts.iter().map(|part| format!("`{part}`")).collect();
                let message = format!("{} stand without anything between", quoted.join(" and "));
                found.push(
                    self.finding("description-glued", start..start, message)
                        .found(name.to_owned())
                        .expected(parts.join(", ")),
                );
            }
        }
    }

    /// Broken entities, doubled or missing full stops, marks of lists.
    fn punctuation(&self, found: &mut Vec<Finding>) {
        let rest = self.raw.trim_end_matches(['"', '\'']).trim_end();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let entity = self.raw.match_indices('\\').map(|(at, _)| at).find(|at| {
            let after = self.raw[at + 1..].trim_start();
            let len = digits(after);
            (2..6).contains(&len) && after[len..].starts_with(';')
        });
        if let Some(at) = entity {
            let end = self.raw[at..].find(';').map_or(self.raw.len(), |len| at + len + 1);
            let message = "the remains of a character reference stand where a quotation mark was".to_owned();
            found.push(self.finding("description-entity", at..end, message).expected("a quotation mark"));
        }
        if let Some(at) =
            self.raw.find(". .").or_else(|| self.raw.find("..").filter(|at| !self.raw[*at..].starts_with("...")))
        {
            let message = "two full stops stand in a row".to_owned();
            found.push(self.finding("description-punctuation", at..at + 2, message).expected("."));
        }
        if let Some(at) = self.raw.find(" - ").filter(|at| {
            self.raw[at + 3..].starts_with(|c: char| c.is_ascii_lowercase()) && self.doc.source.text.contains("-   ")
        }) {
            let message = "the mark of a list item stands in the middle of the sentence".to_owned();
            found.push(self.finding("description-punctuation", at..at + 3, message));
        }
        if let Some(at) = self.raw.find("following ") {
            let sentence = self.raw[at..].split(". ").next().unwrap_or_default().replace('\\', "");
            let listed =
                names(&sentence).any(|(_, name)| !name.ends_with("_LEVEL")) || sentence.contains("following when");
            let closed = rest.ends_with(&self.raw[at..]) || self.raw[at..].contains(". ");
            if !listed && closed {
                let message = "the description announces what follows, and nothing follows".to_owned();
                found.push(self.finding(
                    "description-truncated",
                    at..at + sentence.len().min(rest.len() - at),
                    message,
                ));
            }
        }
        if !rest.ends_with(['.', '!', '?', ')']) {
            let message = "the description ends in the middle of a sentence".to_owned();
            let start = rest.rfind(' ').map_or(0, |at| at + 1);
            found.push(self.finding("description-truncated", start..rest.len(), message));
        }
    }

    /// A description of another rule.
    fn other_rule(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        let plain = self.plain();
        let Some((before, _)) = plain.split_once(" rule ") else { return };
        let Some((_, named)) = words(before).last() else { return };
        let own = |name: &str| name.eq_ignore_ascii_case(&self.page.id.name);
        let other = context.rule_named(named, self.page);
        if let (false, Some(other)) = (own(named), other) {
            let at = self.raw.find(named).unwrap_or(0);
            let message = format!("the description is about `{named}`, the page about `{}`", self.page.id.name);
            found.push(
                self.finding("description-other-rule", at..at + named.len(), message)
                    .expected(self.page.id.name.clone())
                    .also(&other.source, head(other), "the page of the rule that is described"),
            );
        }
    }

    /// Names that stand nowhere on the page.
    fn strangers(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        let plain = self.plain();
        let body: BTreeSet<String> = self
            .doc
            .passages
            .iter()
            .flat_map(|passage| words(&passage.inline.text))
            .map(|(_, word)| word.to_ascii_lowercase())
            .collect();
        for (at, name) in names(&plain) {
            let rule = !context.rules_named(name).is_empty();
            if !body.contains(&name.to_ascii_lowercase()) && context.known.has(name) && !rule {
                let start = self.raw.find(name).unwrap_or(at.min(self.raw.len()));
                let message = format!("`{name}` stands in the description and nowhere on the page");
                found.push(self.finding("description-differs", start..start + name.len(), message));
            }
        }
    }
}
