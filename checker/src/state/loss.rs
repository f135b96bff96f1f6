//! What would be lost if two paths were merged: of too many, those that lose least become one.

use super::State;
use crate::fact::Kind;
use crate::guard::Guards;
use crate::value::{Node, V, Values};

/// What it weighs that paths differ in what has decided over an event.
pub(crate) const DECIDED: u32 = 64;

/// What it weighs that only one of two paths has stored something at a place of the caller's.
const GIVEN: u32 = 16;

impl State {
    /// How much would be lost if the two were merged: what locals are known to be, then what parameters are, then
    /// the rest. Flags and statuses are what later branches ask. What has decided over events weighs most, and so does
    /// what the followed object is called.
    ///
    /// It is not counted beyond `enough`.
    pub(crate) fn loss(&self, values: &Values, other: &Self, guards: &Guards, enough: u32) -> u32 {
        if self.memory.same(&other.memory) {
            return self.facts.loss(values, &other.facts, guards, &[]);
        }
        let mut loss = 0;
        if guards.follow() && self.names_otherwise(other, guards) {
            loss += DECIDED;
        }
        // What both know alike of one place is not lost, though they know it of two values.
        let mut alike = Vec::new();
        self.memory.each_of_both(&other.memory, |address, here, there| {
            let (one, two) = match (here, there) {
                _ if loss >= enough || here == there => return,
                (Some(here), Some(there)) => (*here, *there),
                (Some(here), None) => {
                    if self.facts.look(values, *here).kind() == Kind::Any {
                        return;
                    }
                    loss += given(values, address);
                    let Some(there) = other.as_entered(values, address) else { return };
                    (*here, there)
                }
                (None, Some(there)) => {
                    if other.facts.look(values, *there).kind() == Kind::Any {
                        return;
                    }
                    loss += given(values, address);
                    let Some(here) = self.as_entered(values, address) else { return };
                    (here, *there)
                }
                (None, None) => return,
            };
            let (before, after) = (self.facts.look(values, one), other.facts.look(values, two));
            if before.kind() == after.kind() {
                if before.kind() != Kind::Any {
                    alike.extend([one, two]);
                }
            } else if here.is_some() && there.is_some() {
                let decided = guards.has(address) || guards.has(one) || guards.has(two);
                let failures = before.high < 0 && after.high < 0;
                // Of two failures it matters little which.
                loss += if decided && !failures { DECIDED } else { 8 };
            }
        });
        if loss >= enough { loss } else { loss + self.facts.loss(values, &other.facts, guards, &alike) }
    }

    /// What stands at an address to which nothing was stored, if anybody has asked for it.
    fn as_entered(&self, values: &Values, address: V) -> Option<V> {
        values.known_init(address).filter(|_| self.lost(values, address).is_none())
    }

    /// Whether a pointer by which the followed object is reached stands in one of the two and not in the other.
    pub(crate) fn names_otherwise(&self, other: &Self, guards: &Guards) -> bool {
        let alone = |here: &Self, there: &Self| {
            here.memory.iter().any(|(address, value)| guards.leads(*value) && there.memory.get(*address) != Some(value))
        };
        alone(self, other) || alone(other, self)
    }
}

/// What weighs that only one path has stored something that is known at the address: what a helper stores for its caller
/// goes with what it returns.
fn given(values: &Values, address: V) -> u32 {
    if matches!(values.node(address), Node::Param(_)) { GIVEN } else { 0 }
}
