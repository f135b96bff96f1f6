//! Branches that decide whether something happens to an object: what they test is what later branches test again.
//!
//! Where more paths meet than can be kept apart, those that differ in such a test are kept before all others: a lock
//! that is taken under a flag is given back under the same flag.

use rulebook_frontend::ir::{BinOp, BlockId, Term, UnOp};
use rustc_hash::FxHashSet;

use crate::code::{Func, successors};
use crate::value::{Node, V, Values};

/// Functions with more blocks than this are taken as they come.
const BLOCKS: usize = 2000;
/// How many values of one run are remembered as deciding.
const MOST: usize = 24;

/// What has decided over the events of a run so far: values, and addresses of variables that hold them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guards {
    values: FxHashSet<V>,
    /// The pointers by which the followed object is reached.
    way: Vec<V>,
}

impl Guards {
    pub(crate) fn of(way: Vec<V>) -> Self {
        Self { values: FxHashSet::default(), way }
    }

    /// Whether the followed object is reached by pointers.
    pub(crate) fn follow(&self) -> bool {
        !self.way.is_empty()
    }

    /// Whether the value is a pointer by which the followed object is reached.
    pub(crate) fn leads(&self, value: V) -> bool {
        self.way.contains(&value)
    }

    /// Adds a value that a branch tests; of a comparison with a number, what is compared.
    pub(crate) fn add(&mut self, values: &Values, tested: V) {
        let mut at = tested;
        loop {
            if self.values.len() < MOST && values.as_int(at).is_none() {
                self.values.insert(at);
            }
            at = match values.node(at) {
                Node::Un(UnOp::Not, inner) => inner,
                Node::Bin(BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::And, of, number)
                    if values.as_int(number).is_some() =>
                {
                    of
                }
                Node::Bin(BinOp::Lt | BinOp::Le, number, of) if values.as_int(number).is_some() => of,
                _ => return,
            };
        }
    }

    /// Whether the value, or what stands at the address, has decided.
    pub(crate) fn has(&self, value: V) -> bool {
        !self.values.is_empty() && self.values.contains(&value)
    }

    /// All of them, in order.
    pub(crate) fn all(&self) -> Vec<V> {
        let mut all: Vec<V> = self.values.iter().copied().collect();
        all.sort_unstable();
        all
    }
}

/// Where in a function the events of a machine lie.
#[derive(Debug, Default)]
pub(crate) struct Course {
    /// Whether the end of each block decides over an event ([`deciding`]).
    pub(crate) deciding: Vec<bool>,
    /// Whether an event lies in each block or behind it.
    ahead: Vec<bool>,
}

impl Course {
    pub(crate) fn new(function: &Func<'_>, has_event: &dyn Fn(BlockId) -> bool) -> Self {
        let mut ahead: Vec<bool> = (0..function.ir.blocks.len()).map(|at| has_event(BlockId(at as u32))).collect();
        let mut changed = true;
        while changed {
            changed = false;
            // Backwards, so that only loops need more than one turn.
            for block in function.order.iter().rev() {
                let at = block.0 as usize;
                if !ahead[at] && successors(function.ir, *block).iter().any(|next| ahead[next.0 as usize]) {
                    ahead[at] = true;
                    changed = true;
                }
            }
        }
        Self { deciding: deciding(function, has_event), ahead }
    }

    /// Whether an event may come at the block or behind it.
    pub(crate) fn is_ahead(&self, block: BlockId) -> bool {
        self.ahead.get(block.0 as usize).copied().unwrap_or(true)
    }
}

/// For each block, whether its end decides over an event: one way comes to it, another goes around it, and the ways
/// meet again. What leads out of the function for good is no such decision.
pub(crate) fn deciding(function: &Func<'_>, has_event: &dyn Fn(BlockId) -> bool) -> Vec<bool> {
    let count = function.ir.blocks.len();
    let mut deciding = vec![false; count];
    let events: Vec<BlockId> = function.order.iter().copied().filter(|block| has_event(*block)).collect();
    if events.is_empty() || count > BLOCKS {
        return deciding;
    }
    let words = count.div_ceil(64);
    let forward = |block: BlockId| {
        let own = function.position[block.0 as usize];
        successors(function.ir, block).into_iter().filter(move |next| function.position[next.0 as usize] > own)
    };
    let mut reach = vec![vec![0_u64; words]; count];
    for block in function.order.iter().rev() {
        let mut own = vec![0_u64; words];
        own[block.0 as usize / 64] |= 1 << (block.0 % 64);
        for next in forward(*block) {
            own.iter_mut().zip(&reach[next.0 as usize]).for_each(|(own, theirs)| *own |= theirs);
        }
        reach[block.0 as usize] = own;
    }
    let reaches = |from: BlockId, to: BlockId| reach[from.0 as usize][to.0 as usize / 64] >> (to.0 % 64) & 1 == 1;
    let meet = |a: BlockId, b: BlockId| reach[a.0 as usize].iter().zip(&reach[b.0 as usize]).any(|(a, b)| a & b != 0);
    for block in &function.order {
        if !matches!(function.ir.blocks[block.0 as usize].term, Term::Branch { .. } | Term::Switch { .. }) {
            continue;
        }
        let ways: Vec<BlockId> = forward(*block).collect();
        deciding[block.0 as usize] = events.iter().any(|event| {
            ways.iter().any(|way| reaches(*way, *event))
                && ways.iter().any(|way| !reaches(*way, *event) && meet(*way, *event))
        });
    }
    deciding
}
