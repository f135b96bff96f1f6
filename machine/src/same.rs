//! Whether two machines over the same events can be told apart by what happens to them.

use std::collections::BTreeSet;

use crate::rule::{Machine, State, Step};

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
                (Ok(left), Ok(right)) => open.push((left, right)),
                (Err(left), Err(right)) if left == right => {}
                _ => return false,
            }
        }
    }
    true
}

/// The name of no state: where nothing is known of the object any more.
const LOST: &str = "";

fn name_of(state: Option<&State>) -> &str {
    state.map_or(LOST, |state| &state.name)
}

/// The state that an event leads to, or the message with which it is reported.
fn step<'m>(machine: &'m Machine, state: &'m str, event: &str) -> Result<&'m str, &'m str> {
    match machine.step(state, event) {
        Step::To(to) => Ok(to),
        Step::Lost => Ok(LOST),
        Step::Report(message) => Err(message),
    }
}
