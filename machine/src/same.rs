//! Whether two machines over the same events can be told apart by what happens to them.

use std::collections::BTreeSet;

use crate::rule::{Machine, Next, State, UNKNOWN};

/// Whether no sequence of events makes one of the machines report where the other does not.
///
/// Both must have the same events and checks, for these are compared as they stand. Messages count: they are what a
/// person gets to read. A state that an object may be in from the start, because a role's contract says so, is
/// compared with the state of the same name.
#[must_use]
pub fn same(one: &Machine, other: &Machine) -> bool {
    if one.keys != other.keys || one.events != other.events || one.checks != other.checks {
        return false;
    }
    let initial = (name_of(one.initial()), name_of(other.initial()));
    let mut open = vec![initial];
    // A contract names states: those of one name stand for each other.
    open.extend(one.states.iter().filter(|s| other.state(&s.name).is_some()).map(|s| (&*s.name, &*s.name)));
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    while let Some((left, right)) = open.pop() {
        if !seen.insert((left, right)) {
            continue;
        }
        for event in &one.events {
            match (step(one, left, &event.name), step(other, right, &event.name)) {
                (Step::To(left), Step::To(right)) => open.push((left, right)),
                (Step::Report(left), Step::Report(right)) if left == right => {}
                _ => return false,
            }
        }
    }
    true
}

/// What an event does to an object in a state.
enum Step<'m> {
    To(&'m str),
    Report(&'m str),
}

fn name_of(state: Option<&State>) -> &str {
    state.map_or(UNKNOWN, |state| &state.name)
}

fn step<'m>(machine: &'m Machine, state: &'m str, event: &str) -> Step<'m> {
    match machine.state(state).and_then(|state| state.on.get(event)) {
        Some(Next::Go(to)) => Step::To(to),
        Some(Next::Error(message)) => Step::Report(message),
        None => Step::To(state),
    }
}
