//! How a rule can be tested: the command for Static Driver Verifier, and the options of Driver Verifier.

use rulebook_diagnostics::Span;
use serde::{Deserialize, Serialize};

use crate::chunks::{Chunk, chunks};
use crate::html;
use crate::inline::{Inline, Mark, blocks};
use crate::links::{Link, links, slug};
use crate::text::{Spanned, is_identifier};

/// What "How to test" says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Testing {
    /// The test at compile time, if there is one.
    pub compile_time: Option<CompileTime>,
    /// The test at run time, if there is one.
    pub run_time: Option<RunTime>,
}

/// A test by Static Driver Verifier.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompileTime {
    /// The rule that the command names.
    pub rule: Option<Spanned<String>>,
    /// Where the test is described.
    pub span: Span,
}

/// A test by Driver Verifier.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTime {
    /// The options to select, in the page's words.
    pub options: Vec<Link>,
    /// The word behind `/domain`.
    pub domain: Option<Spanned<String>>,
    /// The number behind `/rc` or `/ruleclasses`.
    pub rule_class: Option<Spanned<u32>>,
    /// Where the test is described.
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Open,
    Compile,
    Run,
}

/// Reads the section `span`.
pub(crate) fn read(page: &str, span: Span) -> Testing {
    let mut testing = Testing::default();
    let mut scope = Scope::Open;
    for chunk in chunks(page, span, |_| false) {
        // With each text whether it is below the head of a table: heads may be translated, places are not.
        let texts: Vec<(Inline, bool)> = match chunk {
            Chunk::Text(span) | Chunk::Quote(span) => {
                blocks(page, span).into_iter().map(|block| (block.inline, false)).collect()
            }
            Chunk::Html(span) => html::cells(page, span).into_iter().map(|cell| (cell.inline, cell.row > 1)).collect(),
            Chunk::Table { rows } => rows.into_iter().flatten().map(|cell| (Inline::read(page, cell), false)).collect(),
            Chunk::Fence { code, .. } => vec![(Inline::read(page, code), false)],
            Chunk::Heading(span) => vec![(Inline::read(page, span), false)],
        };
        for (text, below) in &texts {
            scope = head(text).unwrap_or(scope);
            let told = if scope == Scope::Open { guess(text, *below) } else { scope };
            take(&mut testing, told, text);
        }
    }
    testing
}

/// The scope that a head such as "At compile time" opens.
fn head(text: &Inline) -> Option<Scope> {
    match text.text.trim().trim_start_matches('#').trim_start().trim_end_matches(':').to_ascii_lowercase().as_str() {
        "at compile time" | "compile time" => Some(Scope::Compile),
        "at run time" | "run time" | "at runtime" => Some(Scope::Run),
        _ => None,
    }
}

/// The scope of a cell or paragraph under no head that we can read: by what it links to, by whether it names a rule.
fn guess(text: &Inline, below: bool) -> Scope {
    let leads_to = |page: &str| text.links().any(|(_, target, _)| slug(target) == page);
    let linked = text.links().next().is_some();
    if leads_to("static-driver-verifier") || (below && linked && sdv_rule(text).is_some()) {
        Scope::Compile
    } else if leads_to("driver-verifier") || (below && linked) {
        Scope::Run
    } else {
        Scope::Open
    }
}

/// Reads one cell or paragraph.
fn take(tests: &mut Testing, scope: Scope, text: &Inline) {
    let domain = word_behind(text, "/domain");
    let class = word_behind(text, "/rc").or_else(|| word_behind(text, "/ruleclasses"));
    let run = scope == Scope::Run || domain.is_some() || class.is_some();
    if scope == Scope::Compile && !run {
        let found = tests.compile_time.get_or_insert_with(CompileTime::default);
        cover(&mut found.span, text.span);
        if found.rule.is_none() {
            found.rule = sdv_rule(text);
        }
    }
    if run {
        let found = tests.run_time.get_or_insert_with(RunTime::default);
        cover(&mut found.span, text.span);
        found.options.extend(options(text));
        found.domain = found.domain.take().or(domain);
        found.rule_class = found.rule_class.take().or_else(|| {
            let class = class?;
            Some(Spanned::new(class.value.parse().ok()?, class.span))
        });
    }
}

fn cover(span: &mut Span, other: Span) {
    let start = if *span == Span::default() { other.start } else { span.start.min(other.start) };
    *span = Span { start, end: span.end.max(other.end) };
}

