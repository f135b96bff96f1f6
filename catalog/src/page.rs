//! Which kind of page a document is, and its reading as that.

use rulebook_diagnostics::{Problem, Span};

use crate::api_page::ApiPage;
use crate::bug_check::{self, BugCheckPage};
use crate::front_matter::FrontMatter;
use crate::identity::title_parts;
use crate::rule_page::RulePage;
use crate::rule_set::RuleSetPage;
use crate::sections::{SectionKind, outline};
use crate::text::{Source, unescape};

/// A document as what it is.
#[derive(Debug, Clone)]
pub enum Page {
    /// About a rule.
    Rule(Box<RulePage>),
    /// A list of rules or of such lists.
    RuleSet(Box<RuleSetPage>),
    /// About a bug check.
    BugCheck(Box<BugCheckPage>),
    /// Of the API reference.
    Api(Box<ApiPage>),
    /// Nothing that the catalog reads.
    Other(Source),
}

impl Page {
    /// Reads one document. An error means that nothing of it can be used; problems beside a page leave it usable.
    pub fn read(source: Source) -> (Result<Self, Box<Problem>>, Vec<Problem>) {
        let mut problems = Vec::new();
        let page = Self::classify(source, &mut problems);
        (page, problems)
    }

    fn classify(source: Source, problems: &mut Vec<Problem>) -> Result<Self, Box<Problem>> {
        let front = FrontMatter::read(&source)?;
        if let Some(uid) = front.text("UID") {
            return ApiPage::read(source, front, &uid).map(|page| Self::Api(Box::new(page)));
        }
        let title = front.text("title").map(|title| title.map(|title| unescape(&title)));
        if let Some(title) = title.clone().filter(|title| bug_check::title_code(&title.value).is_some()) {
            return BugCheckPage::read(source, &front, title).map(|page| Self::BugCheck(Box::new(page)));
        }
        if is_rule(&source, &front, title.as_ref().map(|title| title.value.as_str())) {
            return RulePage::read(source, front, problems).map(|page| Self::Rule(Box::new(page)));
        }
        let kept = source.clone();
        Ok(RuleSetPage::read(source, front).map_or(Self::Other(kept), |page| Self::RuleSet(Box::new(page))))
    }
}

/// Whether a page is about one rule: it has an `api_name`, or a rule's title and one of a rule's sections.
fn is_rule(source: &Source, front: &FrontMatter, title: Option<&str>) -> bool {
    if !front.list(source, "api_name").is_empty() {
        return true;
    }
    let outline = outline(&source.text, Span { start: front.span.end, end: source.text.len() as u32 });
    let heading = outline.title.as_ref().map(|heading| heading.value.as_str());
    let titled = |title: &str| title.to_lowercase().contains("rule") && title_parts(title).0.is_some();
    let own = [SectionKind::HowToTest, SectionKind::AppliesTo, SectionKind::Specification];
    title.or(heading).is_some_and(titled) && outline.sections.iter().any(|section| own.contains(&section.kind))
}
