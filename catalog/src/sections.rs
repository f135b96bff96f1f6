//! The sections of a page, found line by line.
//!
//! Not by a Markdown reader: where a list of links is glued to the heading below it, `CommonMark` makes one heading
//! of both and the list is lost. Here the text of an underlined heading is one line, never a paragraph.

use rulebook_diagnostics::Span;
use serde::{Deserialize, Serialize};

use crate::html;
use crate::inline::Inline;
use crate::text::{Spanned, lines, trim};

/// What a section is, by its anchor or its heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SectionKind {
    /// Before the first heading below the title.
    Prose,
    /// How the rule can be tested.
    HowToTest,
    /// The APIs that the rule is about.
    AppliesTo,
    /// Where to read on.
    SeeAlso,
    /// The rule's machine, in our own pages.
    Specification,
    /// Violating and compliant code, in our own pages.
    Examples,
    /// Anything else.
    Extra,
}

/// One section of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// What it is.
    pub kind: SectionKind,
    /// Its heading, plain; `None` for the prose.
    pub heading: Option<Spanned<String>>,
    /// Everything below the heading up to the next section.
    pub body: Span,
}

/// The title and sections of a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outline {
    pub(crate) title: Option<Spanned<String>>,
    pub(crate) sections: Vec<Section>,
}

/// A heading found by lines.
#[derive(Debug)]
pub(crate) struct Heading {
    pub(crate) level: u8,
    pub(crate) text: Spanned<String>,
    anchor: Option<String>,
    /// The heading's own lines.
    lines: Span,
    /// Whether it stands on the same line as something that belongs to the section above.
    glued: bool,
}

impl Heading {
    /// Where the heading starts, and where what stands below it does.
    pub(crate) fn bounds(&self) -> (u32, u32) {
        (self.lines.start, self.lines.end)
    }
}

/// The headings in `span`, outside of fenced code and HTML tables.
pub(crate) fn headings(page: &str, span: Span) -> Vec<Heading> {
    let all = lines(page, span);
    let mut found = Vec::new();
    let mut fences = Fences::default();
    let (mut at, mut tables) = (0usize, 0usize);
    while let Some(line) = all.get(at) {
        if let Some(len) = fences.len(page, &all[at..]) {
            at += len;
            continue;
        }
        let text = line.slice(page);
        tables = (tables + text.matches("<table").count()).saturating_sub(text.matches("</table").count());
        if tables == 0 {
            if let Some(level) = atx_level(text) {
                let hashes = text.len() - text.trim_start().len() + usize::from(level);
                let inner = text[hashes..].trim_end().trim_end_matches('#');
                let start = line.start as usize + hashes;
                found.extend(heading(page, level, Span::new(start, start + inner.len()), *line));
            } else if let (Some(level), Some(next)) =
                (all.get(at + 1).and_then(|next| underline_level(next.slice(page))), all.get(at + 1))
                && may_be_underlined(text)
            {
                found.extend(heading(page, level, *line, Span { start: line.start, end: next.end }));
                at += 1;
            }
        }
        at += 1;
    }
    found
}

/// Finds fenced code on a walk down the lines of a page.
#[derive(Debug, Default)]
pub(crate) struct Fences {
    /// The narrowest fence of ticks, and of tildes, that was found not to end: what is as wide does not end either, and
    /// looking again from every line would take for ever.
    endless: [Option<usize>; 2],
}

impl Fences {
    /// How many lines the fenced code at the first of `rest` takes, fences included; `None` if none starts or it never
    /// ends. Each call is for a later line than the one before.
    pub(crate) fn len(&mut self, page: &str, rest: &[Span]) -> Option<usize> {
        let opener = rest.first()?.slice(page).trim();
        let mark = opener.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let width = opener.chars().take_while(|c| *c == mark).count();
        if width < 3 || (mark == '`' && opener[width..].contains('`')) {
            return None;
        }
        let endless = &mut self.endless[usize::from(mark == '~')];
        if endless.is_some_and(|known| known <= width) {
            return None;
        }
        let closes = |line: &Span| {
            let line = line.slice(page).trim();
            line.len() >= width && line.chars().all(|c| c == mark)
        };
        let found = rest[1..].iter().position(closes).map(|len| len + 2);
        if found.is_none() {
            *endless = Some(width);
        }
        found
    }
}

/// The level of a `#` heading.
fn atx_level(line: &str) -> Option<u8> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let rest = &line[indent..];
    let level = rest.bytes().take_while(|byte| *byte == b'#').count();
    let spaced = rest[level..].chars().next().is_none_or(char::is_whitespace);
    (indent < 4 && (1..=6).contains(&level) && spaced).then_some(level as u8)
}

/// The level that a line of dashes or equal signs gives to the line above.
fn underline_level(line: &str) -> Option<u8> {
    let text = line.trim();
    let all = |mark: char| text.len() >= 2 && text.chars().all(|c| c == mark);
    let indented = line.starts_with("    ") || line.starts_with('\t');
    match (indented, all('='), all('-')) {
        (false, true, _) => Some(1),
        (false, _, true) => Some(2),
        _ => None,
    }
}

/// Whether a line can be the text of an underlined heading: not a table row, an item, a quote, HTML, a heading.
fn may_be_underlined(line: &str) -> bool {
    let text = line.trim();
    let first = text.chars().next();
    let item = text.starts_with("- ") || text.starts_with("* ") || text.starts_with("+ ");
    let html = text.starts_with('<') && !text.starts_with("<a ");
    first.is_some_and(|first| !matches!(first, '|' | '>' | '#')) && !item && !html && underline_level(line).is_none()
}

