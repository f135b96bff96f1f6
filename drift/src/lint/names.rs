//! Names that exist nowhere: misspelt, cut short, or in the wrong case.

use std::collections::BTreeSet;

use rulebook_catalog::links::ApiTarget;
use rulebook_catalog::{Inline, Passage, PassageKind};
use rulebook_diagnostics::Span;

use super::context::{Context, Doc, Kind};
use super::finding::{Finding, raw_twin};
use super::known::names;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable() {
        for (_, raw, span) in doc.head() {
            let plain = raw.replace('\\', " ");
            // An escape before an underscore would cut the name in two.
            if raw.contains("\\_") {
                let inline = Inline::read(&doc.source.text, span);
                words(context, doc, &inline, found);
            } else {
                for (at, name) in names(&plain) {
                    let start = span.start as usize + at;
                    judge(context, doc, name, Span::new(start, start + name.len()), None, found);
                }
            }
        }
        for passage in &doc.passages {
            if passage.kind == PassageKind::Code {
                code(context, doc, passage, found);
            } else {
                words(context, doc, &passage.inline, found);
            }
        }
    }
}

/// The names of running text.
fn words(context: &Context<'_>, doc: &Doc<'_>, inline: &Inline, found: &mut Vec<Finding>) {
    for (at, name) in names(&inline.text) {
        let range = at as u32..(at + name.len()) as u32;
        let link = inline.links().find(|(_, _, link)| link.start <= range.start && range.end <= link.end);
        let span = inline.span_of(at, at + name.len());
        let target = link.map(|(_, target, _)| target);
        // Names in addresses and files belong to somebody else.
        let before = inline.text[..at].chars().next_back();
        let after = inline.text[at + name.len()..].chars().next();
        let path = |c: Option<char>| c.is_some_and(|c| matches!(c, '/' | '\\' | '-' | '@' | '#' | '%' | '$'));
        let dotted = before == Some('.')
            || (after == Some('.') && inline.text[at + name.len() + 1..].starts_with(|c: char| c.is_alphanumeric()));
        if !path(before) && !path(after) && !dotted {
            judge(context, doc, name, span, target, found);
        }
    }
}

/// The names of code: only those that no comment and no declaration of the example explains.
fn code(context: &Context<'_>, doc: &Doc<'_>, passage: &Passage, found: &mut Vec<Finding>) {
    let text = &passage.inline.text;
    let mut seen = BTreeSet::new();
    for (at, name) in names(text) {
        // A name of the example itself stands there more than once.
        let own = text.matches(name).count() > 1;
        let shouted = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit());
        if !own && shouted && seen.insert(name) && matches!(doc.kind, Kind::Rule(_)) {
            judge(context, doc, name, passage.inline.span_of(at, at + name.len()), None, found);
        }
    }
}

/// Whether `name` can be a slip for `right`: the letter that differs stands inside a word and is no word of its own.
///
/// `Get` and `Set`, `Co` and `Cm`, a plural and a singular, one number and another are names of different things.
fn is_slip(context: &Context<'_>, name: &str, right: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let bars = |text: &str| text.matches('_').count();
    let shouted = |text: &str| !text.bytes().any(|byte| byte.is_ascii_lowercase());
    if digits(name) != digits(right) || bars(name) != bars(right) || shouted(name) != shouted(right) {
        return false;
    }
    if shouted(name) {
        return context.known.has(right);
    }
    let (wrong, other): (Vec<char>, Vec<char>) = (name.chars().collect(), right.chars().collect());
    let lower = |c: Option<&char>| c.map(char::to_ascii_lowercase);
    let at = (0..wrong.len()).find(|at| lower(wrong.get(*at)) != lower(other.get(*at))).unwrap_or(wrong.len());
    let cut_off = wrong.first().is_some_and(char::is_ascii_lowercase) && right[1..] == *name;
    let doubled = at > 0 && wrong.get(at) == wrong.get(at - 1) && wrong.len() > other.len();
    if cut_off || doubled {
        return true;
    }
    // What differs must be small letters, and more must follow in the same word: endings make other words.
    let small = |c: Option<&char>| c.is_none_or(char::is_ascii_lowercase);
    let longer = if wrong.len() >= other.len() { &wrong } else { &other };
    let start = longer[..at].iter().rposition(char::is_ascii_uppercase).unwrap_or(0);
    let word = longer[start..].iter().skip(1).take_while(|c| c.is_ascii_lowercase()).count() + 1;
    let inside = wrong.len() == other.len() || longer.get(at + 1).is_some_and(char::is_ascii_lowercase);
    small(wrong.get(at)) && small(other.get(at)) && inside && word >= if wrong.len() == other.len() { 4 } else { 5 }
}

