//! What a page calls its rule, in every place where it does.

use std::collections::BTreeMap;

use rulebook_catalog::identity::ModelSource;
use rulebook_catalog::{Model, RulePage, Source};
use rulebook_diagnostics::Span;

use super::context::{Context, Doc};
use super::finding::Finding;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for (page, doc) in context.rule_docs() {
        spelling(context, page, doc, found);
        empty_model(page, doc, found);
        if page.title.as_ref().is_some_and(|title| title_model(&title.value).is_none()) {
            missing_model(context, page, found);
        }
        driver_model(page, found);
    }
}

/// A place that names the rule.
struct Named<'p> {
    source: &'p Source,
    what: String,
    name: String,
    span: Span,
}

/// The name in a title such as `Name rule (wdm)`, and where in it.
pub(super) fn title_name(title: &str) -> Option<&str> {
    let name = title.split_whitespace().next()?;
    let rest = title[title.find(name)? + name.len()..].trim_start();
    rest.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("rule")).then_some(name)
}

/// What stands in the parentheses at the end of a title; `None` where there are none.
fn title_model(title: &str) -> Option<&str> {
    let rest = title.trim().strip_suffix(')')?;
    rest.rfind('(').map(|at| rest[at + 1..].trim())
}

/// All places that name the rule: on its own page, in trees of contents, in lists.
fn places<'p>(context: &Context<'p>, page: &'p RulePage, doc: &Doc<'_>) -> Vec<Named<'p>> {
    let mut all: Vec<Named<'p>> = Vec::new();
    let source = &page.source;
    let mut own = |what: &str, name: &str, span: Span| {
        all.push(Named { source, what: what.to_owned(), name: name.to_owned(), span });
    };
    let within = |title: &str, span: Span| {
        let raw = source.slice(span);
        let name = title_name(title)?;
        // Names with underscores are escaped in headings.
        let written = if raw.contains(name) { name.to_owned() } else { name.replace('_', "\\_") };
        let at = raw.find(&written)?;
        let start = span.start as usize + at;
        Some((name.to_owned(), Span::new(start, start + written.len())))
    };
    for (what, title) in [("title", &page.title), ("heading", &page.heading)] {
        if let Some((name, span)) = title.as_ref().and_then(|title| within(&title.value, title.span)) {
            own(what, &name, span);
        }
    }
    for name in doc.front.list(source, "api_name") {
        own("`api_name`", &name.value.replace('\\', ""), name.span);
    }
    for keyword in doc.front.list(source, "keywords") {
        if let Some((name, span)) = within(&keyword.value, keyword.span) {
            own("keyword", &name, span);
        }
    }
    if let Some(rule) = page.testing.compile_time.as_ref().and_then(|test| test.rule.as_ref()) {
        let raw = source.slice(rule.span);
        let start = rule.span.start as usize + raw.find(&rule.value).unwrap_or(0);
        own("test at compile time", &rule.value, Span::new(start, start + rule.value.len()));
    }
    for toc in context.catalog.tocs() {
        for node in &toc.nodes {
            node.walk(&mut Vec::new(), &mut |_, node| {
                let Some(target) = &node.page else { return };
                if context.rule_at(&target.value).is_some_and(|rule| rule.id == page.id) {
                    let before = &toc.source.text[..target.span.start as usize];
                    if let Some(at) = before.rfind(&node.name) {
                        let span = Span::new(at, at + node.name.len());
                        let what = "table of contents".to_owned();
                        all.push(Named { source: &toc.source, what, name: node.name.clone(), span });
                    }
                }
            });
        }
    }
    all
}

