//! The table, made ready for one driver: names as symbols, constants as numbers, aliases applied.

use std::sync::Arc;

use rulebook_frontend::ir::{BinOp, Symbol};
use rulebook_machine::condition::{Compare, Condition, Term};
use rulebook_machine::pattern::{Arg, Pattern, ResultTest, Subject};
use rulebook_machine::rule::{self, Next};
use rulebook_machine::semantics::{
    Count, Exchange, Fails, Function, IrqlEffect, NewLevel, Returns, Slot, Stores, Succeeds,
};
use rulebook_machine::table::{Rule, Table};
use rulebook_machine::{Interval, Machine};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::alias::Aliases;
use crate::fact::Range;
use crate::state::UNKNOWN;
use crate::through::Through;

/// A machine of an active rule, by its index in [`Compiled::machines`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct MachineId(pub(crate) u16);

/// The table for drivers of one kind.
#[derive(Debug)]
pub(crate) struct Compiled<'t> {
    base: Arc<Base<'t>>,
    pub(crate) machines: Vec<CMachine<'t>>,
    /// Patterns that name a function, in the order in which they are tried.
    pub(crate) by_api: FxHashMap<Symbol, Vec<PatternAt>>,
    /// Functions that rules speak of which concern such drivers, but are not among those that run.
    others: FxHashSet<Symbol>,
}

/// What of the table is the same for every driver: the semantics.
#[derive(Debug)]
pub(crate) struct Base<'t> {
    pub(crate) table: &'t Table,
    pub(crate) functions: FxHashMap<Symbol, CFunction>,
    pub(crate) predicates: FxHashMap<Symbol, (BinOp, i64)>,
    pub(crate) aliases: Aliases,
    pub(crate) constants: Arc<FxHashMap<Symbol, i64>>,
    /// What calls of roles come to.
    pub(crate) through: Through,
    /// Functions that change objects about which others answer, without being given them.
    pub(crate) unasks: FxHashSet<Symbol>,
}

impl<'t> std::ops::Deref for Compiled<'t> {
    type Target = Base<'t>;

    fn deref(&self) -> &Base<'t> {
        &self.base
    }
}

/// Where a pattern stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PatternAt {
    pub(crate) machine: MachineId,
    pub(crate) event: u8,
    pub(crate) pattern: u16,
}

/// A machine with numbers for names.
#[derive(Debug)]
pub(crate) struct CMachine<'t> {
    pub(crate) rule: &'t Rule,
    machine: &'t Machine,
    /// Names of the variables; the keys come first.
    pub(crate) vars: Vec<String>,
    pub(crate) keys: usize,
    pub(crate) events: Vec<CEvent>,
    /// State names, for traces.
    pub(crate) states: Vec<String>,
    /// By state and event.
    pub(crate) next: Vec<Vec<CNext>>,
    /// By event, from the state `unknown`.
    pub(crate) from_unknown: Vec<CNext>,
    pub(crate) checks: Vec<Vec<CCheck<'t>>>,
    /// Events of the return from an entry point, in order: the first whose test of the returned value holds.
    pub(crate) exits: Vec<(u8, Option<CResult>)>,
    /// Events of the object being handed to a function that nothing is known of: the key that it is, and whether being
    /// stored where it outlives the function is such an event too.
    pub(crate) escapes: Vec<(u8, u16, bool)>,
    /// Events of the entry into a role function: the parameter's name and the key that it is.
    pub(crate) params: Vec<(u8, String, u16)>,
    /// Whether it has neither keys nor more than one state: judged call by call, without a run of its own.
    pub(crate) stateless: bool,
    /// Whether a condition speaks of the level.
    pub(crate) level_matters: bool,
    /// Whether a call alone breaks the rule, whoever makes it and however the path led there: no caller need be asked.
    pub(crate) everywhere: bool,
}

#[derive(Debug)]
pub(crate) struct CEvent {
    pub(crate) patterns: Vec<CPattern>,
    pub(crate) when: Vec<CCondition>,
}

/// What an event leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CNext {
    Stay,
    Go(u8),
    Error(String),
}

#[derive(Debug)]
pub(crate) struct CPattern {
    pub(crate) api: Option<Symbol>,
    pub(crate) binds: Option<u16>,
    pub(crate) args: Vec<CArg>,
    pub(crate) rest: bool,
    pub(crate) result: Option<CResult>,
}

