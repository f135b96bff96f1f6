//! Calls: what they do to values and levels, by body or by semantics.

use rulebook_frontend::ir::{BinOp, Call, Callee, Loc, Symbol};
use rulebook_machine::semantics::{Exchange, Returns};

use crate::code::name_of;
use crate::compiled::{CEffect, CFunction, CLevel, CSlot};
use crate::fact::Range;
use crate::run::Run;
use crate::state::{Lost, State};
use crate::trace::Kind;
use crate::value::{Node, Site, V, Values};

/// A call of a function without a body here, read through the aliases.
pub(crate) struct Api {
    /// The canonical name.
    pub(crate) name: Symbol,
    /// The name in the source.
    pub(crate) written: Symbol,
    /// Arguments of the canonical call.
    pub(crate) args: Vec<V>,
    /// Where the result is stored, if not as the call's result.
    pub(crate) through: Option<V>,
    pub(crate) loc: Loc,
    pub(crate) site: Site,
    /// Whether nothing is done with the result.
    pub(crate) ignored: bool,
    /// Whether the callee is no name but a value or a method.
    pub(crate) by_pointer: bool,
}

impl Run<'_, '_> {
    /// Executes a call; the paths after it go to `out`.
    pub(crate) fn call(&mut self, state: State, call: &Call, loc: Loc, site: Site, out: &mut Vec<State>) {
        let ir = self.ir;
        let args: Vec<V> = call.args.iter().map(|arg| state.eval(&mut self.engine.values, ir, arg)).collect();
        let mut finished = Vec::new();
        if let Callee::Named(name) = &call.callee
            && let (Some((op, number)), [arg]) = (self.engine.compiled.predicates.get(name).copied(), args.as_slice())
        {
            let values = &mut self.engine.values;
            let number = values.int(number);
            let result = values.binary(op, *arg, number);
            finished.push((state, result));
        } else if let Some(body) = self.body_of(&call.callee) {
            if matches!(call.callee, Callee::Member { .. }) && self.is_ended_by(&state, body, &args, site) {
                return;
            }
            let mut state = state;
            self.unask_within(&mut state, body, &args, site);
            self.enter(state, body, &args, loc, site, &mut finished);
            if call.dst.is_none() {
                self.expect_success(&mut finished);
            }
        } else if !self.may_be_moved(&state, &call.callee, &args, site)
            && let Some(state) = self.through(state, &call.callee, &args, (loc, site), &mut finished)
        {
            let api = self.read(call, args, loc, site);
            let acts = self.acts(&state, call, &api);
            for state in self.by_argument(state, &api) {
                self.external(state, &api, &mut finished);
            }
            for act in &acts {
                for (state, result) in std::mem::take(&mut finished) {
                    let mut after = Vec::new();
                    self.external(state, act, &mut after);
                    finished.extend(after.into_iter().map(|(state, _)| (state, result)));
                }
            }
        }
        for (mut state, result) in finished {
            if let Some(dst) = call.dst {
                let address = self.engine.values.make(Node::Local(dst));
                state.store(&self.engine.values, address, result, site);
            }
            out.push(state);
        }
    }

    /// Judges a call of which nothing is known but the function, by the machines that ask no more.
    pub(crate) fn judge_alone(&mut self, nothing_known: &State, call: &Call, loc: Loc) {
        if self.body_of(&call.callee).is_some() {
            return;
        }
        let site = Site(u32::MAX);
        let unknown = self.engine.values.make(Node::Result(site));
        let api = self.read(call, vec![unknown; call.args.len()], loc, site);
        let before = self.found.violations.len();
        self.judge_stateless(nothing_known, &api);
        let new = self.found.violations.split_off(before);
        let compiled = self.engine.compiled;
        self.found.violations.extend(new.into_iter().filter(|new| compiled.machine(new.machine).everywhere));
    }

