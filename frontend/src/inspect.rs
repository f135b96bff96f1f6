//! Measures how much of a tree is understood, file by file; for tests, examples and `--dump prepass`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rulebook_machine::semantics::Language;
use rustc_hash::FxHashMap;

use crate::configure;
use crate::headers::Cache;
use crate::load;
use crate::parse;
use crate::prepass::token::{Kind, tokenize};
use crate::prepass::words::Words;
use crate::project::{Settings, all_files, discover};
use crate::source::Source;

/// What is known of one file.
#[derive(Debug, Default)]
pub struct FileReport {
    /// The file.
    pub path: String,
    /// Its size.
    pub bytes: usize,
    /// Its lines.
    pub lines: usize,
    /// `function_definition`s in its tree.
    pub functions: usize,
    /// Those not trusted: line, name and reason.
    pub bad: Vec<String>,
    /// Function bodies that the pre-pass saw and the tree does not know.
    pub lost: Vec<String>,
    /// Bodies that the oracle counts.
    pub oracle: usize,
    /// Those of them in branches not taken.
    pub oracle_dead: usize,
    /// Those at which a function of the tree has its body.
    pub found: usize,
    /// Those whose function is trusted.
    pub clean: usize,
    /// Those in branches taken that are not found.
    pub missed: Vec<String>,
    /// Whether the tree has an error anywhere.
    pub has_error: bool,
}

/// Reports on every source file and header below `paths`, each as a unit of its own, compiled as its project says.
#[must_use]
pub fn inspect(paths: &[PathBuf], language: &Language) -> Vec<FileReport> {
    let words = Words::new(language);
    let base = configure::base_table(&words);
    let cache = Cache::new();
    let (files, settings) = all_files(paths);
    let (projects, _) = discover(paths);
    let known: FxHashMap<&Path, &Settings> = projects
        .iter()
        .flat_map(|project| &project.sources)
        .map(|source| (source.path.as_path(), &*source.settings))
        .collect();
    let settings = |path: &Path| known.get(path).copied().unwrap_or(&settings);
    let reports = files.par_iter().map(|path| report(path, &words, &base, settings(path), &cache));
    reports.filter_map(|report| report).collect()
}

/// The text that is parsed in place of a file's own, for looking at.
///
/// # Errors
/// As [`crate::source::read_text`].
pub fn prepassed(path: &Path, language: &Language) -> Result<String, Box<rulebook_diagnostics::Problem>> {
    let words = Words::new(language);
    let source = Arc::new(Source::read(path, &words)?);
    let settings = Settings::default();
    let unit = configure::configure(&source, &settings, &configure::base_table(&words), &words, &Cache::new());
    Ok(load::prepass_main(&unit, &words).prepped)
}

fn report(
    path: &Path,
    words: &Words<'_>,
    base: &crate::macros::MacroTable,
    settings: &Settings,
    cache: &Cache,
) -> Option<FileReport> {
    let source = Arc::new(Source::read(path, words).ok()?);
    let unit = configure::configure(&source, settings, base, words, cache);
    let (parsed, bodies) = load::parse_main(&unit, words)?;
    let functions = parse::functions(&parsed.tree, &parsed.prepped);
    let mut report = FileReport {
        path: source.shown.clone(),
        bytes: source.text.len(),
        lines: source.text.lines().count(),
        functions: functions.len(),
        has_error: parsed.tree.root_node().has_error(),
        ..FileReport::default()
    };
    let mut starts = FxHashMap::default();
    for function in &functions {
        let trusted = parse::trust(&parsed, *function);
        if let Some(body) = function.child_by_field_name("body") {
            starts.insert(body.start_byte() as u32, trusted.is_ok());
        }
        if let Err(reason) = trusted {
            let head = parsed.prepped.get(function.byte_range()).unwrap_or_default();
            let head: String = head.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
            report.bad.push(format!("{}: {reason}: {head}", parsed.lines.line(function.start_byte() as u32)));
        }
    }
    for (brace, name) in bodies {
        if !starts.contains_key(&brace) {
            report.lost.push(format!("{}: lost {}", parsed.lines.line(brace), name.slice(&parsed.text)));
        }
    }
    for brace in oracle(&source.text) {
        report.oracle += 1;
        match starts.get(&brace) {
            Some(clean) => {
                report.found += 1;
                report.clean += usize::from(*clean);
            }
            None if unit.main.dead.iter().any(|span| span.start <= brace && brace < span.end) => {
                report.oracle_dead += 1;
                report.missed.push(format!("{}: in a branch not taken", parsed.lines.line(brace)));
            }
            None => report.missed.push(format!("{}: missed", parsed.lines.line(brace))),
        }
    }
    Some(report)
}

/// Offsets of function bodies, counted without a grammar: `{` in column 0 whose last token before is `)`.
fn oracle(text: &str) -> Vec<u32> {
    let tokens = tokenize(text);
    let solid: Vec<_> = tokens.iter().filter(|token| !matches!(token.kind, Kind::Comment | Kind::Directive)).collect();
    let column_zero = |start: u32| start == 0 || matches!(text.as_bytes()[start as usize - 1], b'\n' | b'\r');
    solid
        .windows(2)
        .filter(|pair| {
            pair[0].kind == Kind::Punct(b')') && pair[1].kind == Kind::Punct(b'{') && column_zero(pair[1].start)
        })
        .map(|pair| pair[1].start)
        .collect()
}
