//! Links: to retired pages, to another thing than their text says, to places that do not exist.

use rulebook_catalog::ApiKind;
use rulebook_catalog::links::{ApiTarget, LinkKind, slug};
use rulebook_diagnostics::Span;

use super::context::{Context, Doc, Kind};
use super::finding::{Finding, head};
use super::known::{is_name, words};
use super::places::{Places, folder};

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let places = Places::new(context);
    for doc in context.readable() {
        for passage in doc.text() {
            for (text, target, mark) in passage.inline.links() {
                let link = Link { doc, text: text.trim(), target, span: mark.span };
                link.retired(context, found);
                link.other_api(context, found);
                link.other_rule(context, found);
                link.incomplete(context, found);
                link.anchor(&places, found);
                link.broken(&places, found);
            }
        }
    }
}

struct Link<'l> {
    doc: &'l Doc<'l>,
    text: &'l str,
    target: &'l str,
    span: Span,
}

impl Link<'_> {
    /// `finding` with edits that put `address` in the place of the target, wherever the link has it.
    fn redirect(&self, finding: Finding, address: &str) -> Finding {
        let raw = self.doc.source.slice(self.span);
        let head = if raw.starts_with('[') { raw.len() } else { raw.find('>').unwrap_or(raw.len()) };
        // Names may stand in the text of a link as they do in its target; the target is closed by a mark.
        let places = raw[..head].match_indices(self.target).map(|(at, _)| at);
        let places = places.filter(|at| raw[at + self.target.len()..].starts_with([')', '"']));
        places.fold(finding, |finding, at| {
            let start = self.span.start as usize + at;
            finding.edit(self.doc.source, Span::new(start, start + self.target.len()), address)
        })
    }

    fn finding(&self, kind: &str, message: String) -> Finding {
        Finding::new(kind, &self.doc.subject(), self.doc.source, self.span, message).found(self.target)
    }

    /// The one name in the link's text.
    fn name(&self) -> Option<&str> {
        let name = self.text.trim_end_matches("()").trim_end_matches(',');
        words(name).next().is_some_and(|(_, word)| word == name).then_some(name)
    }

    /// An archived page where the reference has a current one.
    fn retired(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        if !self.target.contains("/previous-versions/") {
            return;
        }
        let of_role = |name: &str| {
            let kind = context.semantics.roles.iter().find(|(_, role)| role.name == name)?;
            context.catalog.api(kind.0)
        };
        let page = |name: &str| context.catalog.api(name).filter(|api| api.name.value == name);
        if let Some(api) = self.name().and_then(|name| page(name).or_else(|| of_role(name))) {
            let current = address(&api.source.path);
            let message = format!(
                "the link on `{}` leads to an archived page, though the reference has a current one",
                self.text
            );
            let finding = self.finding("link-retired", message).expected(current.clone());
            let finding = finding.also(&api.source, api.name.span, "the current page");
            found.push(self.redirect(finding, &current));
        }
    }

    /// The page of another function than the one that the text names.
    fn other_api(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        let (Some(name), Some(target)) = (self.name(), ApiTarget::of(self.target)) else {
            return;
        };
        if target.kind != ApiKind::Function
            || target.name.eq_ignore_ascii_case(name)
            || target.name.contains(&name.to_ascii_lowercase()) && target.name.len() > name.len() + 4
        {
            return;
        }
        let own = context
            .catalog
            .api(name)
            .filter(|api| api.name.value.eq_ignore_ascii_case(name) && api.kind == ApiKind::Function);
        let Some(own) = own else { return };
        let other = context.catalog.api_at(self.target).map_or(target.name.clone(), |api| api.name.value.clone());
        let current = address(&own.source.path);
        // Two names of one system service: in the reference itself they stand for each other.
        let twins = name.get(..2) == Some("Zw") && other.get(..2).is_some_and(|two| two.eq_ignore_ascii_case("nt"));
        if twins && matches!(self.doc.kind, Kind::Api(_)) {
            return;
        }
        let kind = if twins { "link-nt-for-zw" } else { "link-other-api" };
        let message = format!("the link says `{name}` and leads to the page of `{other}`, though `{name}` has a page");
        let finding = self.finding(kind, message).expected(current.clone());
        let finding = finding.also(&own.source, own.name.span, format!("the page of `{name}`"));
        found.push(self.redirect(finding, &current));
    }

    /// The folder of a header in the place of a page in it.
    fn incomplete(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        let path = self.target.trim_end_matches('/');
        let header = path.rsplit('/').next().unwrap_or_default();
        let folder = path.contains("/ddi/") && !header.contains('-') && !header.starts_with('_');
        if let Some(name) = self.name().filter(|name| folder && is_name(name) && !header.eq_ignore_ascii_case(name)) {
            let message = format!("the link on `{name}` leads to the index of a header, not to a page");
            let mut finding = self.finding("link-incomplete", message);
            let own = context.catalog.api(name).filter(|api| api.name.value == name && api.kind == ApiKind::Function);
            if let Some(api) = own {
                let current = address(&api.source.path);
                finding = finding.expected(current.clone()).also(&api.source, api.name.span, "the page");
                finding = self.redirect(finding, &current);
            }
            found.push(finding);
        }
    }

    /// The page of another rule than the one that the text names.
    fn other_rule(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        let Some(rule) = context.rule_at(self.target) else { return };
        let name = self.text.split_whitespace().next().unwrap_or_default();
        let api = context.catalog.api(name).filter(|api| api.name.value == name && self.text == name);
        if let (Some(api), true) = (api, rule.id.name != name || matches!(self.doc.kind, Kind::Api(_))) {
            let message = format!("the link says `{name}`, a function, and leads to the page of a rule, `{}`", rule.id);
            let current = address(&api.source.path);
            let finding = self.finding("link-other-api", message).expected(current.clone());
            let finding = finding.also(&api.source, api.name.span, "the page of the function");
            found.push(self.redirect(finding, &current));
            return;
        }
        let other = context.rules_named(name);
        let is = |page: &&rulebook_catalog::RulePage| page.id == rule.id;
        let same = rule.id.name.eq_ignore_ascii_case(name);
        // Of several rules of one name the one of the page's own driver model is meant.
        let model = match self.doc.kind {
            Kind::Rule(page) => Some(&page.id.model),
            Kind::RuleSet(set) => set.model.as_ref(),
            _ => None,
        };
        let own = model.filter(|model| same && rule.id.model != **model);
        let own = own.and_then(|model| other.iter().find(|page| page.id.model == *model));
        if own.is_none() && (same || other.is_empty() || other.iter().any(is)) {
            return;
        }
        let message = format!("the link says `{name}` and leads to the page of `{}`", rule.id);
        let mut finding = self.finding("link-other-rule", message).also(&rule.source, head(rule), "where it leads");
        if let Some(own) = own {
            let file = own.source.file_name();
            finding = finding.expected(file).also(&own.source, head(own), "the rule of this driver model");
            finding = self.redirect(finding, &self.target.replace(rule.source.file_name(), file));
        }
        found.push(finding);
    }

    /// A place in a page that the page does not have.
    fn anchor(&self, places: &Places<'_>, found: &mut Vec<Finding>) {
        let Some((path, anchor)) = self.target.split_once('#') else { return };
        let page = if path.is_empty() { self.doc.source.file_stem().to_lowercase() } else { slug(path) };
        if path.contains("://") || anchor.is_empty() {
            return;
        }
        let Some((known, also)) = places.anchors.get(&page) else { return };
        if !known.contains_key(&anchor.to_lowercase()) {
            let message = format!("`{page}` has no place `#{anchor}`");
            let near = known
                .keys()
                .min_by_key(|other| (strsim::osa_distance(&anchor.to_lowercase(), other), (*other).clone()));
            let mut finding = self.finding("link-anchor", message);
            let near = near.filter(|near| near.contains("additional") == anchor.contains("additional"));
            match near {
                Some(near) => {
                    finding = finding.expected(format!("#{near}"));
                    finding = finding.also(also, known[near], "the place of the page that is called nearly so");
                }
                None => finding = finding.also(also, Span::default(), "the page, whose places are called otherwise"),
            }
            found.push(finding);
        }
    }

    /// A relative link to a page that is neither at hand nor in the tree of contents.
    fn broken(&self, places: &Places<'_>, found: &mut Vec<Finding>) {
        let path = self.target.split(['#', '?']).next().unwrap_or_default();
        let relative = !path.contains(':')
            && !path.starts_with('/')
            && std::path::Path::new(path).extension().is_some_and(|end| end == "md");
        let clean = path.trim_start_matches("./");
        if !relative || LinkKind::of(self.target) == LinkKind::Mail {
            return;
        }
        let parts: Vec<&str> = clean.split('/').collect();
        if parts.len() == 1
            && places.folders.contains(folder(&self.doc.source.path))
            && !places.files.contains(&clean.to_lowercase())
        {
            let message = format!("`{clean}` is neither in this folder nor in its table of contents");
            found.push(self.finding("link-broken", message));
        }
        let up = parts.iter().skip_while(|part| **part == "..").any(|part| *part == "..");
        if up {
            let clean: Vec<&str> = tidy(&parts);
            let message = "the path goes down and up again".to_owned();
            found.push(self.finding("link-path", message).expected(clean.join("/")));
        }
    }
}

/// `a/../b` as `b`.
fn tidy<'p>(parts: &[&'p str]) -> Vec<&'p str> {
    let mut kept: Vec<&str> = Vec::new();
    for part in parts {
        if *part == ".." && kept.last().is_some_and(|last| *last != "..") {
            kept.pop();
        } else {
            kept.push(part);
        }
    }
    kept
}

/// The address of a reference page, in the form that links of these pages have.
fn address(path: &str) -> String {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default().trim_end_matches(".md");
    let header = parts.next().unwrap_or_default();
    format!("/windows-hardware/drivers/ddi/{header}/{file}")
}
