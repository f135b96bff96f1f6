//! The bundled semantics is consistent, and faults in such files are named with their place.

use std::collections::{BTreeMap, BTreeSet};

use rulebook_machine::irql::{Interval, Level};
use rulebook_machine::pattern::{Arg, Pattern, Subject};
use rulebook_machine::semantics::{Contract, ExitState, NewLevel, Returns, Slot};

use super::*;
use crate::api_facts::ApiFacts;
use crate::bundled;

fn whole() -> Semantics {
    semantics(bundled::files()).unwrap()
}

fn facts() -> ApiFacts {
    let files: Vec<_> = bundled::files().iter().copied().filter(|(path, _)| path.starts_with("apis/")).collect();
    ApiFacts::parse(&files).unwrap()
}

/// The parameters of `function` as code passes them: those stated here, else the imported ones.
fn params(semantics: &Semantics, facts: &ApiFacts, function: &str) -> Vec<String> {
    let stated =
        semantics.functions.get(function).map(|known| known.params.iter().map(|param| param.name.clone()).collect());
    match stated {
        Some(names) if !Vec::is_empty(&names) => names,
        _ => facts
            .functions
            .get(function)
            .map(|fact| fact.params.iter().map(|param| param.name.clone()).collect())
            .unwrap_or_default(),
    }
}

/// The calls that a contract enters after, whatever the driver's source mentions.
fn entered_after(contract: &Contract) -> impl Iterator<Item = &Pattern> {
    contract.entered_after.iter().chain(contract.entered_after_unless.iter().flat_map(|unless| &unless.calls))
}

#[test]
fn every_alias_parses_and_says_the_same_variables_on_both_sides() {
    for alias in whole().aliases {
        let sides = [&alias.call, &alias.is]
            .map(|side| side.variables().into_iter().map(str::to_owned).collect::<BTreeSet<_>>());
        assert_eq!(sides[0], sides[1], "{}", alias.call);
        assert_ne!(alias.call.api(), alias.is.api(), "{}", alias.call);
        for side in [alias.call, alias.is] {
            assert_eq!(side.to_string().parse::<rulebook_machine::Pattern>().unwrap(), side);
        }
    }
}

#[test]
fn every_role_and_group_that_is_named_exists() {
    let whole = whole();
    for (name, function) in &whole.functions {
        for role in function.registers.values() {
            assert!(whole.roles.contains_key(role), "{name} registers {role}");
        }
    }
    for (group, members) in &whole.groups {
        for member in members {
            assert!(!whole.roles_of(member).is_empty(), "{group} has {member}");
        }
    }
}

#[test]
fn every_parameter_that_an_effect_or_a_registration_names_exists() {
    let (whole, facts) = (whole(), facts());
    for (name, function) in &whole.functions {
        let known = params(&whole, &facts, name);
        let mut named: Vec<&String> = function.registers.keys().collect();
        let slots = function.irql.iter().flat_map(|effect| {
            let set = match &effect.set {
                Some(NewLevel::From(slot)) => Some(slot),
                _ => None,
            };
            effect.save.iter().chain(set)
        });
        named.extend(slots.filter_map(|slot| match slot {
            Slot::Return => None,
            Slot::Deref(param) | Slot::Arg(param) | Slot::Hidden(param) => Some(param),
        }));
        for param in named {
            assert!(known.contains(param), "{name} has no parameter {param}: {known:?}");
        }
    }
}

#[test]
fn contracts_name_parameters_of_their_role_and_functions_with_an_effect() {
    let whole = whole();
    for (name, role) in &whole.roles {
        for pattern in entered_after(&role.contract) {
            let Subject::Call { api, args } = &pattern.subject else { panic!("{name}: {pattern} is no call") };
            assert!(whole.functions.get(api).is_some_and(|function| function.irql.is_some()), "{name}: {api}");
            for arg in &args.list {
                if let Arg::Var(variable) = arg {
                    assert!(role.params.contains(variable), "{name} has no parameter {variable}");
                }
            }
        }
        if let Some(levels) = &role.contract.irql {
            for level in levels.called_at.iter().chain(levels.called_at_where.values()) {
                assert!(levels.within.contains(*level), "{name} is called at {level} outside {}", levels.within);
            }
        }
    }
}

#[test]
fn every_entry_says_where_it_is_stated() {
    let whole = whole();
    let functions = whole.functions.iter().map(|(name, function)| (name.as_str(), function.source.as_str()));
    let roles = whole.roles.iter().map(|(name, role)| (name.as_str(), role.source.as_str()));
    let aliases = whole.aliases.iter().map(|alias| (alias.call.api().unwrap_or_default(), alias.source.as_str()));
    for (name, source) in functions.chain(roles).chain(aliases) {
        let page = source.split_once('/').is_some_and(|(_, page)| page.starts_with("nf-") || page.starts_with("nc-"));
        assert!(page || source.starts_with("hand: "), "{name}: `{source}`");
    }
}

