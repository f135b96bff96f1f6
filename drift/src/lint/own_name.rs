//! How the text of a rule page names its own rule.

use rulebook_catalog::{Inline, RulePage};
use rulebook_diagnostics::Span;

use super::context::{Context, Doc};
use super::finding::{Finding, head};
use super::known::{is_name, words};

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for (page, doc) in context.rule_docs() {
        if let Some(first) = page.prose.first() {
            Opening { page, doc, what: "text", inline: &first.inline }.check(context, found);
        }
        if let Some(description) = doc.front.text("description") {
            let inline = Inline::read(&doc.source.text, description.span);
            Opening { page, doc, what: "description", inline: &inline }.check(context, found);
        }
    }
}

/// The sentence that introduces the rule.
struct Opening<'p> {
    page: &'p RulePage,
    doc: &'p Doc<'p>,
    what: &'static str,
    inline: &'p Inline,
}

impl Opening<'_> {
    fn finding(&self, kind: &str, span: Span, message: String) -> Finding {
        Finding::new(kind, &self.page.id.to_string(), self.doc.source, span, message)
    }

    fn check(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        let mut first = words(&self.inline.text).take(3).peekable();
        let article = first.next_if(|(_, word)| word.eq_ignore_ascii_case("the")).is_some();
        let (Some((at, name)), Some((verb_at, verb))) = (first.next(), first.next()) else { return };
        let own = self.page.id.name.as_str();
        let span = self.inline.span_of(at, at + name.len());
        if verb == "rule" && article {
            self.other(context, name, span, found);
        } else if name == own && matches!(verb, "verifies" | "specifies" | "checks") {
            let message = format!("`{own}` is not called a rule, unlike the rules of other pages");
            let place = self.inline.span_of(verb_at, verb_at);
            let the = if article { "" } else { "The " };
            let mut finding = self
                .finding("rule-word-missing", span, message)
                .found(format!("{name} {verb}"))
                .expected(format!("{the}{name} rule {verb}"))
                .edit(self.doc.source, place, "rule ");
            if !article {
                let start = self.inline.span.start as usize;
                finding = finding.edit(self.doc.source, Span::new(start, start), "The ");
            }
            found.push(finding);
        }
    }

    /// A sentence about a rule of another name.
    fn other(&self, context: &Context<'_>, name: &str, span: Span, found: &mut Vec<Finding>) {
        let own = self.page.id.name.as_str();
        let same = |other: &str| other.eq_ignore_ascii_case(own);
        if same(name) || !is_name(name) || self.page.aliases.iter().any(|alias| same(&alias.value)) {
            return;
        }
        if let Some(other) = context.rule_named(name, self.page) {
            // The description has a check of its own.
            if self.what == "text" {
                let message = format!("the text is about the rule `{name}`, the page about `{own}`");
                found.push(self.finding("text-other-rule", span, message).found(name).expected(own).also(
                    &other.source,
                    head(other),
                    "the page of the other rule",
                ));
            }
            return;
        }
        let near = strsim::osa_distance(&name.to_lowercase(), &own.to_lowercase());
        if near < 3 {
            let message = format!("the page calls its rule `{name}`; it is called `{own}`");
            found.push(self.finding("rule-name-misspelt", span, message).found(name).expected(own).edit(
                self.doc.source,
                span,
                own.replace('_', "\\_"),
            ));
        }
    }
}
