//! Events: which pattern a call fits, what the machines make of it.

use crate::adopt::Moves;
use crate::call::Api;
use crate::compiled::{CArg, CNext, CPattern, CResult, MachineId, PatternAt};
use crate::condition::Holds;
use crate::describe;
use crate::fact::Range;
use crate::run::{Broken, Run, Subject};
use crate::state::{Instance, State, UNKNOWN};
use crate::trace::Kind;
use crate::value::{Node, V};

/// What a pattern made of a call.
pub(crate) struct Fit {
    holds: Holds,
    /// Key variables that the pattern binds, by number.
    keys: Vec<(u16, V)>,
    /// Other variables that it binds.
    vars: Vec<(u16, V)>,
}

impl Run<'_, '_> {
    /// Judges the call by the machines that need no run of their own.
    pub(crate) fn judge_stateless(&mut self, state: &State, api: &Api) {
        if self.subject.is_some() {
            return;
        }
        let compiled = self.engine.compiled;
        let Some(places) = compiled.by_api.get(&api.name) else { return };
        let mut decided: Option<MachineId> = None;
        // Conditions on values that only a caller knows: with them the violation is the caller's to confirm.
        let mut assumed: (Option<MachineId>, Vec<(V, bool)>) = (None, Vec::new());
        for place in places {
            let machine = compiled.machine(place.machine);
            if decided == Some(place.machine) || !machine.stateless {
                continue;
            }
            if assumed.0 != Some(place.machine) {
                assumed = (Some(place.machine), Vec::new());
            }
            let event = &machine.events[place.event as usize];
            let fit = self.fit(state, state, &event.patterns[place.pattern as usize], api, None, machine.keys);
            let mut holds = fit.holds;
            let mut open = Vec::new();
            for condition in &event.when {
                match self.holds(state, condition, api, &fit.vars) {
                    Holds::Perhaps => match self.compared(state, condition, api, &fit.vars) {
                        Some(value) => open.push(value),
                        None => holds = holds.and(Holds::Perhaps),
                    },
                    sure => holds = holds.and(sure),
                }
            }
            match holds {
                Holds::No => continue,
                // The first pattern that may fit hides the later ones: nobody is convicted on a guess.
                Holds::Perhaps => {
                    decided = Some(place.machine);
                    continue;
                }
                Holds::Yes if open.is_empty() => decided = Some(place.machine),
                Holds::Yes => {}
            }
            self.assumed.clone_from(&assumed.1);
            self.assumed.extend(open.iter().map(|value| (*value, true)));
            match open.as_slice() {
                [] => {}
                [one] => assumed.1.push((*one, false)),
                _ => decided = Some(place.machine),
            }
            let mut fine = true;
            if let CNext::Error(message) = machine.next(0, place.event) {
                fine = false;
                self.break_rule(state, place.machine, message, api, None, None);
            }
            for check in &machine.checks[place.event as usize] {
                for condition in &check.require {
                    if !self.require(state, condition, api, &fit.vars, (place.machine, check.message)) {
                        fine = false;
                    }
                }
            }
            self.assumed.clear();
            if fine {
                self.found.fine.insert((place.machine, api.loc));
            }
        }
    }

