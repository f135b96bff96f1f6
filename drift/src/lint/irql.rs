//! Levels: what rule pages say of a function against the reference, other pages, and themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use rulebook_catalog::{ApiRef, Inline, PassageKind, RulePage, SectionKind};
use rulebook_diagnostics::Span;
use rulebook_machine::{Interval, Level};

use super::context::{Context, Doc, Kind};
use super::finding::{Finding, short};
use super::listed::is_function;

/// A bound in words: `IRQL <= APC_LEVEL`, `IRQL less than or equal to APC_LEVEL`.
static BOUND: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let levels = LEVELS.map(Level::name).join("|");
    let relations = "<=|>=|=|<|>|equal to|less than or equal to|lower than|is";
    Regex::new(&format!(r"IRQL\s*({relations})?\s*({levels})_LEVEL")).ok()
});

/// The levels that have a name with an ending.
pub(super) const LEVELS: [Level; 4] = [Level::PASSIVE, Level::APC, Level::DISPATCH, Level::HIGH];

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for (page, doc) in context.rule_docs() {
        let demands = demands(context, page, doc);
        against_reference(context, page, &demands, found);
        against_itself(page, &demands, found);
        ambiguous(page, found);
        description(page, doc, found);
    }
    tables(context, found);
}

/// The bounds of a text with their places in it; relations that say nothing are left out.
pub(super) fn bounds(text: &str) -> Vec<(std::ops::Range<usize>, Interval)> {
    let Some(pattern) = BOUND.as_ref() else { return Vec::new() };
    let mut all = Vec::new();
    for hit in pattern.captures_iter(text) {
        let Ok(level) = hit[2].parse::<Level>() else { continue };
        let below = Level(level.0.saturating_sub(1));
        let interval = match hit.get(1).map(|relation| relation.as_str()) {
            Some("<=" | "less than or equal to") => Interval::at_most(level),
            Some("<" | "lower than") => Interval::at_most(below),
            Some("=" | "equal to") => Interval::exactly(level),
            Some(">=") => Interval { min: level, max: Level::HIGH },
            _ => continue,
        };
        if let Some(whole) = hit.get(0) {
            all.push((whole.range(), interval));
        }
    }
    all
}

/// A bound that a page sets on one function.
struct Demand<'p> {
    api: &'p ApiRef,
    interval: Interval,
    /// Where the bound stands.
    place: Span,
    /// Whether it holds only on a condition.
    conditional: bool,
    how: How,
}

/// How a page comes to bound a function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// The text names the function.
    Named,
    /// The function is in the list below the text.
    Listed,
    /// The rule is about functions that can only be called at a level, and the function is in its list.
    Kind,
}

/// The sentences of a text with their places.
fn sentences(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut all = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices(". ").chain(text.match_indices(".\n")) {
        if at >= from {
            all.push(from..at + 1);
            from = at + 2;
        }
    }
    all.push(from.min(text.len())..text.len());
    all
}

