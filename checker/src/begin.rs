//! What variables hold when the function begins before which nothing of the driver has run.
//!
//! It counts only for variables that nobody else can have changed: neither callbacks, which may run as soon as they are
//! registered, nor a pointer that is kept, nor a function that is not understood. What the function and those that it
//! calls store is known by the path.

use rulebook_frontend::Program;
use rulebook_frontend::ir::{Expr, Function, Initial, InstrKind, Place, Symbol, Term};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::{Code, FuncId};
use crate::value::{Node, V, Values};

/// The variables whose first values count.
#[derive(Debug, Default)]
pub(crate) struct Beginning {
    variables: FxHashMap<Symbol, Known>,
}

#[derive(Debug)]
struct Known {
    initial: Initial,
    /// Whether the variable as a whole may have been changed.
    changed: bool,
    /// Members that may have been changed.
    members: FxHashSet<Symbol>,
}

impl Beginning {
    /// The variables of the driver as the functions `first` find them.
    pub(crate) fn new(program: &Program, code: &Code<'_>, first: &FxHashSet<FuncId>) -> Self {
        let mut beginning = Self::default();
        if first.is_empty() || program.initials.is_empty() {
            return beginning;
        }
        let known = |initial: &Initial| Known { initial: *initial, changed: false, members: FxHashSet::default() };
        beginning.variables.extend(program.initials.iter().map(|(name, initial)| (*name, known(initial))));
        let others = of_others(code, first);
        for (at, function) in code.functions.iter().enumerate() {
            beginning.note(function.ir, others[at]);
        }
        beginning.leave_out_untrusted(program);
        beginning.variables.retain(|_, known| !known.changed);
        beginning
    }

    /// Whether the address lies in one of the variables.
    pub(crate) fn holds(&self, values: &Values, mut address: V) -> bool {
        while let Some((base, _)) = values.parent(address) {
            address = base;
        }
        matches!(values.node(address), Node::Global(name) if self.variables.contains_key(&name))
    }

    /// The number that is stored at an address at first, if that is known.
    pub(crate) fn at(&self, values: &Values, address: V) -> Option<i64> {
        let (mut at, mut member) = (address, None);
        while let Node::Field(base, name) = values.node(at) {
            (at, member) = (base, Some(name));
        }
        let Node::Global(name) = values.node(at) else { return None };
        let known = self.variables.get(&name)?;
        match member {
            Some(member) => (known.initial.zeroed && !known.members.contains(&member)).then_some(0),
            None => (known.members.is_empty() && !values.has_parts(address)).then_some(known.initial.value),
        }
    }

    /// Notes what a function changes: of one that others may run, all; of the others, what cannot be followed.
    fn note(&mut self, ir: &Function, by_others: bool) {
        for instr in ir.blocks.iter().flat_map(|block| &block.instrs) {
            match &instr.kind {
                InstrKind::Assign { place, value } => {
                    self.kept(value);
                    self.in_place(place);
                    if by_others && !self.is_first_value(place, value) {
                        self.change(place);
                    }
                }
                InstrKind::Havoc(place) if by_others => self.change(place),
                InstrKind::Call(call) => {
                    for arg in &call.args {
                        match arg {
                            Expr::Addr(place) if by_others => self.change(place),
                            Expr::Addr(place) => self.in_place(place),
                            other => self.kept(other),
                        }
                    }
                }
                InstrKind::Assume(expr) => self.kept(expr),
                InstrKind::Havoc(_) | InstrKind::Dead(_) => {}
            }
        }
        for block in &ir.blocks {
            if let Term::Return { value: Some(value), .. } = &block.term {
                self.kept(value);
            }
        }
    }

    /// Whether the store puts there what stood there at first.
    fn is_first_value(&self, place: &Place, value: &Expr) -> bool {
        let Some(((name, member), Expr::Int(number))) = root(place).zip(Some(value)) else { return false };
        let Some(known) = self.variables.get(&name) else { return true };
        match member {
            Some(_) => known.initial.zeroed && *number == 0,
            None => known.initial.value == *number,
        }
    }

    /// A pointer to the variable that stands in a value may be kept.
    fn kept(&mut self, expr: &Expr) {
        match expr {
            Expr::Addr(place) => self.change(place),
            Expr::Load(place) => self.in_place(place),
            Expr::Unary(_, a) | Expr::Container(a, _) => self.kept(a),
            Expr::Binary(_, a, b) => {
                self.kept(a);
                self.kept(b);
            }
            _ => {}
        }
    }

    fn in_place(&mut self, place: &Place) {
        match place {
            Place::Field(base, _) => self.in_place(base),
            Place::Index(base, index) => {
                self.in_place(base);
                self.kept(index);
            }
            // What is got at and followed at once is not kept.
            Place::Deref(pointer) if !matches!(**pointer, Expr::Addr(_)) => self.kept(pointer),
            Place::Deref(_) | Place::Local(_) | Place::Global(_) => {}
        }
    }

    fn change(&mut self, place: &Place) {
        let Some((name, member)) = root(place) else { return };
        let Some(known) = self.variables.get_mut(&name) else { return };
        match member {
            Some(member) => {
                known.members.insert(member);
            }
            None => known.changed = true,
        }
    }

    /// Variables that functions name which are not understood.
    fn leave_out_untrusted(&mut self, program: &Program) {
        for unit in &program.units {
            for lost in &unit.untrusted {
                let Some(file) = program.files.get(lost.loc.file.0 as usize) else { continue };
                let start = lost.loc.span.start;
                let known = unit.functions.iter().map(|function| function.loc.span.start);
                let starts = known.chain(unit.untrusted.iter().map(|other| other.loc.span.start));
                let end = starts.filter(|other| *other > start).min().map_or(file.text.len(), |end| end as usize);
                let body = file.text.get(start as usize..end).unwrap_or_default();
                for word in body.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
                    if let Some(known) = self.variables.get_mut(&Symbol::new(word)) {
                        known.changed = true;
                    }
                }
            }
        }
    }
}

/// The variable that a place lies in, and its member.
pub(crate) fn root(place: &Place) -> Option<(Symbol, Option<Symbol>)> {
    let (mut at, mut member) = (place, None);
    loop {
        match at {
            Place::Field(base, name) => (at, member) = (base, Some(*name)),
            Place::Index(base, _) => at = base,
            Place::Deref(pointer) => match &**pointer {
                Expr::Addr(inner) => at = inner,
                _ => return None,
            },
            Place::Global(name) => return Some((*name, member)),
            Place::Local(_) => return None,
        }
    }
}

/// Whether each function may run otherwise than by the calls of the `first` ones, or in a circle.
fn of_others(code: &Code<'_>, first: &FxHashSet<FuncId>) -> Vec<bool> {
    let mut others = code.circular();
    let ids = || (0..code.functions.len() as u32).map(FuncId);
    let is_root = |id: &FuncId| {
        !first.contains(id) && (!code.is_called(*id) || code.address_taken.contains(&code.get(*id).ir.name))
    };
    let mut work: Vec<FuncId> = ids().filter(|id| is_root(id) || others[id.0 as usize]).collect();
    while let Some(id) = work.pop() {
        others[id.0 as usize] = true;
        work.extend(code.get(id).callees.iter().filter(|callee| !others[callee.0 as usize]));
    }
    others
}
