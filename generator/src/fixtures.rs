//! The corpus: real driver code, one folder per fixture, made from the machines of the table.
//!
//! Expected results come from running the abstract calls of every path through every machine, never from a checker.

mod choose;
mod data;
mod flow;
mod helper;
mod layout;
mod needs;
mod render;
mod scenario;
mod sweep;
mod telling;
mod types;
mod weave;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rayon::prelude::*;
use rulebook_machine::rule::Machine;
use rulebook_machine::table::Rule;
use serde::Serialize;

use crate::simulate::{self, Act, Judges, LevelValue, Setting};
use crate::writer::{Tree, sanitised, sanitised_before};
use crate::{GenerateError, Source};
use choose::{Coverage, Factors};
use data::{Host, HostRole};
use scenario::{Makings, Scenario, Word};
use weave::{Piece, Unwoven, Variant, Woven};

/// The folder of the corpus, from the root of the tree.
pub const FOLDER: &str = "generated-tests";

/// After so many variants in which a scenario is not what it claims to be, no other is tried.
const HOPELESS: usize = 40;

/// Which variants are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variants {
    /// Those that are committed: each scenario meets three values of each factor.
    Few,
    /// Every combination.
    All,
}

/// One violation that a fixture is known to have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Expected {
    /// The fixture, `model/Rule/scenario-variant`.
    pub fixture: String,
    /// The rule that is violated.
    pub rule: String,
    /// The file, below the folder of the corpus.
    pub path: String,
    /// The line of the event that violates it.
    pub line: u32,
    /// `intended` for the rule that the fixture was made for, `sibling` for others.
    pub kind: &'static str,
}

/// One fixture, for the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fixture {
    /// `model/Rule/scenario-variant`.
    pub name: String,
    /// The rule that it was made for.
    pub rule: String,
    /// The edge of the machine, such as `held-acquire`.
    pub scenario: String,
    /// Whether it violates the rule.
    pub violating: bool,
    /// The role of its entry point.
    pub role: String,
    /// The factors.
    pub flow: String,
    /// How calls are made.
    pub calls: String,
    /// Where the object lives.
    pub place: String,
    /// The language.
    pub surface: String,
}

/// The corpus, rendered in memory.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    /// Its files.
    pub tree: Tree,
    /// Its fixtures, by name.
    pub fixtures: Vec<Fixture>,
    /// All violations, by fixture.
    pub expected: Vec<Expected>,
    /// Rules, scenarios or calls that have no fixture, and why.
    pub without: Vec<(String, String)>,
}

/// Makes the corpus of every rule of the table.
pub fn corpus(source: &Source, variants: Variants) -> Result<Corpus, GenerateError> {
    let data = data::Data::bundled()?;
    let (tera, flows) = flow::bundled()?;
    let makings = Makings { table: &source.table, facts: &source.facts, data: &data, params: &[], values: None };
    let judges = Judges::new(&source.table);
    let factors = Factors::new(&flows);
    // What a rule's fixtures are depends on no other rule's.
    let made = |rule: &Rule| {
        let corpus = Corpus::default();
        let mut maker =
            Maker { makings, judges: &judges, tera: &tera, factors: &factors, flows: &flows, variants, corpus };
        maker.rule(rule, &mut Coverage::of(&rule.id)).map(|()| maker.corpus)
    };
    let parts: Vec<_> = source.table.rules.par_iter().map(made).collect();
    let mut corpus = Corpus::default();
    for part in parts {
        let part = part?;
        corpus.tree.extend(part.tree);
        corpus.fixtures.extend(part.fixtures);
        corpus.expected.extend(part.expected);
        corpus.without.extend(part.without);
    }
    corpus.fixtures.sort_by(|a, b| a.name.cmp(&b.name));
    corpus.expected.sort();
    corpus.without.sort();
    corpus.without.dedup();
    lists(&mut corpus)?;
    Ok(corpus)
}

