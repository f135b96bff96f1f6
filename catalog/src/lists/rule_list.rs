//! Rule list files of Static Driver Verifier, and its option `/check:`: names and patterns of rules.
//!
//! A file has one rule on each line, by name, as `model/Name`, or as a pattern with `*`; `*` alone is every rule.
//! The option has them with commas, or names a set's file: `/check:SpinLock,Irql*`, `-check:Locking.sdv`.
//! Both are read wherever they stand: a file may hold the option, and a whole command line is read as its option.

use rulebook_diagnostics::{Place, Problem, Span};

use crate::text::{Source, Spanned, lines};

/// Marks of lines and ends of lines that say nothing to a tool.
const COMMENTS: [&str; 3] = ["#", "//", ";"];

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Rules by name or pattern.
    Rules(glob::Pattern),
    /// A set by the name of its file, such as `Locking.sdv`.
    Set(String),
}

/// Reads a list file; entries that are none are problems with their places.
#[must_use]
pub fn read(source: &Source) -> (Vec<Spanned<Entry>>, Vec<Problem>) {
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    for line in lines(&source.text, source.span()) {
        let text = source.slice(line);
        let end = COMMENTS.iter().filter_map(|mark| comment(text, mark)).min().unwrap_or(text.len());
        for (at, word) in words(&text[..end]) {
            let start = line.start as usize + at;
            let span = Span::new(start, start + word.len());
            match entry(word) {
                Ok(entry) => entries.push(Spanned::new(entry, span)),
                Err(why) => problems.push(Problem::error("rule-list/entry", source.place(span), why)),
            }
        }
    }
    (entries, problems)
}

/// Reads the option alone, as given on a command line.
pub fn option(text: &str) -> Result<Vec<Entry>, Box<Problem>> {
    let failed = |why: String| Box::new(Problem::error("rule-list/entry", Place::default(), why));
    words(text).into_iter().map(|(_, word)| entry(word).map_err(failed)).collect()
}

/// Whether a text is the option, or a command line that holds it.
#[must_use]
pub fn is_option(text: &str) -> bool {
    behind_option(text).is_some()
}

/// Where a comment starts: at the start of the line or behind a space.
fn comment(line: &str, mark: &str) -> Option<usize> {
    line.match_indices(mark).map(|(at, _)| at).find(|at| line[..*at].ends_with(char::is_whitespace) || *at == 0)
}

/// The offset behind `/check:` or `-check:`, in any case.
fn behind_option(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    ["/check:", "-check:"].iter().filter_map(|option| lower.find(option).map(|at| at + option.len())).min()
}

/// The words of a line, with their offsets: those of the option if the line holds it, else those between commas.
fn words(line: &str) -> Vec<(usize, &str)> {
    let (start, end) = match behind_option(line) {
        Some(start) => {
            let rest = &line[start..];
            let length = rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len());
            (start, start + length)
        }
        None => (0, line.len()),
    };
    let mut at = start;
    let mut found = Vec::new();
    for part in line[start..end].split(',') {
        let quotes = |c: char| c.is_whitespace() || matches!(c, '"' | '\'');
        let word = part.trim_matches(quotes);
        if !word.is_empty() {
            found.push((at + part.len() - part.trim_start_matches(quotes).len(), word));
        }
        at += part.len() + 1;
    }
    found
}

fn entry(word: &str) -> Result<Entry, String> {
    if word.to_ascii_lowercase().ends_with(".sdv") {
        // A set is told by its file, wherever the kit put that.
        let file = word.rsplit(['/', '\\']).next().unwrap_or(word);
        return Ok(Entry::Set(file.to_owned()));
    }
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '*');
    if word.chars().all(good) && word.matches('/').count() < 2 {
        glob::Pattern::new(word).map(Entry::Rules).map_err(|error| format!("`{word}` is no pattern: {error}"))
    } else {
        Err(format!(
            "`{word}` is no name of a rule: write one rule on each line, `Name`, `model/Name` or a pattern with `*`"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let source = Source::decode("x.sdv", text.as_bytes());
        let (entries, problems) = read(&source);
        let mut found: Vec<(u32, String)> = entries
            .iter()
            .map(|entry| match &entry.value {
                Entry::Rules(pattern) => (source.line(entry.span), format!("{pattern}@{}", source.slice(entry.span))),
                Entry::Set(file) => (source.line(entry.span), format!("set {file}")),
            })
            .collect();
        found.extend(problems.iter().map(|problem| (problem.place.line, format!("! {}", problem.place.column))));
        found.sort();
        found.into_iter().map(|(line, text)| format!("{line} {text}")).collect()
    }

    #[test]
    fn lists_and_options_are_read() {
        for (text, expected) in [
            ("Spin\nwdm/Irql*\r\n\r\n*\n", &["1 Spin@Spin", "2 wdm/Irql*@wdm/Irql*", "4 *@*"][..]),
            ("\u{feff}# a list\n// more\n; more\nSpin  // why\n\tGate # why", &["4 Spin@Spin", "5 Gate@Gate"]),
            ("\"Spin\", 'Gate',\n", &["1 Gate@Gate", "1 Spin@Spin"]),
            ("-check:Spin,Irql*", &["1 Irql*@Irql*", "1 Spin@Spin"]),
            (
                "msbuild /t:sdv /p:Inputs=\"/check:Locking.sdv\" x.vcxproj /p:Configuration=\"Release\"",
                &["1 set Locking.sdv"],
            ),
            ("/CHECK:D:\\SDV\\Mine.sdv", &["1 set Mine.sdv"]),
            ("two words\n<Rule>\nSpin\na/b/c\n", &["1 ! 1", "2 ! 1", "3 Spin@Spin", "4 ! 1"]),
            ("", &[]),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_option_is_told_from_a_name() {
        assert!(is_option("/check:*") && is_option("-Check:A") && is_option("msbuild /p:Inputs=\"/check:A\""));
        assert!(!is_option("Locking.sdv") && !is_option("check"));
        assert_eq!(option("/check:A,B.sdv").unwrap().len(), 2);
        assert!(option("/check:A+B").is_err());
    }
}
