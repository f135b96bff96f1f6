//! The engine of one driver: summaries on demand, bottom-up.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use rulebook_frontend::ir::{Loc, LocalId, Symbol};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Options;
use crate::adopt::{Moves, Origins};
use crate::asks::Asks;
use crate::assert::Asserted;
use crate::code::{Code, FuncId, is_pointer};
use crate::compiled::{CNext, Compiled, MachineId};
use crate::event;
use crate::fact::Range;
use crate::guard::Course;
use crate::replay::{End, Tried};
use crate::run::{Effort, Exit, Found, Run, Subject};
use crate::state::{State, UNKNOWN};
use crate::summary::{self, Outcome, Translate, Violation};
use crate::value::{Node, Site, V, Values};
use crate::why::Watch;

/// How many functions may be followed inside each other: the stack is finite. Callees come before their callers, so
/// only long circles of calls, and long chains behind an object that is not as it was at first, come near.
const DEEPEST: u32 = 200;

/// The engine of one driver.
pub(crate) struct Engine<'a> {
    pub(crate) code: &'a Code<'a>,
    pub(crate) compiled: &'a Compiled<'a>,
    pub(crate) options: &'a Options,
    pub(crate) values: Values,
    /// Whether each function can be left by an exception.
    pub(crate) raises: Vec<bool>,
    /// Whether each machine has nothing to follow in this driver.
    pub(crate) idle: Vec<bool>,
    pub(crate) origins: Origins,
    /// Functions without a body that only return what belongs to their argument.
    pub(crate) accessors: &'a FxHashSet<Symbol>,
    pub(crate) nameless: Symbol,
    /// What the code promises of the level at entry.
    pub(crate) promised: V,
    /// What of the level at entry is more than a callee's asking.
    pub(crate) asked: V,
    /// The hidden member in which an object keeps a level.
    pub(crate) hidden: Symbol,
    /// The accessor by which it is known of a count whether the path has counted it up.
    pub(crate) taken: Symbol,
    /// An object of a caller that the function under analysis cannot name.
    pub(crate) elsewhere: V,
    pub(crate) irql_slot: V,
    pub(crate) result_slot: V,
    /// What is written down for `--why`.
    pub(crate) watch: Watch,
    /// What came of the ways of reports, by entry point and end.
    pub(crate) tried: FxHashMap<(FuncId, End), Tried>,
    /// Whether calls leave objects in another state than they found them in, where it was asked.
    pub(crate) moving: FxHashMap<(FuncId, Subject), bool>,
    /// What the functions that assert something test themselves.
    pub(crate) asserted: FxHashMap<FuncId, Asserted>,
    /// The variables that loops lead from object to object, by function, where it was asked.
    pub(crate) led: FxHashMap<FuncId, FxHashSet<LocalId>>,
    /// Locals whose address somebody else may have, where it was asked.
    pub(crate) kept: FxHashMap<(FuncId, LocalId), bool>,
    /// What the driver does to objects that questions are about, if there was one.
    pub(crate) asks: Option<Asks>,
    /// Where the events of a machine lie, by function.
    pub(crate) courses: FxHashMap<(FuncId, MachineId), Rc<Course>>,
    /// Parameters of entry points that are never `NULL`.
    pub(crate) given: FxHashMap<FuncId, Vec<u32>>,
    /// Functions before which nothing of the driver has run.
    pub(crate) first: FxHashSet<FuncId>,
    /// When the time is spent, if it is limited.
    pub(crate) deadline: Option<Instant>,
    /// Blocks visited so far.
    pub(crate) visits: usize,
    /// Those of them that went over the ways of reports, by the function of the report.
    pub(crate) replayed: FxHashMap<FuncId, usize>,
    /// Calls and ways that were not followed, for stack and time are finite: the machines whose verdict they leave open.
    pub(crate) unfollowed: BTreeMap<MachineId, u32>,
    /// How many functions are being followed inside each other.
    depth: u32,
    base: FxHashMap<FuncId, Slot<Summary>>,
    keyed: FxHashMap<(FuncId, Subject, u8), Slot<Keyed>>,
    /// The same for what is judged alone ([`Self::judged`]).
    judged: FxHashMap<(FuncId, Subject, u8), Rc<Keyed>>,
    /// The events of each machine in a function and in its calls, as bits, where it was asked.
    occurring: FxHashMap<(FuncId, MachineId), u64>,
}

