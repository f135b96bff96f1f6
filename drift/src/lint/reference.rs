//! Reference pages by themselves: whether they describe the function that they are the page of.

use rulebook_catalog::{ApiKind, ApiPage};
use rulebook_diagnostics::Span;

use super::context::{Context, Kind};
use super::finding::Finding;
use super::irql::LEVELS;
use super::known::{is_name, words};

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable() {
        if let Kind::Api(page) = doc.kind {
            if page.kind == ApiKind::Function {
                described(context, page, found);
                titled(context, page, doc.front.text("title"), found);
            }
            level(page, found);
            see_also(page, doc, found);
        }
    }
}

/// Two names of one function: a system service, a macro and what it stands for.
pub(super) fn twins(context: &Context<'_>, one: &str, other: &str) -> bool {
    let service = |name: &str| name.strip_prefix("Zw").or_else(|| name.strip_prefix("Nt")).map(str::to_owned);
    let fast =
        |name: &str| name.replace("Iof", "Io").replace("Obf", "Ob").replace("Kef", "Ke").replace("WdmlibIo", "Io");
    let alias = context.semantics.aliases.iter().any(|alias| {
        let pair = (alias.call.api(), alias.is.api());
        pair == (Some(one), Some(other)) || pair == (Some(other), Some(one))
    });
    alias || (service(one).is_some() && service(one) == service(other)) || fast(one).eq_ignore_ascii_case(&fast(other))
}

/// A description that begins with another function.
fn described(context: &Context<'_>, page: &ApiPage, found: &mut Vec<Finding>) {
    let own = page.name.value.as_str();
    let Some(summary) = &page.summary else { return };
    let text = summary.value.trim_start_matches("The ").trim_start_matches('*');
    let Some((at, name)) = words(text).next().filter(|(at, _)| *at < 2) else { return };
    let rest = text[at + name.len()..].trim_start_matches('*').trim_start();
    let noun = ["function", "routine", "macro", "method"].iter().any(|noun| rest.starts_with(noun));
    if !noun
        || !is_name(name)
        || name.eq_ignore_ascii_case(own)
        || twins(context, own, name)
        || !context.known.has(name)
    {
        return;
    }
    let raw = page.source.slice(summary.span);
    let start = summary.span.start as usize + raw.find(name).unwrap_or(0);
    let message = format!("the page is about `{own}`, and its description begins with `{name}`");
    found.push(
        Finding::new("description-other-function", own, &page.source, Span::new(start, start + name.len()), message)
            .found(name)
            .expected(own)
            .also(&page.source, page.name.span, "the function of the page"),
    );
}

/// A title with another name than the page has.
fn titled(
    context: &Context<'_>,
    page: &ApiPage,
    title: Option<rulebook_catalog::Spanned<String>>,
    found: &mut Vec<Finding>,
) {
    let Some(title) = title else { return };
    let Some(name) = title.value.split([' ', '(']).next().filter(|name| is_name(name)) else { return };
    let own = page.name.value.as_str();
    if name != own && !own.ends_with(name) && !name.starts_with(own) && !twins(context, own, name) {
        let message = format!("the title names `{name}`, the page is about `{own}`");
        found.push(
            Finding::new("title-differs", own, &page.source, title.span, message).found(name).expected(own).also(
                &page.source,
                page.name.span,
                "the page's name",
            ),
        );
    }
}

/// A level that is written without its ending.
fn level(page: &ApiPage, found: &mut Vec<Finding>) {
    let text = page.irql.value.text.as_str();
    for level in LEVELS {
        let (word, right) = (level.name(), level.long_name());
        if let Some(at) = text.find(word).filter(|at| !text[*at..].starts_with(&right)) {
            let raw = page.source.slice(page.irql.span);
            let start = page.irql.span.start as usize + raw.find(word).unwrap_or(at);
            let message = format!("the level is written `{right}`");
            let span = Span::new(start, start + word.len());
            found.push(
                Finding::new("level-misspelt", &page.name.value, &page.source, span, message)
                    .expected(right.clone())
                    .edit(&page.source, span, right),
            );
        }
    }
}

/// Entries under "See also" that stand there twice, or lead to the page itself.
fn see_also(page: &ApiPage, doc: &super::context::Doc<'_>, found: &mut Vec<Finding>) {
    let Some(section) = page.section("see-also") else { return };
    let mut seen: Vec<(String, Span)> = Vec::new();
    // An entry may go on in a sentence that names its function again.
    for passage in doc.text().filter(|passage| passage.inline.span.start >= section.body.start) {
        if let Some((text, target, marked)) = passage.inline.links().next() {
            let key = format!("{}>{target}", text.trim());
            match seen.iter().find(|(known, _)| *known == key) {
                Some((_, first)) => {
                    let message = format!("`{}` stands under `See also` twice", text.trim());
                    found.push(
                        Finding::new("see-also-twice", &page.name.value, &page.source, marked.span, message)
                            .found(text.trim())
                            .also(&page.source, *first, "the first entry"),
                    );
                }
                None => seen.push((key, marked.span)),
            }
            if text.trim() == page.name.value {
                let message = format!("the page of `{}` names itself under `See also`", text.trim());
                found.push(
                    Finding::new("see-also-self", &page.name.value, &page.source, marked.span, message)
                        .found(text.trim()),
                );
            }
        }
    }
}
