//! A rule page as facts.

use rulebook_diagnostics::{Problem, Span};
use serde::{Deserialize, Serialize};

use crate::applies_to::{self, ApiRef, ApiRole};
use crate::bug_check::BugCheck;
use crate::dialect::{Example, Specification};
use crate::front_matter::FrontMatter;
use crate::identity::{ModelSource, RuleId, identify};
use crate::inline::Block;
use crate::links::Link;
use crate::packed;
use crate::parts::Parts;
use crate::sections::{Outline, Section, SectionKind, outline};
use crate::testing::Testing;
use crate::text::{Source, Spanned, unescape};

/// Fenced code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeBlock {
    /// What stands behind the opening fence, such as `cpp`; may be empty.
    pub lang: String,
    /// The lines between the fences.
    pub text: String,
    /// The place of those lines.
    pub span: Span,
}

/// An alert or note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The kind in lower case: `note`, `important`, …; empty for a plain quote.
    pub kind: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// A section that no other fact is read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtraSection {
    /// Its heading.
    pub heading: Spanned<String>,
    /// What it says, without code.
    pub blocks: Vec<Block>,
}

/// Everything a rule page says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RulePage {
    /// The page itself.
    #[serde(with = "packed::source")]
    pub source: Source,
    /// Its front matter, unknown keys included.
    pub front_matter: FrontMatter,
    /// The rule.
    pub id: RuleId,
    /// The name, where it was read: from the test command, else the title, else `api_name`.
    pub name: Spanned<String>,
    /// Other spellings of the name on the page, each once.
    pub aliases: Vec<Spanned<String>>,
    /// Where the model of [`Self::id`] was read.
    pub model_source: ModelSource,
    /// The title in the front matter, without escapes.
    pub title: Option<Spanned<String>>,
    /// The title on the page.
    pub heading: Option<Spanned<String>>,
    /// The description, without escapes.
    pub summary: Option<Spanned<String>>,
    /// The driver models on the driver-model line, as found.
    pub models: Vec<Spanned<String>>,
    /// The driver-model line, if there is one.
    pub models_span: Option<Span>,
    /// The running text before the first section, without facts, notes and code.
    pub prose: Vec<Block>,
    /// The APIs of the "Applies to" list, then those of the running text, each in the order of the page.
    pub apis: Vec<ApiRef>,
    /// The bug checks in the order of the page.
    pub bug_checks: Vec<BugCheck>,
    /// The bug-check line, if there is one, also where it names none.
    pub bug_checks_span: Option<Span>,
    /// How to test.
    pub testing: Testing,
    /// Where to read on.
    pub see_also: Vec<Link>,
    /// Notes and alerts.
    pub notes: Vec<Note>,
    /// Code, less that of our own examples.
    pub code: Vec<CodeBlock>,
    /// Sections of the page that are none of the known ones.
    pub extra: Vec<ExtraSection>,
    /// Every section with its place.
    pub sections: Vec<Section>,
    /// The titles of the rule sets that list the page; filled when a whole folder is read.
    pub rule_sets: Vec<String>,
    /// The rule's machine as text, in our own pages.
    pub specification: Option<Specification>,
    /// Violating and compliant code, in our own pages.
    pub examples: Vec<Example>,
}

impl RulePage {
    /// The APIs of the "Applies to" list.
    pub fn applies_to(&self) -> impl Iterator<Item = &ApiRef> {
        self.apis.iter().filter(|api| api.role == ApiRole::AppliesTo)
    }

    /// The section of `kind`, if the page has it.
    #[must_use]
    pub fn section(&self, kind: SectionKind) -> Option<&Section> {
        self.sections.iter().find(|section| section.kind == kind)
    }

    /// Whether the page has a section of that heading.
    #[must_use]
    pub fn has_heading(&self, heading: &str) -> bool {
        self.sections.iter().any(|section| section.heading.as_ref().is_some_and(|own| own.value == heading))
    }

    /// Whether any code, text or list stands under `kind`.
    #[must_use]
    pub fn has(&self, kind: SectionKind) -> bool {
        self.section(kind).is_some()
    }

    /// Reads the page. Problems inside it that leave the rest usable go to `problems`.
    pub(crate) fn read(
        source: Source,
        front_matter: FrontMatter,
        problems: &mut Vec<Problem>,
    ) -> Result<Self, Box<Problem>> {
        let body = Span { start: front_matter.span.end, end: source.text.len() as u32 };
        let Outline { title: heading, sections } = outline(&source.text, body);
        let mut parts = Parts::default();
        for section in &sections {
            parts.section(&source, section, problems);
        }
        let title = front_matter.text("title").map(|title| title.map(|title| unescape(&title)));
        let told = parts.testing.compile_time.as_ref().and_then(|test| test.rule.clone());
        let shown = title.as_ref().or(heading.as_ref());
        let identity = identify(&source, &front_matter, shown, told, parts.models.first())?;
        let mut apis = parts.applies_to;
        applies_to::prose(&parts.prose, &mut apis);
        apis.extend(parts.see_also_apis);
        Ok(Self {
            id: RuleId { model: identity.model, name: identity.name.value.clone() },
            name: identity.name,
            aliases: identity.aliases,
            model_source: identity.model_source,
            title,
            heading,
            summary: front_matter.text("description").map(|text| text.map(|text| unescape(&text))),
            models: parts.models,
            models_span: parts.models_span,
            prose: parts.prose,
            apis,
            bug_checks: parts.bug_checks,
            bug_checks_span: parts.bug_checks_span,
            testing: parts.testing,
            see_also: parts.see_also,
            notes: parts.notes,
            code: parts.code,
            extra: parts.extra,
            sections,
            rule_sets: Vec::new(),
            specification: parts.specification,
            examples: parts.examples,
            source,
            front_matter,
        })
    }
}