/// The lists beside the fixtures.
fn lists(corpus: &mut Corpus) -> Result<(), GenerateError> {
    let mut csv = String::from("fixture,rule,path,line,kind\n");
    for row in &corpus.expected {
        let _ = writeln!(csv, "{},{},{},{},{}", row.fixture, row.rule, row.path, row.line, row.kind);
    }
    corpus.tree.add_bare(&format!("{FOLDER}/expected.csv"), csv)?;
    let list: Vec<String> = corpus
        .fixtures
        .iter()
        .filter_map(|fixture| serde_json::to_string(fixture).ok())
        .map(|line| format!("  {line}"))
        .collect();
    let without: Vec<String> = corpus
        .without
        .iter()
        .filter_map(|(what, why)| serde_json::to_string(&serde_json::json!({ "what": what, "why": why })).ok())
        .map(|line| format!("  {line}"))
        .collect();
    let manifest = format!(
        "{{\"@generated\": \"by `rulebook generate`; do not edit\",\n\"fixtures\": [\n{}\n],\n\"without\": [\n{}\n]}}\n",
        list.join(",\n"),
        without.join(",\n")
    );
    corpus.tree.add(&format!("{FOLDER}/manifest.json"), manifest)?;
    corpus.tree.own(&format!("{FOLDER}/fixtures"))
}

struct Maker<'m> {
    makings: Makings<'m>,
    judges: &'m Judges<'m>,
    tera: &'m tera::Tera,
    flows: &'m BTreeMap<String, flow::Flow>,
    factors: &'m Factors,
    variants: Variants,
    corpus: Corpus,
}

/// Where and for what a scenario is woven.
#[derive(Clone, Copy)]
struct Stage<'s> {
    rule: &'s Rule,
    machine: &'s Machine,
    host: &'s Host,
    model: &'s str,
}

impl<'s> Stage<'s> {
    /// Where a sequence runs in the role.
    fn setting(&self, role: &'s HostRole) -> Setting<'s> {
        Setting { model: self.model, role: &role.role, index: role.index.as_deref(), doubts: false, guesses: true }
    }
}

impl Maker<'_> {
    fn rule(&mut self, rule: &Rule, coverage: &mut Coverage) -> Result<(), GenerateError> {
        let data = self.makings.data;
        // A rule about kernel services has its fixtures in a driver of its own model.
        let Some(host) = data.hosts.get(rule.model()) else {
            self.corpus
                .without
                .push((rule.id.clone(), format!("no frame hosts fixtures of the model `{}`", rule.model())));
            return Ok(());
        };
        for (at, machine) in rule.machines.iter().enumerate() {
            let prefix = if rule.machines.len() > 1 { format!("{}-", at + 1) } else { String::new() };
            let stage = Stage { rule, machine, host, model: rule.model() };
            self.machine(stage, &prefix, coverage)?;
        }
        Ok(())
    }

    /// Every scenario in the first role that suits it.
    fn machine(&mut self, stage: Stage<'_>, prefix: &str, coverage: &mut Coverage) -> Result<(), GenerateError> {
        let mut done = BTreeSet::new();
        let mut reasons: BTreeMap<String, String> = BTreeMap::new();
        let roles: Vec<&HostRole> = stage.host.roles.iter().filter(|role| self.in_scope(stage.rule, role)).collect();
        for role in roles {
            let (scenarios, without) = scenario::scenarios(self.ground(role), stage.machine, &self.entry(role));
            reasons.extend(without.into_iter().map(|why| (format!("~{why}"), why)));
            let mut edges: BTreeMap<String, Vec<Scenario>> = BTreeMap::new();
            for scenario in scenarios.into_iter().filter(|scenario| !done.contains(&scenario.edge)) {
                edges.entry(scenario.edge.clone()).or_default().push(scenario);
            }
            for (edge, calls) in edges {
                match self.edge(stage, role, prefix, &calls, coverage)? {
                    Ok(()) => {
                        reasons.remove(&edge);
                        done.insert(edge);
                    }
                    Err(why) => {
                        reasons.insert(edge, why);
                    }
                }
            }
        }
        for (what, why) in reasons {
            let what =
                if what.starts_with('~') { stage.rule.id.clone() } else { format!("{} {prefix}{what}", stage.rule.id) };
            self.corpus.without.push((what, why));
        }
        if done.is_empty() {
            self.corpus.without.push((stage.rule.id.clone(), format!("machine {prefix} has no fixtures")));
        }
        self.sweeps(stage, prefix)
    }

    fn in_scope(&self, rule: &Rule, host: &HostRole) -> bool {
        let semantics = &self.makings.table.semantics;
        let means = |words: &[String]| words.iter().any(|word| semantics.means(word, &host.role));
        let registered = |names: &[String]| names.iter().any(|name| host.index.as_ref() == Some(name));
        (rule.scope.roles.is_empty() || means(&rule.scope.roles))
            && !means(&rule.scope.except_roles)
            && (rule.scope.irp.is_empty() || registered(&rule.scope.irp))
    }

