//! One run of the simulation: all paths of one function, merged where they agree in what matters.
//!
//! A base run follows values and the level alone and judges stateless machines call by call.
//! A keyed run follows one object of one machine as well.

use std::collections::BTreeMap;
use std::rc::Rc;

use rulebook_frontend::ir::{BinOp, BlockId, Expr, Function, InstrKind, Loc, Place, Symbol, Term};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::adopt::Moves;
use crate::assert::Asserted;
use crate::code::FuncId;
use crate::compiled::{CNext, MachineId};
use crate::engine::Engine;
use crate::fact::Range;
use crate::guard::{Course, Guards};
use crate::live;
use crate::replay::Way;
use crate::seek::Seek;
use crate::solid;
use crate::state::{Lost, State, UNKNOWN};
use crate::summary::{self, Violation};
use crate::trace::{self, Kind};
use crate::value::{Node, Site, V, Values};

/// How many paths a run keeps apart, and how long it may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Paths that agree in automaton and level, at one point, for a followed object.
    pub(crate) followed: usize,
    /// The same in a run for values alone.
    pub(crate) plain: usize,
    /// The same at the head of a loop.
    pub(crate) in_loop: usize,
    /// Block visits that a run may take, for each block and in all.
    visits: (usize, usize),
    /// Whether two paths become one where that loses nothing but how they came there.
    pub(crate) unite: bool,
}

impl Effort {
    /// What a first run takes.
    pub(crate) const USUAL: Self = Self { followed: 4, plain: 2, in_loop: 2, visits: (24, 400), unite: true };
    /// What is spent on the one way that a report tells first.
    pub(crate) const ONE_WAY: Self = Self { followed: 4, plain: 2, in_loop: 2, visits: (4, 100), unite: false };
}

/// The object that a keyed run follows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Subject {
    pub(crate) machine: MachineId,
    /// The values of the machine's keys.
    pub(crate) key: Vec<V>,
}

/// A path that ended in a return.
#[derive(Debug)]
pub(crate) struct Exit {
    /// The block and, of the states before it, the one that led here.
    pub(crate) from: (BlockId, usize),
    pub(crate) state: State,
    pub(crate) result: Option<V>,
    /// Whether a test that finds the result equal to a number says what it is.
    told: bool,
    pub(crate) loc: Loc,
}

impl Exit {
    /// What the function may return here. That a value out of memory was compared with a constant does not make it
    /// that constant: somebody else put it there, and what came of that is not known.
    pub(crate) fn returned(&self, values: &Values) -> Range {
        let Some(result) = self.result else { return Range::ALL };
        let range = self.state.range(values, result);
        let by_test = range.low == range.high && !self.told;
        if by_test { Range::ALL } else { range }
    }
}

/// What a run found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) exits: Vec<Exit>,
    pub(crate) violations: Vec<Violation>,
    /// Places that some path passes without a violation.
    pub(crate) fine: FxHashSet<(MachineId, Loc)>,
    /// Objects of keyed machines that the function touches, directly or through calls.
    pub(crate) touched: Vec<Subject>,
    /// Values that are handed, here or in calls, to functions that nothing is known of.
    pub(crate) handed: Vec<V>,
    /// Which events each of them has here or in calls, as bits, whether or not a path gets there.
    pub(crate) events: FxHashMap<Subject, u64>,
    /// Events that reach objects without naming them whole, by machine, as bits.
    pub(crate) loose: BTreeMap<MachineId, u64>,
    /// Those of them that may be left in another state than they were found in, and by what.
    pub(crate) moved: FxHashMap<Subject, Moves>,
    /// What decided over the events of the followed object.
    pub(crate) guards: Guards,
    /// Whether the budget ended the run.
    pub(crate) cut: bool,
}