    /// The events of the call: for a base run, which objects are touched; for a keyed run, the automaton moves.
    pub(crate) fn happen(&mut self, state: State, entry: &State, api: &Api, result: V) -> Vec<State> {
        let compiled = self.engine.compiled;
        let Some(places) = compiled.by_api.get(&api.name) else { return vec![state] };
        let Some(subject) = self.subject.clone() else {
            self.discover(entry, &state, api, result);
            return vec![state];
        };
        let before = entry.irql;
        let machine = compiled.machine(subject.machine);
        let mut done = Vec::new();
        let places: Vec<&PatternAt> = places.iter().filter(|place| place.machine == subject.machine).collect();
        // What the call does to this very object comes before what it does to one that may be the same.
        let surely = places.len() > 1
            && places.iter().any(|place| {
                let pattern = &machine.events[place.event as usize].patterns[place.pattern as usize];
                let fit = self.fit(entry, &state, pattern, api, Some(result), machine.keys);
                !fit.keys.is_empty() && fit.holds != Holds::No && self.matches(&subject, &fit.keys) == Holds::Yes
            });
        let mut waiting = vec![state];
        for place in places {
            let event = &machine.events[place.event as usize];
            let pattern = &event.patterns[place.pattern as usize];
            let mut next = Vec::new();
            for state in waiting {
                let fit = self.fit(entry, &state, pattern, api, Some(result), machine.keys);
                let object = match self.matches(&subject, &fit.keys) {
                    Holds::Perhaps if surely => Holds::No,
                    object => object,
                };
                let mut with = state.clone();
                let vars = known_variables(&subject, &with, &fit);
                let when = event
                    .when
                    .iter()
                    .fold(fit.holds, |all, condition| all.and(self.given(&mut with, condition, api, &vars, before)));
                if when == Holds::No || object == Holds::No {
                    next.push(state);
                    continue;
                }
                // Paths on which the arguments do not fit wait for the next pattern.
                let fits = when == Holds::Yes || self.narrow(&mut with, pattern, api);
                if when == Holds::Perhaps {
                    next.push(state);
                }
                if !fits {
                    continue;
                }
                let mut taken = Vec::new();
                match &pattern.result {
                    Some(test) => self.split(with, result, test, api.ignored, &mut taken, &mut next),
                    None => taken.push(with),
                }
                for mut state in taken {
                    if let Some(kept) = self.lives_on(entry, &state, &subject, place.event, pattern, api) {
                        done.extend(kept.then_some(state));
                        continue;
                    }
                    if object == Holds::Yes {
                        self.outdate(&mut state, &subject, pattern, api);
                    }
                    let moved = self.step(state, &subject, place.event, object, &fit, api, before);
                    done.extend(moved.and_then(|state| self.given_up(state, &subject, pattern, api)));
                }
            }
            waiting = next;
        }
        done.extend(waiting);
        done
    }

    /// Where the call has stored the followed object, nothing else holds it yet.
    fn outdate(&mut self, state: &mut State, subject: &Subject, pattern: &CPattern, api: &Api) {
        for (arg, place) in pattern.args.iter().zip(&api.args) {
            if let CArg::Out(var) = arg
                && let Some(name) = subject.key.get(usize::from(*var))
            {
                state.outdate(&mut self.engine.values, *name, *place);
            }
        }
    }

    /// Where the call stores over a place that holds the followed object, and the machine takes it for lost: whether
    /// the path goes on if something else holds the object too, and `None` if nothing does. What now has the name of
    /// the object is another one, and then nothing more is known of it.
    fn lives_on(
        &self,
        entry: &State,
        state: &State,
        subject: &Subject,
        event: u8,
        pattern: &CPattern,
        api: &Api,
    ) -> Option<bool> {
        let machine = self.engine.compiled.machine(subject.machine);
        let standing = state.instance.as_ref()?.state;
        if !matches!(machine.next(standing, event), CNext::Error(_)) {
            return None;
        }
        pattern.args.iter().zip(&api.args).find_map(|(arg, place)| {
            let (CArg::At(var) | CArg::Out(var)) = arg else { return None };
            let object = *subject.key.get(usize::from(*var))?;
            let keeps_name = matches!(arg, CArg::At(_));
            entry.has_elsewhere(&self.engine.values, object, *place).then_some(keeps_name)
        })
    }

    /// The path on which the call itself has stored the object where it outlives the function: it has escaped, unless
    /// the machine then takes it for one that it has not met. What is stored through a parameter, the caller has.
    /// `None` where the machine follows the object no further.
    fn given_up(&self, state: State, subject: &Subject, pattern: &CPattern, api: &Api) -> Option<State> {
        let machine = self.engine.compiled.machine(subject.machine);
        let values = &self.engine.values;
        let outlives = |address: V| !values.in_local(address) && !matches!(values.node(address), Node::Param(_));
        let Some(standing) = state.instance.as_ref().map(|instance| instance.state) else { return Some(state) };
        let given = pattern.args.iter().zip(&api.args).find_map(|(arg, address)| {
            let CArg::Out(stored) = arg else { return None };
            let escapes = machine.escapes.iter().find(|(_, var, by_store)| *by_store && var == stored);
            let goes =
                escapes.is_some_and(|(event, ..)| matches!(machine.next(standing, *event), CNext::Go(to) if *to != 0));
            (goes && outlives(*address)).then(|| subject.key.get(usize::from(*stored)).copied()).flatten()
        });
        match given {
            Some(object) => self.escape(state, object, true),
            None => Some(state),
        }
    }

