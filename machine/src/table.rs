//! The rule table: everything the checker knows about rules, as data.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::error::SpecError;
use crate::rule::Machine;
use crate::semantics::Semantics;
use crate::spec::Scope;

/// The version of the table's form; a table of another version is refused.
pub const SCHEMA: u32 = 1;

/// The serialised catalog of executable rules with the semantics they need.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Table {
    /// Who made this file and from what; comes first in the file.
    #[serde(rename = "@generated")]
    pub generated: String,
    /// [`SCHEMA`].
    pub schema: u32,
    /// The rules, ordered by id.
    pub rules: Vec<Rule>,
    /// What no page states.
    pub semantics: Semantics,
}

/// One rule as the checker runs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rule {
    /// `model/Name`.
    pub id: String,
    /// One line: what the rule is about.
    pub summary: String,
    /// The taxonomy's family, such as `lock-pairing`.
    #[serde(default)]
    pub family: String,
    /// In which drivers it runs.
    pub applicability: Applicability,
    /// Which functions it is about.
    #[serde(default)]
    pub scope: Scope,
    /// The machines; a violation of any violates the rule.
    pub machines: Vec<Machine>,
    /// Why it matters, for findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What to do, for findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where to read about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub see: Option<String>,
    /// Whether the machines were derived from a page's sentences rather than written.
    #[serde(default)]
    pub derived: bool,
    /// Whether the page demands more than the machines check.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
}

/// In which drivers a rule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// Only in drivers of the rule's own model.
    Framework,
    /// Where the driver installs dispatch routines itself.
    Dispatch,
    /// In every kernel-mode driver, less the functions that a rule of the same name in the driver's own models governs.
    Kernel,
}

impl Rule {
    /// The part of the id before the slash.
    #[must_use]
    pub fn model(&self) -> &str {
        self.id.split_once('/').map_or("", |(model, _)| model)
    }

    /// The part of the id after the slash.
    #[must_use]
    pub fn name(&self) -> &str {
        self.id.split_once('/').map_or(&self.id, |(_, name)| name)
    }
}

impl Table {
    /// Reads a table from its JSON and refuses one that this version cannot run.
    pub fn from_json(text: &str) -> Result<Self, SpecError> {
        let table: Self = serde_json::from_str(text)
            .map_err(|error| SpecError::Form(format!("the rule table cannot be read: {error}")))?;
        if table.schema != SCHEMA {
            let found = table.schema;
            return Err(SpecError::Form(format!("the rule table has schema {found}, this version reads {SCHEMA}")));
        }
        let mut seen = BTreeSet::new();
        for rule in &table.rules {
            if !seen.insert(rule.id.to_ascii_lowercase()) {
                return Err(SpecError::Form(format!("rule `{}` stands in the table twice", rule.id)));
            }
            for machine in &rule.machines {
                machine.verify().map_err(|error| SpecError::Form(format!("rule `{}`: {error}", rule.id)))?;
            }
        }
        Ok(table)
    }

    /// Writes the table as JSON, one rule's line breaks apart, ending in a newline.
    pub fn to_json(&self) -> Result<String, SpecError> {
        let mut text = serde_json::to_string_pretty(self).map_err(|error| SpecError::Form(error.to_string()))?;
        text.push('\n');
        Ok(text)
    }
}
