//! What a sequence of calls violates, told by the machines of the table alone.
//!
//! Fixtures are made from abstract sequences, so their expected results need no analyzer: the sequence of each path
//! is run through every machine. Values are names here; where a machine cannot tell, nothing is expected.

mod level;
mod matching;

use std::collections::{BTreeMap, BTreeSet};

use rulebook_machine::pattern::{Pattern, Subject};
use rulebook_machine::rule::{Event, Machine, Next, UNKNOWN};
use rulebook_machine::semantics::{Contract, ExitState};
use rulebook_machine::table::{Applicability, Rule, Table};

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

/// Runs one path through every machine of the table that applies.
pub(crate) fn violations(table: &Table, setting: Setting<'_>, path: &[Act]) -> Violations {
    let path = prepared(table, path);
    let names: BTreeSet<&str> =
        path.iter().flat_map(|(_, spellings)| spellings).map(|call| call.api.as_str()).collect();
    // A machine none of whose functions is called can only report what the return says.
    let concerned = |machine: &&Machine| {
        let patterns = machine.events.iter().flat_map(|event| &event.patterns);
        let mut calls = patterns.filter(|pattern| pattern.api().is_none_or(|api| names.contains(api)));
        calls.next().is_some()
    };
    let mut found = Violations::new();
    for rule in table.rules.iter().filter(|rule| applies(table, rule, setting)) {
        let mut hidden_apis = None;
        for machine in rule.machines.iter().filter(concerned) {
            let hidden = hidden_apis.get_or_insert_with(|| hidden(table, rule, setting));
            for site in run(table, machine, setting, &path, hidden) {
                found.insert((rule.id.clone(), site));
            }
        }
    }
    found
}

/// The sites of one path at which one machine reports.
pub(crate) fn sites(table: &Table, machine: &Machine, setting: Setting<'_>, path: &[Act]) -> BTreeSet<usize> {
    run(table, machine, setting, &prepared(table, path), &BTreeSet::new())
}

fn applies(table: &Table, rule: &Rule, setting: Setting<'_>) -> bool {
    let own = rule.model() == setting.model;
    let model = match rule.applicability {
        Applicability::Framework => own,
        Applicability::Dispatch => own || setting.model == "wdm",
        Applicability::Kernel => true,
    };
    let means = |words: &[String]| words.iter().any(|word| table.semantics.roles_of(word).contains(&setting.role));
    let registered = |names: &[String]| names.iter().any(|name| setting.index == Some(name));
    model
        && (rule.scope.roles.is_empty() || means(&rule.scope.roles))
        && !means(&rule.scope.except_roles)
        && (rule.scope.irp.is_empty() || registered(&rule.scope.irp))
}

