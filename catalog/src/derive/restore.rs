//! From "sets the level back" to a comparison of the level passed with the level saved.
//!
//! Where a function patterns the level and where it takes it from is in the semantics; which object ties the two calls
//! together is told by the prototypes.

use rulebook_machine::Semantics;
use rulebook_machine::pattern::{Arg, Pattern};
use rulebook_machine::semantics::{NewLevel, Slot};
use rulebook_machine::spec::{CheckForm, EventForm};

use crate::api_facts::ApiFact;

use super::demand::Demand;
use super::names::{self, Part};
use super::statements::Statement;
use super::{Found, Work, objects};

impl<'g> Work<'g> {
    /// The comparison, if the sentences demand one; gives the function whose argument is compared.
    pub(super) fn restores(&mut self, statements: &[Statement], found: &[Found<'_>]) -> Option<String> {
        let wanted = found.iter().find(|one| one.demand == Demand::Restore)?.statement;
        let savers = self.with_part(statements, Part::Take);
        let [restorer] = self.with_part(statements, Part::GiveBack)[..] else {
            self.refuse(wanted, "it is not clear which function sets the level back");
            return None;
        };
        if savers.is_empty() {
            self.refuse(wanted, "no sentence names a function that patterns the level");
            return None;
        }
        let key = match objects::key(&savers, &[restorer]) {
            Ok(key) => key,
            Err(reason) => {
                self.refuse(wanted, &reason);
                return None;
            }
        };
        let key_type = key.as_deref();
        let semantics = self.grounds.semantics;
        let Some(release) = passes_back(restorer, key_type, semantics) else {
            let reason = format!("it is not known which argument of `{}` is the level", restorer.name);
            self.refuse(wanted, &reason);
            return None;
        };
        let mut patterns = Vec::new();
        for saver in &savers {
            let Some(save) = saved_by(saver, key_type, semantics) else {
                continue;
            };
            self.by_reference_page(format!("save: {save}"), &saver.name, "where the level is stored");
            patterns.push(save);
        }
        for other in names::companions(self.grounds.facts, &savers, Part::Take, key_type) {
            let Some(save) = saved_by(other, key_type, semantics) else {
                continue;
            };
            self.by_reference_page(
                format!("save: {save}"),
                &other.name,
                "the same name with a suffix, and the same type of object",
            );
            patterns.push(save);
        }
        self.from(format!("check: {release} with $new == $old"), wanted);
        self.by_reference_page(
            format!("release: {release}"),
            &restorer.name,
            "the argument that the level is taken from",
        );
        if key_type.is_some() {
            self.spec.track = vec!["$k".to_owned()];
        }
        self.spec.object = names::object(&restorer.name);
        for (name, form) in [("save", EventForm::Any(patterns)), ("release", EventForm::One(release))] {
            if let Ok(value) = serde_yaml::to_value(form) {
                self.spec.events.insert(name.into(), value);
            }
        }
        let same = "$new == $old".parse().ok()?;
        self.spec.check.insert("release".to_owned(), CheckForm::One(same));
        Some(restorer.name.clone())
    }

    /// The functions of a part that the sentences name.
    fn with_part(&self, statements: &[Statement], part: Part) -> Vec<&'g ApiFact> {
        let mut all: Vec<&'g ApiFact> = Vec::new();
        let named = statements.iter().flat_map(|statement| &statement.names);
        for named in named.filter(|named| names::part(&named.name) == part) {
            if let Some(fact) = self.grounds.facts.functions.get(&named.name)
                && all.iter().all(|other| other.name != fact.name)
            {
                all.push(fact);
            }
        }
        all
    }
}

/// The call that passes a level back, as `$new`.
fn passes_back(fact: &ApiFact, key: Option<&str>, semantics: &Semantics) -> Option<Pattern> {
    let effect = semantics.functions.get(&fact.name)?.irql.as_ref()?;
    let NewLevel::From(Slot::Arg(name)) = effect.set.as_ref()? else {
        return None;
    };
    Some(objects::call_with(fact, key, &[(fact.position(name)?, Arg::Var("new".to_owned()))]))
}

/// The call that patterns the level, as `$old`.
fn saved_by(fact: &ApiFact, key: Option<&str>, semantics: &Semantics) -> Option<Pattern> {
    let effect = semantics.functions.get(&fact.name)?.irql.as_ref()?;
    match effect.save.as_ref()? {
        Slot::Return => {
            let mut call = objects::call_with(fact, key, &[]);
            call.binds = Some("old".to_owned());
            Some(call)
        }
        Slot::Deref(name) => Some(objects::call_with(fact, key, &[(fact.position(name)?, Arg::Out("old".to_owned()))])),
        Slot::Arg(_) | Slot::Hidden(_) => None,
    }
}
