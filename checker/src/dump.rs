//! The engine's view of a driver as text: control flow, states before blocks, summaries (`--dump`).

use std::fmt::Write as _;

use rulebook_frontend::Program;
use rulebook_frontend::ir::{self, Function};

use crate::code::{Code, FuncId};
use crate::compiled::Compiled;
use crate::describe;
use crate::engine::Engine;
use crate::fact::Range;
use crate::run::{Effort, Run, Subject};
use crate::state::State;
use crate::summary::{Outcome, Violation};
use crate::value::{V, Values};

/// What `--dump` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The control flow of each function.
    Cfg,
    /// What is known before each block, for values alone and for each followed object.
    States,
    /// What a call of each function does, as its callers see it.
    Summaries,
}

/// What to show, and of which function; of all where `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    /// The view.
    pub view: View,
    /// The function's name; a method's is `Class::name`.
    pub function: Option<String>,
}

/// The text that `dump` asks for, one part for each function, in the order of the source; of the functions that are not
/// understood, why.
pub(crate) fn answer(dump: &Dump, program: &Program, code: &Code<'_>, engine: &mut Engine<'_>) -> String {
    let mut out = String::new();
    for at in 0..code.functions.len() {
        let id = FuncId(at as u32);
        let ir = code.get(id).ir;
        if dump.function.as_ref().is_some_and(|name| name != ir.name.as_str()) {
            continue;
        }
        match dump.view {
            View::Cfg => out.push_str(&ir::dump(ir)),
            View::States => states(engine, id, &mut out),
            View::Summaries => summaries(engine, id, &mut out),
        }
        out.push('\n');
    }
    let lost = program.units.iter().flat_map(|unit| &unit.untrusted);
    for lost in lost.filter(|lost| dump.function.as_ref().is_none_or(|name| name == lost.name.as_str())) {
        let file = program.files.get(lost.loc.file.0 as usize);
        let place = file.map(|file| format!("{}:{}", file.path, file.lines.line(lost.loc.span.start)));
        let _ = writeln!(out, "{}\n  not understood: {} ({})\n", lost.name, lost.reason, place.unwrap_or_default());
    }
    out
}

/// The objects that a function's own run follows, after the run of its values alone.
fn subjects(engine: &mut Engine<'_>, id: FuncId) -> Vec<Subject> {
    let mut all: Vec<Subject> = engine.base(id).map_or_else(Vec::new, |base| base.touched.clone());
    all.sort_by_key(|subject| (subject.machine, subject.key.clone()));
    all
}

fn states(engine: &mut Engine<'_>, id: FuncId, out: &mut String) {
    let ir = engine.code.get(id).ir;
    let _ = writeln!(out, "{}", ir.name);
    let followed: Vec<Option<Subject>> = [None].into_iter().chain(subjects(engine, id).into_iter().map(Some)).collect();
    for subject in followed {
        if let Some(subject) = &subject {
            let _ = writeln!(out, "  {}", heading(&engine.values, engine.compiled, ir, subject));
        }
        let before = Run::new(engine, id, subject.clone(), Effort::USUAL).states_before_blocks();
        for (block, states) in before.iter().enumerate() {
            for state in states {
                let _ = writeln!(out, "    b{block}: {}", state_line(engine, ir, subject.as_ref(), state));
            }
        }
    }
}

fn heading(values: &Values, compiled: &Compiled<'_>, ir: &Function, subject: &Subject) -> String {
    let machine = compiled.machine(subject.machine);
    let key: Vec<String> = subject.key.iter().map(|value| describe::value(values, ir, *value)).collect();
    format!("{} {} `{}`", machine.rule.id, machine.object(), key.join("`, `"))
}

fn state_line(engine: &Engine<'_>, ir: &Function, subject: Option<&Subject>, state: &State) -> String {
    let values = &engine.values;
    let mut parts = Vec::new();
    if let (Some(subject), Some(instance)) = (subject, &state.instance) {
        parts.push(format!("[{}]", engine.compiled.machine(subject.machine).state_name(instance.state)));
    }
    parts.push(format!("irql {}", shown(values, ir, state.irql, &state.range(values, state.irql))));
    for (address, value) in state.memory() {
        let (address, value) = (describe::value(values, ir, *address), describe::value(values, ir, *value));
        parts.push(format!("{address} = {value}"));
    }
    for (root, _) in state.havocs() {
        parts.push(format!("{} forgotten", describe::value(values, ir, *root)));
    }
    for (value, range) in state.facts.iter() {
        parts.push(shown(values, ir, *value, range));
    }
    parts.join("; ")
}

