//! Pages that call the status values of one interface by the name of another's.

use rulebook_catalog::PassageKind;

use super::context::{Context, Kind};
use super::finding::Finding;
use super::known::words;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let (common, own) = (context.words.statuses.common.as_str(), context.words.statuses.own.as_str());
    for doc in context.readable().filter(|doc| matches!(doc.kind, Kind::Rule(_) | Kind::RuleSet(_))) {
        let text = || doc.passages.iter().filter(|passage| passage.kind != PassageKind::Code);
        let all: Vec<String> =
            text().flat_map(|passage| words(&passage.inline.text)).map(|(_, word)| word.to_owned()).collect();
        let values = || all.iter().filter(|word| word.contains(context.words.statuses.values.as_str()));
        let only_own = values().count() > 1 && values().all(|word| word.starts_with(own));
        if !only_own {
            continue;
        }
        for passage in text() {
            for (at, word) in words(&passage.inline.text).filter(|(_, word)| *word == common) {
                let span = passage.inline.span_of(at, at + word.len());
                let message = format!("the values are those of `{own}`, the text calls them `{common}`");
                found.push(
                    Finding::new("status-type", &doc.subject(), doc.source, span, message)
                        .found(word)
                        .expected(own)
                        .edit(doc.source, span, own.replace('_', "\\_")),
                );
            }
        }
    }
}
