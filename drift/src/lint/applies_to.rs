//! The list under "Applies to" against the text above it.

use std::collections::{BTreeMap, BTreeSet};

use rulebook_catalog::{ApiPage, ComplianceEntry, SectionKind};
use rulebook_diagnostics::Span;

use super::context::Context;
use super::finding::Finding;
use super::listed::{Listed, Named, is_function, key};

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let pages: Vec<Listed<'_>> = context.rule_docs().map(|(page, doc)| Listed::new(context, page, doc)).collect();
    let swapped = swapped(&pages, found);
    for listed in &pages {
        listed.twice(found);
        if listed.list.is_empty() {
            listed.absent(context, found);
            continue;
        }
        if swapped.contains(&listed.page.id.to_string()) {
            continue;
        }
        if let Some(twin) = listed.twin(&pages) {
            listed.unrelated(twin, found);
            continue;
        }
        listed.missing(context, found);
        listed.extra(context, found);
        listed.few(found);
    }
}

impl Listed<'_> {
    /// One function twice in the list.
    fn twice(&self, found: &mut Vec<Finding>) {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for api in self.page.applies_to() {
            match seen.get(&key(&api.name)) {
                Some(first) => {
                    let message = format!("`{}` stands in the list twice", api.name);
                    found.push(self.finding("applies-to-twice", api.span, message).found(api.name.clone()).also(
                        &self.page.source,
                        *first,
                        "the first entry",
                    ));
                }
                None => {
                    seen.insert(key(&api.name), api.span);
                }
            }
        }
    }

    /// No list on a page that names functions.
    fn absent(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        let Some(section) = self.page.section(SectionKind::HowToTest) else { return };
        let names: Vec<&str> = self.text.values().map(|api| api.name.as_str()).collect();
        let reference: Vec<_> = context
            .catalog
            .apis()
            .iter()
            .filter(|api| {
                api.compliance.iter().any(|entry| {
                    entry.name.eq_ignore_ascii_case(&self.page.id.name)
                        && entry.model.as_ref().is_none_or(|model| *model == self.page.id.model)
                })
            })
            .collect();
        let alone = context.rules_named(&self.page.id.name).len() == 1;
        if names.is_empty() && (reference.is_empty() || !alone) {
            return;
        }
        let span = match self.page.section(SectionKind::AppliesTo) {
            Some(_) => self.heading(),
            None => section.heading.as_ref().map_or(section.body, |heading| heading.span),
        };
        let mut wanted: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        if wanted.is_empty() {
            wanted = reference.iter().map(|api| api.name.value.clone()).collect();
        }
        wanted.sort();
        wanted.truncate(8);
        let message = if names.is_empty() {
            format!(
                "the page has no list `Applies to`, though the reference names the rule for {} functions",
                reference.len()
            )
        } else {
            let more = if names.len() > wanted.len() { ", …" } else { "" };
            format!("the page has no list `Applies to`, though its text names {}{more}", wanted.join(", "))
        };
        let mut finding = self.finding("applies-to-absent", span, message).found("no `Applies to` list");
        // What the text names may be more, or less, than what the rule is about.
        finding = finding.expected("a list `Applies to`");
        if let Some(api) = self.text.values().next() {
            finding = finding.also(&self.page.source, api.span, format!("the text is about `{}`", api.name));
        }
        for api in reference.iter().take(2) {
            let entry = api.compliance.iter().find(|entry| entry.name.eq_ignore_ascii_case(&self.page.id.name));
            if let Some(entry) = entry {
                finding = finding.also(
                    &api.source,
                    entry.span,
                    format!("the reference names the rule for `{}`", api.name.value),
                );
            }
        }
        found.push(finding);
    }

    fn unrelated(&self, twin: &Listed<'_>, found: &mut Vec<Finding>) {
        let names: Vec<String> = self.text.values().map(|api| api.name.clone()).collect();
        let message = format!(
            "the list has none of the functions of the text ({})",
            names.iter().take(4).cloned().collect::<Vec<_>>().join(", ")
        );
        let mut finding = self.finding("applies-to-unrelated", self.heading(), message).expected(names.join(", "));
        let listed: Vec<&str> = self.page.applies_to().map(|api| api.name.as_str()).take(4).collect();
        finding = finding.found(format!("{}, …", listed.join(", ")));
        if let Some(api) = self.text.values().next() {
            finding = finding.also(&self.page.source, api.span, format!("the text is about `{}`", api.name));
        }
        let says = format!("the same list stands on the page of `{}`", twin.page.id);
        finding = finding.also(&twin.page.source, twin.heading(), says);
        found.push(finding);
    }

    /// Functions that the text demands something of, and that the list lacks.
    fn missing(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        for (name, api) in &self.text {
            if self.list.contains(name)
                || name.eq_ignore_ascii_case(&self.page.id.name) && !self.announced.contains(name)
            {
                continue;
            }
            let announced = self.announced.contains(name);
            if !announced && !self.governs(api) {
                continue;
            }
            let told = self.told(context, &api.name);
            let open = self.left_out(context, &api.name).filter(|_| told.is_none());
            let what = match (announced, &open) {
                (true, _) => "the text lists",
                (false, None) => "the rule is about",
                (false, Some(_)) => "the text demands something of",
            };
            let message = format!("{what} `{}`, the list `Applies to` lacks it", api.name);
            let mut finding = self.finding("applies-to-missing", api.span, message).found(api.name.clone());
            finding = finding.also(&self.page.source, self.heading(), "the list");
            if let Some((page, entry)) = told {
                finding = finding.also(&page.source, entry.span, "the reference names the rule for the function");
            }
            match open {
                // The reference is with the list: which of the two sides is wrong, is open.
                Some((untold, entry)) => {
                    if let Some(rules) = untold.front_matter.get("req.ddi-compliance") {
                        let says = "the reference does not name the rule for the function, either";
                        finding = finding.also(&untold.source, rules.span, says);
                    }
                    let (page, entry) = entry;
                    let says = format!("the reference names the rule for `{}`, which the list has", page.name.value);
                    finding = finding.also(&page.source, entry.span, says);
                }
                None => finding = finding.expected(format!("an entry `{}` under `Applies to`", api.name)),
            }
            found.push(finding);
        }
    }

    /// Where the reference names the rule for the function `name`.
    fn told<'c>(&self, context: &Context<'c>, name: &str) -> Option<(&'c ApiPage, &'c ComplianceEntry)> {
        let page = context.catalog.api(name)?;
        let own = |entry: &&ComplianceEntry| {
            entry.name.eq_ignore_ascii_case(&self.page.id.name)
                && entry.model.as_ref().is_none_or(|model| *model == self.page.id.model)
        };
        Some((page, page.compliance.iter().find(own)?))
    }

    /// The reference page of `name`, if it names rules and not this one, with a place where the reference names this rule
    /// for another function of the list.
    fn left_out<'c>(
        &self,
        context: &Context<'c>,
        name: &str,
    ) -> Option<(&'c ApiPage, (&'c ApiPage, &'c ComplianceEntry))> {
        let page = context.catalog.api(name).filter(|page| !page.compliance.is_empty())?;
        let sibling = self.page.applies_to().find_map(|api| self.told(context, &api.name))?;
        Some((page, sibling))
    }

    /// Whether the first sentence about the rule demands something of a function: it stands in it as a link, and no word
    /// before it says that it is another's, or a substitute.
    fn governs(&self, api: &Named) -> bool {
        let Some(first) = self.page.prose.first() else { return false };
        let inside = first.inline.span.start <= api.span.start && api.span.end <= first.inline.span.end;
        if !inside {
            return false;
        }
        let raw = self.page.source.slice(Span { start: first.inline.span.start, end: api.span.start }).to_lowercase();
        let sentence = raw.rsplit(". ").next().unwrap_or_default();
        let before: Vec<&str> = sentence.split_whitespace().collect();
        let near = &before[before.len().saturating_sub(5)..];
        let others = ["instead", "such", "similar", "example", "unlike", "using", "rather", "preceded", "typically"];
        !near.iter().any(|word| others.contains(word)) && near.last() != Some(&"use")
    }

    /// A text that bounds a few functions by name, and a list of many more.
    fn few(&self, found: &mut Vec<Finding>) {
        let Some(first) = self.page.prose.first() else { return };
        let text = &first.inline.text;
        let bounded = text.contains("IRQL") && text.contains(" only ") && text.contains("calls ");
        let open = ["following", "listed", "such as", "one of"].iter().any(|word| text.contains(word));
        let others: Vec<&str> = self
            .page
            .applies_to()
            .filter(|api| !self.words.contains(&key(&api.name)))
            .map(|api| api.name.as_str())
            .collect();
        if !bounded || open || self.text.is_empty() || others.len() < 3 || others.len() <= 2 * self.text.len() {
            return;
        }
        let names: Vec<&str> = self.text.values().map(|named| named.name.as_str()).collect();
        let message =
            format!("the text binds only {}, the list has {} other functions", names.join(", "), others.len());
        found.push(self.finding("applies-to-extra", first.inline.span, message).also(
            &self.page.source,
            self.heading(),
            format!("the list, which has {} as well", others.join(", ")),
        ));
    }

    /// Functions that only the list has, where the text lists all that it binds.
    fn extra(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        if !self.exact || self.announced.len() < 3 {
            return;
        }
        for api in self.page.applies_to() {
            let name = key(&api.name);
            // A misspelt name in the text is another defect.
            let near = |word: &String| word.len() + 1 >= name.len() && strsim::osa_distance(word, &name) < 2;
            if self.words.iter().any(near) || !is_function(context, api) && context.catalog.resolve(api).is_none() {
                continue;
            }
            let message = format!("the list has `{}`, which the list in the text lacks", api.name);
            let mut finding = self.finding("applies-to-extra", api.span, message).found(api.name.clone());
            if let Some(first) = self.page.prose.first() {
                finding = finding.also(
                    &self.page.source,
                    first.inline.span,
                    "the text lists the functions that the rule is about",
                );
            }
            if let Some((page, entry)) = self.told(context, &api.name) {
                finding = finding.also(&page.source, entry.span, "the reference names the rule for the function");
            }
            found.push(finding);
        }
    }
}