enum Slot<T> {
    /// A circle of calls: the inner call is taken as a function that nothing is known of.
    Running,
    Done(Rc<T>),
}

/// The base summary of a function.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) violations: Vec<Violation>,
    /// Exits, for what is judged at the return from an entry point.
    pub(crate) exits: Vec<Outcome>,
    pub(crate) touched: Vec<Subject>,
    /// Values that are handed, in the function or in its calls, to functions that nothing is known of.
    pub(crate) handed: Vec<V>,
    /// Which events each of them has in the function or in its calls, as bits.
    pub(crate) events: FxHashMap<Subject, u64>,
    /// Events that reach objects without naming them whole, by machine, as bits.
    pub(crate) loose: BTreeMap<MachineId, u64>,
    pub(crate) moved: FxHashMap<Subject, Moves>,
    pub(crate) cut: bool,
}

impl Summary {
    /// Whether the function gives its caller the object that it made: as its result, or through an argument.
    pub(crate) fn gives(&self, key: &[V]) -> bool {
        let [key] = key else { return false };
        self.outcomes
            .iter()
            .any(|outcome| outcome.result == Some(*key) || outcome.writes.iter().any(|(_, value)| value == key))
    }
}

/// What a function does with one object.
#[derive(Debug, Default)]
pub(crate) struct Keyed {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) violations: Vec<Violation>,
    /// Every place at which the function returns, with each state in which the object is left there.
    pub(crate) exits: Vec<Outcome>,
    /// Exits at which the object is in a state it must not be left in, though other paths leave it well.
    pub(crate) leaks: Vec<Outcome>,
    /// What decides over the events, as far as callers know it.
    pub(crate) guards: Vec<V>,
    pub(crate) cut: bool,
}

impl<'a> Engine<'a> {
    pub(crate) fn new(
        code: &'a Code<'a>,
        compiled: &'a Compiled<'a>,
        options: &'a Options,
        accessors: &'a FxHashSet<Symbol>,
        callbacks: &FxHashSet<Symbol>,
    ) -> Self {
        let mut values =
            Values::new(Arc::clone(&compiled.constants), code.written_by(callbacks), crate::describe::results(code));
        let irql_slot = values.make(Node::Opaque(Symbol::new("<irql>")));
        let promised = values.make(Node::PromisedIrql);
        let asked = values.make(Node::AskedIrql);
        let elsewhere = values.make(Node::Opaque(Symbol::new("<elsewhere>")));
        let result_slot = values.make(Node::Opaque(Symbol::new("<result>")));
        Self {
            code,
            compiled,
            options,
            values,
            raises: crate::raise::raising(code, compiled),
            idle: crate::idle::idle(code, compiled),
            origins: Origins::new(code, compiled),
            accessors,
            nameless: Symbol::new(""),
            hidden: Symbol::new("<level>"),
            taken: Symbol::new("<taken>"),
            elsewhere,
            irql_slot,
            promised,
            asked,
            result_slot,
            watch: Watch::default(),
            tried: FxHashMap::default(),
            moving: FxHashMap::default(),
            asserted: FxHashMap::default(),
            led: FxHashMap::default(),
            kept: FxHashMap::default(),
            asks: None,
            courses: FxHashMap::default(),
            given: FxHashMap::default(),
            first: FxHashSet::default(),
            deadline: None,
            visits: 0,
            replayed: FxHashMap::default(),
            unfollowed: BTreeMap::new(),
            depth: 0,
            base: FxHashMap::default(),
            keyed: FxHashMap::default(),
            occurring: FxHashMap::default(),
            judged: FxHashMap::default(),
        }
    }

