//! An answer for people.

mod code;
mod interface;
mod lists;
mod machine;

use std::fmt::Write as _;

use rulebook_catalog::derive::Derivation;

use super::answer::{Answer, RuleAnswer, RuleLine};

/// Where prose is broken.
const WIDTH: usize = 96;

/// The whole answer; entries are parted by empty lines.
pub(super) fn show(answer: &Answer) -> String {
    let mut parts: Vec<String> = answer.rules.iter().map(rule).collect();
    parts.extend(answer.bug_checks.iter().map(code::bug_check));
    parts.extend(answer.apis.iter().map(interface::api));
    parts.extend(answer.roles.iter().map(interface::role));
    parts.extend(answer.rule_sets.iter().map(lists::rule_set));
    parts.extend(answer.options.iter().map(lists::option));
    parts.join("\n")
}

fn line(out: &mut String, label: &str, value: &str) {
    if !value.is_empty() {
        let _ = writeln!(out, "  {label:12} {}", wrapped(value, 15));
    }
}

/// Sentences, one under the other.
fn lines(out: &mut String, label: &str, values: &[String]) {
    for (at, value) in values.iter().enumerate() {
        let _ = writeln!(out, "  {:12} {}", if at == 0 { label } else { "" }, wrapped(value, 15));
    }
}

/// Rules with what they are about.
fn rules(out: &mut String, label: &str, rules: &[RuleLine]) {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for (at, rule) in rules.iter().enumerate() {
        let about = if rule.summary.is_empty() { "(no page here)" } else { &rule.summary };
        let text = wrapped(about, 17 + width);
        let _ = writeln!(out, "  {:12} {:width$}  {text}", if at == 0 { label } else { "" }, rule.id);
    }
}

fn rule(answer: &RuleAnswer) -> String {
    let facts = &answer.facts;
    let mut out = format!("{}: {}\n", facts.id, facts.summary);
    let status = if facts.derived { format!("{} (derived from its page)", facts.status) } else { facts.status.clone() };
    line(&mut out, "status", &status);
    line(&mut out, "family", &facts.family);
    line(&mut out, "bug checks", &facts.bug_checks.join(", "));
    line(&mut out, "rule sets", &facts.rule_sets.join(", "));
    line(&mut out, "also called", &facts.aliases.join(", "));
    line(&mut out, "tested by", &tests(answer));
    line(&mut out, "APIs", &facts.apis.join(", "));
    line(&mut out, "page", &facts.page);
    for (label, text) in [("why", &answer.note), ("what to do", &answer.help), ("see", &answer.see)] {
        line(&mut out, label, text.as_deref().unwrap_or_default());
    }
    for paragraph in &answer.requirement {
        let _ = writeln!(out, "\n  {}", wrapped(paragraph, 2));
    }
    for one in &answer.machines {
        out.push_str(&machine::shown(one));
    }
    if let Some(derivation) = &answer.derivation {
        out.push_str(&derived(derivation));
    }
    out
}

/// Where the parts of a derived rule came from, what it leaves unchecked, why there is none.
fn derived(derivation: &Derivation) -> String {
    let mut out = String::new();
    if !derivation.from.is_empty() {
        out.push_str("\n  derived from\n");
    }
    for from in &derivation.from {
        let _ = writeln!(out, "    {}\n        {}: {}", wrapped(&from.part, 4), from.place, wrapped(&from.text, 8));
    }
    for (title, all) in [("not checked", &derivation.unchecked), ("not derived", &derivation.refused)] {
        if !all.is_empty() {
            let _ = writeln!(out, "\n  {title}");
        }
        for one in all {
            let _ = writeln!(out, "    {}\n        {}: {}", wrapped(&one.reason, 4), one.place, wrapped(&one.text, 8));
        }
    }
    out
}

fn tests(answer: &RuleAnswer) -> String {
    let mut tests = Vec::new();
    if answer.facts.static_test {
        tests.push("Static Driver Verifier".to_owned());
    }
    tests.extend(answer.facts.run_time_tests.iter().map(|option| format!("Driver Verifier ({option})")));
    tests.join(", ")
}

/// Breaks text at spaces; lines after the first are indented.
fn wrapped(text: &str, indent: usize) -> String {
    let mut out = String::new();
    let mut column = indent;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > indent && column + 1 + length > WIDTH {
            let _ = write!(out, "\n{:indent$}", "");
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}
