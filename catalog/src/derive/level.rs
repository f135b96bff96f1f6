//! From level sentences, their lists and the reference to `irql` shapes.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use rulebook_machine::condition::Condition;
use rulebook_machine::pattern::Pattern;
use rulebook_machine::spec::{Bound, Calls, CallsKeyword, CheckForm, Irql, IrqlAtExit, Override};
use rulebook_machine::{Interval, Level};

use crate::rules::bound_of;

use super::demand::Demand;
use super::statements::{Named, Statement};
use super::{Found, Work};

impl Work<'_> {
    /// The bounds that the sentences demand. `restored` is the function that another check has at hand already: a bound
    /// on it alone joins that check.
    pub(super) fn levels(&mut self, found: &[Found<'_>], restored: Option<&str>) {
        let mut seen: BTreeMap<String, (Interval, String)> = BTreeMap::new();
        for one in found.iter().filter(|one| one.demand == Demand::Level) {
            let Some(interval) = self.interval(one) else {
                continue;
            };
            let Some(calls) = self.listed(one) else {
                continue;
            };
            for name in &calls {
                let before = seen.insert(name.clone(), (interval, one.statement.text.clone()));
                if let Some((other, text)) = before.filter(|(other, _)| *other != interval) {
                    let reason = format!("`{name}` has two bounds: {interval} here, {other} in “{text}”");
                    return self.refuse(one.statement, &reason);
                }
            }
            if let ([only], Some(restored)) = (&calls[..], restored)
                && only == restored
            {
                self.join(one.statement, interval);
                continue;
            }
            self.from(format!("must: {interval}"), one.statement);
            let mut calls = calls;
            if found.iter().filter(|other| other.demand == Demand::Level).count() == 1 {
                self.add_listed(&mut calls, one.statement, interval);
            }
            let calls = self.calls(&calls, one.statement);
            self.spec.irql.push(Irql { calls, must: Some(interval), ..empty() });
        }
        if let Some(one) = found.iter().find(|one| one.demand == Demand::LevelByArgument) {
            self.by_argument(one);
        }
        if let Some(one) = found.iter().find(|one| one.demand == Demand::Reference) {
            self.by_reference(one, found);
        }
    }

    /// The function returns at the level at which it was entered.
    pub(super) fn level_at_exit(&mut self, found: &[Found<'_>]) {
        let Some(one) = found.iter().find(|one| one.demand == Demand::SameAtExit) else {
            return;
        };
        let who = one.hit.words("who").unwrap_or_default();
        let Some(group) = self.group(who) else {
            return self.refuse(one.statement, &format!("which functions “{who}” are is not known"));
        };
        self.from(format!("scope: {group}"), one.statement);
        self.from("irql-at-exit: same", one.statement);
        self.spec.scope.roles = vec![group];
        self.spec.irql_at_exit = Some(IrqlAtExit::Same);
    }

    /// The group of roles whose name is made of these words.
    fn group(&self, who: &str) -> Option<String> {
        let empty =
            ["a", "an", "the", "any", "driver", "driver's", "driver’s", "function", "functions", "routine", "routines"];
        let words: Vec<&str> = who.split_whitespace().filter(|word| !empty.contains(word)).collect();
        let slug = words.join("-");
        let singular = |name: &str| name.strip_suffix('s').unwrap_or(name).to_owned();
        self.grounds.semantics.groups.keys().find(|name| !slug.is_empty() && singular(name) == singular(&slug)).cloned()
    }

    /// The one interval of a sentence: two exact levels side by side are one.
    fn interval(&mut self, one: &Found<'_>) -> Option<Interval> {
        let all: Vec<Interval> =
            one.hit.levels.iter().filter_map(|at| one.statement.levels.get(*at).copied()).collect();
        match &all[..] {
            [only] => Some(*only),
            [first, second]
                if first.max.0 + 1 == second.min.0 && first.min == first.max && second.min == second.max =>
            {
                Some(Interval { min: first.min, max: second.max })
            }
            _ => {
                self.refuse(one.statement, "the sentence has several levels and does not say which function has which");
                None
            }
        }
    }

    /// The functions that a sentence is about: named in it or in the list behind it, else those of the page's list.
    pub(super) fn listed(&mut self, one: &Found<'_>) -> Option<Vec<String>> {
        let named = one.hit.names.iter().filter_map(|at| one.statement.names.get(*at));
        let all: Vec<&Named> = named.chain(&one.statement.list).filter(|named| named.known).collect();
        let mut calls: Vec<String> = Vec::new();
        for named in all {
            if !calls.contains(&named.name) {
                calls.push(named.name.clone());
            }
        }
        if calls.is_empty() && one.statement.list.is_empty() {
            calls = self.applies_to();
        }
        if calls.is_empty() {
            self.refuse(one.statement, "neither the sentence nor the page lists the functions that are meant");
            return None;
        }
        Some(calls)
    }

    pub(super) fn applies_to(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        self.page.applies_to().map(|api| api.name.clone()).filter(|name| seen.insert(name.clone())).collect()
    }

    /// Adds what only the page's list names, where the reference states a level within the bound. The lists of some pages
    /// hold functions that other levels bind: those stay out, and that is said.
    fn add_listed(&mut self, calls: &mut Vec<String>, statement: &Statement, interval: Interval) {
        let mut out: Vec<String> = Vec::new();
        for name in self.applies_to() {
            if calls.contains(&name) {
                continue;
            }
            let known = self.grounds.facts.functions.get(&name);
            match known.and_then(bound_of) {
                Some(bound) if interval.min <= bound.min && bound.max <= interval.max => {
                    self.by_list(format!("calls: {name}"), &name);
                    self.by_reference_page(
                        format!("must: {interval} for {name}"),
                        &name,
                        &format!("the reference states {bound}"),
                    );
                    calls.push(name);
                }
                _ => out.push(name),
            }
        }
        if !out.is_empty() {
            let which = out.join(", ");
            self.leave(
                statement,
                &format!("only the page's list has {which}, and the reference states another level or none"),
            );
        }
    }

    /// The calls, as the keyword where they are the page's list.
    fn calls(&mut self, names: &[String], statement: &Statement) -> Calls {
        let listed: BTreeSet<String> = self.applies_to().into_iter().collect();
        if listed == names.iter().cloned().collect() {
            for name in names {
                self.by_list(format!("calls: {name}"), name);
            }
            return Calls::List(CallsKeyword::AppliesTo);
        }
        self.from(format!("calls: {}", names.join(", ")), statement);
        Calls::These(names.iter().map(Pattern::call).collect())
    }

    /// A bound on the call whose arguments are checked already.
    fn join(&mut self, statement: &Statement, interval: Interval) {
        self.from(format!("check: irql {interval}"), statement);
        for form in self.spec.check.values_mut() {
            if let CheckForm::One(other) = form.clone() {
                *form = CheckForm::All(vec![Condition::Irql(interval), other]);
            }
        }
    }

    fn by_argument(&mut self, one: &Found<'_>) {
        let statement = one.statement;
        let cases: Vec<(String, String, Interval)> = Regex::new("«([0-9]+)» when ([a-z]+) is set to (true|false)")
            .iter()
            .flat_map(|case| case.captures_iter(&statement.form))
            .filter_map(|case| {
                let level = statement.levels.get(case[1].parse::<usize>().ok()?)?;
                Some((case[2].to_owned(), case[3].to_owned(), *level))
            })
            .collect();
        let name = one.hit.names.first().and_then(|at| statement.names.get(*at)).map(|named| named.name.clone());
        let [(first, when, level), (second, other_when, other)] = &cases[..] else {
            return self.refuse(statement, "it is not clear which bound belongs to which value");
        };
        let fact = name.as_deref().and_then(|name| self.grounds.facts.functions.get(name));
        let param = fact.and_then(|fact| fact.params.get(fact.position(first)?));
        let (Some(name), Some(param)) = (name, param.filter(|_| first == second && when != other_when)) else {
            return self.refuse(statement, &format!("no argument of the function is called `{first}`"));
        };
        let (yes, no) = if when == "true" { (*level, *other) } else { (*other, *level) };
        let cases = [(format!("{} == TRUE", param.name), yes), ("else".to_owned(), no)];
        let cases = cases.into_iter().map(|(when, level)| (when.into(), level.to_string().into())).collect();
        self.from(format!("override: {name} by {}", param.name), statement);
        let widest = Interval { min: Level(yes.min.0.min(no.min.0)), max: Level(yes.max.0.max(no.max.0)) };
        let calls = Calls::These(vec![Pattern::call(&name)]);
        let r#override = BTreeMap::from([(name, Override::By(cases))]);
        self.spec.irql.push(Irql { calls, must: Some(widest), r#override, ..empty() });
    }

    fn by_reference(&mut self, one: &Found<'_>, found: &[Found<'_>]) {
        let mut names: Vec<String> = self.applies_to();
        let own = one.hit.names.iter().filter_map(|at| one.statement.names.get(*at)).chain(&one.statement.list);
        let listed = found.iter().filter(|other| other.demand == Demand::List).flat_map(|other| &other.statement.list);
        for named in own.chain(listed).filter(|named| named.known) {
            if !names.contains(&named.name) {
                names.push(named.name.clone());
            }
        }
        if names.is_empty() {
            return self.refuse(one.statement, "neither the sentence nor the page lists the functions that are meant");
        }
        self.from("bound: reference", one.statement);
        for name in &names {
            let bound = self.grounds.facts.functions.get(name).and_then(bound_of);
            if let Some(bound) = bound {
                self.by_reference_page(
                    format!("must: {bound} for {name}"),
                    name,
                    "the level that the reference states",
                );
            }
        }
        let maximum_only = found.iter().any(|other| other.demand == Demand::Maximum);
        let calls = self.calls(&names, one.statement);
        self.spec.irql.push(Irql { calls, bound: Some(Bound::Reference), maximum_only, ..empty() });
    }
}

fn empty() -> Irql {
    Irql {
        calls: Calls::These(Vec::new()),
        must: None,
        bound: None,
        maximum_only: false,
        r#override: BTreeMap::new(),
        except: Vec::new(),
        when: Vec::new(),
    }
}
