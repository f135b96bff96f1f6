//! How a role's contract hands objects over: calls as if just made, and parameters that a rule knows.

use rulebook_frontend::ir::Symbol;
use rulebook_machine::pattern::{Arg, Subject as Pattern};

use crate::code::FuncId;
use crate::compiled::{CArg, CNext, MachineId};
use crate::drive::Drive;
use crate::engine::Engine;
use crate::roles::Attached;
use crate::run::Subject;
use crate::value::Node;

/// How an entry point finds an object.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AtEntry {
    pub(crate) state: u8,
    /// Whether its being a parameter of the role put it there.
    pub(crate) given: bool,
}

impl<'t> Drive<'_, 't> {
    /// Objects that the contracts of the function's roles hand over, whether or not it touches them.
    pub(crate) fn handed_over(&self, engine: &mut Engine<'_>, id: FuncId) -> Vec<Subject> {
        let mut found = Vec::new();
        for role in self.roles.of(id) {
            for call in self.entry_calls(role) {
                let (Some(api), Pattern::Call { args, .. }) = (call.api(), &call.subject) else { continue };
                for place in self.compiled.by_api.get(&Symbol::new(api)).into_iter().flatten() {
                    let machine = self.compiled.machine(place.machine);
                    if machine.stateless || machine.exit_event().is_none() {
                        continue;
                    }
                    let pattern = &machine.events[place.event as usize].patterns[place.pattern as usize];
                    let mut key = Vec::with_capacity(machine.keys);
                    for var in 0..machine.keys as u16 {
                        let at = pattern.args.iter().position(|arg| matches!(arg, CArg::Var(own) if *own == var));
                        key.extend(
                            at.and_then(|at| args.list.get(at)).and_then(|arg| self.handed_value(engine, role, arg)),
                        );
                    }
                    if key.len() == machine.keys {
                        found.push(Subject { machine: place.machine, key });
                    }
                }
            }
            for (at, machine) in self.compiled.machines.iter().enumerate() {
                if machine.keys != 1 || machine.params.is_empty() {
                    continue;
                }
                for (_, name, _) in &machine.params {
                    if let Some(param) = role.role.params.iter().position(|known| known == name) {
                        let key = vec![engine.values.make(Node::Param(param as u32))];
                        found.push(Subject { machine: MachineId(at as u16), key });
                    }
                }
            }
        }
        found
    }

    /// The value that an argument of a contract's call stands for in the role function.
    fn handed_value(&self, engine: &mut Engine<'_>, role: &Attached<'t>, arg: &Arg) -> Option<crate::value::V> {
        match arg {
            Arg::Var(name) => {
                let at = role.role.params.iter().position(|known| known == name)?;
                Some(engine.values.make(Node::Param(at as u32)))
            }
            Arg::Const(names) => {
                let number = names.iter().find_map(|name| self.compiled.constants.get(&Symbol::new(name)))?;
                Some(engine.values.int(*number))
            }
            _ => None,
        }
    }

    /// The calls as if after which a role is entered, in their canonical spelling.
    fn entry_calls(&self, role: &Attached<'t>) -> Vec<rulebook_machine::Pattern> {
        let contract = &role.role.contract;
        let ruled_out = |names: &[String]| names.iter().any(|name| self.mentioned.contains(name.as_str()));
        let unless = contract
            .entered_after_unless
            .iter()
            .filter(|unless| !ruled_out(&unless.mentioned))
            .flat_map(|unless| &unless.calls);
        contract.entered_after.iter().chain(unless).map(|call| self.compiled.aliases.canonical(call)).collect()
    }

    /// The state in which the role's contract hands the object over.
    pub(crate) fn entry_state(&self, engine: &Engine<'_>, subject: &Subject, role: Option<&Attached<'t>>) -> AtEntry {
        let Some(role) = role else { return AtEntry::default() };
        let machine = self.compiled.machine(subject.machine);
        let mut state = 0;
        for call in self.entry_calls(role) {
            let Some(api) = call.api() else { continue };
            let args = match &call.subject {
                Pattern::Call { args, .. } => &args.list,
                _ => continue,
            };
            let places = self.compiled.by_api.get(&Symbol::new(api)).into_iter().flatten();
            for place in places.filter(|place| place.machine == subject.machine) {
                let pattern = &machine.events[place.event as usize].patterns[place.pattern as usize];
                let is_ours = pattern.args.iter().enumerate().all(|(at, arg)| match arg {
                    CArg::Var(var) if (*var as usize) < machine.keys => {
                        let param = args.get(at).and_then(|arg| arg.variable());
                        let position = param.and_then(|name| role.role.params.iter().position(|known| known == name));
                        let key = engine.values.node(subject.key[*var as usize]);
                        match args.get(at) {
                            // Whatever the caller took, it is nothing that this call has yet to make.
                            Some(Arg::Any) => !engine.values.in_local(subject.key[*var as usize]),
                            Some(Arg::Const(names)) => names.iter().any(|name| {
                                self.compiled
                                    .constants
                                    .get(&Symbol::new(name))
                                    .is_some_and(|number| key == Node::Int(*number))
                            }),
                            _ => position.is_some_and(|position| key == Node::Param(position as u32)),
                        }
                    }
                    _ => true,
                });
                if is_ours {
                    if let CNext::Go(to) = machine.next(state, place.event) {
                        state = *to;
                    }
                    break;
                }
            }
        }
        // A parameter that the machine knows by the role is given by the call itself.
        let mut given = false;
        for (event, name, var) in &machine.params {
            let at = role.role.params.iter().position(|known| known == name);
            let own = at.is_some_and(|at| {
                subject.key.get(*var as usize).is_some_and(|key| engine.values.node(*key) == Node::Param(at as u32))
            });
            if own && let CNext::Go(to) = machine.next(state, *event) {
                state = *to;
                given = true;
            }
        }
        AtEntry { state, given }
    }
}