/// Reads the heading's text; `None` for a line that only consists of links above a thematic break.
fn heading(page: &str, level: u8, text: Span, own: Span) -> Option<Heading> {
    let text = trim(page, text);
    let inline = Inline::read(page, text);
    let anchor = html::anchor(text.slice(page));
    // In some translations the last link of the list stands on the heading's own line.
    let first = inline.links().next().filter(|(_, _, link)| inline.text[..link.start as usize].trim().is_empty());
    if own.end > text.end + 1
        && let Some((_, _, link)) = first
    {
        let rest = inline.text[link.end as usize..].trim();
        if rest.is_empty() {
            return None;
        }
        let start = link.span.end;
        let span = trim(page, Span { start, end: text.end });
        return Some(Heading {
            level,
            text: Spanned::new(rest.to_owned(), span),
            anchor,
            lines: Span { start, end: own.end },
            glued: true,
        });
    }
    let plain = inline.text.trim().to_owned();
    Some(Heading { level, text: Spanned::new(plain, text), anchor, lines: own, glued: false })
}

/// The section that a heading starts, by anchor, words, or where it stands.
fn kind_of(heading: &Heading, above: Option<SectionKind>) -> SectionKind {
    let words = |text: &str| match text.trim().trim_end_matches(':').to_ascii_lowercase().replace('-', " ").as_str() {
        "how to test" => Some(SectionKind::HowToTest),
        "applies to" => Some(SectionKind::AppliesTo),
        "see also" | "related topics" => Some(SectionKind::SeeAlso),
        "specification" => Some(SectionKind::Specification),
        "examples" => Some(SectionKind::Examples),
        _ => None,
    };
    let known = heading.anchor.as_deref().and_then(words).or_else(|| words(&heading.text.value));
    match (known, above) {
        (Some(kind), _) => kind,
        (None, Some(SectionKind::AppliesTo)) if heading.glued => SectionKind::SeeAlso,
        _ => SectionKind::Extra,
    }
}

/// Splits `span`, the page below its front matter, into sections.
pub(crate) fn outline(page: &str, span: Span) -> Outline {
    let mut outline = Outline::default();
    let mut current = Section { kind: SectionKind::Prose, heading: None, body: span };
    for heading in headings(page, span) {
        if heading.level == 1 && outline.title.is_none() {
            // Text above the title, if any, stays with the prose.
            if page[current.body.start as usize..heading.lines.start as usize].trim().is_empty() {
                current.body.start = heading.lines.end;
            }
            outline.title = Some(heading.text);
            continue;
        }
        let above = Some(current.kind);
        let kind = kind_of(&heading, above);
        if heading.level > 2 && (kind == SectionKind::Extra || above == Some(SectionKind::Examples)) {
            continue;
        }
        current.body.end = heading.lines.start;
        let body = Span { start: heading.lines.end, end: span.end };
        outline.sections.push(std::mem::replace(&mut current, Section { kind, heading: Some(heading.text), body }));
    }
    outline.sections.push(current);
    outline
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: &str) -> Vec<(SectionKind, String)> {
        outline(page, Span::new(0, page.len()))
            .sections
            .into_iter()
            .map(|section| (section.kind, section.body.slice(page).trim().to_owned()))
            .collect()
    }

    #[test]
    fn sections_start_at_every_kind_of_heading() {
        use SectionKind::{AppliesTo, Extra, HowToTest, Prose, SeeAlso};
        let table: &[(&str, &[(SectionKind, &str)])] = &[
            ("# T\np\n## How to test\nh\n", &[(Prose, "p"), (HowToTest, "h")]),
            ("T\r\n==\r\np\r\nHow to test\r\n-----------\r\nh", &[(Prose, "p"), (HowToTest, "h")]),
            (
                "# T\n## Applies to\n[**A**](a)\n[**B**](b)\nSee also\n--------\ns",
                &[(Prose, ""), (AppliesTo, "[**A**](a)\n[**B**](b)"), (SeeAlso, "s")],
            ),
            ("## Applies to\n[A](a)\n## See also\ns", &[(Prose, ""), (AppliesTo, "[A](a)"), (SeeAlso, "s")]),
            (
                "## <a name=\"applies-to\"></a>適用対象\n[A](a)\n[B](b)関連項目\n----\ns",
                &[(Prose, ""), (AppliesTo, "[A](a)\n[B](b)"), (SeeAlso, "s")],
            ),
            ("## Applies to\n[A](a)\n[B](b)\n----\n", &[(Prose, ""), (AppliesTo, "[A](a)\n[B](b)\n----")]),
            ("```\n## How to test\n```\np", &[(Prose, "```\n## How to test\n```\np")]),
            ("```\n## How to test\nh", &[(Prose, "```"), (HowToTest, "h")]),
            ("## Code\n### a\nx\n### See also\ny", &[(Prose, ""), (Extra, "### a\nx"), (SeeAlso, "y")]),
            (
                "<table>\n<tr><td>x\n---\n</td></tr>\n</table>\n",
                &[(Prose, "<table>\n<tr><td>x\n---\n</td></tr>\n</table>")],
            ),
            ("| a |\n---\n- i\n---\n", &[(Prose, "| a |\n---\n- i\n---")]),
        ];
        for (page, expected) in table {
            let expected: Vec<_> = expected.iter().map(|(kind, body)| (*kind, (*body).to_owned())).collect();
            assert_eq!(shown(page), expected, "{page:?}");
        }
    }
}
