//! Calls through pointers whose type says what is called: a function of that role, whichever it is, does what the
//! contract of the role says that it does for whoever calls it.

use rulebook_frontend::ir::{Call, Callee, Expr, Function, Place, Symbol};
use rulebook_machine::semantics::Semantics;
use rustc_hash::FxHashMap;

use crate::call::Api;
use crate::roles::{names_of, pointed};
use crate::run::Run;
use crate::state::State;
use crate::value::{Node, V};

/// What calls of roles come to, where their contracts say so.
#[derive(Debug, Default)]
pub(crate) struct Through {
    /// By the type of the role.
    by_type: FxHashMap<Symbol, usize>,
    /// By structure type and member.
    by_member: FxHashMap<(Symbol, Symbol), usize>,
    acts: Vec<Vec<Act>>,
}

/// A call that a call of a role comes to.
#[derive(Debug)]
pub(crate) struct Act {
    pub(crate) api: Symbol,
    /// Each argument: the role's parameter, and the members that lead from what it points to to the value.
    args: Vec<(usize, Vec<Symbol>)>,
}

impl Through {
    pub(crate) fn new(semantics: &Semantics) -> Self {
        let mut made = Self::default();
        for (name, role) in &semantics.roles {
            let acts: Vec<Act> = role
                .contract
                .called_as
                .iter()
                .filter_map(|act| {
                    let arg = |arg: &rulebook_machine::semantics::Passed| {
                        let at = role.params.iter().position(|param| *param == arg.param)?;
                        Some((at, arg.path.iter().map(|member| Symbol::new(member)).collect()))
                    };
                    Some(Act {
                        api: Symbol::new(&act.function),
                        args: act.args.iter().map(arg).collect::<Option<_>>()?,
                    })
                })
                .collect();
            if acts.is_empty() {
                continue;
            }
            let at = made.acts.len();
            made.by_type.insert(Symbol::new(name), at);
            for way in role.registered.iter().filter(|way| !way.type_name.is_empty() && !way.field.is_empty()) {
                made.by_member.insert((Symbol::new(&way.type_name), Symbol::new(&way.field)), at);
            }
            made.acts.push(acts);
        }
        made
    }

    /// What a call comes to by the role of what it calls, and how many of its arguments come before those of the role.
    pub(crate) fn of(&self, call: &Call) -> Option<(&[Act], usize)> {
        if self.acts.is_empty() {
            return None;
        }
        let member = |of: Symbol, name: Symbol| names_of(of).find_map(|of| self.by_member.get(&(of, name)));
        let (at, before) = match &call.callee {
            // Where methods are possible, so is a member that nothing declares.
            Callee::Method { class: Some(class), name } => (member(*class, *name)?, 1),
            Callee::Member { .. } | Callee::Pointer(_) => {
                let by_type = call.pointer_type.and_then(|name| {
                    self.by_type.get(&name).or_else(|| self.by_type.get(&Symbol::new(pointed(name.as_str())?)))
                });
                let by_member = || match &call.callee {
                    Callee::Member { of: Some(of), name, .. } => member(*of, *name),
                    _ => None,
                };
                (by_type.or_else(by_member)?, 0)
            }
            _ => return None,
        };
        Some((&self.acts[*at], before))
    }
}

/// The name that stands for what is called in messages.
fn spelled(ir: &Function, callee: &Callee) -> Option<Symbol> {
    match callee {
        Callee::Named(name) | Callee::Method { name, .. } | Callee::Member { name, .. } => Some(*name),
        Callee::Pointer(Expr::Load(place)) => match &**place {
            Place::Local(id) => Some(ir.locals[id.0 as usize].name),
            Place::Global(name) | Place::Field(_, name) => Some(*name),
            _ => None,
        },
        Callee::Pointer(_) => None,
    }
}

impl Run<'_, '_> {
    /// The calls that a call through a pointer comes to, with their arguments as they are before it.
    pub(crate) fn acts(&mut self, state: &State, call: &Call, whole: &Api) -> Vec<Api> {
        let compiled = self.engine.compiled;
        let Some((acts, before)) = compiled.through.of(call) else { return Vec::new() };
        let written = call.via_macro.or_else(|| spelled(self.ir, &call.callee)).unwrap_or(whole.written);
        let mut made = Vec::with_capacity(acts.len());
        for act in acts {
            let args: Option<Vec<V>> = act
                .args
                .iter()
                .map(|(at, path)| {
                    let given = *whole.args.get(at + before)?;
                    let [first, rest @ ..] = path.as_slice() else { return Some(given) };
                    let values = &mut self.engine.values;
                    let start = values.make(Node::Field(given, *first));
                    let address = rest.iter().fold(start, |address, name| values.make(Node::Field(address, *name)));
                    Some(state.load(values, address))
                })
                .collect();
            if let Some(args) = args {
                made.push(Api {
                    name: act.api,
                    written,
                    args,
                    through: None,
                    ignored: true,
                    by_pointer: false,
                    ..*whole
                });
            }
        }
        made
    }
}
