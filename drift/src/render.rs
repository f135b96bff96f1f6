//! Entries as text and as JSON.

use std::fmt::Write as _;

use crate::Entry;

/// Entries for people: one line each, with the evidence indented below it.
#[must_use]
pub fn text(entries: &[Entry]) -> String {
    let mut out = String::new();
    for entry in entries {
        let _ = writeln!(out, "{}:{}: {}: {}", entry.path, entry.line, entry.kind, entry.message);
        for evidence in &entry.related {
            let _ = writeln!(out, "    {}:{}: {}", evidence.path, evidence.line, evidence.message);
        }
    }
    out
}

/// Entries as a JSON array; ends in a newline.
pub fn json(entries: &[Entry]) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(entries).map(|text| text + "\n")
}