    /// Splits a path by a test of the result.
    fn split(&self, state: State, result: V, test: &CResult, ignored: bool, yes: &mut Vec<State>, no: &mut Vec<State>) {
        if !self.engine.options.branch_facts {
            no.push(state.clone());
            yes.push(state);
            return;
        }
        let values = &self.engine.values;
        for range in &test.yes {
            let mut with = state.clone();
            if with.facts.restrict(values, result, range) {
                yes.push(with);
            }
        }
        // Who does not look at the result counts on the success that the pattern asks for.
        let mut without = state;
        if !(ignored && test.is_success) && without.facts.restrict(values, result, &test.no) {
            no.push(without);
        }
    }

    /// Which objects the call is about, for runs to come.
    fn discover(&mut self, before: &State, after: &State, api: &Api, result: V) {
        let compiled = self.engine.compiled;
        let Some(places) = compiled.by_api.get(&api.name) else { return };
        for place in places {
            let machine = compiled.machine(place.machine);
            if machine.stateless || self.engine.idle[place.machine.0 as usize] {
                continue;
            }
            let event = &machine.events[place.event as usize];
            let pattern = &event.patterns[place.pattern as usize];
            let fit = self.fit(before, after, pattern, api, Some(result), machine.keys);
            if fit.holds == Holds::No || !self.engine.origins.possible(self.id, event) {
                continue;
            }
            let mut key = Vec::with_capacity(machine.keys);
            for at in 0..machine.keys as u16 {
                match fit.keys.iter().find(|(var, _)| *var == at) {
                    Some((_, value)) => key.push(*value),
                    None => break,
                }
            }
            if key.len() < machine.keys {
                *self.found.loose.entry(place.machine).or_default() |= 1 << (place.event & 63);
            }
            if fit.keys.is_empty() && machine.keys > 0 {
                // An event without an object reaches every one, those of the callers too.
                let subject = Subject { machine: place.machine, key: vec![self.engine.elsewhere; machine.keys] };
                if !self.found.touched.contains(&subject) {
                    self.found.touched.push(subject);
                }
                continue;
            }
            if key.len() == machine.keys && key.iter().all(|value| self.engine.values.as_int(*value) != Some(0)) {
                let subject = Subject { machine: place.machine, key };
                self.found.moved.insert(subject.clone(), Moves::Here);
                *self.found.events.entry(subject.clone()).or_default() |= 1 << (place.event & 63);
                if !self.found.touched.contains(&subject) {
                    self.found.touched.push(subject);
                }
            }
        }
    }

    /// How the call fits the pattern: arguments as passed, what they point to as before the call, out parameters as
    /// stored. What the path has learnt of the arguments since counts.
    fn fit(
        &mut self,
        before: &State,
        after: &State,
        pattern: &CPattern,
        api: &Api,
        result: Option<V>,
        keys: usize,
    ) -> Fit {
        let mut fit = Fit { holds: Holds::Yes, keys: Vec::new(), vars: Vec::new() };
        let wrong_count = pattern.args.len() > api.args.len() || (!pattern.rest && pattern.args.len() < api.args.len());
        if wrong_count && !pattern.args.is_empty() {
            // A call with other than the documented arguments is not the documented call.
            fit.holds = Holds::No;
            return fit;
        }
        let bind = |fit: &mut Fit, values: &mut crate::value::Values, var: u16, value: V| {
            if (var as usize) < keys {
                fit.keys.push((var, values.identity(value)));
            } else {
                fit.vars.push((var, value));
            }
        };
        let values = &mut self.engine.values;
        for (arg, value) in pattern.args.iter().zip(&api.args) {
            match arg {
                CArg::Any => {}
                CArg::Var(var) => bind(&mut fit, values, *var, *value),
                CArg::Out(var) => {
                    let stored = after.load(values, *value);
                    bind(&mut fit, values, *var, stored);
                }
                CArg::At(var) => {
                    let stored = before.load(values, *value);
                    bind(&mut fit, values, *var, stored);
                }
                CArg::Member(var, path) => match values.around(*value, path) {
                    Some(object) => bind(&mut fit, values, *var, object),
                    None => fit.holds = Holds::No,
                },
                CArg::Const(numbers) => fit.holds = fit.holds.and(one_of(&after.range(values, *value), numbers)),
                CArg::Not(numbers) => fit.holds = fit.holds.and(not(one_of(&after.range(values, *value), numbers))),
            }
        }
        if let (Some(var), Some(result)) = (pattern.binds, result) {
            bind(&mut fit, values, var, result);
        }
        fit
    }

