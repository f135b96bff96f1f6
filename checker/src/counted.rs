//! Locks that a driver counts, or whose owner it keeps: a wrapper goes by its own book whether it takes or gives back.
//!
//! What such a function decides by, it changes itself: how the count stands at a call is what all calls before have
//! made of it, which no path knows. Whether the object is taken afterwards is not known then, nor at which level.

use rulebook_frontend::ir::{BinOp, BlockId, Call, Callee, Expr, Function, InstrKind, LocalId, Place, Term};

use crate::code::FuncId;
use crate::compiled::{Compiled, MachineId};
use crate::engine::Engine;
use crate::guard;
use crate::run::{Exit, Found};
use crate::state::UNKNOWN;
use crate::summary::Outcome;
use crate::value::Node;

/// How many blocks a wrapper has at most: what does more than taking and giving back is judged as it is written.
pub(crate) const WRAPPER: usize = 16;
/// How many assignments a tested variable is followed back through.
const STEPS: u32 = 3;

impl Engine<'_> {
    /// Forgets how a function leaves the object that it takes or gives back by a count of its own, where its callers
    /// cannot tell one exit from the other, and what it holds against them.
    pub(crate) fn forget_counted(&self, id: FuncId, machine: MachineId, found: &mut Found) {
        let exits = &found.exits;
        if !exits.iter().any(|one| exits.iter().any(|other| self.is_untold(one, other))) {
            return;
        }
        let Some(course) = self.courses.get(&(id, machine)) else { return };
        if !goes_by_count(self.code.get(id).ir, self.compiled, &course.deciding) {
            return;
        }
        found.violations.retain(|violation| violation.seen != 0);
        let instances = found.exits.iter_mut().filter_map(|exit| exit.state.instance.as_mut());
        instances.for_each(|instance| instance.state = UNKNOWN);
    }

    /// Whether the two leave the object, found in one state, in two, and the result does not tell which.
    fn is_untold(&self, one: &Exit, other: &Exit) -> bool {
        let (Some(a), Some(b)) = (&one.state.instance, &other.state.instance) else { return false };
        let told = match (one.result, other.result) {
            (Some(a), Some(b)) => one.state.range(&self.values, a).meet(&other.state.range(&self.values, b)).is_empty(),
            _ => false,
        };
        let known = a.state != UNKNOWN && b.state != UNKNOWN;
        known && a.pre == b.pre && a.state != b.state && !told
    }

    /// Forgets the level at which a function returns, where that is one or the other by a count of its own.
    pub(crate) fn forget_counted_level(&mut self, id: FuncId, outcomes: &mut [Outcome]) {
        let Some((first, others)) = outcomes.split_first() else { return };
        if others.iter().all(|other| other.irql == first.irql) {
            return;
        }
        let function = self.code.get(id);
        let entered = self.values.make(Node::EntryIrql);
        let changes = |call: &Call| {
            let known = match &call.callee {
                Callee::Named(name) => self.compiled.function(*name).is_some_and(|function| function.irql.is_some()),
                _ => false,
            };
            let body = || self.code.resolve(function.ir, &call.callee).and_then(|body| self.made(body));
            known || body().is_some_and(|base| base.outcomes.iter().any(|outcome| outcome.irql != entered))
        };
        let has_event = |block: BlockId| calls(function.ir, block).any(changes);
        let deciding = guard::deciding(function, &has_event);
        if goes_by_count(function.ir, self.compiled, &deciding) {
            let unknown = self.values.make(Node::Phi(u32::MAX, self.irql_slot));
            for outcome in outcomes {
                outcome.irql = unknown;
            }
        }
    }
}

fn calls(ir: &Function, block: BlockId) -> impl Iterator<Item = &Call> {
    ir.blocks[block.0 as usize].instrs.iter().filter_map(|instr| match &instr.kind {
        InstrKind::Call(call) => Some(&**call),
        _ => None,
    })
}