    /// The state at the entry of a function.
    pub(crate) fn entry(&mut self, id: FuncId) -> State {
        let irql = self.values.make(Node::EntryIrql);
        let mut state = State::new(irql);
        state.facts.restrict(&self.values, irql, &Range::between(0, 15));
        for at in 0..self.code.get(id).ir.param_count {
            let address = self.values.make(Node::Local(LocalId(at)));
            let value = self.values.make(Node::Param(at));
            state.store(&self.values, address, value, Site(0));
        }
        if self.options.branch_facts {
            for at in self.given.get(&id).into_iter().flatten() {
                let value = self.values.make(Node::Param(*at));
                state.facts.restrict(&self.values, value, &Range { not: vec![0], ..Range::ALL });
            }
        }
        state
    }

    /// The base summary of a function; `None` inside a circle of calls, and too deep inside other functions.
    pub(crate) fn base(&mut self, id: FuncId) -> Option<Rc<Summary>> {
        match self.base.get(&id) {
            Some(Slot::Running) => return None,
            Some(Slot::Done(summary)) => return Some(Rc::clone(summary)),
            None => {}
        }
        if self.is_deep() {
            for at in 0..self.compiled.machines.len() {
                *self.unfollowed.entry(MachineId(at as u16)).or_default() += 1;
            }
            return None;
        }
        self.base.insert(id, Slot::Running);
        let entry = self.entry(id);
        self.depth += 1;
        let mut found = Run::new(self, id, None, Effort::USUAL).go(vec![entry]);
        self.depth -= 1;
        for violation in &mut found.violations {
            violation.sometimes_fine = found.fine.contains(&(violation.machine, violation.loc));
        }
        let exits =
            found.exits.iter().map(|exit| summary::outcome(&self.values, &exit.state, exit.result, exit.loc)).collect();
        let mut outcomes = self.outcomes(found.exits, &found.guards, true);
        self.forget_counted_level(id, &mut outcomes);
        let summary = Rc::new(Summary {
            outcomes,
            violations: found.violations,
            exits,
            touched: found.touched,
            handed: found.handed,
            events: found.events,
            loose: found.loose,
            moved: found.moved,
            cut: found.cut,
        });
        self.base.insert(id, Slot::Done(Rc::clone(&summary)));
        Some(summary)
    }

    /// The base summary of a function that has been followed.
    pub(crate) fn made(&self, id: FuncId) -> Option<&Summary> {
        match self.base.get(&id) {
            Some(Slot::Done(summary)) => Some(summary),
            _ => None,
        }
    }

    /// What a function does with one object that is in the state `pre` at entry; `None` as in
    /// [`Self::base`].
    pub(crate) fn keyed(&mut self, id: FuncId, subject: &Subject, pre: u8) -> Option<Rc<Keyed>> {
        let at = (id, subject.clone(), pre);
        match self.keyed.get(&at) {
            Some(Slot::Running) => return None,
            Some(Slot::Done(keyed)) => return Some(Rc::clone(keyed)),
            None => {}
        }
        if self.is_deep() {
            *self.unfollowed.entry(subject.machine).or_default() += 1;
            return None;
        }
        self.keyed.insert(at.clone(), Slot::Running);
        let keyed = Rc::new(self.simulate(id, subject, pre, true));
        self.keyed.insert(at, Slot::Done(Rc::clone(&keyed)));
        Some(keyed)
    }

