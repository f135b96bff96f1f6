//! One driver from disk to lowered units.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;
use rulebook_diagnostics::{LineIndex, Place, Problem, Span};
use rulebook_machine::semantics::Language;
use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Tree;

use crate::again;
use crate::configure::{self, Decided};
use crate::headers::Cache;
use crate::ir::{self, FileId, Symbol};
use crate::lower::{Declared, LowerContext, lower};
use crate::macros::MacroTable;
use crate::parse::{self, Grammar};
use crate::parsed::Parsed;
use crate::prepass::words::{Treatment, Words};
use crate::prepass::{self, Output};
use crate::project::Project;
use crate::read::Reader;

/// A driver, lowered.
#[derive(Debug, Default)]
pub struct Program {
    /// The driver's name.
    pub name: String,
    /// Its files; [`FileId`] is the index. Translation units first, then headers, each by path.
    pub files: Vec<SourceFile>,
    /// One unit per file, in the order of [`Self::files`].
    pub units: Vec<ir::Unit>,
    /// What could not be read or understood.
    pub problems: Vec<Problem>,
    /// Sizes, for summaries.
    pub stats: Stats,
    /// Names in the `#include`s in force, in lower case with `/`, whether found or not.
    pub includes: BTreeSet<String>,
    /// The first values of variables outside of functions, where they are known.
    pub initials: FxHashMap<Symbol, ir::Initial>,
}

/// A file of a driver, for showing places in it.
#[derive(Debug)]
pub struct SourceFile {
    /// Its path with `/`, beginning as the user gave it.
    pub path: String,
    /// Its text as read.
    pub text: String,
    /// Its lines.
    pub lines: LineIndex,
    /// Branches of `#if` that are not taken, in order.
    pub dead: Vec<Span>,
}

/// How large a driver is and how much of it is analysed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Functions with a body, trusted or not.
    pub functions: usize,
    /// Functions whose tree is not trusted; they are not analysed.
    pub untrusted: usize,
    /// Lines of all files.
    pub lines: usize,
}

/// A file on its way from disk to its unit.
struct Job<'a, 'w> {
    decided: &'a Decided,
    table: &'a MacroTable,
    own: &'a FxHashMap<&'static str, Treatment<'w>>,
    file: FileId,
}

/// A parsed file and the bodies that the pre-pass saw in it: opening brace and name.
type WithBodies = (Parsed, Vec<(u32, Span)>);

/// A file when its tree is gone.
struct Lowered {
    file: SourceFile,
    unit: ir::Unit,
    functions: usize,
}

/// Reads, parses and lowers the files of `project` and those of its headers that are found; `handlers` as in
/// [`LowerContext::handlers`].
#[must_use]
pub fn load(project: &Project, language: &Language, cache: &Cache, handlers: bool) -> Program {
    Reader::new(language).read(project, cache).lower(handlers)
}

