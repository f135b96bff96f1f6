//! Bug checks for people.

use std::fmt::Write as _;

use rulebook_catalog::lists::SaidBy;

use super::{line, lines, wrapped};
use crate::commands::explain::answer::{CodeAnswer, CodeRule};

/// A bug check with all its codes, or one code.
pub(super) fn bug_check(answer: &CodeAnswer) -> String {
    let mut out = format!("bug check {}", answer.code);
    for more in [&answer.name, &answer.subcode].into_iter().flatten() {
        let _ = write!(out, " {more}");
    }
    out.push('\n');
    line(&mut out, "about", &answer.about);
    line(&mut out, "meaning", answer.meaning.as_deref().unwrap_or_default());
    match answer.documented {
        Some(documented) => whole(&mut out, answer, documented),
        None => one(&mut out, answer),
    }
    line(&mut out, "source", answer.source.as_deref().unwrap_or_default());
    out
}

fn whole(out: &mut String, answer: &CodeAnswer, documented: usize) {
    if documented > 0 {
        let of_rules = answer.claims.iter().filter_map(|claim| claim.subcode.as_ref());
        let mut values: Vec<&String> = of_rules.collect();
        values.dedup();
        line(out, "parameter 1", &format!("{documented} values are known, {} of rules", values.len()));
    }
    line(out, "no page", &answer.unpublished.join(", "));
    for (at, claim) in answer.claims.iter().enumerate() {
        let label = if at == 0 { "rules" } else { "" };
        let code = claim.subcode.as_deref().unwrap_or("any");
        let doubt = if doubt(claim).is_empty() { "" } else { " (?)" };
        let _ = writeln!(out, "  {label:12} {code:10}  {}{doubt}", claim.rule);
    }
    if answer.claims.iter().any(|claim| !doubt(claim).is_empty()) {
        line(out, "(?)", "the documents disagree: ask for the code");
    }
}

fn one(out: &mut String, answer: &CodeAnswer) {
    for (at, claim) in answer.claims.iter().enumerate() {
        let label = if at == 0 { "rules" } else { "" };
        let about = if claim.summary.is_empty() { "(no page here)" } else { &claim.summary };
        let _ = writeln!(out, "  {label:12} {}  {}", claim.rule, wrapped(about, 17 + claim.rule.len()));
        line(out, "", &doubt(claim));
    }
    if !answer.unpublished.is_empty() {
        line(out, "rules", &format!("{}, which has no page", answer.unpublished.join(", ")));
    }
    if answer.claims.is_empty() && answer.unpublished.is_empty() {
        line(out, "rules", "none: a check of its own");
    } else {
        line(out, "dump", &answer.of_rules);
    }
    let about: Vec<String> = answer
        .apis
        .iter()
        .map(
            |api| if api.rules.is_empty() { api.api.clone() } else { format!("{}: {}", api.api, api.rules.join(", ")) },
        )
        .collect();
    lines(out, "functions", &about);
}

/// What speaks against the code being the rule's.
fn doubt(claim: &CodeRule) -> String {
    let who = match claim.said_by {
        SaidBy::Both => return String::new(),
        SaidBy::Rule => "only the page of the rule says so",
        SaidBy::BugCheck => "only the page of the bug check says so",
    };
    if claim.also.is_empty() { String::new() } else { format!("{who}, the other has {}", claim.also.join(", ")) }
}
