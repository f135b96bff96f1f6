//! Nodes as two numbers: values are looked up by how they are made all the time, and numbers are compared at once.

use super::{Node, Site, V};

/// Two numbers that only this node has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(u64, u64);

impl Key {
    pub(super) fn of(node: Node) -> Self {
        let (kind, a, b) = match node {
            Node::Int(number) => return Self(0, number.cast_unsigned()),
            Node::Str(text) => (1, text.number(), 0),
            Node::Function(name) => (2, name.number(), 0),
            Node::Param(at) => (3, at, 0),
            Node::EntryIrql => (4, 0, 0),
            Node::PromisedIrql => (5, 0, 0),
            Node::AskedIrql => (6, 0, 0),
            Node::Local(local) => (7, local.0, 0),
            Node::Global(name) => (8, name.number(), 0),
            Node::Field(V(base), name) => (9, base, name.number()),
            Node::Index(V(base), V(index)) => (10, base, index),
            Node::Init(V(address)) => (11, address, 0),
            Node::Havoc(V(address), Site(site)) => (12, address, site),
            Node::Phi(block, V(address)) => (13, block, address),
            Node::Result(Site(site)) => (14, site, 0),
            Node::Fresh(Site(site), V(value)) => (15, site, value),
            Node::Old(V(value)) => (16, value, 0),
            Node::Pure(name, V(args)) => (17, name.number(), args),
            Node::Cons(V(first), V(rest)) => (18, first, rest),
            Node::Container(V(member), name) => (19, member, name.number()),
            Node::Opaque(text) => (20, text.number(), 0),
            Node::Un(op, V(of)) => (64 + op as u64, of, 0),
            Node::Bin(op, V(a), V(b)) => (128 + op as u64, a, b),
        };
        Self(kind, u64::from(a) << 32 | u64::from(b))
    }
}

/// How many places there are for values that were looked up last; a power of two.
const PLACES: usize = 2048;

/// The values that were looked up last: a table of all is larger than what the processor keeps at hand.
#[derive(Debug)]
pub(super) struct Recent(Box<[(Key, V)]>);

impl Default for Recent {
    fn default() -> Self {
        // No node has this key.
        Self(vec![(Key(u64::MAX, u64::MAX), V(0)); PLACES].into_boxed_slice())
    }
}

impl Recent {
    pub(super) fn get(&self, key: Key) -> Option<V> {
        let (known, value) = self.0[place(key)];
        (known == key).then_some(value)
    }

    pub(super) fn put(&mut self, key: Key, value: V) {
        self.0[place(key)] = (key, value);
    }
}

fn place(Key(a, b): Key) -> usize {
    let mixed = (a ^ b.rotate_left(32)).wrapping_add(b).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 40) as usize % PLACES
}
