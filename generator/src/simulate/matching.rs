//! Whether a call is the event of a pattern, and whether a condition holds there.

use std::collections::BTreeMap;

use rulebook_machine::condition::{Compare, Condition, Term};
use rulebook_machine::pattern::{Arg, Args, Pattern, ResultTest, Subject};
use rulebook_machine::semantics::{Returns, Slot};
use rulebook_machine::table::Table;

use super::level::LevelValue;
use super::{Call, Operand};

/// Variables of a pattern and what they stand for.
pub(crate) type Bindings = BTreeMap<String, Operand>;

/// What a variable of the fixture holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stored {
    /// A saved level.
    Level(LevelValue),
    /// What a call has stored.
    Value(Operand),
    /// Not a variable but a value: the function that made it.
    MadeBy(String),
}

/// The variables of the fixture.
pub(crate) type Memory = BTreeMap<String, Stored>;

/// The function that made a value. Its name stands in the memory under that of the value.
fn origin<'m>(memory: &'m Memory, value: &Operand) -> Option<&'m str> {
    let Operand::Object(name) = value else { return None };
    match memory.get(name)? {
        Stored::MadeBy(api) => Some(api),
        _ => None,
    }
}

/// The call itself, and its other spellings: a rule may name any of them.
pub(super) fn spellings(table: &Table, call: &Call) -> Vec<Call> {
    let named = |pattern: &Pattern| pattern.api() == Some(&*call.api);
    let aliases = || table.semantics.aliases.iter().filter(|alias| named(&alias.call) || named(&alias.is));
    let mut all = vec![call.clone()];
    all.extend(aliases().filter_map(|alias| rewritten(&alias.call, &alias.is, call)));
    all.extend(aliases().filter_map(|alias| rewritten(&alias.is, &alias.call, call)));
    all
}

/// The call, which fits `from`, spelled as `to`.
fn rewritten(from: &Pattern, to: &Pattern, call: &Call) -> Option<Call> {
    let Subject::Call { api, args } = &from.subject else { return None };
    let Subject::Call { api: target, args: target_args } = &to.subject else { return None };
    if *api != call.api || !arity(args, call) {
        return None;
    }
    let mut bound: BTreeMap<&str, Operand> = BTreeMap::new();
    for (arg, operand) in args.list.iter().zip(&call.args) {
        if let Some(name) = arg.variable() {
            bound.insert(name, operand.clone());
        }
    }
    if let (Some(name), Some(variable)) = (&from.binds, &call.binds) {
        bound.insert(name, Operand::Addr(variable.clone()));
    }
    let value = |arg: &Arg| match arg {
        Arg::Const(names) => names.first().map_or(Operand::Any, |name| Operand::Const(name.clone())),
        arg => arg.variable().and_then(|name| bound.get(name).cloned()).unwrap_or(Operand::Any),
    };
    let binds = to.binds.as_deref().and_then(|name| match bound.get(name) {
        Some(Operand::Addr(variable) | Operand::Var(variable)) => Some(variable.clone()),
        _ => None,
    });
    let args = target_args.list.iter().map(value).collect();
    Some(Call { api: target.clone(), args, binds: binds.or_else(|| call.binds.clone()), ..call.clone() })
}

fn arity(args: &Args, call: &Call) -> bool {
    args.list.len() == call.args.len() || (args.rest && args.list.len() <= call.args.len())
}

