//! What each kind of difference means, for outputs that describe their rules.

const KINDS: [(&str, &str); 22] = [
    ("api-added", "A function joined the list of a rule."),
    ("api-link-changed", "A function in the list of a rule leads to the reference page of another one."),
    ("api-removed", "A function left the list of a rule."),
    ("bug-check-changed", "A rule has another bug check or sub-code, or a bug check another meaning."),
    ("compliance-changed", "The reference names other rules for a function."),
    ("example-changed", "Example code of a page differs."),
    ("header-changed", "A function is declared in another header."),
    ("irql-changed", "A bound on the IRQL differs."),
    ("known-difference-stale", "A difference is listed as known, and is none any more."),
    ("model-changed", "A rule belongs to another driver model."),
    ("page-refused", "A page cannot be written from this document."),
    ("parameters-changed", "A function has other parameters."),
    ("prose-changed", "A sentence says something else."),
    ("prose-unrecorded", "A specification does not record what it formalises."),
    ("reference-added", "The reference has a new page."),
    ("reference-removed", "The reference lost a page."),
    ("rule-added", "A rule has a page on one side only: it is new."),
    ("rule-removed", "A rule has a page on one side only: it is gone."),
    ("rule-renamed", "A rule has another name."),
    ("rule-set-changed", "A rule set lists other rules."),
    ("testing-changed", "A rule is tested otherwise."),
    ("title-changed", "A title, heading or `api_name` names the rule otherwise."),
];

/// What the kind means, if it is one of ours.
pub(super) fn meaning(kind: &str) -> Option<&'static str> {
    KINDS.binary_search_by(|(known, _)| (*known).cmp(kind)).ok().map(|at| KINDS[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_in_order_so_that_each_is_found() {
        assert!(KINDS.is_sorted_by_key(|(kind, _)| *kind));
        assert!(KINDS.iter().all(|(kind, _)| meaning(kind).is_some()));
        assert_eq!(meaning("api"), None);
    }
}