/// The functions that a rule of the same name in the driver's own model governs.
fn hidden<'t>(table: &'t Table, rule: &Rule, setting: Setting<'_>) -> BTreeSet<&'t str> {
    if rule.model() == setting.model {
        return BTreeSet::new();
    }
    let same = table
        .rules
        .iter()
        .filter(|other| other.model() == setting.model && other.name().eq_ignore_ascii_case(rule.name()));
    same.flat_map(|other| &other.machines).flat_map(apis).collect()
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
pub(crate) fn compares(table: &Table, condition: &rulebook_machine::condition::Condition, call: &Call) -> Option<bool> {
    matching::holds(table, condition, call, &Bindings::new(), &BTreeMap::new(), &LevelValue::at_entry(None, None))
}

/// The functions that a machine's events are about.
pub(crate) fn apis(machine: &Machine) -> impl Iterator<Item = &str> {
    machine.events.iter().flat_map(|event| &event.patterns).filter_map(Pattern::api)
}

struct Instance {
    bound: Bindings,
    state: String,
    /// The state in which the entry point got it; `None` for one met later.
    at_entry: Option<String>,
}

struct Run<'t> {
    table: &'t Table,
    machine: &'t Machine,
    contract: Contract,
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
fn run(
    table: &Table,
    machine: &Machine,
    setting: Setting<'_>,
    path: &Prepared,
    hidden: &BTreeSet<&str>,
) -> BTreeSet<usize> {
    let (mut found, guesses) = run_once(table, machine, setting, path, hidden, 0);
    for guess in 1..=guesses {
        found.extend(run_once(table, machine, setting, path, hidden, guess).0);
    }
    found
}

fn run_once(
    table: &Table,
    machine: &Machine,
    setting: Setting<'_>,
    path: &Prepared,
    hidden: &BTreeSet<&str>,
    guess: usize,
) -> (BTreeSet<usize>, usize) {
    let role = table.semantics.roles.get(setting.role);
    let contract = role.map(|role| role.contract.clone()).unwrap_or_default();
    let entry = LevelValue::at_entry(contract.irql.as_ref(), setting.index);
    let mut run = Run {
        table,
        machine,
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
        for pattern in self.contract.entered_after.clone() {
            if let Some(call) = matching::call_of(&pattern) {
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
            self.happens(usize::MAX, event, &bound, None);
        }
        self.found.clear();
    }

    fn call(&mut self, site: usize, call: &Call, spellings: &[Call]) {
        self.fresh += 1;
        let (guess, mut guesses) = (self.guess, 0);
        let met = self.machine.events.iter().find_map(|event| {
            event.patterns.iter().find_map(|pattern| {
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
                let holds = |condition| {
                    matching::holds(self.table, condition, spelling, &bound, &self.memory, level) == Some(true)
                };
                event.when.iter().all(holds).then(|| (event.name.clone(), bound, spelling.clone()))
            })
        });
        self.guesses = self.guesses.max(guesses);
        if let Some((event, bound, spelling)) = met {
            self.happens(site, &event, &bound, Some(&spelling));
        }
        self.made(call);
        self.effects(spellings);
    }

    /// What the call stores is a new value, unless it is a level, which [`Self::effects`] sees to.
    fn made(&mut self, call: &Call) {
        let stored = call.args.iter().filter_map(|operand| match operand {
            Operand::Addr(name) if !name.contains('=') => Some(name),
            _ => None,
        });
        for name in stored.chain(&call.binds) {
            let value = matching::made(name, self.fresh);
            if let Operand::Object(value) = &value {
                self.memory.insert(value.clone(), matching::Stored::MadeBy(call.api.clone()));
            }
            self.memory.insert(name.clone(), matching::Stored::Value(value));
        }
    }

    fn effects(&mut self, spellings: &[Call]) {
        for spelling in spellings {
            if let Some(irql) =
                self.table.semantics.functions.get(&spelling.api).and_then(|function| function.irql.as_ref())
            {
                level::apply(self.table, irql, spelling, &mut self.level, &mut self.memory);
                return;
            }
        }
    }

    fn exit(&mut self, site: usize, value: Option<&str>) {
        if let Some(event) = exit_event(self.table, self.machine, value) {
            let name = event.name.clone();
            self.happens(site, &name, &Bindings::new(), None);
        }
    }

    /// An event: checks first, then the instances that it reaches move.
    fn happens(&mut self, site: usize, event: &str, bound: &Bindings, call: Option<&Call>) {
        let keys: Bindings = bound
            .iter()
            .filter(|(name, _)| self.machine.keys.contains(name))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        if keys.len() == self.machine.keys.len()
            && !self.instances.iter().any(|i| keys.iter().all(|(n, v)| i.bound.get(n) == Some(v)))
        {
            // An object that the role's caller may hold is in no state that could convict.
            let state = if self.contract.caller_may_hold { UNKNOWN.to_owned() } else { self.unmet.clone() };
            self.instances.push(Instance { bound: keys.clone(), state, at_entry: None });
        }
        let machine = self.machine;
        let exit = machine.event(event).is_some_and(|event| event.patterns.iter().any(|p| p.subject == Subject::Exit));
        if keys.is_empty()
            && let Some(Next::Go(next)) = machine.state(&self.unmet).and_then(|state| state.on.get(event))
        {
            self.unmet.clone_from(next);
        }
        for instance in &mut self.instances {
            if !keys.iter().all(|(name, value)| instance.bound.get(name).is_none_or(|known| known == value)) {
                continue;
            }
            instance.bound.extend(bound.iter().map(|(name, value)| (name.clone(), value.clone())));
            for check in machine.checks.iter().filter(|check| check.event == event) {
                let same = (&self.level, &self.entry, self.contract.irql_may_change);
                if check
                    .require
                    .iter()
                    .any(|c| matching::violated(self.table, c, call, &instance.bound, &self.memory, same))
                {
                    self.found.insert(site);
                }
            }
            let excused = exit
                && match self.contract.exit {
                    ExitState::Same => instance.at_entry.as_ref() == Some(&instance.state),
                    ExitState::Initial => false,
                    ExitState::Any => true,
                };
            match machine.state(&instance.state).and_then(|state| state.on.get(event)) {
                Some(Next::Go(state)) => instance.state.clone_from(state),
                Some(Next::Error(_)) if !excused => {
                    self.found.insert(site);
                    UNKNOWN.clone_into(&mut instance.state);
                }
                _ => {}
            }
        }
    }
}
