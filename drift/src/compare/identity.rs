//! Names and models: what a rule is called in each place of its page.

use rulebook_catalog::identity::title_parts;
use rulebook_catalog::{Model, RulePage, Spanned};
use rulebook_diagnostics::Span;

use super::{Both, Change};

/// What the two pages call the rule and its model; whether it was renamed.
pub(super) fn identity(both: Both<'_>, changes: &mut Vec<Change>) -> bool {
    let renamed = !names(both.from).any(|name| names(both.to).any(|other| name.eq_ignore_ascii_case(other)));
    if renamed {
        let told = |page: &RulePage| (Some(page.id.name.clone()), page.name.span);
        changes.push(both.change("rule-renamed", "the rule's name", told(both.from), told(both.to)));
    } else {
        titles(both, changes);
    }
    models(both, changes);
    renamed
}

/// Every spelling of the rule's name.
fn names(page: &RulePage) -> impl Iterator<Item = &str> {
    std::iter::once(page.id.name.as_str()).chain(page.aliases.iter().map(|alias| alias.value.as_str()))
}

/// A place of the page that gives the name of the rule.
struct Title {
    topic: &'static str,
    name: Option<Spanned<String>>,
}

fn titles_of(page: &RulePage) -> [Title; 3] {
    let named = |text: &Spanned<String>| {
        let whole = || text.value.split_whitespace().collect::<Vec<_>>().join(" ");
        text.clone().map(|value| title_parts(&value).0.unwrap_or_else(whole))
    };
    [
        Title { topic: "the name in the title", name: page.title.as_ref().map(named) },
        Title { topic: "the name in the heading", name: page.heading.as_ref().map(named) },
        Title {
            topic: "the name in `api_name`",
            name: page.front_matter.list(&page.source, "api_name").into_iter().next(),
        },
    ]
}

/// Names in title, heading and `api_name` that differ by more than case; the same difference is told once.
fn titles(both: Both<'_>, changes: &mut Vec<Change>) {
    let mut told: Vec<(String, String)> = Vec::new();
    for (from, to) in titles_of(both.from).into_iter().zip(titles_of(both.to)) {
        let (Some(old), Some(new)) = (from.name, to.name) else { continue };
        let values = (plain(&old.value), plain(&new.value));
        if values.0 == values.1 || told.contains(&values) {
            continue;
        }
        told.push(values);
        changes.push(both.change(
            "title-changed",
            from.topic,
            (Some(old.value), old.span),
            (Some(new.value), new.span),
        ));
    }
}

/// A name without escapes and case.
fn plain(name: &str) -> String {
    name.replace('\\', "").to_lowercase()
}

/// The models of title and driver-model line; one that a page does not give is no difference.
fn models(both: Both<'_>, changes: &mut Vec<Change>) {
    let list = |page: &RulePage| {
        let mut models: Vec<Model> = page.models.iter().map(|model| Model::from(model.value.as_str())).collect();
        models.sort();
        models.dedup();
        models
    };
    let (old, new) = (list(both.from), list(both.to));
    let shown = |page: &RulePage| {
        let models: Vec<&str> = page.models.iter().map(|model| model.value.as_str()).collect();
        (Some(models.join(", ")), page.models_span.unwrap_or_default())
    };
    if !old.is_empty() && !new.is_empty() {
        if old != new {
            changes.push(both.change("model-changed", "the driver model", shown(both.from), shown(both.to)));
            return;
        }
    } else if both.from.id.model != both.to.id.model {
        let told = |page: &RulePage| {
            let span = page.models_span.or(page.title.as_ref().map(|title| title.span)).unwrap_or_default();
            (Some(page.id.model.to_string()), span)
        };
        changes.push(both.change("model-changed", "the driver model", told(both.from), told(both.to)));
        return;
    }
    let titled = |page: &RulePage| -> Option<(Model, Span)> {
        let title = page.title.as_ref()?;
        Some((title_parts(&title.value).1?, title.span))
    };
    if let (Some((old, old_at)), Some((new, new_at))) = (titled(both.from), titled(both.to))
        && old != new
    {
        changes.push(both.change(
            "model-changed",
            "the model in the title",
            (Some(old.to_string()), old_at),
            (Some(new.to_string()), new_at),
        ));
    }
}
