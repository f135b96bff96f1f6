//! Calls through the driver's own function pointers: which functions they may go to.
//!
//! What the driver stores in a member of a structure, by an initialiser, an assignment or a function that is handed
//! it, is what a call through that member goes to; and what is handed to a parameter, what a call of that goes to.

use std::collections::BTreeSet;

use rulebook_frontend::ir::{BinOp, Callee, Expr, Loc, Place, Symbol, Unit};
use rustc_hash::FxHashMap;

use crate::code::{Code, FuncId, calls_in};
use crate::run::Run;
use crate::state::State;
use crate::summary::Translate;
use crate::value::{Node, Site, V};

/// How many functions a parameter may be for paths to be told apart by it.
const FEW: usize = 3;
/// How many functions a parameter may be for their violations to be looked at.
const MANY: usize = 16;

/// The functions behind the driver's pointers.
#[derive(Debug, Default)]
pub(crate) struct Pointers {
    /// By the name of the member: the type of the structure, and the functions.
    members: FxHashMap<Symbol, Vec<(Symbol, BTreeSet<FuncId>)>>,
    params: FxHashMap<(FuncId, u32), BTreeSet<FuncId>>,
}

/// Where a function is stored or handed to.
#[derive(Debug, Clone, Copy)]
enum Target {
    /// A member of a structure type.
    Member(Symbol, Symbol),
    /// A parameter.
    Param(FuncId, u32),
}

impl Pointers {
    pub(crate) fn find(units: &[Unit], code: &Code<'_>) -> Self {
        let mut found = Self::default();
        let mut passed: Vec<((FuncId, u32), Target)> = Vec::new();
        for unit in units {
            for row in &unit.tables {
                if let Some(member) = row.member {
                    found.add(Target::Member(row.type_name, member), code.seen(row.function, row.loc.file));
                }
            }
            for store in &unit.passed {
                let to = Target::Member(store.type_name, store.member);
                passed.extend(code.seen(store.function, store.file).map(|id| ((id, store.param.0), to)));
            }
        }
        for (at, function) in code.functions.iter().enumerate() {
            let (from, ir) = (FuncId(at as u32), function.ir);
            for call in calls_in(ir) {
                for (at, arg) in call.args.iter().enumerate() {
                    let Some(handed) = handed(arg) else { continue };
                    for callee in code.resolve(ir, &call.callee).into_iter().chain(implementing(code, &call.callee)) {
                        let to = Target::Param(callee, at as u32);
                        match handed {
                            Handed::Function(name) => found.add(to, code.seen(name, ir.loc.file)),
                            Handed::Param(param) if param < ir.param_count => passed.push(((from, param), to)),
                            Handed::Param(_) => {}
                        }
                    }
                }
            }
        }
        // What is handed on goes as many steps as there are, in few rounds.
        for _ in 0..4 {
            for ((from, param), to) in &passed {
                if let Some(functions) = found.params.get(&(*from, *param)).cloned() {
                    found.add(*to, functions.into_iter());
                }
            }
        }
        found
    }

    fn add(&mut self, to: Target, functions: impl Iterator<Item = FuncId>) {
        let mut functions = functions.peekable();
        if functions.peek().is_none() {
            return;
        }
        let set = match to {
            Target::Param(function, at) => self.params.entry((function, at)).or_default(),
            Target::Member(type_name, member) => {
                let rows = self.members.entry(member).or_default();
                let at = rows.iter().position(|(other, _)| *other == type_name).unwrap_or_else(|| {
                    rows.push((type_name, BTreeSet::new()));
                    rows.len() - 1
                });
                &mut rows[at].1
            }
        };
        set.extend(functions);
    }

    /// The functions that the driver stores in a member; of structures whose type is not known only where there is one
    /// type with such a member.
    pub(crate) fn member(&self, of: Option<Symbol>, name: Symbol) -> BTreeSet<FuncId> {
        let Some(rows) = self.members.get(&name) else { return BTreeSet::new() };
        let of = of.or_else(|| rows.first().map(|(first, _)| *first).filter(|_| rows.len() == 1));
        let Some(of) = of else { return BTreeSet::new() };
        rows.iter().filter(|(other, _)| is_same(of, *other)).flat_map(|(_, functions)| functions).copied().collect()
    }

    /// The function that is the only one that the driver stores in a member.
    pub(crate) fn only(&self, of: Option<Symbol>, name: Symbol) -> Option<FuncId> {
        let functions = self.member(of, name);
        functions.first().copied().filter(|_| functions.len() == 1)
    }

    /// The functions that the driver hands to a parameter.
    pub(crate) fn param(&self, function: FuncId, at: u32) -> BTreeSet<FuncId> {
        self.params.get(&(function, at)).cloned().unwrap_or_default()
    }
}

/// What an argument is, as far as it may be a function.
#[derive(Debug, Clone, Copy)]
enum Handed {
    Function(Symbol),
    Param(u32),
}

fn handed(arg: &Expr) -> Option<Handed> {
    match arg {
        Expr::Function(name) => Some(Handed::Function(*name)),
        Expr::Addr(place) => match &**place {
            Place::Global(name) => Some(Handed::Function(*name)),
            _ => None,
        },
        Expr::Load(place) => match &**place {
            Place::Local(local) => Some(Handed::Param(local.0)),
            _ => None,
        },
        _ => None,
    }
}

/// The methods that a call through a base class may go to.
fn implementing(code: &Code<'_>, callee: &Callee) -> Vec<FuncId> {
    match callee {
        Callee::Method { class: Some(class), name } => code.implementing(*class, *name),
        _ => Vec::new(),
    }
}

