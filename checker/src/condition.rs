//! Conditions at events: on the level, on arguments and variables, on where a value came from.

use rulebook_frontend::ir::BinOp;
use rulebook_machine::condition::Compare;
use rulebook_machine::irql::Interval;

use crate::call::Api;
use crate::compiled::{CCondition, CTerm, MachineId};
use crate::fact::Range;
use crate::run::Run;
use crate::state::State;
use crate::value::{Node, V};

/// Whether something holds on a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Yes,
    No,
    Perhaps,
}

impl Holds {
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Perhaps,
        }
    }
}

impl Run<'_, '_> {
    /// The comparison that a condition makes, as a value.
    pub(crate) fn compared(
        &mut self,
        state: &State,
        condition: &CCondition,
        api: &Api,
        vars: &[(u16, V)],
    ) -> Option<V> {
        let CCondition::Compare(left, op, right) = condition else { return None };
        let (a, b) = (self.term(state, *left, api, vars)?, self.term(state, *right, api, vars)?);
        let value = self.comparison(a, operator(*op), b);
        self.engine.values.exportable(value).then_some(value)
    }

    /// Whether an event's condition holds; one on a level that only the caller knows is taken to hold, and the caller asked.
    pub(crate) fn given(
        &mut self,
        state: &mut State,
        condition: &CCondition,
        api: &Api,
        vars: &[(u16, V)],
        before: V,
    ) -> Holds {
        let after = std::mem::replace(&mut state.irql, before);
        let holds = self.holds(state, condition, api, vars);
        state.irql = after;
        let unbound = |term: &CTerm| matches!(term, CTerm::Var(var) if !vars.iter().any(|(other, _)| other == var));
        if let CCondition::Compare(left, _, right) = condition
            && (unbound(left) || unbound(right))
        {
            return Holds::No;
        }
        if let (CCondition::Origin(..), Holds::Perhaps) = (condition, holds) {
            // Of what is not known nothing is supposed.
            return Holds::No;
        }
        let (CCondition::Irql(interval), Holds::Perhaps) = (condition, holds) else { return holds };
        if self.engine.values.node(before) != Node::EntryIrql {
            return Holds::No;
        }
        let taken = Range::between(i64::from(interval.min.0), i64::from(interval.max.0));
        if let Some(instance) = &mut state.instance {
            let entry = instance.entry.take().map_or_else(|| taken.clone(), |entry| entry.meet(&taken));
            instance.entry = Some(entry);
        }
        Holds::Perhaps
    }

    /// Checks a requirement; false if it is violated, or would be at some level of entry.
    pub(crate) fn require(
        &mut self,
        state: &State,
        condition: &CCondition,
        api: &Api,
        vars: &[(u16, V)],
        what: (MachineId, &str),
    ) -> bool {
        match condition {
            CCondition::Irql(interval) => self.require_level(state, *interval, api, what),
            CCondition::SameIrql => true,
            CCondition::Origin(..) => {
                let broken = self.holds(state, condition, api, vars) == Holds::No;
                if broken {
                    self.break_rule(state, what.0, what.1, api, None, None);
                }
                !broken
            }
            CCondition::Compare(..) => {
                let broken = self.holds(state, condition, api, vars) == Holds::No
                    || self.is_another(state, condition, api, vars);
                if broken {
                    self.break_rule(state, what.0, what.1, api, None, None);
                }
                !broken
            }
        }
    }

    fn require_level(&mut self, state: &State, interval: Interval, api: &Api, what: (MachineId, &str)) -> bool {
        let (low, high) = (i64::from(interval.min.0), i64::from(interval.max.0));
        let now = self.level(state);
        if now.is_empty() {
            return true;
        }
        let values = &self.engine.values;
        if self.engine.watch.sees(api.loc) {
            let from_caller =
                if values.node(state.irql) == Node::EntryIrql { ", as the function is entered" } else { "" };
            let level = crate::finding::levels(&now);
            let note = format!(
                "`{}` is called at {level}{from_caller}; it must be called {}",
                api.written,
                interval.describe()
            );
            self.engine.watch.note(api.loc, || note);
        }
        let values = &self.engine.values;
        if now.low > high || now.high < low {
            self.break_rule(state, what.0, what.1, api, None, None);
            return false;
        }
        if values.node(state.irql) == Node::EntryIrql {
            // What a promise rules out, a caller may do nevertheless.
            let now = self.tested_level(state);
            for bad in [Range::between(high + 1, now.high), Range::between(now.low, low - 1)] {
                if !bad.is_empty() {
                    self.break_rule(state, what.0, what.1, api, Some(bad), None);
                }
            }
        }
        true
    }

