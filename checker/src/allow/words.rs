//! The words of a comment that allows: `rulebook: allow(RULE, …) reason` and `rulebook: allow-file(RULE, …) reason`.

use rulebook_diagnostics::Span;

/// What a line of a comment that speaks to the checker begins with.
pub(super) const MARK: &str = "rulebook:";

/// The form to write, for messages.
pub(super) const FORM: &str = "`// rulebook: allow(MODEL/RULE) reason`, or `allow-file` for the whole file";

/// What such a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    /// Whether the whole file is meant.
    pub(super) file: bool,
    /// The rules as written, each with its place in the text.
    pub(super) rules: Vec<(String, Span)>,
    /// Why; empty where nothing is said.
    pub(super) reason: String,
    /// From the mark to the end of the list.
    pub(super) span: Span,
}

/// What a line says that begins with the mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// It allows something.
    Allow(Words),
    /// It is not understood.
    Unclear(Span),
}

/// What the comment at `comment` in `text` says to the checker, line by line.
pub(super) fn said(text: &str, comment: Span) -> Vec<Said> {
    let mut all: Vec<Said> = Vec::new();
    let mut at = comment.start as usize;
    for line in comment.slice(text).split_inclusive(['\n', '\r']) {
        let start = at;
        at += line.len();
        let words = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '/' | '*' | '!'));
        let words =
            words.strip_suffix("*/").unwrap_or(words).trim_end_matches(|c: char| c.is_whitespace() || c == '\\');
        let from =
            start + (line.len() - line.trim_start_matches(|c: char| c.is_whitespace() || "/*!".contains(c)).len());
        match (words.strip_prefix(MARK), all.last_mut()) {
            (Some(rest), _) => all.push(allow(rest, from + MARK.len(), from)),
            // A reason goes on in the lines below.
            (None, Some(Said::Allow(last))) if !words.is_empty() => {
                if !last.reason.is_empty() {
                    last.reason.push(' ');
                }
                last.reason.push_str(&reason(words));
            }
            (None, _) => {}
        }
    }
    all
}

/// What follows the mark, at `at`; the mark is at `from`.
fn allow(rest: &str, at: usize, from: usize) -> Said {
    let unclear = Said::Unclear(Span::new(from, at + rest.len()));
    let word = rest.trim_start();
    let (file, list) = match (word.strip_prefix("allow-file"), word.strip_prefix("allow")) {
        (Some(list), _) => (true, list),
        (None, Some(list)) => (false, list),
        (None, None) => return unclear,
    };
    let Some((list, after)) = list.trim_start().strip_prefix('(').and_then(|list| list.split_once(')')) else {
        return unclear;
    };
    let end = at + rest.len() - after.len();
    let mut rules = Vec::new();
    let mut start = end - 1 - list.len();
    for part in list.split(',') {
        let name = part.trim();
        let begin = start + (part.len() - part.trim_start().len());
        if !name.is_empty() {
            rules.push((name.to_owned(), Span::new(begin, begin + name.len())));
        }
        start += part.len() + 1;
    }
    if rules.is_empty() {
        return unclear;
    }
    Said::Allow(Words { file, rules, reason: reason(after), span: Span::new(from, end) })
}

/// Words that say something: without the dash or colon before them, and not signs alone.
fn reason(text: &str) -> String {
    let text = text.trim().trim_start_matches(['-', ':', '–', '—', ' ']).trim();
    if text.chars().any(char::is_alphanumeric) {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules, the reason and `file` of each line; `?` and the text for one that is not understood.
    fn spoken(comment: &str) -> Vec<String> {
        let text = format!("x; {comment}");
        said(&text, Span::new(3, text.len()))
            .into_iter()
            .map(|said| match said {
                Said::Allow(words) => {
                    assert!(words.rules.iter().all(|(name, span)| span.slice(&text) == name), "{words:?}");
                    let names: Vec<&str> = words.rules.iter().map(|(name, _)| name.as_str()).collect();
                    let file = if words.file { " in the file" } else { "" };
                    format!("{}{file}: {}", names.join("+"), words.reason)
                }
                Said::Unclear(span) => format!("? {}", span.slice(&text)),
            })
            .collect()
    }

    #[test]
    fn comments_say_what_they_allow_and_why() {
        for (comment, expected) in [
            ("// rulebook: allow(toy/Gate) the gate is ours", vec!["toy/Gate: the gate is ours"]),
            ("//rulebook:allow(toy/Gate)ours", vec!["toy/Gate: ours"]),
            ("/* rulebook: allow(toy/Gate, toy/Latch,) -- ours */", vec!["toy/Gate+toy/Latch: ours"]),
            ("/// rulebook: allow-file(toy/*) generated", vec!["toy/* in the file: generated"]),
            ("/*\n * rulebook: allow( Gate ): it is\n *   ours\n */", vec!["Gate: it is ours"]),
            ("/* Closed.\n rulebook: allow(A) one\n rulebook: allow(B) two */", vec!["A: one", "B: two"]),
            ("// rulebook: allow(A) über\r", vec!["A: über"]),
            ("// rulebook: allow(A) one \\\n two", vec!["A: one two"]),
            ("// rulebook: allow(A)", vec!["A: "]),
            ("// rulebook: allow(A) ---", vec!["A: "]),
            ("/* rulebook: allow(A) */", vec!["A: "]),
            ("// rulebook: alow(A) x", vec!["? rulebook: alow(A) x"]),
            ("// rulebook: allow A", vec!["? rulebook: allow A"]),
            ("// rulebook: allow(A", vec!["? rulebook: allow(A"]),
            ("// rulebook: allow(, ) x", vec!["? rulebook: allow(, ) x"]),
            ("// see rulebook: allow(A) in the manual", vec![]),
            ("// Rulebooks: many", vec![]),
        ] {
            assert_eq!(spoken(comment), expected, "{comment}");
        }
    }
}
