//! The stretches of a section that need different readers: code, tables, HTML, quotes and running text.
//!
//! Line-wise for the same reason as the sections: tables of old pages are glued to the paragraph above.

use rulebook_diagnostics::Span;

use crate::sections::Fences;
use crate::text::{lines, trim};

/// One stretch of a section.
#[derive(Debug)]
pub(crate) enum Chunk {
    /// Fenced code: the word after the opening fence, the lines between the fences, and all of it.
    Fence { lang: Span, code: Span, span: Span },
    /// A pipe table without its rule; cells without the space around them.
    Table { rows: Vec<Vec<Span>> },
    /// HTML that starts with a block tag.
    Html(Span),
    /// Lines that start with `>`.
    Quote(Span),
    /// A heading below the section's own.
    Heading(Span),
    /// Paragraphs and lists.
    Text(Span),
}

/// Splits `span` into chunks. `cut` says which lines of running text stand alone, even glued to a paragraph.
pub(crate) fn chunks(page: &str, span: Span, cut: impl Fn(&str) -> bool) -> Vec<Chunk> {
    let all = lines(page, span);
    let mut done = Vec::new();
    let mut fences = Fences::default();
    let mut text: Option<Span> = None;
    let mut at = 0;
    while let Some(line) = all.get(at) {
        let slice = line.slice(page);
        let trimmed = slice.trim();
        let until = |len: usize| Span { start: line.start, end: all[(at + len - 1).min(all.len() - 1)].end };
        let (chunk, len) = if let Some(len) = fences.len(page, &all[at..]) {
            let mark = trimmed.len() - trimmed.trim_start_matches(['`', '~']).len();
            let lang = trim(page, *line);
            let code = Span { start: all[at + 1].start, end: all[at + len - 1].start };
            (
                Some(Chunk::Fence {
                    lang: trim(page, Span { start: lang.start + mark as u32, end: lang.end }),
                    code,
                    span: until(len),
                }),
                len,
            )
        } else if let Some(len) = table_len(page, &all[at..]) {
            let rows = all[at..at + len]
                .iter()
                .filter(|row| !is_rule(row.slice(page)))
                .map(|row| table_cells(page, *row))
                .collect();
            (Some(Chunk::Table { rows }), len)
        } else if let Some(len) = html_len(page, &all[at..]) {
            (Some(Chunk::Html(until(len))), len)
        } else if trimmed.starts_with('>') {
            let len = all[at..].iter().take_while(|line| line.slice(page).trim_start().starts_with('>')).count();
            (Some(Chunk::Quote(until(len))), len)
        } else if is_atx(trimmed) && !slice.starts_with("    ") {
            (Some(Chunk::Heading(*line)), 1)
        } else if cut(trimmed) {
            (Some(Chunk::Text(*line)), 1)
        } else {
            (None, 1)
        };
        match chunk {
            Some(chunk) => {
                done.extend(text.take().map(Chunk::Text));
                done.push(chunk);
            }
            None => text.get_or_insert(*line).end = line.end,
        }
        at += len;
    }
    done.extend(text.map(Chunk::Text));
    done
}

fn is_atx(line: &str) -> bool {
    let rest = line.trim_start_matches('#');
    rest.len() < line.len() && line.len() - rest.len() < 7 && rest.starts_with(char::is_whitespace)
}

/// Whether a line is the rule under a table's head: dashes, colons and at least one bar.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.contains('|') && line.contains('-') && line.chars().all(|c| matches!(c, '|' | '-' | ':') || c.is_whitespace())
}

/// How many lines the pipe table at the first of `rest` takes.
fn table_len(page: &str, rest: &[Span]) -> Option<usize> {
    let bar = |line: &Span| line.slice(page).trim_start().starts_with('|');
    let loose = |line: &Span| line.slice(page).contains('|');
    let first = rest.first()?;
    if bar(first) {
        return Some(rest.iter().take_while(|line| bar(line)).count());
    }
    let ruled = loose(first) && rest.get(1).is_some_and(|rule| is_rule(rule.slice(page)));
    ruled.then(|| rest.iter().take_while(|line| loose(line)).count())
}

