//! Comparing machines whatever their authors have called things.

#![allow(dead_code, reason = "each test uses some of it")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use regex::Regex;
use rulebook_machine::Machine;
use rulebook_machine::pattern::Pattern;
use rulebook_machine::rule::{Next, Step};

/// A pattern with `$k` for the key, and without what it says of arguments that do not matter.
fn plain(machine: &Machine, pattern: &Pattern) -> String {
    let mut text = pattern.to_string();
    if let Some(key) = machine.keys.first() {
        text = Regex::new(&format!(r"\${key}\b")).unwrap().replace_all(&text, "$$k").into_owned();
    }
    text = text.replace(", ...)", ")").replace("(...)", "()");
    while let Some(cut) = text.find(", _)") {
        text.replace_range(cut..cut + 4, ")");
    }
    text.replace("(_)", "()")
}

/// What a machine asks, without its words: edges of its states, calls of its events, bounds of its calls.
pub(crate) fn gist(machines: &[Machine]) -> BTreeSet<String> {
    let mut gist = BTreeSet::new();
    for machine in machines {
        for event in &machine.events {
            let conditions: Vec<String> = event.when.iter().map(ToString::to_string).collect();
            let checks: Vec<String> = machine
                .checks
                .iter()
                .filter(|check| check.event == event.name)
                .flat_map(|check| check.require.iter().map(ToString::to_string))
                .collect();
            for pattern in &event.patterns {
                let name = if checks.is_empty() { format!("{}: ", event.name) } else { String::new() };
                let mut line = format!("{name}{}", plain(machine, pattern));
                for (word, all) in [("when", &conditions), ("must", &checks)] {
                    if !all.is_empty() {
                        write!(line, " {word} {}", all.join(", ")).unwrap();
                    }
                }
                gist.insert(line);
            }
        }
        for state in machine.states.iter().filter(|state| state.name != "unknown") {
            for (event, next) in &state.on {
                let next = match next {
                    Next::Go(state) => state.as_str(),
                    Next::Error(_) => "error",
                };
                gist.insert(format!("[{} {event} {next}]", state.name));
            }
        }
    }
    gist
}

/// Whether the machines demand the same: every call and every way to it is an error in both or in neither.
pub(crate) fn alike(one: &[Machine], other: &[Machine]) -> bool {
    gist(one) == gist(other)
        || (one.len() == other.len() && one.iter().zip(other).all(|(one, other)| bisimilar(one, other)))
}

/// Whether no sequence of calls makes one machine report where the other does not.
fn bisimilar(one: &Machine, other: &Machine) -> bool {
    if one.checks.len() + other.checks.len() > 0 {
        return false;
    }
    let calls = |machine: &Machine| -> BTreeSet<String> {
        let patterns = machine.events.iter().flat_map(|event| &event.patterns);
        patterns.map(|pattern| plain(machine, pattern)).collect()
    };
    let alphabet: BTreeSet<String> = calls(one).union(&calls(other)).cloned().collect();
    let start = |machine: &Machine| machine.initial().map_or_else(String::new, |state| state.name.clone());
    let mut open = vec![(start(one), start(other))];
    let mut seen = BTreeSet::new();
    while let Some(pair) = open.pop() {
        if !seen.insert(pair.clone()) {
            continue;
        }
        for call in &alphabet {
            match (step(one, &pair.0, call), step(other, &pair.1, call)) {
                (Some(left), Some(right)) => open.push((left, right)),
                (None, None) => {}
                _ => return false,
            }
        }
    }
    true
}

/// Where `call` leads from `state`; `None` where it is an error.
fn step(machine: &Machine, state: &str, call: &str) -> Option<String> {
    let is = |event: &&rulebook_machine::rule::Event| {
        event.when.is_empty() && event.patterns.iter().any(|pattern| plain(machine, pattern) == call)
    };
    let Some(event) = machine.events.iter().find(is) else {
        return Some(state.to_owned());
    };
    match machine.step(state, &event.name) {
        Step::To(to) => Some(to.to_owned()),
        Step::Lost => Some(String::new()),
        Step::Report(_) => None,
    }
}
