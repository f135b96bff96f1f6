//! What branches have taught about values: an interval and a few excluded numbers for each.

use std::borrow::Cow;

use rulebook_frontend::ir::{BinOp, UnOp};

use crate::guard::Guards;
use crate::small::SmallMap;
use crate::state::DECIDED;
use crate::value::{Node, V, Values, negated};

/// How many excluded numbers are remembered for one value: a `default` after that many cases.
const EXCLUDED: usize = 12;

/// Where bounds that grow at every turn come to rest: truth values, levels, the sign.
const STEPS: [i64; 7] = [i64::MIN, -1, 0, 1, 2, 31, i64::MAX];

/// The numbers that a value may be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Range {
    pub(crate) low: i64,
    pub(crate) high: i64,
    /// Excluded numbers within, ordered.
    pub(crate) not: Vec<i64>,
}

/// What a range says, in the terms of branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Number(i64),
    Negative,
    NotNegative,
    NotZero,
    Any,
}

impl Range {
    pub(crate) const ALL: Self = Self { low: i64::MIN, high: i64::MAX, not: Vec::new() };

    pub(crate) fn between(low: i64, high: i64) -> Self {
        Self { low, high, not: Vec::new() }
    }

    pub(crate) fn exactly(number: i64) -> Self {
        Self::between(number, number)
    }

