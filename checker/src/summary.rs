//! What a call of a function does, in terms that any caller can translate into its own.
//!
//! Summaries are made bottom-up and say nothing of a particular caller: the state of an object at entry
//! and the level at entry are assumptions of each outcome, which the caller compares with what it has.

use std::rc::Rc;

use rulebook_frontend::ir::{Loc, Symbol};
use rustc_hash::FxHashMap;

use crate::code::FuncId;
use crate::compiled::MachineId;
use crate::fact::Range;
use crate::small::SmallMap;
use crate::state::State;
use crate::trace::Trace;
use crate::value::{Node, Site, V, Values};

/// One way through a function.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// What must hold at entry, and what holds of the values made.
    pub(crate) facts: Vec<(V, Range)>,
    /// Stores that the caller sees.
    pub(crate) writes: Vec<(V, V)>,
    /// Members and variables that were changed in ways not in `writes`.
    pub(crate) changed: Vec<Symbol>,
    /// Addresses whose content is no longer known; with `true`, only what callbacks of the driver store to.
    pub(crate) forgotten: Vec<(V, bool)>,
    pub(crate) irql: V,
    pub(crate) result: Option<V>,
    /// For a followed object: its state at entry and at exit, and the events between.
    pub(crate) moved: Option<Moved>,
    pub(crate) trace: Trace,
    /// Where it returns.
    pub(crate) loc: Loc,
    /// For a followed object: the event that this return would be at an entry point.
    pub(crate) exit: Option<u8>,
}

/// What happened to a followed object.
#[derive(Debug, Clone)]
pub(crate) struct Moved {
    pub(crate) pre: u8,
    pub(crate) post: u8,
    pub(crate) seen: u64,
    pub(crate) vars: SmallMap<u16, V>,
}

impl Outcome {
    /// Whether the object is left in another state than the initial one.
    pub(crate) fn moves(&self) -> bool {
        self.moved.as_ref().is_some_and(|moved| moved.post != 0)
    }
}

/// A violation that depends on the caller: the assumptions under which it happens.
#[derive(Debug, Clone)]
pub(crate) struct Violation {
    pub(crate) machine: MachineId,
    pub(crate) message: Rc<str>,
    /// The call as written.
    pub(crate) api: Symbol,
    /// The state of the object at entry.
    pub(crate) pre: u8,
    /// Events of the object before, as bits.
    pub(crate) seen: u64,
    /// What must hold at entry.
    pub(crate) facts: Vec<(V, Range)>,
    /// Comparisons that must come out so, which only a caller can tell: while any is open, nobody is convicted.
    pub(crate) assumed: Vec<(V, bool)>,
    /// Levels at entry that violate; `None` where the level at entry does not matter.
    pub(crate) entry: Option<Range>,
    /// The level at the violation.
    pub(crate) irql: Range,
    pub(crate) loc: Loc,
    /// Whether the call is given a local that nothing was stored in: what it undoes was never done.
    pub(crate) unset: bool,
    /// The function that holds the place.
    pub(crate) function: FuncId,
    /// The object, as the source of that function calls it.
    pub(crate) object: Rc<str>,
    pub(crate) trace: Trace,
    /// Whether some path reaches the place without a violation.
    pub(crate) sometimes_fine: bool,
    /// How many calls lie between the summarised function and the place.
    pub(crate) depth: u8,
}

/// Translates values of a callee into values of its caller, at one call.
pub(crate) struct Translate<'s> {
    pub(crate) args: &'s [V],
    pub(crate) state: &'s State,
    pub(crate) site: Site,
    /// Whether what calls that nothing is known of *may* have changed is taken as it was.
    pub(crate) holds_still: bool,
    /// Whether the callee does nothing but tell of the level.
    pub(crate) tells_level: bool,
    memo: FxHashMap<V, V>,
}

impl<'s> Translate<'s> {
    pub(crate) fn new(args: &'s [V], state: &'s State, site: Site) -> Self {
        Self { args, state, site, holds_still: false, tells_level: false, memo: FxHashMap::default() }
    }

    /// The key under which the caller knows an object of the callee's.
    pub(crate) fn key(&mut self, values: &mut Values, key: &[V]) -> Vec<V> {
        let ours = |value: &V| {
            let ours = self.value(values, *value);
            values.identity(ours)
        };
        key.iter().map(ours).collect()
    }