#[derive(Debug, Clone)]
pub(crate) enum CArg {
    Any,
    Var(u16),
    Out(u16),
    At(u16),
    Member(u16, Vec<Symbol>),
    Const(Vec<i64>),
    Not(Vec<i64>),
}

/// A result test: what satisfies it, and what does not.
#[derive(Debug, Clone)]
pub(crate) struct CResult {
    pub(crate) yes: Vec<Range>,
    pub(crate) no: Range,
    /// Whether success satisfies it.
    pub(crate) is_success: bool,
}

#[derive(Debug)]
pub(crate) struct CCheck<'t> {
    pub(crate) require: Vec<CCondition>,
    pub(crate) message: &'t str,
}

#[derive(Debug, Clone)]
pub(crate) enum CCondition {
    Irql(Interval),
    SameIrql,
    Compare(CTerm, Compare, CTerm),
    /// The value came from one of the functions; with `true`, from another one.
    Origin(CTerm, Vec<Symbol>, bool),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum CTerm {
    Var(u16),
    Arg(usize),
    Deref(usize),
    Int(i64),
    Name(Symbol),
}

/// A function of the semantics.
#[derive(Debug, Default)]
pub(crate) struct CFunction {
    pub(crate) params: Vec<bool>,
    pub(crate) irql: Option<CEffect>,
    pub(crate) returns: Option<Returns>,
    pub(crate) accessor: bool,
    pub(crate) exchanges: Option<Exchange>,
    /// How it counts the number that its first argument points to.
    pub(crate) counts: Option<Count>,
    /// The argument behind which it leaves `NULL`, and the results with which it does.
    pub(crate) clears: Option<(usize, CResult)>,
    /// The argument behind which it leaves what it made, and the results with which it does.
    pub(crate) fills: Option<(usize, CResult)>,
    pub(crate) succeeds: Option<CSuccess>,
    /// The argument about whose object it answers.
    pub(crate) asks: Option<usize>,
    /// The argument that says by being zero that it fails, and the results that it then has.
    pub(crate) fails: Option<(usize, Range)>,
    pub(crate) raises: bool,
    pub(crate) asserts: Option<Interval>,
    /// Role types by argument position.
    pub(crate) registers: Vec<(usize, String)>,
}

/// The results that a function has where it cannot fail.
#[derive(Debug)]
pub(crate) struct CSuccess {
    pub(crate) results: Range,
    /// The argument that says so by not being zero; `None` at every call.
    pub(crate) by: Option<usize>,
}

#[derive(Debug)]
pub(crate) struct CEffect {
    pub(crate) save: Option<CSlot>,
    pub(crate) set: Option<CLevel>,
    /// What constants mean in the place of a level; where there are none, levels stand for themselves.
    pub(crate) levels: Vec<(i64, u8)>,
    pub(crate) on: Option<CResult>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum CSlot {
    Return,
    Deref(usize),
    Arg(usize),
    Hidden(usize),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum CLevel {
    Level(u8),
    From(CSlot),
    Unknown,
}

impl<'t> Base<'t> {
    /// Makes the semantics ready.
    pub(crate) fn new(table: &'t Table) -> Self {
        let semantics = &table.semantics;
        let constants: FxHashMap<Symbol, i64> =
            semantics.constants.iter().map(|(name, value)| (Symbol::new(name), *value)).collect();
        let mut base = Self {
            table,
            functions: FxHashMap::default(),
            predicates: FxHashMap::default(),
            aliases: Aliases::new(&semantics.aliases),
            constants: Arc::new(constants),
            through: Through::new(semantics),
            unasks: crate::asks::changing(semantics.functions.values()),
        };
        for (name, test) in &semantics.predicates {
            if let Some(test) = predicate(test) {
                base.predicates.insert(Symbol::new(name), test);
            }
        }
        for (name, function) in &semantics.functions {
            let slot = |slot: &Slot| {
                Some(match slot {
                    Slot::Return => CSlot::Return,
                    Slot::Deref(name) => CSlot::Deref(function.position(name)?),
                    Slot::Arg(name) => CSlot::Arg(function.position(name)?),
                    Slot::Hidden(name) => CSlot::Hidden(function.position(name)?),
                })
            };
            let effect = |effect: &IrqlEffect| CEffect {
                save: effect.save.as_ref().and_then(slot),
                set: effect.set.as_ref().map(|level| match level {
                    NewLevel::Level(level) => CLevel::Level(level.0),
                    NewLevel::From(from) => slot(from).map_or(CLevel::Unknown, CLevel::From),
                    NewLevel::Unknown => CLevel::Unknown,
                }),
                levels: effect
                    .levels
                    .iter()
                    .filter_map(|(name, level)| Some((*base.constants.get(&Symbol::new(name))?, level.0)))
                    .collect(),
                on: effect.on.as_ref().map(|test| base.result(&test.0, function.returns)),
            };
            let stores = |stores: &Stores| {
                Some((function.position(&stores.param)?, base.result(&stores.on.0, function.returns)))
            };
            let made = CFunction {
                params: function.params.iter().map(|param| param.out).collect(),
                irql: function.irql.as_ref().map(effect),
                returns: function.returns,
                accessor: function.accessor,
                exchanges: function.exchanges,
                counts: function.counts,
                clears: function.clears.as_ref().and_then(stores),
                fills: function.fills.as_ref().and_then(stores),
                succeeds: function.succeeds.as_ref().and_then(|when| base.success(function, when)),
                asks: function.asks.as_ref().and_then(|asks| function.position(&asks.about)),
                fails: function.fails.as_ref().and_then(|when| base.failure(function, when)),
                raises: function.raises,
                asserts: function.asserts,
                registers: function
                    .registers
                    .iter()
                    .filter_map(|(param, role)| Some((function.position(param)?, role.clone())))
                    .collect(),
            };
            base.functions.insert(Symbol::new(name), made);
        }
        base
    }

    fn success(&self, function: &Function, when: &Succeeds) -> Option<CSuccess> {
        let by = match when {
            Succeeds::Always => None,
            Succeeds::With(param) => Some(function.position(param)?),
        };
        let (results, _) = self.ranges(&ResultTest::Ok, function.returns);
        Some(CSuccess { results: results.into_iter().next()?, by })
    }

    fn failure(&self, function: &Function, Fails::Without(param): &Fails) -> Option<(usize, Range)> {
        let (results, _) = self.ranges(&ResultTest::Fail, function.returns);
        Some((function.position(param)?, results.into_iter().next()?))
    }

    fn result(&self, test: &ResultTest, returns: Option<Returns>) -> CResult {
        let (yes, no) = self.ranges(test, returns);
        let success = i64::from(returns.is_some_and(Returns::is_truth));
        let is_success = returns.is_some() && yes.iter().any(|range| range.contains(success));
        CResult { yes, no, is_success }
    }

    /// What satisfies a result test, and what does not.
    fn ranges(&self, test: &ResultTest, returns: Option<Returns>) -> (Vec<Range>, Range) {
        let zero = || Range::exactly(0);
        let one = || Range::exactly(1);
        let not_zero = || if returns == Some(Returns::Truth) { one() } else { Range { not: vec![0], ..Range::ALL } };
        match test {
            ResultTest::Null => (vec![zero()], not_zero()),
            ResultTest::NonNull => (vec![not_zero()], zero()),
            ResultTest::Ok | ResultTest::Fail => {
                let (yes, no) = match returns {
                    Some(truth) if truth.is_truth() => (not_zero(), zero()),
                    Some(Returns::ZeroIsSuccess) => (zero(), not_zero()),
                    _ => (Range::between(0, i64::MAX), Range::between(i64::MIN, -1)),
                };
                if *test == ResultTest::Ok { (vec![yes], no) } else { (vec![no], yes) }
            }
            ResultTest::Is(names) | ResultTest::Not(names) => {
                let mut numbers: Vec<i64> = names.iter().map(|name| self.number(name)).collect();
                numbers.sort_unstable();
                let (yes, no) = match (returns, numbers.as_slice()) {
                    // Any value but zero is true.
                    (Some(truth), [1]) if truth.is_truth() => (vec![not_zero()], zero()),
                    _ => (
                        numbers.iter().map(|number| Range::exactly(*number)).collect(),
                        Range { not: numbers, ..Range::ALL },
                    ),
                };
                match test {
                    ResultTest::Is(_) => (yes, no),
                    _ => (vec![no], yes.into_iter().next().unwrap_or(Range::ALL)),
                }
            }
        }
    }

    /// The number of a constant in a pattern.
    pub(crate) fn number(&self, name: &str) -> i64 {
        match name {
            "NULL" | "FALSE" => 0,
            "TRUE" => 1,
            _ => {
                let known = || self.constants.get(&Symbol::new(name)).copied();
                name.parse().ok().or_else(known).unwrap_or_else(|| crate::value::name_number(name))
            }
        }
    }

    /// The effects of a function that has no body in the driver.
    pub(crate) fn function(&self, name: Symbol) -> Option<&CFunction> {
        self.functions.get(&name)
    }
}

impl<'t> Compiled<'t> {
    /// Makes rules ready; `concerns` says which concern the drivers, and which functions a rule leaves to another, and
    /// `wanted` which of them run.
    pub(crate) fn new(
        base: &Arc<Base<'t>>,
        concerns: &dyn Fn(&Rule) -> Option<Vec<String>>,
        wanted: &dyn Fn(&Rule) -> bool,
    ) -> Self {
        let mut compiled = Self {
            base: Arc::clone(base),
            machines: Vec::new(),
            by_api: FxHashMap::default(),
            others: FxHashSet::default(),
        };
        for rule in &base.table.rules {
            let Some(left_out) = concerns(rule) else { continue };
            if wanted(rule) {
                for machine in &rule.machines {
                    compiled.add(rule, machine, &left_out);
                }
                continue;
            }
            let patterns = rule.machines.iter().flat_map(|machine| &machine.events).flat_map(|event| &event.patterns);
            let kept =
                patterns.filter(|pattern| !pattern.api().is_some_and(|api| left_out.iter().any(|out| out == api)));
            let named = kept.filter_map(|pattern| compiled.base.aliases.canonical(pattern).api().map(Symbol::new));
            let named: Vec<Symbol> = named.collect();
            compiled.others.extend(named);
        }
        compiled
    }

    /// Whether a rule that concerns the drivers speaks of the function, be it one that runs or not: what a function is
    /// taken for does not depend on which rules somebody asks for.
    pub(crate) fn speaks_of(&self, api: Symbol) -> bool {
        self.by_api.contains_key(&api) || self.others.contains(&api)
    }

    fn add(&mut self, rule: &'t Rule, machine: &'t Machine, left_out: &[String]) {
        let id = MachineId(self.machines.len() as u16);
        let mut vars = machine.keys.clone();
        let mut events = Vec::new();
        let mut places = Vec::new();
        let (mut exits, mut params, mut escapes) = (Vec::new(), Vec::new(), Vec::new());
        for (at, event) in machine.events.iter().enumerate() {
            let mut patterns = Vec::new();
            for pattern in &event.patterns {
                if pattern.api().is_some_and(|api| left_out.iter().any(|other| other == api)) {
                    continue;
                }
                let pattern = self.aliases.canonical(pattern);
                let made = self.pattern(&pattern, &mut vars);
                match &pattern.subject {
                    Subject::Exit => exits.push((at as u8, made.result.clone())),
                    Subject::Escape(name) => escapes.push((at as u8, var(&mut vars, name), true)),
                    Subject::Handed(name) => escapes.push((at as u8, var(&mut vars, name), false)),
                    Subject::Param(name) => params.extend(made.binds.map(|key| (at as u8, name.clone(), key))),
                    Subject::Call { .. } => {}
                }
                if let Some(api) = made.api {
                    places.push((api, PatternAt { machine: id, event: at as u8, pattern: patterns.len() as u16 }));
                }
                patterns.push(made);
            }
            let when = event.when.iter().map(|condition| self.condition(condition, &mut vars)).collect();
            events.push(CEvent { patterns, when });
        }
        if places.is_empty() && exits.is_empty() {
            return;
        }
        for (api, place) in places {
            self.by_api.entry(api).or_default().push(place);
        }
        let states: Vec<&rule::State> = machine
            .states
            .iter()
            .filter(|state| state.name != rule::UNKNOWN || machine.states.first() == Some(state))
            .collect();
        let number = |name: &str| states.iter().position(|state| state.name == name).map_or(UNKNOWN, |at| at as u8);
        let leads = |state: Option<&rule::State>| -> Vec<CNext> {
            let lead = |event: &rule::Event| match state.and_then(|state| state.on.get(&event.name)) {
                None => CNext::Stay,
                Some(Next::Go(target)) => CNext::Go(number(target)),
                Some(Next::Error(message)) => CNext::Error(message.clone()),
            };
            machine.events.iter().map(lead).collect()
        };
        let mut next: Vec<Vec<CNext>> = states.iter().map(|state| leads(Some(state))).collect();
        if next.is_empty() {
            next.push(leads(None));
        }
        let checks_of = |event: &rule::Event, compiled: &mut Self, vars: &mut Vec<String>| {
            let checks = machine.checks.iter().filter(|check| check.event == event.name);
            checks
                .map(|check| CCheck {
                    require: check.require.iter().map(|condition| compiled.condition(condition, vars)).collect(),
                    message: &check.message,
                })
                .collect()
        };
        let speaks_of_level = |condition: &Condition| !matches!(condition, Condition::Compare { left, right, .. } if !matches!((left, right), (Term::Var(_), Term::Var(_))));
        let level_matters = machine
            .checks
            .iter()
            .flat_map(|check| &check.require)
            .chain(machine.events.iter().flat_map(|event| &event.when))
            .any(speaks_of_level);
        let stateless = machine.keys.is_empty() && next.len() == 1;
        let scope = &rule.scope;
        let scoped = !scope.roles.is_empty() || !scope.except_roles.is_empty() || !scope.irp.is_empty();
        let unconditional = machine.checks.is_empty() && machine.events.iter().all(|event| event.when.is_empty());
        let checks = machine.events.iter().map(|event| checks_of(event, self, &mut vars)).collect();
        self.machines.push(CMachine {
            rule,
            machine,
            keys: machine.keys.len(),
            vars,
            events,
            states: states.iter().map(|state| state.name.clone()).collect(),
            from_unknown: leads(machine.state(rule::UNKNOWN)),
            exits,
            escapes,
            params,
            stateless,
            level_matters,
            everywhere: stateless && !scoped && unconditional,
            next,
            checks,
        });
    }

    fn pattern(&self, pattern: &Pattern, vars: &mut Vec<String>) -> CPattern {
        let returns =
            pattern.api().and_then(|api| self.functions.get(&Symbol::new(api))).and_then(|function| function.returns);
        let result = pattern.result.as_ref().map(|test| self.result(test, returns));
        let binds = pattern.binds.as_ref().map(|name| var(vars, name));
        match &pattern.subject {
            Subject::Call { api, args } => CPattern {
                api: Some(Symbol::new(api)),
                binds,
                args: args.list.iter().map(|arg| self.arg(arg, vars)).collect(),
                rest: args.rest,
                result,
            },
            _ => CPattern { api: None, binds, args: Vec::new(), rest: true, result },
        }
    }

    fn arg(&self, arg: &Arg, vars: &mut Vec<String>) -> CArg {
        match arg {
            Arg::Any => CArg::Any,
            Arg::Var(name) => CArg::Var(var(vars, name)),
            Arg::Out(name) => CArg::Out(var(vars, name)),
            Arg::At(name) => CArg::At(var(vars, name)),
            Arg::Member(name, path) => {
                CArg::Member(var(vars, name), path.iter().map(|member| Symbol::new(member)).collect())
            }
            Arg::Const(names) => CArg::Const(names.iter().map(|name| self.number(name)).collect()),
            Arg::Not(names) => CArg::Not(names.iter().map(|name| self.number(name)).collect()),
        }
    }

    fn condition(&self, condition: &Condition, vars: &mut Vec<String>) -> CCondition {
        let mut term = |term: &Term| match term {
            Term::Var(name) => CTerm::Var(var(vars, name)),
            Term::Arg(name) => argument(name).map_or(CTerm::Name(Symbol::new(name)), CTerm::Arg),
            Term::Deref(name) => argument(name).map_or(CTerm::Name(Symbol::new(name)), CTerm::Deref),
            Term::Const(name) => CTerm::Int(self.number(name)),
        };
        match condition {
            Condition::Irql(interval) => CCondition::Irql(*interval),
            Condition::SameIrql => CCondition::SameIrql,
            Condition::Origin { of, apis, other } => {
                let name = |api: &String| {
                    let pattern = self.aliases.canonical(&Pattern::call(api));
                    Symbol::new(pattern.api().unwrap_or(api))
                };
                CCondition::Origin(term(of), apis.iter().map(name).collect(), *other)
            }
            Condition::Compare { left, op, right } => CCondition::Compare(term(left), *op, term(right)),
        }
    }

    /// Whether an event of the machine is a call of the function.
    pub(crate) fn knows(&self, machine: MachineId, api: Symbol) -> bool {
        self.by_api.get(&api).is_some_and(|places| places.iter().any(|place| place.machine == machine))
    }

    pub(crate) fn machine(&self, id: MachineId) -> &CMachine<'t> {
        &self.machines[id.0 as usize]
    }
}

impl CMachine<'_> {
    /// What follows `event` in `state`.
    pub(crate) fn next(&self, state: u8, event: u8) -> &CNext {
        match state {
            UNKNOWN => &self.from_unknown[event as usize],
            _ => &self.next[state as usize][event as usize],
        }
    }

