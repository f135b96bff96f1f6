//! What a sequence of calls violates, told by the machines of the table alone.
//!
//! Fixtures are made from abstract sequences, so their expected results need no analyzer: the sequence of each path
//! is run through every machine. Values are names here; where a machine cannot tell, nothing is expected.

mod call;
mod judges;
mod level;
mod matching;
mod stores;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use rulebook_machine::condition::Condition;
use rulebook_machine::pattern::{Pattern, Subject};
use rulebook_machine::rule::{Event, Machine, Next, UNKNOWN};
use rulebook_machine::semantics::{Contract, ExitState};
use rulebook_machine::table::Table;

pub(crate) use call::call_of;
pub(crate) use judges::Judges;
pub(crate) use level::LevelValue;
pub(crate) use matching::Bindings;

/// An argument, or another value, of an abstract call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operand {
    /// An object that keeps its identity, such as a lock.
    Object(String),
    /// The present value of a variable.
    Var(String),
    /// The address of a variable.
    Addr(String),
    /// The address of a member of what the object points to: the object, and the way to the member.
    Part(String, String),
    /// A constant, by name or number.
    Const(String),
    /// Something that no rule asks about: what the type suggests.
    Any,
}

/// An abstract call.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    /// The function.
    pub(crate) api: String,
    /// Its arguments, by position.
    pub(crate) args: Vec<Operand>,
    /// The variable that its result is stored in.
    pub(crate) binds: Option<String>,
    /// The constant that its result is known to be, where the code tests it.
    pub(crate) result: Option<String>,
    /// Whether the code asks for success as such, not for that one constant.
    pub(crate) by_success: bool,
}

/// A call or return at a site of a fixture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// A call.
    Call(usize, Call),
    /// The return from the entry point, with the constant that is surely returned.
    Exit(usize, Option<String>),
}

/// Where a path runs: the model of its driver and the role of its entry point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'t> {
    pub(crate) model: &'t str,
    pub(crate) role: &'t str,
    /// The constant that the entry point is registered under.
    pub(crate) index: Option<&'t str>,
    /// Whether what cannot be told is taken as a violation could need it: an object that the role's caller may hold
    /// is taken not to be held.
    pub(crate) doubts: bool,
    /// Whether results that the code does not look at may be either.
    pub(crate) guesses: bool,
}

/// The violations of one path: rule and site.
pub(crate) type Violations = BTreeSet<(String, usize)>;

/// A path with every spelling of its calls, worked out once for all machines.
type Prepared = Vec<(Act, Vec<Call>)>;

fn prepared(table: &Table, path: &[Act]) -> Prepared {
    let spell = |act: &Act| match act {
        // An alias is another spelling of the same call: a machine may know either.
        Act::Call(_, call) => matching::spellings(table, call),
        Act::Exit(..) => Vec::new(),
    };
    path.iter().map(|act| (act.clone(), spell(act))).collect()
}

fn patterns(machine: &Machine) -> impl Iterator<Item = &Pattern> {
    machine.events.iter().flat_map(|event| &event.patterns)
}

/// The sites of one path at which one machine reports.
pub(crate) fn sites(table: &Table, machine: &Machine, setting: Setting<'_>, path: &[Act]) -> BTreeSet<usize> {
    run(table, machine, setting, &prepared(table, path), &BTreeSet::new())
}

/// The sites of one path at which each of two machines reports, one of which is a mutant of the other.
pub(crate) fn told_apart(
    table: &Table,
    machines: [&Machine; 2],
    setting: Setting<'_>,
    path: &[Act],
) -> [BTreeSet<usize>; 2] {
    let path = prepared(table, path);
    machines.map(|machine| run(table, machine, setting, &path, &BTreeSet::new()))
}

/// The event of a return: the first whose test the value surely passes; a test passes nothing that is not known.
pub(crate) fn exit_event<'m>(table: &Table, machine: &'m Machine, value: Option<&str>) -> Option<&'m Event> {
    let fits = |pattern: &Pattern| {
        pattern.subject == Subject::Exit
            && match (&pattern.result, value) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(test), Some(value)) => matching::returned(table, test, value) == Some(true),
            }
    };
    machine.events.iter().find(|event| event.patterns.iter().any(fits))
}

/// Whether a comparison of an argument with a constant holds; `None` where that cannot be told.
pub(crate) fn compares(table: &Table, condition: &Condition, call: &Call) -> Option<bool> {
    matching::holds(table, condition, call, &Bindings::new(), &BTreeMap::new(), &LevelValue::at_entry(None, None))
}

/// The functions that a machine's events are about.
pub(crate) fn apis(machine: &Machine) -> impl Iterator<Item = &str> {
    patterns(machine).filter_map(Pattern::api)
}

