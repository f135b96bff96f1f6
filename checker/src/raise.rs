//! Structured exceptions: which functions can raise, and with what knowledge a handler is entered.
//!
//! Where in a guarded body an exception came up is known for calls alone. A handler that is entered from somewhere
//! in a body which takes or releases the followed object is not followed for it: nobody could say in which state.

use rulebook_frontend::ir::{BlockId, Call, Callee, InstrKind};

use crate::code::{Code, FuncId};
use crate::compiled::{Base, MachineId};
use crate::run::Run;
use crate::state::{Lost, State};
use crate::value::{Node, Site, V};

/// Whether each function can be left by an exception.
pub(crate) fn raising(code: &Code<'_>, base: &Base<'_>) -> Vec<bool> {
    let mut can_raise = vec![false; code.functions.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for (at, function) in code.functions.iter().enumerate() {
            let raised = |call: &Call| {
                call.unwind.is_none()
                    && match code.resolve(function.ir, &call.callee) {
                        Some(id) => can_raise[id.0 as usize],
                        None => by_itself(base, &call.callee),
                    }
            };
            if !can_raise[at] && calls(function.ir.blocks.iter()).any(raised) {
                can_raise[at] = true;
                changed = true;
            }
        }
    }
    can_raise
}

fn calls<'b>(blocks: impl Iterator<Item = &'b rulebook_frontend::ir::Block>) -> impl Iterator<Item = &'b Call> {
    blocks.flat_map(|block| &block.instrs).filter_map(|instr| match &instr.kind {
        InstrKind::Call(call) => Some(&**call),
        _ => None,
    })
}

/// Whether the semantics say that the function raises.
fn by_itself(base: &Base<'_>, callee: &Callee) -> bool {
    matches!(callee, Callee::Named(name) if base.functions.get(name).is_some_and(|function| function.raises))
}

impl Run<'_, '_> {
    /// Goes to the handler of a guarded body for what is not a call in it.
    pub(crate) fn guard(&mut self, at: BlockId, handler: BlockId, state: State) {
        let machine = self.subject.as_ref().map(|subject| subject.machine);
        let moved = machine.is_some_and(|machine| {
            let blocks = self.ir.blocks.iter();
            calls(blocks).any(|call| call.unwind == Some(handler) && self.concerns(machine, call))
        });
        if !moved {
            self.enqueue(handler, state, Some(at));
        }
    }

    /// Goes to the handler around a call, if the call can raise.
    pub(crate) fn unwind(&mut self, at: BlockId, call: &Call, state: &State, site: Site) {
        let Some(handler) = call.unwind else { return };
        match self.engine.code.resolve(self.ir, &call.callee) {
            Some(body) if self.engine.raises[body.0 as usize] => {
                let machine = self.subject.as_ref().map(|subject| subject.machine);
                if machine.is_none_or(|machine| !self.concerns(machine, call)) {
                    let after = self.half_done(body, call, state, site);
                    self.enqueue(handler, after, Some(at));
                }
            }
            None if by_itself(self.engine.compiled, &call.callee) => {
                self.enqueue(handler, state.clone(), Some(at));
            }
            _ => {}
        }
    }

    /// What is known when a callee was left somewhere in its middle.
    fn half_done(&mut self, body: FuncId, call: &Call, state: &State, site: Site) -> State {
        let mut after = state.clone();
        let Some(summary) = self.engine.base(body) else { return after };
        let mut names = Vec::new();
        for outcome in &summary.outcomes {
            names.extend(outcome.writes.iter().filter_map(|(address, _)| match self.engine.values.node(*address) {
                Node::Field(_, name) | Node::Global(name) => Some(name),
                _ => None,
            }));
            names.extend(&outcome.changed);
        }
        let args = call.args.iter().map(|arg| state.eval(&mut self.engine.values, self.ir, arg)).collect::<Vec<_>>();
        let of_objects = args.into_iter().filter(|arg| self.engine.values.as_int(*arg).is_none());
        let roots: Vec<(V, Lost)> = of_objects.map(|arg| (arg, Lost { site, by_callback: false })).collect();
        after.forget_all(&mut self.engine.values, &roots, &names, site);
        after
    }

    /// Whether a call, or what it calls, holds an event of the machine.
    pub(crate) fn concerns(&mut self, machine: MachineId, call: &Call) -> bool {
        let compiled = self.engine.compiled;
        if let Callee::Named(name) = &call.callee {
            let canonical = compiled.aliases.get(*name).map_or(*name, |rewrite| rewrite.to);
            if compiled.knows(machine, canonical) {
                return true;
            }
        }
        let Some(body) = self.engine.code.resolve(self.ir, &call.callee) else {
            let acts = compiled.through.of(call).map_or(&[][..], |(acts, _)| acts);
            return acts.iter().any(|act| compiled.knows(machine, act.api));
        };
        // Inside a circle of calls anything may be.
        self.engine.base(body).is_none_or(|base| base.touched.iter().any(|subject| subject.machine == machine))
    }
}
