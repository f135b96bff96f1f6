//! Shapes of order: what happens once, what comes before what, what must follow. They expand to the general form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::pattern::{Pattern, Subject};
use crate::rule::{Event, Machine, Next, State, UNKNOWN};
use crate::spec::one_or_many;

/// What may happen to an object only once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Once {
    /// What the object is, for messages.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// The key; the variable `k` where absent and used.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub track: Vec<String>,
    /// What must not happen twice.
    #[serde(with = "one_or_many")]
    pub event: Vec<Pattern>,
    /// After these it may happen once more.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub reset: Vec<Pattern>,
    /// What to say; a default where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// One event and another that needs it, or is barred by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Order {
    /// What the object is, for messages.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// The key; the variable `k` where absent and used; none means once per entry point.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub track: Vec<String>,
    /// What comes first.
    #[serde(with = "one_or_many")]
    pub first: Vec<Pattern>,
    /// What may come only after it (`required`), or no longer after it (`barred`).
    #[serde(with = "one_or_many")]
    pub then: Vec<Pattern>,
    /// Which of the two.
    pub mode: Mode,
    /// After these it is as if `first` had not happened.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub reset: Vec<Pattern>,
    /// What to say; a default where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What the first event of an [`Order`] does to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Without the first, the second is an error.
    Required,
    /// After the first, the second is an error.
    Barred,
}

/// An obligation and what discharges it, at the latest before the entry point returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Must {
    /// What the object is, for messages.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// The key; the variable `k` where absent and used.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub track: Vec<String>,
    /// What makes the obligation.
    #[serde(with = "one_or_many")]
    pub after: Vec<Pattern>,
    /// What discharges it.
    #[serde(rename = "do", with = "one_or_many")]
    pub duty: Vec<Pattern>,
    /// After these somebody else has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub handed_off: Vec<Pattern>,
    /// The return that is too late: any where absent.
    #[serde(default = "any_exit")]
    pub by: Pattern,
    /// What to say; a default where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

fn any_exit() -> Pattern {
    Pattern { binds: None, subject: Subject::Exit, result: None }
}

/// The key of a shape: what it says, else `k` where some pattern uses it.
pub(crate) fn keys<'p>(track: &[String], patterns: impl IntoIterator<Item = &'p Pattern>) -> Vec<String> {
    if !track.is_empty() {
        return track.iter().map(|key| key.trim_start_matches('$').to_owned()).collect();
    }
    // There is one of some things: the cancel spin lock, the thread's critical region.
    let bound = patterns.into_iter().any(|pattern| pattern.variables().contains(&"k"));
    if bound { vec!["k".to_owned()] } else { Vec::new() }
}

/// Which calls, for messages: `A`, `A or B`, `A, B or another of 5`.
fn named(patterns: &[Pattern]) -> String {
    let mut apis: Vec<&str> = patterns.iter().filter_map(Pattern::api).collect();
    apis.dedup();
    match apis.as_slice() {
        [] => "what it needs".to_owned(),
        [one] => format!("`{one}`"),
        [one, two] => format!("`{one}` or `{two}`"),
        [one, two, three] => format!("`{one}`, `{two}` or `{three}`"),
        [one, two, ..] => format!("`{one}`, `{two}` or the like"),
    }
}

/// Names what an instance is by its object and key; nothing where there are no keys.
fn noun(object: &str, keys: &[String]) -> Option<String> {
    let key = keys.first()?;
    Some(if object.is_empty() { format!("`{{{key}}}`") } else { format!("{object} `{{{key}}}`") })
}

fn event(name: &str, patterns: &[Pattern]) -> Option<Event> {
    (!patterns.is_empty()).then(|| Event { name: name.to_owned(), patterns: patterns.to_vec(), when: Vec::new() })
}

fn state(name: &str, on: &[(&str, Next)]) -> State {
    let on = on.iter().map(|(event, next)| ((*event).to_owned(), next.clone())).collect::<BTreeMap<_, _>>();
    State { name: name.to_owned(), on }
}

fn go(state: &str) -> Next {
    Next::Go(state.to_owned())
}

/// Leaves out what no event stands for.
fn machine(keys: Vec<String>, object: &str, events: Vec<Option<Event>>, mut states: Vec<State>) -> Machine {
    let events: Vec<Event> = events.into_iter().flatten().collect();
    for state in &mut states {
        state.on.retain(|name, _| events.iter().any(|event| event.name == *name));
    }
    Machine { keys, object: object.to_owned(), events, states, checks: Vec::new() }
}

impl Once {
    pub(crate) fn expand(&self) -> Machine {
        let keys = keys(&self.track, self.event.iter().chain(&self.reset));
        let of = noun(&self.object, &keys).map(|noun| format!(" for {noun}")).unwrap_or_default();
        let message = self.message.clone().unwrap_or_else(|| format!("`{{api}}` is called a second time{of}"));
        let states = vec![
            state("fresh", &[("event", go("done"))]),
            state("done", &[("event", Next::Error(message)), ("reset", go("fresh"))]),
            state(UNKNOWN, &[("reset", go("fresh"))]),
        ];
        machine(keys, &self.object, vec![event("event", &self.event), event("reset", &self.reset)], states)
    }
}

