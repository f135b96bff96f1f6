//! What of a function's violations and returns convicts it: by the roles it has, their levels and contracts.

use rulebook_frontend::ir::{BinOp, Symbol};
use rulebook_machine::semantics::ExitState;
use rulebook_machine::table::Rule;

use crate::code::FuncId;
use crate::compiled::{CCondition, CNext, MachineId};
use crate::drive::Drive;
use crate::engine::Engine;
use crate::fact::Range;
use crate::finding::Convicted;
use crate::level::{can_be_entered, convicting_level, level_that_convicts};
use crate::replay::End;
use crate::roles::Attached;
use crate::run::Subject;
use crate::state::UNKNOWN;
use crate::summary::{Outcome, Violation};
use crate::trace::{Kind, Trace};
use crate::value::{Node, V};

impl Drive<'_, '_> {
    pub(crate) fn judge_base(
        &self,
        engine: &mut Engine<'_>,
        id: FuncId,
        violation: &Violation,
        convicted: &mut Vec<Convicted>,
    ) {
        let rule = &self.compiled.machine(violation.machine).rule;
        for role in self.roles_for(id, rule) {
            let never =
                !self.is_called_for(engine, id, role, violation) || self.finds_no_flag(engine, role, &violation.facts);
            if never || self.passes_exception(rule, &violation.trace) {
                continue;
            }
            let entry = self.entry_level(id, role);
            let level = convicting_level(engine, entry.as_ref(), violation);
            let level = level.filter(|_| can_be_entered(engine, entry.as_ref(), violation));
            let Some(level) = level else {
                let open = "the levels at which the entry point may be entered leave it open: nobody is convicted";
                engine.watch.note(violation.loc, || open.to_owned());
                continue;
            };
            let end = End::Violation(violation.machine, violation.loc, violation.function);
            if let Some(trace) = engine.way(id, None, 0, &violation.trace, end) {
                let violation = Violation { trace, ..violation.clone() };
                convicted.push(Convicted::new(&violation, id, role, level, entry));
            } else {
                engine.watch.note(violation.loc, no_way);
            }
            return;
        }
    }

