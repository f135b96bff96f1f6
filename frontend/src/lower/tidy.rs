//! Blocks as lowering leaves them to blocks as the engine wants them: reachable, few, in order.

use crate::ir::{Block, BlockId, InstrKind, Term};

/// Drops unreachable blocks, skips empty ones, joins a block with its only successor.
pub(super) fn tidy(blocks: &mut Vec<Block>) {
    skip_empty(blocks);
    join(blocks);
    renumber(blocks);
}

/// Calls `each` with every successor of a block, unwinding included.
fn successors(block: &mut Block, each: &mut impl FnMut(&mut BlockId)) {
    for instr in &mut block.instrs {
        if let InstrKind::Call(call) = &mut instr.kind
            && let Some(unwind) = &mut call.unwind
        {
            each(unwind);
        }
    }
    match &mut block.term {
        Term::Goto(to) => each(to),
        Term::Branch { then, other, .. } => {
            each(then);
            each(other);
        }
        Term::Try { body, handler } => {
            each(body);
            each(handler);
        }
        Term::Switch { cases, default, .. } => {
            for (_, to) in cases {
                each(to);
            }
            each(default);
        }
        Term::Return { .. } | Term::Unreachable => {}
    }
}

fn skip_empty(blocks: &mut [Block]) {
    let forward: Vec<Option<BlockId>> = blocks
        .iter()
        .map(|block| match block.term {
            Term::Goto(to) if block.instrs.is_empty() => Some(to),
            _ => None,
        })
        .collect();
    let end = |from: BlockId| {
        let mut at = from;
        // An empty endless loop forwards to itself.
        for _ in 0..blocks_limit(forward.len()) {
            match forward[at.0 as usize] {
                Some(next) if next != at => at = next,
                _ => break,
            }
        }
        at
    };
    for block in blocks.iter_mut() {
        successors(block, &mut |to| *to = end(*to));
        if let Term::Branch { then, other, .. } = &block.term
            && then == other
        {
            block.term = Term::Goto(*then);
        }
    }
}

fn blocks_limit(blocks: usize) -> usize {
    blocks.min(1000)
}

fn join(blocks: &mut [Block]) {
    let mut entries = vec![0_u32; blocks.len()];
    let reachable = reach(blocks);
    entries[0] = 1;
    for (at, block) in blocks.iter_mut().enumerate() {
        if reachable[at] {
            successors(block, &mut |to| entries[to.0 as usize] += 1);
        }
    }
    for at in 0..blocks.len() {
        if !reachable[at] {
            continue;
        }
        while let Term::Goto(to) = blocks[at].term {
            let next = to.0 as usize;
            if next == at || entries[next] != 1 {
                break;
            }
            let taken = std::mem::replace(&mut blocks[next], Block { instrs: Vec::new(), term: Term::Unreachable });
            blocks[at].instrs.extend(taken.instrs);
            blocks[at].term = taken.term;
            entries[next] = 0;
        }
    }
}

fn reach(blocks: &mut [Block]) -> Vec<bool> {
    let mut seen = vec![false; blocks.len()];
    let mut work = vec![BlockId(0)];
    while let Some(at) = work.pop() {
        if !std::mem::replace(&mut seen[at.0 as usize], true) {
            successors(&mut blocks[at.0 as usize], &mut |to| work.push(*to));
        }
    }
    seen
}

/// Reverse postorder, so that a loop's head comes before its body and readers can follow.
fn renumber(blocks: &mut Vec<Block>) {
    let mut order = Vec::new();
    let mut state = vec![0_u8; blocks.len()];
    let mut work = vec![(BlockId(0), false)];
    while let Some((at, done)) = work.pop() {
        let index = at.0 as usize;
        if done {
            order.push(at);
            continue;
        }
        if std::mem::replace(&mut state[index], 1) == 1 {
            continue;
        }
        work.push((at, true));
        successors(&mut blocks[index], &mut |to| work.push((*to, false)));
    }
    order.reverse();
    let mut number = vec![BlockId(0); blocks.len()];
    for (new, old) in order.iter().enumerate() {
        number[old.0 as usize] = BlockId(new as u32);
    }
    let mut slots: Vec<Option<Block>> = std::mem::take(blocks).into_iter().map(Some).collect();
    for old in order {
        if let Some(mut block) = slots[old.0 as usize].take() {
            successors(&mut block, &mut |to| *to = number[to.0 as usize]);
            blocks.push(block);
        }
    }
}