/// The spelling that most places have; of two with as many, that of the first place.
fn usual(places: &[Named<'_>]) -> Option<String> {
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    for place in places {
        *votes.entry(&place.name).or_default() += 1;
    }
    let most = votes.values().max()?;
    places.iter().find(|place| votes.get(place.name.as_str()) == Some(most)).map(|place| place.name.clone())
}

fn spelling(context: &Context<'_>, page: &RulePage, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let places = places(context, page, doc);
    let Some(usual) = usual(&places) else { return };
    for place in places.iter().filter(|place| place.name != usual) {
        let case = place.name.eq_ignore_ascii_case(&usual);
        let kind = if case { "rule-name-miscased" } else { "rule-name-differs" };
        let message = format!("the {} calls the rule `{}`, other places call it `{usual}`", place.what, place.name);
        let mut finding = Finding::new(kind, &page.id.to_string(), place.source, place.span, message)
            .expected(usual.clone())
            .edit(place.source, place.span, usual.replace('_', if place.what == "heading" { "\\_" } else { "_" }));
        for other in places.iter().filter(|other| other.name == usual).take(2) {
            finding = finding.also(other.source, other.span, format!("the {} has `{usual}`", other.what));
        }
        found.push(finding);
    }
}

/// `Name rule ()`.
fn empty_model(page: &RulePage, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let empty = |text: &str| text.trim_end().ends_with("()");
    let Some(title) = page.title.as_ref().filter(|title| empty(&title.value)) else {
        return;
    };
    let told = page.models.first().map(|model| model.value.clone());
    let message = "the parentheses of the title, which should hold the driver model, are empty".to_owned();
    let mut finding = Finding::new("model-empty", &page.id.to_string(), &page.source, title.span, message);
    let mut spans = vec![title.span];
    if let Some(heading) = page.heading.as_ref().filter(|heading| empty(&heading.value)) {
        finding = finding.also(&page.source, heading.span, "the same in the heading");
        spans.push(heading.span);
    }
    for keyword in doc.front.list(&page.source, "keywords").into_iter().filter(|keyword| empty(&keyword.value)) {
        finding = finding.also(&page.source, keyword.span, "the same among the keywords");
        spans.push(keyword.span);
    }
    if let (Some(model), Some(line)) = (told, page.models_span) {
        finding = finding.also(&page.source, line, format!("the driver model is `{model}`"));
        finding = finding.expected(title.value.replace("()", &format!("({model})")));
        for (at, span) in spans.into_iter().enumerate() {
            let raw = page.source.slice(span);
            let model = if at == 0 { model.clone() } else { model.to_lowercase() };
            finding = finding.edit(&page.source, span, raw.replace("()", &format!("({model})")));
        }
    }
    found.push(finding);
}

/// How titles write a model.
fn written(context: &Context<'_>, model: &Model) -> String {
    let used = context.rules.iter().filter(|page| page.id.model == *model);
    let mut models = used.filter_map(|page| title_model(&page.title.as_ref()?.value)).filter(|model| !model.is_empty());
    models.next().map_or_else(|| model.slug().to_uppercase(), str::to_owned)
}

/// A title without a model, where other titles have theirs.
fn missing_model(context: &Context<'_>, page: &RulePage, found: &mut Vec<Finding>) {
    let Some(title) = &page.title else { return };
    let others = context.rules.iter().filter_map(|page| page.title.as_ref());
    let with = others.clone().filter(|title| title_model(&title.value).is_some()).count();
    if with * 2 < others.count() || page.id.model == Model::Unknown {
        return;
    }
    let model = written(context, &page.id.model);
    let message = "the title lacks the driver model, which the titles of other rules have".to_owned();
    let raw = page.source.slice(title.span).trim_end().to_owned();
    let mut finding = Finding::new("model-missing", &page.id.to_string(), &page.source, title.span, message)
        .expected(format!("{} ({model})", title.value))
        .edit(&page.source, title.span, format!("{raw} ({model})"));
    if let Some(heading) = page.heading.as_ref().filter(|heading| title_model(&heading.value).is_none()) {
        let raw = page.source.slice(heading.span).trim_end().to_owned();
        finding = finding.also(&page.source, heading.span, "the heading lacks it, too");
        finding = finding.edit(&page.source, heading.span, format!("{raw} ({})", model.to_lowercase()));
    }
    found.push(finding);
}

/// The driver-model line.
fn driver_model(page: &RulePage, found: &mut Vec<Finding>) {
    let id = page.id.to_string();
    let Some(line) = page.models_span else {
        let span = page.heading.as_ref().map_or(Span::default(), |heading| heading.span);
        let message = "the page has no `Driver model` line".to_owned();
        found.push(
            Finding::new("driver-model-missing", &id, &page.source, span, message)
                .found("no `Driver model` line")
                .expected(format!("Driver model: {}", page.id.model.slug().to_uppercase())),
        );
        return;
    };
    let titled = page.model_source == ModelSource::Title;
    let has = page.models.iter().any(|model| Model::from(model.value.as_str()) == page.id.model);
    if let (true, false, Some(first)) = (titled, has, page.models.first()) {
        let message = format!(
            "the driver-model line says `{}`, the title says `{}`",
            first.value,
            page.id.model.slug().to_uppercase()
        );
        let mut finding = Finding::new("driver-model-differs", &id, &page.source, line, message)
            .found(first.value.clone())
            .expected(page.id.model.slug().to_uppercase());
        if let Some(title) = &page.title {
            finding = finding.also(&page.source, title.span, "the title");
        }
        found.push(finding);
    }
}