    /// Whether an event makes something known of an object of which nothing was known any more.
    pub(crate) fn comes_back(&self) -> bool {
        self.from_unknown.iter().any(|next| matches!(next, CNext::Go(_)))
    }

    pub(crate) fn state_name(&self, state: u8) -> &str {
        self.states.get(state as usize).map_or(rule::UNKNOWN, String::as_str)
    }

    pub(crate) fn event_name(&self, event: u8) -> &str {
        self.machine.events.get(event as usize).map_or("", |event| &event.name)
    }

    /// The events that leave the state as it is, as bits.
    pub(crate) fn idle_in(&self, state: u8) -> u64 {
        let stays = |event: &u8| *self.next(state, *event) == CNext::Stay;
        (0..self.events.len() as u8).filter(stays).fold(0, |bits, event| bits | 1 << (event & 63))
    }

    /// Whether the event makes nothing of an object in the state: the automaton stays, nothing is asked of the call, and
    /// no value of it is kept for later.
    pub(crate) fn is_silent(&self, state: u8, event: u8) -> bool {
        let keeps = |var: u16| usize::from(var) >= self.keys;
        let binds = |pattern: &CPattern| {
            pattern.binds.is_some_and(keeps)
                || pattern.args.iter().any(|arg| match arg {
                    CArg::Var(var) | CArg::Out(var) | CArg::At(var) | CArg::Member(var, _) => keeps(*var),
                    CArg::Any | CArg::Const(_) | CArg::Not(_) => false,
                })
        };
        *self.next(state, event) == CNext::Stay
            && self.checks[usize::from(event)].is_empty()
            && !self.events[usize::from(event)].patterns.iter().any(binds)
    }

