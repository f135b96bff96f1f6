//! Edits as a unified diff that `git apply` and `patch -p1` take.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rulebook_diagnostics::Span;
use similar::TextDiff;

/// A change to one document: `text` in the place of `span`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The document.
    pub path: String,
    /// What goes.
    pub span: Span,
    /// What comes.
    pub text: String,
}

/// The edits of one document in order, without those that touch an earlier one.
fn apart<'e>(edits: &mut [&'e Edit]) -> Vec<&'e Edit> {
    edits.sort_unstable();
    let mut kept: Vec<&Edit> = Vec::new();
    for edit in edits.iter() {
        // Two defects may be mended by the same edit; of two that overlap, the first is made.
        if kept.last().is_none_or(|last| last.span.end <= edit.span.start && last.span != edit.span) {
            kept.push(edit);
        }
    }
    kept
}

/// `text` with `edits` made; those that do not fit it are left out.
fn edited(text: &str, edits: &[&Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        if let (Some(before), true) = (text.get(from..start), text.is_char_boundary(end.min(text.len()))) {
            out.push_str(before);
            out.push_str(&edit.text);
            from = end.min(text.len());
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// `text` with `edits` made. Of edits that overlap the first is made; those that do not fit the text are left out.
#[must_use]
pub fn mended<'e>(text: &str, edits: impl IntoIterator<Item = &'e Edit>) -> String {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edited(text, &apart(&mut edits))
}

/// A unified diff of `edits`, by document; `read` gives the text of a document, `name` its path in the diff.
///
/// Documents whose text cannot be had are left out, and so are edits that change nothing. Empty if nothing is left. A byte
/// order mark may stand before the text; spans do not count it.
pub fn patch<'e>(
    edits: impl IntoIterator<Item = &'e Edit>,
    read: impl Fn(&str) -> Option<String>,
    name: impl Fn(&str) -> String,
) -> String {
    let mut documents: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        documents.entry(&edit.path).or_default().push(edit);
    }
    let mut out = String::new();
    for (path, edits) in documents {
        let Some(old) = read(path) else { continue };
        // Spans count from behind a byte order mark.
        let (mark, text) = old.split_at(if old.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 });
        let new = format!("{mark}{}", mended(text, edits));
        if old == new {
            continue;
        }
        let name = name(path);
        let _ = writeln!(out, "diff --git a/{name} b/{name}");
        let diff = TextDiff::from_lines(&old, &new);
        let _ = write!(out, "{}", diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { path: "x/a.md".to_owned(), span: Span::new(start, end), text: text.to_owned() }
    }

    #[test]
    fn edits_become_a_diff() {
        let edits = [edit(0, 3, "new"), edit(8, 8, "!"), edit(1, 2, "lost"), edit(0, 3, "new")];
        let diff = patch(&edits, |_| Some("old\nsame\nend".to_owned()), |path| path.replace("x/", ""));
        assert_eq!(
            diff,
            "diff --git a/a.md b/a.md\n--- a/a.md\n+++ b/a.md\n@@ -1,3 +1,3 @@\n-old\n-same\n+new\n+same!\n end\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn a_byte_order_mark_stays() {
        let diff = patch(&[edit(0, 1, "b")], |_| Some("\u{feff}a\n".to_owned()), str::to_owned);
        assert!(diff.ends_with("-\u{feff}a\n+\u{feff}b\n"), "{diff}");
    }

    #[test]
    fn what_changes_nothing_or_cannot_be_read_makes_no_diff() {
        assert_eq!(patch(&[edit(0, 3, "old")], |_| Some("old\n".to_owned()), str::to_owned), "");
        assert_eq!(patch(&[edit(0, 3, "new")], |_| None, str::to_owned), "");
        assert_eq!(patch(&[edit(90, 93, "new")], |_| Some("é".to_owned()), str::to_owned), "");
    }
}