/// Parses and lowers what was read.
pub(crate) fn lower_units(
    units: &[configure::Unit<'_>],
    words: &Words<'_>,
    handlers: bool,
    mut program: Program,
) -> Program {
    let jobs = jobs(units);
    let parsed: Vec<Option<WithBodies>> = jobs.par_iter().map(|job| parse_file(job, words)).collect();
    let mut declared = Declared::default();
    for (file, _) in parsed.iter().flatten() {
        declared.add(file);
    }
    program.initials = declared.initials();
    let lowered: Vec<Option<Lowered>> = jobs
        .par_iter()
        .zip(parsed)
        .map(|(job, parsed)| {
            let (parsed, bodies) = parsed?;
            let context = LowerContext {
                language: words.language,
                macros: job.table,
                declared: &declared,
                handlers,
                space: Symbol::new(""),
            };
            Some(lower_file(parsed, bodies, job, words, &context))
        })
        .collect();
    for (job, outcome) in jobs.iter().zip(lowered) {
        if let Some(Lowered { file, unit, functions }) = outcome {
            program.stats.functions += functions;
            program.stats.untrusted += unit.untrusted.len();
            program.stats.lines += file.text.lines().count();
            program.files.push(file);
            program.units.push(unit);
        } else {
            let place = Place::file(job.decided.source.shown.clone());
            program.problems.push(Problem::error(
                "source/unparsed",
                place,
                "the file takes more steps to parse than source does; it is not looked at",
            ));
            program.files.push(source_file(job.decided));
            program.units.push(ir::Unit::default());
        }
    }
    program.problems.sort();
    program.problems.dedup();
    program
}

/// The files of a driver in the order of [`Program::files`].
pub(crate) fn files<'a>(units: &'a [configure::Unit<'_>]) -> Vec<&'a Decided> {
    jobs(units).into_iter().map(|job| job.decided).collect()
}

/// Every unit, and every header as the first unit that includes it saw it.
fn jobs<'a, 'w>(units: &'a [configure::Unit<'w>]) -> Vec<Job<'a, 'w>> {
    let mut claimed: FxHashSet<&Path> = units.iter().map(|unit| unit.main.source.path.as_path()).collect();
    let mut jobs: Vec<Job<'a, 'w>> = Vec::new();
    for unit in units {
        jobs.push(Job { decided: &unit.main, table: &unit.table, own: &unit.own, file: FileId(0) });
    }
    let mut headers = Vec::new();
    for unit in units {
        for decided in &unit.headers {
            if claimed.insert(decided.source.path.as_path()) {
                headers.push(Job { decided, table: &unit.table, own: &unit.own, file: FileId(0) });
            }
        }
    }
    headers.sort_by(|a, b| a.decided.source.path.cmp(&b.decided.source.path));
    jobs.append(&mut headers);
    for (index, job) in jobs.iter_mut().enumerate() {
        job.file = FileId(index as u32);
    }
    jobs
}

fn source_file(decided: &Decided) -> SourceFile {
    let Decided { source, dead, .. } = decided;
    let (text, lines) = (source.text.clone(), LineIndex::new(&source.text));
    SourceFile { path: source.shown.clone(), text, lines, dead: dead.clone() }
}

/// Lowers a file and lets go of its tree; bodies that the tree does not know are untrusted functions too. Functions that
/// are not understood are read again with their macros in place.
fn lower_file(
    parsed: Parsed,
    bodies: Vec<(u32, Span)>,
    job: &Job<'_, '_>,
    words: &Words<'_>,
    context: &LowerContext<'_>,
) -> Lowered {
    let mut unit = lower(&parsed, context);
    let functions = parse::functions(&parsed.tree, &parsed.prepped);
    let mut starts: Vec<usize> =
        functions.iter().filter_map(|function| Some(function.child_by_field_name("body")?.start_byte())).collect();
    starts.sort_unstable();
    let known = functions.len();
    drop(functions);
    let file = parsed.file;
    let braces: Vec<u32> = bodies.iter().map(|(brace, _)| *brace).collect();
    let lost = bodies.into_iter().filter(|(brace, _)| starts.binary_search(&(*brace as usize)).is_err());
    let lost: Vec<ir::Untrusted> = lost
        .map(|(brace, name)| ir::Untrusted {
            name: Symbol::new(name.slice(&parsed.text)),
            loc: ir::Loc { file, span: Span { start: name.start, end: brace } },
            reason: "it was not recognised as a function".to_owned(),
        })
        .collect();
    let functions = known + lost.len();
    unit.untrusted.extend(lost);
    if !unit.untrusted.is_empty() {
        let live = prepass::live(&job.decided.source.tokens, &job.decided.dead);
        let reader = again::Reader { parsed: &parsed, live, words, own: job.own, context };
        for lost in std::mem::take(&mut unit.untrusted) {
            let brace = braces[braces.partition_point(|brace| *brace < lost.loc.span.end)..].first();
            match brace.and_then(|brace| reader.read(lost.name, *brace)) {
                Some(mut read) => unit.functions.append(&mut read),
                None => unit.untrusted.push(lost),
            }
        }
    }
    let dead = job.decided.dead.clone();
    let file = SourceFile { path: parsed.path, text: parsed.text, lines: parsed.lines, dead };
    Lowered { file, unit, functions }
}

/// Pre-pass and parse of the main file of a unit; with the bodies that the pre-pass saw.
pub(crate) fn parse_main(unit: &configure::Unit<'_>, words: &Words<'_>) -> Option<WithBodies> {
    parse_file(&main_job(unit), words)
}

/// Pre-pass of the main file of a unit.
pub(crate) fn prepass_main(unit: &configure::Unit<'_>, words: &Words<'_>) -> Output {
    prepass_file(&main_job(unit), words)
}

fn main_job<'a, 'w>(unit: &'a configure::Unit<'w>) -> Job<'a, 'w> {
    Job { decided: &unit.main, table: &unit.table, own: &unit.own, file: FileId(0) }
}

fn prepass_file(job: &Job<'_, '_>, words: &Words<'_>) -> Output {
    let source = &job.decided.source;
    prepass::run(&prepass::Input {
        text: &source.text,
        tokens: &source.tokens,
        dead: &job.decided.dead,
        words,
        macros: job.table,
        own: job.own,
        cpp: !source.is_c(),
    })
}

/// Pre-pass and parse; with the bodies that the pre-pass saw: opening brace and name.
fn parse_file(job: &Job<'_, '_>, words: &Words<'_>) -> Option<WithBodies> {
    let Decided { source, macros, pageable, .. } = job.decided;
    let is_c = source.is_c();
    let output = prepass_file(job, words);
    let (tree, cpp) = best_tree(&output.prepped, is_c)?;
    let functions = pageable_functions(&output, &tree, pageable);
    let parsed = Parsed {
        file: job.file,
        path: source.shown.clone(),
        text: source.text.clone(),
        prepped: output.prepped,
        tree,
        cpp,
        lines: LineIndex::new(&source.text),
        annotations: output.annotations,
        seh: output.seh,
        hidden: output.hidden,
        macros: macros.iter().map(|definition| (**definition).clone()).collect(),
        file_macros: output.file_macros,
        pageable: functions,
    };
    Some((parsed, output.bodies))
}

/// The tree by the grammar of the file's name; for C with functions that are not trusted, by the other if that is better.
fn best_tree(text: &str, is_c: bool) -> Option<(Tree, bool)> {
    if !is_c {
        return Some((parse::parse(text, Grammar::Cpp)?, true));
    }
    let first = parse::parse(text, Grammar::C)?;
    let bad = |tree: &Tree, cpp: bool| {
        let functions = parse::functions(tree, text);
        let untrusted = functions.iter().filter(|function| parse::distrust(**function, text, cpp).is_some()).count();
        (untrusted, functions.len())
    };
    let (untrusted, found) = bad(&first, false);
    if untrusted == 0 && !first.root_node().has_error() {
        return Some((first, false));
    }
    let Some(second) = parse::parse(text, Grammar::Cpp) else {
        return Some((first, false));
    };
    let (untrusted_second, found_second) = bad(&second, true);
    let good = |untrusted: usize, found: usize| found.saturating_sub(untrusted);
    Some(if good(untrusted_second, found_second) > good(untrusted, found) { (second, true) } else { (first, false) })
}

/// The names of pageable functions: by `#pragma`, by marks, by regions.
fn pageable_functions(output: &Output, tree: &Tree, pragmas: &configure::Pageable) -> Vec<Symbol> {
    let mut names = pragmas.functions.clone();
    let marks = &output.pageable_marks;
    let regions: Vec<Span> = output.pageable_regions.iter().chain(&pragmas.regions).copied().collect();
    if !marks.is_empty() || !regions.is_empty() {
        let mut last_end = 0;
        for function in parse::functions(tree, &output.prepped) {
            let Some(declarator) = function.child_by_field_name("declarator") else {
                continue;
            };
            let start = function.start_byte() as u32;
            let head_end = declarator.end_byte() as u32;
            let marked = marks.iter().any(|mark| *mark > last_end && *mark <= head_end);
            let inside = regions.iter().any(|region| region.start <= start && start < region.end);
            if marked || inside {
                names.extend(declared_name(declarator, &output.prepped).map(|name| Symbol::new(&name)));
            }
            last_end = function.end_byte() as u32;
        }
    }
    names.sort_by_key(|name| name.as_str());
    names.dedup();
    names
}

/// The name in a declarator, with its scope: `Class::name`.
fn declared_name(declarator: tree_sitter::Node<'_>, text: &str) -> Option<String> {
    let mut node = declarator;
    while let Some(inner) = node.child_by_field_name("declarator") {
        node = inner;
    }
    text.get(node.byte_range()).map(|name| name.split_whitespace().collect())
}
