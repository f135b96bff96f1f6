//! Mass edits that change how pages are written and not what they say: neither `sync` nor `diff` finds anything.
//!
//! Needs the upstream pages: set `RULEBOOK_UPSTREAM`.

mod support;

use std::collections::BTreeMap;

use regex::{Captures, Regex};
use rulebook_drift::diff;
use support::{Texts, catalog, of_own_rules, own, synced, texts, upstream};

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a regular expression")
}

/// The page below its front matter, and above.
fn body(text: &str) -> (&str, &str) {
    let at = text.get(4..).and_then(|rest| rest.find("\n---\n")).map_or(0, |at| at + 9);
    text.split_at(at)
}

/// Applies `edit` to the lines below the front matter that are plain: no code, table, list, HTML.
fn plain_lines(text: &str, edit: impl Fn(&str) -> String) -> String {
    let (head, rest) = body(text);
    let (mut fenced, mut html) = (false, false);
    let mut out = head.to_owned();
    for line in rest.split_inclusive('\n') {
        fenced ^= line.starts_with("```");
        html |= line.starts_with('<');
        let plain = line.starts_with(|c: char| c.is_alphabetic()) || line.starts_with("**") || line.starts_with('[');
        out.push_str(&if plain && !fenced && !html { edit(line) } else { line.to_owned() });
        html &= !line.trim().is_empty();
    }
    out
}

fn crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

/// Paragraphs in lines of some ten words; no break inside a link, nor where a new line would read as a list or heading.
fn reflowed(text: &str) -> String {
    plain_lines(text, |line| {
        if line.starts_with("**") || line.starts_with('[') {
            return line.to_owned();
        }
        let (mut out, mut depth, mut words) = (String::new(), 0_i32, 0);
        let chars: Vec<char> = line.chars().collect();
        for (at, c) in chars.iter().enumerate() {
            depth += i32::from(matches!(c, '[' | '(')) - i32::from(matches!(c, ']' | ')'));
            let next = chars.get(at + 1).copied().unwrap_or_default();
            words += i32::from(*c == ' ');
            if *c == ' ' && words > 9 && depth == 0 && next.is_alphabetic() {
                out.push('\n');
                words = 0;
            } else {
                out.push(*c);
            }
        }
        out
    })
}

/// Headings with lines below them.
fn setext(text: &str) -> String {
    let (head, rest) = body(text);
    let title = regex(r"(?m)^# (.*)$").replace_all(rest, "$1\n======");
    format!("{head}{}", regex(r"(?m)^## (.*)$").replace_all(&title, "$1\n------"))
}

