//! What is known at one point of one path: memory, facts, the level, the tracked object.

mod bits;
mod equal;
mod loss;
mod store;
mod sweep;

pub(crate) use loss::DECIDED;

use crate::fact::{Facts, Range};
use crate::small::SmallMap;
use crate::trace::Trace;
use crate::value::{Node, Site, V, Values};
use rulebook_frontend::ir::{BinOp, Expr, Function, LocalId, Place, Symbol};

/// The index of the state `unknown` in a compiled machine.
pub(crate) const UNKNOWN: u8 = u8::MAX;

/// The object that a run of the simulation follows, and where its automaton stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instance {
    /// The automaton's state.
    pub(crate) state: u8,
    /// The state it was assumed to be in at entry.
    pub(crate) pre: u8,
    /// Events that happened on the way, as bits.
    pub(crate) seen: u64,
    /// Whether it was met on every way here: what it is called may have been another object's name before.
    pub(crate) met: bool,
    /// Other objects that may be the same one, with their states.
    pub(crate) others: Vec<(V, u8)>,
    /// Whether an element of an array was met by another index, and may be this one.
    pub(crate) by_index: bool,
    /// Levels at entry that an event was taken to happen at, where its condition on the level was open.
    pub(crate) entry: Option<Range>,
    /// Values bound to variables that are not keys.
    pub(crate) vars: SmallMap<u16, V>,
}

/// That the content of an address is no longer known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lost {
    /// The instruction that may have changed it.
    pub(crate) site: Site,
    /// Whether only members are concerned that the driver's own callbacks or circles of calls store to
    /// ([`Values::is_written`]).
    pub(crate) by_callback: bool,
}

/// One path, or several that agree in all that matters.
#[derive(Debug, Clone)]
pub(crate) struct State {
    memory: SmallMap<V, V>,
    /// Addresses (and, as [`Node::Opaque`] of a member's name, members of whatever object) that a call may have changed.
    havoc: SmallMap<V, Lost>,
    /// Whether `havoc` has names of members.
    names_forgotten: bool,
    pub(crate) facts: Facts,
    /// The current level.
    pub(crate) irql: V,
    pub(crate) instance: Option<Instance>,
    pub(crate) trace: Trace,
    /// How many decisions of the way that is followed lie behind this path.
    pub(crate) on_way: u32,
}

impl State {
    pub(crate) fn new(irql: V) -> Self {
        Self {
            memory: SmallMap::default(),
            havoc: SmallMap::default(),
            names_forgotten: false,
            facts: Facts::default(),
            irql,
            instance: None,
            trace: Trace::default(),
            on_way: 0,
        }
    }

