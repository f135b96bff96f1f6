//! Functions and roles for people.

use std::fmt::Write as _;

use super::{line, lines, rules};
use crate::commands::explain::answer::{ApiAnswer, Parameter, RoleAnswer};

/// A function or macro.
pub(super) fn api(answer: &ApiAnswer) -> String {
    let mut out = String::new();
    declaration(&mut out, &answer.name, answer.returns.as_deref(), &answer.signature, &answer.parameters);
    if answer.variadic {
        line(&mut out, "", "further arguments may follow");
    }
    line(&mut out, "kind", answer.kind.unwrap_or_default());
    line(&mut out, "header", answer.header.as_deref().unwrap_or_default());
    line(&mut out, "IRQL", &level(answer.irql.as_deref()));
    lines(&mut out, "effect", &answer.does);
    rules(&mut out, "rules", &answer.governed_by);
    line(&mut out, "compliance", &answer.compliance.join(", "));
    line(&mut out, "source", &answer.sources.join(", "));
    out
}

/// A role with its contract.
pub(super) fn role(answer: &RoleAnswer) -> String {
    let role = &answer.role;
    let mut out = String::new();
    declaration(&mut out, &answer.name, answer.returns.as_deref(), &answer.signature, &role.params);
    line(&mut out, "kind", &format!("role of {} drivers", role.model));
    line(&mut out, "short name", &role.name);
    line(&mut out, "header", answer.header.as_deref().unwrap_or_default());
    lines(&mut out, "contract", &answer.says);
    lines(&mut out, "registered", &answer.registration);
    line(&mut out, "groups", &answer.groups.join(", "));
    rules(&mut out, "rules", &answer.governed_by);
    line(&mut out, "compliance", &answer.compliance.join(", "));
    line(&mut out, "source", &answer.sources.join(", "));
    out
}

/// The declaration in C, as far as types are known; else the names of the parameters.
fn declaration(out: &mut String, name: &str, returns: Option<&str>, signature: &[Parameter], names: &[String]) {
    let typed = !signature.is_empty() && signature.iter().all(|param| param.c_type.is_some());
    if !typed {
        let _ = writeln!(out, "{}{name}({})", before(returns), names.join(", "));
        return;
    }
    let _ = writeln!(out, "{}{name}(", before(returns));
    for (at, param) in signature.iter().enumerate() {
        let end = if at + 1 < signature.len() { "," } else { "" };
        let mut notes: Vec<&str> = param.direction.into_iter().collect();
        notes.extend(param.optional.then_some("optional"));
        let notes = if notes.is_empty() { String::new() } else { format!("[{}]", notes.join(", ")) };
        let c_type = param.c_type.as_deref().unwrap_or_default();
        let gap = if c_type.ends_with('*') { "" } else { " " };
        let _ = writeln!(out, "    {}", format!("{notes:<16} {c_type}{gap}{}{end}", param.name).trim_end());
    }
    out.push_str(")\n");
}

/// The result's type in front of a name.
fn before(returns: Option<&str>) -> String {
    returns
        .map(|returns| if returns.ends_with('*') { returns.to_owned() } else { format!("{returns} ") })
        .unwrap_or_default()
}

/// The bound on the level.
fn level(irql: Option<&str>) -> String {
    match irql {
        None => "not documented".to_owned(),
        Some("see-remarks") => "see the remarks of its page".to_owned(),
        Some(text) => text.replace("see-remarks", "(see the remarks of its page)"),
    }
}
