//! What of memory can still be got at: the rest only makes paths differ that are the same, and every step slower.

use rustc_hash::FxHashSet;

use super::State;
use crate::value::{Node, V, Values};

/// Fewer stores than these are not worth the search.
const WORTH: usize = 32;

impl State {
    /// Forgets what is stored at addresses that nothing on this path can name any more.
    ///
    /// `for_callers` says whether somebody may look at what parameters lead to when the function has returned.
    pub(super) fn sweep(&mut self, values: &Values, for_callers: bool) {
        if self.memory.len() + self.havoc.len() < WORTH {
            return;
        }
        let always = |value: V| values.named(value) || (for_callers && values.exportable(value));
        if self.memory.iter().all(|(address, _)| always(*address)) && self.havoc.iter().all(|(root, _)| always(*root)) {
            return;
        }
        let mut reach = Reach { values, for_callers, marked: FxHashSet::default() };
        reach.mark(self.irql);
        if let Some(instance) = &self.instance {
            instance.others.iter().for_each(|(other, _)| reach.mark(*other));
            instance.vars.iter().for_each(|(_, value)| reach.mark(*value));
        }
        let mut lost: Vec<(V, V)> = self.memory.iter().copied().collect();
        let mut left = usize::MAX;
        while lost.len() < left {
            left = lost.len();
            lost.retain(|(address, value)| {
                let reached = reach.has(*address);
                if reached {
                    reach.mark(*value);
                }
                !reached
            });
        }
        if !lost.is_empty() {
            // In order, as the memory is.
            self.memory.retain(|address, _| lost.binary_search_by_key(&address, |(lost, _)| *lost).is_err());
        }
        let gone: FxHashSet<V> = self.havoc.iter().map(|(root, _)| *root).filter(|root| !reach.has(*root)).collect();
        if !gone.is_empty() {
            self.havoc.retain(|root, _| !gone.contains(&root));
        }
    }
}

/// The values that a path can still name.
struct Reach<'v> {
    values: &'v Values,
    for_callers: bool,
    /// Those that are stored somewhere, or made of such.
    marked: FxHashSet<V>,
}

impl Reach<'_> {
    /// Whether the path can name the value.
    fn has(&mut self, value: V) -> bool {
        if self.values.named(value) || (self.for_callers && self.values.exportable(value)) {
            return true;
        }
        match self.values.node(value) {
            Node::Int(_)
            | Node::Str(_)
            | Node::Function(_)
            | Node::EntryIrql
            | Node::PromisedIrql
            | Node::AskedIrql
            | Node::Local(_)
            | Node::Global(_)
            | Node::Opaque(_) => true,
            Node::Param(_) | Node::Phi(..) | Node::Result(_) | Node::Fresh(..) | Node::Old(_) => {
                self.marked.contains(&value)
            }
            // Who can name the address finds it there.
            Node::Havoc(address, _) => self.marked.contains(&value) || self.has(address),
            Node::Field(a, _) | Node::Init(a) | Node::Pure(_, a) | Node::Container(a, _) | Node::Un(_, a) => {
                self.has(a)
            }
            Node::Index(a, b) | Node::Cons(a, b) | Node::Bin(_, a, b) => {
                // Sums of sums share their parts: each is looked at once.
                let has = self.marked.contains(&value) || (self.has(a) && self.has(b));
                if has {
                    self.marked.insert(value);
                }
                has
            }
        }
    }

    /// Notes what a stored value is made of.
    fn mark(&mut self, value: V) {
        if self.values.named(value) || (self.for_callers && self.values.exportable(value)) {
            return;
        }
        match self.values.node(value) {
            Node::Int(_)
            | Node::Str(_)
            | Node::Function(_)
            | Node::EntryIrql
            | Node::PromisedIrql
            | Node::AskedIrql
            | Node::Local(_)
            | Node::Global(_)
            | Node::Opaque(_) => {}
            Node::Param(_) | Node::Phi(..) | Node::Result(_) | Node::Fresh(..) | Node::Old(_) | Node::Havoc(..) => {
                self.marked.insert(value);
            }
            Node::Field(a, _) | Node::Init(a) | Node::Pure(_, a) | Node::Container(a, _) | Node::Un(_, a) => {
                self.mark(a);
            }
            Node::Index(a, b) | Node::Cons(a, b) | Node::Bin(_, a, b) => {
                if self.marked.insert(value) {
                    self.mark(a);
                    self.mark(b);
                }
            }
        }
    }
}
