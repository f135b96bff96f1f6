//! Changes as a document: what came and went first, then page by page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::shortened;
use crate::Entry;

/// Kinds that stand in lists of their own before the pages.
const LISTS: [(&str, &str); 3] =
    [("rule-added", "Rules added"), ("rule-removed", "Rules removed"), ("rule-renamed", "Rules renamed")];

/// Changes in Markdown, with the sentences that changed.
#[must_use]
pub fn markdown(entries: &[Entry]) -> String {
    let mut out = String::from("# Changes of meaning\n\n");
    if entries.is_empty() {
        out.push_str("None.\n");
        return out;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries {
        *counts.entry(entry.kind.as_str()).or_default() += 1;
    }
    out.push_str("| kind | changes |\n|---|---|\n");
    for (kind, count) in counts {
        let _ = writeln!(out, "| {kind} | {count} |");
    }
    for (kind, heading) in LISTS {
        let mut of_kind = entries.iter().filter(|entry| entry.kind == kind).peekable();
        if of_kind.peek().is_some() {
            let _ = writeln!(out, "\n## {heading}\n");
            for entry in of_kind {
                let _ = writeln!(
                    out,
                    "- {}: {} ({})",
                    escaped(&entry.subject),
                    entry.message,
                    place(&entry.path, entry.line)
                );
            }
        }
    }
    let mut subjects: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| LISTS.iter().all(|(kind, _)| entry.kind != *kind)) {
        subjects.entry(entry.subject.as_str()).or_default().push(entry);
    }
    for (subject, entries) in subjects {
        let _ = writeln!(out, "\n## {}\n", escaped(subject));
        for entry in entries {
            let _ = writeln!(out, "- {}: {} ({})", entry.kind, entry.message, place(&entry.path, entry.line));
            for evidence in &entry.related {
                let _ = writeln!(out, "  - {}: {}", evidence.message, place(&evidence.path, evidence.line));
            }
            for (label, said) in [("was", &entry.expected), ("is", &entry.found)] {
                if let Some(said) = said.as_ref().filter(|said| !entry.message.contains(said.as_str())) {
                    let _ = writeln!(out, "  - {label}: {}", escaped(&shortened(said)));
                }
            }
        }
    }
    out
}

fn place(path: &str, line: u32) -> String {
    let path = path.replace('`', "'");
    if line == 0 { format!("`{path}`") } else { format!("`{path}:{line}`") }
}

/// Text that is not ours, so that nothing in it is markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