    /// As [`Self::keyed`], for what is judged in the function alone: where nobody calls it, paths on which nothing can
    /// happen to the object any more are not followed to their ends, and the outcomes say nothing.
    pub(crate) fn judged(&mut self, id: FuncId, subject: &Subject, pre: u8) -> Option<Rc<Keyed>> {
        let at = (id, subject.clone(), pre);
        if self.code.is_called(id) || self.keyed.contains_key(&at) {
            return self.keyed(id, subject, pre);
        }
        if let Some(known) = self.judged.get(&at) {
            return Some(Rc::clone(known));
        }
        let machine = self.compiled.machine(subject.machine);
        let nothing = !machine.owes(pre) && self.is_inert(id, subject.machine, pre);
        let judged = Rc::new(if nothing { Keyed::default() } else { self.simulate(id, subject, pre, false) });
        self.judged.insert(at, Rc::clone(&judged));
        Some(judged)
    }

    fn simulate(&mut self, id: FuncId, subject: &Subject, pre: u8, for_callers: bool) -> Keyed {
        let mut start = self.entry(id);
        start.instance = Some(event::instance(pre));
        self.suppose_there(subject, &mut start);
        self.depth += 1;
        let mut run = Run::new(self, id, Some(subject.clone()), Effort::USUAL);
        run.for_callers = for_callers;
        let found = run.go(vec![start]);
        self.depth -= 1;
        self.finish(id, subject, found)
    }

    /// Whether nothing that happens in the function, or in its calls, to whatever object, makes anything of one in the
    /// state `pre`: its automaton stays, and nothing is asked of the events or kept of them. Such a call need not be
    /// followed for it.
    pub(crate) fn is_inert(&mut self, id: FuncId, machine: MachineId, pre: u8) -> bool {
        let events = match self.occurring.get(&(id, machine)) {
            Some(known) => *known,
            // In a circle of calls anything may happen.
            None => match self.base(id) {
                None => return false,
                Some(base) => {
                    let own = base.events.iter().filter(|(subject, _)| subject.machine == machine);
                    let loose = base.loose.get(&machine).copied().unwrap_or(0);
                    let events = own.fold(loose, |all, (_, events)| all | events);
                    self.occurring.insert((id, machine), events);
                    events
                }
            },
        };
        let machine = self.compiled.machine(machine);
        let mut happening = (0..machine.events.len() as u8).filter(|event| events >> (event & 63) & 1 == 1);
        happening.all(|event| machine.is_silent(pre, event))
            && machine.escapes.iter().all(|(event, ..)| machine.is_silent(pre, *event))
    }

    /// Whether the time is spent.
    pub(crate) fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Whether no function is followed inside the one at hand.
    pub(crate) fn is_deep(&self) -> bool {
        self.depth >= DEEPEST
    }

    /// An object that is followed is there: its handle is not null, unless the rule asks for the null result itself.
    pub(crate) fn suppose_there(&self, subject: &Subject, state: &mut State) {
        let machine = self.compiled.machine(subject.machine);
        let patterns = || machine.events.iter().flat_map(|event| &event.patterns);
        let not_null = Range { not: vec![0], ..Range::ALL };
        for (at, key) in subject.key.iter().enumerate() {
            let own = |pattern: &&crate::compiled::CPattern| pattern.binds.is_some_and(|var| usize::from(var) == at);
            let by_null = |pattern: &crate::compiled::CPattern| {
                pattern.result.as_ref().is_some_and(|test| test.yes.iter().any(|yes| yes.contains(0)))
            };
            // A level is none the less one for being the lowest.
            let level = self.values.node(*key) == Node::EntryIrql;
            if !level && !patterns().filter(own).any(by_null) {
                state.facts.restrict(&self.values, *key, &not_null);
            }
        }
    }

    /// The object that a callee stores through an argument into a local of the caller: what stands there after the call.
    pub(crate) fn made_at(&mut self, summary: &Summary, key: &[V], translate: &mut Translate<'_>) -> Option<V> {
        let [key] = key else { return None };
        let Node::Init(address) = self.values.node(*key) else { return None };
        // What is cleared there is not made there.
        let made = |value: V| self.values.as_int(value).is_none();
        let stores = |outcome: &Outcome| {
            outcome.forgotten.iter().any(|(root, _)| *root == address)
                || outcome.writes.iter().any(|(place, value)| *place == address && made(*value))
        };
        if !summary.outcomes.iter().any(stores) {
            return None;
        }
        let address = translate.value(&mut self.values, address);
        let local = self.values.in_local(address);
        local.then(|| self.values.make(Node::Havoc(address, translate.site)))
    }

