//! A call of a function with a body: what its summary does to a path, and which of its violations are the caller's.

use rulebook_frontend::ir::{Loc, Symbol};

use crate::code::FuncId;
use crate::compiled::{CArg, CNext, Compiled};
use crate::engine::Summary;
use crate::fact::Range;
use crate::run::{Found, Run, Subject};
use crate::state::{Lost, State, UNKNOWN};
use crate::summary::{self, Moved, Outcome, Translate, Violation};
use crate::trace::Kind;
use crate::value::{Node, Site, V, Values, negated};

/// How many handed values of a function its callers hear of.
const HANDED: usize = 16;
/// How many violations that one threshold makes are handed on to a caller: each is a place to mend, but a driver that
/// does all its work at the wrong level need not hear of every call.
const TOLD: usize = 8;

impl Run<'_, '_> {
    /// Goes on behind a call of a function with a body.
    pub(crate) fn enter(
        &mut self,
        mut state: State,
        body: FuncId,
        args: &[V],
        loc: Loc,
        site: Site,
        out: &mut Vec<(State, V)>,
    ) {
        let name = self.engine.code.get(body).ir.name;
        let summary = if self.engine.options.summaries { self.engine.base(body) } else { None };
        if self.ends_here(summary.is_some()) {
            return;
        }
        let Some(summary) = summary else {
            for arg in args {
                if self.engine.values.as_int(*arg).is_none() && !self.holds_still(*arg) {
                    state.forget(&self.engine.values, *arg, Lost { site, by_callback: true });
                }
            }
            let result = self.engine.values.make(Node::Result(site));
            out.push((state, result));
            return;
        };
        let mut translate = Translate::new(args, &state, site);
        translate.holds_still = self.way.is_some();
        translate.tells_level = crate::level::tells(&self.engine.values, &summary.outcomes);
        let mut keyed = None;
        let mut unnamed = None;
        let mut entered = state.clone();
        if let Some(subject) = self.subject.clone().filter(|subject| !self.is_untouched(&state, body, subject)) {
            let before = state.instance.clone();
            for theirs in summary.touched.iter().filter(|theirs| theirs.machine == subject.machine) {
                let ours = translate.key(&mut self.engine.values, &theirs.key);
                if ours.first() == Some(&self.engine.elsewhere) && !subject.key.is_empty() {
                    unnamed = Some(theirs);
                    continue;
                }
                let held = before.as_ref().is_some_and(|instance| instance.state != 0);
                let made = self.engine.made_at(&summary, &theirs.key, &mut translate);
                // What the callee makes there is another object, but if it minds what stood there before.
                let made = made.filter(|_| !(held && ours == subject.key && self.minds_before(&summary, theirs)));
                let ours = made.map_or(ours, |made| vec![made]);
                if ours == subject.key {
                    let pre = before.as_ref().map_or(0, |instance| instance.state);
                    keyed = self.engine.keyed(body, theirs, pre);
                    if self.ends_here(keyed.is_some()) {
                        return;
                    }
                    break;
                }
                let perhaps = ours.iter().zip(&subject.key).all(|(a, b)| self.engine.values.may_equal(*a, *b));
                if perhaps && held && self.engine.is_moved(body, theirs) {
                    // A call that may release (or take) this very object: nothing is known of it any more.
                    return;
                }
            }
            if keyed.is_none() {
                for theirs in &summary.handed {
                    let ours = translate.value(&mut self.engine.values, *theirs);
                    let Some(kept) = self.escape(entered, ours, false) else { return };
                    entered = kept;
                }
            }
            if let (None, Some(theirs)) = (&keyed, unnamed) {
                let pre = before.as_ref().map_or(0, |instance| instance.state);
                keyed = self.engine.keyed(body, theirs, pre);
                if self.ends_here(keyed.is_some()) {
                    return;
                }
            }
        } else if self.subject.is_none() {
            for theirs in &summary.handed {
                let ours = translate.value(&mut self.engine.values, *theirs);
                self.found.hand(&self.engine.values, ours);
            }
            self.adopt(&summary, body, &mut translate);
            self.inherit(&state, &summary.violations, &mut translate, name, loc);
        }
        let standing = entered.instance.as_ref().map_or(UNKNOWN, |instance| instance.state);
        if let (Some(keyed), true) = (&keyed, standing != UNKNOWN) {
            self.inherit(&state, &keyed.violations, &mut translate, name, loc);
            for guard in &keyed.guards {
                let ours = translate.value(&mut self.engine.values, *guard);
                self.found.guards.add(&self.engine.values, ours);
            }
            let mut emptied = Vec::new();
            let outcomes: Vec<&Outcome> = keyed
                .outcomes
                .iter()
                .filter(|outcome| outcome.moved.as_ref().is_some_and(|moved| moved.pre == standing))
                .collect();
            for outcome in outcomes {
                self.pass(&entered, outcome, &mut emptied, &mut translate, name, loc, site, out);
            }
            return;
        }
        self.note_levels(&summary.outcomes, &mut translate);
        let there = crate::level::locked(&self.engine.values, self.engine.code.get(body).ir, &summary.outcomes);
        let mut emptied = Vec::new();
        for outcome in &summary.outcomes {
            if self.is_no_lock(&state, outcome, &there, args) {
                continue;
            }
            self.pass(&entered, outcome, &mut emptied, &mut translate, name, loc, site, out);
        }
    }

