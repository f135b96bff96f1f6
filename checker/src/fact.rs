//! What branches have taught about values: an interval and a few excluded numbers for each.

use rulebook_frontend::ir::{BinOp, UnOp};

use crate::small::SmallMap;
use crate::value::{Node, V, Values, negated};

/// How many excluded numbers are remembered for one value: a `default` after that many cases.
const EXCLUDED: usize = 12;

/// The numbers that a value may be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Range {
    pub(crate) low: i64,
    pub(crate) high: i64,
    /// Excluded numbers within, ordered.
    pub(crate) not: Vec<i64>,
}

impl Range {
    pub(crate) const ALL: Self = Self { low: i64::MIN, high: i64::MAX, not: Vec::new() };

    pub(crate) fn between(low: i64, high: i64) -> Self {
        Self { low, high, not: Vec::new() }
    }

    pub(crate) fn exactly(number: i64) -> Self {
        Self::between(number, number)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.low > self.high
    }

    pub(crate) fn contains(&self, number: i64) -> bool {
        self.low <= number && number <= self.high && !self.not.contains(&number)
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

    /// The numbers in either, and perhaps some between.
    pub(crate) fn join(&self, other: &Self) -> Self {
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
        match values.node(value) {
            Node::Int(number) => Range::exactly(number),
            _ if values.is_address(value) => Range::between(1, i64::MAX),
            _ => self.ranges.get(value).cloned().unwrap_or(Range::ALL),
        }
    }

    /// Learns that `value` lies in `range`; false if it cannot.
    pub(crate) fn restrict(&mut self, values: &Values, value: V, range: &Range) -> bool {
        let met = self.range(values, value).meet(range);
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
            Node::Bin(BinOp::And, whole, _) if truth => {
                // A bit that is set makes the whole not zero.
                let not_zero = Range { not: vec![0], ..Range::ALL };
                self.restrict(values, value, &not_zero) && self.restrict(values, whole, &not_zero)
            }
            _ if truth => self.restrict(values, value, &Range { not: vec![0], ..Range::ALL }),
            _ => self.restrict(values, value, &Range::exactly(0)),
        }
    }

    fn compare(&mut self, values: &Values, whole: V, truth: bool, (op, a, b): (BinOp, V, V)) -> bool {
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

    /// What both paths know.
    pub(crate) fn join(&self, other: &Self, widen: bool) -> Self {
        let mut joined = Self::default();
        for (value, range) in self.ranges.iter() {
            if let Some(there) = other.ranges.get(*value) {
                if range == there {
                    joined.ranges.set(*value, range.clone());
                } else if !widen {
                    joined.ranges.set(*value, range.join(there));
                }
            }
        }
        joined
    }
}
