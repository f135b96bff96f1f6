//! Which object ties the calls of a rule together, told by the prototypes: where each function takes it, and how.

use rulebook_machine::pattern::{Arg, Args, Pattern, Subject};

use crate::api_facts::{ApiFact, Direction, ParamFact};

use super::names;

/// How a function carries an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carried {
    /// As an argument.
    Argument(usize),
    /// Where an argument points.
    Behind(usize),
    /// It is stored where an argument points.
    Stored(usize),
    /// As its result.
    Result,
}

/// `PRKEVENT` and `PKEVENT` are the same to a caller, as is a `const` pointer.
fn plain(c_type: &str) -> String {
    let words: Vec<&str> = c_type.split_whitespace().filter(|word| !["const", "volatile"].contains(word)).collect();
    let name = words.join(" ").replace(" *", "*");
    name.strip_prefix("PRK").map_or(name.clone(), |rest| format!("PK{rest}"))
}

/// The object's type that a parameter carries, and how.
fn carried(param: &ParamFact, at: usize) -> Option<(String, Carried)> {
    let name = plain(names::type_of(param)?);
    let stores = param.direction == Some(Direction::Out);
    if let Some(behind) = name.strip_suffix('*') {
        let how = if stores { Carried::Stored(at) } else { Carried::Behind(at) };
        return Some((behind.to_owned(), how));
    }
    match name.strip_prefix('P') {
        Some(behind) if stores => Some((behind.to_owned(), Carried::Stored(at))),
        _ => Some((name, Carried::Argument(at))),
    }
}

/// Everything that `fact` carries: its arguments in order, then its result.
fn all(fact: &ApiFact) -> Vec<(String, Carried)> {
    let result = fact.returns.as_deref().filter(|name| !names::is_no_object(name));
    let arguments = fact.params.iter().enumerate().filter_map(|(at, param)| carried(param, at));
    arguments.chain(result.map(|name| (plain(name), Carried::Result))).collect()
}

/// The type of the one object that all of `facts` carry. `called`: what the sentence calls it (`irp`), for where it may
/// be one of several; `Err` says why it is not clear.
pub(super) fn shared(facts: &[&ApiFact], called: Option<&str>) -> Result<String, String> {
    let Some((first, others)) = facts.split_first() else {
        return Err("the sentence names no function".to_owned());
    };
    if let Some(fact) = facts.iter().find(|fact| !fact.has_types()) {
        return Err(format!("the prototype of `{}` is not known", fact.name));
    }
    let mut types: Vec<String> = all(first).into_iter().map(|(name, _)| name).collect();
    types.retain(|name| others.iter().all(|fact| all(fact).iter().any(|(own, _)| own == name)));
    types.dedup();
    let words: Vec<&str> =
        called.iter().flat_map(|called| called.split([' ', '/'])).filter(|word| word.len() > 2).collect();
    let exactly = |name: &String| words.contains(&noun(name).as_str());
    let partly = |name: &String| noun(name).split(' ').any(|own| words.contains(&own));
    for fits in [&exactly as &dyn Fn(&String) -> bool, &partly] {
        if types.len() > 1 && types.iter().filter(|name| fits(name)).count() == 1 {
            types.retain(fits);
        }
    }
    // A method is called on its first argument.
    let leads = |fact: &&ApiFact| fact.params.first().and_then(|param| carried(param, 0)).map(|(name, _)| name);
    if types.len() > 1 && facts.iter().all(|fact| leads(fact).as_ref() == types.first()) {
        types.truncate(1);
    }
    match &types[..] {
        [one] => Ok(one.clone()),
        [] => Err("the functions have no object of one type in common".to_owned()),
        many => Err(format!("the object may be any of the types {}", many.join(", "))),
    }
}

/// Whether `fact` carries an object of type `of`.
pub(super) fn carries(fact: &ApiFact, of: &str) -> bool {
    all(fact).iter().any(|(name, _)| name == of)
}

/// Whether `fact` is given an object of type `of`: as an argument, or where one points.
pub(super) fn is_given(fact: &ApiFact, of: &str) -> bool {
    matches!(how(fact, of), Some(Carried::Argument(_) | Carried::Behind(_)))
}

fn how(fact: &ApiFact, of: &str) -> Option<Carried> {
    all(fact).into_iter().find(|(name, _)| name == of).map(|(_, how)| how)
}

/// A call of `fact` with the object as `$k`; `None` where it carries none of the type.
pub(super) fn call(fact: &ApiFact, of: &str) -> Option<Pattern> {
    Some(pattern(fact, how(fact, of)?))
}

/// The same, where the object that the function makes is meant rather than one that it is given.
pub(super) fn making(fact: &ApiFact, of: &str) -> Option<Pattern> {
    let made = |(name, how): &(String, Carried)| name == of && matches!(how, Carried::Stored(_) | Carried::Result);
    all(fact).into_iter().find(made).map_or_else(|| call(fact, of), |(_, how)| Some(pattern(fact, how)))
}

fn pattern(fact: &ApiFact, how: Carried) -> Pattern {
    let mut list = vec![Arg::Any; fact.params.len()];
    let mut binds = None;
    let key = || "k".to_owned();
    match how {
        Carried::Argument(at) => list[at] = Arg::Var(key()),
        Carried::Behind(at) => list[at] = Arg::At(key()),
        Carried::Stored(at) => list[at] = Arg::Out(key()),
        Carried::Result => binds = Some(key()),
    }
    let args = Args { list, named: Vec::new(), rest: fact.variadic };
    Pattern { binds, subject: Subject::Call { api: fact.name.clone(), args }, result: None }
}

/// The object in words, for messages: `irp` of `PIRP`, `request` of `WDFREQUEST`.
pub(super) fn noun(of: &str) -> String {
    let name = of.strip_prefix("PK").or_else(|| of.strip_prefix('P')).unwrap_or(of);
    let name = name.strip_prefix("WDF").unwrap_or(name);
    name.split('_').filter(|word| *word != "NDIS").collect::<Vec<_>>().join(" ").to_lowercase()
}