    /// Whether nothing in the callee makes anything of the followed object as it stands.
    fn is_untouched(&mut self, state: &State, body: FuncId, subject: &Subject) -> bool {
        let standing = state.instance.as_ref().map_or(0, |instance| instance.state);
        standing != UNKNOWN && self.engine.is_inert(body, subject.machine, standing)
    }

    /// Whether an event of the object in the callee is about what stands at a place before something is stored there.
    fn minds_before(&self, summary: &Summary, theirs: &Subject) -> bool {
        let happen = summary.events.get(theirs).copied().unwrap_or(0);
        let events = &self.engine.compiled.machine(theirs.machine).events;
        events.iter().enumerate().any(|(at, event)| {
            let at_place = |arg: &CArg| matches!(arg, CArg::At(_));
            happen >> (at & 63) & 1 == 1 && event.patterns.iter().any(|pattern| pattern.args.iter().any(at_place))
        })
    }

    /// Whether the path ends at a call whose callee is too deep inside others to be followed.
    fn ends_here(&mut self, followed: bool) -> bool {
        let ends = !followed && self.engine.is_deep();
        self.found.cut |= ends;
        ends
    }

    /// The path that goes through the callee as `outcome` says, if it can. Outcomes that forget the same share what is
    /// left of memory, in `emptied`.
    #[expect(clippy::too_many_arguments, reason = "the parts of one call")]
    fn pass<'o>(
        &mut self,
        before: &State,
        outcome: &'o Outcome,
        emptied: &mut Vec<(&'o Outcome, State)>,
        translate: &mut Translate<'_>,
        name: Symbol,
        loc: Loc,
        site: Site,
        out: &mut Vec<(State, V)>,
    ) {
        let mut after = before.clone();
        if !self.hold(&mut after, &outcome.facts, translate) {
            return;
        }
        let alike =
            |(other, _): &&(&Outcome, State)| other.forgotten == outcome.forgotten && other.changed == outcome.changed;
        if let Some((_, emptied)) = emptied.iter().find(alike) {
            after.take_memory(emptied);
        } else {
            self.forget_by(&mut after, outcome, translate, site);
            emptied.push((outcome, after.clone()));
        }
        let values = &mut self.engine.values;
        let stores: Vec<(V, V)> = outcome
            .writes
            .iter()
            .map(|(address, value)| (translate.value(values, *address), translate.value(values, *value)))
            .collect();
        after.store_all(values, &stores, site);
        let mut given = Vec::new();
        if outcome.moved.is_none() {
            given.extend(stores.iter().filter(|(address, _)| !values.in_local(*address)).map(|(_, value)| *value));
        }
        // What a callee that does nothing else to the object stores for others, others have.
        for value in given {
            let Some(kept) = self.escape(after, value, true) else { return };
            after = kept;
        }
        let values = &mut self.engine.values;
        let level = translate.value(values, outcome.irql);
        after.irql = self.level_set(before, level);
        let values = &mut self.engine.values;
        let result = match outcome.result {
            Some(result) => translate.value(values, result),
            None => values.make(Node::Result(site)),
        };
        values.note_returned(result);
        let mut told = after.irql != before.irql;
        if let (Some(instance), Some(moved)) = (&mut after.instance, &outcome.moved) {
            told |= moved.seen != 0;
            // What is taken and given back as it could be while somebody has it tells nothing of before.
            instance.met |= moved.seen != 0
                && (moved.post != moved.pre || tells(self.engine.compiled, self.subject.as_ref(), moved));
            instance.state = moved.post;
            instance.seen |= moved.seen;
            for (var, value) in moved.vars.iter() {
                let value = translate.value(values, *value);
                instance.vars.set(*var, value);
            }
            // What something has happened to is there, for the caller too.
            if let (Some(subject), true) = (&self.subject, moved.seen != 0) {
                self.engine.suppose_there(subject, &mut after);
            }
        }
        if told {
            if !self.keep_to_call(&mut after, loc, &outcome.trace) {
                return;
            }
            let post = after.instance.as_ref().map(|instance| instance.state);
            after.trace.push_call(name, loc, outcome.trace.clone());
            if let Some(post) = post {
                after.trace.push(Kind::Event(name, post), loc);
            }
        }
        self.note_asked(before, &mut after, translate.tells_level);
        out.push((after, result));
    }