/// What the running text demands of functions.
fn demands<'p>(context: &Context<'_>, page: &'p RulePage, doc: &Doc<'_>) -> Vec<Demand<'p>> {
    let end = page.section(SectionKind::HowToTest).map_or(u32::MAX, |section| section.body.start);
    let mut all = Vec::new();
    let functions: Vec<&ApiRef> = page.apis.iter().filter(|api| is_function(context, api)).collect();
    let passages: Vec<_> = doc
        .passages
        .iter()
        .filter(|passage| passage.inline.span.start < end && passage.kind != PassageKind::Code)
        .collect();
    for (at, passage) in passages.iter().enumerate() {
        let inline: &Inline = &passage.inline;
        for sentence in sentences(&inline.text) {
            let text = &inline.text[sentence.clone()];
            let mut found = bounds(text);
            let lower = text.to_lowercase();
            // `DDIs that can only be called at` the lowest level needs no `IRQL`.
            let lowest = Level::PASSIVE.long_name();
            if let (true, true, Some(at)) =
                (found.is_empty(), lower.contains("ddis that can only"), text.find(lowest.as_str()))
            {
                found.push((at..at + lowest.len(), Interval::exactly(Level::PASSIVE)));
            }
            let [(range, interval)] = &found[..] else { continue };
            let bounding = ["only", "must", "calls", "can be called"].iter().any(|word| lower.contains(word));
            let spoken =
                ["example", "caller", " raises ", "sets irql", "note "].iter().any(|word| lower.contains(word));
            if !bounding || spoken {
                continue;
            }
            let span = inline.span_of(sentence.start, sentence.end);
            let place = inline.span_of(sentence.start + range.start, sentence.start + range.end);
            let inside = |api: &&&ApiRef| span.start <= api.span.start && api.span.end <= span.end;
            let mut bound: Vec<&ApiRef> = functions.iter().filter(inside).copied().collect();
            let mut how = How::Named;
            let mut below: Vec<&ApiRef> = Vec::new();
            if lower.contains("ddis that can only") {
                how = How::Kind;
                bound = page.applies_to().filter(|api| is_function(context, api)).collect();
            } else if bound.is_empty() && lower.contains("following") {
                let list = passages[at + 1..].iter().take_while(|next| {
                    matches!(next.kind, PassageKind::Item(_))
                        || next.inline.text.lines().all(|line| line.split_whitespace().count() < 3)
                });
                let spans: Vec<Span> = list.map(|next| next.inline.span).collect();
                let within =
                    |api: &&&ApiRef| spans.iter().any(|span| span.start <= api.span.start && api.span.end <= span.end);
                bound = functions.iter().filter(within).copied().collect();
                // What only the list below has is bound as well, if this is the one bound of the page.
                let text = |api: &&&ApiRef| api.span.end <= end;
                let named: BTreeSet<String> =
                    functions.iter().filter(text).map(|api| api.name.to_lowercase()).collect();
                let only = |api: &&ApiRef| is_bound(context, api) && !named.contains(&api.name.to_lowercase());
                below.extend(page.applies_to().filter(only));
            } else if bound.is_empty() && (lower.contains("listed in the rule") || lower.contains("specific ")) {
                how = How::Listed;
                bound = page.applies_to().filter(|api| is_function(context, api)).collect();
            }
            let conditional = [" when ", "if ", "unless"].iter().any(|word| lower.contains(word))
                && !lower.contains("when it is executing")
                && !lower.contains("when a driver is processing");
            let demand = |api, how| Demand { api, interval: *interval, place, conditional, how };
            all.extend(bound.into_iter().map(|api| demand(api, how)));
            all.extend(below.into_iter().map(|api| demand(api, How::Listed)));
        }
    }
    all
}

/// Whether the reference gives a level for an entry of a list: functions, and function pointers that code calls.
fn is_bound(context: &Context<'_>, api: &ApiRef) -> bool {
    context.catalog.resolve(api).is_some_and(|api| api.irql.value.bound.interval().is_some())
}

fn against_reference(context: &Context<'_>, page: &RulePage, demands: &[Demand<'_>], found: &mut Vec<Finding>) {
    for demand in demands {
        let by_name = context.catalog.api(&demand.api.name).filter(|api| api.name.value == demand.api.name);
        let Some(api) = by_name.or_else(|| context.catalog.resolve(demand.api)) else { continue };
        let text = &api.irql.value;
        let Some(reference) = text.bound.interval().filter(|_| !text.qualified) else { continue };
        // A condition may narrow the levels, but not forbid the low ones that the reference allows.
        let differs =
            if demand.conditional { demand.interval.min > reference.min } else { demand.interval != reference };
        if !differs {
            continue;
        }
        let (level, name) = (written(demand.interval), &demand.api.name);
        let message = match demand.how {
            How::Named => format!("the page demands `{level}` for `{name}`"),
            How::Listed => format!("the page demands `{level}` for the functions of its list, `{name}` among them"),
            How::Kind => format!("the rule is about functions that need `{level}`, and its list has `{name}`"),
        };
        let message = format!("{message}; the reference page of `{name}` says `{}`", text.text);
        let mut finding = Finding::new("irql-differs", &page.id.to_string(), &page.source, demand.api.span, message)
            .found(level)
            .also(&page.source, demand.place, "the bound")
            .also(&api.source, api.irql.span, format!("`req.irql` of `{}`", api.name.value));
        // Where only the list has the function, the entry may be what is wrong.
        if demand.how == How::Named {
            finding = finding.expected(text.text.clone());
        }
        found.push(finding);
    }
}

/// A bound as the pages write it.
pub(super) fn written(interval: Interval) -> String {
    let relation = if interval.min == interval.max {
        "="
    } else if interval.min == Level::PASSIVE {
        "<="
    } else {
        ">="
    };
    let level = if relation == ">=" { interval.min } else { interval.max };
    format!("IRQL {relation} {}", level.long_name())
}

