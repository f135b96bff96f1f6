//! A small ordered map that is cheap to clone: paths fork far more often than they write.

use std::rc::Rc;

/// Up to so many are set one by one.
const FEW: usize = 3;

/// An ordered map, shared until written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SmallMap<K, T>(Rc<Vec<(K, T)>>);

impl<K, T> Clone for SmallMap<K, T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<K, T> Default for SmallMap<K, T> {
    fn default() -> Self {
        Self(Rc::new(Vec::new()))
    }
}

impl<K: Ord + Copy, T: Clone + PartialEq> SmallMap<K, T> {
    pub(crate) fn get(&self, key: K) -> Option<&T> {
        self.0.binary_search_by(|(other, _)| other.cmp(&key)).ok().map(|at| &self.0[at].1)
    }

    pub(crate) fn set(&mut self, key: K, value: T) {
        match self.0.binary_search_by(|(other, _)| other.cmp(&key)) {
            Ok(at) if self.0[at].1 == value => {}
            Ok(at) => Rc::make_mut(&mut self.0)[at].1 = value,
            Err(at) => Rc::make_mut(&mut self.0).insert(at, (key, value)),
        }
    }

    /// The map of these, which are in the order of their keys, each once.
    pub(crate) fn from_ordered(all: Vec<(K, T)>) -> Self {
        debug_assert!(all.is_sorted_by(|(a, _), (b, _)| a < b), "keys in order, each once");
        Self(Rc::new(all))
    }

    /// Sets many at once; of several for one key the last counts.
    pub(crate) fn set_all(&mut self, mut new: Vec<(K, T)>) {
        new.sort_by_key(|(key, _)| *key);
        new.reverse();
        new.dedup_by(|later, earlier| later.0 == earlier.0);
        new.retain(|(key, value)| self.get(*key) != Some(value));
        if new.len() <= FEW {
            for (key, value) in new {
                self.set(key, value);
            }
            return;
        }
        let mut merged = Vec::with_capacity(self.0.len() + new.len());
        for (key, value) in self.0.iter() {
            while new.last().is_some_and(|(next, _)| next < key) {
                merged.extend(new.pop());
            }
            match new.last() {
                Some((next, _)) if next == key => merged.extend(new.pop()),
                _ => merged.push((*key, value.clone())),
            }
        }
        merged.extend(new.into_iter().rev());
        self.0 = Rc::new(merged);
    }

    /// Every key of the two maps in order, with what each has for it.
    pub(crate) fn each_of_both(&self, other: &Self, mut take: impl FnMut(K, Option<&T>, Option<&T>)) {
        let (mut here, mut there) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            let key = match (here.peek(), there.peek()) {
                (Some((a, _)), Some((b, _))) => *a.min(b),
                (Some((key, _)), None) | (None, Some((key, _))) => *key,
                (None, None) => return,
            };
            let a = here.next_if(|(other, _)| *other == key).map(|(_, value)| value);
            let b = there.next_if(|(other, _)| *other == key).map(|(_, value)| value);
            take(key, a, b);
        }
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, (K, T)> {
        self.0.iter()
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(K, &T) -> bool) {
        if self.0.iter().any(|(key, value)| !keep(*key, value)) {
            Rc::make_mut(&mut self.0).retain(|(key, value)| keep(*key, value));
        }
    }

    pub(crate) fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_both_come_once_and_in_order() {
        let map = |pairs: &[(u32, char)]| SmallMap::from_ordered(pairs.to_vec());
        let both = |one: &SmallMap<u32, char>, other| {
            let mut all = Vec::new();
            one.each_of_both(other, |key, here, there| all.push((key, here.copied(), there.copied())));
            all
        };
        let (some, none) = (map(&[(1, 'a'), (3, 'b')]), map(&[]));
        let other = map(&[(0, 'z'), (3, 'x')]);
        assert_eq!(both(&some, &none), [(1, Some('a'), None), (3, Some('b'), None)]);
        assert_eq!(both(&none, &none), []);
        assert_eq!(both(&some, &other), [(0, None, Some('z')), (1, Some('a'), None), (3, Some('b'), Some('x'))]);
    }

    #[test]
    fn many_set_at_once_are_as_many_set_in_turn() {
        for new in
            [vec![], vec![(2, 'b')], vec![(9, 'z'), (0, 'a'), (2, 'x'), (5, 'c'), (9, 'y')], vec![(7, 'q'), (7, 'r')]]
        {
            let mut one: SmallMap<u32, char> = SmallMap::default();
            for (key, value) in [(1, 'k'), (2, 'l'), (5, 'm')] {
                one.set(key, value);
            }
            let mut other = one.clone();
            for (key, value) in &new {
                one.set(*key, *value);
            }
            other.set_all(new.clone());
            assert_eq!(one, other, "{new:?}");
        }
    }
}
