//! The name that somebody meant who wrote another one.

use std::fmt::Write as _;

/// How alike a name must be to be proposed.
const ALIKE: f64 = 0.6;

/// The candidate most like `wanted`, if one is like it at all; without regard to case, the first of equals.
#[must_use]
pub fn nearest<'c>(wanted: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    ranked(wanted, candidates).into_iter().next()
}

/// Up to three candidates like `wanted`, as a choice: `` `a`, `b` or `c` ``.
#[must_use]
pub fn nearest_few<'c>(wanted: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let names: Vec<String> = ranked(wanted, candidates).into_iter().take(3).map(|name| format!("`{name}`")).collect();
    match &names[..] {
        [] => None,
        [name] => Some(name.clone()),
        [rest @ .., last] => Some(format!("{} or {last}", rest.join(", "))),
    }
}

/// The candidates that are like `wanted`, best first.
fn ranked<'c>(wanted: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<&'c str> {
    let wanted = wanted.to_lowercase();
    // What is asked for with a model is compared with whole ids alone.
    let model = wanted.contains('/');
    let mut like: Vec<(f64, &str)> = Vec::new();
    for candidate in candidates {
        let whole = candidate.to_lowercase();
        let name = if model { &whole } else { whole.rsplit('/').next().unwrap_or(&whole) };
        let likeness = strsim::normalized_damerau_levenshtein(name, &wanted);
        if likeness > ALIKE {
            like.push((likeness, candidate));
        }
    }
    like.sort_by(|a, b| b.0.total_cmp(&a.0));
    like.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The message that `wanted` is no `kind`, with the name that is nearest and, where there are few, all that are known.
#[must_use]
pub fn unknown<'c>(kind: &str, wanted: &str, known: impl IntoIterator<Item = &'c str>) -> String {
    const FEW: usize = 12;
    let known: Vec<&str> = known.into_iter().collect();
    let mut message = format!("`{wanted}` is no {kind}");
    if let Some(name) = nearest(wanted, known.iter().copied()) {
        let _ = write!(message, "; did you mean `{name}`?");
    } else if known.len() <= FEW && !known.is_empty() {
        let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let _ = write!(message, ": it is one of {}", names.join(", "));
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_was_meant_is_found() {
        let known = ["wdm/SpinLock", "wdm/SpinLockDpc", "kmdf", "irql-at-call"];
        for (wanted, expected) in [
            ("spinlok", Some("wdm/SpinLock")),
            ("WDM/SpinLockDcp", Some("wdm/SpinLockDpc")),
            ("kmfd", Some("kmdf")),
            ("irql-call", Some("irql-at-call")),
            ("nothing like it", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, known), expected, "{wanted}");
        }
    }

    #[test]
    fn a_short_list_is_shown_where_nothing_is_near() {
        assert_eq!(unknown("model", "x", ["kmdf", "wdm"]), "`x` is no model: it is one of `kmdf`, `wdm`");
        assert_eq!(unknown("model", "wmd", ["kmdf", "wdm"]), "`wmd` is no model; did you mean `wdm`?");
        assert_eq!(unknown("model", "x", []), "`x` is no model");
    }
}