    /// Who does not look at a truth value counts on its being true: paths that give false are left out where others give true.
    fn expect_success(&self, finished: &mut Vec<(State, V)>) {
        let range = |(state, result): &(State, V)| state.range(&self.engine.values, *result);
        let is_true = |one: &(State, V)| !range(one).contains(0) && range(one).high > 0;
        let is_false = |one: &(State, V)| range(one) == Range::exactly(0);
        if finished.iter().any(is_true) && finished.iter().all(|one| is_true(one) || is_false(one)) {
            finished.retain(is_true);
        }
    }

    /// The function whose body stands for the call; what the rules speak of is not looked into.
    fn body_of(&self, callee: &Callee) -> Option<crate::code::FuncId> {
        if let Callee::Named(name) = callee
            && (self.engine.compiled.speaks_of(*name)
                || self.engine.compiled.function(*name).is_some_and(|f| f.irql.is_some()))
        {
            return None;
        }
        self.engine.code.resolve(self.ir, callee)
    }

    fn read(&mut self, call: &Call, mut args: Vec<V>, loc: Loc, site: Site) -> Api {
        let (callee, via) = (&call.callee, call.via_macro);
        let ignored = call.dst.is_none();
        let by_pointer = !matches!(callee, Callee::Named(_));
        let mut name = name_of(callee).unwrap_or(self.engine.nameless);
        let written = via.unwrap_or(name);
        let mut through = None;
        if !self.engine.options.aliases || !matches!(callee, Callee::Named(_)) {
            return Api { name, written, args, through, loc, site, ignored, by_pointer };
        }
        // A chain longer than this is a circle in the data.
        for _ in 0..4 {
            let Some(rewrite) = self.engine.compiled.aliases.get(name) else { break };
            if let Some(at) = rewrite.result_through {
                through = args.get(at).copied();
            }
            let nothing = self.engine.values.make(Node::Opaque(name));
            args = rewrite.args.iter().map(|at| at.and_then(|at| args.get(at).copied()).unwrap_or(nothing)).collect();
            name = rewrite.to;
        }
        Api { name, written, args, through, loc, site, ignored, by_pointer }
    }

    /// Whether what the address leads to is taken as unchanged by calls that nothing is known of.
    pub(crate) fn holds_still(&self, address: V) -> bool {
        let values = &self.engine.values;
        self.way.is_some() && !values.in_local(address) && !values.has_first(address)
    }

    /// What a function without a body stores to is no longer known.
    ///
    /// A function of the kits that nothing is known of stores where it is given a place; what a pointer leads to is a
    /// structure of the driver's, of which it knows nothing.
    fn forget_arguments(&self, state: &mut State, api: &Api, known: Option<&CFunction>, getter: bool) {
        let values = &self.engine.values;
        let stranger = known.is_none() && !self.engine.code.own.contains(&api.written) && !api.by_pointer;
        for (at, arg) in api.args.iter().enumerate() {
            // What is cleared is either known afterwards or as it was.
            let cleared = known.and_then(|known| known.clears.as_ref()).is_some_and(|(place, _)| *place == at);
            let stores = known.and_then(|known| known.params.get(at).copied()).unwrap_or(known.is_none() && !getter);
            let given = !stranger || values.is_address(*arg);
            let a_place =
                values.as_int(*arg).is_none() && !matches!(values.node(*arg), Node::Str(_) | Node::Function(_));
            let still = known.is_none() && self.holds_still(*arg);
            if stores && given && a_place && !still && !cleared {
                state.forget(values, *arg, Lost { site: api.site, by_callback: api.by_pointer });
            }
        }
    }

