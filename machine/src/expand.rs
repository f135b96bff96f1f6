//! Shapes to machines: after this, the general form is all there is.

use std::collections::BTreeMap;

use crate::condition::Condition;
use crate::error::SpecError;
use crate::irql::Interval;
use crate::pattern::{Arg, Pattern, Subject};
use crate::rule::{Check, Event, Machine, Next, State, UNKNOWN};
use crate::spec::{
    AtExit, Bound, Calls, CheckForm, Demand, EventForm, Irql, IrqlAtExit, Override, Pair, Spec, StateForm,
};

/// What a specification may refer to without saying it: the page's list and the API reference.
pub trait Reference {
    /// The functions of the page's section *Applies to*, in its order.
    fn applies_to(&self) -> Vec<String>;
    /// The names of a function's parameters as driver code passes them; `None` for a function that is not known.
    fn parameters(&self, api: &str) -> Option<Vec<String>>;
    /// The reference's bound on the level at which a function may be called; `None` where it has none that binds.
    fn bound(&self, api: &str) -> Option<Interval>;
}

/// What came of a specification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion {
    /// The machines; all of them together are the rule.
    pub machines: Vec<Machine>,
    /// Functions of an `irql` list that stay unchecked because the reference does not bind their level.
    pub unbound: Vec<String>,
}

/// Expands `spec` to machines, with arguments by position.
pub fn expand(spec: &Spec, reference: &dyn Reference) -> Result<Expansion, SpecError> {
    let mut out = Expansion::default();
    for pair in &spec.pair {
        out.machines.push(expand_pair(pair));
    }
    for forbid in &spec.forbid {
        let message = forbid.message.clone().unwrap_or_else(|| "`{api}` must not be called here".to_owned());
        out.machines.push(Machine {
            events: vec![Event { name: "call".into(), patterns: forbid.calls.clone(), when: forbid.when.clone() }],
            states: vec![State { name: "any".into(), on: BTreeMap::from([("call".into(), Next::Error(message))]) }],
            ..Machine::default()
        });
    }
    out.machines.extend(spec.once.iter().map(crate::shapes::Once::expand));
    out.machines.extend(spec.order.iter().map(crate::shapes::Order::expand));
    out.machines.extend(spec.must.iter().map(crate::shapes::Must::expand));
    for irql in &spec.irql {
        expand_irql(irql, reference, &mut out)?;
    }
    if let Some(IrqlAtExit::Same) = spec.irql_at_exit {
        let exit = Pattern { binds: None, subject: Subject::Exit, result: None };
        out.machines.push(Machine {
            events: vec![Event { name: "exit".into(), patterns: vec![exit], when: Vec::new() }],
            checks: vec![Check {
                event: "exit".into(),
                require: vec![Condition::SameIrql],
                message: "`{function}` returns at {irql}, but was entered at {entry-irql}".into(),
            }],
            ..Machine::default()
        });
    }
    if !spec.events.is_empty() {
        out.machines.push(general(spec)?);
    }
    for machine in &mut out.machines {
        position(machine, reference)?;
        machine.verify()?;
    }
    if out.machines.is_empty() { Err(SpecError::Empty) } else { Ok(out) }
}

/// The exit event, where nothing else defines one.
fn exit_event() -> Event {
    Event {
        name: "exit".into(),
        patterns: vec![Pattern { binds: None, subject: Subject::Exit, result: None }],
        when: Vec::new(),
    }
}

fn expand_pair(pair: &Pair) -> Machine {
    let keys = crate::shapes::keys(&pair.track, pair.acquire.iter().chain(&pair.release));
    let object = if pair.object.is_empty() { "lock" } else { &pair.object };
    let noun = keys.first().map_or_else(|| format!("the {object}"), |key| format!("{object} `{{{key}}}`"));
    let say = |what: &str| Next::Error(format!("{noun} {what}"));
    let go = |state: &str| Next::Go(state.to_owned());
    let mut events = Vec::new();
    let mut add = |name: &str, patterns: &[Pattern]| {
        if !patterns.is_empty() {
            events.push(Event { name: name.to_owned(), patterns: patterns.to_vec(), when: Vec::new() });
        }
    };
    // A call that holds nothing is told first, or it would fit the acquire pattern.
    add("no-effect", &pair.no_effect);
    add("acquire", &pair.acquire);
    add("release", &pair.release);
    add("handed-off", &pair.handed_off);
    let mut free = BTreeMap::from([("acquire".to_owned(), go("held"))]);
    let mut held = BTreeMap::from([("release".to_owned(), go("free"))]);
    // Nothing leads out of it but an acquisition after a hand-over: one error would be followed by others that it caused.
    let mut unknown = BTreeMap::new();
    if !pair.handed_off.is_empty() {
        unknown.insert("acquire".to_owned(), go("held"));
    }
    if pair.unheld == Demand::Error {
        free.insert("release".into(), say("is released, but it is not held"));
    }
    if pair.double == Demand::Error {
        held.insert("acquire".into(), say("is acquired while it is held"));
    } else {
        // How often it must be released now, the automaton does not count.
        held.insert("acquire".into(), go(UNKNOWN));
    }
    if !pair.handed_off.is_empty() {
        held.insert("handed-off".into(), go(UNKNOWN));
    }
    if pair.at_exit == AtExit::Same {
        events.push(exit_event());
        held.insert("exit".into(), say("is still held when `{function}` returns"));
    }
    let state = |name: &str, on| State { name: name.to_owned(), on };
    Machine {
        keys,
        object: object.to_owned(),
        events,
        states: vec![state("free", free), state("held", held), state(UNKNOWN, unknown)],
        checks: Vec::new(),
    }
}

