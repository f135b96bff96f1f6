//! Before something is reported, its way is gone once more, alone.
//!
//! Where paths were merged, the way that a report tells may hold decisions that contradict each other: the end of one
//! path behind the beginning of another. A way that nothing can go is not reported.

use rulebook_frontend::ir::Loc;

use crate::code::FuncId;
use crate::compiled::MachineId;
use crate::engine::Engine;
use crate::run::{Effort, Exit, Found, Run, Subject};
use crate::seek::Sought;
use crate::state::State;
use crate::trace::{Kind, Trace};

/// Calls into which a way is followed.
const DEEPEST: u32 = 12;

/// Ways to one place that are tried.
const TRIES: u32 = 2;

/// Block visits that going over the ways of one function's reports may take, all in all: each way is as long as the
/// function, and a function can have as many reports as lines. Where they are spent, the rule is inconclusive.
const VISITS: usize = 400_000;

/// What came of the ways to one place so far.
#[derive(Debug, Clone)]
pub(crate) enum Tried {
    /// This one can be gone.
    Went(Trace),
    /// So many cannot.
    Failed(u32),
}

/// The decisions of a way in one function, in their order.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    decisions: Vec<Decision>,
}

#[derive(Debug, Clone)]
enum Decision {
    /// A branch or `switch` that was open, and where it went: 1 where the condition held and 0 where it did not, or the
    /// case.
    Choice(Loc, u32),
    /// A call, and the way through the callee.
    Call(Loc, Trace),
}

/// The ways that a run found, by what they come to.
#[derive(Debug)]
pub(crate) struct Ways {
    cut: bool,
    violations: Vec<(MachineId, Loc, Trace)>,
    returns: Vec<Return>,
}

/// A way to a return.
#[derive(Debug)]
struct Return {
    loc: Loc,
    /// The state of the followed object.
    state: Option<u8>,
    /// Which event it is to the machine of that object.
    event: Option<u8>,
    trace: Trace,
}

/// What is to be found at the end of a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// A violation of the machine's rule at the place, in the function that holds it.
    Violation(MachineId, Loc, FuncId),
    /// A return at the place with the object in the state, and which event it is to a machine with several.
    Return(Loc, u8, Option<u8>),
}

impl Way {
    pub(crate) fn of(trace: &Trace) -> Self {
        let decision = |step: &&crate::trace::Step| match step.kind {
            Kind::Branch(truth) => Some(Decision::Choice(step.loc, u32::from(truth))),
            Kind::Case(case) => Some(Decision::Choice(step.loc, case)),
            _ => step.inner.clone().map(|inner| Decision::Call(step.loc, inner)),
        };
        Self { decisions: trace.steps().iter().filter_map(decision).collect() }
    }
}

impl Run<'_, '_> {
    /// The path behind a branch as it stands on the way that is followed: gone on, not yet there, or not at all.
    pub(crate) fn keep_to_way(&self, mut state: State, loc: Loc, choice: u32, open: bool) -> Vec<State> {
        if self.seek.is_some() {
            state.on_way += u32::from(self.hinted(&state, loc) == Some(choice));
            return vec![state];
        }
        let Some(way) = &self.way else { return vec![state] };
        let rest = way.decisions.get(state.on_way as usize..).unwrap_or_default();
        let Some(Decision::Choice(next, wanted)) = rest.first() else { return vec![state] };
        if *next != loc {
            return vec![state];
        }
        let mut kept = Vec::new();
        let again = |decision: &Decision| matches!(decision, Decision::Choice(other, _) if *other == loc);
        // In a loop, a turn at which nothing was open wrote nothing down.
        if !open && (*wanted != choice || rest[1..].iter().any(again)) {
            kept.push(state.clone());
        }
        if *wanted == choice {
            state.on_way += 1;
            kept.push(state);
        }
        kept
    }

    /// How the way that is followed decides the branch, if it is the next that it decides.
    pub(crate) fn hinted(&self, state: &State, loc: Loc) -> Option<u32> {
        match self.way.as_ref()?.decisions.get(state.on_way as usize)? {
            Decision::Choice(next, wanted) if *next == loc => Some(*wanted),
            _ => None,
        }
    }

    /// Whether the way through a callee is the one on the way that is followed; if so, it lies behind the path.
    pub(crate) fn keep_to_call(&self, state: &mut State, loc: Loc, inner: &Trace) -> bool {
        let Some(way) = &self.way else { return true };
        match way.decisions.get(state.on_way as usize) {
            Some(Decision::Call(next, wanted)) if *next == loc => {
                let same = wanted.is(inner);
                state.on_way += u32::from(same);
                same || self.seek.is_some()
            }
            _ => true,
        }
    }
}

