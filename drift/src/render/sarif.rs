//! Entries as SARIF 2.1.0: one run, one rule per kind, the evidence as related locations.

use std::hash::Hasher as _;

use fnv::FnvHasher;
use rulebook_diagnostics::{Context, render};
use serde_json::{Value, json};

use super::kinds;
use crate::Entry;

/// The name of our fingerprints, with its version.
const FINGERPRINT: &str = "rulebook/v1";
/// The base that relative URIs are relative to; consumers supply its value.
const ROOT: &str = "%SRCROOT%";

/// Entries as a SARIF log; ends in a newline. Of `context` only the directory and the version count.
pub fn sarif(entries: &[Entry], context: &Context<'_>) -> Result<String, serde_json::Error> {
    let mut kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let results: Vec<Value> = entries.iter().map(|entry| result(entry, &kinds, context.directory)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "rulebook",
                "semanticVersion": context.version,
                "rules": kinds.iter().map(|kind| rule(kind)).collect::<Vec<_>>(),
            } },
            "originalUriBaseIds": { ROOT: { "description": { "text": "the working directory" } } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&log).map(|text| text + "\n")
}

fn rule(kind: &str) -> Value {
    match kinds::meaning(kind) {
        Some(meaning) => json!({ "id": kind, "name": kind, "shortDescription": { "text": meaning } }),
        None => json!({ "id": kind, "name": kind }),
    }
}

fn result(entry: &Entry, kinds: &[&str], directory: &str) -> Value {
    let mut result = json!({
        "ruleId": entry.kind,
        "ruleIndex": kinds.iter().position(|kind| *kind == entry.kind),
        "level": "warning",
        "message": { "text": entry.message },
        "locations": [location(&entry.path, entry.line, entry.column, None, directory)],
        "partialFingerprints": { FINGERPRINT: fingerprint(entry) },
        "properties": { "subject": entry.subject, "found": entry.found, "expected": entry.expected },
    });
    let related: Vec<Value> = entry
        .related
        .iter()
        .map(|evidence| location(&evidence.path, evidence.line, 0, Some(&evidence.message), directory))
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    result
}

fn location(path: &str, line: u32, column: u32, message: Option<&str>, directory: &str) -> Value {
    let (uri, relative) = render::uri(path, directory);
    let mut artifact = json!({ "uri": uri });
    if relative {
        artifact["uriBaseId"] = ROOT.into();
    }
    let mut physical = json!({ "artifactLocation": artifact });
    if line > 0 {
        physical["region"] = json!({ "startLine": line, "startColumn": column.max(1) });
    }
    let mut location = json!({ "physicalLocation": physical });
    if let Some(message) = message {
        location["message"] = json!({ "text": message });
    }
    location
}

/// The same for the same difference, wherever on the page it stands.
fn fingerprint(entry: &Entry) -> String {
    let mut hasher = FnvHasher::default();
    let values = [&entry.found, &entry.expected].map(|value| value.as_deref().unwrap_or("\u{0}"));
    for part in [entry.kind.as_str(), &entry.subject, values[0], values[1]] {
        hasher.write(part.as_bytes());
        hasher.write(&[0]);
    }
    format!("{:016x}", hasher.finish())
}
