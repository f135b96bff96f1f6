//! The general form: a rule's machine, the only thing that the engine and the generator run.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::error::SpecError;
use crate::pattern::Pattern;

/// The name of the state that never reports and that a value is in when its identity was lost.
pub const UNKNOWN: &str = "unknown";

/// One automaton, run once for every value (or tuple of values) bound to its keys; once per entry point where it has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Machine {
    /// The variables that identify an instance; empty for a machine without objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// What an instance is, for messages: `spin lock`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// The events in order: the first whose pattern fits a call is the one that happens.
    pub events: Vec<Event>,
    /// The states; the first is initial.
    pub states: Vec<State>,
    /// What must hold at an event, whatever the state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

/// A named event with the patterns that make it happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its name, unique in the machine.
    pub name: String,
    /// Any of these makes it happen.
    pub patterns: Vec<Pattern>,
    /// It happens only where these hold as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
}

/// A state and what leads out of it; an event that is not listed leaves the state as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Its name, unique in the machine.
    pub name: String,
    /// Event to what follows.
    pub on: BTreeMap<String, Next>,
}

/// What follows an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Next {
    /// The instance goes to this state.
    Go(String),
    /// The rule is violated, with this message; the instance goes to [`UNKNOWN`].
    Error(String),
}

/// Conditions that must all hold when an event happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The event.
    pub event: String,
    /// What must hold.
    pub require: Vec<Condition>,
    /// What to say where it does not.
    pub message: String,
}

/// What an event does to an object in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'m> {
    /// It is in this state now.
    To(&'m str),
    /// Nothing is known of it any more: it is in no state that an event leads out of, though the machine may begin in
    /// one of the name [`UNKNOWN`].
    Lost,
    /// The rule is violated, with this message.
    Report(&'m str),
}

impl Machine {
    /// What the event does to an object in the state.
    #[must_use]
    pub fn step<'m>(&'m self, state: &'m str, event: &str) -> Step<'m> {
        match self.state(state).and_then(|state| state.on.get(event)) {
            Some(Next::Go(to)) if to == UNKNOWN => Step::Lost,
            Some(Next::Go(to)) => Step::To(to),
            Some(Next::Error(message)) => Step::Report(message),
            None => Step::To(state),
        }
    }

    /// The initial state.
    #[must_use]
    pub fn initial(&self) -> Option<&State> {
        self.states.first()
    }

    /// The state of that name.
    #[must_use]
    pub fn state(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| state.name == name)
    }

    /// The event of that name.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.name == name)
    }

    /// Whether every name that is used is defined, every state can be reached, and something can be violated.
    pub fn verify(&self) -> Result<(), SpecError> {
        let events: Vec<&str> = self.events.iter().map(|event| event.name.as_str()).collect();
        let states: Vec<&str> = self.states.iter().map(|state| state.name.as_str()).collect();
        let known = |what, name: &str, all: &[&str]| {
            if all.contains(&name) {
                return Ok(());
            }
            Err(SpecError::Undefined { what, name: name.to_owned(), known: all.join(", ") })
        };
        for state in &self.states {
            for (event, next) in &state.on {
                known("event", event, &events)?;
                if let Next::Go(target) = next
                    && target != UNKNOWN
                {
                    known("state", target, &states)?;
                }
            }
        }
        for check in &self.checks {
            known("event", &check.event, &events)?;
        }
        for key in &self.keys {
            let bound =
                self.events.iter().flat_map(|event| &event.patterns).any(|p| p.variables().contains(&key.as_str()));
            if !bound {
                return Err(SpecError::Form(format!("no event binds the tracked variable `${key}`")));
            }
        }
        let fails = self.states.iter().flat_map(|state| state.on.values()).any(|next| matches!(next, Next::Error(_)));
        if fails || !self.checks.is_empty() { Ok(()) } else { Err(SpecError::Empty) }
    }
}

impl From<Next> for String {
    fn from(next: Next) -> Self {
        match next {
            Next::Go(state) => state,
            Next::Error(message) => format!("!{message}"),
        }
    }
}

impl From<String> for Next {
    fn from(text: String) -> Self {
        match text.strip_prefix('!') {
            Some(message) => Self::Error(message.trim().to_owned()),
            None => Self::Go(text),
        }
    }
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Go(state) => f.write_str(state),
            Self::Error(message) => write!(f, "!{message}"),
        }
    }
}
