//! Links that are written twice, as an address and as the Markdown that they were made of.

use std::collections::BTreeSet;

use rulebook_catalog::links::slug;
use rulebook_diagnostics::Span;

use super::context::{Context, Doc};
use super::finding::Finding;
use super::known::is_name;
use super::layout::without_tags;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    // The last two parts of the path of each document.
    let tail = |path: &str| {
        let path = path.trim_end_matches(".md");
        let at = path.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
        path[at..].to_lowercase()
    };
    let pages: BTreeSet<String> = context.docs.iter().map(|doc| tail(&doc.source.path)).collect();
    let exists = |target: &str| pages.contains(&tail(target.trim_start_matches("./")));
    for doc in context.readable() {
        judge(context, doc, &exists, found);
    }
}

/// Links that are written twice, as an address and as the Markdown they were made of.
fn judge(context: &Context<'_>, doc: &Doc<'_>, exists: &dyn Fn(&str) -> bool, found: &mut Vec<Finding>) {
    const RAW: &str = " data-raw-source=\"[";
    let text = &doc.source.text;
    for (at, _) in text.match_indices(RAW) {
        let Some(open) = text[..at].rfind("<a href=\"") else { continue };
        let href = text[open + 9..at].trim_end_matches('"');
        let rest = &text[at + RAW.len()..];
        let (Some(middle), Some(end)) = (rest.find("]("), rest.find("\">")) else { continue };
        let Some(raw_target) = rest.get(middle + 2..end).map(|target| target.trim_end_matches(')')) else { continue };
        let shown = rest[end + 2..].split("</a>").next().unwrap_or_default();
        let span = Span::new(open, at + RAW.len() + end + 1);
        let subject = doc.subject();
        let (left, right) = (slug(href), slug(raw_target.trim_end_matches(')')));
        let (raw_text, shown_text) = (plain(&rest[..middle]), plain(shown));
        let report = |what: &str, first: &str, second: &str, right: Option<bool>| {
            let message = format!("the two {what} of the link differ: `{first}` is in force, `{second}` beside it");
            let finding = Finding::new("link-raw-differs", &subject, doc.source, span, message);
            match right {
                Some(true) => finding.found(second).expected(first),
                Some(false) => finding.found(first).expected(second),
                None => finding.found(first),
            }
        };
        if left != right && !href.contains("(v=") {
            // A page is called as its title is; else the page that is there is the right one.
            let titled = |target: &str| slug(target) == shown_text.to_lowercase().replace(' ', "-");
            let side = only(titled(href), titled(raw_target)).or_else(|| only(exists(href), exists(raw_target)));
            found.push(report("addresses", href, raw_target, side));
        }
        if raw_text != shown_text && !raw_text.is_empty() && (is_name(&raw_text) || is_name(&shown_text)) {
            let rule = context.rule_at(href).map(|rule| rule.id.name.as_str());
            let own = rule.or_else(|| context.catalog.api_at(href).map(|api| api.name.value.as_str()));
            let is = |text: &str| own.is_some_and(|own| own == text);
            found.push(report("texts", &shown_text, &raw_text, only(is(&shown_text), is(&raw_text))));
        }
    }
}

/// Which of two sides is the only one that is so: the first, or not.
fn only(first: bool, second: bool) -> Option<bool> {
    (first != second).then_some(first)
}

/// The words that a reader sees.
fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    without_tags(&text).replace(['*', '\\'], "").trim().to_owned()
}
