//! What a page says in running text, without how it is set: the ground on which sentences are compared.
//!
//! Links, emphasis, white space, escapes, case, articles and doubled words carry no requirement and are left out;
//! relations between levels have one spelling. Two texts with the same words say the same.

mod fingerprint;
mod hunks;
mod units;
mod words;

pub(crate) use fingerprint::fingerprint;
pub(crate) use hunks::{Hunk, LONG, hunks};
pub(crate) use units::{Unit, UnitKind, units};
pub(crate) use words::{joined, words};
