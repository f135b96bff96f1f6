//! Why nothing was reported at a place (`--why`): what the rule saw there, and what kept it silent.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rulebook_diagnostics::Span;
use rulebook_frontend::Program;
use rulebook_frontend::ir::{Callee, FileId, Function, InstrKind, Loc};
use rulebook_machine::pattern::Pattern;
use rulebook_machine::table::Rule;

use crate::code::{Code, FuncId};
use crate::roles::Roles;

/// The question: one rule, one line of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The rule, as `model/Name`.
    pub rule: String,
    /// The file; the end of its path is enough.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
}

/// What is written down about the watched lines while the engine runs.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// The lines: the question's file, once for each time that the driver reads it.
    places: Vec<(FileId, Span)>,
    said: BTreeSet<String>,
}

impl Watch {
    /// Watches the line in every file of the driver that the question means.
    pub(crate) fn new(why: Option<&Why>, program: &Program) -> Self {
        let mut watch = Self::default();
        let Some(why) = why else { return watch };
        for (at, file) in program.files.iter().enumerate() {
            if !ends_in(Path::new(&file.path), &why.file) {
                continue;
            }
            let start: usize =
                file.text.split_inclusive('\n').take(why.line.saturating_sub(1) as usize).map(str::len).sum();
            let length = file.text.get(start..).and_then(|rest| rest.split_inclusive('\n').next()).map_or(0, str::len);
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let span = Span { start: offset(start), end: offset(start + length) };
            watch.places.push((FileId(at as u32), span));
        }
        watch
    }

    /// Whether a place begins on the watched line.
    pub(crate) fn sees(&self, loc: Loc) -> bool {
        self.places.iter().any(|(file, span)| *file == loc.file && (span.start..span.end).contains(&loc.span.start))
    }

    /// Writes something down, if it is about the watched line.
    pub(crate) fn note(&mut self, loc: Loc, say: impl FnOnce() -> String) {
        if !self.places.is_empty() && self.sees(loc) {
            self.said.insert(say());
        }
    }

    /// Whether the line lies in the function.
    fn is_in(&self, function: &Function) -> bool {
        self.places.iter().any(|(file, span)| {
            *file == function.loc.file && function.loc.span.start < span.end && span.start <= function.end.span.start
        })
    }
}

/// Whether `path` is the asked file: the same, or the same at its end.
fn ends_in(path: &Path, asked: &Path) -> bool {
    let plain = |path: &Path| path.to_string_lossy().replace('\\', "/").trim_start_matches("./").to_owned();
    let (path, asked) = (plain(path), plain(asked));
    path == asked || path.strip_suffix(&asked).is_some_and(|before| before.ends_with('/'))
}

