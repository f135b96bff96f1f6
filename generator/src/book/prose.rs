//! Running text of pages back to Markdown: for our templates, whatever dialect the page was written in.

use rulebook_catalog::{Block, BlockKind, Inline, Mark};

/// Where links of the documentation lead.
const SITE: &str = "https://learn.microsoft.com";

/// Blocks as Markdown, parted by empty lines.
pub(super) fn blocks<'b>(blocks: impl IntoIterator<Item = &'b Block>) -> String {
    let mut out = String::new();
    let mut in_list = false;
    for block in blocks {
        let text = inline(&block.inline);
        let (item, text) = match block.kind {
            BlockKind::Item(depth) => {
                let indent = "  ".repeat(usize::from(depth.saturating_sub(1)));
                (true, format!("{indent}- {}", text.replace('\n', &format!("\n{indent}  "))))
            }
            BlockKind::Quote => (false, format!("> {}", text.replace('\n', "\n> "))),
            BlockKind::Code => (false, format!("```text\n{}\n```", block.inline.text.replace("```", "` ` `"))),
            BlockKind::Heading => (false, format!("**{}**", block.inline.text.replace('*', ""))),
            BlockKind::Paragraph | BlockKind::Cell => (false, text),
        };
        if !out.is_empty() {
            out.push_str(if item && in_list { "\n" } else { "\n\n" });
        }
        out.push_str(&text);
        in_list = item;
    }
    out
}

/// Blocks as one block quote.
pub(super) fn quoted(blocks: &[Block]) -> String {
    let plain = |mut block: Block| {
        if block.kind == BlockKind::Quote {
            block.kind = BlockKind::Paragraph;
        }
        block
    };
    let plain: Vec<Block> = blocks.iter().cloned().map(plain).collect();
    let text = self::blocks(&plain);
    text.lines().map(|line| format!("> {line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// Text with its marks as Markdown.
pub(super) fn inline(inline: &Inline) -> String {
    // Inner marks close before outer ones, so each mark is two insertions.
    let mut inserts: Vec<(usize, bool, usize, String)> = Vec::new();
    for (order, marked) in inline.marks.iter().enumerate() {
        let (open, close) = match &marked.mark {
            Mark::Strong => ("**".to_owned(), "**".to_owned()),
            Mark::Emphasis => ("*".to_owned(), "*".to_owned()),
            Mark::Code => ("`".to_owned(), "`".to_owned()),
            Mark::Link(target) => match link(target) {
                Some(target) => ("[".to_owned(), format!("]({target})")),
                None => continue,
            },
        };
        if marked.start < marked.end {
            inserts.push((marked.start as usize, true, order, open));
            inserts.push((marked.end as usize, false, usize::MAX - order, close));
        }
    }
    inserts.sort_by_key(|insert| (insert.0, insert.1, insert.2));
    let code = |at: usize| {
        inline
            .marks
            .iter()
            .any(|marked| marked.mark == Mark::Code && (marked.start as usize..marked.end as usize).contains(&at))
    };
    let mut out = String::with_capacity(inline.text.len() + 16);
    let mut inserts = inserts.into_iter().peekable();
    for (at, c) in inline.text.char_indices() {
        while let Some((_, _, _, text)) = inserts.next_if(|insert| insert.0 <= at) {
            out.push_str(&text);
        }
        if !code(at) && "\\`*_[]<>&#|$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    inserts.for_each(|(_, _, _, text)| out.push_str(&text));
    out.trim().to_owned()
}

/// The target of a link as the book can use it; `None` for pages that it does not know.
pub(super) fn link(target: &str) -> Option<String> {
    let clean = !target.contains([' ', '<', '>', '"', '\n']);
    if !clean {
        return None;
    }
    // Parentheses would end the link.
    let target = target.replace('(', "%28").replace(')', "%29");
    if target.starts_with("https://") {
        Some(target)
    } else {
        target.starts_with('/').then(|| format!("{SITE}{target}"))
    }
}

#[cfg(test)]
mod tests {
    use rulebook_diagnostics::Span;

    use super::*;

    #[test]
    fn marks_links_and_special_characters_survive() {
        for (page, expected) in [
            ("A **bold *inner* word** and `a_b<c>`.", "A **bold *inner* word** and `a_b<c>`."),
            (
                "[**Api**](/windows-hardware/drivers/ddi/wdm/nf-wdm-api) is",
                "[**Api**](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-api) is",
            ),
            (
                "[old](/previous-versions/ff5(v=vs.85))",
                "[old](https://learn.microsoft.com/previous-versions/ff5%28v=vs.85%29)",
            ),
            ("[page](other.md) and [site](javascript:x)", "page and site"),
            ("a\\_b &lt;script&gt; 1 \\* 2", "a\\_b \\<script\\> 1 \\* 2"),
        ] {
            assert_eq!(inline(&Inline::read(page, Span::new(0, page.len()))), expected, "{page}");
        }
    }
}