/// What the pattern's variables stand for if the call fits it, or may fit it with a result that is not looked at.
pub(super) fn fits(
    table: &Table,
    pattern: &Pattern,
    call: &Call,
    memory: &Memory,
    level: &LevelValue,
    fresh: usize,
) -> Option<Bindings> {
    let Subject::Call { args, .. } = &pattern.subject else { return None };
    if !arity(args, call) {
        return None;
    }
    let mut bound = Bindings::new();
    for (at, (arg, operand)) in args.list.iter().zip(&call.args).enumerate() {
        let value = match (arg, operand) {
            (Arg::Any, _) => continue,
            (Arg::Const(_) | Arg::Not(_), operand) if constant_fits(table, arg, operand) => continue,
            (Arg::Member(_, path), Operand::Part(object, member)) if path.join(".") == *member => {
                Operand::Object(object.clone())
            }
            (Arg::Const(_) | Arg::Not(_) | Arg::Member(..), _) => return None,
            (Arg::Out(_), Operand::Addr(name)) => {
                if saves_to(table, call, at) {
                    level_name(level)
                } else {
                    made(name, fresh)
                }
            }
            (Arg::At(_), Operand::Addr(name)) | (Arg::Var(_), Operand::Var(name)) => content(memory, name),
            (_, operand) => operand.clone(),
        };
        if let Some(name) = arg.variable() {
            bound.insert(name.to_owned(), value);
        }
    }
    if let Some(name) = &pattern.binds {
        let saved =
            table.semantics.functions.get(&call.api).and_then(|f| f.irql.as_ref()).and_then(|irql| irql.save.as_ref());
        let value = if saved == Some(&Slot::Return) {
            level_name(level)
        } else {
            made(call.binds.as_deref().unwrap_or_default(), fresh)
        };
        bound.insert(name.clone(), value);
    }
    match &pattern.result {
        Some(wanted) => (test(table, wanted, call) != Some(false)).then_some(bound),
        None => Some(bound),
    }
}

/// The value that the call of that number stores in a variable.
pub(super) fn made(name: &str, fresh: usize) -> Operand {
    Operand::Object(format!("{name}#{fresh}"))
}

/// Whether an operand is what a constant argument of a pattern asks for.
fn constant_fits(table: &Table, arg: &Arg, operand: &Operand) -> bool {
    match (arg, operand) {
        (Arg::Const(names), Operand::Const(found)) => same_constant(table, names, found),
        (Arg::Not(names), Operand::Const(found)) => !same_constant(table, names, found),
        // What has an address is not null.
        (Arg::Not(names), Operand::Object(_) | Operand::Addr(_) | Operand::Part(..)) => {
            names.iter().all(|name| name == "NULL")
        }
        _ => false,
    }
}

/// Whether the function saves the level through the argument at this position.
fn saves_to(table: &Table, call: &Call, at: usize) -> bool {
    let Some(function) = table.semantics.functions.get(&call.api) else { return false };
    match function.irql.as_ref().and_then(|irql| irql.save.as_ref()) {
        Some(Slot::Deref(name)) => function.position(name) == Some(at),
        _ => false,
    }
}

/// A level as an operand, so that saved and restored levels compare.
fn level_name(level: &LevelValue) -> Operand {
    Operand::Object(format!("{level:?}"))
}

fn content(memory: &Memory, name: &str) -> Operand {
    match memory.get(name) {
        Some(Stored::Level(level)) => level_name(level),
        Some(Stored::Value(value)) => value.clone(),
        Some(Stored::MadeBy(_)) | None => Operand::Object(name.to_owned()),
    }
}

fn number(table: &Table, name: &str) -> Option<i64> {
    match name {
        "NULL" | "FALSE" => Some(0),
        "TRUE" => Some(1),
        _ => name.parse().ok().or_else(|| table.semantics.constants.get(name).copied()),
    }
}

fn same_constant(table: &Table, names: &[String], found: &str) -> bool {
    names
        .iter()
        .any(|name| name == found || number(table, name).is_some_and(|value| number(table, found) == Some(value)))
}

