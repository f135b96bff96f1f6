//! One driver from its files to its findings: every function on its own, then the entry points by their contracts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use rulebook_diagnostics::report::{Outcome as Verdicts, Report, Sources, Verdict};
use rulebook_frontend::ir::{Annotation, Symbol};
use rulebook_frontend::{Cache, Program, Project, load};
use rulebook_machine::pattern::{Arg, Subject as Pattern};
use rulebook_machine::semantics::ExitState;
use rulebook_machine::table::{Rule, Table};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Options;
use crate::applies::Kind;
use crate::code::{Code, FuncId};
use crate::compiled::{Base, CArg, CCondition, CNext, Compiled, MachineId};
use crate::engine::Engine;
use crate::fact::Range;
use crate::finding::{Convicted, Findings};
use crate::replay::End;
use crate::roles::{self, Attached, Entry, Roles};
use crate::run::Subject;
use crate::state::UNKNOWN;
use crate::summary::{Outcome, Violation};
use crate::value::Node;

/// How many objects of one rule are followed through one function.
const OBJECTS: usize = 24;

/// Whether the options let the rule run.
pub(crate) fn wanted(options: &Options, rule: &str) -> bool {
    options.rules.is_empty() || options.rules.iter().any(|wanted| wanted.eq_ignore_ascii_case(rule))
}

/// The table, made ready once for all drivers of a kind.
pub(crate) struct Prepared<'t> {
    base: Arc<Base<'t>>,
    by_kind: Mutex<Vec<(Kind, Arc<Compiled<'t>>)>>,
}

impl<'t> Prepared<'t> {
    pub(crate) fn new(table: &'t Table) -> Self {
        Self { base: Arc::new(Base::new(table)), by_kind: Mutex::default() }
    }

    fn compiled(&self, kind: &Kind, active: &dyn Fn(&Rule) -> Option<Vec<String>>) -> Arc<Compiled<'t>> {
        // Whole even if a thread panicked while it held the lock: entries are only added.
        let mut known = self.by_kind.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, compiled)) = known.iter().find(|(other, _)| other == kind) {
            return Arc::clone(compiled);
        }
        let compiled = Arc::new(Compiled::new(&self.base, active));
        known.push((kind.clone(), Arc::clone(&compiled)));
        compiled
    }
}

/// Checks one driver.
pub(crate) fn driver(
    project: &Project,
    prepared: &Prepared<'_>,
    options: &Options,
    cache: &Cache,
) -> (Report, Sources) {
    let table = prepared.base.table;
    let program = load(project, &table.semantics.language, cache);
    let mut report = Report { problems: program.problems.clone(), ..Report::default() };
    report.summary.drivers = 1;
    report.summary.files = program.files.len();
    report.summary.lines = program.stats.lines;
    report.summary.functions = program.stats.functions;
    report.summary.untrusted = program.stats.untrusted;
    // Roles come from calls and members alone, so they can be read with a table without rules.
    let roles = Roles::find(&program.units, &prepared.base);
    let kind = Kind::of(&program, &table.semantics, &roles);
    let mut not_applicable = Vec::new();
    let mut decided: BTreeMap<&str, Result<Vec<String>, String>> = BTreeMap::new();
    for rule in table.rules.iter().filter(|rule| wanted(options, &rule.id)) {
        let decision = kind.applies(rule, table);
        if let Err(reason) = &decision {
            not_applicable.push((rule.id.clone(), reason.clone()));
        }
        decided.insert(&rule.id, decision);
    }
    let active = |rule: &Rule| decided.get(rule.id.as_str()).and_then(|decision| decision.clone().ok());
    let compiled = prepared.compiled(&kind, &active);
    let compiled = &*compiled;
    let mut drive = Drive::new(&program, compiled, &roles);
    if let Some(dump) = &options.dump {
        let mut engine = Engine::new(&drive.code, compiled, options, &drive.accessors, &drive.callbacks);
        report.answers.push(crate::dump::answer(dump, &drive.code, &mut engine));
    }
    let (convicted, cut) = drive.run(options);
    let mut sources = Sources::new();
    report.findings = Findings { program: &program, compiled, code: &drive.code, project: &project.name }
        .make(convicted, &mut sources);
    let broken: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    report.summary.inconclusive = cut.iter().filter(|rule| !broken.contains(rule.as_str())).count();
    report.summary.not_applicable = not_applicable.len();
    if options.verdicts {
        let verdict = |rule: &str, outcome, reason| Verdict {
            driver: project.name.clone(),
            rule: rule.to_owned(),
            outcome,
            reason,
        };
        for (rule, decision) in &decided {
            let (outcome, reason) = match decision {
                Err(reason) => (Verdicts::NotApplicable, Some(reason.clone())),
                Ok(_) if broken.contains(rule) => (Verdicts::Defect, None),
                Ok(_) if cut.contains(*rule) => {
                    (Verdicts::Inconclusive, Some("a function has more paths than the budget allows".to_owned()))
                }
                Ok(_) => (Verdicts::Pass, None),
            };
            report.verdicts.push(verdict(rule, outcome, reason));
        }
    }
    (report, sources)
}

