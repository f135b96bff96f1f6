//! Sentences in a plain form before patterns are laid on them: what is barred, where and after what, whichever voice,
//! mood and order of clauses the page has chosen.
//!
//! ```text
//! the driver cannot call X from within the Y callback    X barred from Y
//! X should not be called twice for the same Z            X barred twice for the same Z
//! after X returns, the driver must not call Z            Z barred after X
//! X is not called outside of Y                           X only from Y
//! ```

use std::sync::LazyLock;

use regex::Regex;

use super::demand::expand;

/// What is rewritten, in this order, wherever it stands.
const REWRITES: &[(&str, &str)] = &[
    // A condition in front of its demand.
    (r"^if (?:your|the|a) driver (.+), the driver (must call {1})$", "the driver $2 if the driver $1"),
    // What comes between two calls, and what follows each.
    (
        r"(?:the driver )?must call ({R}) after calling ({A}) and before (?:any )?subsequent calls to ({A})",
        "each call to $2 is promptly followed by a call to $1; $1 before another $3",
    ),
    (
        r"after calling {A}, (?:the driver )?(?:must call|calls) ({R}) before (?:any )?subsequent calls to ({A})",
        "$1 before another $2",
    ),
    (r"(?:the driver )?calls ({R}) before any subsequent calls to ({A})", "$1 before another $2"),
    (r"if a driver calls ({A}) again prior to [a-z ]+, it fails the rule", "the release before another $1"),
    (
        r"[a-z -]*?locks that are acquired (?:using|via|by) ({A}) are promptly released (?:using|via|by) ({R})",
        "each call to $1 is promptly followed by a call to $2",
    ),
    // What is owed before a function returns.
    (
        r"(?:the driver )?has (?:used|called) {R} to release all [a-z ]*locks before the ([a-z ]+) ends",
        "released before the $1 exits",
    ),
    (
        r"before exiting the ([a-z ]+?),? (?:the driver must release the [a-z ]*lock|the [a-z ]*lock has been released?)",
        "released before the $1 exits",
    ),
    (r"the [a-z ]*lock is released before the ([a-z ]+) exits", "released before the $1 exits"),
    (r"(?:the driver )?must not hold any [a-z ]*locks when the ([a-z ]+) ends", "released before the $1 exits"),
    (
        r"^an? [a-z -]+(?:\([a-z]+\) )?[a-z -]+ returns from an? ([a-z ]*callback function) with the same irql (?:that )?it had when (?:it|the callback function) was called$",
        "$1 return at the same irql at which they were called",
    ),
    // Where one call makes what another must not get.
    (r"\b(?:a|the) driver that calls ({F}) must not call ({F})", "$2 barred for what $1 made"),
    // What nobody may call, by drivers or in the passive voice.
    (
        r"(?:\b(?:the|an?) )?(?:\b[a-z]+ )*?\bdrivers? (?:(?:must|should|can|may|do|does) ?not|don[’']t|shouldn[’']t) call(?: either of these [a-z ]+:)?(?: ({F})|$)",
        "$1 barred",
    ),
    (r"({F}) (?:is|are|can|must|should|may) ?not (?:be )?called", "$1 barred"),
    (r"\bno calls to ({F}) are made by the [a-z]+", "$1 barred"),
    (r"\bthe following (?:ddis|methods|functions) (?:can|should|must) ?not be called", "barred"),
    // What nobody may do, told without names.
    (
        r"^(?:\b[a-z]+ )*?drivers? (?:shouldn[’']t|(?:should|must) not) ([a-z]+(?:, (?:or )?[a-z]+)*(?: or [a-z]+)?)(?: [a-z]+)*? from (?:the )?({C}), instead [a-z/ -]+ should be used$",
        "doing $1 barred from $2",
    ),
    (
        r"^([a-z]+ or [a-z ]+?) (?:are not|must never be) performed in(?:side)? (?:the [a-z]+[’']s )?({C})$",
        "doing $1 barred from $2",
    ),
    (r"({F}) (?:is|are|should|must|can|may) (?:be )?only (?:be )?called (from |within |in )", "$1 only $2"),
    // Where.
    (r"^within (?:the )?({C}), (barred|{F} barred)(?: for [a-z ]+)?$", "$2 from $1"),
    (r"\b(barred|only) (?:from |within |inside |in )+(?:the context of )?(?:the |an? )?({C}|following)", "$1 from $2"),
    (r"\bbarred (?:outside (?:of )?(?:the )?|from any [a-z ]+ other than (?:the )?)({C})", "only from $1"),
    // After what, and for what.
    (r"\bbarred after (?:it calls ({F})|({F}) is called)", "barred after $1$2"),
    (r"^after ({F}) returns(?: control)?, ({F}) barred", "$2 barred after $1"),
    (r"\bbarred if the [a-z]+ was created with ({F})", "barred for what $1 made"),
    (r"\bbarred two consecutive times\b", "barred twice"),
    (r"\bbarred twice in a row\b", "barred twice"),
    (r"\bbarred twice on\b", "barred twice for"),
];

static READY: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let ready = |(from, to): &(&str, &'static str)| Some((Regex::new(&expand(from)).ok()?, *to));
    REWRITES.iter().filter_map(ready).collect()
});

/// The plain form of a sentence's form.
pub(super) fn plain(form: &str) -> String {
    let mut form = form.to_owned();
    for (from, to) in READY.iter() {
        form = from.replace_all(&form, *to).trim().to_owned();
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rewrite_is_a_regular_expression() {
        assert_eq!(READY.len(), REWRITES.len());
    }

    #[test]
    fn voice_mood_and_order_do_not_matter() {
        for (form, expected) in [
            (
                "protocol drivers cannot call ‹f0› from within the context of the ⟨0⟩ or ⟨1⟩ functions",
                "‹f0› barred from ⟨0⟩ or ⟨1⟩ functions",
            ),
            ("‹f0› is not called within ⟨0⟩ callback", "‹f0› barred from ⟨0⟩ callback"),
            (
                "within the ⟨0⟩ callback function, the following ddis cannot be called for buffer retrieval",
                "barred from ⟨0⟩ callback function",
            ),
            ("after ‹f0› returns control, the miniport driver cannot call ‹f1›", "‹f1› barred after ‹f0›"),
            ("a driver must not call ‹f0› after it calls ‹f1›", "‹f0› barred after ‹f1›"),
            (
                "a driver that calls ‹f0› must not call ‹f1› because of ‹f2›",
                "‹f1› barred for what ‹f0› made because of ‹f2›",
            ),
            (
                "‹f0› cannot be called two consecutive times on the same i/o request",
                "‹f0› barred twice for the same i/o request",
            ),
            (
                "‹f0› and ‹f1› are not called outside of the ⟨0⟩ event callback function",
                "‹f0› and ‹f1› only from ⟨0⟩ event callback function",
            ),
            (
                "wdf drivers shouldn’t drain, stop, or purge the queue from ⟨0⟩ callback, instead self-managed i/o callback functions should be used",
                "doing drain, stop, or purge barred from ⟨0⟩ callback",
            ),
            ("if your driver fails, the driver must call ‹f0›", "the driver must call ‹f0› if the driver fails"),
            (
                "after calling ‹a0›, the driver calls ‹r1› before subsequent calls to ‹a2› or to ‹a3›",
                "‹r1› before another ‹a2› or to ‹a3›",
            ),
            ("the driver calls ‹f0› before calling ‹f1›", "the driver calls ‹f0› before calling ‹f1›"),
        ] {
            assert_eq!(plain(form), expected, "{form}");
        }
    }
}
