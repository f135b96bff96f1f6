//! A way to an end, sought by turning back where it goes on no longer.
//!
//! Paths are not merged on it: the way that is found can be gone. Where the way that a report tells agrees with itself
//! up to some decision, it is tried first.

use rulebook_frontend::ir::{BlockId, InstrKind, Loc, Term};

use crate::code::{Func, FuncId, successors};
use crate::engine::Engine;
use crate::replay::{End, Way};
use crate::run::{Effort, Run, Subject};
use crate::state::State;
use crate::trace::Trace;

/// How many different paths are followed from one block on that agree in automaton and level.
const APART: usize = 48;
/// Block visits for each block and in all, and the most in any function.
const VISITS: (usize, usize, usize) = (24, 400, 8000);

/// A search in progress.
pub(crate) struct Seek {
    /// Whether each block can lead to the end.
    leads: Vec<bool>,
    /// Blocks to visit, by the index of the state that they are visited with; the last comes first.
    open: Vec<(BlockId, usize)>,
}

/// What came of a search.
pub(crate) enum Sought {
    /// A way.
    Way(Trace),
    /// There is none.
    None,
    /// The budget was spent.
    Cut,
}

impl Seek {
    fn new(id: FuncId, function: &Func<'_>, trace: &Trace, end: End) -> Self {
        let places = places(id, trace, end);
        let blocks = &function.ir.blocks;
        let holds = |block: &BlockId| {
            let block = &blocks[block.0 as usize];
            let returns = matches!(&block.term, Term::Return { loc, .. } if places.contains(loc));
            let calls = |kind: &InstrKind| matches!(kind, InstrKind::Call(_));
            returns || block.instrs.iter().any(|instr| calls(&instr.kind) && places.contains(&instr.loc))
        };
        let mut leads = vec![false; blocks.len()];
        let mut work: Vec<BlockId> = function.order.iter().copied().filter(holds).collect();
        if work.is_empty() {
            return Self { leads: vec![true; blocks.len()], open: Vec::new() };
        }
        let mut before: Vec<Vec<BlockId>> = vec![Vec::new(); blocks.len()];
        for block in &function.order {
            for next in successors(function.ir, *block) {
                before[next.0 as usize].push(*block);
            }
        }
        while let Some(block) = work.pop() {
            if !std::mem::replace(&mut leads[block.0 as usize], true) {
                work.extend(&before[block.0 as usize]);
            }
        }
        Self { leads, open: Vec::new() }
    }

    /// Whether the end can be come to from the block.
    pub(crate) fn leads(&self, block: BlockId) -> bool {
        self.leads[block.0 as usize]
    }

    /// Takes note of a state before a block, if there is room among `list`.
    pub(crate) fn put(&mut self, block: BlockId, state: State, list: &mut Vec<State>) {
        if list.iter().filter(|other| other.agrees(&state)).count() < APART {
            list.push(state);
            self.open.push((block, list.len() - 1));
        }
    }
}

/// Where in the function a way comes to its end: the place itself, or the call that leads to it.
fn places(id: FuncId, trace: &Trace, end: End) -> Vec<Loc> {
    match end {
        End::Return(loc, ..) => vec![loc],
        End::Violation(_, loc, holder) if holder == id => vec![loc],
        End::Violation(..) => trace.steps().last().map(|step| step.loc).into_iter().collect(),
    }
}

impl Engine<'_> {
    /// Looks for a way through the function that comes to the end, near the one that `trace` tells.
    pub(crate) fn seek(
        &mut self,
        id: FuncId,
        subject: Option<&Subject>,
        start: &State,
        trace: &Trace,
        end: End,
    ) -> Sought {
        let seek = Seek::new(id, self.code.get(id), trace, end);
        let mut run = Run::new(self, id, subject.cloned(), Effort::ONE_WAY);
        run.way = Some(Way::of(trace));
        run.seek = Some(seek);
        run.find(start.clone(), end)
    }
}

impl Run<'_, '_> {
    fn find(mut self, start: State, end: End) -> Sought {
        let before = self.begin();
        let sought = self.try_all(start, end);
        self.engine.values.begin(before);
        sought
    }

    fn try_all(&mut self, start: State, end: End) -> Sought {
        self.enqueue(BlockId(0), start, None);
        let (each, all, most) = VISITS;
        let budget = (all + each * self.ir.blocks.len()).min(most);
        for _ in 0..budget {
            let Some((block, index)) = self.seek.as_mut().and_then(|seek| seek.open.pop()) else { return Sought::None };
            self.visit(block, index);
            let ways = self.engine.ways(self.subject.as_ref(), &self.found);
            if let Some(way) = ways.to(end).next() {
                return Sought::Way(way.clone());
            }
            self.found.exits.clear();
        }
        Sought::Cut
    }
}
