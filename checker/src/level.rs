//! The levels of entry at which a path can be gone, and which of them convicts.

use rulebook_machine::Interval;

use crate::engine::Engine;
use crate::fact::Range;
use crate::roles::Entry;
use crate::summary::Violation;
use crate::value::Node;

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
    match violation.facts.iter().find(|(value, _)| engine.values.node(*value) == Node::EntryIrql) {
        Some((_, on_path)) => within.meet(on_path),
        None => within,
    }
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
