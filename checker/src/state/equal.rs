//! Stores through one of two names that a branch has shown to be one pointer.

use rulebook_frontend::ir::BinOp;

use super::State;
use crate::fact::Range;
use crate::value::{Node, Site, V, Values};

impl State {
    /// As [`Self::store`]; what is reached by a pointer that a branch has shown equal is the same place.
    pub(crate) fn store_for_all(&mut self, values: &mut Values, address: V, value: V, site: Site) {
        self.store(values, address, value, site);
        let twins = self.twins(values, address);
        for twin in &twins {
            self.store(values, *twin, value, site);
        }
        // A store that may be to the same place makes the others unknown, but these are.
        if !twins.is_empty() {
            twins.into_iter().chain([address]).for_each(|place| self.memory.set(place, value));
        }
    }

    /// The addresses of the same place by other pointers.
    fn twins(&self, values: &mut Values, address: V) -> Vec<V> {
        let mut pointer = address;
        while let Some((base, _)) = values.parent(pointer) {
            pointer = base;
        }
        if pointer == address || values.is_address(pointer) {
            return Vec::new();
        }
        let equal = |(fact, range): &(V, Range)| match values.node(*fact) {
            Node::Bin(BinOp::Eq, a, b) if *range == Range::exactly(1) => match pointer {
                _ if a == pointer => Some(b),
                _ if b == pointer => Some(a),
                _ => None,
            },
            _ => None,
        };
        let others: Vec<V> = self.facts.iter().filter_map(equal).collect();
        others.into_iter().filter_map(|other| moved(values, address, pointer, other)).collect()
    }
}

/// The address with another pointer in the place of its first.
fn moved(values: &mut Values, address: V, from: V, to: V) -> Option<V> {
    if address == from {
        return Some(to);
    }
    let node = match values.node(address) {
        Node::Field(base, name) => Node::Field(moved(values, base, from, to)?, name),
        Node::Index(base, index) => Node::Index(moved(values, base, from, to)?, index),
        _ => return None,
    };
    Some(values.make(node))
}