    /// Learns that the arguments fit; false if they cannot.
    fn narrow(&self, state: &mut State, pattern: &CPattern, api: &Api) -> bool {
        let values = &self.engine.values;
        pattern.args.iter().zip(&api.args).all(|(arg, value)| match arg {
            CArg::Const(numbers) => match numbers.as_slice() {
                [one] => state.facts.restrict(values, *value, &Range::exactly(*one)),
                _ => true,
            },
            CArg::Not(numbers) => {
                let mut not = numbers.clone();
                not.sort_unstable();
                state.facts.restrict(values, *value, &Range { not, ..Range::ALL })
            }
            _ => true,
        })
    }

    /// Whether the bound keys are those of the followed object.
    fn matches(&self, subject: &Subject, keys: &[(u16, V)]) -> Holds {
        keys.iter().fold(Holds::Yes, |all, (var, value)| {
            let own = subject.key[*var as usize];
            let one = match own == *value {
                true => Holds::Yes,
                false if self.engine.values.may_equal(own, *value) => Holds::Perhaps,
                false => Holds::No,
            };
            all.and(one)
        })
    }

    /// Moves the automaton of the followed object, or that of one that may be the same. `None` where the path need not
    /// be followed: nothing is known of the object any more, and nothing can make it known.
    #[expect(clippy::too_many_arguments, reason = "the parts of one event")]
    fn step(
        &mut self,
        mut state: State,
        subject: &Subject,
        event: u8,
        object: Holds,
        fit: &Fit,
        api: &Api,
        before: V,
    ) -> Option<State> {
        let machine = self.engine.compiled.machine(subject.machine);
        let Some(mut instance) = state.instance.take() else { return Some(state) };
        if object == Holds::Perhaps {
            let other = fit.keys.first().map_or(V(0), |(_, value)| *value);
            instance.by_index |=
                subject.key.first().is_some_and(|key| self.engine.values.may_be_one_element(other, *key));
            let at = instance.others.iter().position(|(value, _)| *value == other);
            let stands = at.map_or(0, |at| instance.others[at].1);
            match machine.next(stands, event) {
                // Not this other one, then: it may have been ours.
                CNext::Error(_) if instance.state != 0 => return None,
                CNext::Error(_) => instance.others.clear(),
                CNext::Go(to) => match at {
                    Some(at) if *to == 0 => {
                        instance.others.remove(at);
                    }
                    Some(at) => instance.others[at].1 = *to,
                    None if instance.others.len() < 4 => instance.others.push((other, *to)),
                    None => return None,
                },
                CNext::Stay => {}
            }
            state.instance = Some(instance);
            return Some(state);
        }
        let from = instance.state;
        let seen = instance.seen;
        for (var, value) in &fit.vars {
            instance.vars.set(*var, *value);
        }
        let next = machine.next(from, event).clone();
        // An object that is first met here under a passing name may have been met before under another.
        let known = instance.met || subject.key.iter().all(|value| self.engine.values.is_stable(*value));
        self.note_event(subject, api, (event, from, &next), (seen, known));
        // Nor is anybody convicted by arguments that only may be those of the pattern.
        if (!known || instance.by_index || fit.holds == Holds::Perhaps) && matches!(next, CNext::Error(_)) {
            return None;
        }
        state.instance = Some(instance);
        if matches!(next, CNext::Error(_)) && self.is_another_turn(&state, api.loc) {
            return None;
        }
        state.trace.push(
            Kind::Event(
                api.written,
                match next {
                    CNext::Go(to) => to,
                    _ => from,
                },
            ),
            api.loc,
        );
        let mut judged = state.clone();
        judged.irql = before;
        let mut fine = true;
        let vars = known_variables(subject, &judged, fit);
        for check in &machine.checks[event as usize] {
            for condition in &check.require {
                fine &= self.require(&judged, condition, api, &vars, (subject.machine, check.message));
            }
        }
        let to = match &next {
            CNext::Stay => from,
            CNext::Go(to) => *to,
            CNext::Error(message) => {
                fine = false;
                self.break_rule(&judged, subject.machine, message, api, None, Some(fit));
                UNKNOWN
            }
        };
        if fine {
            self.found.fine.insert((subject.machine, api.loc));
        }
        // After a report, and where nothing leads out of `unknown` again, the way is not followed.
        if to == UNKNOWN && (matches!(next, CNext::Error(_)) || !machine.comes_back()) {
            return None;
        }
        if let Some(instance) = &mut state.instance {
            instance.state = to;
            instance.seen = seen | 1 << (event & 63);
            instance.met = true;
        }
        self.engine.suppose_there(subject, &mut state);
        self.suppose_stored(subject, &mut state, (event, to), api);
        Some(state)
    }

