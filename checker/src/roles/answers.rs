//! Who has to be asked for, and what a function can answer, as far as its own text says it: who asks for nothing has
//! nothing come after it.

use rulebook_frontend::ir::{Callee, Expr, Function, InstrKind, LocalId, Place, Symbol, TableInit, Term};
use rustc_hash::FxHashSet;

use super::{Finder, Who};
use crate::code::{Code, FuncId};
use crate::live::{is_in, takes_address};

/// Helpers are looked into so deep.
const DEPTH: u32 = 4;

impl Finder<'_, '_> {
    /// Whether the role is one that another function in the same braces has to ask for, and never does.
    pub(super) fn nobody_asks(&self, role: &str, table: &TableInit, all: &[TableInit]) -> bool {
        let known = self.compiled.table.semantics.roles.get(role);
        let Some(asked) = known.and_then(|role| role.contract.asked_by.as_ref()) else { return false };
        let constants: Vec<Symbol> = asked.unless.iter().map(|name| Symbol::new(name)).collect();
        let beside = all.iter().filter(|other| {
            let same = (other.loc.file, other.variable, other.type_name, other.code);
            same == (table.loc.file, table.variable, table.type_name, table.code)
                && self.in_table(other) == Some(asked.role.as_str())
        });
        let mut who = beside.flat_map(|other| self.meant(other.function, other.loc.file)).peekable();
        table.code.is_some()
            && who.peek().is_some()
            && who.all(|who| match who {
                Who::Body(id) => returns_only(self.code, id, &constants, DEPTH),
                Who::Named(_) => false,
            })
    }
}

/// Whether every `return` of the function, those of helpers whose result it passes on included, is one of `constants`.
fn returns_only(code: &Code<'_>, id: FuncId, constants: &[Symbol], depth: u32) -> bool {
    let ir = code.get(id).ir;
    let mut look = Look { code, ir, constants, depth, seen: FxHashSet::default() };
    let mut returns = ir.blocks.iter().filter_map(|block| match &block.term {
        Term::Return { value, .. } => Some(value.as_ref()),
        _ => None,
    });
    let mut some = false;
    returns.all(|value| {
        some = true;
        value.is_some_and(|value| look.value(value))
    }) && some
}

/// A look at one function.
struct Look<'a, 'p> {
    code: &'a Code<'p>,
    ir: &'p Function,
    constants: &'a [Symbol],
    depth: u32,
    seen: FxHashSet<LocalId>,
}

impl Look<'_, '_> {
    fn value(&mut self, value: &Expr) -> bool {
        match value {
            Expr::Name(name) => self.constants.contains(name),
            Expr::Load(place) => match &**place {
                Place::Global(name) => self.constants.contains(name),
                Place::Local(local) => self.local(*local),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether all that is ever stored in the local is one of the constants.
    fn local(&mut self, local: LocalId) -> bool {
        if local.0 < self.ir.param_count || self.ir.locals[local.0 as usize].is_static {
            return false;
        }
        if !self.seen.insert(local) {
            return true;
        }
        let ir = self.ir;
        let mut stored = false;
        for instr in ir.blocks.iter().flat_map(|block| &block.instrs) {
            let good = match &instr.kind {
                InstrKind::Assign { place: Place::Local(to), value } if *to == local => {
                    stored = true;
                    self.value(value)
                }
                InstrKind::Assign { value, .. } => !takes_address(value, local),
                InstrKind::Havoc(place) => !is_in(place, local),
                InstrKind::Call(call) if call.args.iter().any(|arg| takes_address(arg, local)) => false,
                InstrKind::Call(call) if call.dst == Some(local) => {
                    stored = true;
                    self.call(&call.callee)
                }
                _ => true,
            };
            if !good {
                return false;
            }
        }
        stored
    }

    fn call(&self, callee: &Callee) -> bool {
        let body = self.code.resolve(self.ir, callee).filter(|_| self.depth > 0);
        body.is_some_and(|id| returns_only(self.code, id, self.constants, self.depth - 1))
    }
}