/// A run in progress.
pub(crate) struct Run<'e, 'a> {
    pub(crate) engine: &'e mut Engine<'a>,
    pub(crate) id: FuncId,
    pub(crate) ir: &'a Function,
    pub(crate) subject: Option<Subject>,
    pub(crate) found: Found,
    /// Where answers to questions about objects of the function's own are remembered.
    pub(crate) asked: Vec<V>,
    /// What the call at hand is judged on the assumption of.
    pub(crate) assumed: Vec<(V, bool)>,
    pub(crate) effort: Effort,
    /// The pointers by which the followed object is reached: where one is null, there is no such object.
    there: Vec<V>,
    /// The decisions to take, where the run goes one way only. What calls *may* have changed outside of the function
    /// is then taken as it was: a way that needs such a change in the middle is no evidence.
    pub(crate) way: Option<Way>,
    /// The search that the run is for, if one: paths are then followed one after the other.
    pub(crate) seek: Option<Seek>,
    /// Whether paths at different levels are kept apart.
    pub(crate) level_matters: bool,
    /// Where events of the followed object lie; empty where none is followed.
    pub(crate) course: Rc<Course>,
    /// Whether somebody asks for the outcomes, and not for the violations alone.
    pub(crate) for_callers: bool,
    /// States seen before each block, with the number of merges there.
    pub(crate) seen: Vec<(Vec<State>, u32)>,
    /// Blocks to visit, by their order: indexes into `seen`.
    pub(crate) pending: BTreeMap<u32, Vec<usize>>,
    /// Whether the budget is spent, and paths are merged wherever they can be.
    pub(crate) hurried: bool,
    /// The block that is visited, and the index of the state it is visited with.
    visiting: (BlockId, usize),
}

impl<'e, 'a> Run<'e, 'a> {
    pub(crate) fn new(engine: &'e mut Engine<'a>, id: FuncId, subject: Option<Subject>, effort: Effort) -> Self {
        let ir = engine.code.get(id).ir;
        let seen = ir.blocks.iter().map(|_| (Vec::new(), 0)).collect();
        // Where what is returned decides, a value that one path has and another has not is kept.
        let by_result =
            subject.as_ref().is_some_and(|subject| engine.compiled.machine(subject.machine).is_judged_by_result());
        let effort = Effort { unite: effort.unite && !by_result, ..effort };
        let there: Vec<V> =
            subject.iter().flat_map(|subject| &subject.key).flat_map(|key| engine.values.way_to(*key)).collect();
        // What a loop or a call finds anew has another name each time.
        let known = there.iter().copied().filter(|value| engine.values.exportable(*value)).collect();
        let level_matters =
            subject.as_ref().is_none_or(|subject| engine.compiled.machine(subject.machine).level_matters);
        Self {
            engine,
            id,
            ir,
            subject,
            found: Found { guards: Guards::of(known), ..Found::default() },
            assumed: Vec::new(),
            asked: Vec::new(),
            there,
            effort,
            way: None,
            seek: None,
            level_matters,
            course: Rc::default(),
            for_callers: true,
            seen,
            pending: BTreeMap::new(),
            hurried: false,
            visiting: (BlockId(0), 0),
        }
    }

    /// Runs from `start` until nothing new is found or the budget is spent.
    pub(crate) fn go(mut self, start: Vec<State>) -> Found {
        self.follow(start);
        self.found
    }

    fn follow(&mut self, start: Vec<State>) {
        // What paths meet to is known by its place in the function; runs of others may lie within this one.
        let outer = self.engine.values.meet_anew();
        let before = self.begin();
        self.follow_all(start);
        self.engine.values.begin(before);
        self.engine.values.meet_on(outer);
    }

    /// Begins the run with what variables hold at first, if nothing has run before; gives back what was.
    pub(crate) fn begin(&mut self) -> bool {
        let begins = self.engine.first.contains(&self.id);
        self.engine.values.begin(begins)
    }

    fn follow_all(&mut self, start: Vec<State>) {
        self.find_course();
        for state in start {
            self.enqueue(BlockId(0), state, None);
        }
        let budget = self.effort.visits.1 + self.effort.visits.0 * self.ir.blocks.len();
        // What is spent on getting to the end of what was cut short: one state for each block and automaton state.
        let rest = if self.way.is_some() { 0 } else { 100 + 4 * self.ir.blocks.len() };
        let mut visits = 0;
        while let Some((order, indexes)) = self.pending.pop_first() {
            let block = self.engine.code.get(self.id).order[order as usize];
            for index in indexes {
                visits += 1;
                if visits > budget + rest || self.engine.is_late() {
                    self.found.cut = true;
                    self.judge_unvisited();
                    return;
                }
                self.hurried |= visits > budget;
                // A state that is visited again has grown: what it leads to stands for what it led to.
                self.found.exits.retain(|exit| exit.from != (block, index));
                self.visit(block, index);
            }
        }
    }

