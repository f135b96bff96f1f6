//! Two sets of documents: what changed in meaning between them.
//!
//! What a page is like (metadata with the description, links, tables or bold lines, headings, spaces, escapes, mended bytes) is no change;
//! what it says is: rules, names, models, functions, bug checks, tests, levels, requirements, examples.

use rulebook_catalog::{Catalog, RulePage};

use crate::Entry;
use crate::compare::{self, At, Change, Voice};

/// Every change of meaning from `old` to `new`; [`Entry::path`] is in `new` unless the thing is gone there.
///
/// `found` is what the new document says, `expected` what the old one said.
#[must_use]
pub fn diff(old: &Catalog, new: &Catalog) -> Vec<Entry> {
    let pairing = compare::pair(old.rules(), new.rules());
    let mut changes = Vec::new();
    for both in &pairing.both {
        let before = changes.len();
        changes.extend(compare::facts(*both));
        changes.extend(compare::prose(*both));
        for change in &mut changes[before..] {
            change.subject = both.to.id.to_string();
        }
    }
    changes.extend(pairing.only_from.iter().map(|page| alone(page, "rule-removed")));
    changes.extend(pairing.only_to.iter().map(|page| alone(page, "rule-added")));
    changes.extend(compare::references(old, new));
    changes.extend(compare::bug_check_pages(old, new));
    changes.extend(compare::rule_sets(old, new));
    let mut entries: Vec<Entry> = changes.into_iter().map(|change| change.entry(Voice::Diff)).collect();
    entries.sort();
    entries
}

fn alone(page: &RulePage, kind: &'static str) -> Change {
    let at = Some(At::new(&page.source, page.name.span));
    let name = Some(page.id.to_string());
    let gone = kind == "rule-removed";
    Change {
        kind,
        subject: page.id.to_string(),
        topic: "the rule",
        from: name.clone().filter(|_| gone),
        to: name.filter(|_| !gone),
        from_at: at.clone().filter(|_| gone),
        to_at: at.filter(|_| !gone),
        message: None,
    }
}
