//! Loops over many objects: what one turn does to its object says nothing of another turn's, whatever the two are
//! called.
//!
//! A variable that a loop leads from object to object (`node = Next(node)`) never comes back to one that it has left.
//! Where a helper walks, the engine may know two of its results by one name; nobody is convicted by that.

use rulebook_frontend::ir::{BlockId, Call, InstrKind, Loc, LocalId, Place};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::{Func, points};
use crate::live;
use crate::run::Run;
use crate::state::State;
use crate::trace::Kind;

/// The variables that loops of the function lead from object to object.
pub(crate) fn led(function: &Func<'_>) -> FxHashSet<LocalId> {
    let ir = function.ir;
    let mut made_of: FxHashMap<LocalId, FxHashSet<LocalId>> = FxHashMap::default();
    for block in function.order.iter().filter(|block| function.in_loop[block.0 as usize]) {
        for instr in &ir.blocks[block.0 as usize].instrs {
            let (to, parts) = match &instr.kind {
                InstrKind::Assign { place: Place::Local(to), value } => (*to, std::slice::from_ref(value)),
                InstrKind::Call(call) => match call.dst {
                    Some(to) => (to, &call.args[..]),
                    None => continue,
                },
                _ => continue,
            };
            let own = made_of.entry(to).or_default();
            for part in parts {
                live::expr(part, &mut |local, _| {
                    own.insert(local);
                });
            }
        }
    }
    let origins = |start: LocalId| {
        let mut reached: FxHashSet<LocalId> = FxHashSet::default();
        let mut work = vec![start];
        while let Some(at) = work.pop() {
            work.extend(made_of.get(&at).into_iter().flatten().filter(|from| reached.insert(**from)));
        }
        reached
    };
    let reached: FxHashMap<LocalId, FxHashSet<LocalId>> =
        made_of.keys().map(|local| (*local, origins(*local))).collect();
    let of_itself = |local: &LocalId| reached.get(local).is_some_and(|own| own.contains(local));
    let leads = |(local, own): (&LocalId, &FxHashSet<LocalId>)| {
        (own.iter().any(of_itself) && points(&ir.locals[local.0 as usize])).then_some(*local)
    };
    reached.iter().filter_map(leads).collect()
}

impl Run<'_, '_> {
    /// Whether the call at `loc`, which breaks the rule on this path, does so to the object of one turn by what happened
    /// to that of another: it stands in a loop, is given what the loop leads on, and either was made before on this
    /// path or is the other half of what another loop does.
    pub(crate) fn is_another_turn(&mut self, state: &State, loc: Loc) -> bool {
        let (code, ir, at) = (self.engine.code, self.ir, self.visiting());
        let function = code.get(self.id);
        let (true, Some(subject), Some(instance)) =
            (function.in_loop[at.0 as usize], self.subject.clone(), &state.instance)
        else {
            return false;
        };
        let led = self.engine.led.entry(self.id).or_insert_with(|| led(function)).clone();
        let given = |call: &Call| {
            let mut given = false;
            call.args.iter().for_each(|arg| live::expr(arg, &mut |local, _| given |= led.contains(&local)));
            given
        };
        let calls = |block: BlockId| {
            ir.blocks[block.0 as usize].instrs.iter().filter_map(|instr| match &instr.kind {
                InstrKind::Call(call) => Some((instr.loc, &**call)),
                _ => None,
            })
        };
        if led.is_empty() || !calls(at).any(|(place, call)| place == loc && given(call)) {
            return false;
        }
        // What has happened since the same call was made, such as the making of another object, is of this turn.
        let steps = state.trace.steps();
        let last = steps.iter().rfind(|step| matches!(step.kind, Kind::Event(..)));
        if last.is_some_and(|step| step.loc == loc) {
            return true;
        }
        instance.seen == 0
            && function.order.iter().filter(|block| function.in_loop[block.0 as usize]).any(|block| {
                calls(*block).any(|(place, call)| place != loc && given(call) && self.concerns(subject.machine, call))
            })
    }
}