    fn external(&mut self, mut state: State, api: &Api, out: &mut Vec<(State, V)>) {
        let compiled = self.engine.compiled;
        let unknown = CFunction::default();
        let known = compiled.function(api.name);
        let function = known.unwrap_or(&unknown);
        let before = state.irql;
        // Judged at the level and with the memory before the call.
        let entry = state.clone();
        self.judge_stateless(&entry, api);

        let answer = self.answer(&state, api, function);
        self.unask_external(&mut state, api, function);
        let values = &mut self.engine.values;
        values.note_call(api.site, api.name, known.is_some());
        let getter = known.is_none() && self.engine.accessors.contains(&api.name);
        let mut result = if let Some(answer) = answer {
            answer
        } else if function.accessor || getter {
            let list = values.list(&api.args);
            values.make(Node::Pure(api.name, list))
        } else if function.returns == Some(Returns::Irql) {
            before
        } else {
            values.make(Node::Result(api.site))
        };
        if !self.suppose_success(&mut state, api, (function, getter), result) {
            return;
        }
        self.forget_arguments(&mut state, api, known, getter);
        // Who asks an object for what belongs to it does not give it away.
        if known.is_none() && !getter {
            for arg in &api.args {
                self.found.hand(&self.engine.values, *arg);
                let Some(kept) = self.escape(state, *arg, false) else { return };
                state = kept;
            }
        }
        if let (Some(exchange), [place, new, ..]) = (function.exchanges, &api.args[..]) {
            result = state.load(&mut self.engine.values, *place);
            let Some(kept) = self.exchange(state, exchange, [*place, result, *new], api.site) else { return };
            state = kept;
        }
        // Where the level comes from the first argument, that is no lock.
        let level_first = |effect: &CEffect| matches!(effect.set, Some(CLevel::From(CSlot::Arg(0))));
        if function.irql.as_ref().is_some_and(|effect| !level_first(effect)) {
            self.suppose_lock(&mut state, api);
        }
        let values = &mut self.engine.values;
        let mut finished = vec![];
        if let Some(effect) = &function.irql {
            if let Some(slot) = effect.save {
                match (slot, address_of(slot, api)) {
                    (CSlot::Return, _) => result = before,
                    (CSlot::Hidden(_), Some(object)) => {
                        let hidden = values.make(Node::Field(object, self.engine.hidden));
                        state.store(values, hidden, before, api.site);
                    }
                    (_, Some(address)) => state.store(values, address, before, api.site),
                    _ => {}
                }
            }
            let level = self.level_after(effect, &entry, api);
            if let Some(level) = level {
                if let Some(on) = &effect.on {
                    let mut without = state.clone();
                    if !self.engine.options.branch_facts || without.facts.restrict(&self.engine.values, result, &on.no)
                    {
                        finished.push(without);
                    }
                    for yes in &on.yes {
                        let mut with = state.clone();
                        if !self.engine.options.branch_facts || with.facts.restrict(&self.engine.values, result, yes) {
                            with.irql = level;
                            finished.push(with);
                        }
                    }
                } else {
                    if level != state.irql {
                        state.trace.push(Kind::Level(api.written), api.loc);
                    }
                    state.irql = level;
                }
            }
        }
        if let Some(interval) = function.asserts {
            self.promise(&mut state, &Range::between(i64::from(interval.min.0), i64::from(interval.max.0)));
        }
        if finished.is_empty() {
            match function.counts {
                Some(count) => finished = self.count(state, count, api, result),
                None => finished.push(state),
            }
        }
        let finished = self.place(finished, &entry, api, function, result);
        for mut state in finished {
            if let Some(address) = api.through {
                state.store(&self.engine.values, address, result, api.site);
            }
            for state in self.happen(state, &entry, api, result) {
                out.push((state, result));
            }
        }
    }

    /// What cannot fail has not: neither functions of which that is documented, nor getters that the driver has the kit
    /// declare; and what cannot succeed has not either. `false` where the path holds the contrary of the result.
    fn suppose_success(&self, state: &mut State, api: &Api, (function, getter): (&CFunction, bool), result: V) -> bool {
        if !self.engine.options.branch_facts {
            return true;
        }
        let values = &self.engine.values;
        if getter {
            return state.facts.restrict(values, result, &Range { not: vec![0], ..Range::ALL });
        }
        if let Some((at, failures)) = &function.fails
            && api.args.get(*at).is_some_and(|arg| *state.facts.look(values, *arg) == Range::exactly(0))
            && !state.facts.restrict(values, result, failures)
        {
            return false;
        }
        let Some(success) = &function.succeeds else { return true };
        let is_set = |at: usize| api.args.get(at).is_some_and(|arg| !state.facts.look(values, *arg).contains(0));
        let says = success.by.is_none_or(is_set);
        !says || state.facts.restrict(values, result, &success.results)
    }

