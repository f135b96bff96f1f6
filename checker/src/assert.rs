//! Which assertions are believed.
//!
//! An assertion is what its author takes for granted, and paths that contradict it are not gone. Not so where a branch
//! behind it looks at the same thing: there the author provides for the other case, and a build without assertions goes
//! that way. Nor where it is about the level: that a function is called at the wrong one is what rules report.

use rulebook_frontend::ir::{BinOp, Block, BlockId, Callee, Expr, Function, InstrKind, LocalId, Place, Term, UnOp};
use rulebook_machine::semantics::Returns;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::successors;
use crate::compiled::Compiled;
use crate::live::{expr, written};

/// What the branches of a function test, and its variables that hold levels.
#[derive(Debug, Default)]
pub(crate) struct Asserted {
    /// By block that asserts, what the branches test to which every way goes through it.
    tested: FxHashMap<BlockId, FxHashSet<Expr>>,
    levels: FxHashSet<LocalId>,
}

impl Asserted {
    /// Looks through a function that asserts anything.
    pub(crate) fn new(ir: &Function, compiled: &Compiled<'_>) -> Self {
        let instrs = || ir.blocks.iter().flat_map(|block| &block.instrs);
        if !instrs().any(|instr| matches!(instr.kind, InstrKind::Assume(_))) {
            return Self::default();
        }
        let asserts = |block: &Block| block.instrs.iter().any(|instr| matches!(instr.kind, InstrKind::Assume(_)));
        let asserting = (0..ir.blocks.len() as u32).map(BlockId).filter(|at| asserts(&ir.blocks[at.0 as usize]));
        let tested = asserting.map(|at| (at, tested_behind(ir, at))).collect();
        let mut levels: FxHashSet<LocalId> = FxHashSet::default();
        for instr in instrs() {
            match &instr.kind {
                InstrKind::Call(call) => {
                    let Callee::Named(name) = &call.callee else { continue };
                    let is_level = compiled.function(*name).is_some_and(|known| known.returns == Some(Returns::Irql));
                    levels.extend(call.dst.filter(|_| is_level));
                }
                InstrKind::Assign { place: Place::Local(id), value } if loads(value, &levels) => {
                    levels.insert(*id);
                }
                _ => {}
            }
        }
        Self { tested, levels }
    }

    /// Whether what is asserted is taken for granted.
    pub(crate) fn is_believed(&self, at: BlockId, asserted: &Expr) -> bool {
        let tested = self.tested.get(&at).is_some_and(|tested| tested.contains(&plain(asserted)));
        !tested && !loads(asserted, &self.levels)
    }
}

/// What the branches test to which no way leads around the block.
fn tested_behind(ir: &Function, block: BlockId) -> FxHashSet<Expr> {
    let mut around = vec![false; ir.blocks.len()];
    let mut work = vec![BlockId(0)];
    while let Some(at) = work.pop() {
        if at != block && !std::mem::replace(&mut around[at.0 as usize], true) {
            work.extend(successors(ir, at));
        }
    }
    let behind = || (0_u32..).map(BlockId).zip(&ir.blocks).zip(&around).filter(|(_, around)| !**around);
    // Of a variable that is stored to again the test is about something else.
    let later = behind().map(|(block, _)| block).filter(|(at, _)| *at != block);
    let stored: FxHashSet<LocalId> =
        later.flat_map(|(_, block)| &block.instrs).filter_map(|instr| written(&instr.kind)).collect();
    behind()
        .filter_map(|((_, block), _)| match &block.term {
            Term::Branch { cond, .. } => Some(plain(cond)),
            _ => None,
        })
        .filter(|tested| !loads(tested, &stored))
        .collect()
}

/// A condition without the side that it is asked for.
fn plain(condition: &Expr) -> Expr {
    match condition {
        Expr::Unary(UnOp::Not, inner) => plain(inner),
        Expr::Binary(BinOp::Ne | BinOp::Eq, a, b) if **b == Expr::Int(0) => plain(a),
        Expr::Binary(BinOp::Ne, a, b) => Expr::Binary(BinOp::Eq, a.clone(), b.clone()),
        Expr::Binary(BinOp::Ge, a, b) => Expr::Binary(BinOp::Lt, a.clone(), b.clone()),
        Expr::Binary(BinOp::Gt, a, b) => Expr::Binary(BinOp::Le, a.clone(), b.clone()),
        other => other.clone(),
    }
}

fn loads(value: &Expr, locals: &FxHashSet<LocalId>) -> bool {
    let mut any = false;
    expr(value, &mut |local, _| any |= locals.contains(&local));
    any
}