fn expand_irql(irql: &Irql, reference: &dyn Reference, out: &mut Expansion) -> Result<(), SpecError> {
    let patterns = match &irql.calls {
        Calls::These(patterns) => patterns.clone(),
        Calls::List(_) => reference.applies_to().into_iter().map(Pattern::call).collect(),
    };
    // By bound, so that one event stands for all calls that share it.
    let mut conditional: Vec<(Pattern, Vec<Condition>, Interval)> = Vec::new();
    let mut plain: BTreeMap<Interval, Vec<Pattern>> = BTreeMap::new();
    for pattern in patterns {
        let api = pattern.api().unwrap_or_default().to_owned();
        if irql.except.contains(&api) {
            continue;
        }
        let mut add = |interval: Interval| {
            let interval = if irql.maximum_only { Interval::at_most(interval.max) } else { interval };
            if interval != Interval::ANY {
                plain.entry(interval).or_default().push(pattern.clone());
            }
        };
        match (irql.r#override.get(&api), irql.must, irql.bound) {
            (Some(Override::Bound(interval)), ..) => add(*interval),
            (Some(Override::By(cases)), ..) => {
                for (condition, interval) in by_case(cases)? {
                    match condition {
                        Some(condition) => {
                            conditional.push((pattern.clone(), vec![condition], interval));
                        }
                        None => add(interval),
                    }
                }
            }
            (None, Some(interval), _) => add(interval),
            (None, None, Some(Bound::Reference)) => match reference.bound(&api) {
                Some(interval) => add(interval),
                None => out.unbound.push(api),
            },
            (None, None, None) => {
                return Err(SpecError::Form("`irql` needs `must: <bound>` or `bound: reference`".into()));
            }
        }
    }
    let mut machine = Machine::default();
    let mut add = |patterns: Vec<Pattern>, when: Vec<Condition>, interval: Interval| {
        let name = format!("call-{}", machine.events.len() + 1);
        machine.checks.push(Check {
            event: name.clone(),
            require: vec![Condition::Irql(interval)],
            message: format!("`{{api}}` is called at {{irql}}, but must be called {}", interval.describe()),
        });
        machine.events.push(Event { name, patterns, when });
    };
    for (pattern, mut when, interval) in conditional {
        when.extend(irql.when.iter().cloned());
        add(vec![pattern], when, interval);
    }
    for (interval, patterns) in plain {
        add(patterns, irql.when.clone(), interval);
    }
    if machine.events.is_empty() {
        return Err(SpecError::Form("no call of the `irql` list has a bound: nothing would be checked".into()));
    }
    out.machines.push(machine);
    Ok(())
}

/// The bounds of an override by condition, in the order of the page: the first condition that holds decides.
fn by_case(cases: &serde_yaml::Mapping) -> Result<Vec<(Option<Condition>, Interval)>, SpecError> {
    let word = |value: &serde_yaml::Value| {
        value.as_str().map(str::to_owned).ok_or_else(|| SpecError::Form("a bound by condition is text".into()))
    };
    cases
        .iter()
        .map(|(condition, interval)| {
            let condition = word(condition)?;
            let condition = if condition == "else" { None } else { Some(condition.parse()?) };
            Ok((condition, word(interval)?.parse()?))
        })
        .collect()
}

