//! Which machines judge a path: those that apply where it runs, and that it can concern.

use std::collections::{BTreeSet, HashMap};

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
}

impl<'t> Judges<'t> {
    pub(crate) fn new(table: &'t Table) -> Self {
        let mut judges = Self { table, by_api: HashMap::new(), always: Vec::new() };
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
        let mut hidden_apis: Option<(usize, BTreeSet<&str>)> = None;
        for (at, number) in concerned {
            let rule = &self.table.rules[at];
            if !applies(self.table, rule, setting) {
                continue;
            }
            let known = hidden_apis.take().filter(|(of, _)| *of == at);
            let (_, hidden) = hidden_apis.insert(known.unwrap_or_else(|| (at, hidden(self.table, rule, setting))));
            for site in run(self.table, &rule.machines[number], setting, &path, hidden) {
                found.insert((rule.id.clone(), site));
            }
        }
        found
    }
}

fn applies(table: &Table, rule: &Rule, setting: Setting<'_>) -> bool {
    let own = rule.model() == setting.model;
    let model = match rule.applicability {
        Applicability::Framework => own,
        Applicability::Dispatch => own || setting.model == "wdm",
        Applicability::Kernel => true,
    };
    let means = |words: &[String]| words.iter().any(|word| table.semantics.roles_of(word).contains(&setting.role));
    let registered = |names: &[String]| names.iter().any(|name| setting.index == Some(name));
    model
        && (rule.scope.roles.is_empty() || means(&rule.scope.roles))
        && !means(&rule.scope.except_roles)
        && (rule.scope.irp.is_empty() || registered(&rule.scope.irp))
}

/// The functions that a rule of the same name in the driver's own model governs.
fn hidden<'t>(table: &'t Table, rule: &Rule, setting: Setting<'_>) -> BTreeSet<&'t str> {
    if rule.model() == setting.model {
        return BTreeSet::new();
    }
    let same = table
        .rules
        .iter()
        .filter(|other| other.model() == setting.model && other.name().eq_ignore_ascii_case(rule.name()));
    same.flat_map(|other| &other.machines).flat_map(apis).collect()
}
