//! The rule table: what the checker embeds.
//!
//! Rules come from their pages, effects and contracts from `catalog/semantics`, parameters and bounds from the API facts;
//! here they are joined, so that the checker needs nothing but this one file.

use rulebook_catalog::api_facts::{ApiFact, ApiFacts, ApiKind, Direction, ParamFact};
use rulebook_catalog::rules::bound_of;
use rulebook_machine::semantics::{Param, Returns, Semantics};
use rulebook_machine::table::{Rule, SCHEMA, Table};
use serde_json::Value;

use crate::GenerateError;

/// The first line of every generated file says who made it and from what.
pub const GENERATED: &str =
    "by `rulebook generate` from catalog/rules, catalog/semantics and catalog/apis; do not edit";

/// C types of which only zero is success.
const ZERO_IS_SUCCESS: [&str; 3] = ["NDIS_STATUS", "STOR_STATUS", "STOR_LOCK_STATUS"];

/// C types of which anything but zero is success, besides pointers and handles.
const TRUTH: [&str; 3] = ["BOOLEAN", "BOOL", "LOGICAL"];

/// Joins rules, semantics and facts to the table.
#[must_use]
pub fn build(mut rules: Vec<Rule>, mut semantics: Semantics, facts: &ApiFacts) -> Table {
    for (name, fact) in &facts.functions {
        if fact.kind == ApiKind::Callback {
            if let Some(role) = semantics.roles.get_mut(name) {
                if role.params.is_empty() {
                    role.params = fact.params.iter().map(|param| param.name.clone()).collect();
                }
                let given = fact.params.iter().zip(&role.params).filter(|(param, _)| is_given(param, facts));
                role.given = given.map(|(_, name)| name.clone()).collect();
            }
            continue;
        }
        let function = semantics.functions.entry(name.clone()).or_default();
        if function.params.is_empty() {
            function.params = fact
                .params
                .iter()
                .map(|param| Param { name: param.name.clone(), out: is_out(param.direction) })
                .collect();
        }
        function.bound = function.bound.or_else(|| bound_of(fact));
        function.returns = function.returns.or_else(|| returns_of(fact, facts));
    }
    for (name, constant) in &facts.constants {
        semantics.constants.entry(name.clone()).or_insert(constant.value);
    }
    rules.sort_by_key(|rule| rule.id.to_ascii_lowercase());
    Table { generated: GENERATED.to_owned(), schema: SCHEMA, rules, semantics }
}

fn is_out(direction: Option<Direction>) -> bool {
    matches!(direction, Some(Direction::Out | Direction::Inout))
}

/// Whether the system never passes `NULL` for the parameter of a callback. What a driver has handed over as `PVOID` it
/// gets back as it was.
fn is_given(param: &ParamFact, facts: &ApiFacts) -> bool {
    let Some(c_type) = param.c_type.as_deref() else { return false };
    let untyped = ["PVOID", "void *", "void*", "WDFCONTEXT", "NDIS_HANDLE"];
    !param.optional && !untyped.contains(&c_type.trim()) && is_pointer(c_type, facts)
}

/// What a result means as far as its C type tells.
fn returns_of(fact: &ApiFact, facts: &ApiFacts) -> Option<Returns> {
    let name = fact.returns.as_deref()?.trim();
    if name == "NTSTATUS" {
        Some(Returns::Status)
    } else if ZERO_IS_SUCCESS.contains(&name) {
        Some(Returns::ZeroIsSuccess)
    } else if TRUTH.contains(&name) {
        Some(Returns::Truth)
    } else if is_pointer(name, facts) {
        Some(Returns::NonZero)
    } else {
        None
    }
}

