//! Findings that the source allows: comments with a rule and a reason, and what is wrong with such comments.
//!
//! A comment stands for the line of code beside it, else for the one below it; directly above a definition it stands
//! for the whole function, and `allow-file` for the whole file. Nothing is lost: an allowed finding is kept with its
//! reason, and a comment that allows nothing is told of.

mod words;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rulebook_diagnostics::nearest::nearest;
use rulebook_diagnostics::{Allowed, Finding, Place, Problem, Span};
use rulebook_frontend::comments::{Comment, comments};
use rulebook_frontend::ir::Unit;
use rulebook_frontend::{Program, SourceFile};
use rulebook_machine::Table;
use serde::{Deserialize, Serialize};

use self::words::{FORM, MARK, Said, Words, said};
use crate::named::Named;

/// The comments of one driver that allow something.
pub(crate) struct Allows<'p> {
    files: BTreeMap<&'p str, File>,
    /// What is wrong with comments.
    pub(crate) problems: Vec<Problem>,
}

/// What one driver tells of one rule in one comment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Use {
    /// It allows a finding.
    pub(crate) used: bool,
    /// Its rule ran to the end over the code that it stands for.
    pub(crate) judged: bool,
}

/// For each rule in each comment, by its place and word, what came of it.
pub(crate) type Uses = BTreeMap<(Place, String), Use>;

/// The entries of one file, in the order of their places.
#[derive(Default)]
struct File {
    entries: Vec<Entry>,
    /// By the line that they stand for.
    lines: BTreeMap<u32, Vec<usize>>,
    /// By the first line of the function that they stand for.
    functions: BTreeMap<u32, (u32, Vec<usize>)>,
    whole: Vec<usize>,
}

/// One rule, or pattern of rules, in one comment.
struct Entry {
    named: Named,
    word: String,
    place: Place,
    reason: String,
    /// Whether all the code that it stands for was looked at.
    seen: bool,
    used: bool,
}

impl<'p> Allows<'p> {
    /// Reads the comments of all files of the driver.
    pub(crate) fn read(program: &'p Program, table: &Table) -> Self {
        let mut allows = Self { files: BTreeMap::new(), problems: Vec::new() };
        for (source, unit) in program.files.iter().zip(&program.units) {
            if source.text.contains(MARK) {
                let file = allows.file(source, unit, table);
                allows.files.insert(&source.path, file);
            }
        }
        allows
    }

    fn file(&mut self, source: &SourceFile, unit: &Unit, table: &Table) -> File {
        let mut file = File::default();
        let code = Functions::new(source, unit);
        let place = |span: Span| source.lines.place(&source.path, &source.text, span);
        for comment in comments(&source.text, |text| text.contains(MARK)) {
            for said in said(&source.text, comment.span) {
                let words = match said {
                    Said::Allow(words) if words.reason.is_empty() => {
                        let message = "this comment gives no reason, and allows nothing";
                        let problem = Problem::warning("allow/no-reason", place(words.span), message);
                        self.problems.push(problem.help("say after the bracket why the code is right"));
                        continue;
                    }
                    Said::Allow(words) => words,
                    Said::Unclear(span) => {
                        let message = "this comment is not understood, and allows nothing";
                        let problem = Problem::warning("allow/malformed", place(span), message);
                        self.problems.push(problem.help(format!("write {FORM}")));
                        continue;
                    }
                };
                self.entries(words, &comment, &code, table, &place, &mut file);
            }
        }
        file
    }

    fn entries(
        &mut self,
        words: Words,
        comment: &Comment,
        code: &Functions,
        table: &Table,
        place: &impl Fn(Span) -> Place,
        file: &mut File,
    ) {
        let seen = code.seen(comment, words.file);
        for (word, span) in words.rules {
            let named = Named::new(&word);
            if !table.rules.iter().any(|rule| named.means(&rule.id)) {
                self.problems.push(unknown(&word, place(span), table));
                continue;
            }
            let at = file.entries.len();
            let place = place(span);
            file.entries.push(Entry { named, word, place, reason: words.reason.clone(), seen, used: false });
            if words.file {
                file.whole.push(at);
                continue;
            }
            for line in lines(comment) {
                file.lines.entry(line).or_default().push(at);
            }
            if let Some(function) = comment.opens.and_then(|brace| code.defined(comment.span.end, brace)) {
                file.functions.entry(function.first).or_insert((function.last, Vec::new())).1.push(at);
            }
        }
    }

    /// Parts `findings` into those that stand and those that a comment allows.
    pub(crate) fn apply(&mut self, findings: Vec<Finding>) -> (Vec<Finding>, Vec<Allowed>) {
        let (mut kept, mut allowed) = (Vec::new(), Vec::new());
        for finding in findings {
            let entry = self.files.get_mut(finding.place.path.as_str()).and_then(|file| file.entry_for(&finding));
            match entry {
                Some(entry) => {
                    entry.used = true;
                    let (reason, place) = (entry.reason.clone(), entry.place.clone());
                    allowed.push(Allowed { finding, reason, place });
                }
                None => kept.push(finding),
            }
        }
        (kept, allowed)
    }

