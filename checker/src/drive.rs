//! One driver from its files to its findings: every function on its own, then the entry points by their contracts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rulebook_diagnostics::report::{Outcome as Verdicts, Report, Sources, Verdict};
use rulebook_frontend::ir::{Annotation, FileId, Loc, Sal, Symbol};
use rulebook_frontend::{Program, Project, SourceFile, Texts, comments};
use rulebook_machine::table::{Rule, Table};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Options;
use crate::allow::{Allows, Uses};
use crate::applies::Kind;
use crate::begin::Beginning;
use crate::code::{Code, FuncId};
use crate::compiled::{Base, Compiled, MachineId};
use crate::engine::{Engine, Summary};
use crate::finding::{Convicted, Findings};
use crate::idle;
use crate::roles::{self, Attached, Entry, Roles};
use crate::run::Subject;
use crate::summary::Violation;
use crate::why::{Checked, Watch};

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

    fn compiled(
        &self,
        kind: &Kind,
        concerns: &dyn Fn(&Rule) -> Option<Vec<String>>,
        options: &Options,
    ) -> Arc<Compiled<'t>> {
        // Whole even if a thread panicked while it held the lock: entries are only added.
        let mut known = self.by_kind.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, compiled)) = known.iter().find(|(other, _)| other == kind) {
            return Arc::clone(compiled);
        }
        let compiled = Arc::new(Compiled::new(&self.base, concerns, &|rule| wanted(options, &rule.id)));
        known.push((kind.clone(), Arc::clone(&compiled)));
        compiled
    }
}

/// Checks one driver.
pub(crate) fn driver(
    project: &Project,
    texts: Texts<'_>,
    prepared: &Prepared<'_>,
    options: &Options,
) -> (Report, Sources, Uses) {
    let deadline = options.time_limit.and_then(|limit| Instant::now().checked_add(limit));
    let table = prepared.base.table;
    let program = texts.lower(options.handlers);
    let mut report = Report { problems: program.problems.clone(), ..Report::default() };
    report.read = program.files.iter().map(|file| file.path.clone()).collect();
    report.summary.drivers = 1;
    report.summary.files = program.files.len();
    report.summary.lines = program.stats.lines;
    report.summary.functions = program.stats.functions;
    report.summary.untrusted = program.stats.untrusted;
    // Roles come from calls and members alone, so they can be read with a table without rules.
    let is_included = |file: FileId| program.files.get(file.0 as usize).is_some_and(is_header);
    let code = Code::new(&program.units, &is_included);
    let roles = Roles::find(&program.units, &code, &prepared.base);
    let kind = Kind::of(&program, table, &roles);
    let mut not_applicable = Vec::new();
    let mut decided: BTreeMap<&str, Result<Vec<String>, String>> = BTreeMap::new();
    for rule in table.rules.iter().filter(|rule| wanted(options, &rule.id)) {
        let decision = kind.applies(rule, table);
        if let Err(reason) = &decision {
            not_applicable.push((rule.id.clone(), reason.clone()));
        }
        decided.insert(&rule.id, decision);
    }
    let concerns = |rule: &Rule| match decided.get(rule.id.as_str()) {
        Some(decision) => decision.clone().ok(),
        None => kind.applies(rule, table).ok(),
    };
    let compiled = prepared.compiled(&kind, &concerns, options);
    let compiled = &*compiled;
    let drive = Drive::new(&program, code, compiled, &roles);
    if let Some(dump) = &options.dump {
        let mut engine = Engine::new(&drive.code, compiled, options, &drive.accessors, &drive.callbacks);
        drive.prepare(&mut engine, &program);
        report.answers.push(crate::dump::answer(dump, &program, &drive.code, &mut engine));
    }
    let mut engine = Engine::new(&drive.code, compiled, options, &drive.accessors, &drive.callbacks);
    engine.watch = Watch::new(options.why.as_ref(), &program);
    engine.deadline = deadline;
    drive.prepare(&mut engine, &program);
    let (convicted, cut) = drive.run(&mut engine);
    let late = engine.is_late();
    let mut sources = Sources::new();
    report.findings = Findings { program: &program, compiled, code: &drive.code, project: &project.name }
        .make(convicted, &mut sources);
    if let Some(why) = &options.why {
        let rule = table.rules.iter().find(|rule| rule.id == why.rule);
        let line =
            |finding: &&rulebook_diagnostics::Finding| finding.rule == why.rule && finding.place.line == why.line;
        let checked = Checked {
            driver: &project.name,
            program: &program,
            code: &drive.code,
            roles: &roles,
            rule: rule.map(|rule| (rule, decided.get(rule.id.as_str()).and_then(|decision| decision.clone().err()))),
            found: report.findings.iter().filter(line).map(|finding| finding.message.clone()).collect(),
            cut: cut.contains(&why.rule),
        };
        report.answers.extend(crate::why::answer(why, &engine.watch, &checked));
    }
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
                Ok(_) if cut.contains(*rule) && late => {
                    (Verdicts::Inconclusive, Some("the time limit was reached".to_owned()))
                }
                Ok(_) if cut.contains(*rule) => {
                    (Verdicts::Inconclusive, Some("a function has more paths than the budget allows".to_owned()))
                }
                Ok(_) => (Verdicts::Pass, None),
            };
            report.verdicts.push(verdict(rule, outcome, reason));
        }
    }
    // Last, for a rule is broken where the source allows it, too.
    let mut allows = Allows::read(&program, table);
    report.problems.append(&mut allows.problems);
    (report.findings, report.allowed) = allows.apply(std::mem::take(&mut report.findings));
    let ran = |rule: &str| decided.get(rule).is_some_and(Result::is_ok) && !cut.contains(rule);
    (report, sources, allows.uses(table, &ran))
}