    /// What a branch would make of a value in this range.
    pub(crate) fn kind(&self) -> Kind {
        match (self.low, self.high) {
            (low, high) if low == high => Kind::Number(low),
            (_, high) if high < 0 => Kind::Negative,
            (low, _) if low > 0 || self.not.contains(&0) => Kind::NotZero,
            (low, _) if low >= 0 => Kind::NotNegative,
            _ => Kind::Any,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.low > self.high
    }

    pub(crate) fn contains(&self, number: i64) -> bool {
        self.low <= number && number <= self.high && !self.not.contains(&number)
    }

    /// Whether every number in it is in `other`.
    pub(crate) fn within(&self, other: &Self) -> bool {
        other.low <= self.low && self.high <= other.high && other.not.iter().all(|number| !self.contains(*number))
    }

    /// The numbers in either and no others, if a range can say so.
    pub(crate) fn union(&self, other: &Self) -> Option<Self> {
        if self.within(other) {
            return Some(other.clone());
        }
        if other.within(self) {
            return Some(self.clone());
        }
        let (low, high) = if self.low <= other.low { (self, other) } else { (other, self) };
        // One number that the other leaves out.
        for (one, rest) in [(self, other), (other, self)] {
            if one.low == one.high && rest.not.contains(&one.low) {
                let not = rest.not.iter().copied().filter(|number| *number != one.low).collect();
                return Some(Self { low: rest.low, high: rest.high, not });
            }
        }
        if low.high < i64::MAX && low.high + 1 == high.low {
            let mut not = low.not.clone();
            not.extend(&high.not);
            return Some(Self { low: low.low, high: high.high, not });
        }
        None
    }

    /// The numbers that are greater by `by`; what has no bound gets none.
    fn moved(&self, by: i64) -> Self {
        let bound = |bound: i64, none: i64| if bound == none { none } else { bound.saturating_add(by) };
        Self {
            low: bound(self.low, i64::MIN),
            high: bound(self.high, i64::MAX),
            not: self.not.iter().map(|number| number.saturating_add(by)).collect(),
        }
    }

    /// The numbers in both.
    pub(crate) fn meet(&self, other: &Self) -> Self {
        let mut not = self.not.clone();
        not.extend(other.not.iter().filter(|n| !self.not.contains(n)));
        not.sort_unstable();
        not.truncate(EXCLUDED);
        let mut met = Self { low: self.low.max(other.low), high: self.high.min(other.high), not };
        met.tighten();
        met
    }

    /// Whether the two are the same interval without a hole, as most are that meet.
    fn same_interval(&self, other: &Self) -> bool {
        self.not.is_empty() && self == other
    }

    /// The numbers in either, and perhaps some between.
    pub(crate) fn join(&self, other: &Self) -> Self {
        if self.same_interval(other) {
            return self.clone();
        }
        let not = self
            .not
            .iter()
            .copied()
            .filter(|n| !other.contains(*n))
            .chain(other.not.iter().copied().filter(|n| !self.contains(*n)));
        let mut not: Vec<i64> = not.collect();
        not.sort_unstable();
        not.dedup();
        let mut joined = Self { low: self.low.min(other.low), high: self.high.max(other.high), not };
        joined.tighten();
        joined
    }

    /// The numbers in `self`, and room for `other` up to the next of a few steps: what grows again and again
    /// has soon no bound left, what does not grow keeps its own.
    pub(crate) fn widen(&self, other: &Self) -> Self {
        if self.same_interval(other) {
            return self.clone();
        }
        let joined = self.join(other);
        let low = if joined.low < self.low {
            *STEPS.iter().rfind(|step| **step <= joined.low).unwrap_or(&i64::MIN)
        } else {
            self.low
        };
        let high = if joined.high > self.high {
            *STEPS.iter().find(|step| **step >= joined.high).unwrap_or(&i64::MAX)
        } else {
            self.high
        };
        // Of excluded numbers none comes new, or they would come and go.
        let not = joined.not.into_iter().filter(|n| self.not.contains(n)).collect();
        let mut wide = Self { low, high, not };
        wide.tighten();
        wide
    }

    /// Excluded numbers at the ends move the ends; those outside are forgotten.
    fn tighten(&mut self) {
        while self.low <= self.high && self.not.contains(&self.low) {
            self.low = self.low.saturating_add(1);
        }
        while self.low <= self.high && self.not.contains(&self.high) {
            self.high = self.high.saturating_sub(1);
        }
        let (low, high) = (self.low, self.high);
        self.not.retain(|n| low < *n && *n < high);
    }
}

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
        match values.node(value) {
            Node::Int(number) => Cow::Owned(Range::exactly(number)),
            _ if values.is_address(value) => Cow::Owned(Range::between(1, i64::MAX)),
            _ if let Some((of, number)) = values.as_sum(value) => Cow::Owned(self.look(values, of).moved(number)),
            _ => self.ranges.get(value).map_or(Cow::Owned(Range::ALL), Cow::Borrowed),
        }
    }

    /// Learns that `value` lies in `range`; false if it cannot.
    pub(crate) fn restrict(&mut self, values: &Values, value: V, range: &Range) -> bool {
        // What is known of a sum with a number is kept as what is known of the other part.
        if let Some((of, number)) = values.as_sum(value) {
            return self.restrict(values, of, &range.moved(-number));
        }
        let met = self.look(values, value).meet(range);
        if met.is_empty() {
            return false;
        }
        if values.as_int(value).is_none() && !values.is_address(value) {
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
        let joined = self.ranges.iter().filter_map(|(value, range)| {
            let there = other.ranges.get(*value)?;
            let range = if widen { range.widen(there) } else { range.join(there) };
            (range != Range::ALL).then_some((*value, range))
        });
        Self { ranges: SmallMap::from_ordered(joined.collect()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unions_are_exact_or_none() {
        let not = |number: i64| Range { not: vec![number], ..Range::ALL };
        let between = Range::between;
        for (a, b, union) in [
            (Range::exactly(0), not(0), Some(Range::ALL)),
            (between(0, 1), between(2, 9), Some(between(0, 9))),
            (between(0, 1), between(3, 9), None),
            (between(0, 9), between(2, 3), Some(between(0, 9))),
            (between(i64::MIN, -1), between(0, i64::MAX), Some(Range::ALL)),
            (Range::exactly(1), Range { not: vec![1, 2], ..Range::ALL }, Some(not(2))),
            (not(0), not(1), None),
        ] {
            assert_eq!(a.union(&b), union, "{a:?} {b:?}");
            assert_eq!(b.union(&a), union, "{b:?} {a:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_union_holds_what_either_holds(a in range(), b in range(), number in -6_i64..6) {
            if let Some(union) = a.union(&b) {
                proptest::prop_assert_eq!(union.contains(number), a.contains(number) || b.contains(number));
            }
        }
    }

    fn range() -> impl proptest::strategy::Strategy<Value = Range> {
        use proptest::prelude::*;
        (-5_i64..5, 0_i64..5, proptest::collection::btree_set(-5_i64..5, 0..3)).prop_map(|(low, length, not)| {
            let mut range = Range { low, high: low + length, not: not.into_iter().collect() };
            range.tighten();
            range
        })
    }
}