    /// What scenarios are made from in a role: its parameters, and what it returns.
    fn ground<'g>(&'g self, role: &'g HostRole) -> Makings<'g> {
        let known = self.makings.table.semantics.roles.get(&role.role);
        let params = known.map(|role| &role.params[..]).unwrap_or_default();
        Makings { params, values: role.values.as_ref(), ..self.makings }
    }

    fn entry(&self, role: &HostRole) -> LevelValue {
        let contract = self.makings.table.semantics.roles.get(&role.role).map(|role| &role.contract);
        LevelValue::at_entry(contract.and_then(|contract| contract.irql.as_ref()), role.index.as_deref())
    }

    /// The twins of an edge in their variants, its calls by turns; `Err` says why this role does not suit them.
    fn edge(
        &mut self,
        stage: Stage<'_>,
        role: &HostRole,
        prefix: &str,
        calls: &[Scenario],
        coverage: &mut Coverage,
    ) -> Result<Result<(), String>, GenerateError> {
        let few = self.variants == Variants::Few;
        let mut reason = "no variant fits".to_owned();
        let mut any = false;
        // A call that no variant carries must not cost the edge one of its three.
        let mut taken: Vec<Variant> = Vec::new();
        let mut failed: BTreeSet<(usize, Variant)> = BTreeSet::new();
        for _ in 0..3 {
            for (at, scenario) in calls.iter().enumerate() {
                if let Err(why) = self.suits(stage, role, scenario) {
                    reason = why;
                    continue;
                }
                if few && taken.len() == 3 {
                    continue;
                }
                for variant in self.factors.ordered(coverage) {
                    // The three share no value, so that each edge meets three of each factor.
                    let fresh = |other: &Variant| {
                        other.flow != variant.flow && other.calls != variant.calls && other.place != variant.place
                    };
                    let hopeless = failed.iter().filter(|(of, _)| *of == at).count() >= HOPELESS;
                    if few && (!taken.iter().all(fresh) || hopeless || failed.contains(&(at, variant.clone()))) {
                        continue;
                    }
                    match self.twins(stage, role, prefix, scenario, &variant)? {
                        Ok(()) => {
                            any = true;
                            coverage.met(&variant);
                            if few {
                                taken.push(variant);
                                break;
                            }
                        }
                        Err(why) if why.is_empty() => {}
                        Err(why) => {
                            reason = why;
                            failed.insert((at, variant));
                        }
                    }
                }
            }
            if !few || taken.len() == 3 {
                break;
            }
        }
        Ok(if any { Ok(()) } else { Err(reason) })
    }

    /// Whether the bare sequences are what they claim to be in this role; what no variant changes is told once.
    fn suits(&self, stage: Stage<'_>, role: &HostRole, scenario: &Scenario) -> Result<(), String> {
        let setting = stage.setting(role);
        let path = |word: &Word| {
            // What the frame does before it returns is done here too.
            let framed = role.leave.iter().filter(|leave| !leave.c.starts_with("return"));
            let framed = framed.filter_map(|leave| simulate::call_of(leave.call.as_ref()?));
            let calls = word.first.iter().chain(&word.then).cloned().chain(framed).enumerate();
            let value = word.returns.as_ref().or(role.values.as_ref().map(|(success, _)| success));
            let exit = Act::Exit(usize::MAX - 1, value.cloned());
            calls.map(|(at, call)| Act::Call(at, call)).chain([exit]).collect::<Vec<_>>()
        };
        if simulate::sites(self.makings.table, stage.machine, setting, &path(&scenario.bad)).is_empty() {
            return Err("the sequence violates nothing in this role".to_owned());
        }
        let violated = self.judges.violations(setting, &path(&scenario.good));
        if violated.is_empty() {
            return Ok(());
        }
        let rules: BTreeSet<&str> = violated.iter().map(|(rule, _)| rule.as_str()).collect();
        Err(format!("the compliant twin violates {}", rules.into_iter().collect::<Vec<_>>().join(", ")))
    }

