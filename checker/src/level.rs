//! The levels of entry at which a path can be gone, and which of them convicts.

use rulebook_machine::Interval;

use crate::engine::Engine;
use crate::fact::{Facts, Range};
use crate::roles::Entry;
use crate::run::Run;
use crate::state::State;
use crate::summary::{Outcome, Violation};
use crate::value::{Node, V, Values};

impl Run<'_, '_> {
    /// The level on the path, as far as tests say it.
    pub(crate) fn tested_level(&self, state: &State) -> Range {
        state.range(&self.engine.values, state.irql).meet(&Range::between(0, 15))
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
    /// this function is entered at one, though it decides what other tests of the level find. What the callee tells by a
    /// constant as its result is evidence.
    pub(crate) fn note_asked(&self, before: &State, after: &mut State, outcome: &Outcome) {
        let values = &self.engine.values;
        let told = outcome.result.is_some_and(|result| values.as_int(result).is_some());
        if told || after.irql != before.irql || values.node(after.irql) != Node::EntryIrql {
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

    /// Learns what the code promises of the level. A level that the function is entered at is its callers' to keep the
    /// promise with: what it calls is judged at theirs. Where the promise cannot be kept, the path goes on as it was.
    pub(crate) fn promise(&self, state: &mut State, range: &Range) {
        let values = &self.engine.values;
        let of = if values.node(state.irql) == Node::EntryIrql { self.engine.promised } else { state.irql };
        state.facts.restrict(values, of, range);
    }
}

/// What the facts of a path say of the level at entry: what was tested, and within that what was promised. A promise
/// that `within` does not keep says nothing.
pub(crate) fn at_entry(values: &Values, facts: &[(V, Range)], within: &Range) -> Range {
    let of = |node: Node| facts.iter().find(|(value, _)| values.node(*value) == node).map(|(_, range)| range);
    let tested = of(Node::EntryIrql).map_or_else(|| within.clone(), |range| within.meet(range));
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