/// A driver under analysis.
struct Drive<'p, 't> {
    code: Code<'p>,
    compiled: &'p Compiled<'t>,
    roles: &'p Roles<'t>,
    /// Annotations of definitions and prototypes, by function.
    annotations: FxHashMap<Symbol, Vec<&'p Annotation>>,
    accessors: FxHashSet<Symbol>,
    /// Functions that the driver may call through pointers of its own: their address is taken, and no role says that
    /// it is the system that calls them.
    callbacks: FxHashSet<Symbol>,
    mentioned: FxHashSet<&'p str>,
}

impl<'p, 't> Drive<'p, 't> {
    fn new(program: &'p Program, compiled: &'p Compiled<'t>, roles: &'p Roles<'t>) -> Self {
        let mut annotations: FxHashMap<Symbol, Vec<&'p Annotation>> = FxHashMap::default();
        for unit in &program.units {
            for prototype in &unit.prototypes {
                annotations.entry(prototype.name).or_default().extend(&prototype.sal.function);
            }
            for function in &unit.functions {
                annotations.entry(function.name).or_default().extend(&function.sal.function);
            }
        }
        let contracts = || compiled.table.semantics.roles.values().map(|role| &role.contract);
        let levels = contracts().filter_map(|contract| contract.irql.as_ref());
        let wanted = levels.flat_map(|levels| levels.unless_mentioned.iter().chain(levels.called_at_where.keys()));
        let unless = contracts()
            .filter_map(|contract| contract.entered_after_unless.as_ref())
            .flat_map(|unless| &unless.mentioned);
        let wanted: BTreeSet<&str> = wanted.chain(unless).map(String::as_str).collect();
        let mut mentioned = FxHashSet::default();
        for name in wanted {
            if program.files.iter().any(|file| mentions(&file.text, name)) {
                let name: &'p str = Symbol::new(name).as_str();
                mentioned.insert(name);
            }
        }
        let accessors = program.units.iter().flat_map(|unit| &unit.accessors).copied().collect();
        let code = Code::new(&program.units);
        let callbacks = code.address_taken.iter().filter(|name| roles.of(**name).is_empty()).copied().collect();
        Self { code, compiled, roles, annotations, accessors, callbacks, mentioned }
    }

    /// All convictions, and the rules for which some budget ran out.
    fn run(&mut self, options: &Options) -> (Vec<Convicted>, BTreeSet<String>) {
        let mut engine = Engine::new(&self.code, self.compiled, options, &self.accessors, &self.callbacks);
        let mut convicted = Vec::new();
        let mut cut = BTreeSet::new();
        for id in self.code.bottom_up() {
            let Some(base) = engine.base(id) else { continue };
            let root = self.is_root(id);
            if base.cut {
                cut.extend(
                    self.compiled
                        .machines
                        .iter()
                        .filter(|machine| machine.stateless)
                        .map(|machine| machine.rule.id.clone()),
                );
            }
            if root {
                for violation in base.violations.iter().filter(|violation| violation.assumed.is_empty()) {
                    self.judge_base(&mut engine, id, violation, &mut convicted);
                }
                self.judge_level_at_exit(&mut engine, id, &base.exits, &mut convicted);
            }
            let mut subjects: Vec<Subject> = base.moved.iter().cloned().collect();
            subjects.extend(self.handed_over(&mut engine, id));
            subjects.sort_by_key(|subject| (subject.machine, subject.key.clone()));
            subjects.dedup();
            let mut followed: FxHashMap<MachineId, usize> = FxHashMap::default();
            for subject in &subjects {
                let count = followed.entry(subject.machine).or_default();
                *count += 1;
                if *count > OBJECTS {
                    cut.insert(self.compiled.machine(subject.machine).rule.id.clone());
                    continue;
                }
                let Some(keyed) = engine.keyed(id, subject, 0) else { continue };
                let rule = &self.compiled.machine(subject.machine).rule;
                if keyed.cut {
                    cut.insert(rule.id.clone());
                }
                let known_to_callers = subject.key.iter().all(|value| engine.values.exportable(*value));
                let own = root || !known_to_callers;
                self.judge_keyed(&mut engine, id, subject, &keyed, own, &mut convicted);
            }
        }
        (convicted, cut)
    }