/// Whether values of the C type are pointers, or handles, which are pointers too.
pub(crate) fn is_pointer(name: &str, facts: &ApiFacts) -> bool {
    let name = name.trim();
    if name.ends_with('*') {
        return true;
    }
    facts.types.get(name).is_some_and(|fact| {
        // The structure behind a handle has the handle's name in its own.
        let before = fact.c.rsplit_once(name).map_or("", |(before, _)| before);
        fact.c.contains("DECLARE_HANDLE") || before.trim_end().ends_with('*')
    })
}

/// The table as JSON: the mark first, then one line for each rule, function, role and constant, so that changes are read by line.
pub fn render(table: &Table) -> Result<String, GenerateError> {
    let value = serde_json::to_value(table).map_err(|error| GenerateError::Json(error.to_string()))?;
    let mut text = String::new();
    lines(&value, 3, &mut text);
    text.push('\n');
    // The mark must stand in the first line.
    Ok(text.replacen("{\n\"@generated\"", "{\"@generated\"", 1))
}

/// Breaks lines between the members of the outer `levels`, and nowhere else.
fn lines(value: &Value, levels: u8, out: &mut String) {
    match value {
        Value::Object(members) if levels > 0 && !members.is_empty() => {
            out.push_str("{\n");
            for (at, (name, member)) in members.iter().enumerate() {
                out.push_str(if at > 0 { ",\n" } else { "" });
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                lines(member, levels - 1, out);
            }
            out.push_str("\n}");
        }
        Value::Array(items) if levels > 1 && !items.is_empty() => {
            out.push_str("[\n");
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ",\n" } else { "" });
                out.push_str(&item.to_string());
            }
            out.push_str("\n]");
        }
        _ => out.push_str(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_joins_facts_and_semantics_and_opens_with_its_mark() {
        let apis = "
- {name: Acquire, kind: function, header: wdm.h, returns: NTSTATUS, irql: '<= DISPATCH_LEVEL', source: {},
   params: [{name: Lock, type: PLOCK, direction: inout}, {name: Wait, type: BOOLEAN}]}
- {name: Make, kind: function, header: wdm.h, returns: PLOCK, irql: see-remarks, source: {}}
- {name: Compare, kind: function, header: wdm.h, returns: LOCKHANDLE, source: {}}
- {name: Count, kind: function, header: wdm.h, returns: ULONG, source: {}}
- {name: ROUTINE, kind: callback, header: wdm.h, returns: VOID, source: {}, params: [{name: Device, type: PVOID}]}
";
        let types = "
- {name: PLOCK, c: 'typedef struct _LOCK *PLOCK;', source: hand}
- {name: LOCKHANDLE, c: 'DECLARE_HANDLE(LOCKHANDLE);', source: hand}
";
        let facts = ApiFacts::parse(&[
            ("apis/wdm.yaml", apis),
            ("apis/types.yaml", types),
            ("apis/constants.yaml", "wdm.h: {STATUS_BUSY: -2147483631}"),
        ])
        .unwrap();
        let mut semantics = Semantics::default();
        semantics.functions.entry("Compare".into()).or_default().returns = Some(Returns::ZeroIsSuccess);
        semantics.roles.entry("ROUTINE".into()).or_default().name = "Routine".into();
        let table = build(Vec::new(), semantics, &facts);
        let text = render(&table).unwrap();
        assert_eq!(Table::from_json(&text).unwrap(), table);
        let expected = r#"{"@generated":"by `rulebook generate` from catalog/rules, catalog/semantics and catalog/apis; do not edit",
"schema":1,
"rules":[],
"semantics":{
"constants":{
"STATUS_BUSY":-2147483631
},
"functions":{
"Acquire":{"params":[{"name":"Lock","out":true},{"name":"Wait"}],"bound":"<= DISPATCH","returns":"status"},
"Compare":{"returns":"zero-is-success"},
"Count":{},
"Make":{"returns":"non-zero"}
},
"roles":{
"ROUTINE":{"name":"Routine","model":"","params":["Device"],"contract":{}}
}
}
}
"#;
        assert_eq!(text, expected);
    }
}
