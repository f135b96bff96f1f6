//! A pattern as the call that it describes.

use rulebook_machine::pattern::{Arg, Pattern, ResultTest, Subject};

use super::{Call, Operand};

/// The call that a pattern stands for, its variables as objects.
pub(crate) fn call_of(pattern: &Pattern) -> Option<Call> {
    let Subject::Call { api, args } = &pattern.subject else { return None };
    let operand = |arg: &Arg| match arg {
        Arg::Var(name) | Arg::At(name) => Operand::Object(name.clone()),
        Arg::Out(name) => Operand::Addr(name.clone()),
        Arg::Member(name, path) => Operand::Part(name.clone(), path.join(".")),
        Arg::Const(names) => names.first().map_or(Operand::Any, |name| Operand::Const(name.clone())),
        Arg::Any | Arg::Not(_) => Operand::Any,
    };
    let result = match &pattern.result {
        Some(ResultTest::Is(names)) => names.first().cloned(),
        _ => None,
    };
    Some(Call {
        api: api.clone(),
        args: args.list.iter().map(operand).collect(),
        binds: pattern.binds.clone(),
        result,
        by_success: false,
    })
}