    /// Goes through a block from one of the states before it.
    pub(crate) fn visit(&mut self, block: BlockId, index: usize) {
        let state = self.seen[block.0 as usize].0[index].clone();
        self.visiting = (block, index);
        self.engine.visits += 1;
        self.block(block, state);
    }

    /// The block that is visited.
    pub(crate) fn visiting(&self) -> BlockId {
        self.visiting.0
    }

    /// Looks up where events of the followed object lie.
    fn find_course(&mut self) {
        let Some(machine) = self.subject.as_ref().map(|subject| subject.machine) else { return };
        if let Some(known) = self.engine.courses.get(&(self.id, machine)) {
            self.course = Rc::clone(known);
            self.await_tests();
            return;
        }
        let mut events: FxHashSet<BlockId> = FxHashSet::default();
        for (at, block) in self.ir.blocks.iter().enumerate() {
            let mut calls = block.instrs.iter().filter_map(|instr| match &instr.kind {
                InstrKind::Call(call) => Some(&**call),
                _ => None,
            });
            if calls.any(|call| self.concerns(machine, call)) {
                events.insert(BlockId(at as u32));
            }
        }
        let code = self.engine.code;
        self.course = Rc::new(Course::new(code.get(self.id), &|block| events.contains(&block)));
        self.engine.courses.insert((self.id, machine), Rc::clone(&self.course));
        self.await_tests();
    }

    /// Variables that branches will decide by are remembered before paths come there.
    fn await_tests(&mut self) {
        for (block, deciding) in self.ir.blocks.iter().zip(&self.course.deciding) {
            let (true, Term::Branch { cond: tested, .. } | Term::Switch { value: tested, .. }) =
                (deciding, &block.term)
            else {
                continue;
            };
            live::expr(tested, &mut |local, _| {
                let address = self.engine.values.make(Node::Local(local));
                self.found.guards.add(&self.engine.values, address);
            });
        }
        // And those whose value they are given.
        for instr in self.ir.blocks.iter().flat_map(|block| &block.instrs) {
            if let InstrKind::Assign { place: Place::Local(to), value: Expr::Load(from) } = &instr.kind
                && let Place::Local(from) = &**from
            {
                let to = self.engine.values.make(Node::Local(*to));
                if self.found.guards.has(to) {
                    let from = self.engine.values.make(Node::Local(*from));
                    self.found.guards.add(&self.engine.values, from);
                }
            }
        }
    }

    /// Remembers what a branch at the end of the block tests, if it decides over events of the followed object.
    fn note_test(&mut self, at: BlockId, state: &State, expr: &Expr, tested: V) {
        if !self.course.deciding.get(at.0 as usize).is_some_and(|deciding| *deciding) {
            return;
        }
        let values = &mut self.engine.values;
        self.found.guards.add(values, tested);
        if let Expr::Load(place) = expr {
            let address = state.address(values, self.ir, place);
            self.found.guards.add(values, address);
        }
    }

    /// Calls that break a rule whoever makes them, in blocks that the run did not get to.
    fn judge_unvisited(&mut self) {
        if self.subject.is_some() || self.way.is_some() {
            return;
        }
        let nothing_known = self.engine.entry(self.id);
        for at in &self.engine.code.get(self.id).order {
            if !self.seen[at.0 as usize].0.is_empty() {
                continue;
            }
            for instr in &self.ir.blocks[at.0 as usize].instrs {
                if let InstrKind::Call(call) = &instr.kind {
                    self.judge_alone(&nothing_known, call, instr.loc);
                }
            }
        }
    }

    /// Runs from the function's entry, and tells what was known before each block in the end.
    pub(crate) fn states_before_blocks(mut self) -> Vec<Vec<State>> {
        let mut start = self.engine.entry(self.id);
        start.instance = self.subject.as_ref().map(|_| crate::event::instance(0));
        self.follow(vec![start]);
        self.seen.into_iter().map(|(states, _)| states).collect()
    }

