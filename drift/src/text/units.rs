//! A page's running text in units: sentences, lists of names, code.
//!
//! A unit is the smallest part whose change is reported by itself. Where paragraphs break and what is a list makes no
//! difference: sentences end by their marks, and names that follow one another are one list.

use rulebook_catalog::{Block, BlockKind, CodeBlock, RulePage};
use rulebook_diagnostics::Span;

use super::words::{Word, words};

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnitKind {
    /// A sentence, or a part of one that ends in a colon.
    Sentence,
    /// Names that follow one another; their order says nothing.
    Names,
    /// Example code.
    Code,
}

/// A part of what a page says.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) kind: UnitKind,
    /// Never empty.
    pub(crate) words: Vec<Word>,
    /// The text that the words stand in.
    pub(crate) text: String,
    /// The place on the page.
    pub(crate) span: Span,
}

impl Unit {
    /// The words of which two units that say the same have the same.
    pub(crate) fn key(&self) -> String {
        match self.kind {
            UnitKind::Names => {
                let mut names: Vec<&str> = self.words.iter().map(|word| word.key.as_str()).collect();
                names.sort_unstable();
                names.dedup();
                names.join(" ")
            }
            UnitKind::Sentence | UnitKind::Code => super::joined(&self.words),
        }
    }

    /// The text that `word` stands for.
    pub(crate) fn shown(&self, word: &Word) -> &str {
        self.text.get(word.start..word.end).unwrap_or_default()
    }
}

/// What `page` says, in its order: text above the facts, notes, further sections, code.
pub(crate) fn units(page: &RulePage) -> Vec<Unit> {
    let own = own_names(page);
    let blocks = page
        .prose
        .iter()
        .chain(page.notes.iter().flat_map(|note| &note.blocks))
        .chain(page.extra.iter().flat_map(|section| &section.blocks));
    let mut found: Vec<Unit> = Vec::new();
    for block in blocks.filter(|block| block.kind != BlockKind::Heading) {
        for unit in sentences(block, &own) {
            match found.last_mut() {
                Some(last) if last.kind == UnitKind::Names && unit.kind == UnitKind::Names => append(last, unit),
                _ => found.push(unit),
            }
        }
    }
    found.retain(|unit| !is_pointer(&unit.words));
    found.extend(page.code.iter().filter_map(code));
    found
}

/// Every spelling of the rule's name, in lower case.
fn own_names(page: &RulePage) -> Vec<String> {
    let aliases = page.aliases.iter().map(|alias| alias.value.to_lowercase());
    std::iter::once(page.id.name.to_lowercase()).chain(aliases).collect()
}

/// The sentences of a block.
fn sentences(block: &Block, own: &[String]) -> Vec<Unit> {
    let text = block.inline.text.as_str();
    let mut found = Vec::new();
    for (start, end) in parts(text) {
        let part = &text[start..end];
        let words = words(part, own);
        if words.is_empty() {
            continue;
        }
        let kind = if is_list_of_names(part) { UnitKind::Names } else { UnitKind::Sentence };
        let lead = part.len() - part.trim_start().len();
        let span = block.inline.span_of(start + lead, start + part.trim_end().len());
        found.push(Unit { kind, words, text: part.to_owned(), span });
    }
    found
}

/// Where sentences start and end: at `.`, `!` and `?` before space, at a colon before space.
fn parts(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, mark) in text.match_indices(['.', '!', '?', ':']) {
        let rest = &text[at + 1..];
        let rest = rest.trim_start_matches([')', ']', '"', '\'', '\u{201d}']);
        let next = rest.trim_start();
        let spaced = rest.len() > next.len() || rest.is_empty();
        // `e.g. this` goes on; what follows an end does not start with a small letter.
        let ends = mark == ":" || !next.starts_with(|c: char| c.is_lowercase());
        if spaced && ends && at + 1 > start {
            let end = text.len() - rest.len();
            found.push((start, end));
            start = end;
        }
    }
    if !text[start..].trim().is_empty() {
        found.push((start, text.len()));
    }
    found
}

/// Whether a text is nothing but names of functions or constants, parted by space, commas or "and".
fn is_list_of_names(text: &str) -> bool {
    let parts: Vec<&str> = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '\u{2022}')).collect();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let plain = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let telling = |part: &str| {
        part == "and" || part == "or" || part.contains('_') || part.chars().skip(1).any(|c| c.is_ascii_uppercase())
    };
    let parts = parts.into_iter().map(|part| part.trim_end_matches('.').trim_end_matches("()"));
    let parts: Vec<&str> = parts.collect();
    parts.iter().all(|part| plain(part)) && (parts.len() == 1 || parts.iter().all(|part| telling(part)))
}

/// Whether a sentence only says where to read on.
fn is_pointer(words: &[Word]) -> bool {
    let key = |at: usize| words.get(at).map_or("", |word| word.key.as_str());
    let informs = words.iter().take(4).any(|word| word.key == "information");
    (key(0) == "for" && informs && words.iter().any(|word| word.key == "see")) || (key(0) == "see" && words.len() < 16)
}

fn append(list: &mut Unit, more: Unit) {
    let shift = list.text.len() + 1;
    list.text.push('\n');
    list.text.push_str(&more.text);
    list.span.end = more.span.end;
    let moved = more.words.into_iter().map(|word| Word { start: word.start + shift, end: word.end + shift, ..word });
    list.words.extend(moved);
}

/// Code, of which neither space nor the way it is written down says anything.
fn code(block: &CodeBlock) -> Option<Unit> {
    let text = block.text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace('\u{2026}', "...");
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c.is_whitespace() {
            if let Some(start) = start.take() {
                words.push(Word { key: text[start..at].to_owned(), start, end: at });
            }
        } else {
            start.get_or_insert(at);
        }
    }
    (!words.is_empty()).then_some(Unit { kind: UnitKind::Code, words, text, span: block.span })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str) -> Vec<String> {
        let page = format!("---\ntitle: Latch Rule (WDM)\napi_name:\n- Latch\n---\n# Latch rule (wdm)\n\n{body}\n");
        let (pages, _) = rulebook_catalog::load::load_texts([("wdm-latch.md", page.as_str())]);
        let units = units(&pages.rules[0]);
        units.iter().map(|unit| format!("{:?} {}", unit.kind, unit.key())).collect()
    }

    #[test]
    fn the_form_of_a_text_makes_no_difference() {
        let expected = ["Sentence \u{a7}ruleboundsthese", "Names latch_shut latchopen", "Sentence shutwhatyouopen"];
        for body in [
            "The **Latch** rule bounds these:\n\n- [**LatchOpen**](x)\n- **LATCH\\_SHUT**\n\nShut what you open.",
            "The Latch rule\nbounds these:\nLATCH_SHUT\nLatchOpen()\n\nShut what you\nopen.",
            "The [Latch](y) rule bounds these: LatchOpen, LATCH\\_SHUT.  Shut *what* you open.",
            "The Latch rule bounds these:\n\n> [!NOTE]\n> Shut what you open.\n\n-   LatchOpen\n\n-   LATCH_SHUT",
        ] {
            assert_eq!(shown(body), expected, "{body}");
        }
    }

    #[test]
    fn sentences_end_where_readers_end_them() {
        assert_eq!(
            shown(
                "Use one, e.g. this. Then (if it is\nthere.) Stop 1.5 seconds! For more information, see [Latches](x)."
            ),
            ["Sentence useoneegthis", "Sentence thenifitisthere", "Sentence stop15seconds"]
        );
        assert_eq!(shown("x.\n```\nint  a;\n```"), ["Names x", "Code inta;"]);
    }
}