    fn twins(
        &mut self,
        stage: Stage<'_>,
        role: &HostRole,
        prefix: &str,
        scenario: &Scenario,
        variant: &Variant,
    ) -> Result<Result<(), String>, GenerateError> {
        let setting = stage.setting(role);
        let mut woven = Vec::new();
        for (verdict, word) in [("bad", &scenario.bad), ("ok", &scenario.good)] {
            let made = match self.weave(stage, role, variant, verdict, word)? {
                Ok(made) => made,
                Err(why) => return Ok(Err(why)),
            };
            let own: BTreeSet<usize> = made
                .paths
                .iter()
                .flat_map(|path| simulate::sites(self.makings.table, stage.machine, setting, path))
                .collect();
            let (all, doubtful) = self.violations(stage, role, &made);
            // What only may be violated would be neither expected nor unexpected.
            if let Some(rule) = doubtful {
                return Ok(Err(format!("whether the twins violate {rule} cannot be told")));
            }
            if all.iter().any(|(_, site)| made.inner.contains(site)) {
                return Ok(Err("the violation would stand in the frame".to_owned()));
            }
            match verdict {
                "bad" if own.is_empty() => return Ok(Err("the sequence violates nothing in this role".to_owned())),
                "ok" if !all.is_empty() => {
                    let rules: BTreeSet<&str> = all.iter().map(|(rule, _)| rule.as_str()).collect();
                    let rules = rules.into_iter().collect::<Vec<_>>().join(", ");
                    return Ok(Err(format!("the compliant twin violates {rules}")));
                }
                _ => woven.push((verdict, made, all)),
            }
        }
        for (verdict, made, violations) in woven {
            let call = if scenario.call.is_empty() { String::new() } else { format!("-{}", scenario.call) };
            self.put(stage, role, &format!("{prefix}{}{call}", scenario.edge), variant, verdict, &made, &violations)?;
        }
        Ok(Ok(()))
    }

    fn weave(
        &self,
        stage: Stage<'_>,
        role: &HostRole,
        variant: &Variant,
        verdict: &str,
        word: &Word,
    ) -> Result<Result<Woven, String>, GenerateError> {
        let Some(flow) = self.flows.get(&variant.flow) else { return Ok(Err(String::new())) };
        let piece = self.piece(stage, role, verdict, word);
        match weave::weave(self.tera, flow, piece, variant) {
            Ok(made) => Ok(Ok(made)),
            Err(Unwoven::Unfit) => Ok(Err(String::new())),
            Err(Unwoven::Reason(why)) => Ok(Err(why)),
            Err(Unwoven::Fault(error)) => Err(error),
        }
    }

    /// What is woven into a role.
    fn piece<'p>(&'p self, stage: Stage<'p>, role: &'p HostRole, verdict: &'p str, word: &'p Word) -> Piece<'p> {
        Piece {
            makings: self.ground(role),
            host: stage.host,
            model: stage.model,
            role,
            rule: &stage.rule.id,
            object: &stage.machine.object,
            key: stage.machine.keys.first().map(String::as_str),
            machine: stage.machine,
            verdict,
            word,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one row of the manifest")]
    fn put(
        &mut self,
        stage: Stage<'_>,
        role: &HostRole,
        scenario: &str,
        variant: &Variant,
        verdict: &str,
        made: &Woven,
        violations: &simulate::Violations,
    ) -> Result<(), GenerateError> {
        let (calls, place) =
            (choose::word(&format!("{:?}", variant.calls)), choose::word(&format!("{:?}", variant.place)));
        let leaf = sanitised_before(scenario, &format!("-{}-{calls}-{place}-{verdict}", variant.flow));
        let name = format!("{}/{}/{leaf}", sanitised(stage.model), sanitised(stage.rule.name()));
        let folder = format!("{FOLDER}/fixtures/{name}");
        for (file, text) in &made.files {
            self.corpus.tree.add(&format!("{folder}/{file}"), text.clone())?;
        }
        let sources: Vec<&String> = made.files.keys().filter(|file| !file.ends_with('h')).collect();
        self.corpus.tree.add_bare(&format!("{folder}/compile_commands.json"), commands(&sources))?;
        for (rule, site) in violations {
            let Some((file, line)) = made.lines.get(site) else { continue };
            self.corpus.expected.push(Expected {
                fixture: name.clone(),
                rule: rule.clone(),
                path: format!("fixtures/{name}/{file}"),
                line: *line,
                kind: if *rule == stage.rule.id { "intended" } else { "sibling" },
            });
        }
        self.corpus.fixtures.push(Fixture {
            name,
            rule: stage.rule.id.clone(),
            scenario: scenario.to_owned(),
            violating: verdict == "bad",
            role: role.role.clone(),
            flow: variant.flow.clone(),
            calls,
            place,
            surface: "c".to_owned(),
        });
        Ok(())
    }
}

/// The compile commands; the include path leads to the generated headers.
fn commands(sources: &[&String]) -> String {
    let lines: Vec<String> = sources
        .iter()
        .map(|file| format!("  {{\"directory\": \".\", \"file\": \"{file}\", \"arguments\": [\"cc\", \"-fsyntax-only\", \"-I\", \"../../../../include\", \"{file}\"]}}"))
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}
