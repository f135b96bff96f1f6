//! What the parts of a sentence stand for, and the general form of a specification put together piece by piece.

use rulebook_machine::pattern::Pattern as Call;
use rulebook_machine::rule::Next;
use rulebook_machine::spec::{EventForm, StateForm};

use crate::api_facts::ApiFact;

use super::{Found, Work};

impl<'g> Work<'g> {
    /// The functions of a named group of the sentence.
    pub(super) fn named_in(&self, one: &Found<'_>, group: &str) -> Vec<&'g ApiFact> {
        let named = one.hit.names_in(group);
        let named = named.iter().filter_map(|at| one.statement.names.get(*at));
        named.filter_map(|named| self.grounds.facts.functions.get(&named.name)).collect()
    }

    /// The roles of a sentence, or of the list behind it.
    pub(super) fn roles_of(&self, one: &Found<'_>) -> Vec<String> {
        let own = one.hit.roles.iter().filter_map(|at| one.statement.roles.get(*at));
        let listed = one.statement.list.iter().map(|named| &named.name);
        let is_role = |name: &&String| self.grounds.semantics.roles.values().any(|role| role.name == **name);
        let mut all: Vec<String> = own.chain(listed.filter(is_role)).cloned().collect();
        all.dedup();
        all
    }

    /// Adds an event to the general form.
    pub(super) fn event(&mut self, name: &str, patterns: Vec<Call>) {
        if let Ok(value) = serde_yaml::to_value(EventForm::Any(patterns)) {
            self.spec.events.insert(name.into(), value);
        }
    }

    /// Adds a state to the general form.
    pub(super) fn state(&mut self, name: &str, on: &[(&str, Next)]) {
        let on: StateForm = on.iter().map(|(event, next)| ((*event).to_owned(), next.clone())).collect();
        if let Ok(value) = serde_yaml::to_value(on) {
            self.spec.states.insert(name.into(), value);
        }
    }
}