    /// The paths on which an argument says that the call cannot fail, and does not, where only callers know.
    fn by_argument(&self, state: State, api: &Api) -> Vec<State> {
        let values = &self.engine.values;
        let success = self.engine.compiled.function(api.name).and_then(|function| function.succeeds.as_ref());
        let by = success.and_then(|success| api.args.get(success.by?).copied());
        let Some(by) = by.filter(|by| self.engine.options.branch_facts && values.exportable(*by)) else {
            return vec![state];
        };
        let mut not = state.clone();
        let mut so = state;
        let can = so.facts.restrict(values, by, &Range { not: vec![0], ..Range::ALL });
        let cannot = not.facts.restrict(values, by, &Range::exactly(0));
        [(so, can), (not, cannot)].into_iter().filter(|(_, possible)| *possible).map(|(state, _)| state).collect()
    }

    /// What is locked or unlocked is there. Where it cannot be, there is more wrong than can be said here.
    fn suppose_lock(&self, state: &mut State, api: &Api) {
        if let Some(lock) = api.args.first() {
            state.facts.restrict(&self.engine.values, *lock, &Range { not: vec![0], ..Range::ALL });
        }
    }

    /// The level after a call that changes it; `entry` is the path before the call.
    fn level_after(&mut self, effect: &CEffect, entry: &State, api: &Api) -> Option<V> {
        let before = entry.irql;
        let values = &mut self.engine.values;
        let slot = self.engine.irql_slot;
        let lost_level = |values: &mut Values| values.make(Node::Havoc(slot, api.site));
        let level = effect.set.map(|level| match level {
            CLevel::Level(level) => values.int(i64::from(level)),
            CLevel::Unknown => lost_level(values),
            CLevel::From(slot) => match (slot, address_of(slot, api)) {
                (CSlot::Arg(at), _) => api.args.get(at).copied().unwrap_or(before),
                (CSlot::Hidden(_), Some(object)) => {
                    let hidden = values.make(Node::Field(object, self.engine.hidden));
                    entry.load(values, hidden)
                }
                (_, Some(address)) => entry.load(values, address),
                _ => before,
            },
        });
        let level = level.map(|level| match effect.levels.as_slice() {
            [] => level,
            known => match known.iter().find(|(constant, _)| values.as_int(level) == Some(*constant)) {
                Some((_, level)) => values.int(i64::from(*level)),
                None => lost_level(values),
            },
        });
        // What is no level comes from code that was not understood.
        let level = level.map(|level| match values.as_int(level) {
            Some(number) if !(0..=31).contains(&number) => lost_level(values),
            _ => level,
        });
        level.map(|level| self.level_set(entry, level))
    }

    /// Stores the new value at the place, by itself or combined with the old one, or may have. `None` where nothing is
    /// known of the followed object any more.
    fn exchange(
        &mut self,
        mut state: State,
        exchange: Exchange,
        [place, old, new]: [V; 3],
        site: Site,
    ) -> Option<State> {
        let values = &mut self.engine.values;
        let combined = match exchange {
            Exchange::Always => Some(new),
            Exchange::Or => Some(values.binary(BinOp::Or, old, new)),
            Exchange::And => Some(values.binary(BinOp::And, old, new)),
            Exchange::Xor => Some(values.binary(BinOp::Xor, old, new)),
            Exchange::Perhaps => None,
        };
        match combined {
            Some(value) => state.store(values, place, value, site),
            None => state.forget(values, place, Lost { site, by_callback: false }),
        }
        if values.in_local(place) { Some(state) } else { self.escape(state, new, true) }
    }

    /// A comparison of two values as the condition language has it.
    pub(crate) fn comparison(&mut self, a: V, op: BinOp, b: V) -> V {
        self.engine.values.binary(op, a, b)
    }
}

/// The argument that a slot speaks of.
fn address_of(slot: CSlot, api: &Api) -> Option<V> {
    match slot {
        CSlot::Return => None,
        CSlot::Deref(at) | CSlot::Arg(at) | CSlot::Hidden(at) => api.args.get(at).copied(),
    }
}
