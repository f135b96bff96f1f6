//! Ways on which there is nothing to undo: the routine asks first whether there is, and finds that there is not.

use rulebook_frontend::ir::{Callee, Expr, Symbol};
use rustc_hash::FxHashSet;

use crate::begin::root;
use crate::code::{FuncId, calls_in};
use crate::compiled::{CArg, CNext};
use crate::engine::Engine;
use crate::fact::Range;
use crate::run::{Exit, Subject};
use crate::value::{Node, V, Values};

impl Engine<'_> {
    /// Whether the path ends with something owed because a variable is null that the call which settles it would have
    /// been given: what was never made is not owed. Where the variable is what is followed, that is known without this.
    pub(crate) fn has_nothing_to_undo(&self, id: FuncId, subject: &Subject, exit: &Exit) -> bool {
        let Some(state) = exit.state.instance.as_ref().map(|instance| instance.state) else { return false };
        let machine = self.compiled.machine(subject.machine);
        if subject.key.is_empty() || !machine.owes(state) {
            return false;
        }
        let null =
            |(value, range): &(V, Range)| Some(variable(&self.values, *value)?).filter(|_| *range == Range::exactly(0));
        let missing: FxHashSet<(Symbol, Option<Symbol>)> = exit.state.facts.iter().filter_map(null).collect();
        if missing.is_empty() {
            return false;
        }
        // The call says of no object that it is the one that is followed.
        let settles = |api: Symbol, at: usize| {
            self.compiled.by_api.get(&api).into_iter().flatten().any(|place| {
                let pattern = || &machine.events[usize::from(place.event)].patterns[usize::from(place.pattern)];
                place.machine == subject.machine
                    && matches!(machine.next(state, place.event), CNext::Go(to) if !machine.owes(*to))
                    && pattern().binds.is_none()
                    && at < pattern().args.len()
                    && pattern().args.iter().all(|arg| matches!(arg, CArg::Any))
            })
        };
        let mut seen: FxHashSet<FuncId> = FxHashSet::from_iter([id]);
        let mut work = vec![id];
        while let Some(at) = work.pop() {
            let function = self.code.get(at);
            for call in calls_in(function.ir) {
                let Callee::Named(api) = &call.callee else { continue };
                let given = call.args.iter().enumerate().any(|(at, arg)| match arg {
                    Expr::Load(place) => root(place).is_some_and(|of| missing.contains(&of)) && settles(*api, at),
                    _ => false,
                });
                if given {
                    return true;
                }
            }
            work.extend(function.callees.iter().filter(|callee| seen.insert(**callee)));
        }
        false
    }
}

/// The variable, or the member of one, of which the value is what stood there at entry.
fn variable(values: &Values, value: V) -> Option<(Symbol, Option<Symbol>)> {
    let Node::Init(address) = values.node(value) else { return None };
    match values.node(address) {
        Node::Global(name) => Some((name, None)),
        Node::Field(base, member) => match values.node(base) {
            Node::Global(name) => Some((name, Some(member))),
            _ => None,
        },
        _ => None,
    }
}
