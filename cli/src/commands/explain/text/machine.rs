//! A machine for people.

use std::fmt::Write as _;

use rulebook_machine::Machine;
use rulebook_machine::rule::{Event, Next};

use super::wrapped;

/// Events, then states with what leads out of them, then what must hold at events.
pub(super) fn shown(machine: &Machine) -> String {
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
