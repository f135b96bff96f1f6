//! Effects of functions and contracts of roles in sentences.

use std::fmt::Write as _;

use rulebook_machine::rule::{Event, Next};
use rulebook_machine::semantics::{
    ExitState, Fails, Function, IrqlEffect, Levels, NewLevel, Registration, Returns, Role, Slot,
};
use rulebook_machine::table::Rule;
use rulebook_machine::{Machine, Pattern, Semantics};

/// What a function does, as far as the engine knows.
pub(super) fn effects(name: &str, function: &Function, semantics: &Semantics) -> Vec<String> {
    let mut said = Vec::new();
    said.extend(function.irql.as_ref().map(irql));
    said.extend(function.returns.map(|returns| {
        match returns {
            Returns::Status => "returns a status: success is not negative",
            Returns::ZeroIsSuccess => "returns a status: only zero is success",
            Returns::NonZero => "succeeds where its result is not zero",
            Returns::Truth => "succeeds where its result is TRUE",
            Returns::Irql => "returns the current level",
        }
        .to_owned()
    }));
    if function.accessor {
        said.push("returns the same for the same arguments".to_owned());
    }
    if let Some(asks) = &function.asks {
        said.push(format!("answers about the object that `{}` points to, the same until it is changed", asks.about));
    }
    said.extend(function.fails.as_ref().map(|Fails::Without(param)| format!("fails where `{param}` is 0")));
    if function.raises {
        said.push("can raise an exception that drivers handle".to_owned());
    }
    said.extend(function.asserts.map(|level| format!("after it, the level is known to be {}", level.describe())));
    said.extend(function.registers.iter().map(|(param, role)| format!("gives `{param}` the role `{role}`")));
    for alias in &semantics.aliases {
        if alias.call.api() == Some(name) {
            said.push(format!("`{}` is read as `{}`", alias.call, alias.is));
        } else if alias.is.api() == Some(name) {
            said.push(format!("stands for `{}`, too", alias.call));
        }
    }
    said
}

fn irql(effect: &IrqlEffect) -> String {
    let set = match &effect.set {
        Some(NewLevel::Level(level)) => format!("sets the level to `{}`", level.long_name()),
        Some(NewLevel::From(slot)) => format!("sets the level to what {} holds", place(slot)),
        Some(NewLevel::Unknown) => "changes the level to one that is not documented".to_owned(),
        None => String::new(),
    };
    let save = effect.save.as_ref().map(|slot| format!("keeps the level before it in {}", place(slot)));
    let mut said: Vec<String> = save.into_iter().collect();
    if !set.is_empty() {
        said.push(set);
    }
    let mut said = said.join(" and ");
    if let Some(on) = &effect.on {
        let _ = write!(said, ", where its result is `{}`", on.0);
    }
    said
}

fn place(slot: &Slot) -> String {
    match slot {
        Slot::Return => "its result".to_owned(),
        Slot::Deref(name) => format!("`*{name}`"),
        Slot::Arg(name) => format!("`{name}`"),
        Slot::Hidden(name) => format!("the object that `{name}` points to"),
    }
}

