//! A small ordered map that is cheap to clone: paths fork far more often than they write.

use std::rc::Rc;

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

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