    /// Whether nothing in the driver that is analysed calls the function, or the system does.
    fn is_root(&self, id: FuncId) -> bool {
        let function = self.code.get(id);
        function.callers == 0
            || !self.roles.of(function.ir.name).is_empty()
            || self.code.address_taken.contains(&function.ir.name)
    }

    /// The roles in which the rule looks at the function; `None` stands for no known role.
    fn roles_for(&self, id: FuncId, rule: &Rule) -> Vec<Option<&Attached<'t>>> {
        let attached = self.roles.of(self.code.get(id).ir.name);
        let semantics = &self.compiled.table.semantics;
        let named = |words: &[String], role: &str| words.iter().any(|word| semantics.roles_of(word).contains(&role));
        if attached.is_empty() {
            return if rule.scope.roles.is_empty() { vec![None] } else { Vec::new() };
        }
        let fits = |role: &&Attached<'t>| {
            (rule.scope.roles.is_empty() || named(&rule.scope.roles, role.type_name))
                && !named(&rule.scope.except_roles, role.type_name)
        };
        attached.iter().filter(fits).map(Some).collect()
    }

    fn entry_level(&self, id: FuncId, role: Option<&Attached<'t>>) -> Option<Entry> {
        match role {
            Some(role) => role.entry(self.compiled, &|name| self.mentioned.contains(name)),
            None => self.annotations.get(&self.code.get(id).ir.name).and_then(|all| roles::annotated_entry(all)),
        }
    }

    fn judge_base(&self, engine: &mut Engine<'_>, id: FuncId, violation: &Violation, convicted: &mut Vec<Convicted>) {
        let rule = &self.compiled.machine(violation.machine).rule;
        for role in self.roles_for(id, rule) {
            let entry = self.entry_level(id, role);
            let level = match &violation.entry {
                None => violation.irql.clone(),
                Some(bad) => {
                    match entry.as_ref().and_then(|entry| level_that_convicts(engine, entry, bad, violation)) {
                        Some(level) => level,
                        None => continue,
                    }
                }
            };
            let end = End::Violation(violation.machine, violation.loc, violation.function);
            if engine.can_go(id, None, 0, &violation.trace, end) {
                convicted.push(Convicted::new(violation, id, role, level, entry));
            }
            return;
        }
    }

    /// Rules that want the level at exit to be the level at entry.
    fn judge_level_at_exit(
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
                    let at_entry = exit
                        .facts
                        .iter()
                        .find(|(value, _)| engine.values.node(*value) == Node::EntryIrql)
                        .map(|(_, range)| range.clone());
                    let within = Range::between(i64::from(entry.within.min.0), i64::from(entry.within.max.0));
                    let within = at_entry.map_or(within.clone(), |range| within.meet(&range));
                    let called_at = entry
                        .called_at
                        .iter()
                        .any(|level| within.contains(i64::from(level.0)) && !now.contains(i64::from(level.0)));
                    if within.is_empty() || (!within.meet(&now).is_empty() && !called_at) {
                        continue;
                    }
                    let violation =
                        exit_violation(MachineId(at as u16), check.message, id, self.code.get(id).ir.name, exit, now);
                    if !engine.can_go(id, None, 0, &exit.trace, End::Return(exit.loc, UNKNOWN)) {
                        continue;
                    }
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

    fn judge_keyed(
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
        let annotated_holder = self.annotations.get(&ir.name).is_some_and(|all| {
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
        for role in self.roles_for(id, machine.rule) {
            let contract = role.map(|role| &role.role.contract);
            let exit_owed = contract.map_or(ExitState::Same, |contract| contract.exit);
            let mut owing = Vec::new();
            let mut leaks: Vec<&Outcome> = Vec::new();
            if exit_owed != ExitState::Any && !annotated_holder {
                leaks.extend(&keyed.leaks);
            }
            if own {
                let pre = self.entry_state(engine, subject, role);
                let other = if pre == 0 { None } else { engine.keyed(id, subject, pre) };
                let keyed = other.as_deref().unwrap_or(keyed);
                for violation in keyed.violations.iter().filter(|violation| violation.pre == pre) {
                    let first = violation.seen == 0;
                    let may_be_held = contract.is_some_and(|contract| contract.caller_may_hold) || annotated_holder;
                    // A function that nobody is known to call may be the release half of a pair: unless it takes the
                    // object as well, or shows by what is its own that nobody took it.
                    let half = role.is_none() && !takes_it_too && !violation.unset && !is_local;
                    if first && (may_be_held || half) {
                        continue;
                    }
                    let level = match &violation.entry {
                        None => violation.irql.clone(),
                        Some(bad) => match self
                            .entry_level(id, role)
                            .and_then(|entry| level_that_convicts(engine, &entry, bad, violation))
                        {
                            Some(level) => level,
                            None => continue,
                        },
                    };
                    let end = End::Violation(violation.machine, violation.loc, violation.function);
                    if engine.can_go(id, Some(subject), pre, &violation.trace, end) {
                        convicted.push(Convicted::new(violation, id, role, level, None));
                    }
                }
                if let (Some(event), Some(_)) = (machine.exit_event(), role) {
                    owing.clone_from(&keyed.exits);
                    for outcome in &owing {
                        let Some(moved) = &outcome.moved else { continue };
                        let owes = moved.pre == pre
                            && moved.post != UNKNOWN
                            && matches!(machine.next(moved.post, event), CNext::Error(_))
                            && match exit_owed {
                                ExitState::Same => moved.post != pre,
                                ExitState::Initial => moved.post != 0,
                                ExitState::Any => false,
                            };
                        if owes {
                            leaks.push(outcome);
                        }
                    }
                }
            }
            for outcome in leaks {
                let Some(moved) = &outcome.moved else { continue };
                let Some(event) = machine.exit_event() else { continue };
                let state = if moved.post == UNKNOWN { continue } else { moved.post };
                let CNext::Error(message) = machine.next(state, event) else { continue };
                let mut violation = exit_violation(subject.machine, message, id, ir.name, outcome, Range::ALL);
                violation.object = object.as_str().into();
                violation.sometimes_fine = true;
                if engine.can_go(id, Some(subject), moved.pre, &outcome.trace, End::Return(outcome.loc, state)) {
                    convicted.push(Convicted::new(&violation, id, role, Range::ALL, None));
                }
            }
            if !convicted.is_empty() && role.is_none() {
                break;
            }
        }
    }

    /// Objects that the contracts of the function's roles hand over, whether or not it touches them.
    fn handed_over(&self, engine: &mut Engine<'_>, id: FuncId) -> Vec<Subject> {
        let mut found = Vec::new();
        for role in self.roles.of(self.code.get(id).ir.name) {
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
    fn entry_state(&self, engine: &Engine<'_>, subject: &Subject, role: Option<&Attached<'t>>) -> u8 {
        let Some(role) = role else { return 0 };
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
                            Some(Arg::Any) => true,
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
        state
    }
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

/// The level of entry that convicts: all that are possible are bad, or one at which the role is documented to be called.
fn level_that_convicts(engine: &Engine<'_>, entry: &Entry, bad: &Range, violation: &Violation) -> Option<Range> {
    let mut within = Range::between(i64::from(entry.within.min.0), i64::from(entry.within.max.0));
    if let Some((_, on_path)) = violation.facts.iter().find(|(value, _)| engine.values.node(*value) == Node::EntryIrql)
    {
        within = within.meet(on_path);
    }
    let bad_here = within.meet(bad);
    if bad_here.is_empty() {
        return None;
    }
    if bad_here == within {
        return Some(bad_here);
    }
    let called_at = entry.called_at.iter().map(|level| i64::from(level.0)).find(|level| bad_here.contains(*level));
    called_at.map(Range::exactly)
}

/// Whether the word stands in the text.
fn mentions(text: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .any(|(at, _)| !letter(text[..at].chars().next_back()) && !letter(text[at + word.len()..].chars().next()))
}
