//! What the name of a function and its prototype tell: whether it takes or gives back, what it is about, which
//! argument is the object, which result counts.
//!
//! No function is named here. Names are words (`Xx Acquire Spin Lock`), prototypes come from the API facts.

use rulebook_machine::pattern::{Arg, Args, Pattern, ResultTest, Subject};

use crate::api_facts::{ApiFact, ApiFacts, ApiKind, ParamFact};

/// Words that say that a function takes something.
const TAKES: [&str; 2] = ["Acquire", "Enter"];
/// Words that say that a function gives it back.
const GIVES_BACK: [&str; 2] = ["Release", "Leave"];
/// Words that say that a function puts something where others find it, or takes it out again.
const QUEUES: [&str; 3] = ["Insert", "Push", "Remove"];
/// Words in front of those that belong to them.
const ATTEMPTS: [&str; 2] = ["Try", "To"];

/// The part that a function plays in a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It takes.
    Take,
    /// It gives back.
    GiveBack,
    /// Neither, or both at once.
    Other,
}

/// The words of a name: `XxAcquireSpinLock` is `Xx Acquire Spin Lock`.
pub(super) fn words(name: &str) -> Vec<&str> {
    let bytes = name.as_bytes();
    let mut words = Vec::new();
    let mut start = 0;
    for at in 1..bytes.len() {
        // `WMIAllocate` is `WMI Allocate`.
        let next_is_lower = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let starts = bytes[at].is_ascii_uppercase() && (!bytes[at - 1].is_ascii_uppercase() || next_is_lower);
        if starts || bytes[at] == b'_' {
            words.push(&name[start..at]);
            start = at;
        }
    }
    words.push(&name[start..]);
    words.into_iter().map(|word| word.trim_matches('_')).filter(|word| !word.is_empty()).collect()
}

/// The part that the name tells. A name with two verbs does two things, and its part is not told.
pub(super) fn part(name: &str) -> Part {
    let words = words(name);
    let takes = words.iter().filter(|word| TAKES.contains(word)).count();
    let gives = words.iter().filter(|word| GIVES_BACK.contains(word)).count();
    match (takes, gives) {
        (1, 0) => Part::Take,
        (0, 1) => Part::GiveBack,
        _ => Part::Other,
    }
}

/// Whether the function is about a list or queue of others: whoever takes out what was put in has it then.
pub(super) fn is_about_queues(name: &str) -> bool {
    let words = words(name);
    QUEUES.iter().any(|verb| words.contains(verb)) && !TAKES.iter().any(|verb| words.contains(verb))
}

/// What the function is about: its words without the verb.
pub(super) fn stem(name: &str) -> Vec<&str> {
    let words = words(name);
    let verb = words.iter().position(|word| TAKES.contains(word) || GIVES_BACK.contains(word));
    let mut from = verb.unwrap_or(words.len());
    while from > 0 && verb.is_some() && ATTEMPTS.contains(&words[from - 1]) {
        from -= 1;
    }
    let mut stem = words;
    if let Some(verb) = verb {
        stem.drain(from..=verb);
    }
    stem
}

/// The object in words, for messages: `spin lock` of `XxAcquireSpinLock`. The first word is the interface's prefix.
pub(super) fn object(name: &str) -> String {
    let stem = stem(name);
    stem.iter().skip(1).map(|word| word.to_lowercase()).collect::<Vec<_>>().join(" ")
}

/// Other functions that take (or give back) the same: the same stem, perhaps with further words behind it, and the
/// same type at the object's place.
pub(super) fn companions<'f>(
    facts: &'f ApiFacts,
    known: &[&ApiFact],
    part_of: Part,
    key: Option<&str>,
) -> Vec<&'f ApiFact> {
    let Some(key) = key else { return Vec::new() };
    let stems: Vec<Vec<&str>> = known.iter().map(|fact| stem(&fact.name)).collect();
    let fits = |fact: &&ApiFact| {
        let own = stem(&fact.name);
        fact.kind != ApiKind::Callback
            && part(&fact.name) == part_of
            && stems.iter().any(|stem| own.starts_with(stem))
            && fact.params.iter().any(|param| type_of(param) == Some(key))
            && known.iter().all(|other| other.name != fact.name)
    };
    facts.functions.values().filter(fits).collect()
}

