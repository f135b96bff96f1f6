//! What `sync --write` is to write: pages and facts that follow the documents, and new pages to be finished by hand.
//!
//! Names come from documents that anybody may have written. What cannot be a file name everywhere, what would lead out
//! of the folder, and what would stand in another page's place is refused with a finding, and the rest is planned.

use std::collections::BTreeMap;

use rulebook_catalog::load::load_texts;
use rulebook_catalog::{Model, RuleId, RulePage};

use super::{Inputs, formalised, page, rewrite};
use crate::compare::{self, At, Both};
use crate::{Entry, Evidence};

/// Names longer than this are nobody's; file systems differ in what they bear.
const LONGEST: usize = 100;

/// Which specifications somebody has held against the sentences as they are now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Reviewed {
    /// None.
    #[default]
    None,
    /// These.
    These(Vec<RuleId>),
    /// All.
    All,
}

impl Reviewed {
    fn has(&self, id: &RuleId) -> bool {
        match self {
            Self::None => false,
            Self::These(rules) => rules.contains(id),
            Self::All => true,
        }
    }
}

/// One file to write: a page, or facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The path below the catalog's folder, `/` between its parts; safe to join.
    pub path: String,
    /// Where the page stands now, if elsewhere; it moves.
    pub moved_from: Option<String>,
    /// Whether there is no such file yet.
    pub new: bool,
    /// The whole text.
    pub text: String,
}

/// What to write, and what cannot be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The files that are not as they should be, by path.
    pub steps: Vec<Step>,
    /// Pages that are refused: findings of the kind `page-refused`, at the document's page.
    pub refused: Vec<Entry>,
}

impl Plan {
    /// Plans what makes our pages follow the documents. `root` is the catalog's folder as our pages' paths begin.
    #[must_use]
    pub fn new(inputs: &Inputs<'_>, root: &str, reviewed: &Reviewed) -> Self {
        let pairing = inputs.pairing();
        let mut planner = Planner { plan: Self::default(), taken: BTreeMap::new() };
        let place = |page: &RulePage| below(root, &page.source.path);
        for page in inputs.own.rules() {
            if let Some(path) = place(page) {
                planner.taken.insert(path.to_lowercase(), path);
            }
        }
        for both in &pairing.both {
            planner.update(*both, place(both.from), reviewed);
        }
        for page in &pairing.only_to {
            let double = inputs.docs.rules().iter().find(|other| other.id == page.id && other.id.name != page.id.name);
            match double {
                Some(other) => planner.refuse(
                    page,
                    format!("`{}` and `{}` differ in case only; a rule has one name", page.id, other.id),
                    Some(other),
                ),
                None => planner.start(page),
            }
        }
        if let Some(reference) = inputs.reference.as_ref().filter(|_| inputs.only.is_empty()) {
            for (path, text) in rewrite::updates(reference) {
                let path = below(root, &path);
                planner.plan.steps.extend(path.map(|path| Step { path, moved_from: None, new: false, text }));
            }
        }
        planner.plan.steps.sort_by(|a, b| a.path.cmp(&b.path));
        planner.plan
    }
}

/// The part of `path` below `root`.
fn below(root: &str, path: &str) -> Option<String> {
    let rest = if root.is_empty() { path } else { path.strip_prefix(root)?.trim_start_matches('/') };
    Some(rest.to_owned())
}

struct Planner {
    plan: Plan,
    /// The paths that have a page, by their lower case.
    taken: BTreeMap<String, String>,
}

impl Planner {
    fn refuse(&mut self, page: &RulePage, message: String, other: Option<&RulePage>) {
        let at = At::new(&page.source, page.name.span);
        let related = other.map(|other| {
            let at = At::new(&other.source, other.name.span);
            Evidence { path: at.path, line: at.line, message: "the other".to_owned() }
        });
        self.plan.refused.push(Entry {
            path: at.path,
            line: at.line,
            column: at.column,
            kind: "page-refused".to_owned(),
            subject: page.id.to_string(),
            message,
            found: Some(page.id.to_string()),
            expected: None,
            related: related.into_iter().collect(),
        });
    }

