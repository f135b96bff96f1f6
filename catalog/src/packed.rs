//! Pages in a form that is read in no time: what a build script makes of our own pages, and a program starts with.
//!
//! It is no format of exchange: whoever reads it must have the very types of whoever wrote it, and the bundled text.

pub mod facts;
pub(crate) mod source;
pub(crate) mod value;

use rayon::prelude::*;
use rulebook_diagnostics::Problem;
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::inline::{Block, BlockKind, Inline};
use crate::lists::Lists;
use crate::load::Pages;
use crate::rule_page::RulePage;

/// Why pages could not be packed or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The pages or facts.
    #[error("the packed catalog is damaged: {0}")]
    Form(#[from] postcard::Error),
    /// The lists.
    #[error("the packed lists are damaged: {0}")]
    Lists(#[from] serde_json::Error),
}

/// What stands in the packed form.
#[derive(Serialize, Deserialize)]
struct Packed<'bytes> {
    /// Each page for itself, so that all of them are read at once.
    #[serde(borrow)]
    rules: Vec<&'bytes [u8]>,
    /// As JSON: their form leaves out what is empty.
    lists: &'bytes str,
    problems: Vec<Problem>,
}

/// The bundled rule pages and lists of `pages`, with what is wrong with them.
///
/// # Errors
/// If a page cannot be written; no page that was read is such a page.
pub fn pack(pages: &Pages, problems: &[Problem]) -> Result<Vec<u8>, PackError> {
    let rules = pages.rules.iter().map(postcard::to_stdvec).collect::<Result<Vec<_>, _>>()?;
    let Lists { rule_sets, checks, options } = &pages.lists;
    let lists = serde_json::to_string(&(rule_sets, checks, options))?;
    let packed =
        Packed { rules: rules.iter().map(Vec::as_slice).collect(), lists: &lists, problems: problems.to_vec() };
    Ok(postcard::to_stdvec(&packed)?)
}

/// Reads what [`pack`] wrote.
///
/// # Errors
/// If the bytes are not what [`pack`] of the same version wrote.
pub fn unpack(bytes: &[u8]) -> Result<(Pages, Vec<Problem>), PackError> {
    let packed: Packed<'_> = postcard::from_bytes(bytes)?;
    let rules =
        packed.rules.par_iter().map(|page| postcard::from_bytes::<RulePage>(page)).collect::<Result<Vec<_>, _>>()?;
    let (rule_sets, checks, options) = serde_json::from_str(packed.lists)?;
    let lists = Lists { rule_sets, checks, options };
    Ok((Pages { rules, lists, ..Pages::default() }, packed.problems))
}

impl Serialize for Inline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields(None, self, serializer)
    }
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields(Some(self.kind), &self.inline, serializer)
    }
}

/// A block and its text in one. Only the packed form says where each character stands in the page.
fn fields<S: Serializer>(kind: Option<BlockKind>, inline: &Inline, serializer: S) -> Result<S::Ok, S::Error> {
    let packed = !serializer.is_human_readable();
    let mut out = serializer.serialize_struct("Inline", 3 + usize::from(packed) + usize::from(kind.is_some()))?;
    if let Some(kind) = kind {
        out.serialize_field("kind", &kind)?;
    }
    out.serialize_field("text", &inline.text)?;
    out.serialize_field("marks", &inline.marks)?;
    out.serialize_field("span", &inline.span)?;
    if packed {
        out.serialize_field("map", &inline.map)?;
    }
    out.end()
}