    /// Returns that leave the object in a state that it must not be left in.
    fn convict_returns(
        &self,
        engine: &mut Engine<'_>,
        (id, subject, role): (FuncId, &Subject, Option<&Attached<'_>>),
        returns: &[&Outcome],
        object: &str,
        convicted: &mut Vec<Convicted>,
    ) {
        let machine = self.compiled.machine(subject.machine);
        for outcome in returns {
            let (Some(moved), Some(event)) = (&outcome.moved, outcome.exit) else { continue };
            let state = if moved.post == UNKNOWN { continue } else { moved.post };
            let CNext::Error(message) = machine.next(state, event) else { continue };
            let mut violation =
                exit_violation(subject.machine, message, id, self.code.get(id).ir.name, outcome, Range::ALL);
            violation.object = object.into();
            violation.sometimes_fine = true;
            let end = End::Return(outcome.loc, state, Some(event));
            if let Some(trace) = engine.way(id, Some(subject), moved.pre, &outcome.trace, end) {
                violation.trace = trace;
                convicted.push(Convicted::new(&violation, id, role, Range::ALL, None));
            } else {
                engine.watch.note(outcome.loc, no_way);
            }
        }
    }

    /// Whether the way to a violation goes into a function of a role that the rule leaves out.
    fn passes_exception(&self, rule: &Rule, trace: &Trace) -> bool {
        if rule.scope.except_roles.is_empty() {
            return false;
        }
        let semantics = &self.compiled.table.semantics;
        let left_out = |name: Symbol| {
            self.code.named(name).iter().flat_map(|id| self.roles.of(*id)).any(|role| {
                rule.scope.except_roles.iter().any(|word| semantics.roles_of(word).contains(&role.type_name))
            })
        };
        let mut trace = trace;
        while let Some(last) = trace.steps().last()
            && let (Kind::Call(name), Some(inner)) = (last.kind, &last.inner)
        {
            if left_out(name) {
                return true;
            }
            trace = inner;
        }
        false
    }

    /// Whether the entry point can come to the violation when it is called for what `role` is registered under.
    ///
    /// Where the path does not say which of several codes it is for, a level convicts only if it does for all of them.
    fn is_called_for(
        &self,
        engine: &Engine<'_>,
        id: FuncId,
        role: Option<&Attached<'_>>,
        violation: &Violation,
    ) -> bool {
        let Some((role, index)) = role.and_then(|role| Some((role, role.index?))) else { return true };
        let tables = || role.role.registered.iter().map(|way| way.table.as_str()).filter(|table| !table.is_empty());
        let code = violation.facts.iter().find(|(value, _)| match engine.values.node(*value) {
            Node::Init(address) => match engine.values.node(address) {
                Node::Field(_, name) => tables().any(|table| table == name.as_str()),
                _ => false,
            },
            _ => false,
        });
        if let Some((_, code)) = code {
            return code.contains(index);
        }
        let Some(bad) = &violation.entry else { return true };
        let others = self.roles.of(id).iter().filter(|other| other.type_name == role.type_name);
        others.filter(|other| other.index.is_some()).all(|other| {
            let entry = self.entry_level(id, Some(other));
            entry.is_some_and(|entry| level_that_convicts(engine, &entry, bad, violation).is_some())
        })
    }

    /// Whether the path supposes that none of the flags is set of which the role's contract says that one always is.
    fn finds_no_flag(&self, engine: &Engine<'_>, role: Option<&Attached<'_>>, facts: &[(V, Range)]) -> bool {
        let Some(role) = role.map(|role| role.role) else { return false };
        let values = &engine.values;
        let unset = |param: u32, flag: i64| {
            facts.iter().filter(|(_, range)| *range == Range::exactly(0)).any(|(value, _)| match values.node(*value) {
                Node::Bin(BinOp::And, a, b) => [(a, b), (b, a)].into_iter().any(|(of, mask)| {
                    values.node(of) == Node::Param(param) && values.as_int(mask).is_some_and(|mask| mask & flag == flag)
                }),
                _ => false,
            })
        };
        role.contract.one_of_flags.iter().any(|(name, flags)| {
            let param = role.params.iter().position(|param| param == name);
            param.is_some_and(|at| flags.iter().all(|flag| unset(at as u32, self.compiled.number(flag))))
        })
    }

    /// Rules that want the level at exit to be the level at entry.
    pub(crate) fn judge_level_at_exit(
        &self,
        engine: &mut Engine<'_>,
        id: FuncId,
        exits: &[Outcome],
        convicted: &mut Vec<Convicted>,
    ) {
        for (at, machine) in self.compiled.machines.iter().enumerate() {
            let Some(event) = machine.exit_event() else { continue };
            let same = |check: &&crate::compiled::CCheck<'_>| {
                check.require.iter().any(|condition| matches!(condition, CCondition::SameIrql))
            };
            let Some(check) = machine.checks[event as usize].iter().find(same) else { continue };
            for role in self.roles_for(id, machine.rule).into_iter().flatten() {
                if role.role.contract.irql_may_change {
                    continue;
                }
                let Some(entry) = self.entry_level(id, Some(role)) else { continue };
                for exit in exits {
                    let now = exit
                        .facts
                        .iter()
                        .find(|(value, _)| *value == exit.irql)
                        .map_or(Range::between(0, 15), |(_, range)| range.clone());
                    let now = engine.values.as_int(exit.irql).map_or(now, Range::exactly);
                    let known = engine.values.as_int(exit.irql).is_some();
                    if engine.values.node(exit.irql) == Node::EntryIrql || !known {
                        continue;
                    }
                    let within = Range::between(i64::from(entry.within.min.0), i64::from(entry.within.max.0));
                    let within = crate::level::at_entry(&engine.values, &exit.facts, &within);
                    let called_at = entry
                        .called_at
                        .iter()
                        .any(|level| within.contains(i64::from(level.0)) && !now.contains(i64::from(level.0)));
                    if within.is_empty() || (!within.meet(&now).is_empty() && !called_at) {
                        continue;
                    }
                    let end = End::Return(exit.loc, UNKNOWN, None);
                    let Some(trace) = engine.way(id, None, 0, &exit.trace, end) else { continue };
                    let name = self.code.get(id).ir.name;
                    let violation = exit_violation(MachineId(at as u16), check.message, id, name, exit, now);
                    let violation = Violation { trace, ..violation };
                    convicted.push(Convicted::new(
                        &violation,
                        id,
                        Some(role),
                        violation.irql.clone(),
                        Some(entry.clone()),
                    ));
                }
            }
        }
    }

