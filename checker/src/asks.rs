//! Questions about an object of the function's own: the answer stays what it was until something is done to the object.

use rulebook_frontend::ir::{Callee, Expr, Function, InstrKind, LocalId, Symbol, Term};
use rustc_hash::FxHashSet;

use crate::call::Api;
use crate::code::{Code, FuncId, calls};
use crate::compiled::{CFunction, Compiled};
use crate::live::takes_address;
use crate::run::Run;
use crate::state::{Lost, State};
use crate::value::{Node, Site, V};

/// What a driver does to the objects that questions are about.
#[derive(Debug)]
pub(crate) struct Asks {
    /// Whether each function, or one that it calls, may change such an object without naming it.
    changes: Vec<bool>,
}

impl Asks {
    pub(crate) fn new(code: &Code<'_>, compiled: &Compiled<'_>) -> Self {
        let mut changes = vec![false; code.functions.len()];
        let mut work: Vec<FuncId> = Vec::new();
        for (at, function) in code.functions.iter().enumerate() {
            let unknown = |callee: &Callee| match callee {
                Callee::Named(name) => compiled.unasks.contains(name) || is_strange(code, compiled, *name),
                _ => true,
            };
            if calls(function.ir).any(|callee| code.resolve(function.ir, callee).is_none() && unknown(callee)) {
                work.push(FuncId(at as u32));
            }
        }
        while let Some(id) = work.pop() {
            if !std::mem::replace(&mut changes[id.0 as usize], true) {
                work.extend(code.callers_of(id));
            }
        }
        Self { changes }
    }
}

/// Whether the function is one of the driver's that nothing is known of.
fn is_strange(code: &Code<'_>, compiled: &Compiled<'_>, name: Symbol) -> bool {
    compiled.function(name).is_none() && code.own.contains(&name)
}

impl Run<'_, '_> {
    /// Where the answer to the question that the call asks is remembered: for an object of the function's own that
    /// nobody else has.
    pub(crate) fn answer(&mut self, state: &State, api: &Api, function: &CFunction) -> Option<V> {
        let about = *api.args.get(function.asks?)?;
        let values = &mut self.engine.values;
        let mut root = about;
        while let Some((base, _)) = values.parent(root) {
            root = base;
        }
        let Node::Local(local) = values.node(root) else { return None };
        let key = (self.id, local);
        if !self.engine.kept.contains_key(&key) {
            let kept = is_kept(self.ir, local, self.engine.code, self.engine.compiled);
            self.engine.kept.insert(key, kept);
        }
        if self.engine.kept[&key] {
            return None;
        }
        let values = &mut self.engine.values;
        // Who writes to its members by hand does more than is understood here.
        if state.memory().any(|(address, _)| *address != about && values.within(*address, about)) {
            return None;
        }
        let place = values.make(Node::Field(about, Symbol::new(&format!("<{}>", api.name))));
        if !self.asked.contains(&place) {
            self.asked.push(place);
        }
        Some(state.load(values, place))
    }

    /// Forgets answers that a call without a body may change.
    pub(crate) fn unask_external(&mut self, state: &mut State, api: &Api, function: &CFunction) {
        if self.asked.is_empty() || function.asks.is_some() {
            return;
        }
        let (code, compiled) = (self.engine.code, self.engine.compiled);
        let all = api.by_pointer || compiled.unasks.contains(&api.name) || is_strange(code, compiled, api.written);
        self.unask(state, &api.args, all, api.site);
    }

    /// Forgets answers that a call of a function with a body may change.
    pub(crate) fn unask_within(&mut self, state: &mut State, body: FuncId, args: &[V], site: Site) {
        if self.asked.is_empty() {
            return;
        }
        let (code, compiled) = (self.engine.code, self.engine.compiled);
        let asks = self.engine.asks.get_or_insert_with(|| Asks::new(code, compiled));
        let all = asks.changes[body.0 as usize];
        self.unask(state, args, all, site);
    }

    fn unask(&self, state: &mut State, args: &[V], all: bool, site: Site) {
        let values = &self.engine.values;
        for place in &self.asked {
            let about = values.parent(*place).map(|(about, _)| about);
            let given = || args.iter().any(|arg| about.is_some_and(|about| values.within(*arg, about)));
            if all || given() {
                state.forget(values, *place, Lost { site, by_callback: false });
            }
        }
    }
}

/// Whether somebody else may have the address of the local: it is stored, returned, or given to a function that nothing
/// is known of.
fn is_kept(ir: &Function, local: LocalId, code: &Code<'_>, compiled: &Compiled<'_>) -> bool {
    let addresses = |expr: &Expr| takes_address(expr, local);
    let by_call = |callee: &Callee, args: &[Expr]| {
        let known = match callee {
            Callee::Named(name) => compiled.function(*name).is_some(),
            _ => false,
        };
        !known && code.resolve(ir, callee).is_none() && args.iter().any(addresses)
    };
    ir.blocks.iter().any(|block| {
        let returned = matches!(&block.term, Term::Return { value: Some(value), .. } if addresses(value));
        returned
            || block.instrs.iter().any(|instr| match &instr.kind {
                InstrKind::Assign { value, .. } => addresses(value),
                InstrKind::Call(call) => by_call(&call.callee, &call.args),
                _ => false,
            })
    })
}

/// The functions that change objects without naming them, of all that the semantics know.
pub(crate) fn changing<'f>(
    functions: impl Iterator<Item = &'f rulebook_machine::semantics::Function>,
) -> FxHashSet<Symbol> {
    functions
        .filter_map(|function| function.asks.as_ref())
        .flat_map(|asks| &asks.until)
        .map(|name| Symbol::new(name))
        .collect()
}