/// Whether the call's result is as tested; `None` where the code does not look at it.
pub(super) fn test(table: &Table, wanted: &ResultTest, call: &Call) -> Option<bool> {
    let result = call.result.as_deref()?;
    let zero = || number(table, result).map(|value| value == 0);
    let ok = || {
        let value = number(table, result)?;
        Some(match table.semantics.functions.get(&call.api).and_then(|function| function.returns)? {
            Returns::Status => value >= 0,
            Returns::ZeroIsSuccess => value == 0,
            Returns::NonZero | Returns::Truth => value != 0,
            Returns::Irql => return None,
        })
    };
    match wanted {
        ResultTest::Ok => ok(),
        ResultTest::Fail => ok().map(|ok| !ok),
        ResultTest::Null => zero(),
        ResultTest::NonNull => zero().map(|zero| !zero),
        ResultTest::Is(names) => Some(same_constant(table, names, result)),
        ResultTest::Not(names) => Some(!same_constant(table, names, result)),
    }
}

/// Whether a returned constant passes a test; `None` where its value is not known.
pub(super) fn returned(table: &Table, wanted: &ResultTest, value: &str) -> Option<bool> {
    let number_of = || number(table, value);
    let same = |names: &[String]| {
        if same_constant(table, names, value) {
            return Some(true);
        }
        // Two names may stand for one value: only known values are surely different.
        let known = number_of().is_some() && names.iter().all(|name| number(table, name).is_some());
        known.then_some(false)
    };
    match wanted {
        // The sign of a status.
        ResultTest::Ok => number_of().map(|value| value >= 0),
        ResultTest::Fail => number_of().map(|value| value < 0),
        ResultTest::Null => number_of().map(|value| value == 0),
        ResultTest::NonNull => number_of().map(|value| value != 0),
        ResultTest::Is(names) => same(names),
        ResultTest::Not(names) => same(names).map(|same| !same),
    }
}

/// Whether a condition holds at a call; `None` where that cannot be told.
pub(super) fn holds(
    table: &Table,
    condition: &Condition,
    call: &Call,
    bound: &Bindings,
    memory: &Memory,
    level: &LevelValue,
) -> Option<bool> {
    let (left, op, right) = match condition {
        Condition::Compare { left, op, right } => (left, op, right),
        Condition::Irql(interval) => return level.lies_in(*interval),
        Condition::SameIrql => return None,
        Condition::Origin { of, apis, other } => {
            let value = term(of, Some(call), bound, memory)?;
            return origin(memory, &value).map(|api| apis.iter().any(|one| one == api) != *other);
        }
    };
    let (left, right) = (term(left, Some(call), bound, memory)?, term(right, Some(call), bound, memory)?);
    compare(table, &left, *op, &right)
}

/// The variables that a comparison is about.
pub(super) fn variables(condition: &Condition) -> impl Iterator<Item = &String> {
    let terms = match condition {
        Condition::Compare { left, right, .. } => [Some(left), Some(right)],
        _ => [None, None],
    };
    terms.into_iter().flatten().filter_map(|term| match term {
        Term::Var(name) => Some(name),
        _ => None,
    })
}

/// Whether a requirement is surely not met; `same` is the level, that at entry, and whether it may change.
pub(super) fn violated(
    table: &Table,
    condition: &Condition,
    call: Option<&Call>,
    bound: &Bindings,
    memory: &Memory,
    same: (&LevelValue, &LevelValue, bool),
) -> bool {
    match condition {
        Condition::Irql(interval) => same.0.breaks(*interval),
        Condition::SameIrql => !same.2 && same.0.differs(same.1),
        Condition::Origin { of, apis, other } => {
            let value = term(of, call, bound, memory);
            let origin = value.as_ref().and_then(|value| origin(memory, value));
            origin.is_some_and(|api| apis.iter().any(|one| one == api) == *other)
        }
        Condition::Compare { left, op, right } => {
            let sides = term(left, call, bound, memory).zip(term(right, call, bound, memory));
            sides.and_then(|(left, right)| compare(table, &left, *op, &right)) == Some(false)
        }
    }
}

