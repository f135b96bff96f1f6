//! The numbers that a value may be: an interval, less a few.

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
    pub(super) fn moved(&self, by: i64) -> Self {
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