/// Whether two names are of one structure type: `_X` is the tag of `X`, and `PX` a pointer to it.
fn is_same(a: Symbol, b: Symbol) -> bool {
    let forms = |name: Symbol| {
        let name = name.as_str();
        [Some(name), name.strip_prefix('_'), name.strip_prefix('P')].into_iter().flatten()
    };
    a == b || forms(a).any(|a| forms(b).any(|b| a == b))
}

impl Run<'_, '_> {
    /// Goes into the functions that a call through a pointer may mean; gives back what is left of the path where it
    /// may mean another.
    pub(crate) fn through(
        &mut self,
        mut state: State,
        callee: &Callee,
        args: &[V],
        (loc, site): (Loc, Site),
        out: &mut Vec<(State, V)>,
    ) -> Option<State> {
        let (Callee::Member { value: pointer, .. } | Callee::Pointer(pointer)) = callee else { return Some(state) };
        let ir = self.ir;
        let value = state.eval(&mut self.engine.values, ir, pointer);
        let code = self.engine.code;
        match self.engine.values.node(value) {
            Node::Function(name) | Node::Global(name) => {
                let mut seen = code.seen(name, ir.loc.file).filter(|id| self.fits(*id, args));
                let (Some(body), None) = (seen.next(), seen.next()) else { return Some(state) };
                drop(seen);
                if !self.is_ended_by(&state, body, args, site) {
                    self.enter(state, body, args, loc, site, out);
                }
                None
            }
            Node::Param(at) => {
                let functions = code.pointers.param(self.id, at);
                let few = functions.len() <= FEW;
                for body in functions.into_iter().take(MANY) {
                    let function = self.engine.values.make(Node::Function(code.get(body).ir.name));
                    let equal = self.engine.values.binary(BinOp::Eq, value, function);
                    let mut with = state.clone();
                    if !self.fits(body, args) || !self.assume(&mut with, equal, true) {
                        continue;
                    }
                    if !few {
                        self.hear(&with, body, args, loc, site);
                        continue;
                    }
                    if !self.is_ended_by(&with, body, args, site) {
                        self.enter(with, body, args, loc, site, out);
                    }
                    if !self.assume(&mut state, equal, false) {
                        return None;
                    }
                }
                Some(state)
            }
            Node::Init(address) | Node::Havoc(address, _) => {
                let only = match (callee, self.engine.values.node(address)) {
                    // Members were looked up by the type of their structure; this one was copied to a local.
                    (Callee::Pointer(_), Node::Field(_, name)) => code.pointers.only(None, name),
                    _ => None,
                };
                let Some(body) = only.filter(|body| self.fits(*body, args)) else { return Some(state) };
                if !self.is_ended_by(&state, body, args, site) {
                    self.enter(state, body, args, loc, site, out);
                }
                None
            }
            _ => Some(state),
        }
    }

    /// Whether a function behind a pointer may leave the followed object, which is held, in another state. Such a call
    /// is often the end of an object that others keep alive, as counts of references say; nothing is known of it then.
    pub(crate) fn is_ended_by(&mut self, state: &State, body: FuncId, args: &[V], site: Site) -> bool {
        let held = state.instance.as_ref().is_some_and(|instance| instance.state != 0);
        let (Some(subject), true) = (self.subject.clone(), held && self.engine.options.summaries) else { return false };
        let Some(summary) = self.engine.base(body) else { return false };
        let mut translate = Translate::new(args, state, site);
        summary.touched.iter().filter(|theirs| theirs.machine == subject.machine).any(|theirs| {
            let values = &mut self.engine.values;
            let ours = translate.key(values, &theirs.key);
            let perhaps = ours.iter().zip(&subject.key).all(|(a, b)| values.may_equal(*a, *b));
            perhaps && self.engine.is_moved(body, theirs)
        })
    }

    /// Whether a call on an object of an unknown class may leave the followed object in another state: one of the
    /// methods of that name does. Nothing is known of the object then.
    pub(crate) fn may_be_moved(&mut self, state: &State, callee: &Callee, args: &[V], site: Site) -> bool {
        let code = self.engine.code;
        let (Some(subject), [_, _, ..]) = (self.subject.clone(), code.candidates(callee)) else { return false };
        let held = state.instance.as_ref().is_some_and(|instance| instance.state != 0);
        for body in code.candidates(callee) {
            let Some(summary) = self.engine.base(*body).filter(|_| self.engine.options.summaries) else { continue };
            let mut translate = Translate::new(args, state, site);
            for theirs in summary.touched.iter().filter(|theirs| theirs.machine == subject.machine) {
                let values = &mut self.engine.values;
                let ours = translate.key(values, &theirs.key);
                let perhaps = ours.iter().zip(&subject.key).all(|(a, b)| values.may_equal(*a, *b));
                if (ours == subject.key || held && perhaps) && self.engine.is_moved(*body, theirs) {
                    return true;
                }
            }
        }
        false
    }

    /// Whether a call with these arguments may go to the function, and it is looked into.
    fn fits(&self, body: FuncId, args: &[V]) -> bool {
        let ir = self.engine.code.get(body).ir;
        ir.param_count as usize == args.len() && !self.engine.compiled.by_api.contains_key(&ir.name)
    }

    /// Judges a call by the function that it may go to, and goes on as if nothing were known of it.
    fn hear(&mut self, state: &State, body: FuncId, args: &[V], loc: Loc, site: Site) {
        if self.subject.is_some() || !self.engine.options.summaries {
            return;
        }
        let Some(summary) = self.engine.base(body) else { return };
        let name = self.engine.code.get(body).ir.name;
        let mut translate = Translate::new(args, state, site);
        self.inherit(state, &summary.violations, &mut translate, name, loc);
    }
}