/// Links in other forms that lead to the same pages, or whose names do not tell.
fn links(text: &str) -> String {
    let text = text.replace(
        "](/windows-hardware/drivers/ddi/",
        "](https://docs.microsoft.com/windows-hardware/drivers/ddi/content/",
    );
    let text = regex(r"\]\(\.\./debugger/[a-z0-9-]+\.md\)")
        .replace_all(&text, "](https://msdn.microsoft.com/library/windows/hardware/ff560187)");
    regex(r#" data-raw-source="[^"]*""#).replace_all(&text, "").into_owned()
}

/// The two facts in tables, as pages of 2018 have them.
fn tables(text: &str) -> String {
    let text = regex(r"(?m)^\*\*Driver model: (.*)\*\*$")
        .replace_all(text, "|              |     |\n|--------------|-----|\n| Driver model | $1 |\n");
    regex(r"(?m)^\*\*(Bug check\(?s?\)? found with this rule)\*\*: (.*)$")
        .replace_all(&text, "|   |   |\n|---|---|\n| $1 | $2 |\n")
        .into_owned()
}

/// No emphasis, other list marks, other escapes, other space.
fn setting(text: &str) -> String {
    let text = plain_lines(text, |line| {
        if line.starts_with("**") || line.starts_with('[') {
            return line.to_owned();
        }
        regex(r"\*\*([A-Za-z]+)\*\*").replace_all(line, "*$1*").replace("&lt;", "\\<")
    });
    text.replace("-   [", "* [").replace("\n\n", "\n\u{a0}\n\n")
}

fn metadata(text: &str) -> String {
    let (head, rest) = body(text);
    let head = head.replace("Rule (", "rule (").replace("\nkeywords:", "\nms.author: somebody\nkeywords:");
    let head = regex("(?m)^ms.date: .*$").replace_all(&head, "ms.date: 01/01/2030").into_owned();
    let head = regex("(?m)^description: .*$").replace_all(&head, "description: Another word for it.").into_owned();
    format!("{head}{rest}")
}

/// Relations in words, articles, doubled words, typographic marks.
fn words(text: &str) -> String {
    let text = plain_lines(text, |line| {
        line.replace("&lt;= ", "less than or equal to ")
            .replace(" a driver ", " the driver ")
            .replace(" to ", " to to ")
    });
    regex("([a-z])'([a-z])")
        .replace_all(&text, |found: &Captures<'_>| format!("{}\u{2019}{}", &found[1], &found[2]))
        .into_owned()
}

type Edit = fn(&str) -> String;

/// The edits; together they are made from the last to the first, so that none takes another's lines apart.
const EDITS: [(&str, Edit); 8] = [
    ("line ends", crlf),
    ("headings", setext),
    ("line breaks", reflowed),
    ("links", links),
    ("tables", tables),
    ("setting", setting),
    ("metadata", metadata),
    ("words", words),
];

#[test]
fn pages_written_otherwise_say_the_same() {
    let Some(root) = upstream() else { return };
    let own = own();
    let docs = texts(&root.join("devtest"));
    let before = catalog(&docs);
    assert_eq!(diff(&before, &before), []);
    let ours = of_own_rules(&docs, &own);
    let all: Edit = |text| EDITS.iter().rev().fold(text.to_owned(), |text, (_, edit)| edit(&text));
    for (name, edit) in EDITS.into_iter().chain([("all of them", all)]) {
        let edited = |texts: &Texts| -> Texts {
            texts
                .iter()
                .map(|(path, text)| (path.clone(), if path == "toc.yml" { text.clone() } else { edit(text) }))
                .collect()
        };
        let after = edited(&docs);
        let touched = after.iter().filter(|(path, text)| docs[*path] != **text).count();
        assert!(touched > 60, "{name} changes only {touched} pages");
        let found: BTreeMap<_, _> = diff(&before, &catalog(&after))
            .into_iter()
            .map(|entry| (format!("{}:{}", entry.path, entry.line), entry))
            .collect();
        assert!(found.is_empty(), "diff, {name}: {found:#?}");
        assert_eq!(synced(&own, &catalog(&edited(&ours))), [], "sync, {name}");
    }
}

/// The pages of 2018 are written otherwise throughout; what they say differently was read page by page.
#[test]
fn seven_years_are_nine_changes() {
    let Some(root) = upstream() else { return };
    let (old, new) = (catalog(&texts(&root.join("history/2018-07"))), catalog(&texts(&root.join("devtest"))));
    let found: Vec<String> =
        diff(&old, &new).iter().map(|entry| format!("{} {} {}", entry.kind, entry.subject, entry.message)).collect();
    let expected = [
        "prose-changed kmdf/RequestCompleted `DeferredRequestCompleted` became `RequestCompleted`",
        "rule-added kmdf/UnSafeAllocatePool the rule `kmdf/UnSafeAllocatePool` is new",
        "prose-changed kmdf/WdfWaitlock `spin` became `wait`",
        "rule-added ks/KsInvalidStreamPointer the rule `ks/KsInvalidStreamPointer` is new",
        "rule-added ndis/WlanAssert the rule `ndis/WlanAssert` is new",
        "rule-added wdm/doublefetch the rule `wdm/doublefetch` is new",
        "rule-added wdm/IrqlIoRtlZwPassive the rule `wdm/IrqlIoRtlZwPassive` is new",
        "rule-added wdm/IrqlNtifsApcPassive the rule `wdm/IrqlNtifsApcPassive` is new",
        "rule-added wdm/UnSafeAllocatePool the rule `wdm/UnSafeAllocatePool` is new",
    ];
    assert_eq!(found, expected);
}