    /// Brings our page up to date.
    fn update(&mut self, both: Both<'_>, place: Option<String>, reviewed: &Reviewed) {
        let (own, published) = (both.from, both.to);
        let Some(place) = place else { return };
        let formalises = own.specification.as_ref().and_then(|_| {
            let recorded = formalised::recorded(own).filter(|_| !reviewed.has(&own.id));
            recorded.or_else(|| Some(formalised::record(published)))
        });
        let text = page::render(published, Some(own), formalises.as_deref()).replace("\r\n", "\n");
        if text == own.source.text.replace("\r\n", "\n") {
            return;
        }
        let Some(id) = self.checked(published, &text) else { return };
        let path = if id == own.id { place.clone() } else { path_of(&id) };
        if path != place && !self.claim(published, &path) {
            return;
        }
        let moved_from = (path != place).then_some(place);
        self.plan.steps.push(Step { path, moved_from, new: false, text });
    }

    /// Starts a page.
    fn start(&mut self, published: &RulePage) {
        let text = page::render(published, None, None);
        let Some(id) = self.checked(published, &text) else { return };
        let path = path_of(&id);
        if self.claim(published, &path) {
            self.plan.steps.push(Step { path, moved_from: None, new: true, text });
        }
    }

    /// The rule of a page as rendered, if it can be stored and says what the document says.
    fn checked(&mut self, published: &RulePage, text: &str) -> Option<RuleId> {
        let id = &published.id;
        if id.model == Model::Unknown {
            self.refuse(published, "the page names no driver model, so no folder of ours is its".to_owned(), None);
            return None;
        }
        for part in [id.model.slug(), id.name.as_str()] {
            if let Err(why) = storable(part) {
                let shown: String = part.chars().take(LONGEST).collect();
                self.refuse(published, format!("`{}` cannot be the name of a page: {why}", shown.escape_debug()), None);
                return None;
            }
        }
        let (pages, _) = load_texts([("page.md", text)]);
        let rendered = pages.rules.first();
        let differs = rendered.is_none_or(|rendered| {
            let changes = compare::facts(Both { from: rendered, to: published });
            changes.iter().any(|change| change.kind != "title-changed")
        });
        if differs {
            self.refuse(
                published,
                "our form of page cannot state what this page says; write it by hand".to_owned(),
                None,
            );
            return None;
        }
        rendered.map(|page| page.id.clone())
    }

    /// Takes a path, unless it or one that differs in case only has a page.
    fn claim(&mut self, published: &RulePage, path: &str) -> bool {
        if let Some(other) = self.taken.get(&path.to_lowercase()) {
            let message = format!("`{path}` would stand in the place of `{other}`");
            self.refuse(published, message, None);
            return false;
        }
        self.taken.insert(path.to_lowercase(), path.to_owned());
        true
    }
}

fn path_of(id: &RuleId) -> String {
    format!("rules/{}/{}.md", id.model, id.name)
}

/// Whether every system stores a file or folder of this name, and why not.
fn storable(name: &str) -> Result<(), &'static str> {
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let lower = name.to_ascii_lowercase();
    let numbered = lower.len() == 4
        && (lower.starts_with("com") || lower.starts_with("lpt"))
        && lower.ends_with(|c: char| c.is_ascii_digit());
    if name.is_empty() {
        Err("it is empty")
    } else if name.len() > LONGEST {
        Err("it is too long")
    } else if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        Err("only letters, digits and `_` can stand in it")
    } else if DEVICES.contains(&lower.as_str()) || numbered {
        Err("Windows keeps it for a device")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_page_can_have() {
        for name in
            ["", "..", "../x", "a/b", "a\\b", "CON", "nul", "Com1", "LPT9", "a b", "a:b", "\u{e9}", &"x".repeat(101)]
        {
            assert!(storable(name).is_err(), "{name}");
        }
        for name in ["SpinLock", "Irql_OID", "Com", "COM10", "console", &"x".repeat(100)] {
            assert!(storable(name).is_ok(), "{name}");
        }
    }
}
