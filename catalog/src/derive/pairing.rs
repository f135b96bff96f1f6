//! From the demands of lock sentences and the prototypes of their functions to a `pair`.

use std::sync::LazyLock;

use regex::Regex;
use rulebook_diagnostics::Place;
use rulebook_machine::pattern::{Arg, Pattern, ResultTest};
use rulebook_machine::spec::{AtExit, Demand as Said, Pair};

use crate::api_facts::ApiFact;

use super::demand::Demand;
use super::names::{self, Part};
use super::statements::Statement;
use super::{Found, Work, objects};

static RETURNS_ONCE_HELD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)if the (\w+) pointer is NULL, because in that case \w+ returns only after it acquires").ok()
});

impl<'g> Work<'g> {
    /// The pair that the sentences demand, if they demand one.
    pub(super) fn pairs(&mut self, statements: &[Statement], found: &[Found<'_>]) {
        let of = |demand: Demand| found.iter().find(|one| one.demand == demand).map(|one| one.statement);
        let (double, unheld, exit) = (of(Demand::Double), of(Demand::Unheld), of(Demand::Exit));
        let Some(first) = double.or(unheld).or(exit) else {
            return;
        };
        let taking = self.players(statements, Part::Take);
        let giving = self.players(statements, Part::GiveBack);
        if taking.is_empty() || giving.is_empty() {
            let what = if taking.is_empty() { "takes" } else { "gives back" };
            return self.refuse(first, &format!("neither the sentences nor the list name a function that {what}"));
        }
        let key = match objects::key(&taking, &giving) {
            Ok(key) => key,
            Err(reason) => return self.refuse(first, &reason),
        };
        let key_type = key.as_deref();
        let facts = self.grounds.facts;
        if let Some(rival) = key_type.and_then(|key| names::rivals(facts, &giving, &taking, key).first().copied()) {
            let named = names::companions(facts, &taking, Part::Take, key_type);
            if named.iter().all(|fact| fact.name != rival.name) {
                let reason = format!("`{}` takes the same object in a way of which the page says nothing", rival.name);
                return self.refuse(first, &reason);
            }
        }
        if let Some(name) = self.unexplained(&taking, &giving, key_type) {
            return self.refuse(first, &format!("the list names `{name}`, whose part in the rule no sentence tells"));
        }
        let mut taking = taking;
        let mut giving = giving;
        for (all, part) in [(&mut taking, Part::Take), (&mut giving, Part::GiveBack)] {
            for other in names::companions(facts, all, part, key_type) {
                self.by_reference_page(
                    part_of(part, &other.name),
                    &other.name,
                    "the same name with a suffix, and the same type of object",
                );
                all.push(other);
            }
        }
        self.note_key(key_type, &taking, &giving);
        let mut acquire = Vec::new();
        let mut no_effect = Vec::new();
        for fact in &taking {
            let (holds, holds_not) = self.results(fact, key_type);
            acquire.extend(holds);
            no_effect.extend(holds_not);
        }
        let handed_off = self.handed_off(&taking, &giving, first);
        let release = giving.iter().map(|fact| objects::call_with(fact, key_type, &[])).collect();
        self.note_demands(double, unheld, found);
        let said = |demand: Option<&Statement>| {
            if demand.is_some() { Said::Error } else { Said::Ignore }
        };
        self.spec.pair.push(Pair {
            object: names::object(&taking[0].name),
            track: Vec::new(),
            acquire,
            release,
            double: said(double),
            unheld: said(unheld),
            at_exit: if exit.is_some() { AtExit::Same } else { AtExit::Ignore },
            no_effect,
            handed_off,
        });
    }

    fn note_demands(&mut self, double: Option<&Statement>, unheld: Option<&Statement>, found: &[Found<'_>]) {
        for (part, statement) in [("double: error", double), ("unheld: error", unheld)] {
            if let Some(statement) = statement {
                self.from(part, statement);
            }
        }
        let exits = || found.iter().filter(|one| one.demand == Demand::Exit);
        // What is said of dispatch routines alone is checked in those alone: others may give back what they have not taken.
        let dispatch = |one: &Found<'_>| one.hit.words("who") == Some("dispatch routine");
        if let Some(one) = exits().find(|one| dispatch(one))
            && exits().all(|one| dispatch(one) || one.hit.words("who").is_none())
        {
            self.from("roles: dispatch", one.statement);
            self.spec.scope.roles = vec!["dispatch".to_owned()];
            self.major_function();
        }
        for one in exits() {
            let who = one.hit.words("who").unwrap_or_default();
            let any = who.is_empty() || who.contains("callback") || who.contains("handler");
            let part = if any {
                "at-exit: same".to_owned()
            } else {
                // A function that owes a release owes it whatever its role: wider than the sentence, and said so.
                format!("at-exit: same, for every entry point and not only for “{who}”")
            };
            self.from(part, one.statement);
        }
    }

    /// Which dispatch routine is meant, where the end of the rule's name is the name of a major function: `…Read`.
    fn major_function(&mut self) {
        let words = names::words(&self.page.id.name);
        let constant = |from: usize| format!("IRP_MJ_{}", words[from..].join("_").to_uppercase());
        let mut longest_first = (0..words.len()).map(constant);
        let Some(irp) = longest_first.find(|name| self.constant(name).is_some()) else {
            return;
        };
        self.note(format!("irp: {irp}"), Place::file(&self.page.source.path), "the name of the rule");
        self.spec.scope.irp = vec![irp];
    }

    fn note_key(&mut self, key: Option<&str>, taking: &[&ApiFact], giving: &[&ApiFact]) {
        for fact in taking.iter().chain(giving) {
            match key {
                Some(name) => {
                    self.by_reference_page(
                        format!("$k of {}", fact.name),
                        &fact.name,
                        &format!("the argument of type {name}"),
                    );
                }
                None => {
                    self.by_reference_page("no $k", &fact.name, "no argument names an object: there is one");
                }
            }
        }
    }

    /// The functions of a part: those of the sentences, then those of the list that take an object of the same type.
    fn players(&mut self, statements: &[Statement], part: Part) -> Vec<&'g ApiFact> {
        let facts = self.grounds.facts;
        let mut all: Vec<&'g ApiFact> = Vec::new();
        let new = |all: &[&ApiFact], name: &str| all.iter().all(|fact| fact.name != name);
        for statement in statements {
            for named in statement.names.iter().filter(|named| names::part(&named.name) == part) {
                let Some(fact) = facts.functions.get(&named.name).filter(|fact| new(&all, &fact.name)) else {
                    continue;
                };
                let text = match &named.found {
                    Some(found) => format!("{} (written `{found}`)", statement.text),
                    None => statement.text.clone(),
                };
                self.note(part_of(part, &fact.name), statement.place.clone(), &text);
                all.push(fact);
            }
        }
        let listed: Vec<&str> = self.page.applies_to().map(|api| api.name.as_str()).collect();
        for name in listed.into_iter().filter(|name| names::part(name) == part) {
            let Some(fact) = facts.functions.get(name).filter(|fact| new(&all, &fact.name)) else {
                continue;
            };
            let alike = all.is_empty() || objects::key(&all, &[fact]).is_ok();
            if alike {
                self.by_list(part_of(part, name), name);
                all.push(fact);
            }
        }
        all
    }

    /// A function of the list that has to do with something else than the object: it may be what ends the obligation.
    fn unexplained(&self, taking: &[&ApiFact], giving: &[&ApiFact], key: Option<&str>) -> Option<String> {
        let played = |name: &str| taking.iter().chain(giving).any(|fact| fact.name.eq_ignore_ascii_case(name));
        let stem = taking.first().map(|fact| names::stem(&fact.name)).unwrap_or_default();
        let about = |name: &str| {
            let fact = self.grounds.facts.functions.get(name);
            let words = names::words(name);
            stem.iter().skip(1).all(|word| words.contains(word))
                || fact.zip(key).is_some_and(|(fact, key)| objects::carries(fact, key))
        };
        let others = self.page.applies_to().map(|api| api.name.clone());
        others.into_iter().find(|name| !played(name) && !about(name) && !names::puts(name) && !names::takes_out(name))
    }

    /// Functions of the list that put what the object was taken for into a queue: whoever takes it out owes the release.
    fn handed_off(&mut self, taking: &[&ApiFact], giving: &[&ApiFact], statement: &Statement) -> Vec<Pattern> {
        let played = |name: &str| taking.iter().chain(giving).any(|fact| fact.name.eq_ignore_ascii_case(name));
        let puts = |name: &String| names::puts(name) && !played(name);
        let names: Vec<String> = self.page.applies_to().map(|api| api.name.clone()).filter(puts).collect();
        if !names.is_empty() {
            self.from(format!("handed-off: {}", names.join(", ")), statement);
            for name in &names {
                self.by_list(format!("handed-off: {name}"), name);
            }
        }
        names.iter().map(Pattern::call).collect()
    }

    /// The results of a call that holds, and those after which nothing is held.
    fn results(&mut self, fact: &'g ApiFact, key: Option<&str>) -> (Vec<Pattern>, Vec<Pattern>) {
        let plain = || objects::call_with(fact, key, &[]);
        match fact.returns.as_deref() {
            Some("BOOLEAN" | "bool" | "BOOL") => {
                self.by_reference_page(
                    format!("acquire: {} -> TRUE", fact.name),
                    &fact.name,
                    "it returns a Boolean: whether it holds",
                );
                let yes = ResultTest::Is(vec!["TRUE".to_owned()]);
                let waits = fact.params.iter().position(|param| param.name == "Wait");
                let certain =
                    waits.map(|at| objects::call_with(fact, key, &[(at, Arg::Const(vec!["TRUE".to_owned()]))]));
                (certain.into_iter().chain([objects::with_result(plain(), yes)]).collect(), Vec::new())
            }
            Some("NTSTATUS") => self.statuses(fact, key),
            _ => (vec![plain()], Vec::new()),
        }
    }

    /// What the statuses of a call mean. That of a timed one is success although nothing is held, so constants decide.
    fn statuses(&mut self, fact: &'g ApiFact, key: Option<&str>) -> (Vec<Pattern>, Vec<Pattern>) {
        let plain = || objects::call_with(fact, key, &[]);
        let page = self.grounds.catalog.api(&fact.name);
        let returns = page.map(|page| page.returns().text.split_whitespace().collect::<Vec<_>>().join(" "));
        let said = returns
            .as_deref()
            .and_then(|text| RETURNS_ONCE_HELD.as_ref()?.captures(text).map(|found| found[1].to_owned()));
        let told = said.as_deref().and_then(|name| fact.position(name));
        let timeout = told.or_else(|| fact.params.iter().position(|param| param.optional && param.name == "Timeout"));
        let Some(at) = timeout else {
            self.by_reference_page(
                format!("acquire: {} -> ok", fact.name),
                &fact.name,
                "it returns a status: whether it holds",
            );
            return (vec![objects::with_result(plain(), ResultTest::Ok)], Vec::new());
        };
        let null = || vec!["NULL".to_owned()];
        let always = objects::call_with(fact, key, &[(at, Arg::Const(null()))]);
        let timed = objects::call_with(fact, key, &[(at, Arg::Not(null()))]);
        let (mut held, mut free): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for word in returns.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')) {
            // A Boolean of the text is no status.
            let status = word.contains('_').then(|| self.constant(word)).flatten();
            let Some(value) = status else { continue };
            let list = if value == 0 { &mut held } else { &mut free };
            if !list.iter().any(|known| known == word) {
                list.push(word.to_owned());
            }
        }
        let (yes, no) = if held.is_empty() || free.is_empty() {
            self.by_reference_page(
                format!("acquire: {} -> null", fact.name),
                &fact.name,
                "it waits with a limit: only zero says that it holds",
            );
            (ResultTest::Null, ResultTest::NonNull)
        } else {
            let text = returns.unwrap_or_default();
            self.by_reference_page(
                format!("acquire: {} -> {}, no-effect: {}", fact.name, held.join("|"), free.join("|")),
                &fact.name,
                &text,
            );
            (ResultTest::Is(held), ResultTest::Is(free))
        };
        (vec![always, objects::with_result(plain(), yes)], vec![objects::with_result(timed, no)])
    }
}

impl Work<'_> {
    fn constant(&self, name: &str) -> Option<i64> {
        let stated = self.grounds.semantics.constants.get(name).copied();
        stated.or_else(|| self.grounds.facts.constant(name))
    }
}

fn part_of(part: Part, name: &str) -> String {
    let word = if part == Part::Take { "acquire" } else { "release" };
    format!("{word}: {name}")
}
