//! An answer for people.

use std::fmt::Write as _;

use rulebook_catalog::derive::Derivation;
use rulebook_machine::Machine;
use rulebook_machine::rule::{Event, Next};
use rulebook_machine::semantics::ExitState;

use super::answer::{Answer, ApiAnswer, BugCheckAnswer, RoleAnswer, RuleAnswer};

/// Where prose is broken.
const WIDTH: usize = 96;

/// The whole answer; entries are parted by empty lines.
pub(super) fn show(answer: &Answer) -> String {
    let mut parts: Vec<String> = answer.rules.iter().map(rule).collect();
    parts.extend(answer.bug_checks.iter().map(bug_check));
    parts.extend(answer.apis.iter().map(api));
    parts.extend(answer.roles.iter().map(role));
    parts.join("\n")
}

fn line(out: &mut String, label: &str, value: &str) {
    if !value.is_empty() {
        let _ = writeln!(out, "  {label:12} {}", wrapped(value, 15));
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
    for machine in &answer.machines {
        out.push_str(&shown(machine));
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

/// Events, then states with what leads out of them, then what must hold at events.
fn shown(machine: &Machine) -> String {
    let mut out = String::new();
    let of = if machine.object.is_empty() { String::new() } else { format!(" of each {}", machine.object) };
    let stateful = machine.states.iter().any(|state| !state.on.is_empty());
    let used = |name: &str| machine.states.iter().any(|state| state.on.contains_key(name));
    if stateful {
        out.push_str("\n  events\n");
        for event in machine.events.iter().filter(|event| used(&event.name)) {
            let _ = writeln!(out, "    {:12} {}", event.name, wrapped(&patterns(event), 17));
        }
        let _ = writeln!(out, "\n  states{of}");
    }
    for state in machine.states.iter().filter(|state| !state.on.is_empty()) {
        for (event, next) in &state.on {
            let next = match next {
                Next::Go(state) => format!("-> {state}"),
                Next::Error(message) => format!("!! {message}"),
            };
            let _ = writeln!(out, "    {:12} {event:12} {}", state.name, wrapped(&next, 30));
        }
    }
    for check in &machine.checks {
        let Some(event) = machine.event(&check.event) else {
            continue;
        };
        let required: Vec<String> = check.require.iter().map(ToString::to_string).collect();
        let when: Vec<String> = event.when.iter().map(ToString::to_string).collect();
        let when = if when.is_empty() { String::new() } else { format!(" where {}", when.join(" and ")) };
        let _ = writeln!(out, "\n  must hold: {}{when}\n    {}", required.join(" and "), wrapped(&patterns(event), 4));
    }
    out
}

fn patterns(event: &Event) -> String {
    event.patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn bug_check(answer: &BugCheckAnswer) -> String {
    let mut out = format!("bug check {}", answer.code);
    for more in [&answer.name, &answer.subcode].into_iter().flatten() {
        let _ = write!(out, " {more}");
    }
    out.push('\n');
    line(&mut out, "meaning", answer.meaning.as_deref().unwrap_or_default());
    line(&mut out, "rules", &answer.rules.join(", "));
    out
}

fn api(answer: &ApiAnswer) -> String {
    let mut out = format!("{}({})\n", answer.name, answer.parameters.join(", "));
    line(&mut out, "header", answer.header.as_deref().unwrap_or_default());
    line(&mut out, "IRQL", answer.irql.as_deref().unwrap_or_default());
    for (name, effect) in answer.effects.as_object().into_iter().flatten() {
        let effect = effect.as_str().map_or_else(|| effect.to_string(), str::to_owned);
        line(&mut out, name, &effect);
    }
    line(&mut out, "rules", &answer.rules.join(", "));
    out
}

fn role(answer: &RoleAnswer) -> String {
    let role = &answer.role;
    let mut out = format!("{}({}): a role of {} drivers\n", answer.name, role.params.join(", "), role.model);
    line(&mut out, "short name", &role.name);
    if let Some(levels) = &role.contract.irql {
        line(&mut out, "IRQL", &levels.within.to_string());
        line(&mut out, "called at", &levels.called_at.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    }
    line(
        &mut out,
        "entered after",
        &role.contract.entered_after.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    );
    let exit = match role.contract.exit {
        ExitState::Same => "objects as at entry",
        ExitState::Initial => "objects in their initial state",
        ExitState::Any => "objects in any state",
    };
    line(&mut out, "at exit", exit);
    line(&mut out, "rules", &answer.rules.join(", "));
    line(&mut out, "source", &role.source);
    out
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