/// Whether a page calls its own rule so; which spelling is right is for the places that name the rule to settle.
fn is_own(doc: &Doc<'_>, name: &str) -> bool {
    match doc.kind {
        Kind::Rule(page) => {
            let heading = page.heading.as_ref().and_then(|heading| super::identity::title_name(&heading.value));
            page.id.name == name || heading == Some(name) || page.aliases.iter().any(|alias| alias.value == name)
        }
        _ => false,
    }
}

/// Judges one name; `target` is where it leads if it is a link.
fn judge(context: &Context<'_>, doc: &Doc<'_>, name: &str, span: Span, target: Option<&str>, found: &mut Vec<Finding>) {
    let known = &context.known;
    let rule = target.and_then(|target| context.rule_at(target));
    if name.contains("Xxx") || is_own(doc, name) {
        return;
    }
    if let Some(rule) = rule.filter(|rule| rule.id.name.eq_ignore_ascii_case(name)) {
        let function = context.facts.functions.contains_key(name);
        if rule.id.name != name && !function && !rule.aliases.iter().any(|alias| alias.value == name) {
            let message = format!("the rule is called `{}`", rule.id.name);
            report(doc, "rule-name-miscased", span, name, &rule.id.name, message, found);
        }
        return;
    }
    let api = target.and_then(ApiTarget::of).map(|target| target.name);
    if let Some(family) = context.words.families.iter().find(|family| name.starts_with(family.as_str())) {
        if !known.has(name) && name.len() > family.len() && known.beginning(family).len() > 5 {
            family_member(context, doc, name, family, span, found);
        }
        return;
    }
    if known.has(name) && api.as_ref().is_none_or(|api| api.eq_ignore_ascii_case(name)) {
        // A rule may be called like a function in other letters; then the link tells which is meant.
        let right = target
            .filter(|_| api.is_some())
            .and_then(|target| context.catalog.api_at(target))
            .map(|api| api.name.value.as_str());
        if let Some(right) = right.filter(|right| *right != name && right.eq_ignore_ascii_case(name)) {
            let message = format!("`{name}` leads to the page of `{right}`, whose name is written so");
            report(doc, "name-miscased", span, name, right, message, found);
        }
        return;
    }
    let spellings: Vec<&String> = known.spellings(name).into_iter().filter(|other| *other != name).collect();
    if let [right] = spellings[..] {
        // Prose has parameters in small letters and types in capitals at will; names of functions it has not.
        let function = context.facts.functions.contains_key(right)
            || context.catalog.api(right).is_some_and(|api| &api.name.value == right);
        let rule = context.rules_named(right).iter().any(|rule| rule.id.name == **right);
        let mixed = |text: &str| {
            text.bytes().any(|byte| byte.is_ascii_lowercase()) && text.bytes().any(|byte| byte.is_ascii_uppercase())
        };
        if (function || rule) && mixed(name) && mixed(right) && known.spread(right) > known.spread(name) {
            let kind = if rule && !function { "rule-name-miscased" } else { "name-miscased" };
            let message = format!("the name is written `{right}`");
            report(doc, kind, span, name, right, message, found);
        }
        return;
    }
    if !spellings.is_empty() || known.is_settled(name) || name.len() < 7 {
        return;
    }
    if let Some(right) = cut_short(context, doc, name) {
        let message = format!("nothing is called `{name}`; the page has `{right}` elsewhere");
        report(doc, "name-truncated", span, name, &right, message, found);
        return;
    }
    let Some(right) = known.nearest(name) else { return };
    let start = span.start as usize;
    let apostrophe = |c: char| matches!(c, '\'' | '’');
    if name.starts_with('s') && doc.source.text[..start].ends_with(apostrophe) && right[..] == name[1..] {
        let message = format!("no space stands before `{right}`");
        let at = Span::new(start + 1, start + 1);
        found.push(
            Finding::new("space-missing", &doc.subject(), doc.source, span, message)
                .found(name)
                .expected(format!("s {right}"))
                .edit(doc.source, at, " "),
        );
        return;
    }
    if !is_slip(context, name, right) {
        return;
    }
    let ratio = known.spread(right) >= 2 * known.spread(name);
    if ratio && (known.has(right) || known.spread(right) >= 6) {
        let message = format!("nothing is called `{name}`; one letter from it is `{right}`");
        report(doc, "name-misspelt", span, name, right, message, found);
    }
}