    /// Whether a condition on values holds.
    pub(crate) fn holds(&mut self, state: &State, condition: &CCondition, api: &Api, vars: &[(u16, V)]) -> Holds {
        match condition {
            CCondition::SameIrql => Holds::Perhaps,
            CCondition::Origin(of, apis, other) => {
                let origin = self.term(state, *of, api, vars).and_then(|value| self.engine.values.origin(value));
                match origin {
                    None => Holds::Perhaps,
                    Some(origin) if apis.contains(&origin) == *other => Holds::No,
                    Some(_) => Holds::Yes,
                }
            }
            CCondition::Irql(interval) => {
                let now = self.level(state);
                let (low, high) = (i64::from(interval.min.0), i64::from(interval.max.0));
                match (now.low >= low && now.high <= high, now.low > high || now.high < low) {
                    (true, _) => Holds::Yes,
                    (_, true) => Holds::No,
                    _ => Holds::Perhaps,
                }
            }
            CCondition::Compare(left, op, right) => {
                let (Some(a), Some(b)) = (self.term(state, *left, api, vars), self.term(state, *right, api, vars))
                else {
                    return Holds::Perhaps;
                };
                let op = operator(*op);
                let value = self.comparison(a, op, b);
                let can = state.facts.clone().assume(&self.engine.values, value, true);
                let cannot = state.facts.clone().assume(&self.engine.values, value, false);
                match (can, cannot) {
                    (true, true) if op == BinOp::Eq && self.are_two(a, b) => Holds::No,
                    (true, true) => Holds::Perhaps,
                    (true, false) => Holds::Yes,
                    (false, _) => Holds::No,
                }
            }
        }
    }

    /// Whether the values are what two calls of documented functions made: two objects, until a branch says otherwise.
    fn are_two(&self, a: V, b: V) -> bool {
        let values = &self.engine.values;
        let made = |value: V| {
            let origin = values.origin(value)?;
            (self.engine.compiled.by_api.contains_key(&origin)).then(|| values.node(value))
        };
        matches!((made(a), made(b)), (Some(Node::Result(one)), Some(Node::Result(other))) if one != other)
    }

    /// Whether two bound values that should be equal are different things: both are levels known by where they
    /// were saved. That they could be equal by chance excuses nobody.
    fn is_another(&mut self, state: &State, condition: &CCondition, api: &Api, vars: &[(u16, V)]) -> bool {
        let CCondition::Compare(left @ CTerm::Var(_), Compare::Eq, right @ CTerm::Var(_)) = condition else {
            return false;
        };
        let (Some(a), Some(b)) = (self.term(state, *left, api, vars), self.term(state, *right, api, vars)) else {
            return false;
        };
        let values = &self.engine.values;
        let known = |value: V| matches!(values.node(value), Node::Int(_) | Node::EntryIrql);
        let (here, there) = (state.range(values, a), state.range(values, b));
        let surely_same = here.low == here.high && here == there;
        a != b && known(a) && known(b) && !surely_same
    }

    fn term(&mut self, state: &State, term: CTerm, api: &Api, vars: &[(u16, V)]) -> Option<V> {
        let values = &mut self.engine.values;
        match term {
            CTerm::Var(var) => vars.iter().find(|(other, _)| *other == var).map(|(_, value)| *value),
            CTerm::Arg(at) => api.args.get(at).copied(),
            CTerm::Deref(at) => {
                let address = *api.args.get(at)?;
                Some(state.content(values, address))
            }
            CTerm::Int(number) => Some(values.int(number)),
            CTerm::Name(name) => Some(values.name(name)),
        }
    }
}

fn operator(op: Compare) -> BinOp {
    match op {
        Compare::Eq => BinOp::Eq,
        Compare::Ne => BinOp::Ne,
        Compare::Lt => BinOp::Lt,
        Compare::Le => BinOp::Le,
        Compare::Gt => BinOp::Gt,
        Compare::Ge => BinOp::Ge,
    }
}