/// The cells of one row.
fn table_cells(page: &str, row: Span) -> Vec<Span> {
    let row = trim(page, row);
    let text = row.slice(page);
    let mut cells = Vec::new();
    let mut from = usize::from(text.starts_with('|'));
    let (mut code, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'|' if !code && !escaped && at >= from => {
                cells.push(Span::new(from, at));
                from = at + 1;
            }
            b'`' => code = !code,
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
    }
    // An odd tick would swallow the rest of the row; bars count more than ticks then.
    if code {
        cells = text
            .match_indices('|')
            .map(|(at, _)| at)
            .fold((Vec::new(), usize::from(text.starts_with('|'))), |(mut cells, from), at| {
                if at >= from {
                    cells.push(Span::new(from, at));
                }
                (cells, at + 1)
            })
            .0;
        from = cells.last().map_or(from, |last: &Span| last.end as usize + 1);
    }
    if from < text.len() {
        cells.push(Span::new(from, text.len()));
    }
    let base = row.start;
    cells.into_iter().map(|cell| trim(page, Span { start: base + cell.start, end: base + cell.end })).collect()
}

/// How many lines the HTML block at the first of `rest` takes: a table to its end, anything else to a blank line.
fn html_len(page: &str, rest: &[Span]) -> Option<usize> {
    const BLOCKS: [&str; 10] = ["<table", "<p", "<div", "<ul", "<ol", "<dl", "<thead", "<tbody", "<tr", "<!--"];
    let first = rest.first()?.slice(page).trim_start();
    let starts = |tag: &&str| {
        first.get(..tag.len()).is_some_and(|head| head.eq_ignore_ascii_case(tag))
            && first[tag.len()..].chars().next().is_none_or(|next| !next.is_ascii_alphanumeric())
    };
    if !BLOCKS.iter().any(starts) {
        return None;
    }
    let mut depth = 0usize;
    for (at, line) in rest.iter().enumerate() {
        let line = line.slice(page);
        if depth == 0 && at > 0 && line.trim().is_empty() {
            return Some(at);
        }
        depth = (depth + line.matches("<table").count()).saturating_sub(line.matches("</table").count());
        if depth == 0 && line.contains("</table") {
            return Some(at + 1);
        }
    }
    Some(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: &str) -> Vec<String> {
        let show = |chunk: Chunk| match chunk {
            Chunk::Fence { lang, code, .. } => {
                format!("fence {} {:?}", lang.slice(page), code.slice(page))
            }
            Chunk::Table { rows } => {
                let rows: Vec<Vec<_>> =
                    rows.iter().map(|row| row.iter().map(|cell| cell.slice(page)).collect()).collect();
                format!("table {rows:?}")
            }
            Chunk::Html(span) => format!("html {:?}", span.slice(page)),
            Chunk::Quote(span) => format!("quote {:?}", span.slice(page)),
            Chunk::Heading(span) => format!("heading {:?}", span.slice(page)),
            Chunk::Text(span) => format!("text {:?}", span.slice(page)),
        };
        chunks(page, Span::new(0, page.len()), |line| line.starts_with("**")).into_iter().map(show).collect()
    }

    #[test]
    fn every_stretch_goes_to_its_reader() {
        let page = "p\nq\n| | |\n|--|--|\n| a \\| b | `c|d` |\n**cut**\nx\n``` c\ny |\n```\n> z\n### h\n<table>\n\n</table>\na | b\n--|--\n1 | 2\n";
        assert_eq!(
            shown(page),
            [
                "text \"p\\nq\"",
                "table [[\"\", \"\"], [\"a \\\\| b\", \"`c|d`\"]]",
                "text \"**cut**\"",
                "text \"x\"",
                "fence c \"y |\\n\"",
                "quote \"> z\"",
                "heading \"### h\"",
                "html \"<table>\\n\\n</table>\"",
                "table [[\"a\", \"b\"], [\"1\", \"2\"]]",
            ]
        );
        assert_eq!(shown("| a ` b | c |"), ["table [[\"a ` b\", \"c\"]]"]);
    }
}
