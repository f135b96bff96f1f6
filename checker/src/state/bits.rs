//! What is known of single bits, where paths meet: a flag that both have tested is still tested, whatever other bits
//! one of them has set.

use rulebook_frontend::ir::BinOp;

use super::State;
use crate::fact::Range;
use crate::value::{Node, V, Values};

impl State {
    /// The values of which bits are known, each with the mask.
    pub(super) fn asked_bits(&self, values: &Values) -> Vec<(V, V)> {
        let asked = |value: V| match values.node(value) {
            Node::Bin(BinOp::And, of, mask) if values.as_int(mask).is_some() => Some((of, mask)),
            _ => None,
        };
        self.facts.iter().filter_map(|(value, _)| asked(*value)).collect()
    }

    /// What both know of bits, where the one has `here` and the other `there`: masks, and what is known under them.
    /// `asked` is of which values the two know bits.
    pub(super) fn joined_bits(
        &self,
        values: &mut Values,
        other: &Self,
        [here, there]: [V; 2],
        asked: [&[(V, V)]; 2],
        widen: bool,
    ) -> Vec<(V, Range)> {
        let [ours, theirs] = asked;
        let [own, opposite] = [here, there].map(|value| untouched(values, value));
        let known = ours.iter().filter(|(of, _)| *of == own).map(|(_, mask)| *mask);
        let known: Vec<V> = known.filter(|mask| theirs.contains(&(opposite, *mask))).collect();
        let mut joined = Vec::new();
        for mask in known {
            let (a, b) = (values.binary(BinOp::And, here, mask), values.binary(BinOp::And, there, mask));
            let (a, b) = (self.facts.look(values, a), other.facts.look(values, b));
            let range = if widen { a.widen(&b) } else { a.join(&b) };
            if range != Range::ALL {
                joined.push((mask, range));
            }
        }
        joined
    }
}

/// The value in which bits were set or changed: what is asked of other bits is asked of it.
fn untouched(values: &Values, mut value: V) -> V {
    while let Node::Bin(BinOp::Or | BinOp::Xor, of, bits) = values.node(value)
        && values.as_int(bits).is_some()
    {
        value = of;
    }
    value
}
