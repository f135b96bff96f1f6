//! A number for what a unit says, to be kept on our own page in the place of the sentence.

use std::hash::Hasher as _;

use fnv::FnvHasher;

use super::units::Unit;

/// Eight hexadecimal digits for what `unit` says; how it is set, and what its rule is called, does not count.
pub(crate) fn fingerprint(unit: &Unit) -> String {
    let mut hasher = FnvHasher::default();
    hasher.write(unit.key().as_bytes());
    let hash = hasher.finish();
    format!("{:08x}", (hash >> 32) as u32 ^ hash as u32)
}
