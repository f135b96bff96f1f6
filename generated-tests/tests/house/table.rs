//! The bundled table: that it can be run, and that what it names exists.

use std::collections::BTreeSet;

use rulebook_machine::Table;
use rulebook_machine::semantics::{Fails, NewLevel, Semantics, Slot, Succeeds};

use crate::read;

/// The table that the checker embeds.
pub(crate) fn bundled() -> Table {
    Table::from_json(&read("checker/table.json")).expect("the bundled table can be run")
}

/// What the semantics name and do not know.
fn dangling(semantics: &Semantics) -> Vec<String> {
    let mut found = Vec::new();
    for (name, function) in &semantics.functions {
        for (param, role) in &function.registers {
            if !semantics.roles.contains_key(role) {
                found.push(format!("{name} registers the unknown role {role}"));
            }
            let known = function.params.is_empty() || function.position(param).is_some();
            // A dotted name is a member of a structure.
            if !known && !param.contains('.') {
                found.push(format!("{name} has no parameter {param}"));
            }
        }
        if let Some(Succeeds::With(param)) = &function.succeeds
            && function.position(param).is_none()
        {
            found.push(format!("{name} succeeds by {param}, which is no parameter of it"));
        }
        if let Some(asks) = &function.asks
            && function.position(&asks.about).is_none()
        {
            found.push(format!("{name} asks about {}, which is no parameter of it", asks.about));
        }
        if let Some(Fails::Without(param)) = &function.fails
            && function.position(param).is_none()
        {
            found.push(format!("{name} fails by {param}, which is no parameter of it"));
        }
        let Some(effect) = function.irql.as_ref().filter(|_| !function.params.is_empty()) else {
            continue;
        };
        let set = match &effect.set {
            Some(NewLevel::From(slot)) => Some(slot),
            _ => None,
        };
        for slot in effect.save.iter().chain(set) {
            if let Slot::Deref(param) | Slot::Arg(param) | Slot::Hidden(param) = slot
                && function.position(param).is_none()
            {
                found.push(format!("{name} keeps a level in {param}, which is no parameter of it"));
            }
        }
    }
    for (name, role) in &semantics.roles {
        let asked = role.contract.asked_by.iter();
        for asked in asked.filter(|asked| !semantics.roles.contains_key(&asked.role)) {
            found.push(format!("{name} is asked for by the unknown role {}", asked.role));
        }
        for act in &role.contract.called_as {
            let count = semantics.functions.get(&act.function).map(|function| function.params.len());
            if count != Some(act.args.len()) {
                found.push(format!(
                    "a call of {name} comes to {}, which is not known with such arguments",
                    act.function
                ));
            }
            for arg in act.args.iter().filter(|arg| !role.params.contains(&arg.param)) {
                found.push(format!("a call of {name} passes on {}, which is no parameter of it", arg.param));
            }
        }
    }
    for (group, members) in &semantics.groups {
        for member in members.iter().filter(|member| semantics.roles_of(member).is_empty()) {
            found.push(format!("the group {group} has a member {member} that is no role"));
        }
    }
    found
}

#[test]
fn the_table_can_be_run() {
    let table = bundled();
    assert!(!table.rules.is_empty());
    let ids: Vec<String> = table.rules.iter().map(|rule| rule.id.to_ascii_lowercase()).collect();
    assert!(ids.is_sorted(), "the rules are ordered by id");
    for rule in &table.rules {
        assert!(!rule.machines.is_empty(), "{} has no machine", rule.id);
        assert!(rule.summary.ends_with('.'), "{}: the summary is no sentence: {}", rule.id, rule.summary);
    }
}

#[test]
fn what_the_semantics_name_exists() {
    let semantics = bundled().semantics;
    let dangling = dangling(&semantics);
    assert!(dangling.is_empty(), "{}", dangling.join("\n"));
    let scopes: BTreeSet<String> = bundled().rules.into_iter().flat_map(|rule| rule.scope.roles.into_iter()).collect();
    for word in scopes {
        assert!(!semantics.roles_of(&word).is_empty(), "a scope names {word}, which is no role");
    }
}

#[test]
fn a_dangling_name_is_seen() {
    let mut semantics = bundled().semantics;
    semantics.groups.insert("lost".to_owned(), vec!["NO_SUCH_ROLE".to_owned()]);
    assert_eq!(dangling(&semantics), ["the group lost has a member NO_SUCH_ROLE that is no role"]);
}
