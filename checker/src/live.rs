//! Which locals are read again: what is not need not keep paths apart.

use rulebook_frontend::ir::{BlockId, Callee, Expr, Function, InstrKind, LocalId, Place, Term};

use crate::code::successors;

/// Locals that may be read at or after the start of each block.
#[derive(Debug)]
pub(crate) struct Liveness {
    words: usize,
    /// One row of bits for each block.
    live: Vec<u64>,
}

impl Liveness {
    /// Works backwards over the blocks of `order` until nothing changes.
    pub(crate) fn new(ir: &Function, order: &[BlockId]) -> Self {
        let words = ir.locals.len().div_ceil(64).max(1);
        let mut made = Self { words, live: vec![0; words * ir.blocks.len()] };
        let mut always = vec![0; words];
        for instr in ir.blocks.iter().flat_map(|block| &block.instrs) {
            // Through its address a local may be read anywhere.
            visit(&instr.kind, &mut |local, addressed| {
                if addressed {
                    set(&mut always, local);
                }
            });
        }
        let mut changed = true;
        while changed {
            changed = false;
            for block in order.iter().rev() {
                let row = made.before(ir, *block, &always);
                let old = &mut made.live[block.0 as usize * words..][..words];
                if old != row {
                    old.copy_from_slice(&row);
                    changed = true;
                }
            }
        }
        made
    }

    /// Whether `local` may be read at or after the start of `block`.
    pub(crate) fn at(&self, block: BlockId, local: LocalId) -> bool {
        self.live[block.0 as usize * self.words + local.0 as usize / 64] >> (local.0 % 64) & 1 == 1
    }

    fn before(&self, ir: &Function, at: BlockId, always: &[u64]) -> Vec<u64> {
        let mut row = always.to_vec();
        for next in successors(ir, at) {
            for (word, more) in row.iter_mut().zip(&self.live[next.0 as usize * self.words..]) {
                *word |= more;
            }
        }
        let block = &ir.blocks[at.0 as usize];
        let mut read = |local: LocalId, _: bool| set(&mut row, local);
        match &block.term {
            Term::Branch { cond, .. } => expr(cond, &mut read),
            Term::Switch { value, cases, .. } => {
                expr(value, &mut read);
                for (case, _) in cases {
                    expr(case, &mut read);
                }
            }
            Term::Return { value: Some(value), .. } => expr(value, &mut read),
            Term::Return { .. } | Term::Goto(_) | Term::Try { .. } | Term::Unreachable => {}
        }
        for instr in block.instrs.iter().rev() {
            if let Some(local) = written(&instr.kind)
                && always[local.0 as usize / 64] >> (local.0 % 64) & 1 == 0
            {
                row[local.0 as usize / 64] &= !(1 << (local.0 % 64));
            }
            visit(&instr.kind, &mut |local, _| set(&mut row, local));
        }
        row
    }
}

fn set(row: &mut [u64], local: LocalId) {
    row[local.0 as usize / 64] |= 1 << (local.0 % 64);
}

/// The local that an instruction overwrites whole.
pub(crate) fn written(kind: &InstrKind) -> Option<LocalId> {
    match kind {
        InstrKind::Assign { place: Place::Local(id), .. }
        | InstrKind::Havoc(Place::Local(id))
        | InstrKind::Dead(id) => Some(*id),
        InstrKind::Call(call) => call.dst,
        _ => None,
    }
}

/// Calls `read` for each local that an instruction reads, or takes the address of.
fn visit(kind: &InstrKind, read: &mut dyn FnMut(LocalId, bool)) {
    match kind {
        InstrKind::Assign { place, value } => {
            target(place, read);
            expr(value, read);
        }
        InstrKind::Havoc(to) => target(to, read),
        InstrKind::Assume(condition) => expr(condition, read),
        InstrKind::Dead(_) => {}
        InstrKind::Call(call) => {
            call.args.iter().for_each(|arg| expr(arg, read));
            if let Callee::Member { value: pointer, .. } | Callee::Pointer(pointer) = &call.callee {
                expr(pointer, read);
            }
        }
    }
}

/// A place that is written: a local itself is not read, one whose member is written stays.
fn target(to: &Place, read: &mut dyn FnMut(LocalId, bool)) {
    if !matches!(to, Place::Local(_)) {
        place(to, false, read);
    }
}

fn place(at: &Place, addressed: bool, read: &mut dyn FnMut(LocalId, bool)) {
    match at {
        Place::Local(id) => read(*id, addressed),
        Place::Global(_) => {}
        Place::Deref(pointer) => expr(pointer, read),
        Place::Field(base, _) => place(base, addressed, read),
        Place::Index(base, index) => {
            place(base, addressed, read);
            expr(index, read);
        }
    }
}

/// Calls `read` for each local that a value is made of, or takes the address of.
pub(crate) fn expr(of: &Expr, read: &mut dyn FnMut(LocalId, bool)) {
    match of {
        Expr::Load(from) => place(from, false, read),
        Expr::Addr(to) => place(to, true, read),
        Expr::Unary(_, a) | Expr::Container(a, _) => expr(a, read),
        Expr::Binary(_, a, b) => {
            expr(a, read);
            expr(b, read);
        }
        Expr::Int(_) | Expr::Str(_) | Expr::Name(_) | Expr::Function(_) | Expr::Opaque(_) => {}
    }
}

/// Whether the address of the local, or of a part of it, is the value or a part of it.
pub(crate) fn takes_address(value: &Expr, local: LocalId) -> bool {
    match value {
        Expr::Addr(place) => is_in(place, local),
        Expr::Unary(_, inner) | Expr::Container(inner, _) => takes_address(inner, local),
        Expr::Binary(_, left, right) => takes_address(left, local) || takes_address(right, local),
        _ => false,
    }
}

/// Whether the place is the local, or lies in it.
pub(crate) fn is_in(place: &Place, local: LocalId) -> bool {
    match place {
        Place::Local(other) => *other == local,
        Place::Field(base, _) | Place::Index(base, _) => is_in(base, local),
        Place::Global(_) | Place::Deref(_) => false,
    }
}
