//! Which machines cannot report in a driver, whatever its paths are: those whose errors need calls that it never makes.

use rulebook_frontend::ir::Symbol;
use rustc_hash::FxHashSet;

use crate::code::{self, Code};
use crate::compiled::{CCondition, CEvent, CMachine, CNext, Compiled};
use crate::state::UNKNOWN;

/// For each machine, whether it is idle in this driver.
pub(crate) fn idle(code: &Code<'_>, compiled: &Compiled<'_>) -> Vec<bool> {
    let called = called(code, compiled);
    compiled.machines.iter().map(|machine| !reports(machine, &called)).collect()
}

/// The functions that the driver calls, and those that the system has called when it enters a role, under every name
/// that they are known by.
fn called(code: &Code<'_>, compiled: &Compiled<'_>) -> FxHashSet<Symbol> {
    let by_driver = code.functions.iter().flat_map(|function| code::calls(function.ir)).filter_map(code::name_of);
    let by_role = code
        .functions
        .iter()
        .flat_map(|function| code::calls_in(function.ir))
        .flat_map(|call| compiled.through.of(call).map_or(&[][..], |(acts, _)| acts).iter().map(|act| act.api));
    let contracts = compiled.table.semantics.roles.values().map(|role| &role.contract);
    let before_entry = contracts
        .flat_map(|contract| {
            let unless = contract.entered_after_unless.as_ref();
            contract.entered_after.iter().chain(unless.into_iter().flat_map(|unless| &unless.calls))
        })
        .filter_map(|call| call.api().map(Symbol::new));
    by_driver.chain(by_role).chain(before_entry).flat_map(|name| compiled.aliases.names(name)).collect()
}

fn reports(machine: &CMachine<'_>, called: &FxHashSet<Symbol>) -> bool {
    can_report(machine, vec![0, UNKNOWN], &|event| can_happen(&machine.events[usize::from(event)], called))
}

/// Whether the machine can report of an object that it meets in one of the states `starts`, by events that `happen`
/// and those that need no call.
pub(crate) fn can_report(machine: &CMachine<'_>, starts: Vec<u8>, happens: &dyn Fn(u8) -> bool) -> bool {
    let by_itself = |event: &CEvent| event.patterns.iter().any(|pattern| pattern.api.is_none());
    let events: Vec<u8> = (0..machine.events.len() as u8)
        .filter(|event| happens(*event) || by_itself(&machine.events[usize::from(*event)]))
        .collect();
    let mut reached = starts;
    let mut at = 0;
    while at < reached.len() {
        for event in &events {
            match machine.next(reached[at], *event) {
                CNext::Error(_) => return true,
                CNext::Go(to) if !reached.contains(to) => reached.push(*to),
                CNext::Go(_) | CNext::Stay => {}
            }
        }
        at += 1;
    }
    events.iter().any(|event| !machine.checks[usize::from(*event)].is_empty())
}

fn can_happen(event: &CEvent, called: &FxHashSet<Symbol>) -> bool {
    let made = |api: &Symbol| called.contains(api);
    let from_one = |condition: &CCondition| match condition {
        CCondition::Origin(_, apis, false) => apis.iter().any(made),
        _ => true,
    };
    event.patterns.iter().any(|pattern| pattern.api.as_ref().is_none_or(made)) && event.when.iter().all(from_one)
}
