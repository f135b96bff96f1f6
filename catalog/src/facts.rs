//! The two facts that stand between prose: the driver model and the bug checks.
//!
//! They came as pipe tables, HTML rows and bold lines, and in translations under other labels.

use rulebook_diagnostics::Span;

use crate::bug_check::{self, BugCheck};
use crate::identity::Model;
use crate::inline::{Inline, Mark};
use crate::text::Spanned;

/// A fact and the line it stands on.
#[derive(Debug)]
pub(crate) enum Fact {
    /// The driver models, each as found.
    Models(Vec<Spanned<String>>, Span),
    /// The bug checks; none where the line is empty.
    BugChecks(Vec<BugCheck>, Span),
}

/// Whether a line of running text may be a fact, so that it is read alone even when glued to a paragraph.
pub(crate) fn may_be_fact(line: &str) -> bool {
    let lower = line.to_lowercase();
    line.starts_with("**") && (lower.contains("driver model") || lower.contains("bug check") || !line.is_ascii())
}

/// A bold line such as `**Driver model: WDM**`.
pub(crate) fn from_line(line: &Inline) -> Option<Fact> {
    let bold = line.marks.first().is_some_and(|first| first.mark == Mark::Strong && first.start == 0);
    let colon = line.text.find([':', '：'])?;
    let value = colon + line.text[colon..].chars().next().map_or(1, char::len_utf8);
    bold.then(|| classify(&line.text[..colon], line, value)).flatten()
}

/// A row of two cells.
pub(crate) fn from_row(label: &Inline, value: &Inline) -> Option<Fact> {
    classify(label.text.trim(), value, 0)
}

fn classify(label: &str, line: &Inline, from: usize) -> Option<Fact> {
    let lower = label.to_lowercase();
    // Translated labels are many; what they label is one of two things.
    let foreign = !label.is_ascii();
    let models = models(line, from);
    let known = !models.is_empty() && models.iter().all(|model| Model::known(&model.value).is_some());
    if lower.contains("driver model") || (foreign && known) {
        return Some(Fact::Models(models, line.span));
    }
    let checks = bug_check::read_line(line, from);
    // Names are translated too; what tells is that a code is linked or has a sub-code behind it.
    let telling = checks.iter().any(|check| check.target.is_some() || check.subcode.is_some());
    if lower.contains("bug check") || (foreign && telling) {
        return Some(Fact::BugChecks(checks, line.span));
    }
    None
}

/// The comma-separated words behind byte `from`.
fn models(line: &Inline, from: usize) -> Vec<Spanned<String>> {
    let mut at = from;
    let mut found = Vec::new();
    for part in line.text[from..].split([',', '、', '\n']) {
        let lead = part.len() - part.trim_start().len();
        let word = part.trim();
        if !word.is_empty() {
            found.push(Spanned::new(word.to_owned(), line.span_of(at + lead, at + lead + word.len())));
        }
        at += part.len() + line.text[at + part.len()..].chars().next().map_or(0, char::len_utf8);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_stand_on_bold_lines_of_any_language() {
        let shown = |line: &str| match from_line(&Inline::read(line, Span::new(0, line.len()))) {
            Some(Fact::Models(models, _)) => {
                models.iter().map(|model| format!("{}@{}", model.value, model.span.start)).collect::<Vec<_>>().join(" ")
            }
            Some(Fact::BugChecks(checks, _)) => {
                checks.iter().map(|check| format!("{:X}", check.code)).collect::<Vec<_>>().join(" ")
            }
            None => "-".to_owned(),
        };
        for (line, expected) in [
            ("**Driver model: WDM, Generic**", "WDM@16 Generic@21"),
            ("**Driver model:** **WDM**", "WDM@20"),
            ("**驱动程序模型：KMDF**", "KMDF@23"),
            ("**ドライバー モデル:オーディオ**", "-"),
            ("**Note**: see 0xC4 DRIVER_X", "-"),
            ("**Bug check(s) found with this rule**: [**Bug Check 0xC4: A\\_B**](x) (0x1)", "C4"),
            ("**此规则找到的错误检查**：[**Bug 检查 0XC4:A\\_B**](../debugger/bug-check-0xc4--a.md) (0x1)", "C4"),
            ("Driver model: WDM", "-"),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
    }
}
