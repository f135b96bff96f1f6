//! Pointers that were followed: they are not null from there on.
//!
//! For those that were followed on every way to a place it is worked out for the whole function before it is run, so
//! that paths do not differ in it. Only for pointers that are null on some ways each path notes it itself.

use rulebook_frontend::ir::{BlockId, Expr, Function, InstrKind, LocalId, Place, Term};

use crate::code::successors;
use crate::fact::Range;
use crate::live::written;
use crate::run::Run;
use crate::state::State;
use crate::value::Node;

/// Locals that hold pointers which were followed on every way to the start of each block.
#[derive(Debug)]
pub(crate) struct Solid {
    words: usize,
    /// One row of bits for each block.
    rows: Vec<u64>,
}

/// Those at one place of a block.
#[derive(Debug, Clone)]
pub(crate) struct Row(Vec<u64>);

impl Solid {
    /// Works forwards over the blocks of `order` until nothing changes.
    pub(crate) fn new(ir: &Function, order: &[BlockId]) -> Self {
        let words = ir.locals.len().div_ceil(64).max(1);
        let mut made = Self { words, rows: vec![u64::MAX; words * ir.blocks.len()] };
        if let Some(first) = order.first() {
            made.rows[first.0 as usize * words..][..words].fill(0);
        }
        let mut changed = true;
        while changed {
            changed = false;
            for block in order {
                let mut row = made.at(*block);
                // A call that raises leaves the block before its end.
                let before = row.clone();
                for instr in &ir.blocks[block.0 as usize].instrs {
                    row.pass(&instr.kind);
                }
                row.leave(&ir.blocks[block.0 as usize].term);
                let raised = ir.blocks[block.0 as usize].instrs.iter().filter_map(|instr| match &instr.kind {
                    InstrKind::Call(call) => call.unwind,
                    _ => None,
                });
                let raised: Vec<BlockId> = raised.collect();
                for next in successors(ir, *block) {
                    let from = if raised.contains(&next) { &before } else { &row };
                    let into = &mut made.rows[next.0 as usize * words..][..words];
                    for (into, from) in into.iter_mut().zip(&from.0) {
                        changed |= *into & !from != 0;
                        *into &= from;
                    }
                }
            }
        }
        made
    }

    /// Those at the start of the block.
    pub(crate) fn at(&self, block: BlockId) -> Row {
        Row(self.rows[block.0 as usize * self.words..][..self.words].to_vec())
    }
}

impl Row {
    /// Whether the local holds a pointer that was followed.
    pub(crate) fn has(&self, local: LocalId) -> bool {
        self.0[local.0 as usize / 64] >> (local.0 % 64) & 1 == 1
    }

    /// Goes past an instruction.
    pub(crate) fn pass(&mut self, instr: &InstrKind) {
        let mut copied = false;
        followed(instr, &mut |id| self.put(id, true));
        match instr {
            InstrKind::Assign { value, .. } => {
                copied = matches!(value, Expr::Load(from) if matches!(**from, Place::Local(of) if self.has(of)));
            }
            InstrKind::Call(call) => {
                for arg in &call.args {
                    // Through its address the callee may exchange it.
                    if let Expr::Addr(place) = arg
                        && let Place::Local(id) = &**place
                    {
                        self.put(*id, false);
                    }
                }
            }
            InstrKind::Havoc(_) | InstrKind::Assume(_) | InstrKind::Dead(_) => {}
        }
        if let Some(id) = written(instr) {
            self.put(id, copied);
        }
    }

    fn leave(&mut self, term: &Term) {
        match term {
            Term::Branch { cond: value, .. } | Term::Switch { value, .. } => {
                followed_in(value, &mut |id| self.put(id, true));
            }
            _ => {}
        }
    }

    fn put(&mut self, local: LocalId, solid: bool) {
        let (word, bit) = (local.0 as usize / 64, 1 << (local.0 % 64));
        if solid { self.0[word] |= bit } else { self.0[word] &= !bit }
    }
}

/// Calls `see` with each local whose pointer the instruction follows.
pub(crate) fn followed(instr: &InstrKind, see: &mut dyn FnMut(LocalId)) {
    match instr {
        InstrKind::Assign { place, value } => {
            followed_in(value, see);
            follow(place, see);
        }
        InstrKind::Call(call) => {
            for arg in &call.args {
                match arg {
                    // Who is given a member's address follows it.
                    Expr::Addr(place) if matches!(**place, Place::Field(..)) => follow(place, see),
                    _ => followed_in(arg, see),
                }
            }
        }
        InstrKind::Havoc(_) | InstrKind::Assume(_) | InstrKind::Dead(_) => {}
    }
}

