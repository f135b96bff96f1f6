//! What is known of single bits, where paths meet: a flag that both have tested is still tested, whatever other bits
//! one of them has set.

use rulebook_frontend::ir::BinOp;

use super::State;
use crate::fact::Range;
use crate::value::{Node, V, Values};

/// How many masks are looked at where two paths meet.
const MASKS: usize = 4;

impl State {
    /// The numbers that facts of the two ask for bits of values with.
    pub(super) fn masks(&self, values: &Values, other: &Self) -> Vec<V> {
        let mut masks = Vec::new();
        for (value, _) in self.facts.iter().chain(other.facts.iter()) {
            if let Node::Bin(BinOp::And, _, mask) = values.node(*value)
                && values.as_int(mask).is_some()
                && masks.len() < MASKS
                && !masks.contains(&mask)
            {
                masks.push(mask);
            }
        }
        masks
    }

    /// What both know of the bits under `mask`, where the one has `here` and the other `there`.
    pub(super) fn joined_bits(
        &self,
        values: &mut Values,
        other: &Self,
        mask: V,
        [here, there]: [V; 2],
        widen: bool,
    ) -> Range {
        let (here, there) = (values.binary(BinOp::And, here, mask), values.binary(BinOp::And, there, mask));
        let (here, there) = (self.facts.look(values, here), other.facts.look(values, there));
        if widen { here.widen(&there) } else { here.join(&there) }
    }
}