fn term(term: &Term, call: Option<&Call>, bound: &Bindings, memory: &Memory) -> Option<Operand> {
    let argument = |name: &str| call?.args.get(name.strip_prefix('#')?.parse::<usize>().ok()?).cloned();
    match term {
        Term::Var(name) => bound.get(name).cloned(),
        Term::Arg(name) => match argument(name)? {
            Operand::Any => None,
            Operand::Var(name) => Some(content(memory, &name)),
            operand => Some(operand),
        },
        // Fixtures put the value of what they pass by address into the variable's name: `timeout=0`.
        Term::Deref(name) => match argument(name)? {
            Operand::Addr(name) => name.split_once('=').map(|(_, value)| Operand::Const(value.to_owned())),
            _ => None,
        },
        Term::Const(name) => Some(Operand::Const(name.clone())),
    }
}

fn compare(table: &Table, left: &Operand, op: Compare, right: &Operand) -> Option<bool> {
    let number = |operand: &Operand| match operand {
        Operand::Const(name) => number(table, name),
        _ => None,
    };
    let ordering = match (number(left), number(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => None,
    };
    // An address is never null; an object that is passed is not either.
    let equal = ordering.map(std::cmp::Ordering::is_eq).or(match (left, right) {
        (Operand::Addr(_) | Operand::Object(_) | Operand::Part(..), Operand::Const(name)) if name == "NULL" => {
            Some(false)
        }
        // Two names that differ are taken to differ in value; a name and a number may be the same.
        (Operand::Const(_), Operand::Const(_)) if number(left).is_some() != number(right).is_some() => None,
        (Operand::Const(left), Operand::Const(right)) => Some(left == right),
        (left, right) if left == right => Some(true),
        (Operand::Object(_), Operand::Object(_)) => Some(false),
        _ => None,
    });
    match op {
        Compare::Eq => equal,
        Compare::Ne => equal.map(|equal| !equal),
        Compare::Lt => ordering.map(std::cmp::Ordering::is_lt),
        Compare::Le => ordering.map(std::cmp::Ordering::is_le),
        Compare::Gt => ordering.map(std::cmp::Ordering::is_gt),
        Compare::Ge => ordering.map(std::cmp::Ordering::is_ge),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::default();
        let known = [("GOOD", 0), ("WAITING", 0x103), ("BAD", -3), ("ALSO_ZERO", 0)];
        table.semantics.constants.extend(known.map(|(name, value)| (name.to_owned(), value)));
        table
    }

    #[test]
    fn a_returned_constant_passes_a_test_only_where_its_value_is_known() {
        for (test, value, expected) in [
            ("ok", "GOOD", Some(true)),
            ("ok", "WAITING", Some(true)),
            ("fail", "BAD", Some(true)),
            ("fail", "ELSEWHERE", None),
            ("WAITING", "WAITING", Some(true)),
            ("WAITING", "BAD", Some(false)),
            ("WAITING", "ELSEWHERE", None),
            ("!WAITING", "GOOD", Some(true)),
            ("!WAITING", "ELSEWHERE", None),
            ("ELSEWHERE", "ELSEWHERE", Some(true)),
        ] {
            let pattern: Pattern = format!("exit -> {test}").parse().unwrap();
            assert_eq!(returned(&table(), &pattern.result.unwrap(), value), expected, "{test} {value}");
        }
    }

    #[test]
    fn constants_compare_by_value() {
        for (left, condition, expected) in [
            ("0", "#0 == GOOD", Some(true)),
            ("ALSO_ZERO", "#0 != GOOD", Some(false)),
            ("50", "#0 > 50", Some(false)),
            ("51", "#0 > 50", Some(true)),
            ("0", "#0 != ELSEWHERE", None),
            ("ONE", "#0 != OTHER", Some(true)),
        ] {
            let call = Call { args: vec![Operand::Const(left.to_owned())], ..Call::default() };
            let condition: Condition = condition.parse().unwrap();
            assert_eq!(crate::simulate::compares(&table(), &condition, &call), expected, "{left} {condition}");
        }
    }
}
