//! Decides every `#if` of a translation unit once, header by header, as the preprocessor would.
//!
//! Only directives are looked at: which branches are not taken, which macros are in force, which headers are read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rulebook_diagnostics::{Problem, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::headers::{Cache, normalized};
use crate::ir::Symbol;
use crate::macros::MacroTable;
use crate::parsed::MacroDef;
use crate::prepass::condition::{Definitions, holds};
use crate::prepass::directive::{DirectiveKind, define};
use crate::prepass::words::{Treatment, Words};
use crate::project::Settings;
use crate::source::Source;

/// Headers may include each other this deep; deeper is a loop with changing names.
const DEEPEST: usize = 100;

/// A file of a translation unit with what was decided about it.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    pub(crate) source: Arc<Source>,
    /// Branches not taken, in order.
    pub(crate) dead: Vec<Span>,
    /// Definitions in force in this file, in order.
    pub(crate) macros: Vec<Arc<MacroDef>>,
    /// What `#pragma`s in force say about pageable code.
    pub(crate) pageable: Pageable,
}

/// Pageable code by `#pragma`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pageable {
    /// Functions named by `alloc_text`.
    pub(crate) functions: Vec<Symbol>,
    /// Stretches under `code_seg`.
    pub(crate) regions: Vec<Span>,
}

/// A translation unit, decided.
#[derive(Debug)]
pub(crate) struct Unit<'a> {
    pub(crate) main: Decided,
    /// Headers found, each with what was decided at its first inclusion, in the order of inclusion.
    pub(crate) headers: Vec<Decided>,
    pub(crate) table: MacroTable,
    /// What the driver's own definitions say about their names.
    pub(crate) own: FxHashMap<&'static str, Treatment<'a>>,
    /// Names in `#include`s in force, in lower case with `/`.
    pub(crate) includes: BTreeSet<String>,
    /// What each `#include` in force was found to be, in order.
    pub(crate) found: Vec<Option<PathBuf>>,
    pub(crate) settings: &'a Settings,
    pub(crate) problems: Vec<Problem>,
}

pub(crate) fn configure<'a>(
    source: &Arc<Source>,
    settings: &'a Settings,
    base: &MacroTable,
    words: &'a Words<'a>,
    cache: &Cache,
) -> Unit<'a> {
    let mut walk = Walk {
        settings,
        words,
        cache,
        table: base.clone(),
        undefined: FxHashSet::default(),
        own: FxHashMap::default(),
        seen: FxHashSet::default(),
        headers: Vec::new(),
        includes: BTreeSet::new(),
        found: Vec::new(),
        problems: Vec::new(),
        stack: Vec::new(),
    };
    walk.define_predefined(source.is_c());
    walk.seen.insert(source.path.clone());
    for forced in &settings.forced_includes {
        walk.include(&source.path, &forced.replace('\\', "/"), true);
    }
    let main = walk.file(source);
    let Walk { table, own, headers, includes, found, problems, .. } = walk;
    Unit { main, headers, table, own, includes, found, settings, problems }
}

struct Walk<'a, 'b> {
    settings: &'b Settings,
    words: &'a Words<'a>,
    cache: &'b Cache,
    table: MacroTable,
    /// Names of the table that an `#undef` took out of force; they may still have been used before.
    undefined: FxHashSet<Symbol>,
    own: FxHashMap<&'static str, Treatment<'a>>,
    seen: FxHashSet<PathBuf>,
    headers: Vec<Decided>,
    includes: BTreeSet<String>,
    found: Vec<Option<PathBuf>>,
    problems: Vec<Problem>,
    /// The files being read, outermost first.
    stack: Vec<PathBuf>,
}

impl Definitions for Walk<'_, '_> {
    fn definition(&self, name: Symbol) -> Option<&MacroDef> {
        if self.undefined.contains(&name) { None } else { self.table.get(name) }
    }
}

/// An open `#if`.
struct Frame {
    /// Whether the text around it is live.
    around: bool,
    /// Whether one of its branches was taken.
    taken: bool,
    /// Where the branch not taken began.
    dead_from: Option<u32>,
}

