//! What the name of a function tells: whether it takes or gives back, and what it is about.
//!
//! No function is named here. Names are words (`Xx Acquire Spin Lock`).

use crate::api_facts::{ApiFact, ApiFacts, ApiKind};

use super::objects;

/// Words that say that a function takes something.
const TAKES: [&str; 2] = ["Acquire", "Enter"];
/// Words that say that a function gives it back.
const GIVES_BACK: [&str; 2] = ["Release", "Leave"];
/// Words that say that a function puts something where others find it.
const PUTS: [&str; 2] = ["Insert", "Push"];
/// The word that says that a function takes it out again.
const TAKES_OUT: &str = "Remove";
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

/// Whether the function puts something into a list or queue: whoever takes it out has it then.
pub(super) fn puts(name: &str) -> bool {
    let words = words(name);
    PUTS.iter().any(|verb| words.contains(verb))
}

/// Whether the function takes something out of a list or queue: `RemoveHeadList`, but not `AcquireRemoveLock`.
pub(super) fn takes_out(name: &str) -> bool {
    part(name) == Part::Other && words(name).contains(&TAKES_OUT)
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
            && objects::carries(fact, key)
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
    all()
        .filter(|fact| part(&fact.name) == Part::Take && objects::carries(fact, key))
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
