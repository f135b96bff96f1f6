//! The two sections that only our own pages have: the rule's machine, and code that shows what it means.

use rulebook_diagnostics::Span;
use serde::{Deserialize, Serialize};

use crate::chunks::{Chunk, chunks};
use crate::inline::Inline;
use crate::parts::code_block;
use crate::rule_page::CodeBlock;
use crate::sections::Section;
use crate::text::{Spanned, lines};

/// The mark in a comment that says: the rule is violated on this line.
const MARK: &str = "//~";

/// The machine of a rule as it stands on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specification {
    /// The YAML text.
    pub text: String,
    /// Its place; an error in it at line `n` is `n - 1` lines below the start.
    pub span: Span,
}

/// What an example shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExampleKind {
    /// Code that violates the rule at its marks.
    Violation,
    /// Code on which the rule is silent.
    Compliant,
    /// Code that violates the rule at its marks, and is not found to: what the rule is known to miss.
    KnownMiss,
    /// Code that obeys the rule, and is reported at its marks: where the rule is known to be wrong.
    FalseAlarm,
}

/// A mark in the code of an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// The line it is about, from 1, in the example's code; each `^` behind the mark points one line up.
    pub line: u32,
    /// What else stands behind the mark.
    pub text: String,
    /// The mark itself.
    pub span: Span,
}

/// Hand-written code that shows what a rule means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// What it shows.
    pub kind: ExampleKind,
    /// Its title and the place of its heading.
    pub title: Spanned<String>,
    /// The code.
    pub code: CodeBlock,
    /// The marks in the code, in order.
    pub markers: Vec<Marker>,
}

/// The fenced YAML of a specification section.
pub(crate) fn specification(page: &str, section: &Section) -> Result<Specification, (Span, String)> {
    let place = section.heading.as_ref().map_or(section.body, |heading| heading.span);
    let mut fences = chunks(page, section.body, |_| false).into_iter().filter_map(|chunk| match chunk {
        Chunk::Fence { lang, code, .. } => Some((lang, code)),
        _ => None,
    });
    match (fences.next(), fences.next()) {
        (None, _) => Err((place, "the specification has no fenced `yaml` block".to_owned())),
        (Some(_), Some((_, second))) => {
            Err((second, "a specification is one fenced block, and this is a second one".to_owned()))
        }
        (Some((lang, code)), None) => match lang.slice(page) {
            "yaml" | "yml" => Ok(Specification { text: code.slice(page).to_owned(), span: code }),
            other => Err((lang, format!("the specification is in `{other}`, not in `yaml`"))),
        },
    }
}

/// The examples of a section, and what is wrong with it.
pub(crate) fn examples(page: &str, section: &Section) -> (Vec<Example>, Vec<(Span, String)>) {
    let (mut done, mut wrong) = (Vec::new(), Vec::new());
    let mut open: Option<(ExampleKind, Spanned<String>)> = None;
    for chunk in chunks(page, section.body, |_| false) {
        match chunk {
            Chunk::Heading(span) => {
                if let Some((_, title)) = open.take() {
                    wrong.push((title.span, format!("the example `{}` has no code", title.value)));
                }
                let heading = Inline::read(page, span);
                match kind_and_title(heading.text.trim_start_matches('#').trim()) {
                    Some((kind, title)) => open = Some((kind, Spanned::new(title, span))),
                    None => wrong.push((
                        span,
                        "an example starts with `Violation:`, `Compliant:`, `Known miss:` or `False alarm:`".to_owned(),
                    )),
                }
            }
            Chunk::Fence { lang, code, span } => match open.take() {
                Some((kind, title)) => {
                    let markers = markers(page, code);
                    match (kind, markers.first()) {
                        (ExampleKind::Violation | ExampleKind::KnownMiss | ExampleKind::FalseAlarm, None) => {
                            wrong.push((title.span, format!("the example `{}` has no `{MARK}` mark", title.value)));
                        }
                        (ExampleKind::Compliant, Some(marker)) => {
                            wrong.push((marker.span, format!("compliant code has a `{MARK}` mark")));
                        }
                        _ => done.push(Example { kind, title, code: code_block(page, lang, code), markers }),
                    }
                }
                None => wrong.push((span, "code without a heading of its own".to_owned())),
            },
            _ => {}
        }
    }
    if let Some((_, title)) = open {
        wrong.push((title.span, format!("the example `{}` has no code", title.value)));
    }
    (done, wrong)
}

fn kind_and_title(heading: &str) -> Option<(ExampleKind, String)> {
    let (kind, title) = heading.split_once(':').unwrap_or((heading, ""));
    let kind = match kind.trim().to_ascii_lowercase().as_str() {
        "violation" => ExampleKind::Violation,
        "compliant" => ExampleKind::Compliant,
        "known miss" => ExampleKind::KnownMiss,
        "false alarm" => ExampleKind::FalseAlarm,
        _ => return None,
    };
    Some((kind, title.trim().to_owned()))
}

/// The marks in `code`.
fn markers(page: &str, code: Span) -> Vec<Marker> {
    let mut found = Vec::new();
    for (number, line) in (1u32..).zip(lines(page, code)) {
        let text = line.slice(page);
        let Some(at) = text.find(MARK) else { continue };
        let rest = &text[at + MARK.len()..];
        let up = rest.bytes().take_while(|byte| *byte == b'^').count();
        let start = line.start as usize + at;
        found.push(Marker {
            line: number.saturating_sub(up as u32).max(1),
            text: rest[up..].trim().to_owned(),
            span: Span { start: start as u32, end: line.end },
        });
    }
    found
}
