//! Stores: what stands where from now on, and what is no longer known for it.

use rulebook_frontend::ir::Symbol;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Lost, State};
use crate::value::{Node, Site, V, Values};

impl State {
    /// Stores `value` at `address`; what may be the same place is no longer known.
    pub(crate) fn store(&mut self, values: &Values, address: V, value: V, site: Site) {
        if values.is_plain(address) {
            self.memory.set(address, value);
            return;
        }
        self.lose(self.overlapped(values, address), site);
        self.memory.set(address, value);
    }

    /// Stores one after the other, as [`Self::store`].
    pub(crate) fn store_all(&mut self, values: &Values, stores: &[(V, V)], site: Site) {
        if let [(address, value)] = stores {
            return self.store(values, *address, *value, site);
        }
        // Most stores are to members without parts, and may change members of their names alone: for these one walk
        // over memory will do.
        let mut members: Vec<V> = stores.iter().filter_map(|(address, _)| values.only_member(*address)).collect();
        members.sort_unstable();
        let named = |address: V| values.last(address).is_some_and(|name| members.binary_search(&name).is_ok());
        let others =
            || stores.iter().map(|(address, _)| *address).filter(|address| values.only_member(*address).is_none());
        let overlaps = |address: V, other: V| address != other && values.overlaps(address, other);
        let is_stale = |other: V| {
            if named(other) {
                stores.iter().any(|(address, _)| overlaps(*address, other))
            } else {
                others().any(|address| overlaps(address, other))
            }
        };
        let mut gone: Vec<V> = self.memory.iter().map(|(other, _)| *other).filter(|other| is_stale(*other)).collect();
        let mut last = Vec::with_capacity(stores.len());
        for (at, (address, value)) in stores.iter().enumerate() {
            // What later stores may change does not stand there in the end.
            if stores[at + 1..].iter().any(|(later, _)| overlaps(*later, *address)) {
                gone.push(*address);
            } else {
                last.push((*address, *value));
            }
        }
        gone.sort_unstable();
        gone.dedup();
        self.lose(gone, site);
        self.memory.set_all(last);
    }

    /// What is known to be stored at addresses that a store to this one may change; in order.
    fn overlapped(&self, values: &Values, address: V) -> Vec<V> {
        let known = self.memory.iter().map(|(other, _)| *other);
        match values.only_member(address) {
            Some(name) => {
                known.filter(|other| values.last(*other) == Some(name) && values.overlaps(address, *other)).collect()
            }
            None => known.filter(|other| values.overlaps(address, *other)).collect(),
        }
    }

    /// Forgets what is stored at the addresses, which are in order.
    fn lose(&mut self, stale: Vec<V>, site: Site) {
        if stale.is_empty() {
            return;
        }
        self.memory.retain(|other, _| stale.binary_search(&other).is_err());
        self.havoc.set_all(stale.into_iter().map(|other| (other, Lost { site, by_callback: false })).collect());
    }

    /// Forgets what is stored at `root` and in it.
    pub(crate) fn forget(&mut self, values: &Values, root: V, lost: Lost) {
        self.memory
            .retain(|address, _| !values.within(address, root) || (lost.by_callback && !values.is_written(address)));
        match self.havoc.get(root) {
            // What was lost whole stays lost whole.
            Some(before) if !before.by_callback && lost.by_callback => {}
            _ => self.havoc.set(root, lost),
        }
    }

    /// Forgets what a callee may have changed: what is stored at each of the `roots` and in it, and the members of
    /// those names in every object outside the function. One walk over what is known, however much that is.
    pub(crate) fn forget_all(&mut self, values: &mut Values, roots: &[(V, Lost)], names: &[Symbol], site: Site) {
        let by_root: FxHashMap<V, Lost> = roots.iter().copied().collect();
        let by_name: FxHashSet<Symbol> = names.iter().copied().collect();
        let known: &Values = values;
        let has_lost_name = |address: V| match known.node(address) {
            Node::Field(_, field) => by_name.contains(&field) && !known.in_local(address),
            Node::Global(global) => by_name.contains(&global),
            _ => false,
        };
        let lost = |address: V| {
            let mut at = address;
            loop {
                if let Some(lost) = by_root.get(&at)
                    && (!lost.by_callback || known.is_written(address))
                {
                    return true;
                }
                match known.parent(at) {
                    Some((base, _)) => at = base,
                    None => return has_lost_name(address),
                }
            }
        };
        self.memory.retain(|address, _| !lost(address));
        let mut havoc: Vec<(V, Lost)> = Vec::with_capacity(roots.len() + names.len());
        for (root, lost) in roots {
            match self.havoc.get(*root) {
                // What was lost whole stays lost whole.
                Some(before) if !before.by_callback && lost.by_callback => {}
                _ => havoc.push((*root, *lost)),
            }
        }
        for name in names {
            havoc.push((values.make(Node::Opaque(*name)), Lost { site, by_callback: false }));
            self.names_forgotten = true;
        }
        self.havoc.set_all(havoc);
    }

    /// Knows of memory what `other` knows, and what it does not know.
    pub(crate) fn take_memory(&mut self, other: &Self) {
        self.memory = other.memory.clone();
        self.havoc = other.havoc.clone();
        self.names_forgotten = other.names_forgotten;
    }
}
