//! The levels of entry at which a path can be gone, and which of them convicts.

use rulebook_frontend::ir::Function;
use rulebook_machine::Interval;

use crate::code::points;
use crate::engine::Engine;
use crate::fact::{Facts, Kind, Range};
use crate::roles::Entry;
use crate::run::Run;
use crate::state::{State, made_from};
use crate::summary::{Outcome, Translate, Violation};
use crate::value::{Node, V, Values};

impl Run<'_, '_> {
    /// The level on the path, as far as tests say it. Of a level that nothing is known of, one that was kept where
    /// others may have stored, a test that finds it high says which way the code goes then, and not that it is.
    pub(crate) fn tested_level(&self, state: &State) -> Range {
        let values = &self.engine.values;
        let tested = state.range(values, state.irql).meet(&Range::between(0, 15));
        if is_lost(values, state.irql) { Range { low: 0, ..tested } } else { tested }
    }

    /// The level after it was set to `level`. A level that nothing is known of, but that a test has found it to be just
    /// this one, is known no better for it.
    pub(crate) fn level_set(&self, before: &State, level: V) -> V {
        let values = &self.engine.values;
        let found = || before.range(values, before.irql);
        match values.as_int(level) {
            Some(number) if is_lost(values, before.irql) && found() == Range::exactly(number) => before.irql,
            _ => level,
        }
    }

    /// The same, and within that what the code promises.
    pub(crate) fn level(&self, state: &State) -> Range {
        let values = &self.engine.values;
        let tested = self.tested_level(state);
        if values.node(state.irql) != Node::EntryIrql {
            return tested;
        }
        let asked = state.range(values, self.engine.asked);
        let tested = if asked == Range::ALL { tested } else { Range { low: tested.low.min(asked.low), ..tested } };
        let promised = tested.meet(&state.range(values, self.engine.promised));
        if promised.is_empty() { tested } else { promised }
    }

    /// A callee that asks for the level serves callers at any: that it went the way for high levels is no evidence that
    /// this function is entered at one, though it decides what other tests of the level find. What a callee says that
    /// `tells` of the level and does nothing else is evidence.
    pub(crate) fn note_asked(&self, before: &State, after: &mut State, tells: bool) {
        let values = &self.engine.values;
        if tells || after.irql != before.irql || values.node(after.irql) != Node::EntryIrql {
            return;
        }
        let low = self.level(before).low;
        if self.tested_level(after).low > low {
            after.facts.restrict(values, self.engine.asked, &Range::between(low, 15));
        }
    }

    /// A test of the level that this function makes itself is evidence, whatever a callee has asked before.
    pub(crate) fn note_tested(&self, state: &mut State, test: V, truth: bool) {
        let values = &self.engine.values;
        if values.node(state.irql) != Node::EntryIrql || state.range(values, self.engine.asked) == Range::ALL {
            return;
        }
        let mut alone = Facts::default();
        alone.assume(values, test, truth);
        let low = alone.range(values, state.irql).low;
        if low > 0 {
            state.facts.restrict(values, self.engine.asked, &Range::between(low, 15));
        }
    }

    /// Whether the callee goes this way because it was given no lock, and nothing says that it was given none: who calls
    /// a function that locks gives it what to lock.
    pub(crate) fn is_no_lock(&self, state: &State, outcome: &Outcome, locked: &[u32], args: &[V]) -> bool {
        let values = &self.engine.values;
        values.node(outcome.irql) == Node::EntryIrql
            && locked.iter().any(|at| {
                let none = |value: V| state.facts.look(values, value).kind() == Kind::Number(0);
                is_null(values, outcome, *at) && args.get(*at as usize).is_none_or(|arg| !none(*arg))
            })
    }

    /// Where a callee leaves at one level or another, what it goes by decides as a branch of the caller would.
    pub(crate) fn note_levels(&mut self, outcomes: &[Outcome], translate: &mut Translate<'_>) {
        let Some((first, others)) = outcomes.split_first() else { return };
        if !self.level_matters || others.iter().all(|other| other.irql == first.irql) {
            return;
        }
        for (value, _) in outcomes.iter().flat_map(|outcome| &outcome.facts) {
            if self.engine.values.exportable(*value) {
                let ours = translate.value(&mut self.engine.values, *value);
                self.found.guards.add(&self.engine.values, ours);
            }
        }
    }

    /// Learns what the code promises of the level. A level that the function is entered at is its callers' to keep the
    /// promise with: what it calls is judged at theirs. Where the promise cannot be kept, the path goes on as it was.
    pub(crate) fn promise(&self, state: &mut State, range: &Range) {
        let values = &self.engine.values;
        let of = if values.node(state.irql) == Node::EntryIrql { self.engine.promised } else { state.irql };
        state.facts.restrict(values, of, range);
    }
}