/// The name of which `name` is all but the last letters, where the same page has it.
fn cut_short(context: &Context<'_>, doc: &Doc<'_>, name: &str) -> Option<String> {
    if context.known.spread(name) > 1 || !doc.source.text.contains(name) {
        return None;
    }
    let mut longer = context.known.beginning(name).into_iter().filter(|right| right.len() <= name.len() + 2);
    let right = longer.next().filter(|_| longer.next().is_none())?;
    // The rest must be the end of a word, not a word of its own such as `Ex`.
    let rest = right[name.len()..].chars().all(|c| c.is_ascii_lowercase() && c != 's');
    (rest && doc.source.text.contains(right)).then(|| right.to_owned())
}

/// A name of a family whose members are all known.
fn family_member(context: &Context<'_>, doc: &Doc<'_>, name: &str, family: &str, span: Span, found: &mut Vec<Finding>) {
    let nearest = context.known.nearest(name).filter(|right| right.starts_with(family));
    let longer: Vec<&str> =
        context.known.beginning(name).into_iter().filter(|long| long[name.len()..].starts_with('_')).collect();
    // Placeholders such as `IRP_MN_XXX` are meant to be no name.
    if name[family.len()..].chars().all(|c| matches!(c, 'X' | 'x' | '_')) {
        return;
    }
    if name[family.len()..].contains(family.split('_').next().unwrap_or(family)) {
        let message = "several names stand without anything between".to_owned();
        if !matches!(doc.kind, Kind::Rule(_)) {
            let head = family.split('_').next().unwrap_or(family);
            let apart = name[head.len()..].replace(head, &format!(", {head}"));
            found.push(
                Finding::new("name-glued", &doc.subject(), doc.source, span, message)
                    .found(name)
                    .expected(format!("{head}{apart}")),
            );
        }
        return;
    }
    match (nearest, &longer[..]) {
        (Some(right), _) => {
            let message = format!("there is no `{name}`; one letter from it is `{right}`");
            report(doc, "name-misspelt", span, name, right, message, found);
        }
        (None, [only]) => {
            let message = format!("there is no `{name}`; the name is cut short");
            report(doc, "name-truncated", span, name, only, message, found);
        }
        (None, _) => {
            let message = format!("there is no `{name}`");
            let mut finding = Finding::new("name-unknown", &doc.subject(), doc.source, span, message).found(name);
            if let Some(right) = word_lost(context, doc, name, family, span) {
                finding = finding.expected(right);
            }
            found.push(finding);
        }
    }
}

/// The one name of the family that `name` is but for a word, if the names beside it have that word.
fn word_lost<'c>(context: &'c Context<'_>, doc: &Doc<'_>, name: &str, family: &'c str, span: Span) -> Option<&'c str> {
    let inside = |passage: &&Passage| passage.inline.span.start <= span.start && span.end <= passage.inline.span.end;
    let passage = doc.passages.iter().find(inside)?;
    let beside: BTreeSet<&str> = names(&passage.inline.text)
        .filter(|(_, other)| other.starts_with(family) && *other != name)
        .flat_map(|(_, other)| other.split('_'))
        .collect();
    let parts: Vec<&str> = name.split('_').collect();
    let is_whole = |right: &&&str| {
        let words: Vec<&str> = right.split('_').collect();
        let lost = (0..words.len()).find(|at| [&words[..*at], &words[at + 1..]].concat() == parts);
        lost.is_some_and(|at| beside.contains(words[at]))
    };
    let all = context.known.beginning(family);
    let mut fitting = all.iter().filter(is_whole);
    fitting.next().filter(|_| fitting.next().is_none()).copied()
}

fn report(doc: &Doc<'_>, kind: &str, span: Span, name: &str, right: &str, message: String, found: &mut Vec<Finding>) {
    let mut finding = Finding::new(kind, &doc.subject(), doc.source, span, message).found(name).expected(right);
    let raw = doc.source.slice(span);
    if raw == name {
        finding = finding.edit(doc.source, span, right);
        if let Some(twin) = raw_twin(doc.source, span, name) {
            finding = finding.edit(doc.source, twin, right);
        }
    } else if raw.replace('\\', "") == name {
        finding = finding.edit(doc.source, span, right.replace('_', "\\_"));
    }
    found.push(finding);
}