fn shown(values: &Values, ir: &Function, value: V, range: &Range) -> String {
    let name = describe::value(values, ir, value);
    match (range.low, range.high) {
        (i64::MIN, i64::MAX) if range.not.is_empty() => name,
        (i64::MIN, i64::MAX) => format!("{name} not {:?}", range.not),
        (low, high) if low == high => format!("{name} is {low}"),
        (low, high) => {
            let low = if low == i64::MIN { String::new() } else { low.to_string() };
            let high = if high == i64::MAX { String::new() } else { high.to_string() };
            format!("{name} in {low}..{high}")
        }
    }
}

fn summaries(engine: &mut Engine<'_>, id: FuncId, out: &mut String) {
    let ir = engine.code.get(id).ir;
    let _ = writeln!(out, "{}", ir.name);
    if let Some(base) = engine.base(id) {
        for outcome in &base.outcomes {
            let _ = writeln!(out, "  {}", outcome_line(engine, ir, outcome, None));
        }
        for violation in &base.violations {
            let _ = writeln!(out, "  {}", violation_line(engine, ir, violation));
        }
    }
    for subject in subjects(engine, id) {
        let _ = writeln!(out, "  {}", heading(&engine.values, engine.compiled, ir, &subject));
        let Some(keyed) = engine.keyed(id, &subject, 0) else { continue };
        for outcome in &keyed.outcomes {
            let _ = writeln!(out, "    {}", outcome_line(engine, ir, outcome, Some(&subject)));
        }
        for violation in &keyed.violations {
            let _ = writeln!(out, "    {}", violation_line(engine, ir, violation));
        }
    }
}

fn outcome_line(engine: &Engine<'_>, ir: &Function, outcome: &Outcome, subject: Option<&Subject>) -> String {
    let values = &engine.values;
    let mut parts = Vec::new();
    if let (Some(moved), Some(subject)) = (&outcome.moved, subject) {
        let machine = engine.compiled.machine(subject.machine);
        parts.push(format!("[{} to {}]", machine.state_name(moved.pre), machine.state_name(moved.post)));
    }
    let facts = |wanted: V| outcome.facts.iter().find(|(value, _)| *value == wanted).map(|(_, range)| range.clone());
    if let Some(result) = outcome.result {
        let range = facts(result).unwrap_or(Range::ALL);
        parts.push(format!("returns {}", shown(values, ir, result, &range)));
    }
    parts.push(format!("irql {}", shown(values, ir, outcome.irql, &facts(outcome.irql).unwrap_or(Range::ALL))));
    for (address, value) in &outcome.writes {
        parts.push(format!("{} = {}", describe::value(values, ir, *address), describe::value(values, ir, *value)));
    }
    parts.extend(outcome.changed.iter().map(|name| format!("changes {name}")));
    let forgotten = outcome.forgotten.iter();
    parts.extend(forgotten.map(|(root, _)| format!("changes in {}", describe::value(values, ir, *root))));
    let assumed = outcome.facts.iter().filter(|(value, _)| Some(*value) != outcome.result && *value != outcome.irql);
    let assumed: Vec<String> = assumed.map(|(value, range)| shown(values, ir, *value, range)).collect();
    if !assumed.is_empty() {
        parts.push(format!("if {}", assumed.join(", ")));
    }
    parts.join("; ")
}

fn violation_line(engine: &Engine<'_>, ir: &Function, violation: &Violation) -> String {
    let values = &engine.values;
    let rule = &engine.compiled.machine(violation.machine).rule.id;
    let mut parts = vec![format!("violates {rule} at `{}`: {}", violation.api, violation.message)];
    if let Some(entry) = &violation.entry {
        parts.push(format!("if entered at {}..{}", entry.low, entry.high));
    }
    parts.extend(violation.facts.iter().map(|(value, range)| format!("if {}", shown(values, ir, *value, range))));
    let open = violation.assumed.iter();
    parts.extend(open.map(|(value, truth)| format!("if {} is {truth}", describe::value(values, ir, *value))));
    parts.join("; ")
}