    /// The objects for which a run of the function from `pre` violates the machine's rule at `loc`.
    pub(crate) fn violated_in(&self, id: FuncId, pre: u8, at: (MachineId, Loc)) -> Vec<Subject> {
        let mut found: Vec<Subject> = Vec::new();
        let keyed = self.keyed.iter().filter_map(|(known, slot)| match slot {
            Slot::Done(keyed) => Some((known, keyed)),
            Slot::Running => None,
        });
        for ((function, subject, state), keyed) in keyed {
            if *function == id
                && *state == pre
                && subject.machine == at.0
                && keyed.violations.iter().any(|violation| violation.loc == at.1)
            {
                found.push(subject.clone());
            }
        }
        found.sort_by(|a, b| a.key.cmp(&b.key));
        found
    }

    fn finish(&mut self, id: FuncId, subject: &Subject, mut found: Found) -> Keyed {
        for violation in &mut found.violations {
            violation.sometimes_fine = found.fine.contains(&(violation.machine, violation.loc));
        }
        let machine = self.compiled.machine(subject.machine);
        let level_matters = machine.level_matters;
        // What the returns of an entry point in the scope owe is judged there.
        let everywhere = machine.rule.scope.roles.is_empty() && machine.rule.scope.irp.is_empty();
        // What is done to elements of an array in one loop may be undone in another: nothing tells of which.
        let by_index =
            found.exits.iter().any(|exit| exit.state.instance.as_ref().is_some_and(|instance| instance.by_index));
        let everywhere = everywhere && !by_index;
        let leaks = if everywhere { self.leaks(id, subject, &mut found.exits) } else { Vec::new() };
        self.forget_counted(id, subject.machine, &mut found);
        found.exits.retain(|exit| !self.has_nothing_to_undo(id, subject, exit));
        // What was reported need not be heard of again.
        found.exits.retain(|exit| exit.state.instance.as_ref().is_none_or(|instance| instance.state != UNKNOWN));
        let mut exits: Vec<Outcome> = Vec::new();
        for exit in &found.exits {
            let post = exit.state.instance.as_ref().map(|instance| instance.state);
            let event = machine.exit_event_for(&exit.returned(&self.values)).filter(|_| !by_index);
            let known = |other: &Outcome| {
                other.loc == exit.loc && other.exit == event && other.moved.as_ref().map(|moved| moved.post) == post
            };
            if !exits.iter().any(known) {
                let outcome = summary::outcome(&self.values, &exit.state, exit.result, exit.loc);
                exits.push(Outcome { exit: event, ..outcome });
            }
        }
        let guards = found.guards.all().into_iter().filter(|value| self.values.exportable(*value)).collect();
        Keyed {
            outcomes: self.outcomes(found.exits, &found.guards, level_matters),
            violations: found.violations,
            exits,
            leaks,
            guards,
            cut: found.cut,
        }
    }