/// Whether one of the deciding branches asks for a count or an owner that the function keeps.
fn goes_by_count(ir: &Function, compiled: &Compiled<'_>, deciding: &[bool]) -> bool {
    if ir.blocks.len() > WRAPPER {
        return false;
    }
    let tested =
        ir.blocks.iter().zip(deciding).filter(|(_, deciding)| **deciding).filter_map(|(block, _)| match &block.term {
            Term::Branch { cond, .. } => Some(cond),
            Term::Switch { value, .. } => Some(value),
            _ => None,
        });
    let mut tested = tested.peekable();
    if tested.peek().is_none() {
        return false;
    }
    let book = Book::of(ir, compiled);
    tested.any(|cond| book.is_asked(ir, cond))
}

/// What a function keeps outside of itself.
#[derive(Default)]
struct Book<'f> {
    /// Places that it counts up or down.
    counts: Vec<&'f Place>,
    /// Places that it stores to.
    stored: Vec<&'f Place>,
    /// Results of counting, by the variable that holds them.
    results: Vec<LocalId>,
    /// Variables that hold what has no arguments to depend on, such as the thread that runs.
    constant: Vec<LocalId>,
    /// What variables are given.
    given: Vec<(LocalId, &'f Expr)>,
}

impl<'f> Book<'f> {
    fn of(ir: &'f Function, compiled: &Compiled<'_>) -> Self {
        let mut book = Self::default();
        for instr in ir.blocks.iter().flat_map(|block| &block.instrs) {
            match &instr.kind {
                InstrKind::Assign { place: Place::Local(to), value } => book.given.push((*to, value)),
                InstrKind::Assign { place, value } => {
                    book.stored.push(place);
                    if let Expr::Binary(BinOp::Add | BinOp::Sub, left, _) = value
                        && matches!(&**left, Expr::Load(from) if **from == *place)
                    {
                        book.counts.push(place);
                    }
                }
                InstrKind::Call(call) => book.note(call, compiled),
                _ => {}
            }
        }
        book
    }

    fn note(&mut self, call: &'f Call, compiled: &Compiled<'_>) {
        let Callee::Named(name) = &call.callee else { return };
        let Some(function) = compiled.function(*name) else { return };
        if let (Some(_), Some(Expr::Addr(place))) = (function.counts, call.args.first()) {
            self.counts.push(place);
            self.results.extend(call.dst);
        }
        if function.accessor && call.args.is_empty() {
            self.constant.extend(call.dst);
        }
    }

    /// Whether the expression reads a count, or compares an owner that is kept with what has no arguments.
    fn is_asked(&self, ir: &Function, cond: &Expr) -> bool {
        self.reads(cond, STEPS, &|expr| match expr {
            Expr::Load(place) => match &**place {
                Place::Local(local) => self.results.contains(local),
                place => self.counts.contains(&place),
            },
            Expr::Binary(BinOp::Eq | BinOp::Ne, a, b) => {
                let of = |one: &Expr, other: &Expr| self.is_kept(one) && self.is_constant(ir, other);
                of(a, b) || of(b, a)
            }
            _ => false,
        })
    }

    fn is_kept(&self, expr: &Expr) -> bool {
        self.reads(expr, STEPS, &|expr| matches!(expr, Expr::Load(place) if self.stored.contains(&&**place)))
    }

    fn is_constant(&self, ir: &Function, expr: &Expr) -> bool {
        self.reads(expr, STEPS, &|expr| {
            matches!(expr, Expr::Load(place)
                if matches!(&**place, Place::Local(local) if local.0 >= ir.param_count && self.constant.contains(local)))
        })
    }

    /// Whether a part of the expression, or of what its variables are given, is such a one.
    fn reads(&self, expr: &Expr, steps: u32, wanted: &dyn Fn(&Expr) -> bool) -> bool {
        if wanted(expr) {
            return true;
        }
        match expr {
            Expr::Unary(_, inner) => self.reads(inner, steps, wanted),
            Expr::Binary(_, a, b) => self.reads(a, steps, wanted) || self.reads(b, steps, wanted),
            Expr::Load(place) => match (&**place, steps) {
                (Place::Local(local), 1..) => {
                    let given = self.given.iter().filter(|(to, _)| to == local);
                    given.into_iter().any(|(_, value)| self.reads(value, steps - 1, wanted))
                }
                _ => false,
            },
            _ => false,
        }
    }
}