    fn block(&mut self, at: BlockId, state: State) {
        let ir = self.ir;
        let block = &ir.blocks[at.0 as usize];
        let first = self.engine.code.get(self.id).first_site[at.0 as usize];
        let mut states = vec![state];
        let mut solid = self.engine.code.get(self.id).solid.at(at);
        for (index, instr) in block.instrs.iter().enumerate() {
            let site = Site(first + index as u32);
            let mut next = Vec::with_capacity(states.len());
            let followed = self.doubtful_followed(|see| solid::followed(&instr.kind, see));
            for mut state in states {
                if !followed.iter().all(|local| self.suppose_followed(&mut state, *local)) {
                    continue;
                }
                match &instr.kind {
                    InstrKind::Assign { place, value } => {
                        let values = &mut self.engine.values;
                        let value = state.eval(values, ir, value);
                        let address = state.address(values, ir, place);
                        let value = if self.engine.options.copies || !values.is_address(value) {
                            value
                        } else {
                            values.make(Node::Havoc(address, site))
                        };
                        state.store_for_all(values, address, value, site);
                        let outlives = !self.engine.values.in_local(address);
                        next.extend(if outlives { self.escape(state, value, true) } else { Some(state) });
                    }
                    InstrKind::Havoc(place) => {
                        let address = state.address(&mut self.engine.values, ir, place);
                        state.forget(&self.engine.values, address, Lost { site, by_callback: false });
                        next.push(state);
                    }
                    InstrKind::Assume(expr) if !self.believes(at, expr) => next.push(state),
                    InstrKind::Assume(expr) => {
                        let value = state.eval(&mut self.engine.values, ir, expr);
                        if self.assume(&mut state, value, true) {
                            next.push(state);
                        }
                    }
                    InstrKind::Dead(local) => {
                        let address = self.engine.values.make(Node::Local(*local));
                        state.forget(&self.engine.values, address, Lost { site, by_callback: false });
                        next.push(state);
                    }
                    InstrKind::Call(call) => {
                        call.args.iter().for_each(|arg| self.suppose_solid(&mut state, &solid, arg));
                        self.unwind(at, call, &state, site);
                        if self.engine.code.get(self.id).in_loop[at.0 as usize] {
                            if self.is_outlived(&state, call, site) {
                                continue;
                            }
                            state.retire(&mut self.engine.values, site);
                        }
                        self.call(state, call, instr.loc, site, &mut next);
                    }
                }
            }
            states = self.thin(next, at);
            solid.pass(&instr.kind);
        }
        let site = Site(first + block.instrs.len() as u32);
        let followed = match &block.term {
            Term::Branch { cond, .. } => self.doubtful_followed(|see| solid::followed_in(cond, see)),
            _ => Vec::new(),
        };
        for mut state in states {
            if let Term::Branch { cond, .. } = &block.term {
                self.suppose_solid(&mut state, &solid, cond);
            }
            if !followed.iter().all(|local| self.suppose_followed(&mut state, *local)) {
                continue;
            }
            self.leave(at, &block.term, state, site);
        }
    }

    fn believes(&mut self, at: BlockId, expr: &Expr) -> bool {
        let (ir, compiled) = (self.ir, self.engine.compiled);
        self.engine.asserted.entry(self.id).or_insert_with(|| Asserted::new(ir, compiled)).is_believed(at, expr)
    }

    /// The followed object is `stored`, or given to a function that nothing is known of: somebody else may have it now.
    pub(crate) fn escape(&self, mut state: State, value: V, stored: bool) -> Option<State> {
        let Some(subject) = &self.subject else { return Some(state) };
        let machine = self.engine.compiled.machine(subject.machine);
        let own = |var: u16| subject.key.get(usize::from(var)) == Some(&value);
        let event = machine.escapes.iter().find(|(_, var, by_store)| (*by_store || !stored) && own(*var));
        let (Some((event, ..)), Some(instance)) = (event, &mut state.instance) else { return Some(state) };
        match machine.next(instance.state, *event) {
            CNext::Go(UNKNOWN) => return None,
            CNext::Go(to) => {
                instance.state = *to;
                instance.seen |= 1 << (event & 63);
                instance.met = true;
            }
            CNext::Stay | CNext::Error(_) => {}
        }
        Some(state)
    }