fn general(spec: &Spec) -> Result<Machine, SpecError> {
    let yaml = |error: serde_yaml::Error| SpecError::Yaml { message: error.to_string(), line: None };
    let text = |name: serde_yaml::Value| {
        name.as_str().map(str::to_owned).ok_or_else(|| SpecError::Form("names of events and states are words".into()))
    };
    let mut machine = Machine {
        keys: spec.track.iter().map(|key| key.trim_start_matches('$').to_owned()).collect(),
        object: spec.object.clone(),
        ..Machine::default()
    };
    for (name, form) in spec.events.clone() {
        let (patterns, when) = match serde_yaml::from_value(form).map_err(yaml)? {
            EventForm::One(pattern) => (vec![pattern], Vec::new()),
            EventForm::Any(patterns) => (patterns, Vec::new()),
            EventForm::When { calls, when } => (calls, when),
        };
        machine.events.push(Event { name: text(name)?, patterns, when });
    }
    for (name, form) in spec.states.clone() {
        let on: StateForm = serde_yaml::from_value(form).map_err(yaml)?;
        machine.states.push(State { name: text(name)?, on });
    }
    let mentions_exit =
        machine.states.iter().any(|state| state.on.contains_key("exit")) || spec.check.contains_key("exit");
    if mentions_exit && machine.event("exit").is_none() {
        machine.events.push(exit_event());
    }
    if let Some(initial) = &spec.initial {
        match machine.states.iter().position(|state| state.name == *initial) {
            Some(at) => machine.states[..=at].rotate_right(1),
            None if initial == UNKNOWN => {
                machine.states.insert(0, State { name: UNKNOWN.into(), on: BTreeMap::new() });
            }
            None => {
                let known = machine.states.iter().map(|state| state.name.as_str()).collect::<Vec<_>>().join(", ");
                return Err(SpecError::Undefined { what: "state", name: initial.clone(), known });
            }
        }
    }
    for (event, form) in &spec.check {
        let default = "`{api}` is called where it must not be".to_owned();
        let (require, message) = match form.clone() {
            CheckForm::One(condition) => (vec![condition], default),
            CheckForm::All(conditions) => (conditions, default),
            CheckForm::Said { require, message } => (require, message),
        };
        machine.checks.push(Check { event: event.clone(), require, message });
    }
    Ok(machine)
}

/// Turns arguments by name into arguments by position, and names in conditions into `#position`.
fn position(machine: &mut Machine, reference: &dyn Reference) -> Result<(), SpecError> {
    for event in &mut machine.events {
        for pattern in &mut event.patterns {
            let Subject::Call { api, args } = &mut pattern.subject else {
                continue;
            };
            if args.named.is_empty() {
                continue;
            }
            let names =
                reference.parameters(api).ok_or_else(|| SpecError::Unknown { what: "function", name: api.clone() })?;
            for (name, arg) in std::mem::take(&mut args.named) {
                let at = names
                    .iter()
                    .position(|known| *known == name)
                    .ok_or_else(|| SpecError::Unknown { what: "parameter", name: format!("{api}({name})") })?;
                if args.list.len() <= at {
                    args.list.resize(at + 1, Arg::Any);
                }
                args.list[at] = arg;
            }
            args.rest = args.rest || args.list.len() < names.len();
        }
    }
    let applied: Vec<(String, Vec<String>)> =
        machine.events.iter().map(|event| (event.name.clone(), calls_of(event))).collect();
    for event in &mut machine.events {
        let calls = calls_of(event);
        for condition in &mut event.when {
            place_terms(condition, &calls, reference)?;
        }
    }
    for check in &mut machine.checks {
        let calls = applied.iter().find(|(name, _)| *name == check.event).map_or(&[][..], |(_, calls)| calls);
        for condition in &mut check.require {
            place_terms(condition, calls, reference)?;
        }
    }
    Ok(())
}

fn calls_of(event: &Event) -> Vec<String> {
    event.patterns.iter().filter_map(|pattern| pattern.api().map(str::to_owned)).collect()
}

/// Every call of an event must have the parameter at the same position; else the condition means two things.
fn place_terms(condition: &mut Condition, calls: &[String], reference: &dyn Reference) -> Result<(), SpecError> {
    use crate::condition::Term;
    let terms: Vec<&mut Term> = match condition {
        Condition::Compare { left, right, .. } => vec![left, right],
        Condition::Origin { of, .. } => vec![of],
        Condition::Irql(_) | Condition::SameIrql => return Ok(()),
    };
    for term in terms {
        let (Term::Arg(name) | Term::Deref(name)) = term else {
            continue;
        };
        if name.starts_with('#') {
            continue;
        }
        let mut found = None;
        for api in calls {
            let names =
                reference.parameters(api).ok_or_else(|| SpecError::Unknown { what: "function", name: api.clone() })?;
            let at = names
                .iter()
                .position(|known| known == name)
                .ok_or_else(|| SpecError::Unknown { what: "parameter", name: format!("{api}({name})") })?;
            if found.is_some_and(|other| other != at) {
                return Err(SpecError::Form(format!(
                    "parameter `{name}` stands at different positions in {}",
                    calls.join(", ")
                )));
            }
            found = Some(at);
        }
        let at = found.ok_or_else(|| SpecError::Unknown { what: "parameter", name: name.clone() })?;
        *name = format!("#{at}");
    }
    Ok(())
}
