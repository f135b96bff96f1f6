//! Where paths meet: which are kept apart, which are united, and which are merged at a loss.

use rulebook_frontend::ir::BlockId;

use crate::compiled::CMachine;
use crate::counted::WRAPPER;
use crate::guard::Guards;
use crate::run::Run;
use crate::state::{State, is_of_turn};
use crate::value::Values;

/// How many different levels are kept apart at one point.
const LEVELS: usize = 4;
/// How many paths a search goes on with inside a block.
const WAYS: usize = 8;
/// After so many merges at one point, what changes from merge to merge is given up.
const WIDEN_AFTER: u32 = 3;
/// After so many for each state that is kept apart, one takes all, so that it comes to an end soon.
const SETTLE_AFTER: usize = 8;
/// What it costs to merge two paths where variables that branches ask about differ: below this nothing nearer is sought.
const DEAR: u32 = 8;

impl Run<'_, '_> {
    /// How many paths like this one are kept apart before the block.
    fn apart(&self, state: &State, before: BlockId) -> usize {
        match &state.instance {
            // Where no event is ahead, only what callers are told is at stake.
            Some(_) if !self.course.is_ahead(before) && !self.is_judged_by_result() => self.effort.plain,
            Some(_) => self.effort.followed,
            None => self.effort.plain,
        }
    }

    /// Whether the machine asks what is returned.
    fn is_judged_by_result(&self) -> bool {
        let machine = self.subject.as_ref().map(|subject| self.engine.compiled.machine(subject.machine));
        machine.is_some_and(CMachine::is_judged_by_result)
    }

    pub(crate) fn enqueue(&mut self, to: BlockId, mut state: State, from: Option<BlockId>) {
        let leads = self.seek.as_ref().is_none_or(|seek| seek.leads(to));
        if !leads || (!self.for_callers && self.is_over(&state, to)) {
            return;
        }
        let function = self.engine.code.get(self.id);
        let order = function.position[to.0 as usize];
        let head = function.loop_head[to.0 as usize];
        let back = from.is_some_and(|from| function.position[from.0 as usize] >= order);
        if back && (!self.engine.options.loops || (head && self.is_out_of_sight(&state, to))) {
            return;
        }
        let met = function.met[to.0 as usize];
        state.clean(
            &self.engine.values,
            &|local| function.live.at(to, local),
            (met, self.engine.code.is_called(self.id)),
        );
        let apart = self.apart(&state, to);
        let slot = self.engine.irql_slot;
        let (list, merges) = &mut self.seen[to.0 as usize];
        if self.way.is_some()
            && back
            && head
            && let Some(turn) = list.iter().rev().find(|turn| turn.agrees(&state))
        {
            // Turn by turn no counter would come to its end.
            state = turn.next_turn(&mut self.engine.values, &state, to.0, slot);
        }
        if list.iter().any(|other| other.same(&state)) {
            return;
        }
        if let Some(seek) = &mut self.seek {
            seek.put(to, state, list);
            return;
        }
        // In a block that leads to itself, others are being visited.
        if self.effort.unite && from != Some(to) {
            let pending = self.pending.entry(order).or_default();
            while let Some((at, union)) =
                list.iter().enumerate().find_map(|(at, other)| other.union(&state).map(|union| (at, union)))
            {
                if union.same(&list[at]) {
                    return;
                }
                list.remove(at);
                pending.retain(|index| *index != at);
                pending.iter_mut().filter(|index| **index > at).for_each(|index| *index -= 1);
                let exits = &mut self.found.exits;
                exits.retain(|exit| exit.from != (to, at));
                let later = exits.iter_mut().filter(|exit| exit.from.0 == to && exit.from.1 > at);
                later.for_each(|exit| exit.from.1 -= 1);
                state = union;
            }
        }
        // With many levels about, what is known of the level is given up rather than the run.
        let level = self.level_matters && list.len() < LEVELS * apart;
        let mates: Vec<usize> = (0..list.len()).filter(|at| list[*at].mergeable(&state, level)).collect();
        let limit = match (self.hurried, head) {
            (true, _) => 1,
            (false, true) => apart.min(self.effort.in_loop),
            (false, false) => apart,
        };
        // Where merging goes on and on, what changes is widened, so that it comes to an end.
        let widen = self.hurried || *merges >= WIDEN_AFTER;
        let settle = self.hurried || *merges as usize >= SETTLE_AFTER * list.len();
        let full = mates.len() >= limit;
        // An object that none of them calls as the new one does would be lost with any of them.
        let guards = &self.found.guards;
        let apart_by_name = || guards.follow() && mates.iter().all(|at| list[*at].names_otherwise(&state, guards));
        if full && !settle && !head && (self.subject.is_none() || apart_by_name()) {
            let pair = nearer_pair(&self.engine.values, guards, list, &mates, &state);
            if let Some((into, from)) = pair {
                // The two stand closer to each other than either to the new one, which takes the place of one.
                list[into] = list[into].join(&mut self.engine.values, &list[from], to.0, widen, slot);
                list[from] = state;
                *merges += 1;
                let pending = self.pending.entry(order).or_default();
                pending.retain(|index| *index != into && *index != from);
                pending.extend([into, from]);
                return;
            }
        }
        let into = if settle || !full {
            mates.last().copied()
        } else {
            nearest(&self.engine.values, &self.found.guards, list, &mates, &state)
        };
        let index = match into {
            Some(at) if full => {
                let joined = list[at].join(&mut self.engine.values, &state, to.0, widen, slot);
                *merges += 1;
                if joined.same(&list[at]) {
                    return;
                }
                list[at] = joined;
                at
            }
            _ => {
                list.push(state);
                list.len() - 1
            }
        };
        let pending = self.pending.entry(order).or_default();
        if !pending.contains(&index) {
            pending.push(index);
        }
    }