impl Order {
    pub(crate) fn expand(&self) -> Machine {
        let keys = keys(&self.track, self.first.iter().chain(&self.then));
        let of = noun(&self.object, &keys).map(|noun| format!(" for {noun}")).unwrap_or_default();
        let first = named(&self.first);
        let say = |default: String| Next::Error(self.message.clone().unwrap_or(default));
        let mut before = vec![("first", go("after"))];
        let mut after = vec![("reset", go("before"))];
        match self.mode {
            Mode::Required => before.push(("then", say(format!("`{{api}}` is called{of} before {first}")))),
            Mode::Barred => after.push(("then", say(format!("`{{api}}` is called{of} after {first}")))),
        }
        let states = vec![state("before", &before), state("after", &after), state(UNKNOWN, &[])];
        let events = vec![event("first", &self.first), event("then", &self.then), event("reset", &self.reset)];
        machine(keys, &self.object, events, states)
    }
}

impl Must {
    pub(crate) fn expand(&self) -> Machine {
        let keys = keys(&self.track, self.after.iter().chain(&self.duty));
        let of = noun(&self.object, &keys).map(|noun| format!(" for {noun}")).unwrap_or_default();
        let duty = named(&self.duty);
        let late = self.message.clone().unwrap_or_else(|| format!("`{{function}}` returns without {duty}{of}"));
        let states = vec![
            state("idle", &[("after", go("owed"))]),
            state("owed", &[("duty", go("idle")), ("handed-off", go(UNKNOWN)), ("exit", Next::Error(late))]),
            state(UNKNOWN, &[("after", go("owed"))]),
        ];
        let events = vec![
            event("duty", &self.duty),
            event("handed-off", &self.handed_off),
            event("after", &self.after),
            event("exit", std::slice::from_ref(&self.by)),
        ];
        machine(keys, &self.object, events, states)
    }
}

#[cfg(test)]
mod tests {
    use crate::expand::{Reference, expand};
    use crate::irql::Interval;
    use crate::rule::Machine;
    use crate::spec::Spec;

    /// A page that lists nothing, and no reference.
    struct Nothing;

    impl Reference for Nothing {
        fn applies_to(&self) -> Vec<String> {
            Vec::new()
        }

        fn parameters(&self, _: &str) -> Option<Vec<String>> {
            None
        }

        fn bound(&self, _: &str) -> Option<Interval> {
            None
        }
    }

    fn machine(yaml: &str) -> Machine {
        let spec = Spec::parse(yaml).expect("the specification is well formed");
        let mut machines = expand(&spec, &Nothing).expect("the specification expands").machines;
        assert_eq!(machines.len(), 1);
        machines.remove(0)
    }

    /// Each transition as `state event -> next`.
    fn transitions(yaml: &str) -> Vec<String> {
        let machine = machine(yaml);
        let of = |state: &crate::rule::State| {
            state.on.iter().map(|(event, next)| format!("{} {event} -> {next}", state.name)).collect::<Vec<_>>()
        };
        machine.states.iter().flat_map(of).collect()
    }

    #[test]
    fn what_happens_once_is_an_error_the_second_time() {
        let yaml = "once: {object: request, event: 'Complete($k)', reset: 'Retrieve(out $k)'}";
        assert_eq!(
            transitions(yaml),
            [
                "fresh event -> done",
                "done event -> !`{api}` is called a second time for request `{k}`",
                "done reset -> fresh",
                "unknown reset -> fresh",
            ]
        );
        assert_eq!(machine(yaml).keys, ["k"]);
        assert_eq!(
            transitions("once: {event: 'Start()', message: no more}"),
            ["fresh event -> done", "done event -> !no more"]
        );
    }

    #[test]
    fn order_bars_or_requires() {
        let order = |mode: &str| {
            transitions(&format!("order: {{track: $d, first: 'A($d)', then: ['B($d)', 'C($d)'], mode: {mode}}}"))
        };
        assert_eq!(
            order("required"),
            ["before first -> after", "before then -> !`{api}` is called for `{d}` before `A`"]
        );
        assert_eq!(order("barred"), ["before first -> after", "after then -> !`{api}` is called for `{d}` after `A`"]);
    }

    #[test]
    fn a_duty_is_owed_until_it_is_done_or_handed_off() {
        let yaml =
            "must: {track: $r, after: '$r = param(Request)', do: 'Done($r)', handed-off: 'Queue($r)', by: exit -> ok}";
        assert_eq!(
            transitions(yaml),
            [
                "idle after -> owed",
                "owed duty -> idle",
                "owed exit -> !`{function}` returns without `Done` for `{r}`",
                "owed handed-off -> unknown",
                "unknown after -> owed",
            ]
        );
        let exit = machine(yaml).event("exit").map(|event| event.patterns[0].to_string());
        assert_eq!(exit.as_deref(), Some("exit -> ok"));
    }
}