/// Functions that take an object of the same type in another way and have no way of their own to give it back.
pub(super) fn rivals<'f>(
    facts: &'f ApiFacts,
    releasers: &[&ApiFact],
    acquirers: &[&ApiFact],
    key: &str,
) -> Vec<&'f ApiFact> {
    let has_all = |all: &[&str], some: &[&str]| some.iter().all(|word| all.contains(word));
    let all = || facts.functions.values().filter(|fact| fact.kind != ApiKind::Callback);
    let of_type = |fact: &&ApiFact| fact.params.iter().any(|param| type_of(param) == Some(key));
    all()
        .filter(|fact| part(&fact.name) == Part::Take && of_type(fact))
        .filter(|fact| acquirers.iter().all(|other| other.name != fact.name))
        .filter(|fact| {
            let own = stem(&fact.name);
            let loosely = releasers.iter().any(|releaser| has_all(&own, &stem(&releaser.name)));
            let closer = all().any(|other| {
                part(&other.name) == Part::GiveBack
                    && releasers.iter().all(|releaser| releaser.name != other.name)
                    && has_all(&own, &stem(&other.name))
            });
            loosely && !closer
        })
        .collect()
}

/// The type of a parameter that can stand for an object.
pub(super) fn type_of(param: &ParamFact) -> Option<&str> {
    let name = param.c_type.as_deref()?.trim();
    (!is_no_object(name)).then_some(name)
}

/// Whether a value of this type is no object: an untyped pointer, a level, a number, a status.
pub(super) fn is_no_object(name: &str) -> bool {
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

/// Which argument is the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// The argument of this type.
    Type(String),
    /// There is one object; no argument names it.
    Single,
}

/// The one type that all of them take; `Err` says why it is not clear.
pub(super) fn key(acquirers: &[&ApiFact], releasers: &[&ApiFact]) -> Result<Key, String> {
    let mut all = acquirers.iter().chain(releasers);
    let types = |fact: &ApiFact| -> Vec<String> { fact.params.iter().filter_map(type_of).map(str::to_owned).collect() };
    for fact in acquirers.iter().chain(releasers) {
        if !fact.has_types() {
            return Err(format!("the prototype of `{}` is not known", fact.name));
        }
    }
    let mut shared = all.next().map(|fact| types(fact)).unwrap_or_default();
    for fact in all {
        let own = types(fact);
        shared.retain(|name| own.contains(name));
    }
    shared.dedup();
    let any = acquirers.iter().chain(releasers).any(|fact| !types(fact).is_empty());
    match &shared[..] {
        [one] => Ok(Key::Type(one.clone())),
        [] if !any => Ok(Key::Single),
        [] => Err("the functions have no argument of one type in common".to_owned()),
        many => Err(format!("the object may be any of the arguments of type {}", many.join(", "))),
    }
}

/// The position of the object among the arguments.
pub(super) fn key_position(fact: &ApiFact, key: &Key) -> Option<usize> {
    match key {
        Key::Type(name) => fact.params.iter().position(|param| type_of(param) == Some(name)),
        Key::Single => None,
    }
}

/// A call with the object as `$k` and the other arguments as `others` say (position, what is asked).
pub(super) fn call(fact: &ApiFact, key: &Key, others: &[(usize, Arg)]) -> Pattern {
    let mut list = vec![Arg::Any; fact.params.len()];
    if let Some(at) = key_position(fact, key) {
        list[at] = Arg::Var("k".to_owned());
    }
    for (at, arg) in others {
        if let Some(slot) = list.get_mut(*at) {
            *slot = arg.clone();
        }
    }
    Pattern {
        binds: None,
        subject: Subject::Call { api: fact.name.clone(), args: Args { list, named: Vec::new(), rest: fact.variadic } },
        result: None,
    }
}

/// The same pattern for one result only.
pub(super) fn with_result(mut pattern: Pattern, result: ResultTest) -> Pattern {
    pattern.result = Some(result);
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_function_does_and_to_what() {
        for (name, expected, about) in [
            ("KeAcquireSpinLock", Part::Take, "spin lock"),
            ("WdfWaitLockRelease", Part::GiveBack, "wait lock"),
            ("KeTryToAcquireSpinLockAtDpcLevel", Part::Take, "spin lock at dpc level"),
            ("KeEnterCriticalRegion", Part::Take, "critical region"),
            ("ExReleaseResourceAndLeaveCriticalRegion", Part::Other, "resource and leave critical region"),
            ("WdfSpinLockCreate", Part::Other, "spin lock create"),
        ] {
            assert_eq!((part(name), object(name).as_str()), (expected, about), "{name}");
        }
    }
}