/// What is known about one driver once it has been checked.
pub(crate) struct Checked<'a, 't> {
    pub(crate) driver: &'a str,
    pub(crate) program: &'a Program,
    pub(crate) code: &'a Code<'a>,
    pub(crate) roles: &'a Roles<'t>,
    /// The rule, and why it does not run on this driver where it does not.
    pub(crate) rule: Option<(&'t Rule, Option<String>)>,
    /// The messages of findings on the line.
    pub(crate) found: Vec<String>,
    /// Whether a budget ended the work on the rule.
    pub(crate) cut: bool,
}

/// The answer for one driver; `None` where it does not read the file.
pub(crate) fn answer(why: &Why, watch: &Watch, checked: &Checked<'_, '_>) -> Option<String> {
    if watch.places.is_empty() {
        return None;
    }
    let mut out = format!("{} at {}:{}, in driver `{}`\n", why.rule, why.file.display(), why.line, checked.driver);
    let mut say = |line: &str| {
        let _ = writeln!(out, "  {line}");
    };
    let Some((rule, reason)) = &checked.rule else {
        say("no executable rule has this name");
        return Some(out);
    };
    if let Some(reason) = reason {
        say(&format!("the rule does not apply to this driver: {reason}"));
        return Some(out);
    }
    let units = || checked.program.units.iter();
    let untrusted = units().flat_map(|unit| &unit.untrusted).find(|lost| {
        watch.places.iter().any(|(file, span)| {
            *file == lost.loc.file && lost.loc.span.end > span.start && lost.loc.span.start < span.end
        })
    });
    if let Some(lost) = untrusted {
        say(&format!("function `{}` is not analysed: {}", lost.name, lost.reason));
        return Some(out);
    }
    let Some(at) = checked.code.functions.iter().position(|one| watch.is_in(one.ir)) else {
        say("the line lies in no function that is analysed");
        return Some(out);
    };
    let id = FuncId(at as u32);
    let function = checked.code.get(id).ir;
    say(&standing(id, checked));
    for message in &checked.found {
        say(&format!("reported: {message}"));
    }
    if watch.said.is_empty() {
        say(&no_event(function, rule, watch));
    }
    for note in &watch.said {
        say(note);
    }
    if checked.cut {
        say("the rule is inconclusive for this driver: a function has more paths than the budget allows");
    }
    Some(out)
}

/// Who calls the function.
fn standing(id: FuncId, checked: &Checked<'_, '_>) -> String {
    let function = checked.code.get(id).ir;
    let roles: Vec<&str> = checked.roles.of(id).iter().map(|role| role.type_name).collect();
    let callers: Vec<String> = checked
        .code
        .functions
        .iter()
        .filter(|other| other.callees.iter().any(|callee| checked.code.get(*callee).ir.name == function.name))
        .map(|other| format!("`{}`", other.ir.name))
        .take(4)
        .collect();
    let called = if callers.is_empty() { String::new() } else { format!(", called by {}", callers.join(", ")) };
    match roles.as_slice() {
        [] if callers.is_empty() => {
            format!(
                "in `{}`, which has no known role and no caller: what only a caller could know is not held against it",
                function.name
            )
        }
        [] => format!("in `{}`{called}", function.name),
        roles => format!("in `{}`, an entry point ({}){called}", function.name, roles.join(", ")),
    }
}

/// What is called on the line, and what the rule would have looked for.
fn no_event(function: &Function, rule: &Rule, watch: &Watch) -> String {
    let calls: BTreeSet<String> = function
        .blocks
        .iter()
        .flat_map(|block| &block.instrs)
        .filter(|instr| watch.sees(instr.loc))
        .filter_map(|instr| match &instr.kind {
            InstrKind::Call(call) => match &call.callee {
                Callee::Named(name) | Callee::Method { name, .. } | Callee::Member { name, .. } => {
                    Some(format!("`{name}`"))
                }
                Callee::Pointer(_) => None,
            },
            _ => None,
        })
        .collect();
    let patterns = rule.machines.iter().flat_map(|machine| &machine.events).flat_map(|event| &event.patterns);
    let apis: BTreeSet<&str> = patterns.filter_map(Pattern::api).collect();
    let shown: Vec<String> = apis.iter().take(6).map(|api| format!("`{api}`")).collect();
    let more = if apis.len() > shown.len() { format!(" and {} more", apis.len() - shown.len()) } else { String::new() };
    let here = match calls.len() {
        0 => "no call stands on this line".to_owned(),
        _ => format!(
            "no call on this line is an event of the rule ({})",
            calls.into_iter().collect::<Vec<_>>().join(", ")
        ),
    };
    format!("{here}, or no path reaches it; the rule watches {}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_meant_by_the_end_of_its_path() {
        for (path, asked, same) in [
            ("src/a.c", "src/a.c", true),
            ("src/a.c", "./src/a.c", true),
            ("drivers/src/a.c", "src/a.c", true),
            ("drivers\\src\\a.c", "src/a.c", true),
            ("drivers/src/ba.c", "a.c", false),
            ("a.c", "src/a.c", false),
        ] {
            assert_eq!(ends_in(Path::new(path), Path::new(asked)), same, "{path} {asked}");
        }
    }
}
