//! Things called by a wrong name: locks that are called another kind of lock, rules that stand for functions.

use rulebook_catalog::{Passage, PassageKind, RulePage};

use super::context::{Context, Doc, Kind};
use super::finding::Finding;
use super::known::{names, words};

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable() {
        match doc.kind {
            Kind::Rule(page) => {
                let apis: Vec<&str> = page.apis.iter().map(|api| api.name.as_str()).collect();
                for passage in doc.text() {
                    object(context, doc, &page.id.to_string(), passage, &apis, found);
                    as_function(context, doc, page, passage, found);
                }
            }
            Kind::RuleSet(_) => {
                for passage in doc.text().filter(|passage| matches!(passage.kind, PassageKind::Cell { .. })) {
                    let apis: Vec<&str> = names(&passage.inline.text).map(|(_, name)| name).collect();
                    let rule = passage.inline.links().find_map(|(_, target, _)| context.rule_at(target));
                    let subject = rule.map_or(String::new(), |rule| rule.id.to_string());
                    object(context, doc, &subject, passage, &apis, found);
                    if let Some(rule) = rule {
                        as_function(context, doc, rule, passage, found);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The name of another object than the one that the functions handle.
fn object(
    context: &Context<'_>,
    doc: &Doc<'_>,
    subject: &str,
    passage: &Passage,
    apis: &[&str],
    found: &mut Vec<Finding>,
) {
    let text = passage.inline.text.to_lowercase();
    for (pattern, object) in &context.words.objects {
        if !apis.iter().any(|api| pattern.is_match(api)) {
            continue;
        }
        for wrong in &object.not {
            // Functions of the other object on the same page may be what is meant.
            let squeezed = wrong.replace(' ', "");
            let other = apis.iter().any(|api| !pattern.is_match(api) && api.to_lowercase().contains(&squeezed));
            if other || calls_so(context, apis, wrong) {
                continue;
            }
            for (at, _) in text.match_indices(wrong.as_str()) {
                let span = passage.inline.span_of(at, at + wrong.len());
                let message = format!("the functions handle the object `{}`, the text calls it `{wrong}`", object.name);
                let right =
                    if wrong.ends_with(" object") { format!("{} object", object.name) } else { object.name.clone() };
                let mut finding = Finding::new("object-wrong", subject, doc.source, span, message)
                    .found(wrong.clone())
                    .expected(&right);
                if doc.source.slice(span).eq_ignore_ascii_case(wrong) {
                    let put = if wrong.starts_with("framework") { format!("framework {right}") } else { right.clone() };
                    finding = finding.edit(doc.source, span, put);
                }
                found.push(finding);
            }
        }
    }
}

/// Whether the reference itself calls the object of one of the functions so.
fn calls_so(context: &Context<'_>, apis: &[&str], words: &str) -> bool {
    let core = words.trim_start_matches("framework ").trim_end_matches(" object");
    let said = |api: &&str| {
        let page = context.catalog.api(api)?;
        let text = page.front_matter.text("description")?.value.to_lowercase();
        Some(text.contains(core))
    };
    apis.iter().any(|api| said(api) == Some(true))
}

/// A rule's own name where a function or callback is meant.
fn as_function(context: &Context<'_>, doc: &Doc<'_>, page: &RulePage, passage: &Passage, found: &mut Vec<Finding>) {
    let name = page.id.name.as_str();
    if context.facts.functions.contains_key(name) || context.catalog.api(name).is_some() || is_role(context, name) {
        return;
    }
    let text = &passage.inline.text;
    for (at, word) in words(text).filter(|(_, word)| word.eq_ignore_ascii_case(name)) {
        let after = text[at + word.len()..].trim_start();
        let next = after.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let before = text[..at].trim_end();
        let called = ["Callers of", "call to", "calls to", "call to the"].iter().any(|lead| before.ends_with(lead));
        let used =
            matches!(next, "callback" | "routine" | "function" | "method" | "returns") || called && next != "rule";
        if !used || before.ends_with("rule") {
            continue;
        }
        let right = longest_inside(context, name);
        let span = passage.inline.span_of(at, at + word.len());
        let message = format!("`{word}` is the name of the rule; no function or callback is called so");
        let mut finding = Finding::new("rule-as-function", &page.id.to_string(), doc.source, span, message).found(word);
        if let Some(right) = right {
            finding = finding.expected(right.clone());
            if doc.source.slice(span) == word {
                finding = finding.edit(doc.source, span, right);
            }
        }
        found.push(finding);
    }
}

fn is_role(context: &Context<'_>, name: &str) -> bool {
    context.semantics.roles.iter().any(|(kind, role)| kind == name || role.name == name)
}

/// The longest function or callback whose name stands inside that of a rule.
fn longest_inside(context: &Context<'_>, name: &str) -> Option<String> {
    let roles = context.semantics.roles.values().map(|role| &role.name);
    let all = context.facts.functions.keys().chain(roles);
    all.filter(|known| known.len() > 5 && name.contains(known.as_str())).max_by_key(|known| known.len()).cloned()
}