impl Walk<'_, '_> {
    fn define_predefined(&mut self, c: bool) {
        if !c {
            self.define(&Arc::new(plain_define("__cplusplus", "201703L")));
        }
        for (name, value) in &self.settings.defines {
            self.define(&Arc::new(plain_define(name, value)));
        }
        for name in &self.settings.undefines {
            self.undefined.insert(Symbol::new(name));
        }
    }

    fn define(&mut self, definition: &Arc<MacroDef>) {
        let name = definition.name;
        self.undefined.remove(&name);
        match Words::treatment_of(definition) {
            Some(treatment) => self.own.insert(name.as_str(), treatment),
            None if self.own.is_empty() => None,
            None => self.own.remove(name.as_str()),
        };
        self.table.insert(Arc::clone(definition));
    }

    fn file(&mut self, source: &Arc<Source>) -> Decided {
        self.stack.push(source.path.clone());
        let mut decided =
            Decided { source: Arc::clone(source), dead: Vec::new(), macros: Vec::new(), pageable: Pageable::default() };
        let mut frames: Vec<Frame> = Vec::new();
        let mut live = true;
        let mut segment: Option<u32> = None;
        for directive in &source.directives {
            let span = directive.span;
            match &directive.kind {
                DirectiveKind::If(condition) => {
                    let taken = live && holds(condition, self);
                    open(&mut frames, &mut live, taken, span);
                }
                DirectiveKind::Ifdef(name) => {
                    let taken = live && self.definition(*name).is_some();
                    open(&mut frames, &mut live, taken, span);
                }
                DirectiveKind::Ifndef(name) => {
                    let taken = live && self.definition(*name).is_none();
                    open(&mut frames, &mut live, taken, span);
                }
                DirectiveKind::Elif(condition) => {
                    let due = frames.last().is_some_and(|frame| frame.around && !frame.taken);
                    let taken = due && holds(condition, self);
                    next_branch(&mut frames, &mut live, taken, span, &mut decided.dead);
                }
                DirectiveKind::Else => {
                    let taken = frames.last().is_some_and(|frame| frame.around && !frame.taken);
                    next_branch(&mut frames, &mut live, taken, span, &mut decided.dead);
                }
                DirectiveKind::Endif => {
                    if let Some(frame) = frames.pop() {
                        close_dead(frame.dead_from, span.start, &mut decided.dead);
                        live = frame.around;
                    }
                }
                _ if !live => {}
                DirectiveKind::Define(definition) => {
                    self.define(definition);
                    decided.macros.push(Arc::clone(definition));
                }
                DirectiveKind::Undef(name) => {
                    self.undefined.insert(*name);
                    self.own.remove(name.as_str());
                }
                DirectiveKind::Include { path, quoted } => {
                    self.include(&source.path, path, *quoted);
                }
                DirectiveKind::Pragma(text) => {
                    pragma(text, span, &mut segment, &mut decided.pageable);
                }
                DirectiveKind::Other => {}
            }
        }
        // A macro of the driver's own of that name takes the place of the one that would be made.
        for trace in &source.traces {
            if self.table.get(trace.name).is_none() {
                self.table.insert(Arc::clone(trace));
            }
        }
        let end = source.text.len() as u32;
        if let Some(start) = segment {
            decided.pageable.regions.push(Span { start, end });
        }
        // An `#if` that is never closed reaches to the end.
        let open_dead = frames.iter().find_map(|frame| frame.dead_from);
        close_dead(open_dead, end, &mut decided.dead);
        self.stack.pop();
        decided
    }

    fn include(&mut self, from: &Path, path: &str, quoted: bool) {
        self.includes.insert(path.to_lowercase());
        if self.stack.len() >= DEEPEST {
            return;
        }
        let found = self.resolve(from, path, quoted);
        self.found.push(found.clone());
        let Some(found) = found else {
            return;
        };
        if !self.seen.insert(found.clone()) {
            return;
        }
        match self.cache.header(&found, self.words) {
            Ok(source) => {
                // The place in the order of inclusion is that of the outer header.
                let slot = self.headers.len();
                let decided = self.file(&source);
                self.headers.insert(slot, decided);
            }
            Err(problem) => self.problems.push(*problem),
        }
    }

