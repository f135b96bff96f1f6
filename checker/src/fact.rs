//! What branches have taught about values: an interval and a few excluded numbers for each.

mod range;

use std::borrow::Cow;

use rulebook_frontend::ir::{BinOp, UnOp};

use crate::guard::Guards;
use crate::small::SmallMap;
use crate::state::DECIDED;
use crate::value::{Node, V, Values, negated};

pub(crate) use self::range::{Kind, Range};

/// The facts of one path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    ranges: SmallMap<V, Range>,
}

impl Facts {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(V, Range)> {
        self.ranges.iter()
    }

    pub(crate) fn forget(&mut self, keep: impl Fn(V) -> bool) {
        self.ranges.retain(|value, _| keep(value));
    }

    /// What `value` may be.
    pub(crate) fn range(&self, values: &Values, value: V) -> Range {
        self.look(values, value).into_owned()
    }

    /// As [`Self::range`], copied only where it does not stand here.
    pub(crate) fn look(&self, values: &Values, value: V) -> Cow<'_, Range> {
        if values.is_open(value) {
            return self.ranges.get(value).map_or(Cow::Owned(Range::ALL), Cow::Borrowed);
        }
        match values.node(value) {
            Node::Int(number) => Cow::Owned(Range::exactly(number)),
            _ if values.is_address(value) => Cow::Owned(Range::between(1, i64::MAX)),
            _ => match values.as_sum(value) {
                Some((of, number)) => Cow::Owned(self.look(values, of).moved(number)),
                None => Cow::Owned(Range::ALL),
            },
        }
    }

    /// Learns that `value` lies in `range`; false if it cannot.
    pub(crate) fn restrict(&mut self, values: &Values, value: V, range: &Range) -> bool {
        // What is known of a sum with a number is kept as what is known of the other part.
        if let Some((of, number)) = values.as_sum(value) {
            return self.restrict(values, of, &range.moved(-number));
        }
        let known = self.look(values, value);
        if *known == *range {
            return true;
        }
        let met = known.meet(range);
        if met.is_empty() {
            return false;
        }
        if values.is_open(value) && *known != met {
            self.ranges.set(value, met);
        }
        true
    }

    /// Learns that `value` is not zero (or is zero); false if it cannot be.
    pub(crate) fn assume(&mut self, values: &Values, value: V, truth: bool) -> bool {
        match values.node(value) {
            Node::Int(number) => (number != 0) == truth,
            Node::Un(UnOp::Not, inner) => self.assume(values, inner, !truth),
            Node::Bin(op, a, b) if negated(op).is_some() => {
                let Some(op) = (if truth { Some(op) } else { negated(op) }) else { return true };
                self.compare(values, value, truth, (op, a, b))
            }
            Node::Bin(op, a, b) if values.is_two_truths(value) => {
                self.restrict(values, value, &Range::exactly(i64::from(truth)))
                    && self.assume_two(values, [a, b], truth, truth == (op == BinOp::And))
            }
            Node::Bin(BinOp::And, whole, _) if truth => {
                // A bit that is set makes the whole not zero.
                let not_zero = Range { not: vec![0], ..Range::ALL };
                self.restrict(values, value, &not_zero) && self.restrict(values, whole, &not_zero)
            }
            _ if truth => self.restrict(values, value, &Range { not: vec![0], ..Range::ALL }),
            _ => self.restrict(values, value, &Range::exactly(0)),
        }
    }

    /// Learns that both are true (or false), or at least one of them; false if that cannot be.
    fn assume_two(&mut self, values: &Values, [a, b]: [V; 2], truth: bool, both: bool) -> bool {
        let can = |facts: &Self, value: V| facts.clone().assume(values, value, truth);
        match both {
            true => self.assume(values, a, truth) && self.assume(values, b, truth),
            false if !can(self, a) => self.assume(values, b, truth),
            false => can(self, b) || self.assume(values, a, truth),
        }
    }

    fn compare(&mut self, values: &Values, whole: V, truth: bool, (op, a, b): (BinOp, V, V)) -> bool {
        if matches!(op, BinOp::Eq | BinOp::Ne) && values.as_int(b) == Some(0) && values.is_two_truths(a) {
            return self.assume(values, a, op == BinOp::Ne);
        }
        // The comparison itself is remembered, so that the same one later on takes the same branch;
        // of one with a number, what it says of the other side suffices.
        let with_number = values.as_int(a).is_some() || values.as_int(b).is_some();
        if !with_number && !self.restrict(values, whole, &Range::exactly(i64::from(truth))) {
            return false;
        }
        let (ra, rb) = (self.range(values, a), self.range(values, b));
        let (for_a, for_b) = match op {
            BinOp::Eq => (rb.clone(), ra.clone()),
            BinOp::Ne => {
                let not = |range: &Range| {
                    if range.low == range.high { Range { not: vec![range.low], ..Range::ALL } } else { Range::ALL }
                };
                (not(&rb), not(&ra))
            }
            BinOp::Lt => (
                Range::between(i64::MIN, rb.high.saturating_sub(1)),
                Range::between(ra.low.saturating_add(1), i64::MAX),
            ),
            BinOp::Le => (Range::between(i64::MIN, rb.high), Range::between(ra.low, i64::MAX)),
            BinOp::Gt => (
                Range::between(rb.low.saturating_add(1), i64::MAX),
                Range::between(i64::MIN, ra.high.saturating_sub(1)),
            ),
            BinOp::Ge => (Range::between(rb.low, i64::MAX), Range::between(i64::MIN, ra.high)),
            _ => return true,
        };
        self.restrict(values, a, &for_a) && self.restrict(values, b, &for_b)
    }

    /// How many facts of the two contradict each other or stand on one side alone, those of simple values twice; not
    /// counted are those of `alike`.
    pub(crate) fn loss(&self, values: &Values, other: &Self, guards: &Guards, alike: &[V]) -> u32 {
        if self.ranges.same(&other.ranges) {
            return 0;
        }
        let weight = |value: V| match (guards.has(value), values.height(value)) {
            (true, _) => DECIDED,
            (false, 0) => 2,
            _ => 1,
        };
        let differs = |value: V, range: &Range, there: &Self| {
            there.ranges.get(value).is_none_or(|there| there.kind() != range.kind()) && !alike.contains(&value)
        };
        let here: u32 =
            self.ranges.iter().filter(|(v, range)| differs(*v, range, other)).map(|(v, _)| weight(*v)).sum();
        let there: u32 = other
            .ranges
            .iter()
            .filter(|(v, _)| self.ranges.get(*v).is_none() && !alike.contains(v))
            .map(|(v, _)| weight(*v))
            .sum();
        here + there
    }

    /// What is known where it is known that one of the two holds, if facts can say exactly that: one of them says no
    /// more than the other, or they differ in one value alone.
    pub(crate) fn union(&self, other: &Self) -> Option<Self> {
        if self.ranges.same(&other.ranges) {
            return Some(self.clone());
        }
        let implied = |weak: &Self, strong: &Self| {
            weak.ranges.iter().all(|(value, range)| strong.ranges.get(*value).is_some_and(|own| own.within(range)))
        };
        if implied(self, other) {
            return Some(self.clone());
        }
        if implied(other, self) {
            return Some(other.clone());
        }
        let mut here = self.ranges.iter().filter(|(value, range)| other.ranges.get(*value) != Some(range));
        let (Some((value, range)), None) = (here.next(), here.next()) else { return None };
        let mut there = other.ranges.iter().filter(|(value, range)| self.ranges.get(*value) != Some(range));
        let (Some((same, opposite)), None) = (there.next(), there.next()) else { return None };
        if same != value {
            return None;
        }
        let range = range.union(opposite)?;
        let mut union = self.clone();
        if range == Range::ALL {
            union.ranges.retain(|known, _| known != *value);
        } else {
            union.ranges.set(*value, range);
        }
        Some(union)
    }

    /// What both paths know.
    pub(crate) fn join(&self, other: &Self, widen: bool) -> Self {
        if self.ranges.same(&other.ranges) {
            return self.clone();
        }
        let mut joined = Vec::with_capacity(self.ranges.len().min(other.ranges.len()));
        self.ranges.each_of_both(&other.ranges, |value, here, there| {
            let (Some(here), Some(there)) = (here, there) else { return };
            let range = if widen { here.widen(there) } else { here.join(there) };
            if range != Range::ALL {
                joined.push((value, range));
            }
        });
        Self { ranges: SmallMap::from_ordered(joined) }
    }
}
