//! The only place that prints.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use rulebook_diagnostics::{Context, Format, Problem, Severity, Sources, render};
use rulebook_drift::Entry;

use crate::args::Colour;

/// How a command ended; the greater outranks the lesser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Nothing to report.
    Clean,
    /// Findings or differences.
    Found,
    /// Input that could not be read, or wrong usage; what could be done was done.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Found => 1,
            Outcome::Failed => 2,
        })
    }
}

impl Outcome {
    /// [`Outcome::Failed`] if one of `problems` is an error, else `self`.
    pub(crate) fn with(self, problems: &[Problem]) -> Self {
        let failed = problems.iter().any(|problem| problem.severity == Severity::Error);
        if failed { Self::Failed } else { self }
    }
}

/// Prints to the standard output. A reader that has gone away is no error: `rulebook list | head` is fine.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("the standard output cannot be written"),
    }
}

/// Prints to the standard error, where nothing can be done about failure.
pub(crate) fn say(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Text of a page without what would steer a terminal.
fn tame(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && c != '\n' && c != '\t' { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}

/// Writes a file that the user named; its folder must exist.
pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("`{}` cannot be written", path.display()))
}

/// Prints, or writes where the user named a file.
pub(crate) fn deliver(text: &str, file: Option<&Path>) -> anyhow::Result<()> {
    match file {
        Some(path) => write(path, text),
        None => print(text),
    }
}

/// Entries as SARIF, with paths below the working directory.
pub(crate) fn sarif(entries: &[Entry]) -> anyhow::Result<String> {
    let directory = std::env::current_dir().unwrap_or_default().to_string_lossy().replace('\\', "/");
    let sources = Sources::new();
    let context =
        Context { sources: &sources, colour: false, directory: &directory, version: env!("CARGO_PKG_VERSION") };
    Ok(rulebook_drift::render::sarif(entries, &context)?)
}

/// Says what ended the command.
pub(crate) fn error(error: &anyhow::Error) {
    let mut text = format!("error: {error}\n");
    for cause in error.chain().skip(1) {
        let _ = writeln!(text, "  because: {cause}");
    }
    say(&text);
}

/// Says what is wrong with inputs: in frames for people, else in lines.
pub(crate) fn problems(problems: &[Problem], format: Format, colour: Colour) {
    // Each file once, and none where no line of it is shown.
    let framed = problems.iter().filter(|problem| format == Format::Full && problem.place.line > 0);
    let paths: BTreeSet<&str> = framed.map(|problem| problem.place.path.as_str()).collect();
    let tamed = |(path, text): (String, String)| (path, tame(&text));
    let sources: Sources = paths.into_iter().filter_map(source).map(tamed).collect();
    let context = Context { sources: &sources, colour: coloured(colour, &io::stderr()), directory: "", version: "" };
    for problem in problems {
        if format == Format::Full {
            say(&format!("{}\n", render::problem(problem, &context)));
        } else {
            let level = match problem.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            };
            let line = format!("{}: {level}[{}] {}\n", problem.place, problem.code, problem.message);
            say(&tame(&line));
        }
    }
}

/// A file's path and text, if it can be read.
pub(crate) fn source(path: &str) -> Option<(String, String)> {
    let bytes = std::fs::read(path).ok()?;
    Some((path.to_owned(), String::from_utf8_lossy(&bytes).into_owned()))
}

/// Whether to colour what goes to `stream`.
pub(crate) fn coloured(colour: Colour, stream: &impl io::IsTerminal) -> bool {
    match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// Whether a person watches.
pub(crate) fn watched() -> bool {
    io::stderr().is_terminal()
}
