//! The importer's hand-written input, `catalog/apis/hand.yaml`: what to import, and what no header offers.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Hand {
    /// Translation units to preprocess, in order of precedence.
    pub units: Vec<UnitSpec>,
    /// Headers whose functions are imported whether a page documents them or not.
    pub whole_headers: Vec<String>,
    /// Functions without a page that are wanted from other headers.
    #[serde(default)]
    pub functions: Vec<String>,
    /// Beginnings of names of macros whose values are imported.
    pub constants: Vec<String>,
    /// Structures that drivers must not look into.
    #[serde(default)]
    pub opaque: Vec<String>,
    /// Types wanted whether a prototype names them or not.
    #[serde(default)]
    pub types: Vec<String>,
    /// Declarations in C; they win over those of headers.
    pub declarations: Vec<Declared>,
    /// Macros that the generated headers define.
    pub macros: Vec<MacroSpec>,
}

/// One translation unit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnitSpec {
    /// Its name.
    pub name: String,
    /// Where its prototypes come from, as facts cite it.
    pub source: String,
    /// Lines before the first inclusion.
    #[serde(default)]
    pub definitions: String,
    /// The headers that it includes, in order.
    pub headers: Vec<String>,
}

/// Hand-written declarations that belong to one header.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Declared {
    /// The header.
    pub header: String,
    /// The declarations.
    pub c: String,
}

/// A macro of a generated header.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MacroSpec {
    /// Its name.
    pub name: String,
    /// The kit that has it.
    pub kit: String,
    /// Its definition.
    pub c: String,
}

impl Hand {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_yaml::from_str(&text).with_context(|| path.display().to_string())
    }
}
