//! Exits become outcomes: as many as callers can make use of.

use crate::engine::Engine;
use crate::guard::Guards;
use crate::run::Exit;
use crate::summary::{self, Outcome};
use crate::value::V;

/// How many outcomes a summary has for each state of the automaton, and for each level where that matters.
const OUTCOMES: usize = 8;
/// At how many different levels each of them may come, before levels are no reason to keep outcomes apart.
const LEVELS: usize = 4;
/// How many exits are compared with each other.
const CROWD: usize = 20;

impl Engine<'_> {
    /// The outcomes that stand for all exits: as few as say the same, then those that differ least made one.
    pub(crate) fn outcomes(&mut self, exits: Vec<Exit>, guards: &Guards, level_matters: bool) -> Vec<Outcome> {
        let mut kept: Vec<(Class, Exit)> = Vec::new();
        for mut exit in exits {
            let class = self.class(&exit, level_matters);
            while let Some((at, state)) = kept.iter().enumerate().find_map(|(at, (other, old))| {
                let alike = *other == class && old.result == exit.result;
                let union = if alike { old.state.union(&exit.state) } else { None };
                union.map(|state| (at, state))
            }) {
                kept.remove(at);
                exit.state = state;
            }
            kept.push((class, exit));
            // Many exits are thinned out as they come, so that comparing each with each stays cheap.
            if kept.len() > CROWD {
                self.thin(&mut kept, guards, level_matters);
            }
        }
        self.thin(&mut kept, guards, level_matters);
        kept.into_iter().map(|(_, exit)| summary::outcome(&self.values, &exit.state, exit.result, exit.loc)).collect()
    }

    /// Makes exits one until few are left for each state of the automaton.
    fn thin(&mut self, kept: &mut Vec<(Class, Exit)>, guards: &Guards, level_matters: bool) {
        while let Some((first, second)) = self.closest(kept, guards) {
            let (_, other) = kept.remove(second);
            let into = &mut kept[first].1;
            into.state = into.state.join(&mut self.values, &other.state, u32::MAX, false, self.irql_slot);
            into.result = into.result.map(|_| into.state.load(&mut self.values, self.result_slot));
            let class = self.class(&kept[first].1, level_matters);
            kept[first].0 = class;
        }
    }

    /// Of exits of which there are too many for one state of the automaton, the two that lose least if they are one:
    /// those with the same kind of result first.
    fn closest(&self, exits: &[(Class, Exit)], guards: &Guards) -> Option<(usize, usize)> {
        let crowded = |alike: &dyn Fn(&Class) -> bool, limit: usize| {
            exits.iter().filter(|(other, _)| alike(other)).count() > limit
        };
        let mut best: Option<((bool, u32), (usize, usize))> = None;
        for (second, (class, exit)) in exits.iter().enumerate() {
            let at_level = |other: &Class| other.level == class.level && other.automaton == class.automaton;
            let at_any = |other: &Class| other.automaton == class.automaton;
            let alike: &dyn Fn(&Class) -> bool = if crowded(&at_level, OUTCOMES) {
                &at_level
            } else if crowded(&at_any, OUTCOMES * LEVELS) {
                &at_any
            } else {
                continue;
            };
            for (first, (other, earlier)) in exits[..second].iter().enumerate() {
                if !alike(other) {
                    continue;
                }
                let differ = other.result != class.result;
                let enough = match best {
                    Some(((false, _), _)) if differ => continue,
                    Some(((least_differ, least), _)) if differ == least_differ => least,
                    _ => u32::MAX,
                };
                let loss = (differ, earlier.state.loss(&self.values, &exit.state, guards, enough));
                if best.is_none_or(|(least, _)| loss < least) {
                    best = Some((loss, (first, second)));
                }
            }
        }
        best.map(|(_, pair)| pair)
    }

    fn class(&self, exit: &Exit, level_matters: bool) -> Class {
        let result = exit.result.map(|result| {
            let range = exit.state.range(&self.values, result);
            match (range.low, range.high) {
                (low, high) if low == high => (3, low),
                (_, high) if high < 0 => (2, 0),
                (low, _) if low > 0 || range.not.contains(&0) => (4, 0),
                (low, _) if low >= 0 => (1, 0),
                _ => (0, 0),
            }
        });
        let automaton = exit.state.instance.as_ref().map(|instance| (instance.pre, instance.state));
        Class { level: level_matters.then_some(exit.state.irql), automaton, result }
    }
}

/// What keeps exits apart in a summary.
#[derive(Debug, PartialEq, Eq)]
struct Class {
    level: Option<V>,
    automaton: Option<(u8, u8)>,
    result: Option<(u8, i64)>,
}