/// One function with two bounds on one page.
fn against_itself(page: &RulePage, demands: &[Demand<'_>], found: &mut Vec<Finding>) {
    let mut seen: BTreeMap<String, &Demand<'_>> = BTreeMap::new();
    for demand in demands.iter().filter(|demand| !demand.conditional) {
        let key = demand.api.name.to_lowercase();
        if let Some(first) = seen.get(&key).filter(|first| first.interval != demand.interval) {
            let message = format!(
                "the page demands `{}` for `{}` here and `{}` elsewhere",
                written(demand.interval),
                demand.api.name,
                written(first.interval)
            );
            found.push(
                Finding::new("irql-contradiction", &page.id.to_string(), &page.source, demand.place, message)
                    .found(written(demand.interval))
                    .also(&page.source, first.place, "the other bound")
                    .also(&page.source, first.api.span, format!("the function, `{}`", demand.api.name)),
            );
        }
        seen.entry(key).or_insert(demand);
    }
}

/// The distinct bounds that a rule page's first paragraph states.
fn stated(page: &RulePage) -> Vec<(Interval, Span)> {
    let Some(first) = page.prose.first() else { return Vec::new() };
    bounds(&first.inline.text)
        .into_iter()
        .map(|(range, interval)| (interval, first.inline.span_of(range.start, range.end)))
        .collect()
}

/// One sentence with two bounds of which one holds the other, and no word on which of them holds when.
fn ambiguous(page: &RulePage, found: &mut Vec<Finding>) {
    for block in &page.prose {
        let inline = &block.inline;
        for sentence in sentences(&inline.text) {
            let text = &inline.text[sentence.clone()];
            let [(first, one), (second, other)] = &bounds(text)[..] else { continue };
            let between = text[first.end..second.start].trim().trim_start_matches(',').trim_start();
            let within = one.min >= other.min && one.max <= other.max || other.min >= one.min && other.max <= one.max;
            if one != other && within && (between == "or" || between == "or at") {
                let span = inline.span_of(sentence.start + first.start, sentence.start + second.end);
                let message = "one bound holds the other, and nothing says which functions each of them is for";
                found.push(
                    Finding::new("irql-ambiguous", &page.id.to_string(), &page.source, span, message.to_owned())
                        .found(short(&text[first.start..second.end])),
                );
            }
        }
    }
}

fn description(page: &RulePage, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let Some(entry) = doc.front.get("description") else { return };
    let raw = doc.source.slice(entry.span).replace("\\_", "_");
    let (said, stated) = (bounds(&raw), stated(page));
    let all = page.prose.iter().flat_map(|block| bounds(&block.inline.text));
    let set: BTreeSet<(u8, u8)> = all.map(|(_, interval)| (interval.min.0, interval.max.0)).collect();
    for (_, interval) in said {
        if let (false, Some((right, place))) = (set.contains(&(interval.min.0, interval.max.0)), stated.first()) {
            let message = format!("the description says `{}`, the text `{}`", written(interval), written(*right));
            found.push(
                Finding::new("description-level", &page.id.to_string(), doc.source, entry.span, message)
                    .found(written(interval))
                    .expected(written(*right))
                    .also(doc.source, *place, "the text"),
            );
        }
    }
}

/// Rows of rule sets and bug-check tables that state another bound than the page of the rule.
fn tables(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable().filter(|doc| matches!(doc.kind, Kind::RuleSet(_) | Kind::BugCheck(_))) {
        let mut row_rule: Option<((usize, usize), &RulePage)> = None;
        for passage in &doc.passages {
            let PassageKind::Cell { table, row, .. } = passage.kind else { continue };
            let rule = passage.inline.links().find_map(|(_, target, _)| context.rule_at(target));
            if let Some(rule) = rule.filter(|_| row_rule.is_none_or(|(at, _)| at != (table, row))) {
                row_rule = Some(((table, row), rule));
            }
            let Some((_, rule)) = row_rule.filter(|(at, _)| *at == (table, row)) else { continue };
            let (said, stated) = (bounds(&passage.inline.text), stated(rule));
            if let ([(range, interval)], [(right, place)]) = (&said[..], &stated[..])
                && interval != right
            {
                let span = passage.inline.span_of(range.start, range.end);
                let message = format!(
                    "the row says `{}` of `{}`, the page of the rule `{}`",
                    written(*interval),
                    rule.id,
                    written(*right)
                );
                found.push(
                    Finding::new("row-level", &rule.id.to_string(), doc.source, span, message)
                        .found(short(&passage.inline.text[range.clone()]))
                        .expected(written(*right))
                        .also(&rule.source, *place, "the page of the rule"),
                );
            }
        }
    }
}
