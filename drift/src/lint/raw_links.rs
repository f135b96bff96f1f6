//! Links that are written twice, as an address and as the Markdown that they were made of.

use rulebook_catalog::links::slug;
use rulebook_diagnostics::Span;

use super::context::{Context, Doc};
use super::finding::Finding;
use super::known::is_name;
use super::layout::without_tags;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable() {
        judge(doc, found);
    }
}

/// Links that are written twice, as an address and as the Markdown they were made of.
fn judge(doc: &Doc<'_>, found: &mut Vec<Finding>) {
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
        if left != right && !href.contains("(v=") {
            let message = "the two addresses of the link differ".to_owned();
            found.push(
                Finding::new("link-raw-differs", &subject, doc.source, span, message).found(href).expected(raw_target),
            );
        }
        let (raw_text, shown_text) = (plain(&rest[..middle]), plain(shown));
        if raw_text != shown_text && !raw_text.is_empty() && (is_name(&raw_text) || is_name(&shown_text)) {
            let message = "the two texts of the link differ".to_owned();
            found.push(
                Finding::new("link-raw-differs", &subject, doc.source, span, message)
                    .found(shown_text)
                    .expected(raw_text),
            );
        }
    }
}

/// The words that a reader sees.
fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    without_tags(&text).replace(['*', '\\'], "").trim().to_owned()
}