    /// Whether an object that is left in the state at a return is owed: some return from it breaks the rule.
    pub(crate) fn owes(&self, state: u8) -> bool {
        let is_error = |event: u8| matches!(self.next(state, event), CNext::Error(_));
        state != UNKNOWN && self.exits.iter().any(|(event, _)| is_error(*event))
    }

    /// Whether it asks what a return gives back.
    pub(crate) fn is_judged_by_result(&self) -> bool {
        self.exits.iter().any(|(_, test)| test.is_some())
    }

    /// What an instance is, for messages.
    pub(crate) fn object(&self) -> &str {
        &self.machine.object
    }

    /// The event of a return, whatever is returned.
    pub(crate) fn exit_event(&self) -> Option<u8> {
        self.exits.iter().find(|(_, test)| test.is_none()).map(|(event, _)| *event)
    }

    /// The event of a return of a value in `result`: the first whose test surely holds.
    pub(crate) fn exit_event_for(&self, result: &Range) -> Option<u8> {
        let holds = |test: &CResult| test.yes.iter().any(|yes| result.within(yes));
        self.exits.iter().find(|(_, test)| test.as_ref().is_none_or(holds)).map(|(event, _)| *event)
    }
}

/// The number of a variable; a new one is added.
fn var(vars: &mut Vec<String>, name: &str) -> u16 {
    let at = vars.iter().position(|known| known == name).unwrap_or_else(|| {
        vars.push(name.to_owned());
        vars.len() - 1
    });
    at as u16
}

/// `#2` as a position.
fn argument(name: &str) -> Option<usize> {
    name.strip_prefix('#')?.parse().ok()
}

/// `>= 0` and the like.
fn predicate(text: &str) -> Option<(BinOp, i64)> {
    let text = text.trim();
    let (op, number) = text.split_at(text.find(|c: char| c.is_ascii_digit() || c == '-')?);
    let op = match op.trim() {
        ">=" => BinOp::Ge,
        "<=" => BinOp::Le,
        ">" => BinOp::Gt,
        "<" => BinOp::Lt,
        "==" => BinOp::Eq,
        "!=" => BinOp::Ne,
        _ => return None,
    };
    Some((op, number.trim().parse().ok()?))
}