    /// Exits that leave the object in a state it must not be left in, where other exits that the caller cannot tell
    /// from them leave it well after the same events. Their callers need not hear of it again.
    fn leaks(&mut self, id: FuncId, subject: &Subject, exits: &mut [Exit]) -> Vec<Outcome> {
        let is_called = self.code.is_called(id);
        if is_called && is_pointer(self.code.get(id).ir.return_type.as_str()) {
            self.suppose_given(exits);
        }
        let machine = self.compiled.machine(subject.machine);
        let Some(event) = machine.exit_event() else { return Vec::new() };
        let owed = |exit: &Exit| {
            let instance = exit.state.instance.as_ref()?;
            let owes = instance.state != UNKNOWN && matches!(machine.next(instance.state, event), CNext::Error(_));
            (instance.pre == 0).then_some((owes, instance.seen))
        };
        let well: Vec<&Exit> =
            exits.iter().filter(|exit| matches!(owed(exit), Some((false, seen)) if seen != 0)).collect();
        // Released on some path: events that lead out of a state in which the object is owed.
        let released = |seen: u64| {
            (0..machine.next.len() as u8).any(|state| {
                matches!(machine.next(state, event), CNext::Error(_))
                    && (0..machine.events.len() as u8)
                        .any(|e| seen >> e & 1 == 1 && matches!(machine.next(state, e), CNext::Go(to) if *to == 0))
            })
        };
        let well: Vec<&Exit> =
            well.into_iter().filter(|exit| owed(exit).is_some_and(|(_, seen)| released(seen))).collect();
        let mut leaks = Vec::new();
        let mut marked = Vec::new();
        for (at, exit) in exits.iter().enumerate() {
            if !matches!(owed(exit), Some((true, _))) {
                continue;
            }
            let told =
                |other: &&Exit| self.told_apart(exit, other) || (is_called && self.told_by_arguments(exit, other));
            let told = !well.is_empty() && well.iter().all(told);
            if !well.is_empty() && !told {
                let outcome = summary::outcome(&self.values, &exit.state, exit.result, exit.loc);
                leaks.push(Outcome { exit: Some(event), ..outcome });
                marked.push(at);
            }
        }
        for at in marked {
            if let Some(instance) = &mut exits[at].state.instance {
                instance.state = UNKNOWN;
            }
        }
        leaks
    }

    /// A function that returns a pointer that it found in memory, and elsewhere says with null that it has none, does
    /// not return a null that it found.
    fn suppose_given(&self, exits: &mut [Exit]) {
        let values = &self.values;
        if !exits.iter().any(|exit| exit.result.is_some_and(|result| values.as_int(result) == Some(0))) {
            return;
        }
        let not_null = Range { not: vec![0], ..Range::ALL };
        for exit in exits {
            if let Some(result) = exit.result
                && matches!(values.node(result), Node::Init(_))
                && exit.state.range(values, result).high > 0
            {
                exit.state.facts.restrict(values, result, &not_null);
            }
        }
    }

    /// Whether the result tells a caller that the first exit holds the object and the second does not:
    /// held on success, not held on failure.
    fn told_apart(&self, held: &Exit, free: &Exit) -> bool {
        let (Some(a), Some(b)) = (held.result, free.result) else { return false };
        let (a, b) = (held.state.range(&self.values, a), free.state.range(&self.values, b));
        let distinct = a.meet(&b).is_empty();
        let failed = |range: &Range| range.high < 0;
        let null = |range: &Range| range.low == 0 && range.high == 0;
        // A failure that leaves the object held tells nothing that a caller could expect.
        distinct && !failed(&a) && (!null(&a) || failed(&b))
    }

    /// Whether what the caller hands over tells it which of the two exits is taken, or what it finds where it said
    /// that something be stored.
    fn told_by_arguments(&self, held: &Exit, free: &Exit) -> bool {
        let values = &self.values;
        let is_param = |value: V| matches!(values.node(value), Node::Param(_));
        let apart = |a: &Range, b: &Range| a.meet(b).is_empty();
        let facts = summary::entry_facts(values, &held.state);
        let by_value =
            facts.iter().any(|(value, range)| is_param(*value) && apart(range, &free.state.range(values, *value)));
        let stored = |(address, value): (V, V)| {
            let there = free.state.stored(address).filter(|_| is_param(address))?;
            Some(apart(&held.state.range(values, value), &free.state.range(values, there)))
        };
        by_value || held.state.all_stored().any(|one| stored(one) == Some(true))
    }
}
