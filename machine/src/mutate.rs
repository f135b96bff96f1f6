//! Mutants of a rule: its machines with one small thing changed.
//!
//! A rule is proved by its examples and fixtures as far as these notice such changes. What no event can tell from the
//! original is no mutant.

use std::collections::BTreeSet;
use std::fmt;

use crate::condition::Condition;
use crate::irql::{Interval, Level};
use crate::pattern::Pattern;
use crate::rule::{Machine, Next, UNKNOWN};
use crate::same::same;
use crate::semantics::Alias;

/// What kind of thing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A transition, an error among them, is dropped.
    Transition,
    /// A transition leads to another state.
    Target,
    /// An event or check no longer happens at a function.
    Api,
    /// A condition is dropped, or an interval of levels widened by one.
    Bound,
}

/// One change of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The event no longer leads out of the state.
    Dropped {
        /// The state.
        state: String,
        /// The event.
        event: String,
    },
    /// The event leads elsewhere.
    Led {
        /// The state.
        state: String,
        /// The event.
        event: String,
        /// Where it leads now.
        to: String,
    },
    /// Calls of a function are no longer the event.
    Silent {
        /// The event.
        event: String,
        /// The function.
        api: String,
    },
    /// A condition of an event, or of a check at it, is another one now, or none.
    Weaker {
        /// The event.
        event: String,
        /// Whether the condition is one of a check.
        check: bool,
        /// What it was.
        was: Condition,
        /// What it is.
        is: Option<Condition>,
    },
}

/// A machine changed in one place.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// What was changed.
    pub change: Change,
    /// What came of it.
    pub machine: Machine,
}

impl Change {
    /// What kind of thing was changed.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Dropped { .. } => Kind::Transition,
            Self::Led { .. } => Kind::Target,
            Self::Silent { .. } => Kind::Api,
            Self::Weaker { .. } => Kind::Bound,
        }
    }

    /// The event that it is about.
    #[must_use]
    pub fn event(&self) -> &str {
        match self {
            Self::Dropped { event, .. }
            | Self::Led { event, .. }
            | Self::Silent { event, .. }
            | Self::Weaker { event, .. } => event,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dropped { state, event } => write!(f, "in state `{state}`, event `{event}` is dropped"),
            Self::Led { state, event, to } => write!(f, "in state `{state}`, event `{event}` leads to `{to}`"),
            Self::Silent { event, api } => write!(f, "event `{event}` is no longer `{api}`"),
            Self::Weaker { event, check, was, is } => {
                let of = if *check { "check of" } else { "event" };
                match is {
                    Some(is) => write!(f, "{of} `{event}`: `{was}` becomes `{is}`"),
                    None => write!(f, "{of} `{event}`: `{was}` is dropped"),
                }
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transition => "transition",
            Self::Target => "target",
            Self::Api => "function",
            Self::Bound => "bound",
        })
    }
}

/// Every mutant of the machine, in the order of what is changed.
///
/// Of functions that are spelled one as the other by `aliases`, neither is dropped while the other stays: no driver
/// could tell.
#[must_use]
pub fn mutants(machine: &Machine, aliases: &[Alias]) -> Vec<Mutant> {
    let mut all = Vec::new();
    transitions(machine, &mut all);
    apis(machine, aliases, &mut all);
    bounds(machine, &mut all);
    all
}

fn transitions(machine: &Machine, all: &mut Vec<Mutant>) {
    let mut add = |change, changed: Machine| {
        if !same(machine, &changed) {
            all.push(Mutant { change, machine: changed });
        }
    };
    for (at, state) in machine.states.iter().enumerate() {
        for (event, next) in &state.on {
            let (from, event) = (state.name.clone(), event.clone());
            let mut dropped = machine.clone();
            dropped.states[at].on.remove(&event);
            add(Change::Dropped { state: from.clone(), event: event.clone() }, dropped);
            let Next::Go(target) = next else {
                continue;
            };
            for to in machine.states.iter().map(|state| state.name.clone()) {
                // Staying is what dropping does; to where nothing is known is a matter of silence.
                if to == *target || to == from || to == UNKNOWN {
                    continue;
                }
                let mut led = machine.clone();
                led.states[at].on.insert(event.clone(), Next::Go(to.clone()));
                add(Change::Led { state: from.clone(), event: event.clone(), to }, led);
            }
        }
    }
}

fn apis(machine: &Machine, aliases: &[Alias], all: &mut Vec<Mutant>) {
    for (at, event) in machine.events.iter().enumerate() {
        let names: BTreeSet<&str> = event.patterns.iter().filter_map(Pattern::api).collect();
        // Without its only function the event is gone, which is what dropping its transitions does.
        if names.len() < 2 {
            continue;
        }
        let is_spelling = |one: &str, other: &str| {
            aliases.iter().any(|alias| {
                let pair = (alias.call.api(), alias.is.api());
                pair == (Some(one), Some(other)) || pair == (Some(other), Some(one))
            })
        };
        for api in names.iter().copied().filter(|api| !names.iter().any(|other| is_spelling(api, other))) {
            let mut changed = machine.clone();
            changed.events[at].patterns.retain(|pattern| pattern.api() != Some(api));
            let change = Change::Silent { event: event.name.clone(), api: api.to_owned() };
            all.push(Mutant { change, machine: changed });
        }
    }
}

