//! The data that the program carries with it: our own rule pages, API facts, lists and semantics, as text.

use crate::api_facts::ApiFacts;

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// The facts about APIs as the build script wrote them.
static FACTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/facts.bin"));

/// The bundled facts about APIs: those of `apis/`, without reading their text.
pub fn facts() -> Result<ApiFacts, postcard::Error> {
    postcard::from_bytes(FACTS)
}

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
