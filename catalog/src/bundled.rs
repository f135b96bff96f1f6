//! The data that the program carries with it: our own rule pages, API facts, lists and semantics, as text.
//!
//! Reading it takes time; the crate `rulebook-bundle` has the same, read when the program was built.

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// Every bundled file as `(path, text)`, by path; paths start with `rules/`, `apis/`, `lists/` or `semantics/`, but for that of the
/// known differences.
#[must_use]
pub fn files() -> &'static [(&'static str, &'static str)] {
    FILES
}

/// The bundled file at `path`.
#[must_use]
pub fn file(path: &str) -> Option<&'static str> {
    FILES.binary_search_by(|(known, _)| (*known).cmp(path)).ok().map(|at| FILES[at].1)
}
