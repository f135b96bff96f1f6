//! Running text of pages back to Markdown: for our templates, whatever dialect the page was written in.

use rulebook_catalog::{Block, BlockKind, Inline, Mark};

/// Where links of the documentation lead.
const SITE: &str = "https://learn.microsoft.com";

/// Blocks as Markdown, parted by empty lines.
pub(super) fn blocks(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut in_list = false;
    for block in blocks {
        let item = matches!(block.kind, BlockKind::Item);
        if !out.is_empty() {
            out.push_str(if item && in_list { "\n" } else { "\n\n" });
        }
        let text = inline(&block.inline);
        if item {
            out.push_str("- ");
            out.push_str(&text.replace('\n', "\n  "));
        } else {
            out.push_str(&text);
        }
        in_list = item;
    }
    out
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
        inline.marks.iter().any(|marked| marked.mark == Mark::Code && (marked.start as usize..marked.end as usize).contains(&at))
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
