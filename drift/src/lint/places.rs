//! What can be linked to: pages, tables of contents, places in pages.

use std::collections::{BTreeMap, BTreeSet};

use rulebook_catalog::{PassageKind, Source};
use rulebook_diagnostics::Span;

use super::context::Context;

/// What can be linked to.
pub(super) struct Places<'p> {
    /// By page: the anchors with their places, and the page itself.
    pub(super) anchors: BTreeMap<String, (BTreeMap<String, Span>, &'p Source)>,
    /// File names of pages and of entries of the tables of contents.
    pub(super) files: BTreeSet<String>,
    /// The folders that have a table of contents.
    pub(super) folders: BTreeSet<String>,
}

impl<'p> Places<'p> {
    pub(super) fn new(context: &Context<'p>) -> Self {
        let mut anchors = BTreeMap::new();
        let mut files = BTreeSet::new();
        for doc in &context.docs {
            let mut here: BTreeMap<String, Span> = BTreeMap::new();
            for passage in doc.passages.iter().filter(|passage| matches!(passage.kind, PassageKind::Heading(_))) {
                here.insert(anchor_of(&passage.inline.text), passage.inline.span);
            }
            for mark in [" id=\"", " name=\""] {
                for (at, _) in doc.source.text.match_indices(mark) {
                    let rest = &doc.source.text[at + mark.len()..];
                    let name = rest.split('"').next().unwrap_or_default().to_lowercase();
                    let start = at + mark.len();
                    here.insert(name.clone(), Span::new(start, start + name.len()));
                }
            }
            anchors.insert(doc.source.file_stem().to_lowercase(), (here, doc.source));
            files.insert(doc.source.file_name().to_lowercase());
        }
        let mut folders = BTreeSet::new();
        for toc in context.catalog.tocs() {
            folders.insert(folder(&toc.source.path).to_owned());
            for node in &toc.nodes {
                node.walk(&mut Vec::new(), &mut |_, node| {
                    files.extend(node.page.as_ref().map(|page| page.value.to_lowercase()));
                });
            }
        }
        Self { anchors, files, folders }
    }
}

/// The folder of a path.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The anchor that a heading gets.
fn anchor_of(heading: &str) -> String {
    let mut out = String::new();
    for c in heading.trim().trim_start_matches('-').chars() {
        match c {
            ' ' | '\n' => out.push('-'),
            '-' | '_' => out.push(c),
            c if c.is_alphanumeric() => out.extend(c.to_lowercase()),
            _ => {}
        }
    }
    out
}