    /// Whether the followed object was named after an earlier turn's result of a call that is made again: from now on
    /// the name is another object's, and nothing names this one. A machine that knows the call says itself what follows.
    fn is_outlived(&mut self, state: &State, call: &rulebook_frontend::ir::Call, site: Site) -> bool {
        let (Some(subject), Some(instance)) = (&self.subject, &state.instance) else { return false };
        let values = &self.engine.values;
        let machine = subject.machine;
        instance.state != 0
            && subject.key.iter().any(|key| crate::state::is_named_after(values, *key, site))
            && !self.concerns(machine, call)
    }

    fn leave(&mut self, at: BlockId, term: &Term, state: State, site: Site) {
        let ir = self.ir;
        match term {
            Term::Goto(to) => self.enqueue(*to, state, Some(at)),
            Term::Unreachable => {}
            Term::Try { body, handler } => {
                self.guard(at, *handler, state.clone());
                self.enqueue(*body, state, Some(at));
            }
            Term::Return { value, loc } => {
                let mut state = state;
                let result = value.as_ref().map(|value| state.eval(&mut self.engine.values, ir, value));
                if let Some(result) = result {
                    // Kept in memory, so that merging paths merges their results.
                    let slot = self.engine.result_slot;
                    state.store(&self.engine.values, slot, result, site);
                }
                // What a path knows of a result, a caller could not tell from the result itself.
                let values = &mut self.engine.values;
                let result = result.map(|result| match state.known(values, result) {
                    Some(known) if values.is_told_by_test(result) => values.int(known),
                    _ => result,
                });
                let told = result.is_none_or(|result| values.is_told_by_test(result));
                self.found.exits.push(Exit { from: self.visiting, state, result, told, loc: *loc });
            }
            Term::Branch { cond, then, other, loc } => {
                let value = state.eval(&mut self.engine.values, ir, cond);
                self.note_test(at, &state, cond, value);
                let mut no = state.clone();
                let mut yes = state;
                let (can, cannot) = (self.assume(&mut yes, value, true), self.assume(&mut no, value, false));
                let told = can && cannot;
                let mut sides = [(yes, then, true, can), (no, other, false, cannot)];
                // What is sought is tried last first.
                if self.seek.is_some() && self.hinted(&sides[0].0, *loc) == Some(1) {
                    sides.reverse();
                }
                for (mut state, to, truth, possible) in sides {
                    if possible {
                        if told {
                            state.trace.push(Kind::Branch(truth), *loc);
                        }
                        for state in self.keep_to_way(state, *loc, u32::from(truth), told) {
                            self.enqueue(*to, state, Some(at));
                        }
                    }
                }
            }
            Term::Switch { value, cases, default, loc } => {
                let tested = state.eval(&mut self.engine.values, ir, value);
                self.note_test(at, &state, value, tested);
                let mut rest = state;
                let mut sides: Vec<(State, BlockId, u32)> = Vec::with_capacity(cases.len() + 1);
                let mut possible = true;
                for (at, (case, to)) in cases.iter().enumerate() {
                    let values = &mut self.engine.values;
                    let case = rest.eval(values, ir, case);
                    let equal = values.binary(BinOp::Eq, tested, case);
                    let mut here = rest.clone();
                    if possible && self.assume(&mut here, equal, true) {
                        sides.push((here, *to, at as u32));
                    }
                    possible = possible && self.assume(&mut rest, equal, false);
                }
                if possible {
                    sides.push((rest, *default, trace::DEFAULT));
                }
                let told = sides.len() > 1;
                for (mut state, to, case) in sides {
                    if told {
                        state.trace.push(Kind::Case(case), *loc);
                    }
                    for state in self.keep_to_way(state, *loc, case, told) {
                        self.enqueue(to, state, Some(at));
                    }
                }
            }
        }
    }