fn bounds(machine: &Machine, all: &mut Vec<Mutant>) {
    for (at, event) in machine.events.iter().enumerate() {
        for (conditions, was, is) in weakened(&event.when) {
            let mut changed = machine.clone();
            changed.events[at].when = conditions;
            all.push(Mutant {
                change: Change::Weaker { event: event.name.clone(), check: false, was, is },
                machine: changed,
            });
        }
    }
    for (at, check) in machine.checks.iter().enumerate() {
        for (conditions, was, is) in weakened(&check.require) {
            let mut changed = machine.clone();
            if conditions.is_empty() {
                changed.checks.remove(at);
            } else {
                changed.checks[at].require = conditions;
            }
            all.push(Mutant {
                change: Change::Weaker { event: check.event.clone(), check: true, was, is },
                machine: changed,
            });
        }
    }
}

/// The conditions, each in turn made weaker, with what it was and is.
fn weakened(conditions: &[Condition]) -> Vec<(Vec<Condition>, Condition, Option<Condition>)> {
    let mut all = Vec::new();
    for (at, was) in conditions.iter().enumerate() {
        for is in weaker(was) {
            let mut list = conditions.to_vec();
            list.splice(at..=at, is.clone());
            all.push((list, was.clone(), is));
        }
    }
    all
}

/// What a condition can be made into: `None` is nothing at all.
fn weaker(condition: &Condition) -> Vec<Option<Condition>> {
    let Condition::Irql(interval) = condition else {
        return vec![None];
    };
    let wider = [widened_up(*interval), widened_down(*interval)];
    wider.into_iter().flatten().map(|wider| (wider != Interval::ANY).then_some(Condition::Irql(wider))).collect()
}

/// The levels that drivers run at, and that a bound can therefore be one of.
const LEVELS: [Level; 5] = [Level::PASSIVE, Level::APC, Level::DISPATCH, Level::DIRQL, Level::HIGH];

fn widened_up(interval: Interval) -> Option<Interval> {
    let next = LEVELS.into_iter().find(|level| *level > interval.max)?;
    Some(Interval { min: interval.min, max: Interval::exactly(next).max })
}

fn widened_down(interval: Interval) -> Option<Interval> {
    let next = LEVELS.into_iter().rev().find(|level| *level < interval.min)?;
    Some(Interval { min: next, max: interval.max })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Check, Event, State};

    fn machine(events: &[(&str, &[&str])], states: &[(&str, &[(&str, &str)])]) -> Machine {
        let event = |(name, calls): &(&str, &[&str])| Event {
            name: (*name).to_owned(),
            patterns: calls.iter().map(|call| call.parse().unwrap()).collect(),
            when: Vec::new(),
        };
        let state = |(name, on): &(&str, &[(&str, &str)])| State {
            name: (*name).to_owned(),
            on: on.iter().map(|(event, next)| ((*event).to_owned(), Next::from((*next).to_owned()))).collect(),
        };
        Machine {
            events: events.iter().map(event).collect(),
            states: states.iter().map(state).collect(),
            ..Machine::default()
        }
    }

    fn changes(machine: &Machine, aliases: &[Alias]) -> Vec<String> {
        mutants(machine, aliases).iter().map(|mutant| mutant.change.to_string()).collect()
    }

    #[test]
    fn each_transition_is_dropped_and_led_elsewhere() {
        let lock = machine(
            &[("take", &["Take()"]), ("drop", &["Drop()"])],
            &[("free", &[("take", "held"), ("drop", "!not held")]), ("held", &[("drop", "free")])],
        );
        assert_eq!(
            changes(&lock, &[]),
            [
                "in state `free`, event `drop` is dropped",
                "in state `free`, event `take` is dropped",
                "in state `held`, event `drop` is dropped",
            ]
        );
    }

    #[test]
    fn what_nothing_can_tell_is_no_mutant() {
        // Both states of the end report alike: it is all the same in which of them it ends.
        let twins = machine(
            &[("go", &["Go()"]), ("end", &["End()"])],
            &[("start", &[("go", "left")]), ("left", &[("end", "!late")]), ("right", &[("end", "!late")])],
        );
        assert!(!changes(&twins, &[]).iter().any(|change| change.contains("leads to `right`")));
        assert!(changes(&twins, &[]).iter().any(|change| change == "in state `start`, event `go` is dropped"));
    }

    #[test]
    fn functions_are_dropped_unless_one_is_a_spelling_of_the_other() {
        let many = machine(&[("use", &["Read()", "Write()", "ReadAlias()"])], &[("start", &[("use", "!used")])]);
        let silent = |aliases: &[Alias]| {
            changes(&many, aliases).into_iter().filter(|change| change.contains("no longer")).collect::<Vec<_>>()
        };
        assert_eq!(silent(&[]).len(), 3);
        let alias =
            Alias { call: "ReadAlias()".parse().unwrap(), is: "Read()".parse().unwrap(), source: String::new() };
        assert_eq!(silent(&[alias]), ["event `use` is no longer `Write`"]);
    }

    #[test]
    fn bounds_are_widened_by_one_level_on_each_side() {
        let bounded = Machine {
            checks: vec![Check {
                event: "call".to_owned(),
                require: vec!["irql == APC".parse().unwrap(), "#0 != 0".parse().unwrap()],
                message: "at the wrong level".to_owned(),
            }],
            ..machine(&[("call", &["Call()"])], &[])
        };
        assert_eq!(
            changes(&bounded, &[]),
            [
                "check of `call`: `irql == APC` becomes `irql APC..DISPATCH`",
                "check of `call`: `irql == APC` becomes `irql <= APC`",
                "check of `call`: `#0 != 0` is dropped",
            ]
        );
    }
}
