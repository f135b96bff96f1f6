//! Entries in the forms in which people and machines read them. Every form is pure: the same entries give the same bytes.

mod kinds;
mod markdown;
mod sarif;

use std::fmt::Write as _;

pub use markdown::markdown;
use rulebook_diagnostics::{Place, Severity, render};
pub use sarif::sarif;

use crate::Entry;

/// More of a quoted sentence than this is left to the other forms.
const QUOTED: usize = 240;

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

/// Differences for people: a block for each page, both places of each difference, what the message leaves out, a count.
/// `labels` go before what stands at the place and before what stands on the other side.
#[must_use]
pub fn by_page(entries: &[Entry], labels: [&str; 2]) -> String {
    let mut out = String::new();
    let mut pages = 0;
    for page in entries.chunk_by(|a, b| a.path == b.path) {
        pages += 1;
        for entry in page {
            out.push_str(&text(std::slice::from_ref(entry)));
            for (label, said) in labels.into_iter().zip([&entry.found, &entry.expected]) {
                if let Some(said) = said.as_ref().filter(|said| !entry.message.contains(said.as_str())) {
                    let _ = writeln!(out, "    {label}: {}", shortened(said));
                }
            }
        }
        out.push('\n');
    }
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    match entries.len() {
        0 => out.push_str("no differences\n"),
        count => {
            let _ = writeln!(out, "{} on {}", plural(count, "difference"), plural(pages, "page"));
        }
    }
    out
}

/// Entries as a JSON array; ends in a newline.
pub fn json(entries: &[Entry]) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(entries).map(|text| text + "\n")
}

/// Entries as annotations in GitHub Actions.
#[must_use]
pub fn github(entries: &[Entry]) -> String {
    let annotation = |entry: &Entry| {
        let place = Place { line: entry.line, column: entry.column.max(1), ..Place::file(&entry.path) };
        let mut message = entry.message.clone();
        for evidence in &entry.related {
            let _ = write!(message, "\n{}:{}: {}", evidence.path, evidence.line, evidence.message);
        }
        render::annotation(Severity::Warning, &place, &entry.kind, &message)
    };
    entries.iter().map(annotation).collect()
}

/// One line of at most [`QUOTED`] characters.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(QUOTED) {
        Some((at, _)) => format!("{} …", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