    /// Forgets what the callee may have changed in ways that `outcome` does not tell.
    fn forget_by(&mut self, state: &mut State, outcome: &Outcome, translate: &mut Translate<'_>, site: Site) {
        let mut roots = Vec::with_capacity(outcome.forgotten.len());
        for (root, by_callback) in &outcome.forgotten {
            let root = translate.value(&mut self.engine.values, *root);
            if self.engine.values.as_int(root).is_none() && !self.holds_still(root) {
                roots.push((root, Lost { site, by_callback: *by_callback }));
            }
        }
        let names = if self.way.is_none() { &outcome.changed[..] } else { &[] };
        state.forget_all(&mut self.engine.values, &roots, names, site);
    }

    /// Learns what a callee's path assumes; false if it contradicts this path.
    fn hold(&mut self, state: &mut State, facts: &[(V, Range)], translate: &mut Translate<'_>) -> bool {
        if !self.engine.options.branch_facts {
            return true;
        }
        let asked = self.engine.asked;
        for (value, range) in facts.iter().filter(|(value, _)| *value != asked) {
            if *value == self.engine.promised {
                self.promise(state, range);
                continue;
            }
            let value = translate.value(&mut self.engine.values, *value);
            let truth = match range {
                Range { low: 0, high: 0, .. } => Some(false),
                range => (!range.contains(0)).then_some(true),
            };
            let values = &self.engine.values;
            let compared = matches!(values.node(value), Node::Bin(op, ..) if negated(op).is_some());
            let possible = match truth {
                Some(truth) if compared => state.facts.assume(values, value, truth),
                _ => state.facts.restrict(values, value, range),
            };
            if !possible {
                return false;
            }
        }
        true
    }