    /// Whether the two say the same, however they were reached.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.irql == other.irql
            && self.on_way == other.on_way
            && self.instance == other.instance
            && self.memory == other.memory
            && self.facts == other.facts
            && self.havoc == other.havoc
    }

    /// The path that stands for exactly these two, where they differ in what branches taught alone.
    pub(crate) fn union(&self, other: &Self) -> Option<Self> {
        let alike = self.irql == other.irql
            && self.on_way == other.on_way
            && self.instance == other.instance
            && self.memory == other.memory
            && self.havoc == other.havoc;
        if !alike {
            return None;
        }
        let facts = self.facts.union(&other.facts)?;
        Some(Self { facts, ..self.clone() })
    }

    /// Whether the two may be merged: the automaton agrees, and the level where it matters.
    pub(crate) fn mergeable(&self, other: &Self, level_matters: bool) -> bool {
        let automaton = |state: &Self| state.instance.as_ref().map(|instance| (instance.state, instance.pre));
        (!level_matters || self.irql == other.irql)
            && automaton(self) == automaton(other)
            && self.on_way == other.on_way
    }

    /// Whether automaton and level are the same.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        let automaton = |state: &Self| state.instance.as_ref().map(|instance| (instance.state, instance.pre));
        self.irql == other.irql && automaton(self) == automaton(other)
    }

    /// The path `next`, which comes back to the loop's head that it left as `self`: what changes is widened.
    pub(crate) fn next_turn(&self, values: &mut Values, next: &Self, block: u32, irql_slot: V) -> Self {
        let joined = self.join(values, next, block, true, irql_slot);
        Self { instance: next.instance.clone(), trace: next.trace.clone(), on_way: next.on_way, ..joined }
    }

    pub(crate) fn memory(&self) -> impl Iterator<Item = &(V, V)> {
        self.memory.iter()
    }

    pub(crate) fn havocs(&self) -> impl Iterator<Item = &(V, Lost)> {
        self.havoc.iter()
    }

    /// The value stored at `address`.
    pub(crate) fn load(&self, values: &mut Values, address: V) -> V {
        self.memory.get(address).copied().unwrap_or_else(|| self.unstored(values, address))
    }

    /// The value at an address at which nothing is known to be stored.
    fn unstored(&self, values: &mut Values, address: V) -> V {
        match self.lost(values, address) {
            Some(lost) => values.make(Node::Havoc(address, lost.site)),
            None => values.found(address),
        }
    }

    /// By what the content of `address` was lost, if it was: with all that it lies in, or with all members of its name.
    fn lost(&self, values: &Values, address: V) -> Option<Lost> {
        if self.havoc.is_empty() {
            return None;
        }
        let mut at = address;
        loop {
            if let Some(lost) = self.havoc.get(at)
                && (!lost.by_callback || values.is_written(address))
            {
                return Some(*lost);
            }
            // Only the last member names the object that a store to a member changes.
            if let (true, true, Some(name)) = (self.names_forgotten, at == address, values.last(at))
                && let Some(lost) = self.havoc.get(name)
            {
                return Some(*lost);
            }
            at = values.parent(at)?.0;
        }
    }

    /// The number stored at `address`, or in the only member of what is there: a structure of one number is that number.
    pub(crate) fn content(&self, values: &mut Values, address: V) -> V {
        let stored = self.load(values, address);
        // Members that are known were stored after whatever was forgotten of the whole.
        if !matches!(values.node(stored), Node::Init(of) | Node::Havoc(of, _) if of == address) {
            return stored;
        }
        let mut members = self.memory.iter().filter(|(other, _)| *other != address && values.within(*other, address));
        match (members.next(), members.next()) {
            (Some((_, only)), None) => *only,
            _ => stored,
        }
    }

    /// What is known to be stored at exactly this address.
    pub(crate) fn stored(&self, address: V) -> Option<V> {
        self.memory.get(address).copied()
    }

    /// All that is known to be stored: address and value.
    pub(crate) fn all_stored(&self) -> impl Iterator<Item = (V, V)> {
        self.memory.iter().copied()
    }

    /// The address of a place.
    pub(crate) fn address(&self, values: &mut Values, function: &Function, place: &Place) -> V {
        match place {
            Place::Local(id) => {
                let local = &function.locals[id.0 as usize];
                if local.is_static {
                    let name = Symbol::new(&format!("{}::{}", function.name, local.name));
                    return values.make(Node::Global(name));
                }
                values.make(Node::Local(*id))
            }
            Place::Global(name) => values.make(Node::Global(*name)),
            Place::Deref(pointer) => self.eval(values, function, pointer),
            Place::Field(base, field) => {
                let base = self.address(values, function, base);
                values.make(Node::Field(base, *field))
            }
            Place::Index(base, index) => {
                let index = self.eval(values, function, index);
                let base = match &**base {
                    Place::Local(id) if !function.locals[id.0 as usize].is_array => {
                        self.eval_load(values, function, base)
                    }
                    _ => self.address(values, function, base),
                };
                values.make(Node::Index(base, index))
            }
        }
    }

    fn eval_load(&self, values: &mut Values, function: &Function, place: &Place) -> V {
        let address = self.address(values, function, place);
        match place {
            // The name of an array is its address.
            Place::Local(id)
                if function.locals[id.0 as usize].is_array && !matches!(values.node(address), Node::Global(_)) =>
            {
                if id.0 < function.param_count { self.load(values, address) } else { address }
            }
            _ => self.load(values, address),
        }
    }

    /// The value of an expression.
    pub(crate) fn eval(&self, values: &mut Values, function: &Function, expr: &Expr) -> V {
        match expr {
            Expr::Int(number) => values.int(*number),
            Expr::Str(text) => values.make(Node::Str(*text)),
            Expr::Name(name) => values.name(*name),
            Expr::Function(name) => values.make(Node::Function(*name)),
            Expr::Load(place) => self.eval_load(values, function, place),
            Expr::Addr(place) => self.address(values, function, place),
            Expr::Unary(op, inner) => {
                let inner = self.eval(values, function, inner);
                values.unary(*op, inner)
            }
            Expr::Binary(op, a, b) => {
                let a = self.eval(values, function, a);
                let b = self.eval(values, function, b);
                values.binary(*op, a, b)
            }
            Expr::Opaque(text) => values.make(Node::Opaque(*text)),
            Expr::Container(inner, field) => {
                let inner = self.eval(values, function, inner);
                match values.node(inner) {
                    // The structure around a member whose structure is known is that structure.
                    Node::Field(base, name) if name == *field => base,
                    _ => values.make(Node::Container(inner, *field)),
                }
            }
        }
    }

    /// What `value` may be on this path.
    pub(crate) fn range(&self, values: &Values, value: V) -> Range {
        self.facts.range(values, value)
    }

    /// The only number that the value can be on this path, that of a comparison among them.
    pub(crate) fn known(&self, values: &Values, value: V) -> Option<i64> {
        let range = self.facts.look(values, value);
        if range.low == range.high {
            return Some(range.low);
        }
        if !values.is_truth(value) {
            return None;
        }
        let can = |truth| self.facts.clone().assume(values, value, truth);
        match (can(true), can(false)) {
            (true, false) => Some(1),
            (false, true) => Some(0),
            _ => None,
        }
    }

    /// Values made by `site` before now belong to an earlier pass of a loop: they get another name.
    pub(crate) fn retire(&mut self, values: &mut Values, site: Site) {
        let made_here = |values: &Values, value: V| is_made_at(values, value, site);
        let held: Vec<(V, V)> = self.memory.iter().filter(|(_, value)| made_here(values, *value)).copied().collect();
        for (address, value) in held {
            let old = values.make(Node::Old(value));
            self.memory.set(address, old);
        }
        let values: &Values = values;
        self.facts.forget(|value| !made_from(values, value, &|part| made_here(values, part)));
    }

    /// A call has stored a new object at `place`, which goes by `name` from now on: what other places hold under this
    /// name is the object of before.
    pub(crate) fn outdate(&mut self, values: &mut Values, name: V, place: V) {
        let held: Vec<(V, V)> = self.memory.iter().filter(|(address, _)| *address != place).copied().collect();
        for (address, value) in held {
            if values.identity(value) == name {
                let old = values.make(Node::Old(value));
                self.memory.set(address, old);
            }
        }
    }

    /// The call at `site` made nothing this time: what was renamed for it has its name back.
    pub(crate) fn recall(&mut self, values: &Values, site: Site) {
        let made = |value: V| match values.node(value) {
            Node::Old(made) if is_made_at(values, made, site) => Some(made),
            _ => None,
        };
        let held: Vec<(V, V)> =
            self.memory.iter().filter_map(|(address, value)| Some((*address, made(*value)?))).collect();
        for (address, value) in held {
            self.memory.set(address, value);
        }
    }

    /// Whether something else than what lies at `place` holds `object`, by its name or by that of an earlier turn.
    pub(crate) fn has_elsewhere(&self, values: &Values, object: V, place: V) -> bool {
        let is_it = |value: V| value == object || matches!(values.node(value), Node::Old(of) if of == object);
        self.memory.iter().any(|(address, value)| is_it(*value) && !values.within(*address, place))
    }

    /// Forgets locals that are not read again, what can no longer be got at, and facts about values that nothing holds
    /// any more: paths that differ in nothing else are the same path. What can be got at is asked where paths are `met`;
    /// where nobody calls the function, what it leaves behind is not `for_callers`.
    pub(crate) fn clean(&mut self, values: &Values, live: &dyn Fn(LocalId) -> bool, (met, for_callers): (bool, bool)) {
        let dead = |address: V| matches!(values.node(address), Node::Local(id) if !live(id));
        self.memory.retain(|address, _| !dead(address));
        self.havoc.retain(|address, _| !dead(address));
        if met {
            self.sweep(values, for_callers);
        }
        let (memory, havoc) = (&self.memory, &self.havoc);
        let irql = self.irql;
        // What a call has stored stands there under the name of the call.
        let stored = |value: V| match values.node(value) {
            Node::Havoc(address, site) => {
                memory.get(address).is_none()
                    && havoc.iter().any(|(root, lost)| lost.site == site && values.within(address, *root))
            }
            _ => false,
        };
        // A flag may hold the contrary of a result, or its comparison: what is known of the result decides the flag.
        let in_flag = |flag: V, value: V| match values.node(flag) {
            Node::Un(_, a) => a == value,
            Node::Bin(_, a, b) => a == value || b == value,
            _ => false,
        };
        let held = |value: V| {
            value == irql || stored(value) || memory.iter().any(|(_, held)| *held == value || in_flag(*held, value))
        };
        let had = |value: V| values.exportable(value) || held(value);
        // What stands in a member or an element: whoever has the object, and the index, reads it there again.
        let read_again = |mut address: V| {
            loop {
                address = match values.node(address) {
                    Node::Field(base, _) => base,
                    Node::Index(base, index) if had(index) => base,
                    Node::Index(..) => return false,
                    _ => return had(address),
                };
            }
        };
        let kept = |value: V| {
            had(value)
                || match values.node(value) {
                    Node::Bin(_, a, b) => had(a) && had(b),
                    Node::Init(address) => read_again(address),
                    _ => false,
                }
        };
        self.facts.forget(kept);
    }

    /// The path that stands for both, where they meet at `block`.
    pub(crate) fn join(&self, values: &mut Values, other: &Self, block: u32, widen: bool, irql_slot: V) -> Self {
        let mut memory = self.memory.clone();
        let mut met = Vec::new();
        let mut irql = self.irql;
        // No fact speaks of values that are only made here.
        let new_from = values.next();
        if irql != other.irql {
            irql = values.make(Node::Phi(block, irql_slot));
            values.meet(irql, self.irql, other.irql);
            met.push((irql, self.irql, other.irql));
        }
        if !self.memory.same(&other.memory) {
            let mut changed = Vec::new();
            self.memory.each_of_both(&other.memory, |address, here, there| {
                if here.is_some() && here == there {
                    return;
                }
                let here_now = here.copied().unwrap_or_else(|| self.unstored(values, address));
                let there_now = there.copied().unwrap_or_else(|| other.unstored(values, address));
                let mut value = here_now;
                if here_now != there_now {
                    let name = Node::Phi(block, address);
                    // Where paths have met here before, it is there.
                    if values.node(here_now) != name {
                        value = values.make(name);
                    }
                    values.meet(value, here_now, there_now);
                    met.push((value, here_now, there_now));
                }
                if here != Some(&value) {
                    changed.push((address, value));
                }
            });
            memory.set_all(changed);
        }
        let mut havoc = self.havoc.clone();
        if !self.havoc.same(&other.havoc) {
            let mut lost = Vec::new();
            self.havoc.each_of_both(&other.havoc, |root, here, there| match (here, there) {
                (Some(here), Some(there)) if here != there => {
                    let by_callback = here.by_callback && there.by_callback;
                    lost.push((root, Lost { site: here.site.max(there.site), by_callback }));
                }
                (None, Some(there)) => lost.push((root, *there)),
                _ => {}
            });
            havoc.set_all(lost);
        }
        let mut facts = self.facts.join(&other.facts, widen);
        // What is newly merged here has, of its earlier facts, only those of the two sides.
        let asked = if met.is_empty() { Vec::new() } else { self.asked_bits(values) };
        let theirs = if asked.is_empty() { Vec::new() } else { other.asked_bits(values) };
        for (value, here, there) in met {
            let range = {
                let (here, there) = (self.facts.look(values, here), other.facts.look(values, there));
                if widen { here.widen(&there) } else { here.join(&there) }
            };
            if value < new_from {
                facts.forget(|fact| !depends(values, fact, value));
            }
            if range != Range::ALL {
                facts.restrict(values, value, &range);
            }
            if !theirs.is_empty() {
                for (mask, bits) in self.joined_bits(values, other, [here, there], [&asked, &theirs], widen) {
                    let asked = values.binary(BinOp::And, value, mask);
                    facts.restrict(values, asked, &bits);
                }
            }
        }
        let instance = self.instance.clone().map(|mut instance| {
            if let Some(there) = &other.instance {
                instance.seen |= there.seen;
                instance.met &= there.met;
                instance.by_index |= there.by_index;
                instance.others.retain(|one| there.others.contains(one));
                instance.vars.retain(|var, value| there.vars.get(var) == Some(value));
            }
            instance
        });
        let names_forgotten = self.names_forgotten || other.names_forgotten;
        Self { memory, havoc, names_forgotten, facts, irql, instance, trace: self.trace.clone(), on_way: self.on_way }
    }
}