    fn resolve(&self, from: &Path, path: &str, quoted: bool) -> Option<PathBuf> {
        let beside = || {
            // The compiler looks beside the including file, then beside the files that include that one.
            let files = std::iter::once(from).chain(self.stack.iter().rev().map(PathBuf::as_path));
            files.filter_map(Path::parent).find_map(|folder| self.cache.find(folder, path))
        };
        let given = || self.settings.include_dirs.iter().find_map(|folder| self.cache.find(folder, path));
        // Without a project nobody says which folders are searched for `<name>`: the driver's own, then.
        let found = if quoted { beside().or_else(given) } else { given().or_else(beside) };
        let found = found.or_else(|| {
            let nearest = self.settings.headers.nearest(from, path)?;
            let near = from.parent().and_then(Path::parent).is_some_and(|folder| nearest.starts_with(folder));
            if quoted || near {
                return Some(nearest.to_owned());
            }
            // Nobody says which folders the whole tree has in common.
            let common = self.settings.include_dirs.is_empty().then(|| self.settings.headers.common(from, path));
            common.flatten().map(Path::to_owned)
        })?;
        let found = normalized(&found);
        found.is_file().then_some(found)
    }
}

fn plain_define(name: &str, value: &str) -> MacroDef {
    MacroDef { name: Symbol::new(name), params: None, variadic: false, body: value.to_owned(), span: Span::default() }
}

/// The table that every unit starts from.
pub(crate) fn base_table(words: &Words<'_>) -> MacroTable {
    let mut table = MacroTable::default();
    table.keep(words.language.calls.iter().map(|name| Symbol::new(name)));
    for (name, value) in &words.language.defines {
        table.insert(Arc::new(plain_define(name, value)));
    }
    for (head, body) in &words.language.macros {
        let definition = define(&format!("{head} {body}"), 0, words);
        if let Some(mut definition) = definition {
            // It stands in no file.
            definition.span = Span::default();
            table.insert(Arc::new(definition));
        }
    }
    table
}

fn open(frames: &mut Vec<Frame>, live: &mut bool, taken: bool, span: Span) {
    let dead_from = (*live && !taken).then_some(span.end);
    frames.push(Frame { around: *live, taken, dead_from });
    *live = taken;
}

fn next_branch(frames: &mut [Frame], live: &mut bool, taken: bool, span: Span, dead: &mut Vec<Span>) {
    let Some(frame) = frames.last_mut() else {
        return;
    };
    close_dead(frame.dead_from.take(), span.start, dead);
    frame.taken |= taken;
    frame.dead_from = (frame.around && !taken).then_some(span.end);
    *live = taken;
}

fn close_dead(from: Option<u32>, end: u32, dead: &mut Vec<Span>) {
    if let Some(start) = from.filter(|start| *start < end) {
        dead.push(Span { start, end });
    }
}

/// `alloc_text(PAGE, a, b)` and `code_seg("PAGE")`.
fn pragma(text: &str, span: Span, segment: &mut Option<u32>, pageable: &mut Pageable) {
    let Some((name, rest)) = text.split_once('(') else {
        return;
    };
    let arguments = rest.rsplit_once(')').map_or(rest, |(inside, _)| inside);
    let is_page = |section: &str| section.trim().trim_matches('"').to_ascii_uppercase().starts_with("PAGE");
    match name.trim() {
        "alloc_text" => {
            let mut parts = arguments.split(',');
            if parts.next().is_some_and(is_page) {
                pageable.functions.extend(parts.map(str::trim).filter(|part| !part.is_empty()).map(Symbol::new));
            }
        }
        "code_seg" => {
            let paged = arguments.split(',').any(is_page);
            if let Some(start) = segment.take() {
                pageable.regions.push(Span { start, end: span.start });
            }
            if paged {
                *segment = Some(span.end);
            }
        }
        _ => {}
    }
}