    /// Violations of the callee that happen when it is called as here.
    pub(crate) fn inherit(
        &mut self,
        state: &State,
        violations: &[Violation],
        translate: &mut Translate<'_>,
        name: Symbol,
        loc: Loc,
    ) {
        let standing = state.instance.as_ref().map(|instance| instance.state);
        let here = |theirs: &Violation| standing.is_none_or(|standing| standing == theirs.pre);
        // What breaks the rule by itself does so in every turn.
        let at_first = |theirs: &Violation| theirs.seen == 0;
        let many = violations.iter().any(|theirs| here(theirs) && at_first(theirs)) && self.is_another_turn(state, loc);
        for theirs in violations.iter().filter(|theirs| !(many && at_first(theirs))) {
            let told = self.engine.compiled.machine(theirs.machine).everywhere;
            if told || standing.is_some_and(|standing| standing != theirs.pre) || theirs.depth > 12 {
                continue;
            }
            let mut after = state.clone();
            if !self.hold(&mut after, &theirs.facts, translate) {
                continue;
            }
            // What its own callees have asked of the level is no evidence here either.
            if theirs.facts.iter().any(|(value, _)| *value == self.engine.asked) {
                self.note_asked(state, &mut after, false);
            }
            let mut assumed = Vec::new();
            let mut refuted = false;
            for (value, truth) in &theirs.assumed {
                let value = translate.value(&mut self.engine.values, *value);
                let values = &self.engine.values;
                let can = after.facts.clone().assume(values, value, *truth);
                let need_not = after.facts.clone().assume(values, value, !*truth);
                // What not even the callers here can tell is never told.
                refuted |= !can || (need_not && !values.exportable(value));
                if need_not {
                    assumed.push((value, *truth));
                }
            }
            if refuted {
                continue;
            }
            let values = &self.engine.values;
            let mut entry = None;
            if let Some(bad) = &theirs.entry {
                let now = self.tested_level(&after);
                let bad_now = now.meet(bad);
                if bad_now.is_empty() {
                    continue;
                }
                if bad_now != now {
                    // Only where the level comes from this function's own caller can it still turn out wrong.
                    if values.node(after.irql) != Node::EntryIrql {
                        continue;
                    }
                    entry = Some(bad_now);
                } else if values.node(after.irql) == Node::EntryIrql && now != Range::between(0, 15) {
                    entry = Some(bad_now);
                } else if values.node(after.irql) == Node::EntryIrql {
                    entry = Some(bad.clone());
                }
            }
            let instance = state.instance.as_ref();
            let mut trace = state.trace.clone();
            trace.push_call(name, loc, theirs.trace.clone());
            let level =
                if theirs.entry.is_some() && entry.is_none() { self.level(&after) } else { theirs.irql.clone() };
            let ours = Violation {
                pre: instance.map_or(0, |instance| instance.pre),
                seen: theirs.seen | instance.map_or(0, |instance| instance.seen),
                facts: summary::entry_facts(values, &after),
                assumed,
                entry,
                irql: level,
                trace,
                depth: theirs.depth + 1,
                ..theirs.clone()
            };
            self.found.inherit(ours);
        }
    }
}

/// Whether one of the events that moved the object could not have been had in another state than it began in.
fn tells(compiled: &Compiled<'_>, subject: Option<&Subject>, moved: &Moved) -> bool {
    let Some(subject) = subject else { return true };
    let machine = compiled.machine(subject.machine);
    let others = |event: u8| {
        (0..machine.next.len() as u8).filter(|state| *state != moved.pre).map(move |state| machine.next(state, event))
    };
    let error = |next: &CNext| matches!(next, CNext::Error(_));
    // What is given up there is nothing that drivers do.
    let refused =
        |event: u8| others(event).any(error) && others(event).all(|next| error(next) || *next == CNext::Go(UNKNOWN));
    (0..machine.events.len() as u8).any(|event| moved.seen >> (event & 63) & 1 == 1 && refused(event))
}

impl Found {
    /// Remembers a value that is handed to a function that nothing is known of, if callers know it.
    pub(crate) fn hand(&mut self, values: &Values, value: V) {
        let known = values.exportable(value) && values.as_int(value).is_none() && !values.in_local(value);
        if known && self.handed.len() < HANDED && !self.handed.contains(&value) {
            self.handed.push(value);
        }
    }

    /// Adds a callee's violation.
    fn inherit(&mut self, new: Violation) {
        let stateless = new.entry.is_some();
        let told = |old: &Violation| {
            old.machine == new.machine
                && old.entry == new.entry
                && old.pre == new.pre
                && old.assumed == new.assumed
                && old.depth > 0
        };
        if stateless && self.violations.iter().filter(|old| told(old)).count() >= TOLD {
            return;
        }
        self.push(new);
    }
}