/// Rules each of whose lists fits the other's text; returns the rules.
pub(super) fn swapped(pages: &[Listed<'_>], found: &mut Vec<Finding>) -> BTreeSet<String> {
    let mut done = BTreeSet::new();
    let fits = |text: &Listed<'_>, list: &Listed<'_>| text.announced.len() > 1 && text.announced.is_subset(&list.list);
    let pairs = pages.iter().enumerate().flat_map(|(at, one)| pages[at + 1..].iter().map(move |other| (one, other)));
    for (one, other) in pairs.filter(|(one, other)| one.page.id.model == other.page.id.model) {
        if !(fits(one, other) && fits(other, one)) {
            continue;
        }
        // Of siblings, one text may fit both lists, where the other's fits only the wrong one.
        let (short, long) = (key(&one.page.id.name), key(&other.page.id.name));
        let siblings = long == format!("{short}a") && other.list.difference(&one.list).count() > 1;
        let crossed = !fits(one, one) && (siblings || !fits(other, other));
        if !crossed {
            continue;
        }
        for (page, peer) in [(one, other), (other, one)] {
            let message = format!(
                "the list fits the text of `{}`, and the list there fits this text: the two are swapped",
                peer.page.id
            );
            found.push(page.finding("applies-to-swapped", page.heading(), message).also(
                &peer.page.source,
                peer.heading(),
                "the list that belongs here",
            ));
            done.insert(page.page.id.to_string());
        }
    }
    done
}