    /// What a call has stored as the followed object, where others can find it, is there under the name of the call, too.
    fn suppose_stored(&mut self, subject: &Subject, state: &mut State, (event, to): (u8, u8), api: &Api) {
        let machine = self.engine.compiled.machine(subject.machine);
        let patterns = machine.events[usize::from(event)].patterns.iter();
        for (arg, place) in patterns
            .filter(|pattern| pattern.api == Some(api.name))
            .flat_map(|pattern| pattern.args.iter().zip(&api.args))
        {
            if let CArg::Out(var) = arg
                && to != 0
                && let Some(key) = subject.key.get(usize::from(*var))
            {
                let stored = state.load(&mut self.engine.values, *place);
                if stored != *key && self.engine.values.identity(stored) == *key {
                    let known = state.range(&self.engine.values, *key);
                    state.facts.restrict(&self.engine.values, stored, &known);
                }
            }
        }
    }

    /// What `--why` tells of an event.
    fn note_event(
        &mut self,
        subject: &Subject,
        api: &Api,
        (event, from, next): (u8, u8, &CNext),
        (seen, known): (u64, bool),
    ) {
        if !self.engine.watch.sees(api.loc) {
            return;
        }
        let machine = self.engine.compiled.machine(subject.machine);
        let object = subject.key.iter().map(|key| describe::value(&self.engine.values, self.ir, *key));
        let object = object.collect::<Vec<_>>().join(", ");
        let of = if object.is_empty() { String::new() } else { format!(" of `{object}`") };
        let leads = match next {
            CNext::Stay => "nothing follows".to_owned(),
            CNext::Go(to) => format!("it goes to `{}`", machine.state_name(*to)),
            CNext::Error(_) if known && seen == 0 => "an error, if the function is entered so".to_owned(),
            CNext::Error(_) if known => "an error".to_owned(),
            CNext::Error(_) => {
                "it would break the rule, but what the object is called here may stand for one that was met before under another name".to_owned()
            }
        };
        let (call, event, from) = (api.written, machine.event_name(event), machine.state_name(from));
        let note = format!("`{call}` is the event `{event}`{of} in the state `{from}`: {leads}");
        self.engine.watch.note(api.loc, || note);
    }

    pub(crate) fn break_rule(
        &mut self,
        state: &State,
        machine: MachineId,
        message: &str,
        api: &Api,
        entry: Option<Range>,
        fit: Option<&Fit>,
    ) {
        let irql = self.level(state);
        let key = match fit {
            Some(fit) => fit.keys.first().map(|(_, value)| *value),
            None => self.subject.as_ref().and_then(|subject| subject.key.first().copied()),
        };
        let object = key.map(|value| describe::value(&self.engine.values, self.ir, value)).unwrap_or_default();
        let unset = api.args.iter().any(|arg| self.engine.values.is_unset(*arg, self.ir.param_count));
        let loc = api.loc;
        self.violate(state, Broken { machine, message, api: api.written, entry, irql, loc, object: &object, unset });
    }
}

/// What the variables stand for at an event: those that the call binds, then what the object has kept, then its keys.
fn known_variables(subject: &Subject, state: &State, fit: &Fit) -> Vec<(u16, V)> {
    let kept = state.instance.iter().flat_map(|instance| instance.vars.iter().copied());
    let keys = subject.key.iter().enumerate().map(|(at, key)| (at as u16, *key));
    fit.vars.iter().copied().chain(kept).chain(keys).collect()
}

/// Whether a value in `range` is one of `numbers`.
fn one_of(range: &Range, numbers: &[i64]) -> Holds {
    if range.low == range.high && numbers.contains(&range.low) {
        Holds::Yes
    } else if numbers.iter().any(|number| range.contains(*number)) {
        Holds::Perhaps
    } else {
        Holds::No
    }
}

fn not(holds: Holds) -> Holds {
    match holds {
        Holds::Yes => Holds::No,
        Holds::No => Holds::Yes,
        Holds::Perhaps => Holds::Perhaps,
    }
}

/// A fresh instance in `state`, assumed there at entry.
pub(crate) fn instance(state: u8) -> Instance {
    Instance {
        state,
        pre: state,
        seen: 0,
        met: false,
        others: Vec::new(),
        by_index: false,
        entry: None,
        vars: crate::small::SmallMap::default(),
    }
}
