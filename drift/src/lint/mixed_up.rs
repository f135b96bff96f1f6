//! Things of one page that do not fit each other: sentences that bar what another allows, names taken for each other.

use rulebook_catalog::{Passage, RulePage, SectionKind};

use super::context::{Context, Doc, Kind};
use super::finding::{Finding, short};
use super::known::{names, words};
use super::listed::Listed;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable() {
        for passage in doc.text() {
            chain(doc, passage, found);
        }
        if let Kind::Rule(page) = doc.kind {
            contradictions(context, page, doc, found);
            callbacks(context, page, doc, found);
            look_alike(&Listed::new(context, page, doc), doc, found);
        }
    }
}

/// The passages of a rule page above its tests.
fn prose<'d>(page: &RulePage, doc: &'d Doc<'_>) -> impl Iterator<Item = &'d Passage> {
    let end = page.section(SectionKind::HowToTest).map_or(u32::MAX, |section| section.body.start);
    doc.text().filter(move |passage| passage.inline.span.start < end)
}

/// `A, B, or A`: a name twice in one enumeration.
fn chain(doc: &Doc<'_>, passage: &Passage, found: &mut Vec<Finding>) {
    let text = &passage.inline.text;
    let mut chain: Vec<(usize, &str)> = Vec::new();
    let mut end = 0;
    for (at, name) in names(text) {
        let between = text.get(end..at).unwrap_or_default();
        let joint = between.contains([',', ' '])
            && between.replace(',', " ").split_whitespace().all(|word| matches!(word, "and" | "or" | "and/or"));
        if !joint {
            chain.clear();
        }
        end = at + name.len();
        let first = chain.iter().find(|(_, known)| *known == name).map(|(first, _)| *first);
        // `A, A returns` begins another clause, and `A, B, or A | B` joins the two.
        let ends = text[end..].chars().next().is_none_or(|next| matches!(next, '.' | ',' | ';' | ':' | ')'));
        let listed = |first: usize| text[first..at].split_whitespace().any(|word| matches!(word, "and" | "or"));
        if let Some(first) = first.filter(|first| ends && listed(*first)) {
            let message = format!("`{name}` stands twice in one enumeration");
            let span = passage.inline.span_of(at, at + name.len());
            let place = passage.inline.span_of(first, first + name.len());
            found.push(Finding::new("name-twice", &doc.subject(), doc.source, span, message).found(name).also(
                doc.source,
                place,
                "the first time",
            ));
        }
        chain.push((at, name));
    }
}

/// Two sentences of which one allows what the other bars.
fn contradictions(context: &Context<'_>, page: &RulePage, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    for (one, other, pair) in &context.words.contradictions {
        let hit = |pattern: &regex::Regex| {
            prose(page, doc).find_map(|passage| {
                let hit = pattern.find(&passage.inline.text)?;
                Some((passage.inline.span_of(hit.start(), hit.end()), hit.as_str().to_owned()))
            })
        };
        if let (Some((span, text)), Some((place, _))) = (hit(one), hit(other)) {
            let message = pair.why.clone();
            found.push(
                Finding::new("text-contradiction", &page.id.to_string(), doc.source, span, message)
                    .found(short(&text))
                    .also(doc.source, place, "the sentence that says otherwise"),
            );
        }
    }
}

/// What begins in one callback and must be over when another one ends.
fn callbacks(context: &Context<'_>, page: &RulePage, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    for passage in prose(page, doc) {
        let text = &passage.inline.text;
        for (at, _) in text.match_indices(" exits ").chain(text.match_indices(" returns from ")) {
            let (before, after) = (text[..at].rsplit(". ").next().unwrap_or_default(), &text[at..]);
            let role = |name: &str| context.semantics.roles.values().any(|role| role.name == name);
            let begin = at - before.len();
            let within = words(before).filter(|(_, word)| role(word)).find(|(at, _)| {
                let lead = before[..*at].trim_end();
                [" in a", " in an", " in the", " in its"].iter().any(|end| lead.ends_with(end))
            });
            let until = words(after).find(|(_, word)| role(word));
            if let (Some((from, one)), Some((to, other))) = (within, until)
                && one != other
                && after[..to].split_whitespace().count() < 5
            {
                let span = passage.inline.span_of(at + to, at + to + other.len());
                let message = format!("what begins in `{one}` cannot end with `{other}`, another callback");
                let place = passage.inline.span_of(begin + from, begin + from + one.len());
                found.push(
                    Finding::new("callback-differs", &page.id.to_string(), doc.source, span, message)
                        .found(other)
                        .expected(one)
                        .also(doc.source, place, "the callback that the sentence begins with"),
                );
            }
        }
    }
}

/// A function of the text that the list lacks and that looks like one that both have.
fn look_alike(listed: &Listed<'_>, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    for (name, api) in listed.text.iter().filter(|(name, _)| !listed.list.contains(*name)) {
        let once = doc.source.text.matches(&format!("[**{}**]", api.name)).count() == 1;
        let other = listed.text.iter().find(|(other, _)| listed.list.contains(*other) && alike(&api.name, other));
        if let (true, Some((_, other))) = (once && !listed.announced.contains(name), other) {
            let message = format!("`{}` stands where `{}` is meant, which the rule is about", api.name, other.name);
            found.push(
                listed
                    .finding("name-confused", api.span, message)
                    .found(api.name.clone())
                    .expected(other.name.clone())
                    .also(doc.source, other.span, "the function that text and list have"),
            );
        }
    }
}

/// Whether two names differ in one word, and the two words have the same length and the same first letter.
fn alike(name: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (name.to_lowercase().chars().collect(), other.chars().collect());
    let differ: Vec<usize> = (0..one.len()).filter(|at| other.get(*at) != Some(&one[*at])).collect();
    let starts: Vec<usize> = name.char_indices().filter(|(_, c)| c.is_ascii_uppercase()).map(|(at, _)| at).collect();
    let word = |at: usize| starts.iter().rev().find(|start| **start <= at).copied();
    let [first, .., last] = differ[..] else { return false };
    one.len() == other.len() && word(first) == word(last) && word(first).is_some_and(|start| start < first)
}