struct Instance {
    bound: Bindings,
    state: String,
    /// The state in which the entry point got it; `None` for one met later.
    at_entry: Option<String>,
}

/// An event that a call is.
struct Met<'t> {
    event: String,
    bound: Bindings,
    /// The call in the spelling that the machine knows; `None` for other events.
    call: Option<Call>,
    /// Conditions on what earlier events of the object have bound.
    open: Vec<&'t Condition>,
}

struct Run<'t> {
    table: &'t Table,
    machine: &'t Machine,
    setting: Setting<'t>,
    contract: &'t Contract,
    instances: Vec<Instance>,
    /// The state of objects that are not met yet: events that name none reach them too.
    unmet: String,
    memory: matching::Memory,
    level: LevelValue,
    entry: LevelValue,
    fresh: usize,
    found: BTreeSet<usize>,
    /// Which of the patterns that ask for a result that the code does not look at is taken to fit; none where 0.
    guess: usize,
    /// How many there are to choose from, at most.
    guesses: usize,
}

/// Runs one machine; a result that is not looked at forks.
/// The contract of what is no role.
static NO_CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::default);

fn run(
    table: &Table,
    machine: &Machine,
    setting: Setting<'_>,
    path: &Prepared,
    hidden: &BTreeSet<&str>,
) -> BTreeSet<usize> {
    let (mut found, guesses) = run_once(table, machine, setting, path, hidden, 0);
    for guess in 1..=if setting.guesses { guesses } else { 0 } {
        found.extend(run_once(table, machine, setting, path, hidden, guess).0);
    }
    found
}

fn run_once<'t>(
    table: &'t Table,
    machine: &'t Machine,
    setting: Setting<'t>,
    path: &Prepared,
    hidden: &BTreeSet<&str>,
    guess: usize,
) -> (BTreeSet<usize>, usize) {
    let role = table.semantics.roles.get(setting.role);
    let contract = role.map_or(&*NO_CONTRACT, |role| &role.contract);
    let entry = LevelValue::at_entry(contract.irql.as_ref(), setting.index);
    let mut run = Run {
        table,
        machine,
        setting,
        contract,
        instances: Vec::new(),
        unmet: machine.initial().map(|state| state.name.clone()).unwrap_or_default(),
        memory: BTreeMap::new(),
        level: entry.clone(),
        entry,
        fresh: 0,
        found: BTreeSet::new(),
        guess,
        guesses: 0,
    };
    run.enter(role.map(|role| &role.params[..]).unwrap_or_default());
    for (act, spellings) in path {
        match act {
            Act::Call(_, call) if hidden.contains(call.api.as_str()) => run.effects(spellings),
            Act::Call(site, call) => run.call(*site, call, spellings),
            Act::Exit(site, value) => run.exit(*site, value.as_deref()),
        }
    }
    (run.found, run.guesses)
}