impl Engine<'_> {
    /// A way that can be gone in the function and ends where it is said to end: the one that `trace` tells, or one
    /// near it; `None` where there is none.
    ///
    /// Of several ways to one place those that follow a few failures are not tried: the place is then doubtful.
    pub(crate) fn way(
        &mut self,
        id: FuncId,
        subject: Option<&Subject>,
        pre: u8,
        trace: &Trace,
        end: End,
    ) -> Option<Trace> {
        let times = match self.tried.get(&(id, end)) {
            Some(Tried::Went(way)) => return Some(way.clone()),
            Some(Tried::Failed(times)) if *times >= TRIES => return None,
            Some(Tried::Failed(times)) => *times,
            None => 0,
        };
        let machine = match (subject, end) {
            (Some(subject), _) => Some(subject.machine),
            (None, End::Violation(machine, ..)) => Some(machine),
            (None, End::Return(..)) => None,
        };
        let spent = self.replayed.get(&id).copied().unwrap_or(0);
        if let (Some(machine), true) = (machine, spent > VISITS) {
            *self.unfollowed.entry(machine).or_default() += 1;
            return None;
        }
        let before = self.visits;
        let way = self.goes(id, subject, pre, trace, end, 0);
        self.replayed.insert(id, spent + (self.visits - before));
        let came = way.clone().map_or(Tried::Failed(times + 1), Tried::Went);
        self.tried.insert((id, end), came);
        way
    }

    /// Whether the way leads to the end; also where it is too long to say.
    fn follow(&mut self, id: FuncId, subject: Option<&Subject>, start: &State, trace: &Trace, end: End) -> bool {
        let mut run = Run::new(self, id, subject.cloned(), Effort::ONE_WAY);
        run.way = Some(Way::of(trace));
        let found = run.go(vec![start.clone()]);
        let ways = self.ways(subject, &found);
        ways.cut || ways.to(end).next().is_some()
    }

    fn goes(
        &mut self,
        id: FuncId,
        subject: Option<&Subject>,
        pre: u8,
        trace: &Trace,
        end: End,
        depth: u32,
    ) -> Option<Trace> {
        let mut start = self.entry(id);
        if subject.is_some() {
            start.instance = Some(crate::event::instance(pre));
        }
        if let Some(subject) = subject {
            self.suppose_there(subject, &mut start);
        }
        let mut trace = trace.clone();
        if !self.follow(id, subject, &start, &trace, end) {
            // The story was of two paths; there may still be one.
            match self.seek(id, subject, &start, &trace, end) {
                Sought::Way(other) => trace = other,
                Sought::None | Sought::Cut => return None,
            }
        }
        let steps = trace.steps();
        let (Some(last), End::Violation(machine, loc, holder)) = (steps.last(), end) else { return Some(trace) };
        if holder == id {
            return Some(trace);
        }
        let (Kind::Call(name), Some(inner), true) = (last.kind, &last.inner, depth < DEEPEST) else {
            return Some(trace);
        };
        let callee = self.code.get(id).callees.iter().copied().find(|callee| self.code.get(*callee).ir.name == name);
        let Some(callee) = callee else { return Some(trace) };
        let inside = |way: Trace| trace.with_inner(way);
        let Some(subject) = subject else { return self.goes(callee, None, 0, inner, end, depth + 1).map(inside) };
        let states = 0..self.compiled.machine(subject.machine).next.len() as u8;
        let theirs: Vec<(Subject, u8)> = states
            .flat_map(|pre| {
                self.violated_in(callee, pre, (machine, loc)).into_iter().map(move |subject| (subject, pre))
            })
            .collect();
        if theirs.is_empty() {
            return Some(trace);
        }
        let mut ways = theirs.iter();
        ways.find_map(|(subject, pre)| self.goes(callee, Some(subject), *pre, inner, end, depth + 1)).map(inside)
    }

    /// The ways by which a run came to its ends.
    pub(crate) fn ways(&self, subject: Option<&Subject>, found: &Found) -> Ways {
        let machine = subject.map(|subject| self.compiled.machine(subject.machine));
        let violations = found.violations.iter();
        let returned = |exit: &Exit| {
            let event = machine.and_then(|machine| machine.exit_event_for(&exit.returned(&self.values)));
            let state = exit.state.instance.as_ref().map(|own| own.state);
            Return { loc: exit.loc, state, event, trace: exit.state.trace.clone() }
        };
        Ways {
            cut: found.cut,
            violations: violations.map(|found| (found.machine, found.loc, found.trace.clone())).collect(),
            returns: found.exits.iter().map(returned).collect(),
        }
    }
}

impl Ways {
    /// Those that come to the end.
    pub(crate) fn to(&self, end: End) -> impl Iterator<Item = &Trace> {
        let violations = self.violations.iter().filter(move |(machine, loc, _)| {
            matches!(end, End::Violation(other, place, _) if other == *machine && place == *loc)
        });
        let returns = self.returns.iter().filter(move |found| {
            let End::Return(loc, state, event) = end else { return false };
            found.loc == loc && found.state.is_none_or(|own| own == state) && found.event == event
        });
        violations.map(|(_, _, trace)| trace).chain(returns.map(|found| &found.trace))
    }
}