/// What holds when a function of the role is entered, and what it owes when it returns; objects by their names in `rules`.
pub(super) fn contract(role: &Role, rules: &[Rule]) -> Vec<String> {
    let contract = &role.contract;
    let mut said = Vec::new();
    match &contract.irql {
        Some(levels) => said.extend(self::levels(levels)),
        None => said.push("the level at which it is called is not documented".to_owned()),
    }
    for call in &contract.entered_after {
        said.push(entered(call, rules));
    }
    if let Some(unless) = &contract.entered_after_unless {
        for call in &unless.calls {
            said.push(format!("{}, unless the driver mentions {}", entered(call, rules), quoted(&unless.mentioned)));
        }
    }
    if contract.caller_may_hold {
        said.push("its caller may hold locks, which it may release".to_owned());
    }
    if contract.first {
        said.push("nothing of the driver has run before it: variables have their first values".to_owned());
    }
    for (param, flags) in &contract.one_of_flags {
        said.push(format!("at least one of {} is set in `{param}`", quoted(flags)));
    }
    if !role.given.is_empty() {
        said.push(format!("never called with `NULL` for {}", quoted(&role.given)));
    }
    if let Some(asked) = &contract.asked_by {
        let (role, constants) = (&asked.role, quoted(&asked.unless));
        said.push(format!("not called where the `{role}` beside it returns nothing but {constants}"));
    }
    for act in &contract.called_as {
        let args: Vec<String> = act.args.iter().cloned().map(String::from).collect();
        said.push(format!("a driver that calls it has `{}({})` done", act.function, args.join(", ")));
    }
    said.push(
        match contract.exit {
            ExitState::Same => "leaves objects as it found them",
            ExitState::Initial => "leaves with nothing held, whatever it was entered with",
            ExitState::Any => "may leave objects in any state: its caller knows",
        }
        .to_owned(),
    );
    let level = if contract.irql_may_change {
        "may return at another level"
    } else {
        "returns at the level at which it was called"
    };
    said.push(level.to_owned());
    said
}

/// What a call just before the entry means: the object is held that some rule says it acquires.
fn entered(call: &Pattern, rules: &[Rule]) -> String {
    let takes = |machine: &Machine, event: &str| {
        let from = machine.initial().and_then(|state| state.on.get(event));
        matches!(from, Some(Next::Go(to)) if machine.initial().is_some_and(|state| state.name != *to))
    };
    let object =
        rules.iter().flat_map(|rule| &rule.machines).filter(|machine| !machine.object.is_empty()).find(|machine| {
            let of_call = |event: &Event| event.patterns.iter().any(|pattern| pattern.api() == call.api());
            machine.events.iter().any(|event| of_call(event) && takes(machine, &event.name))
        });
    match object {
        Some(machine) => format!("entered with the {} held, as if `{call}` had just been called", machine.object),
        None => format!("entered as if `{call}` had just been called"),
    }
}

fn levels(levels: &Levels) -> Vec<String> {
    let mut said = vec![format!("called {}", levels.within.describe())];
    for (index, within) in &levels.by_index {
        said.push(format!("called {}, where it is registered for `{index}`", within.describe()));
    }
    let unless = |mut text: String| {
        if !levels.unless_mentioned.is_empty() {
            let _ = write!(text, ", unless the driver mentions {}", quoted(&levels.unless_mentioned));
        }
        text
    };
    if !levels.called_at.is_empty() {
        let names: Vec<String> = levels.called_at.iter().map(|level| level.long_name()).collect();
        said.push(unless(format!("in practice called at {}", quoted(&names))));
    }
    for (name, level) in &levels.called_at_where {
        let text = format!("in practice called at `{}` in drivers that mention `{name}`", level.long_name());
        said.push(unless(text));
    }
    said
}

/// How a function gets the role.
pub(super) fn registration(name: &str, role: &Role, semantics: &Semantics) -> Vec<String> {
    let mut said = vec![format!("declared with the type: `{name} MyFunction;`")];
    said.extend(role.registered.iter().map(field));
    for (function, effects) in &semantics.functions {
        let params = effects.registers.iter().filter(|(_, registered)| **registered == name);
        said.extend(params.map(|(param, _)| format!("handed to `{function}` as `{param}`")));
    }
    said
}

fn field(way: &Registration) -> String {
    let of = match (way.type_name.as_str(), way.of.as_slice()) {
        ("", []) => String::new(),
        ("", of) => format!(" of a structure, unless it is known to be none of {}", quoted(of)),
        (name, _) => format!(" of a `{name}`"),
    };
    if !way.function.is_empty() {
        format!("called `{}`", way.function)
    } else if !way.table.is_empty() {
        format!("put into the table `{}`{of}", way.table)
    } else if !way.field.is_empty() {
        format!("assigned to the member `{}`{of}", way.field)
    } else {
        let position = way.position.map(|at| format!(" at position {}", at + 1)).unwrap_or_default();
        format!("in an initialiser{of}{position}")
    }
}

/// `a`, `b` or `c`.
fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.join(", "),
    }
}