/// Whether the value is named after a variable that the loop at `head` changes, and that `state` has changed: by this
/// name the next turn knows another.
pub(crate) fn is_of_turn(values: &Values, state: &State, value: V, head: u32) -> bool {
    made_from(values, value, &|part| match values.node(part) {
        Node::Phi(at, address) => at == head && state.stored(address) != Some(part),
        _ => false,
    })
}

/// Whether `value` is made from `part`.
fn depends(values: &Values, value: V, part: V) -> bool {
    // Values are made after their parts.
    value >= part && made_from(values, value, &|other| other == part)
}

/// Whether `value` is one of `parts` or made from one.
pub(crate) fn made_from(values: &Values, value: V, parts: &dyn Fn(V) -> bool) -> bool {
    if parts(value) {
        return true;
    }
    match values.node(value) {
        Node::Field(a, _)
        | Node::Init(a)
        | Node::Havoc(a, _)
        | Node::Phi(_, a)
        | Node::Un(_, a)
        | Node::Pure(_, a)
        | Node::Container(a, _) => made_from(values, a, parts),
        Node::Index(a, b) | Node::Cons(a, b) | Node::Bin(_, a, b) => {
            made_from(values, a, parts) || made_from(values, b, parts)
        }
        _ => false,
    }
}

fn is_made_at(values: &Values, value: V, site: Site) -> bool {
    matches!(values.node(value), Node::Result(at) | Node::Fresh(at, _) | Node::Havoc(_, at) if at == site)
}

/// Whether the value is what the call at `site` made, or something got from that.
pub(crate) fn is_named_after(values: &Values, value: V, site: Site) -> bool {
    made_from(values, value, &|part| is_made_at(values, part, site))
}
