//! Which machines judge a path: those that apply where it runs, and that it can concern.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rulebook_machine::pattern::Subject;
use rulebook_machine::rule::{Event, Next};
use rulebook_machine::table::{Applicability, Rule, Table};

use super::{Act, Setting, Violations, apis, patterns, prepared, run};

/// The machines of a table, found by the functions that their events are about.
pub(crate) struct Judges<'t> {
    table: &'t Table,
    /// By function: rules and their machines, by position.
    by_api: HashMap<&'t str, Vec<(usize, usize)>>,
    /// The machines that can report a path without a call of theirs.
    always: Vec<(usize, usize)>,
    /// By rule: the role types that it is about, all where there are none, and those that it leaves out.
    roles: Vec<(BTreeSet<&'t str>, BTreeSet<&'t str>)>,
    /// By rule: in drivers of which other models a rule of the same name governs functions, and which.
    hidden: Vec<BTreeMap<&'t str, BTreeSet<&'t str>>>,
}

impl<'t> Judges<'t> {
    pub(crate) fn new(table: &'t Table) -> Self {
        let meant = |words: &'t [String]| words.iter().flat_map(|word| table.semantics.roles_of(word)).collect();
        let roles =
            table.rules.iter().map(|rule| (meant(&rule.scope.roles), meant(&rule.scope.except_roles))).collect();
        let mut judges = Self { table, by_api: HashMap::new(), always: Vec::new(), roles, hidden: hidden(table) };
        for (at, rule) in table.rules.iter().enumerate() {
            for (number, machine) in rule.machines.iter().enumerate() {
                let place = (at, number);
                let apis: BTreeSet<&str> = apis(machine).collect();
                let given = patterns(machine).any(|pattern| matches!(pattern.subject, Subject::Param(_)));
                let at_exit = machine.initial().is_some_and(|state| {
                    let ends = |event: &&Event| event.patterns.iter().any(|p| p.subject == Subject::Exit);
                    let errs = |event: &Event| matches!(state.on.get(&event.name), Some(Next::Error(_)));
                    machine.events.iter().filter(ends).any(errs)
                });
                if given || at_exit || apis.is_empty() {
                    judges.always.push(place);
                }
                for api in apis {
                    judges.by_api.entry(api).or_default().push(place);
                }
            }
        }
        judges
    }

    /// Runs one path through every machine of the table that applies.
    pub(crate) fn violations(&self, setting: Setting<'_>, path: &[Act]) -> Violations {
        let path = prepared(self.table, path);
        let called = path.iter().flat_map(|(_, spellings)| spellings).filter_map(|call| self.by_api.get(&*call.api));
        let concerned: BTreeSet<(usize, usize)> = called.flatten().chain(&self.always).copied().collect();
        let mut found = Violations::new();
        let none = BTreeSet::new();
        for (at, number) in concerned {
            let rule = &self.table.rules[at];
            if !self.applies(at, rule, setting) {
                continue;
            }
            let hidden = self.hidden[at].get(setting.model).unwrap_or(&none);
            for site in run(self.table, &rule.machines[number], setting, &path, hidden) {
                found.insert((rule.id.clone(), site));
            }
        }
        found
    }

    fn applies(&self, at: usize, rule: &Rule, setting: Setting<'_>) -> bool {
        let own = rule.model() == setting.model;
        let model = match rule.applicability {
            Applicability::Framework => own,
            Applicability::Dispatch => own || setting.model == "wdm",
            Applicability::Kernel => true,
        };
        let (wanted, left_out) = &self.roles[at];
        let registered = |names: &[String]| names.iter().any(|name| setting.index == Some(name));
        model
            && (rule.scope.roles.is_empty() || wanted.contains(setting.role))
            && !left_out.contains(setting.role)
            && (rule.scope.irp.is_empty() || registered(&rule.scope.irp))
    }
}

/// The functions that rules of the same name govern in drivers of their own models, by rule and model.
fn hidden(table: &Table) -> Vec<BTreeMap<&str, BTreeSet<&str>>> {
    let mut named: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
    for rule in &table.rules {
        named.entry(rule.name().to_ascii_lowercase()).or_default().push(rule);
    }
    let of = |rule: &Rule| {
        let same = named.get(&rule.name().to_ascii_lowercase()).into_iter().flatten();
        let others = same.filter(|other| other.model() != rule.model());
        others.map(|other| (other.model(), other.machines.iter().flat_map(apis).collect())).collect()
    };
    table.rules.iter().map(of).collect()
}
