//! A page of the API reference as facts: parameters, level, header, the rules that name the API.

use rulebook_diagnostics::{Problem, Span};
use serde::{Deserialize, Serialize};

use crate::chunks::{Chunk, chunks};
use crate::front_matter::FrontMatter;
use crate::identity::Model;
use crate::inline::Inline;
use crate::irql_text::{self, IrqlText};
use crate::links::{ApiKind, ApiTarget};
use crate::parts::code_block;
use crate::rule_page::CodeBlock;
use crate::sections::{Heading, headings};
use crate::text::{Source, Spanned, trim, unescape};

/// Which way a parameter carries data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Into the function.
    In,
    /// Out of it.
    Out,
    /// Both ways.
    InOut,
}

/// A parameter of a function or callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// The name and its place.
    pub name: Spanned<String>,
    /// The direction, if the page gives one.
    pub direction: Option<Direction>,
    /// Whether it may be left out.
    pub optional: bool,
    /// The place of its description.
    pub description: Span,
}

/// A rule that the reference names for an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComplianceEntry {
    /// The name as found.
    pub name: String,
    /// The model behind it in parentheses.
    pub model: Option<Model>,
    /// Its place.
    pub span: Span,
}

impl ComplianceEntry {
    /// The rule as facts spell it, such as `Name(model)`.
    #[must_use]
    pub fn fact(&self) -> String {
        self.model.as_ref().map_or_else(|| self.name.clone(), |model| format!("{}({model})", self.name))
    }
}

/// A section of a reference page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiSection {
    /// The heading in lower case without its dash: `description`, `parameters`, `returns`, `remarks`, `see-also`, …
    pub name: String,
    /// What stands below it.
    pub body: Span,
}

/// Everything a reference page says.
#[derive(Debug, Clone)]
pub struct ApiPage {
    /// The page itself.
    pub source: Source,
    /// Its front matter.
    pub front_matter: FrontMatter,
    /// What it describes.
    pub kind: ApiKind,
    /// Whether it is a macro.
    pub is_macro: bool,
    /// The name: the page's UID less kind, header and suffix.
    pub name: Spanned<String>,
    /// The header of the UID, in lower case, without `.h`.
    pub header: String,
    /// The header to include, as the page has it.
    pub include: Option<Spanned<String>>,
    /// The library.
    pub library: Option<Spanned<String>>,
    /// The description in the front matter.
    pub summary: Option<Spanned<String>>,
    /// The level it must be called at, or is called at if it is a callback.
    pub irql: Spanned<IrqlText>,
    /// The rules that it names.
    pub compliance: Vec<ComplianceEntry>,
    /// The parameters in order.
    pub parameters: Vec<Parameter>,
    /// The declaration, on the few pages that have one.
    pub syntax: Option<CodeBlock>,
    /// Every section with its place.
    pub sections: Vec<ApiSection>,
}

impl ApiPage {
    /// The section called `name`, such as `remarks`.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&ApiSection> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The text of the section called `name`, plain; empty if there is none.
    #[must_use]
    pub fn section_text(&self, name: &str) -> Inline {
        self.section(name).map_or_else(Inline::default, |section| Inline::read(&self.source.text, section.body))
    }

    /// What it returns, plain.
    #[must_use]
    pub fn returns(&self) -> Inline {
        self.section_text("returns")
    }

    /// The page as links name it.
    #[must_use]
    pub fn target(&self) -> ApiTarget {
        ApiTarget { kind: self.kind, header: self.header.clone(), name: self.name.value.to_ascii_lowercase() }
    }

    /// Reads the page, whose front matter has a `UID`.
    pub(crate) fn read(source: Source, front: FrontMatter, uid: &Spanned<String>) -> Result<Self, Box<Problem>> {
        let bad = || {
            Box::new(Problem::error(
                "reference/uid",
                source.place(uid.span),
                format!("`{}` is not a UID such as `NF:wdm.Name`", uid.value),
            ))
        };
        let (kind, rest) = uid.value.split_once(':').ok_or_else(bad)?;
        let kind = ApiKind::from_prefix(kind).ok_or_else(bad)?;
        let (header, name) = rest.split_once('.').ok_or_else(bad)?;
        let name = name.split('~').next().unwrap_or_default();
        if header.is_empty() || name.is_empty() {
            return Err(bad());
        }
        let at = uid.span.start as usize + uid.value.len() - rest.len() + header.len() + 1;
        let name = Spanned::new(name.to_owned(), Span::new(at, at + name.len()));
        let header = header.to_ascii_lowercase();
        let page = source.text.as_str();
        let body = Span { start: front.span.end, end: page.len() as u32 };
        let (sections, parameters) = sections(page, body);
        let syntax = sections
            .iter()
            .filter(|section| matches!(section.name.as_str(), "syntax" | "prototype"))
            .find_map(|section| {
                chunks(page, section.body, |_| false).into_iter().find_map(|chunk| match chunk {
                    Chunk::Fence { lang, code, .. } => Some(code_block(page, lang, code)),
                    _ => None,
                })
            });
        let irql = front.get("req.irql").map_or(Span::default(), |entry| entry.span);
        let irql =
            Spanned::new(irql_text::read(&front.text("req.irql").map(|text| text.value).unwrap_or_default()), irql);
        let titled = front.text("title").is_some_and(|title| title.value.contains(" macro"));
        let constructed = front.text("req.construct-type").is_some_and(|kind| kind.value.eq_ignore_ascii_case("macro"));
        Ok(Self {
            kind,
            is_macro: titled || constructed,
            name,
            header,
            include: front.text("req.include-header").or_else(|| front.text("req.header")),
            library: front.text("req.lib"),
            summary: front.text("description").map(|text| text.map(|text| unescape(&text))),
            irql,
            compliance: compliance(&source, &front),
            parameters,
            syntax,
            sections,
            source,
            front_matter: front,
        })
    }
}