#[test]
fn every_constant_that_is_used_has_a_value() {
    let (whole, facts) = (whole(), facts());
    let mut used: BTreeSet<String> = BTreeSet::new();
    for role in whole.roles.values() {
        used.extend(role.contract.irql.iter().flat_map(|levels| levels.by_index.keys().cloned()));
        for pattern in entered_after(&role.contract) {
            if let Subject::Call { args, .. } = &pattern.subject {
                used.extend(
                    args.list
                        .iter()
                        .filter_map(|arg| match arg {
                            Arg::Const(names) => Some(names.clone()),
                            _ => None,
                        })
                        .flatten(),
                );
            }
        }
    }
    for name in used {
        assert!(whole.constants.contains_key(&name) || facts.constant(&name).is_some(), "{name} has no value");
    }
}

/// Facts that are easy to get wrong, from the reference pages.
#[test]
fn contracts_are_those_of_the_reference_pages() {
    let whole = whole();
    let within = |role: &str| whole.roles[role].contract.irql.as_ref().map(|levels| levels.within.to_string());
    for (role, expected) in [
        ("DRIVER_CANCEL", "== DISPATCH"),
        ("DRIVER_DISPATCH", "== PASSIVE"),
        ("IO_COMPLETION_ROUTINE", "<= DISPATCH"),
        ("EVT_WDF_IO_QUEUE_IO_READ", "<= DISPATCH"),
        ("EVT_WDF_TIMER", "<= DISPATCH"),
        ("EVT_WDF_INTERRUPT_DPC", "== DISPATCH"),
        ("EVT_WDF_INTERRUPT_WORKITEM", "== PASSIVE"),
        ("EVT_WDF_INTERRUPT_ISR", "<= DIRQL"),
        ("MINIPORT_OID_REQUEST", "== PASSIVE"),
        ("MINIPORT_DIRECT_OID_REQUEST", "<= DISPATCH"),
        ("FILTER_OID_REQUEST", "<= DISPATCH"),
        ("MINIPORT_DISABLE_INTERRUPT", "== DIRQL"),
        ("HW_INTERRUPT", "== DIRQL"),
        ("HW_DPC_ROUTINE", "== DISPATCH"),
    ] {
        assert_eq!(within(role).as_deref(), Some(expected), "{role}");
    }
    let by_index = &whole.roles["DRIVER_DISPATCH"].contract.irql.as_ref().unwrap().by_index;
    let bounds: BTreeMap<_, _> = by_index.iter().map(|(code, bound)| (code.as_str(), *bound)).collect();
    assert_eq!(bounds["IRP_MJ_READ"], Interval::at_most(Level::APC));
    assert_eq!(bounds["IRP_MJ_POWER"], Interval::at_most(Level::DISPATCH));
    assert!(!bounds.contains_key("IRP_MJ_PNP"));

    let cancel = &whole.roles["DRIVER_CANCEL"].contract;
    assert_eq!((cancel.exit, cancel.irql_may_change, cancel.entered_after.len()), (ExitState::Initial, true, 1));
    assert_eq!(whole.roles["IO_CSQ_ACQUIRE_LOCK"].contract.exit, ExitState::Any);
    assert!(whole.roles["IO_CSQ_RELEASE_LOCK"].contract.caller_may_hold);
    assert!(whole.roles["HW_ADAPTER_CONTROL"].contract.irql.is_none(), "the pages disagree");

    let set = |function: &str| whole.functions[function].irql.as_ref().and_then(|effect| effect.set.clone());
    assert_eq!(set("IoReleaseCancelSpinLock"), Some(NewLevel::From(Slot::Arg("Irql".into()))));
    assert_eq!(set("ExAcquireFastMutex"), Some(NewLevel::Level(Level::APC)));
    assert_eq!(set("WdfObjectAcquireLock"), Some(NewLevel::Unknown));
    assert_eq!(set("NdisReleaseSpinLock"), Some(NewLevel::From(Slot::Hidden("_SpinLock".into()))));
    for unchanged in
        ["WdfWaitLockAcquire", "ExAcquireFastMutexUnsafe", "NdisDprAcquireSpinLock", "KeAcquireGuardedMutex"]
    {
        assert!(whole.functions.get(unchanged).is_none_or(|function| function.irql.is_none()), "{unchanged}");
    }
    assert_eq!(whole.functions["KeGetCurrentIrql"].returns, Some(Returns::Irql));
}

#[test]
fn a_fault_is_named_with_its_place() {
    for (files, expected) in [
        (&[("semantics/a.yaml", "functions:\n  F: {set: 1}\n")][..], "semantics/a.yaml:2:7"),
        (&[("semantics/a.yaml", "groups:\n  g: [A]\n  g: [B]\n")], "semantics/a.yaml:2:3"),
        (
            &[("semantics/a.yaml", "groups: {g: [A]}\n"), ("semantics/b.yaml", "# c\ngroups:\n  g: [B]\n")],
            "semantics/b.yaml:3:1",
        ),
        (
            &[
                ("semantics/a.yaml", "functions: {F: {accessor: true}}\n"),
                ("semantics/b.yaml", "functions:\n  F: {accessor: true}\n"),
            ],
            "semantics/b.yaml:2:1",
        ),
    ] {
        assert_eq!(semantics(files).unwrap_err().place.to_string(), expected);
    }
    let joined = semantics(&[
        ("semantics/a.yaml", "functions: {F: {accessor: true}}\n"),
        ("rules/a.yaml", "no: part\n"),
        ("semantics/b.yaml", "functions: {F: {returns: status}}\n"),
    ]);
    let function = &joined.unwrap().functions["F"];
    assert_eq!((function.accessor, function.returns), (true, Some(Returns::Status)));
}