    pub(crate) fn judge_keyed(
        &self,
        engine: &mut Engine<'_>,
        id: FuncId,
        subject: &Subject,
        keyed: &crate::engine::Keyed,
        own: bool,
        convicted: &mut Vec<Convicted>,
    ) {
        let machine = self.compiled.machine(subject.machine);
        let ir = self.code.get(id).ir;
        let object =
            subject.key.first().map_or_else(String::new, |value| crate::describe::value(&engine.values, ir, *value));
        let annotated_holder = self.annotations.get(&id).is_some_and(|all| {
            all.iter().any(|annotation| {
                let name = annotation.name.as_str();
                name.starts_with("Acquires_")
                    || name.starts_with("Releases_")
                    || name.starts_with("Requires_lock_held")
                    || name.starts_with("drv_acquires")
                    || name.starts_with("drv_releases")
            })
        });
        let events = engine.base(id).and_then(|base| base.events.get(subject).copied()).unwrap_or(0);
        let takes_it_too = (0..machine.events.len() as u8).any(|event| {
            events >> (event & 63) & 1 == 1 && matches!(machine.next(0, event), CNext::Go(to) if *to != 0)
        });
        let is_local = subject.key.iter().any(|value| engine.values.in_local(*value));
        // An object that the function makes and keeps to itself is nobody else's to see to.
        let is_own = |value: &V| engine.values.in_local(*value) || engine.values.is_made(*value);
        let kept = !subject.key.is_empty() && subject.key.iter().all(is_own);
        let mut roles = self.roles_for(id, machine.rule);
        if kept && roles.is_empty() && self.serves(id, machine.rule) {
            roles.push(None);
        }
        for role in roles {
            let contract = role.map(|role| &role.role.contract);
            let exit_owed = contract.map_or(ExitState::Same, |contract| contract.exit);
            let mut owing = Vec::new();
            let mut leaks: Vec<&Outcome> = Vec::new();
            if exit_owed != ExitState::Any && !annotated_holder {
                leaks.extend(&keyed.leaks);
            }
            if own {
                let pre = self.entry_state(engine, subject, role);
                let other = if pre.state == 0 { None } else { engine.judged(id, subject, pre.state) };
                let keyed = other.as_deref().unwrap_or(keyed);
                for violation in keyed.violations.iter().filter(|violation| violation.pre == pre.state) {
                    let first = violation.seen & !machine.idle_in(pre.state) == 0 && !pre.given;
                    let held_by_caller = contract.is_some_and(|contract| contract.caller_may_hold) && !is_local;
                    let may_be_held = held_by_caller || annotated_holder;
                    // A function that nobody is known to call may be the release half of a pair: unless it takes the
                    // object as well, on another way to this place, or shows by what is its own that nobody took it.
                    let both = takes_it_too && violation.sometimes_fine;
                    let half = role.is_none() && !both && !violation.unset && !is_local;
                    if first && (may_be_held || half) {
                        engine.watch.note(violation.loc, || {
                            let who = if may_be_held {
                                "its contract or annotation says so"
                            } else {
                                "no caller is known, and it may be the other half of a pair"
                            };
                            format!("`{}` may be entered with the object in another state: {who}", ir.name)
                        });
                        continue;
                    }
                    if !self.is_called_for(engine, id, role, violation)
                        || self.finds_no_flag(engine, role, &violation.facts)
                        || self.passes_exception(machine.rule, &violation.trace)
                    {
                        continue;
                    }
                    let entry = self.entry_level(id, role);
                    let Some(level) = convicting_level(engine, entry.as_ref(), violation) else { continue };
                    // Where a level is what is followed, what is known of it is no test of the path.
                    let is_level = subject.key.iter().any(|value| engine.values.node(*value) == Node::EntryIrql);
                    if !is_level && !can_be_entered(engine, entry.as_ref(), violation) {
                        continue;
                    }
                    let end = End::Violation(violation.machine, violation.loc, violation.function);
                    if let Some(trace) = engine.way(id, Some(subject), pre.state, &violation.trace, end) {
                        let violation = Violation { trace, ..violation.clone() };
                        convicted.push(Convicted::new(&violation, id, role, level, None));
                    } else {
                        engine.watch.note(violation.loc, no_way);
                    }
                }
                if role.is_some() || kept {
                    owing.clone_from(&keyed.exits);
                    for outcome in &owing {
                        let (Some(moved), Some(event)) = (&outcome.moved, outcome.exit) else { continue };
                        let owes = moved.pre == pre.state
                            && moved.post != UNKNOWN
                            && matches!(machine.next(moved.post, event), CNext::Error(_))
                            && !self.finds_no_flag(engine, role, &outcome.facts)
                            && (role.is_some() || !gives(outcome, &subject.key))
                            && match exit_owed {
                                // What the entry itself made is owed like what the function made.
                                ExitState::Same => pre.given || moved.post != pre.state,
                                ExitState::Initial => moved.post != 0,
                                ExitState::Any => false,
                            };
                        if owes {
                            leaks.push(outcome);
                        }
                    }
                }
            }
            self.convict_returns(engine, (id, subject, role), &leaks, &object, convicted);
            if !convicted.is_empty() && role.is_none() {
                break;
            }
        }
    }
}

/// Whether a return gives the object to the caller, or leaves it where others find it.
fn gives(outcome: &Outcome, key: &[V]) -> bool {
    let given = outcome.result.iter().chain(outcome.writes.iter().map(|(_, value)| value));
    given.into_iter().any(|value| key.contains(value))
}

/// What `--why` says where the way to a violation contradicts itself.
fn no_way() -> String {
    "the way to a violation here holds decisions that contradict each other: nothing can go it".to_owned()
}

/// A violation at the return from a function.
fn exit_violation(
    machine: MachineId,
    message: &str,
    id: FuncId,
    function: Symbol,
    exit: &Outcome,
    irql: Range,
) -> Violation {
    Violation {
        machine,
        message: message.into(),
        api: function,
        pre: exit.moved.as_ref().map_or(0, |moved| moved.pre),
        seen: exit.moved.as_ref().map_or(0, |moved| moved.seen),
        facts: exit.facts.clone(),
        unset: false,
        assumed: Vec::new(),
        entry: None,
        irql,
        loc: exit.loc,
        function: id,
        object: "".into(),
        trace: exit.trace.clone(),
        sometimes_fine: true,
        depth: 0,
    }
}