/// The rules in `req.ddi-compliance`.
fn compliance(source: &Source, front: &FrontMatter) -> Vec<ComplianceEntry> {
    let Some(entry) = front.get("req.ddi-compliance") else {
        return Vec::new();
    };
    let text = source.slice(entry.span);
    let mut at = entry.span.start as usize;
    let mut found = Vec::new();
    for part in text.split([',', ';']) {
        let span = trim(&source.text, Span::new(at, at + part.len()));
        at += part.len() + 1;
        let part = span.slice(&source.text).trim_matches(['"', '\'']);
        let (name, model) = match part.split_once('(') {
            Some((name, model)) => (name.trim(), Some(Model::from(model.trim_end_matches(')')))),
            None => (part, None),
        };
        if !name.is_empty() {
            found.push(ComplianceEntry { name: unescape(name), model, span });
        }
    }
    found
}

/// The sections, and the parameters with their descriptions.
fn sections(page: &str, body: Span) -> (Vec<ApiSection>, Vec<Parameter>) {
    let mut sections: Vec<ApiSection> = Vec::new();
    let mut parameters: Vec<Parameter> = Vec::new();
    // A description ends at the next heading of whatever kind.
    let mut open = false;
    for heading in headings(page, body) {
        let (start, end) = heading.bounds();
        if std::mem::take(&mut open)
            && let Some(last) = parameters.last_mut()
        {
            last.description.end = start;
        }
        let text = heading.text.value.as_str();
        if heading.level <= 2 {
            if let Some(last) = sections.last_mut() {
                last.body.end = start;
            }
            if heading.level == 2 {
                let name = text.trim_start_matches('-').trim().to_lowercase().replace(' ', "-");
                sections.push(ApiSection { name, body: Span { start: end, end: body.end } });
            }
        } else if let Some(parameter) = parameter(page, &heading, Span { start: end, end: body.end }) {
            parameters.push(parameter);
            open = true;
        }
    }
    for parameter in &mut parameters {
        let untold = parameter.direction.is_none();
        let description = trim(page, parameter.description);
        if let (true, Some((note, _))) =
            (untold, description.slice(page).strip_prefix('[').and_then(|rest| rest.split_once(']')))
        {
            (parameter.direction, parameter.optional) = direction(note);
        }
        parameter.description = description;
    }
    (sections, parameters)
}

/// The parameter that a heading such as `### -param Lock [in, optional]` names.
fn parameter(page: &str, heading: &Heading, description: Span) -> Option<Parameter> {
    let raw = heading.text.span.slice(page);
    let rest = raw.strip_prefix("-param")?;
    let trimmed = rest.trim_start();
    if trimmed.len() == rest.len() {
        return None;
    }
    let (name, note) = trimmed.split_once('[').unwrap_or((trimmed, ""));
    let written = name.trim();
    let at = heading.text.span.start as usize + raw.len() - trimmed.len();
    let (direction, optional) = direction(note);
    Some(Parameter {
        name: Spanned::new(unescape(written), Span::new(at, at + written.len())),
        direction,
        optional,
        description,
    })
}

/// Reads `in, optional`, `_Inout_`, `_In_reads_opt_(…)`, `*Out*`, `in/out`, …
fn direction(note: &str) -> (Option<Direction>, bool) {
    let lower = note.split('(').next().unwrap_or_default().to_ascii_lowercase();
    let words: Vec<_> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let has = |word: &str| words.contains(&word);
    let direction = match (has("in"), has("out"), has("inout")) {
        (true, true, _) | (_, _, true) => Some(Direction::InOut),
        (true, ..) => Some(Direction::In),
        (_, true, _) => Some(Direction::Out),
        _ => None,
    };
    (direction, has("optional") || has("opt"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_read_in_every_spelling() {
        use Direction::{In, InOut, Out};
        for (note, expected, optional) in [
            ("in]", Some(In), false),
            ("in, optional]", Some(In), true),
            ("out, optional]", Some(Out), true),
            ("in, out]", Some(InOut), false),
            ("in/out]", Some(InOut), false),
            ("_In_]", Some(In), false),
            ("_Inout_]", Some(InOut), false),
            ("_Out_opt]", Some(Out), true),
            ("_In_reads_opt_(_Inexpressible_(\"varies\"))]", Some(In), true),
            ("*In*, optional", Some(In), true),
            ("in[]", Some(In), false),
            ("optional]", None, true),
            ("", None, false),
        ] {
            assert_eq!(direction(note), (expected, optional), "{note}");
        }
    }
}