/// The bold name in "specify the **Name** rule"; in other words, the first bold name that is not a link.
fn sdv_rule(text: &Inline) -> Option<Spanned<String>> {
    let links: Vec<_> = text.links().map(|(_, _, link)| link.start..link.end).collect();
    let linked = |start: u32| {
        let after = links.partition_point(|link| link.start <= start);
        links[..after].last().is_some_and(|link| link.contains(&start))
    };
    let names = || {
        text.marks.iter().filter(|marked| matches!(marked.mark, Mark::Strong | Mark::Code)).filter_map(|marked| {
            let name = text.marked_text(marked).trim();
            let told = text.text[..marked.start as usize].trim_end().ends_with("specify the");
            (is_identifier(name) && (told || !linked(marked.start)))
                .then(|| (told, Spanned::new(name.to_owned(), marked.span)))
        })
    };
    names().find(|(told, _)| *told).or_else(|| names().next()).map(|(_, name)| name)
}

/// The links that name an option of Driver Verifier.
fn options(text: &Inline) -> Vec<Link> {
    let is_option = |text: &Inline, link: &Link, end: u32| {
        let after = text.text[end as usize..].trim_start();
        let slug = slug(&link.target);
        after.starts_with("option") || slug.ends_with("-checking") || slug.ends_with("-verification")
    };
    let ends = text.links().filter(|(_, target, _)| !target.starts_with(['#']) && !target.starts_with("mailto:"));
    let ends: Vec<_> = ends.map(|(_, _, marked)| marked.end).collect();
    links(text).zip(ends).filter(|(link, end)| is_option(text, link, *end)).map(|(link, _)| link).collect()
}

/// The word that stands behind `switch`.
fn word_behind(text: &Inline, switch: &str) -> Option<Spanned<String>> {
    let mut from = 0;
    while let Some(at) = text.text[from..].find(switch) {
        let end = from + at + switch.len();
        let rest = &text.text[end..];
        let start = end + (rest.len() - rest.trim_start().len());
        let word = rest.trim_start().split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if start > end && !word.is_empty() {
            return Some(Spanned::new(word.to_owned(), text.span_of(start, start + word.len())));
        }
        from = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: &str) -> String {
        let testing = read(page, Span::new(0, page.len()));
        let compile =
            testing.compile_time.map(|test| format!("compile {}", test.rule.map_or("-".to_owned(), |rule| rule.value)));
        let run = testing.run_time.map(|test| {
            let options: Vec<_> = test.options.into_iter().map(|option| option.text).collect();
            format!(
                "run {options:?} {:?} {:?}",
                test.domain.map(|domain| domain.value),
                test.rule_class.map(|class| class.value)
            )
        });
        [compile, run].into_iter().flatten().collect::<Vec<_>>().join(" + ")
    }

    #[test]
    fn tests_are_read_in_every_form() {
        for (page, expected) in [
            (
                "<table><tr><th>At compile time</th></tr><tr><td><p>Run [SDV](x) and specify the <strong>A\\_b</strong> rule.</p></td></tr></table>",
                "compile A_b",
            ),
            (
                "At compile time:\n\n1. Run [SDV](./static-driver-verifier.md) and specify the **a** rule.\n",
                "compile a",
            ),
            (
                "<table><tr><th>At run time</th></tr><tr><td>Run <a href=\"d\">DV</a> and select the <a href=\"o\">NDIS/WIFI verification</a> option.</td></tr></table>",
                "run [\"NDIS/WIFI verification\"] None None",
            ),
            (
                "<table><tr><th>At run time</th></tr><tr><td><p></p></td></tr></table>\n\n**verifier /domain ks** \\[*options*\\]",
                "run [] Some(\"ks\") None",
            ),
            (
                "<table><tr><th>At run time</th></tr><tr><td><code>verifier /rc 35 /driver a.sys</code></td></tr></table>",
                "run [] None Some(35)",
            ),
            (
                "<table><tr><th>编译时</th></tr><tr><td>运行[SDV](./static-driver-verifier.md)并指定<strong>A</strong>规则。</td></tr></table>",
                "compile A",
            ),
            (
                "<table><tr><th>X時</th></tr><tr><td><a href=\"ff552808\">ツール</a>を指定し、<strong>A</strong></td></tr></table>\n\n<table><tr><th>Y時</th></tr><tr><td>[ツール](ff545448)</td></tr></table>",
                "compile A + run [] None None",
            ),
            ("Nothing.", ""),
        ] {
            assert_eq!(shown(page), expected, "{page}");
        }
    }
}