/// A driver under analysis.
pub(crate) struct Drive<'p, 't> {
    pub(crate) code: Code<'p>,
    pub(crate) compiled: &'p Compiled<'t>,
    pub(crate) roles: &'p Roles<'t>,
    /// Annotations of definitions and prototypes, by function.
    pub(crate) annotations: FxHashMap<FuncId, Vec<&'p Annotation>>,
    accessors: FxHashSet<Symbol>,
    /// Functions that the driver may call through pointers of its own: their address is taken, and no role says that
    /// it is the system that calls them.
    callbacks: FxHashSet<Symbol>,
    pub(crate) mentioned: FxHashSet<&'p str>,
}

impl<'p, 't> Drive<'p, 't> {
    fn new(program: &'p Program, code: Code<'p>, compiled: &'p Compiled<'t>, roles: &'p Roles<'t>) -> Self {
        let mut annotations: FxHashMap<FuncId, Vec<&'p Annotation>> = FxHashMap::default();
        let mut annotate = |name: Symbol, loc: Loc, sal: &'p Sal| {
            for id in code.seen(name, loc.file) {
                annotations.entry(id).or_default().extend(&sal.function);
            }
        };
        for unit in &program.units {
            for prototype in &unit.prototypes {
                annotate(prototype.name, prototype.loc, &prototype.sal);
            }
            for function in &unit.functions {
                annotate(function.name, function.loc, &function.sal);
            }
        }
        let contracts = || compiled.table.semantics.roles.values().map(|role| &role.contract);
        let levels = contracts().filter_map(|contract| contract.irql.as_ref());
        let wanted = levels.flat_map(|levels| levels.unless_mentioned.iter().chain(levels.called_at_where.keys()));
        let unless = contracts()
            .filter_map(|contract| contract.entered_after_unless.as_ref())
            .flat_map(|unless| &unless.mentioned);
        let wanted: BTreeSet<&str> = wanted.chain(unless).map(String::as_str).collect();
        let kit = kit_folders(program, compiled);
        let own: Vec<&SourceFile> = program.files.iter().filter(|file| !kit.contains(folder(&file.path))).collect();
        let mut mentioned = FxHashSet::default();
        for name in wanted {
            if own.iter().any(|file| comments::is_said(&file.text, name)) {
                let name: &'p str = Symbol::new(name).as_str();
                mentioned.insert(name);
            }
        }
        let accessors = program.units.iter().flat_map(|unit| &unit.accessors).copied().collect();
        let unknown = |name: &&Symbol| code.named(**name).iter().any(|id| roles.of(*id).is_empty());
        let callbacks = code.address_taken.iter().filter(unknown).copied().collect();
        Self { code, compiled, roles, annotations, accessors, callbacks, mentioned }
    }

    /// Tells the engine what roles promise.
    fn prepare(&self, engine: &mut Engine<'_>, program: &Program) {
        engine.given = self.roles.given();
        engine.first = self.roles.first(&self.code);
        engine.values.beginning = Beginning::new(program, &self.code, &engine.first);
    }

    /// All convictions, and the rules for which some budget ran out.
    fn run(&self, engine: &mut Engine<'_>) -> (Vec<Convicted>, BTreeSet<String>) {
        let mut convicted = Vec::new();
        let mut cut = BTreeSet::new();
        for id in self.code.bottom_up() {
            if engine.is_late() {
                cut.extend(self.compiled.machines.iter().map(|machine| machine.rule.id.clone()));
                break;
            }
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
            let told = |violation: &&Violation| self.compiled.machine(violation.machine).everywhere;
            let alone = base.violations.iter().filter(told);
            convicted.extend(alone.map(|violation| {
                let role = self.roles_for(id, self.compiled.machine(violation.machine).rule).first().copied().flatten();
                Convicted::new(violation, id, role, violation.irql.clone(), None)
            }));
            if root {
                let asked = base.violations.iter().filter(|violation| !told(violation) && violation.assumed.is_empty());
                for violation in asked {
                    self.judge_base(engine, id, violation, &mut convicted);
                }
                self.judge_level_at_exit(engine, id, &base.exits, &mut convicted);
            }
            let handed = self.handed_over(engine, id);
            let mut subjects: Vec<Subject> = base.moved.keys().chain(&handed).cloned().collect();
            subjects.retain(|subject| {
                !engine.idle[subject.machine.0 as usize]
                    && self.can_report(engine, id, &base, subject)
                    && (handed.contains(subject) || engine.is_moved(id, subject))
            });
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
                let Some(keyed) = engine.judged(id, subject, 0) else { continue };
                let rule = &self.compiled.machine(subject.machine).rule;
                if keyed.cut {
                    cut.insert(rule.id.clone());
                }
                let known_to_callers = subject.key.iter().all(|value| engine.values.exportable(*value));
                let own = root || !known_to_callers;
                self.judge_keyed(engine, id, subject, &keyed, own, &mut convicted);
            }
        }
        cut.extend(engine.unfollowed.keys().map(|machine| self.compiled.machine(*machine).rule.id.clone()));
        (convicted, cut)
    }

    /// Whether a rule can be broken by what happens to the object in the function and its calls.
    fn can_report(&self, engine: &Engine<'_>, id: FuncId, base: &Summary, subject: &Subject) -> bool {
        let machine = self.compiled.machine(subject.machine);
        let roles = self.roles_for(id, machine.rule);
        let entered = roles.iter().map(|role| self.entry_state(engine, subject, *role).state);
        let starts: Vec<u8> = entered.chain([0]).collect();
        let loose = base.loose.get(&subject.machine).copied().unwrap_or(0);
        let events = base.events.get(subject).copied().unwrap_or(0) | loose;
        idle::can_report(machine, starts, &|event| events >> (event & 63) & 1 == 1)
    }

    /// Whether nothing in the driver that is analysed calls the function, or the system does: a function that is
    /// declared with a role type but only called is called by the driver alone.
    fn is_root(&self, id: FuncId) -> bool {
        let function = self.code.get(id);
        !self.code.is_called(id) || self.code.address_taken.contains(&function.ir.name)
    }

    /// The roles in which the rule looks at the function; `None` stands for no known role.
    pub(crate) fn roles_for(&self, id: FuncId, rule: &Rule) -> Vec<Option<&Attached<'t>>> {
        let attached = self.roles.of(id);
        let semantics = &self.compiled.table.semantics;
        let named = |words: &[String], role: &str| words.iter().any(|word| semantics.roles_of(word).contains(&role));
        if attached.is_empty() {
            let everywhere = rule.scope.roles.is_empty() && rule.scope.irp.is_empty();
            return if everywhere { vec![None] } else { Vec::new() };
        }
        let registered = |names: &[String], index| names.iter().any(|name| self.compiled.number(name) == index);
        let fits = |role: &&Attached<'t>| {
            (rule.scope.roles.is_empty() || named(&rule.scope.roles, role.type_name))
                && !named(&rule.scope.except_roles, role.type_name)
                && (rule.scope.irp.is_empty() || role.index.is_some_and(|index| registered(&rule.scope.irp, index)))
        };
        attached.iter().filter(fits).map(Some).collect()
    }

    /// Whether the function, which has no role itself, works for one that the rule looks at.
    pub(crate) fn serves(&self, id: FuncId, rule: &Rule) -> bool {
        let mut seen: FxHashSet<FuncId> = FxHashSet::default();
        let mut work = vec![id];
        while let Some(at) = work.pop() {
            for caller in self.code.callers_of(at) {
                if !self.roles.of(*caller).is_empty() && !self.roles_for(*caller, rule).is_empty() {
                    return true;
                }
                if seen.insert(*caller) {
                    work.push(*caller);
                }
            }
        }
        false
    }

    pub(crate) fn entry_level(&self, id: FuncId, role: Option<&Attached<'t>>) -> Option<Entry> {
        match role {
            Some(role) => role.entry(self.compiled, &|name| self.mentioned.contains(name)),
            None => self.annotations.get(&id).and_then(|all| roles::annotated_entry(all)),
        }
    }
}

/// The folders of headers of driver kits. They mention what the driver does not.
fn kit_folders<'p>(program: &'p Program, compiled: &Compiled<'_>) -> FxHashSet<&'p str> {
    let models = &compiled.table.semantics.models;
    let includes: FxHashSet<&str> = models.iter().flat_map(|model| &model.includes).map(String::as_str).collect();
    let name = |file: &SourceFile| file.path[file.path.rfind('/').map_or(0, |at| at + 1)..].to_ascii_lowercase();
    let (headers, sources): (Vec<&SourceFile>, Vec<&SourceFile>) =
        program.files.iter().partition(|file| is_header(file));
    let mut kit: FxHashSet<&str> =
        headers.iter().filter(|file| includes.contains(name(file).as_str())).map(|file| folder(&file.path)).collect();
    // Where sources stand beside such a header, everything is the driver's.
    for file in sources {
        kit.remove(folder(&file.path));
    }
    kit
}

/// Whether other files include the file, by its name.
fn is_header(file: &SourceFile) -> bool {
    let extension = file.path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    !matches!(extension.as_str(), "c" | "cpp" | "cc" | "cxx")
}

fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..at])
}