    pub(crate) fn value(&mut self, values: &mut Values, value: V) -> V {
        match values.node(value) {
            Node::Int(_) | Node::Str(_) | Node::Function(_) | Node::Global(_) | Node::Opaque(_) => return value,
            Node::Param(at) if let Some(arg) = self.args.get(at as usize) => return *arg,
            Node::EntryIrql => return self.state.irql,
            _ => {}
        }
        if let Some(known) = self.memo.get(&value) {
            return *known;
        }
        if let Some(address) = Some(value).filter(|_| self.holds_still).and_then(|value| values.perhaps_changed(value))
        {
            let address = self.value(values, address);
            if !values.has_first(address) {
                return self.state.content(values, address);
            }
        }
        let node = values.node(value);
        let made = match node {
            Node::Int(_) | Node::Str(_) | Node::Function(_) | Node::Global(_) | Node::Opaque(_) => value,
            Node::Param(at) => match self.args.get(at as usize) {
                Some(arg) => *arg,
                None => values.make(Node::Fresh(self.site, value)),
            },
            Node::EntryIrql => self.state.irql,
            Node::PromisedIrql | Node::AskedIrql => values.make(Node::Fresh(self.site, value)),
            Node::Field(base, field) => {
                let base = self.value(values, base);
                values.make(Node::Field(base, field))
            }
            Node::Index(base, index) => {
                let (base, index) = (self.value(values, base), self.value(values, index));
                values.make(Node::Index(base, index))
            }
            Node::Init(address) => {
                let address = self.value(values, address);
                self.state.content(values, address)
            }
            Node::Pure(name, args) => {
                let args = self.value(values, args);
                values.make(Node::Pure(name, args))
            }
            Node::Cons(first, rest) => {
                let (first, rest) = (self.value(values, first), self.value(values, rest));
                values.make(Node::Cons(first, rest))
            }
            Node::Container(inner, field) => {
                let inner = self.value(values, inner);
                match values.node(inner) {
                    Node::Field(base, name) if name == field => base,
                    _ => values.make(Node::Container(inner, field)),
                }
            }
            Node::Un(op, inner) => {
                let inner = self.value(values, inner);
                values.unary(op, inner)
            }
            Node::Bin(op, a, b) => {
                let (a, b) = (self.value(values, a), self.value(values, b));
                values.binary(op, a, b)
            }
            Node::Local(_) | Node::Result(_) | Node::Havoc(..) | Node::Phi(..) | Node::Fresh(..) | Node::Old(_) => {
                values.make(Node::Fresh(self.site, value))
            }
        };
        self.memo.insert(value, made);
        made
    }
}

/// How many facts, and how many stores, a summary carries.
const MOST: usize = 24;

/// What a caller sees of the path that ended in `state`.
pub(crate) fn outcome(values: &Values, state: &State, result: Option<V>, loc: Loc) -> Outcome {
    let writes: Vec<(V, V)> = state
        .memory()
        .filter(|(address, value)| {
            values.exportable(*address)
                && !values.in_local(*address)
                && values.node(*value) != Node::Init(*address)
                && !matches!(values.node(*address), Node::Opaque(_))
        })
        .copied()
        .collect();
    let mut changed: Vec<Symbol> = Vec::new();
    let mut forgotten = Vec::new();
    for (root, lost) in state.havocs() {
        match values.node(*root) {
            Node::Opaque(name) => changed.push(name),
            _ if values.exportable(*root) && !values.in_local(*root) => {
                forgotten.push((*root, lost.by_callback));
            }
            _ => {}
        }
    }
    // Stores that are not carried are at least not silent.
    for (address, _) in writes.iter().skip(MOST) {
        match values.node(*address) {
            Node::Field(_, name) | Node::Global(name) => changed.push(name),
            _ => {}
        }
    }
    let writes: Vec<(V, V)> = writes.into_iter().take(MOST).collect();
    let carried = |value: V| Some(value) == result || writes.iter().any(|(_, stored)| *stored == value);
    let facts = simplest(values, state.facts.iter().filter(|(value, _)| values.exportable(*value) || carried(*value)));
    let moved = state.instance.as_ref().map(|instance| Moved {
        pre: instance.pre,
        post: instance.state,
        seen: instance.seen,
        vars: instance.vars.clone(),
    });
    Outcome {
        facts,
        writes,
        changed,
        forgotten,
        irql: state.irql,
        result,
        moved,
        trace: state.trace.clone(),
        loc,
        exit: None,
    }
}

/// The facts of a path that concern what its caller knows.
pub(crate) fn entry_facts(values: &Values, state: &State) -> Vec<(V, Range)> {
    simplest(values, state.facts.iter().filter(|(value, _)| values.exportable(*value)))
}

/// As many facts as a summary carries, those first that callers can decide soonest.
fn simplest<'f>(values: &Values, facts: impl Iterator<Item = &'f (V, Range)>) -> Vec<(V, Range)> {
    let mut facts: Vec<(V, Range)> = facts.cloned().collect();
    if facts.len() > MOST {
        facts.sort_by_key(|(value, _)| (values.height(*value), *value));
        facts.truncate(MOST);
    }
    facts
}