impl Run<'_> {
    /// The entry: the contract's calls have been made, and parameters are bound.
    fn enter(&mut self, params: &[String]) {
        for pattern in &self.contract.entered_after {
            if let Some(call) = call_of(pattern) {
                let spellings = matching::spellings(self.table, &call);
                self.call(usize::MAX, &call, &spellings);
            }
        }
        // The level at entry is what the contract says, whatever those calls would do to it.
        self.level = self.entry.clone();
        let machine = self.machine;
        let mut given = Vec::new();
        for (event, pattern) in
            machine.events.iter().flat_map(|event| event.patterns.iter().map(move |pattern| (&event.name, pattern)))
        {
            if let Subject::Param(name) = &pattern.subject
                && params.contains(name)
                && let Some(var) = &pattern.binds
            {
                let bound = Bindings::from([(var.clone(), Operand::Object(name.clone()))]);
                given.push((event, bound));
            }
        }
        for instance in &mut self.instances {
            instance.at_entry = Some(instance.state.clone());
        }
        for (event, bound) in given {
            self.happens(usize::MAX, &[Met { event: event.clone(), bound, call: None, open: Vec::new() }]);
        }
        self.found.clear();
    }

    fn call(&mut self, site: usize, call: &Call, spellings: &[Call]) {
        self.fresh += 1;
        let (guess, mut guesses) = (self.guess, 0);
        let mut met: Vec<Met<'_>> = Vec::new();
        for event in &self.machine.events {
            let fitting = event.patterns.iter().find_map(|pattern| {
                let spelling = spellings.iter().find(|spelling| pattern.api() == Some(spelling.api.as_str()))?;
                let level = &self.level;
                let bound = matching::fits(self.table, pattern, spelling, &self.memory, level, self.fresh)?;
                if let Some(wanted) = &pattern.result {
                    let untold = matching::test(self.table, wanted, spelling).is_none();
                    guesses += usize::from(untold);
                    if untold && guess != guesses {
                        return None;
                    }
                }
                // What earlier events of an object have bound is asked where it is known which object it is about.
                let is_open =
                    |condition: &&Condition| matching::variables(condition).any(|name| !bound.contains_key(name));
                let (open, closed): (Vec<&Condition>, Vec<&Condition>) = event.when.iter().partition(is_open);
                let holds = |condition| {
                    matching::holds(self.table, condition, spelling, &bound, &self.memory, level) == Some(true)
                };
                closed.into_iter().all(holds).then(|| Met {
                    event: event.name.clone(),
                    bound,
                    call: Some(spelling.clone()),
                    open,
                })
            });
            met.extend(fitting);
        }
        self.guesses = self.guesses.max(guesses);
        self.happens(site, &met);
        self.made(call);
        self.effects(spellings);
    }

    fn exit(&mut self, site: usize, value: Option<&str>) {
        if let Some(event) = exit_event(self.table, self.machine, value) {
            let event = event.name.clone();
            self.happens(site, &[Met { event, bound: Bindings::new(), call: None, open: Vec::new() }]);
        }
    }

    /// Something happened that is one of these events: for each object the first that can be about it.
    fn happens(&mut self, site: usize, met: &[Met<'_>]) {
        let machine = self.machine;
        let keys = |met: &Met<'_>| -> Bindings {
            let of_keys = met.bound.iter().filter(|(name, _)| machine.keys.contains(name));
            of_keys.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        if let Some(first) = met.first() {
            let keys = keys(first);
            if keys.len() == machine.keys.len()
                && !self.instances.iter().any(|i| keys.iter().all(|(n, v)| i.bound.get(n) == Some(v)))
            {
                // An object that the role's caller may hold is in no state that could convict.
                let held = self.contract.caller_may_hold && !keys.is_empty() && !self.setting.doubts;
                let state = if held { UNKNOWN.to_owned() } else { self.unmet.clone() };
                self.instances.push(Instance { bound: keys, state, at_entry: None });
            }
        }
        let nameless = met.iter().find(|met| keys(met).is_empty() && met.open.is_empty());
        if let Some(Next::Go(next)) =
            nameless.and_then(|met| machine.state(&self.unmet).and_then(|state| state.on.get(&met.event)))
        {
            self.unmet.clone_from(next);
        }
        for at in 0..self.instances.len() {
            let bound = &self.instances[at].bound;
            let about = |(name, value): (&String, &Operand)| bound.get(name).is_none_or(|known| known == value);
            if let Some(met) = met.iter().find(|met| keys(met).iter().all(about) && self.fulfils(at, met)) {
                self.reaches(site, at, met);
            }
        }
    }

    /// Whether the conditions on what the instance has bound hold; on what it has not bound none does.
    fn fulfils(&self, at: usize, met: &Met<'_>) -> bool {
        let (Some(call), false) = (&met.call, met.open.is_empty()) else { return met.open.is_empty() };
        let mut bound = self.instances[at].bound.clone();
        bound.extend(met.bound.iter().map(|(name, value)| (name.clone(), value.clone())));
        met.open.iter().all(|condition| {
            matching::holds(self.table, condition, call, &bound, &self.memory, &self.level) == Some(true)
        })
    }

    /// An event of one instance: checks first, then it moves.
    fn reaches(&mut self, site: usize, at: usize, met: &Met<'_>) {
        let machine = self.machine;
        let event = machine.event(&met.event);
        let exit = event.is_some_and(|event| event.patterns.iter().any(|p| p.subject == Subject::Exit));
        let instance = &mut self.instances[at];
        instance.bound.extend(met.bound.iter().map(|(name, value)| (name.clone(), value.clone())));
        let same = (&self.level, &self.entry, self.contract.irql_may_change);
        for check in machine.checks.iter().filter(|check| check.event == met.event) {
            let broken = |condition| {
                matching::violated(self.table, condition, met.call.as_ref(), &instance.bound, &self.memory, same)
            };
            if check.require.iter().any(broken) {
                self.found.insert(site);
            }
        }
        let excused = exit
            && match self.contract.exit {
                ExitState::Same => instance.at_entry.as_ref() == Some(&instance.state),
                ExitState::Initial => false,
                ExitState::Any => true,
            };
        match machine.state(&instance.state).and_then(|state| state.on.get(&met.event)) {
            Some(Next::Go(state)) => instance.state.clone_from(state),
            Some(Next::Error(_)) if !excused => {
                self.found.insert(site);
                UNKNOWN.clone_into(&mut instance.state);
            }
            _ => {}
        }
    }
}