/// Whether nothing is known of the level: it was kept where others may have stored.
fn is_lost(values: &Values, level: V) -> bool {
    match values.node(level) {
        Node::Int(_) | Node::EntryIrql => false,
        // One of several, of which each may be known.
        Node::Phi(..) => !values.is_told_by_test(level),
        _ => true,
    }
}

/// The pointers that a function is given and finds a lock by, where it changes the level and does not where one is null.
pub(crate) fn locked(values: &Values, ir: &Function, outcomes: &[Outcome]) -> Vec<u32> {
    let entered = |outcome: &&Outcome| values.node(outcome.irql) == Node::EntryIrql;
    let Some(changing) = outcomes.iter().find(|outcome| !entered(outcome)) else { return Vec::new() };
    let pointers = (0..ir.param_count).filter(|at| points(&ir.locals[*at as usize]));
    let is_there = |at: &u32| {
        outcomes.iter().filter(entered).any(|outcome| is_null(values, outcome, *at)) && leads_to(values, changing, *at)
    };
    pointers.filter(is_there).collect()
}

/// Whether the way is one with a null pointer as this argument.
fn is_null(values: &Values, outcome: &Outcome, at: u32) -> bool {
    let is_it = |value: V| values.node(value) == Node::Param(at);
    outcome.facts.iter().any(|(value, range)| is_it(*value) && range.kind() == Kind::Number(0))
}

/// Whether the level that the way leaves, or the one that it keeps, stands where this argument points.
fn leads_to(values: &Values, outcome: &Outcome, at: u32) -> bool {
    let from = |value: V| made_from(values, value, &|part| values.node(part) == Node::Param(at));
    let kept = |(address, value): &(V, V)| values.node(*value) == Node::EntryIrql && from(*address);
    from(outcome.irql) || outcome.writes.iter().any(kept)
}

/// Whether a function does nothing but tell its callers something, by a constant on each way.
pub(crate) fn tells(values: &Values, outcomes: &[Outcome]) -> bool {
    outcomes.iter().all(|outcome| {
        let told = outcome.result.is_some_and(|result| values.as_int(result).is_some());
        told && outcome.writes.is_empty() && outcome.changed.is_empty() && outcome.forgotten.is_empty()
    })
}

/// What the facts of a path say of the level at entry: what was tested, but for what callees have asked, and within
/// that what was promised. A promise that `within` does not keep says nothing.
pub(crate) fn at_entry(values: &Values, facts: &[(V, Range)], within: &Range) -> Range {
    let of = |node: Node| facts.iter().find(|(value, _)| values.node(*value) == node).map(|(_, range)| range);
    let tested = of(Node::EntryIrql).map_or_else(
        || within.clone(),
        |range| {
            let asked = of(Node::AskedIrql).map_or(range.low, |asked| asked.low.min(range.low));
            within.meet(&Range { low: asked, ..range.clone() })
        },
    );
    match of(Node::PromisedIrql).map(|range| tested.meet(range)) {
        Some(promised) if !promised.is_empty() => promised,
        _ => tested,
    }
}

/// Whether the function is ever entered at a level at which the path can be gone: a test of the level opens ways that
/// are for other callers.
pub(crate) fn can_be_entered(engine: &Engine<'_>, entry: Option<&Entry>, violation: &Violation) -> bool {
    entry.is_none_or(|entry| !on_path(engine, violation, entry.within).is_empty())
}

/// The level that convicts: that of the violation, or, where it depends on the level at entry, one of those.
pub(crate) fn convicting_level(engine: &Engine<'_>, entry: Option<&Entry>, violation: &Violation) -> Option<Range> {
    match &violation.entry {
        None => Some(violation.irql.clone()),
        Some(bad) => level_that_convicts(engine, entry?, bad, violation),
    }
}

/// The levels of entry from `within` at which the path of a violation can be gone.
fn on_path(engine: &Engine<'_>, violation: &Violation, within: Interval) -> Range {
    let within = Range::between(i64::from(within.min.0), i64::from(within.max.0));
    at_entry(&engine.values, &violation.facts, &within)
}

/// The level of entry that convicts: all that are possible are bad, or one at which the role is documented to be called.
pub(crate) fn level_that_convicts(
    engine: &Engine<'_>,
    entry: &Entry,
    bad: &Range,
    violation: &Violation,
) -> Option<Range> {
    let within = on_path(engine, violation, entry.within);
    let bad_here = within.meet(bad);
    if bad_here.is_empty() {
        return None;
    }
    if bad_here == within {
        return Some(bad_here);
    }
    let called_at = entry.called_at.iter().map(|level| i64::from(level.0)).find(|level| bad_here.contains(*level));
    called_at.map(Range::exactly)
}
