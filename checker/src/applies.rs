//! Which rules concern a driver: by its models, and by what its code registers.

use std::collections::BTreeSet;

use rulebook_frontend::Program;
use rulebook_frontend::ir::{Callee, Symbol};
use rulebook_machine::table::{Applicability, Rule, Table};
use rustc_hash::FxHashSet;

use crate::code;
use crate::roles::Roles;

/// What a driver is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Its models; empty where nothing shows one: then no rule is ruled out.
    pub(crate) models: BTreeSet<String>,
    /// Whether it runs in kernel mode.
    pub(crate) kernel: bool,
    /// Whether it installs dispatch routines itself.
    pub(crate) dispatches: bool,
    /// What it calls of the functions that scopes of rules ask for.
    calls: BTreeSet<String>,
}

impl Kind {
    /// Reads the models off the calls, else off the included headers, else off the roles that functions have.
    pub(crate) fn of(program: &Program, table: &Table, roles: &Roles<'_>) -> Self {
        let semantics = &table.semantics;
        let functions = program.units.iter().flat_map(|unit| &unit.functions);
        let called: FxHashSet<Symbol> = functions
            .flat_map(code::calls)
            .filter_map(|callee| match callee {
                Callee::Named(name) => Some(*name),
                _ => None,
            })
            .collect();
        let asked = table.rules.iter().flat_map(|rule| &rule.scope.driver_calls);
        let calls = asked.filter(|name| called.contains(&Symbol::new(name))).cloned().collect();
        let includes = |header: &String| {
            program
                .includes
                .iter()
                .any(|path| path.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case(header)))
        };
        let shown = |by_call: bool| {
            let shows = |evidence: &&rulebook_machine::semantics::ModelEvidence| {
                if by_call {
                    evidence.calls.iter().any(|name| called.contains(&Symbol::new(name)))
                } else {
                    evidence.includes.iter().any(includes)
                }
            };
            semantics.models.iter().filter(shows).collect::<Vec<_>>()
        };
        let mut evidence = shown(true);
        if evidence.is_empty() {
            // The first header in the data's order decides: frameworks include the lower kits.
            evidence = shown(false).into_iter().take(1).collect();
        }
        if evidence.is_empty() {
            return Self { models: roles.models(), kernel: true, dispatches: roles.fills_tables(), calls };
        }
        let kernel =
            evidence.iter().all(|evidence| evidence.kernel) && !shown(false).iter().any(|evidence| !evidence.kernel);
        let models = evidence.iter().map(|evidence| evidence.model.clone()).collect();
        Self { models, kernel, dispatches: roles.fills_tables(), calls }
    }

    /// Whether the rule runs here, and the functions that it leaves to a rule of the same name; else why it does not.
    pub(crate) fn applies(&self, rule: &Rule, table: &Table) -> Result<Vec<String>, String> {
        if !self.kernel {
            return Err("the driver runs in user mode".to_owned());
        }
        let needed = &rule.scope.driver_calls;
        if !needed.is_empty() && !needed.iter().any(|name| self.calls.contains(name)) {
            return Err(format!("the driver does not call {}", needed.join(" or ")));
        }
        if self.models.is_empty() {
            return Ok(Vec::new());
        }
        let models = || self.models.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let own = self.models.contains(rule.model());
        match rule.applicability {
            Applicability::Framework if own => Ok(Vec::new()),
            Applicability::Framework => Err(format!("the driver is {}, not {}", models(), rule.model())),
            Applicability::Dispatch if own || self.dispatches => Ok(Vec::new()),
            Applicability::Dispatch => Err("the driver installs no dispatch routines itself".to_owned()),
            Applicability::Kernel => {
                let twins = table.rules.iter().filter(|other| {
                    other.id != rule.id
                        && self.models.contains(other.model())
                        && other.name().eq_ignore_ascii_case(rule.name())
                });
                let patterns = twins
                    .flat_map(|twin| &twin.machines)
                    .flat_map(|machine| &machine.events)
                    .flat_map(|event| &event.patterns);
                Ok(patterns.filter_map(|pattern| pattern.api().map(str::to_owned)).collect())
            }
        }
    }
}
