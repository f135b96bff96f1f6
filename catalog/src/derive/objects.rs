//! Which object ties the calls of a rule together, told by the prototypes: where each function takes it, and how.

use rulebook_machine::pattern::{Arg, Args, Pattern, ResultTest, Subject};

use crate::api_facts::{ApiFact, Direction, ParamFact};

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

/// The type of a parameter that can stand for an object.
fn type_of(param: &ParamFact) -> Option<&str> {
    let name = param.c_type.as_deref()?.trim();
    (!is_no_object(name)).then_some(name)
}

/// Whether a value of this type is no object: an untyped pointer, a level, a number, a status.
fn is_no_object(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let plain = [
        "void",
        "ntstatus",
        "ndis_status",
        "cchar",
        "uint",
        "size_t",
        "size_t *",
        "large_integer",
        "kpriority",
        "pvoid *",
        "pvoid",
        "void *",
        "void*",
        "boolean",
        "bool",
        "uchar",
        "ushort",
        "ulong",
        "long",
        "int",
        "plonglong",
        "plarge_integer",
        "kirql",
        "pkirql",
        "ulong_ptr",
        "eresource_thread",
    ];
    plain.contains(&lower.as_str())
}

/// The types of objects that a parameter may carry, and how. What is stored through `PX` is an `X`, or the caller's `PX`.
fn carried(param: &ParamFact, at: usize) -> Vec<(String, Carried)> {
    let Some(name) = type_of(param).map(plain) else { return Vec::new() };
    let is_out = param.direction == Some(Direction::Out);
    if let Some(behind) = name.strip_suffix('*') {
        return vec![(behind.to_owned(), if is_out { Carried::Stored(at) } else { Carried::Behind(at) })];
    }
    let stored = name.strip_prefix('P').filter(|_| is_out).map(|behind| (behind.to_owned(), Carried::Stored(at)));
    [(name.clone(), Carried::Argument(at))].into_iter().chain(stored).collect()
}

/// Everything that `fact` carries: its arguments in order, then its result.
fn all(fact: &ApiFact) -> Vec<(String, Carried)> {
    let result = fact.returns.as_deref().filter(|name| !is_no_object(name));
    let arguments = fact.params.iter().enumerate().flat_map(|(at, param)| carried(param, at));
    arguments.chain(result.map(|name| (plain(name), Carried::Result))).collect()
}

/// The type of the object that all of them carry; `None` where there is one object and nothing names it. `Err` says why
/// it is not clear.
pub(super) fn key(acquirers: &[&ApiFact], releasers: &[&ApiFact]) -> Result<Option<String>, String> {
    let facts: Vec<&ApiFact> = acquirers.iter().chain(releasers).copied().collect();
    let nameless = facts.iter().all(|fact| fact.has_types() && all(fact).is_empty());
    if nameless { Ok(None) } else { shared(&facts, None).map(Some) }
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
    let leads = |fact: &&ApiFact, first: &String| {
        fact.params.first().is_some_and(|param| carried(param, 0).iter().any(|(name, _)| name == first))
    };
    if types.len() > 1 && types.first().is_some_and(|first| facts.iter().all(|fact| leads(fact, first))) {
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

/// Whether `fact` takes an object of type `of` over: it is given where it stands, and can clear it there.
pub(super) fn takes_over(fact: &ApiFact, of: &str) -> bool {
    matches!(how(fact, of), Some(Carried::Behind(_)))
}

/// What `fact` takes over or is given as its first argument.
pub(super) fn leading(fact: &ApiFact) -> Option<String> {
    Some(carried(fact.params.first()?, 0).into_iter().next()?.0)
}

fn how(fact: &ApiFact, of: &str) -> Option<Carried> {
    all(fact).into_iter().find(|(name, _)| name == of).map(|(_, how)| how)
}

/// A call of `fact` with the object as `$k`; `None` where it carries none of the type.
pub(super) fn call(fact: &ApiFact, of: &str) -> Option<Pattern> {
    Some(pattern(fact, Some(how(fact, of)?)))
}

/// The same, with what is asked of other arguments (position, what); without `of`, nothing names the object.
pub(super) fn call_with(fact: &ApiFact, of: Option<&str>, others: &[(usize, Arg)]) -> Pattern {
    let mut call = pattern(fact, of.and_then(|of| how(fact, of)));
    if let Subject::Call { args, .. } = &mut call.subject {
        for (at, arg) in others {
            if let Some(slot) = args.list.get_mut(*at) {
                *slot = arg.clone();
            }
        }
    }
    call
}

/// A call that makes an object or takes it over, where it has done so; else a call with the object.
pub(super) fn done(fact: &ApiFact, of: &str) -> Option<Pattern> {
    let how = made(fact, of).or_else(|| how(fact, of))?;
    let call = pattern(fact, Some(how));
    Some(match (how, fact.returns.as_deref()) {
        (Carried::Result, _) => with_result(call, ResultTest::NonNull),
        (Carried::Stored(_) | Carried::Behind(_), Some("NTSTATUS" | "NDIS_STATUS")) => {
            with_result(call, ResultTest::Ok)
        }
        _ => call,
    })
}

/// A call that makes an object, whatever came of it; else a call with the object.
pub(super) fn making(fact: &ApiFact, of: &str) -> Option<Pattern> {
    Some(pattern(fact, Some(made(fact, of).or_else(|| how(fact, of))?)))
}

fn made(fact: &ApiFact, of: &str) -> Option<Carried> {
    let makes = |(name, how): &(String, Carried)| name == of && matches!(how, Carried::Stored(_) | Carried::Result);
    all(fact).into_iter().find(makes).map(|(_, how)| how)
}

/// The same pattern for one result only.
pub(super) fn with_result(mut pattern: Pattern, result: ResultTest) -> Pattern {
    pattern.result = Some(result);
    pattern
}

fn pattern(fact: &ApiFact, how: Option<Carried>) -> Pattern {
    let mut list = vec![Arg::Any; fact.params.len()];
    let mut binds = None;
    let key = || "k".to_owned();
    match how {
        Some(Carried::Argument(at)) => list[at] = Arg::Var(key()),
        Some(Carried::Behind(at)) => list[at] = Arg::At(key()),
        Some(Carried::Stored(at)) => list[at] = Arg::Out(key()),
        Some(Carried::Result) => binds = Some(key()),
        None => {}
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