    /// Learns a branch; false if the path cannot take it.
    pub(crate) fn assume(&mut self, state: &mut State, value: V, truth: bool) -> bool {
        self.note_tested(state, value, truth);
        !self.engine.options.branch_facts
            || (!self.is_nowhere(value, truth)
                && !self.is_older(value, truth)
                && state.facts.assume(&self.engine.values, value, truth))
    }

    /// Whether the branch supposes that a pointer by which the followed object is reached is null, whatever calls may
    /// have done to the memory that holds it.
    fn is_nowhere(&mut self, value: V, truth: bool) -> bool {
        if self.there.is_empty() {
            return false;
        }
        let values = &mut self.engine.values;
        let (pointer, null) = match values.node(value) {
            Node::Bin(BinOp::Eq, of, zero) if values.as_int(zero) == Some(0) => (of, truth),
            Node::Bin(BinOp::Ne, of, zero) if values.as_int(zero) == Some(0) => (of, !truth),
            Node::Bin(..) => return false,
            _ => (value, !truth),
        };
        null && {
            let known_as = values.identity(pointer);
            self.there.contains(&known_as)
        }
    }

    /// Whether the branch supposes that what a call has made for the driver is what the function was given.
    fn is_older(&self, value: V, truth: bool) -> bool {
        let Some(subject) = &self.subject else { return false };
        let (values, compiled) = (&self.engine.values, self.engine.compiled);
        let ((Node::Bin(BinOp::Eq, a, b), true) | (Node::Bin(BinOp::Ne, a, b), false)) = (values.node(value), truth)
        else {
            return false;
        };
        let given = |value: V| matches!(values.node(value), Node::Param(_) | Node::Init(_));
        let made = |value: V| {
            let made = if let Node::Old(made) = values.node(value) { made } else { value };
            values.is_stored(made)
                && values.origin(made).is_some_and(|api| {
                    compiled.function(api).is_some_and(|function| function.fills.is_some())
                        && compiled.knows(subject.machine, api)
                })
        };
        (given(a) && made(b)) || (given(b) && made(a))
    }

    /// Records a violation on this path.
    pub(crate) fn violate(&mut self, state: &State, what: Broken<'_>) {
        let values = &self.engine.values;
        let instance = state.instance.as_ref();
        let violation = Violation {
            machine: what.machine,
            message: what.message.into(),
            api: what.api,
            pre: instance.map_or(0, |instance| instance.pre),
            seen: instance.map_or(0, |instance| instance.seen),
            facts: summary::entry_facts(values, state),
            assumed: self.assumed.clone(),
            entry: what.entry.or_else(|| instance.and_then(|instance| instance.entry.clone())),
            irql: what.irql,
            loc: what.loc,
            unset: what.unset,
            function: self.id,
            object: what.object.into(),
            trace: state.trace.clone(),
            sometimes_fine: false,
            depth: 0,
        };
        self.found.push(violation);
    }
}

/// What a run says of a violation at its own function's call.
pub(crate) struct Broken<'s> {
    pub(crate) machine: MachineId,
    pub(crate) message: &'s str,
    pub(crate) api: Symbol,
    pub(crate) entry: Option<Range>,
    pub(crate) irql: Range,
    pub(crate) loc: Loc,
    pub(crate) object: &'s str,
    pub(crate) unset: bool,
}

/// How many violations of one machine a summary carries for one place, and in all.
const PER_PLACE: usize = 3;
const PER_MACHINE: usize = 40;

impl Found {
    /// Adds a violation unless one like it is there.
    pub(crate) fn push(&mut self, new: Violation) {
        let alike = self.violations.iter().filter(|old| old.machine == new.machine);
        let (mut here, mut all) = (0, 0);
        for old in alike {
            all += 1;
            if old.loc == new.loc && old.pre == new.pre && old.message == new.message {
                here += 1;
                if old.entry == new.entry && old.facts == new.facts && old.assumed == new.assumed {
                    return;
                }
            }
        }
        // A place that a report may stand for alone is not left out for the number of others.
        if here < PER_PLACE && (all < PER_MACHINE || (here == 0 && new.depth == 0)) {
            self.violations.push(new);
        }
    }
}
