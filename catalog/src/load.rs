//! Folders of pages into a catalog: every file for itself, in parallel, in an order that depends on nothing but paths.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rulebook_diagnostics::{Place, Problem, Span};

use crate::api_page::ApiPage;
use crate::bug_check::BugCheckPage;
use crate::lists::Lists;
use crate::page::Page;
use crate::rule_page::RulePage;
use crate::rule_set::RuleSetPage;
use crate::text::Source;
use crate::toc::Toc;

/// Bigger files are no pages, and reading them would take seconds.
const MAX_BYTES: u64 = 16 << 20;

/// The pages of one folder.
#[derive(Debug, Clone, Default)]
pub struct Pages {
    /// Rule pages, by rule and path.
    pub rules: Vec<RulePage>,
    /// Rule-set and index pages, by path.
    pub rule_sets: Vec<RuleSetPage>,
    /// Bug-check pages, by code and path.
    pub bug_checks: Vec<BugCheckPage>,
    /// Reference pages, by name, kind and path.
    pub apis: Vec<ApiPage>,
    /// Trees of contents, by path.
    pub tocs: Vec<Toc>,
    /// The paths of documents that are none of these.
    pub others: Vec<String>,
    /// What sets and bug checks say of the rules, joined.
    pub lists: Lists,
}

/// One file as read.
enum Loaded {
    Page(Page),
    Toc(Toc),
}

/// Reads every `.md` and `toc.yml` below `dir`. A file that cannot be understood is a problem, the others still load.
#[must_use]
pub fn load(dir: &Path) -> (Pages, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    walk(dir, &mut files, &mut problems);
    let read: Vec<_> = files.par_iter().map(|file| read_file(file)).collect();
    finish(read, problems)
}

/// Reads documents that are in memory already, as `(path, text)`.
#[must_use]
pub fn load_texts<'text>(texts: impl IntoIterator<Item = (&'text str, &'text str)>) -> (Pages, Vec<Problem>) {
    let texts: Vec<_> = texts.into_iter().collect();
    let read = texts.par_iter().map(|(path, text)| read_source(Source::new(*path, *text))).collect();
    finish(read, Vec::new())
}

fn finish(read: Vec<(Option<Loaded>, Vec<Problem>)>, mut problems: Vec<Problem>) -> (Pages, Vec<Problem>) {
    let mut pages = Pages::default();
    for (loaded, wrong) in read {
        problems.extend(wrong);
        match loaded {
            Some(Loaded::Page(Page::Rule(page))) => pages.rules.push(*page),
            Some(Loaded::Page(Page::RuleSet(page))) => pages.rule_sets.push(*page),
            Some(Loaded::Page(Page::BugCheck(page))) => pages.bug_checks.push(*page),
            Some(Loaded::Page(Page::Api(page))) => pages.apis.push(*page),
            Some(Loaded::Page(Page::Other(source))) => pages.others.push(source.path),
            Some(Loaded::Toc(toc)) => pages.tocs.push(toc),
            None => {}
        }
    }
    pages.rule_sets.sort_by(|a, b| a.source.path.cmp(&b.source.path));
    pages.bug_checks.sort_by(|a, b| (a.code, &a.source.path).cmp(&(b.code, &b.source.path)));
    pages.tocs.sort_by(|a, b| a.source.path.cmp(&b.source.path));
    pages.others.sort();
    pages.apis.sort_by_cached_key(|api| (api.target().name, api.name.value.clone(), api.kind, api.source.path.clone()));
    crate::join::join(&mut pages, &mut problems);
    problems.sort();
    (pages, problems)
}

/// The files below `dir`, in the order of their paths. Links to folders are not followed: they may be circles.
fn walk(dir: &Path, files: &mut Vec<PathBuf>, problems: &mut Vec<Problem>) {
    let mut unreadable = |path: &Path, error: &std::io::Error| {
        problems.push(Problem::error("page/unreadable", Place::file(shown(path)), format!("cannot be read: {error}")));
    };
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return unreadable(dir, &error),
    };
    let mut found = Vec::new();
    for entry in entries {
        match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))) {
            Ok(entry) => found.push(entry),
            Err(error) => unreadable(dir, &error),
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    for (path, kind) in found {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        if kind.is_dir() {
            walk(&path, files, problems);
        } else if name == "toc.yml" || path.extension().is_some_and(|end| end.eq_ignore_ascii_case("md")) {
            files.push(path);
        }
    }
}

/// A path with `/` between its parts.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().into_owned();
    if cfg!(windows) { text.replace('\\', "/") } else { text }
}

fn read_file(path: &Path) -> (Option<Loaded>, Vec<Problem>) {
    let wrong = |message: String| (None, vec![Problem::error("page/unreadable", Place::file(shown(path)), message)]);
    match fs::metadata(path) {
        Ok(meta) if meta.len() > MAX_BYTES => {
            return wrong("is larger than 16 MiB, too large for a page".to_owned());
        }
        _ => {}
    }
    match fs::read(path) {
        Ok(bytes) => read_source(Source::decode(shown(path), &bytes)),
        Err(error) => wrong(format!("cannot be read: {error}")),
    }
}

fn read_source(source: Source) -> (Option<Loaded>, Vec<Problem>) {
    if source.file_name().eq_ignore_ascii_case("toc.yml") {
        return match Toc::read(source) {
            Ok(toc) => (Some(Loaded::Toc(toc)), Vec::new()),
            Err(problem) => (None, vec![*problem]),
        };
    }
    // Nothing can be wrong with a document that says nothing, but nobody means to write one.
    let what = match &source.text {
        text if text.trim().is_empty() => Some("the page is empty"),
        text if text.contains('\0') => Some("the page has bytes that are no text"),
        _ => None,
    };
    let odd = what.map(|what| Problem::warning("page/no-text", source.place(Span::new(0, 0)), what));
    let (page, mut problems) = Page::read(source);
    problems.extend(odd);
    match page {
        Ok(page) => (Some(Loaded::Page(page)), problems),
        Err(problem) => {
            problems.push(*problem);
            (None, problems)
        }
    }
}