/// Locals that a branch asks about and that are made null somewhere: that such a pointer was followed says something on
/// the paths that did, though others come to the same place with none.
pub(crate) fn doubtful(ir: &Function) -> Vec<LocalId> {
    let local = |expr: &Expr| match expr {
        Expr::Load(place) => match **place {
            Place::Local(id) => Some(id),
            _ => None,
        },
        _ => None,
    };
    let null = |instr: &InstrKind| match instr {
        InstrKind::Assign { place: Place::Local(id), value: Expr::Int(0) } => Some(*id),
        _ => None,
    };
    let nulls: Vec<LocalId> =
        ir.blocks.iter().flat_map(|block| &block.instrs).filter_map(|instr| null(&instr.kind)).collect();
    let asked = ir.blocks.iter().filter_map(|block| match &block.term {
        Term::Branch { cond: Expr::Unary(_, of), .. } => local(of),
        Term::Branch { cond: Expr::Binary(_, a, b), .. } => local(a).or_else(|| local(b)),
        Term::Branch { cond, .. } => local(cond),
        _ => None,
    });
    let mut found: Vec<LocalId> = asked.filter(|id| nulls.contains(id)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn follow(place: &Place, see: &mut dyn FnMut(LocalId)) {
    match place {
        Place::Field(base, _) => follow(base, see),
        Place::Index(base, index) => {
            follow(base, see);
            followed_in(index, see);
        }
        Place::Deref(pointer) => {
            if let Expr::Load(from) = &**pointer
                && let Place::Local(id) = **from
            {
                see(id);
            }
            followed_in(pointer, see);
        }
        Place::Local(_) | Place::Global(_) => {}
    }
}

/// Calls `see` with each local whose pointer is followed to work out `expr`.
pub(crate) fn followed_in(expr: &Expr, see: &mut dyn FnMut(LocalId)) {
    match expr {
        Expr::Load(place) => follow(place, see),
        Expr::Unary(_, a) | Expr::Container(a, _) => followed_in(a, see),
        Expr::Binary(_, a, b) => {
            followed_in(a, see);
            followed_in(b, see);
        }
        // The address of a member follows nothing.
        _ => {}
    }
}

impl Run<'_, '_> {
    /// Of the pointers that are `followed`, those that are null on other ways.
    pub(crate) fn doubtful_followed(&self, followed: impl FnOnce(&mut dyn FnMut(LocalId))) -> Vec<LocalId> {
        let doubtful = &self.engine.code.get(self.id).doubtful;
        let mut found = Vec::new();
        if !doubtful.is_empty() && self.engine.options.branch_facts {
            followed(&mut |local| {
                if doubtful.binary_search(&local).is_ok() {
                    found.push(local);
                }
            });
        }
        found
    }

    /// Whether what the local holds can be followed; from there on it is known to be.
    pub(crate) fn suppose_followed(&mut self, state: &mut State, local: LocalId) -> bool {
        let values = &mut self.engine.values;
        let address = values.make(Node::Local(local));
        let value = state.load(values, address);
        // Where it is surely null, the code was misread rather than wrong.
        state.known(values, value) == Some(0)
            || values.is_address(value)
            || state.facts.restrict(values, value, &Range { not: vec![0], ..Range::ALL })
    }

    /// What is loaded from a local whose pointer was followed on every way here is not null.
    pub(crate) fn suppose_solid(&mut self, state: &mut State, solid: &Row, expr: &Expr) {
        match expr {
            Expr::Load(place) => {
                let Place::Local(id) = &**place else { return };
                if self.engine.options.branch_facts && solid.has(*id) {
                    let values = &mut self.engine.values;
                    let value = state.eval(values, self.ir, expr);
                    if !values.is_address(value) && state.known(values, value).is_none() {
                        state.facts.restrict(values, value, &Range { not: vec![0], ..Range::ALL });
                    }
                }
            }
            Expr::Unary(_, a) => self.suppose_solid(state, solid, a),
            Expr::Binary(_, a, b) => {
                self.suppose_solid(state, solid, a);
                self.suppose_solid(state, solid, b);
            }
            _ => {}
        }
    }
}
