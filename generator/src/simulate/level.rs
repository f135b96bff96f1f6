//! The interrupt request level along a path, as a value with an identity.

use rulebook_machine::irql::{Interval, Level};
use rulebook_machine::semantics::{IrqlEffect, Levels, NewLevel, Slot};
use rulebook_machine::table::Table;

use super::matching::{Memory, Stored, test};
use super::{Call, Operand};

/// A level: where it lies, at which levels it is known to be at times, and which value it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LevelValue {
    pub(crate) within: Interval,
    pub(crate) called_at: Vec<Level>,
    /// 0 is the level at entry; equal identities are equal levels.
    identity: u16,
}

impl LevelValue {
    /// The level at entry into a role function.
    pub(crate) fn at_entry(levels: Option<&Levels>, index: Option<&str>) -> Self {
        let (within, called_at) = levels.map_or((Interval::ANY, Vec::new()), |levels| {
            let by_index = index.and_then(|index| levels.by_index.get(index)).copied();
            (by_index.unwrap_or(levels.within), levels.called_at.clone())
        });
        Self { within, called_at, identity: 0 }
    }

    /// A level that is known.
    pub(crate) fn exactly(level: Level) -> Self {
        Self { within: Interval::exactly(level), called_at: Vec::new(), identity: u16::from(level.0) + 1 }
    }

    fn unknown() -> Self {
        Self { within: Interval::ANY, called_at: Vec::new(), identity: u16::MAX }
    }

    /// Whether a call at this level surely breaks the bound, at least at times.
    pub(crate) fn breaks(&self, bound: Interval) -> bool {
        self.within.disjoint(bound) || self.called_at.iter().any(|level| !bound.contains(*level))
    }

    /// Whether it lies in the interval, at least at times; `None` where that cannot be told.
    pub(crate) fn lies_in(&self, interval: Interval) -> Option<bool> {
        let within = interval.min <= self.within.min && self.within.max <= interval.max;
        if within || self.called_at.iter().any(|level| interval.contains(*level)) {
            Some(true)
        } else if self.within.disjoint(interval) {
            Some(false)
        } else {
            None
        }
    }

    /// Whether the two are surely different levels.
    pub(crate) fn differs(&self, other: &Self) -> bool {
        if self.identity == other.identity {
            return false;
        }
        let at_times = |one: &Self, two: &Self| one.called_at.iter().any(|level| !two.within.contains(*level));
        self.within.disjoint(other.within) || at_times(self, other) || at_times(other, self)
    }
}

/// What a call does to the level.
pub(super) fn apply(table: &Table, effect: &IrqlEffect, call: &Call, level: &mut LevelValue, memory: &mut Memory) {
    if let Some(on) = &effect.on
        && test(table, &on.0, call) != Some(true)
    {
        return;
    }
    let argument = |name: &str| {
        let at = table.semantics.functions.get(&call.api)?.position(name)?;
        call.args.get(at)
    };
    let hidden = |name: &str| argument(name).map(|object| format!("{object:?}"));
    let place = |slot: &Slot| match slot {
        Slot::Return => call.binds.clone(),
        Slot::Deref(name) => match argument(name)? {
            Operand::Addr(name) => Some(name.clone()),
            _ => None,
        },
        Slot::Arg(_) => None,
        Slot::Hidden(name) => hidden(name),
    };
    // The new level may be read from the place that the old one is saved to: read before writing.
    let new = effect.set.as_ref().map(|new| match new {
        NewLevel::Level(new) => LevelValue::exactly(*new),
        NewLevel::From(Slot::Arg(name)) => match argument(name) {
            Some(Operand::Const(text)) if !effect.levels.is_empty() => {
                effect.levels.get(text).map_or_else(LevelValue::unknown, |level| LevelValue::exactly(*level))
            }
            Some(Operand::Const(text)) => text.parse().map_or_else(|_| LevelValue::unknown(), LevelValue::exactly),
            Some(Operand::Var(name)) if effect.levels.is_empty() => stored(memory, name),
            _ => LevelValue::unknown(),
        },
        NewLevel::From(slot) => place(slot).map_or_else(LevelValue::unknown, |name| stored(memory, &name)),
        NewLevel::Unknown => LevelValue::unknown(),
    });
    if let Some(name) = effect.save.as_ref().and_then(place) {
        memory.insert(name, Stored::Level(level.clone()));
    }
    if let Some(new) = new {
        *level = new;
    }
}

fn stored(memory: &Memory, name: &str) -> LevelValue {
    match memory.get(name) {
        Some(Stored::Level(level)) => level.clone(),
        _ => LevelValue::unknown(),
    }
}
