//! Mutants of a rule: its machines with one small thing changed.
//!
//! A rule is proved by its examples and fixtures as far as these notice such changes. What no event can tell from the
//! original is no mutant.

use std::collections::BTreeSet;
use std::fmt;

use crate::condition::Condition;
use crate::irql::{Interval, Level};
use crate::rule::{Machine, Next, UNKNOWN};
use crate::same::same;

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

/// The machines of a rule, one of them changed in one place.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// What kind of thing was changed.
    pub kind: Kind,
    /// What was changed, for people: ``in state `held`, event `acquire` is dropped``.
    pub change: String,
    /// All machines of the rule.
    pub machines: Vec<Machine>,
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

/// Every mutant of a rule with these machines, in the order of what is changed.
#[must_use]
pub fn mutants(machines: &[Machine]) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (at, machine) in machines.iter().enumerate() {
        let mut add = |kind, change: String, changed: Machine| {
            let mut machines = machines.to_vec();
            machines[at] = changed;
            all.push(Mutant { kind, change, machines });
        };
        transitions(machine, &mut add);
        apis(machine, &mut add);
        bounds(machine, &mut add);
    }
    all
}

type Add<'a> = dyn FnMut(Kind, String, Machine) + 'a;

fn transitions(machine: &Machine, add: &mut Add<'_>) {
    for (at, state) in machine.states.iter().enumerate() {
        for (event, next) in &state.on {
            let place = format!("in state `{}`, event `{event}`", state.name);
            let mut dropped = machine.clone();
            dropped.states[at].on.remove(event);
            if !same(machine, &dropped) {
                add(Kind::Transition, format!("{place} is dropped"), dropped);
            }
            let Next::Go(target) = next else {
                continue;
            };
            for other in machine.states.iter().map(|state| &state.name) {
                // Staying is what dropping does; to where nothing is known is a matter of silence.
                if other == target || *other == state.name || other == UNKNOWN {
                    continue;
                }
                let mut swapped = machine.clone();
                swapped.states[at].on.insert(event.clone(), Next::Go(other.clone()));
                if !same(machine, &swapped) {
                    add(Kind::Target, format!("{place} leads to `{other}`"), swapped);
                }
            }
        }
    }
}

fn apis(machine: &Machine, add: &mut Add<'_>) {
    for (at, event) in machine.events.iter().enumerate() {
        let names: BTreeSet<&str> = event.patterns.iter().filter_map(crate::Pattern::api).collect();
        // Without its only function the event is gone, which is what dropping its transitions does.
        if names.len() < 2 {
            continue;
        }
        for name in names {
            let mut changed = machine.clone();
            changed.events[at].patterns.retain(|pattern| pattern.api() != Some(name));
            add(Kind::Api, format!("event `{}` is no longer `{name}`", event.name), changed);
        }
    }
}

fn bounds(machine: &Machine, add: &mut Add<'_>) {
    for (at, event) in machine.events.iter().enumerate() {
        for (weaker, change) in weakened(&event.when) {
            let mut changed = machine.clone();
            changed.events[at].when = weaker;
            add(Kind::Bound, format!("event `{}`: {change}", event.name), changed);
        }
    }
    for (at, check) in machine.checks.iter().enumerate() {
        for (weaker, change) in weakened(&check.require) {
            let mut changed = machine.clone();
            if weaker.is_empty() {
                changed.checks.remove(at);
            } else {
                changed.checks[at].require = weaker;
            }
            add(Kind::Bound, format!("check of `{}`: {change}", check.event), changed);
        }
    }
}

/// The conditions, each in turn made weaker, with what was done.
fn weakened(conditions: &[Condition]) -> Vec<(Vec<Condition>, String)> {
    let mut all = Vec::new();
    for (at, condition) in conditions.iter().enumerate() {
        for (weaker, change) in weaker(condition) {
            let mut list = conditions.to_vec();
            match weaker {
                Some(weaker) => list[at] = weaker,
                None => {
                    list.remove(at);
                }
            }
            all.push((list, change));
        }
    }
    all
}

/// What a condition can be made into: `None` is nothing at all.
fn weaker(condition: &Condition) -> Vec<(Option<Condition>, String)> {
    let Condition::Irql(interval) = condition else {
        return vec![(None, format!("`{condition}` is dropped"))];
    };
    [widened_up(*interval), widened_down(*interval)]
        .into_iter()
        .flatten()
        .map(|wider| {
            let wider = (wider != Interval::ANY).then_some(Condition::Irql(wider));
            let said = wider.as_ref().map_or_else(|| "is dropped".to_owned(), |wider| format!("becomes `{wider}`"));
            (wider, format!("`{condition}` {said}"))
        })
        .collect()
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