    /// What came of each entry; `ran` says whether a rule ran to the end.
    pub(crate) fn uses(self, table: &Table, ran: &dyn Fn(&str) -> bool) -> Uses {
        let entries = self.files.into_values().flat_map(|file| file.entries);
        let of = |entry: &Entry| Use {
            used: entry.used,
            judged: entry.seen && table.rules.iter().any(|rule| entry.named.means(&rule.id) && ran(&rule.id)),
        };
        entries.map(|entry| ((entry.place.clone(), entry.word.clone()), of(&entry))).collect()
    }
}

impl File {
    /// The entry nearest to the finding that means its rule: of its line, of its function, of the file.
    fn entry_for(&mut self, finding: &Finding) -> Option<&mut Entry> {
        let place = &finding.place;
        let means = |at: &&usize| self.entries[**at].named.means(&finding.rule);
        let of_lines = self.lines.range(place.line..=place.end_line.max(place.line)).flat_map(|(_, entries)| entries);
        let mut before = self.functions.range(..=place.line).rev();
        let of_function = before.find(|(_, (last, _))| place.line <= *last).map(|(_, (_, entries))| entries);
        let at = of_lines.chain(of_function.into_iter().flatten()).chain(&self.whole).find(means).copied()?;
        self.entries.get_mut(at)
    }
}

/// The lines that a comment stands for.
fn lines(comment: &Comment) -> RangeInclusive<u32> {
    match comment.above {
        Some(line) => line..=line,
        None => comment.first_line..=comment.last_line,
    }
}

fn unknown(word: &str, place: Place, table: &Table) -> Problem {
    let message = format!("no executable rule is called `{word}`, and nothing is allowed");
    let problem = Problem::warning("allow/unknown-rule", place, message);
    match nearest(word, table.rules.iter().map(|rule| rule.id.as_str())) {
        Some(name) => problem.help(format!("did you mean `{name}`?")),
        None => problem.help("`rulebook list --status executable` lists the rules"),
    }
}

/// Adds what another driver tells.
pub(crate) fn unite(all: &mut Uses, of: Uses) {
    for (entry, of) in of {
        let known = all.entry(entry).or_default();
        *known = Use { used: known.used || of.used, judged: known.judged || of.judged };
    }
}

/// The code of the problem that an entry allows nothing.
pub const UNUSED: &str = "allow/unused";

/// The warnings about entries that no driver needs.
pub(crate) fn unused(uses: &Uses) -> Vec<Problem> {
    let idle = uses.iter().filter(|(_, of)| of.judged && !of.used);
    idle.map(|((place, word), _)| {
        let message = format!("`{word}` finds nothing that this comment could allow");
        Problem::warning(UNUSED, place.clone(), message).help("remove it, or put it at the line of the finding")
    })
    .collect()
}

/// The functions of a file by their lines.
struct Functions {
    /// In the order of their starts; those that are not analysed have no last line.
    all: Vec<Lines>,
    /// Lines in branches of `#if` that are not taken, in order.
    dead: Vec<(u32, u32)>,
}

struct Lines {
    start: u32,
    first: u32,
    last: u32,
    analysed: bool,
}

impl Functions {
    fn new(source: &SourceFile, unit: &Unit) -> Self {
        let line = |offset: u32| source.lines.line(offset);
        let analysed = unit.functions.iter().map(|function| Lines {
            start: function.loc.span.start,
            first: line(function.loc.span.start),
            last: line(function.end.span.start),
            analysed: true,
        });
        let lost = unit.untrusted.iter().map(|function| {
            let (start, end) = (function.loc.span.start, function.loc.span.end);
            Lines { start, first: line(start), last: line(end), analysed: false }
        });
        let mut all: Vec<Lines> = analysed.chain(lost).collect();
        all.sort_by_key(|function| function.start);
        let dead = source.dead.iter().map(|span| (line(span.start), line(span.end))).collect();
        Self { all, dead }
    }

    /// The function whose definition begins after `from` and has its brace at `brace`.
    fn defined(&self, from: u32, brace: u32) -> Option<&Lines> {
        let at = self.all.partition_point(|function| function.start < from);
        self.all.get(at).filter(|function| function.start < brace)
    }

    /// Whether all the code was looked at that a comment stands for.
    fn seen(&self, comment: &Comment, file: bool) -> bool {
        if file {
            return self.all.iter().all(|function| function.analysed);
        }
        let line = *lines(comment).start();
        let at = self.dead.partition_point(|(first, _)| *first <= line);
        if at.checked_sub(1).is_some_and(|at| line < self.dead[at].1) {
            return false;
        }
        let around = self.all.partition_point(|function| function.first <= line);
        let inside = around.checked_sub(1).is_none_or(|at| self.all[at].analysed);
        let defined = comment.opens.and_then(|brace| self.defined(comment.span.end, brace));
        inside && defined.is_none_or(|function| function.analysed)
    }
}
