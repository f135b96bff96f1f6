//! The facts about APIs, packed in pieces that are read at once.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::PackError;
use crate::api_facts::{ApiFacts, Kit};

/// How many facts are in one piece.
const PIECE: usize = 256;

#[derive(Serialize, Deserialize)]
struct Packed<'bytes> {
    #[serde(borrow)]
    functions: Vec<&'bytes [u8]>,
    types: Vec<&'bytes [u8]>,
    constants: Vec<&'bytes [u8]>,
    kits: Vec<Kit>,
}

/// Packs `facts`.
///
/// # Errors
/// If a fact cannot be written; no fact that was read is such a fact.
pub fn pack(facts: &ApiFacts) -> Result<Vec<u8>, PackError> {
    let (functions, types, constants) = (pieces(&facts.functions)?, pieces(&facts.types)?, pieces(&facts.constants)?);
    let packed = Packed {
        functions: functions.iter().map(Vec::as_slice).collect(),
        types: types.iter().map(Vec::as_slice).collect(),
        constants: constants.iter().map(Vec::as_slice).collect(),
        kits: facts.kits.clone(),
    };
    Ok(postcard::to_stdvec(&packed)?)
}

/// Reads what [`pack`] wrote.
///
/// # Errors
/// If the bytes are not what [`pack`] of the same version wrote.
pub fn unpack(bytes: &[u8]) -> Result<ApiFacts, PackError> {
    let packed: Packed<'_> = postcard::from_bytes(bytes)?;
    let (functions, (types, constants)) =
        rayon::join(|| map(&packed.functions), || rayon::join(|| map(&packed.types), || map(&packed.constants)));
    Ok(ApiFacts { functions: functions?, types: types?, constants: constants?, kits: packed.kits })
}

fn pieces<T: Serialize>(facts: &BTreeMap<String, T>) -> Result<Vec<Vec<u8>>, PackError> {
    let all: Vec<_> = facts.iter().collect();
    Ok(all.chunks(PIECE).map(postcard::to_stdvec).collect::<Result<_, _>>()?)
}

/// The pieces as one map; they are in order, so that it is built without search.
fn map<T: DeserializeOwned + Send>(pieces: &[&[u8]]) -> Result<BTreeMap<String, T>, PackError> {
    let read: Vec<Vec<(String, T)>> =
        pieces.par_iter().map(|piece| postcard::from_bytes(piece)).collect::<Result<_, _>>()?;
    Ok(read.into_iter().flatten().collect())
}
