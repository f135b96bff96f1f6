//! Objects of callees become objects of their callers: which of them, by which events, and whether they move.
//!
//! Only the few that can break a rule are followed, so that what a run costs is asked for as late as possible.

use rulebook_frontend::ir::Symbol;
use rustc_hash::FxHashSet;

use crate::code::{Code, FuncId, calls, name_of};
use crate::compiled::{CCondition, CEvent, Compiled};
use crate::engine::{Engine, Summary};
use crate::run::{Run, Subject};
use crate::summary::{Outcome, Translate};

/// How many objects of a function are followed on behalf of its callers.
const TOUCHED: usize = 48;

/// By what an object may be left in another state than it was found in.
#[derive(Debug, Clone)]
pub(crate) enum Moves {
    /// By an event in the function itself.
    Here,
    /// By these callees, under these names of theirs, if they really leave it so.
    By(Vec<(FuncId, Subject)>),
}

/// Of which functions a value can be known to come, in each function of a driver: those that it or its callees call.
#[derive(Debug)]
pub(crate) struct Origins(Vec<FxHashSet<Symbol>>);

impl Origins {
    /// Works up from callees to callers until nothing changes.
    pub(crate) fn new(code: &Code<'_>, compiled: &Compiled<'_>) -> Self {
        let conditions = compiled.machines.iter().flat_map(|machine| &machine.events).flat_map(|event| &event.when);
        let asked: FxHashSet<Symbol> = conditions
            .filter_map(|condition| match condition {
                CCondition::Origin(_, apis, false) => Some(apis.iter().copied()),
                _ => None,
            })
            .flatten()
            .collect();
        let names = |callee| name_of(callee).into_iter().flat_map(|name| compiled.aliases.names(name));
        let own = |function| calls(function).flat_map(names).filter(|name| asked.contains(name)).collect();
        let mut made: Vec<FxHashSet<Symbol>> = code.functions.iter().map(|function| own(function.ir)).collect();
        let order = code.bottom_up();
        let mut changed = true;
        while changed {
            changed = false;
            for id in &order {
                for callee in &code.get(*id).callees {
                    let theirs: Vec<Symbol> =
                        made[callee.0 as usize].difference(&made[id.0 as usize]).copied().collect();
                    changed |= !theirs.is_empty();
                    made[id.0 as usize].extend(theirs);
                }
            }
        }
        Self(made)
    }

    /// Whether the conditions of the event on where values come from can hold in the function.
    pub(crate) fn possible(&self, id: FuncId, event: &CEvent) -> bool {
        event.when.iter().all(|condition| match condition {
            CCondition::Origin(_, apis, false) => apis.iter().any(|api| self.0[id.0 as usize].contains(api)),
            _ => true,
        })
    }
}

impl Engine<'_> {
    /// Whether something in the function may leave the object in another state than it found it in.
    pub(crate) fn is_moved(&mut self, id: FuncId, subject: &Subject) -> bool {
        let moves = match self.base(id) {
            Some(summary) => summary.moved.get(subject).cloned(),
            None => None,
        };
        match moves {
            None => false,
            Some(Moves::Here) => true,
            Some(Moves::By(callees)) => callees.iter().any(|(body, theirs)| self.moves(*body, theirs)),
        }
    }

    /// Whether a call of the function may leave the object in another state than it found it in.
    pub(crate) fn moves(&mut self, id: FuncId, subject: &Subject) -> bool {
        let at = (id, subject.clone());
        if let Some(known) = self.moving.get(&at) {
            return *known;
        }
        let moves = self.is_moved(id, subject)
            && !self.is_inert(id, subject.machine, 0)
            && match self.keyed(id, subject, 0) {
                // In a circle of calls nobody can tell yet.
                None => return true,
                // What breaks the rule from the initial state is the other half of something.
                Some(keyed) => !keyed.violations.is_empty() || keyed.outcomes.iter().any(Outcome::moves),
            };
        self.moving.insert(at, moves);
        moves
    }
}

impl Run<'_, '_> {
    /// Objects of the callee become objects of this function.
    pub(crate) fn adopt(&mut self, summary: &Summary, body: FuncId, translate: &mut Translate<'_>) {
        for (machine, events) in &summary.loose {
            *self.found.loose.entry(*machine).or_default() |= events;
        }
        for theirs in &summary.touched {
            let known = theirs.key.iter().all(|value| self.engine.values.exportable(*value));
            if !known && !summary.gives(&theirs.key) {
                continue;
            }
            let key = if let Some(made) = self.engine.made_at(summary, &theirs.key, translate) {
                vec![made]
            } else {
                translate.key(&mut self.engine.values, &theirs.key)
            };
            self.adopt_as(summary, (body, theirs), Subject { machine: theirs.machine, key });
        }
    }

    fn adopt_as(&mut self, summary: &Summary, (body, theirs): (FuncId, &Subject), ours: Subject) {
        if let Some(events) = summary.events.get(theirs) {
            *self.found.events.entry(ours.clone()).or_default() |= events;
        }
        if summary.moved.contains_key(theirs) {
            match self.found.moved.entry(ours.clone()).or_insert_with(|| Moves::By(Vec::new())) {
                Moves::By(callees) if !callees.iter().any(|(id, key)| *id == body && key == theirs) => {
                    callees.push((body, theirs.clone()));
                }
                Moves::By(_) | Moves::Here => {}
            }
        }
        if self.found.touched.len() < TOUCHED && !self.found.touched.contains(&ours) {
            self.found.touched.push(ours);
        }
    }
}