    /// Whether nothing can happen to the followed object from the block on that anything is judged by: no event, and
    /// no return that could owe it or be held against those that do.
    fn is_over(&self, state: &State, to: BlockId) -> bool {
        let (Some(subject), Some(instance)) = (&self.subject, &state.instance) else { return false };
        // Small functions are followed to their ends: all their exits tell whether they are wrappers.
        if self.course.is_ahead(to) || self.ir.blocks.len() <= WRAPPER {
            return false;
        }
        let machine = self.engine.compiled.machine(subject.machine);
        let untouched = instance.seen == 0 && !instance.by_index;
        machine.exits.is_empty() || (untouched && !machine.owes(instance.state))
    }

    /// Whether the followed object is one of a turn of the loop that ends: from now on its name is that of another, as
    /// of the next element of an array, and nothing names this one.
    fn is_out_of_sight(&self, state: &State, head: BlockId) -> bool {
        let (Some(subject), Some(instance)) = (&self.subject, &state.instance) else { return false };
        let values = &self.engine.values;
        instance.state != 0 && subject.key.iter().any(|key| is_of_turn(values, state, *key, head.0))
    }

    /// Paths that came to agree inside a block are one.
    pub(crate) fn thin(&mut self, states: Vec<State>, block: BlockId) -> Vec<State> {
        if states.len() <= 1 {
            return states;
        }
        let mut states = states;
        if self.seek.is_some() && states.len() > WAYS {
            // In a block of many calls ways would multiply without end: those go on that have gone most of the way told.
            states.sort_by_key(|state| std::cmp::Reverse(state.on_way));
            states.truncate(WAYS);
        }
        let mut kept: Vec<State> = Vec::with_capacity(states.len());
        for state in states {
            if kept.iter().any(|other| other.same(&state)) {
                continue;
            }
            if self.seek.is_some() {
                kept.push(state);
                continue;
            }
            let mut state = state;
            while self.effort.unite
                && let Some((at, union)) =
                    kept.iter().enumerate().find_map(|(at, other)| other.union(&state).map(|union| (at, union)))
            {
                kept.remove(at);
                state = union;
            }
            let most = 2 * self.apart(&state, block);
            let level = self.level_matters && kept.len() < LEVELS * most;
            let mates: Vec<usize> = (0..kept.len()).filter(|at| kept[*at].mergeable(&state, level)).collect();
            let crowded = mates.len() >= most;
            let into =
                if crowded { nearest(&self.engine.values, &self.found.guards, &kept, &mates, &state) } else { None };
            match into {
                Some(at) => {
                    kept[at] = kept[at].join(&mut self.engine.values, &state, block.0, false, self.engine.irql_slot);
                }
                None => kept.push(state),
            }
        }
        kept
    }
}

/// The two of `mates` that lose less by being merged than any of them with `state`, where that would be dear.
fn nearer_pair(
    values: &Values,
    guards: &Guards,
    list: &[State],
    mates: &[usize],
    state: &State,
) -> Option<(usize, usize)> {
    if mates.len() < 2 {
        return None;
    }
    let mut alone = u32::MAX;
    for at in mates {
        alone = list[*at].loss(values, state, guards, alone).min(alone);
        if alone < DEAR {
            return None;
        }
    }
    let pairs = mates.iter().enumerate().flat_map(|(at, one)| mates[at + 1..].iter().map(move |other| (*one, *other)));
    let losses = pairs.map(|(one, other)| (list[one].loss(values, &list[other], guards, alone), one, other));
    let nearest = losses.min()?;
    (nearest.0 < alone).then_some((nearest.1, nearest.2))
}

/// Of the `mates` in `list`, the one whose merger with `state` loses least.
fn nearest(values: &Values, guards: &Guards, list: &[State], mates: &[usize], state: &State) -> Option<usize> {
    if let [only] = mates {
        return Some(*only);
    }
    let mut best: Option<(usize, u32)> = None;
    for at in mates.iter().rev().copied() {
        let least = best.map_or(u32::MAX, |(_, least)| least);
        let loss = list[at].loss(values, state, guards, least);
        if best.is_none() || loss < least {
            best = Some((at, loss));
        }
    }
    best.map(|(at, _)| at)
}
