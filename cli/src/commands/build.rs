//! `rulebook build`: everything that is made from the rules, below one folder.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rulebook_diagnostics::Format;
use rulebook_generator::book::facts::{self, RuleFacts};
use rulebook_generator::fixtures::FOLDER;
use rulebook_generator::writer::{Mode, Tree};
use rulebook_generator::{Corpus, Variants, corpus as make_corpus, headers, table};
use serde_json::{Value, json};

use crate::args::{self, Colour};
use crate::corpus::tally;
use crate::inputs::Loaded;
use crate::output::{self, Outcome};
use crate::progress::Progress;
use crate::{book, corpus, examples, inputs};

/// Most differences that are listed one by one.
const LISTED: usize = 20;

/// What was made, for the summary.
struct Made<'a> {
    args: &'a args::Build,
    loaded: &'a Loaded,
    facts: Vec<RuleFacts>,
    corpus: &'a Corpus,
    verdict: corpus::Verdict,
    examples: examples::Verdict,
    times: Vec<(&'static str, Duration)>,
}

pub(crate) fn run(args: &args::Build) -> anyhow::Result<Outcome> {
    let progress = Progress::start("reading the pages");
    let mut times = Vec::new();
    let mut clock = Instant::now();
    let mut lap = |task: &'static str, times: &mut Vec<(&'static str, Duration)>| {
        times.push((task, clock.elapsed()));
        clock = Instant::now();
    };
    let loaded = inputs::load(&args.rules)?;
    lap("pages", &mut times);
    drop(progress);
    // At once: whatever stops the rest, what is wrong with pages has been said.
    output::problems(&loaded.problems, Format::Full, Colour::Auto);

    let progress = Progress::start("making the corpus");
    let corpus = make_corpus(&loaded.source, Variants::Few)?;
    generated(&loaded, &corpus)?.apply(&args.out, Mode::Write)?;
    lap("corpus", &mut times);

    progress.task("checking the corpus");
    let verdict = corpus::check(&args.out, &loaded.source.table, &corpus.expected, &progress);
    let examples = examples::check(&loaded, &args.out)?;
    lap("checker", &mut times);

    progress.task("making the book");
    book::build(&book::sources(&loaded, &examples.shown, args.rules.docs.is_some())?, &args.out.join("book"))?;
    lap("book", &mut times);
    drop(progress);

    let mut facts = facts::all(&loaded.catalog, &loaded.source.table);
    let unproved = verdict.unproved();
    for rule in facts.iter_mut().filter(|rule| rule.derived && unproved.contains(&rule.id)) {
        "unproved".clone_into(&mut rule.status);
    }
    let made = Made { args, loaded: &loaded, facts, corpus: &corpus, verdict, examples, times };
    let path = args.out.join("summary.json");
    output::write(&path, &format!("{}\n", serde_json::to_string_pretty(&made.summary())?))?;
    output::print(&made.text())?;
    let holds = made.verdict.holds() && made.examples.wrong.is_empty();
    let outcome = if holds { Outcome::Clean } else { Outcome::Found };
    Ok(outcome.with(&loaded.problems))
}

/// The table, the fixtures and their headers.
fn generated(loaded: &Loaded, corpus: &Corpus) -> anyhow::Result<Tree> {
    let mut tree = corpus.tree.clone();
    tree.add("table.json", table::render(&loaded.source.table).context("the table cannot be written")?)?;
    for (name, text) in headers::emit_headers(&loaded.source.facts) {
        tree.add(&format!("{FOLDER}/include/{name}"), text)?;
    }
    Ok(tree.listed())
}

impl Made<'_> {
    /// The machine form. It has no times and no paths of this machine: the same rules give the same bytes.
    fn summary(&self) -> Value {
        let place = |(path, line, rule): &corpus::Place| json!({ "path": path, "line": line, "rule": rule });
        let statuses = tally(self.facts.iter().map(|rule| rule.status.as_str()));
        json!({
            "rules": self.facts.len(),
            "executable": self.loaded.source.table.rules.len(),
            "derived": self.facts.iter().filter(|rule| rule.derived).count(),
            "unproved": self.facts.iter().filter(|rule| rule.status == "unproved").map(|rule| &rule.id).collect::<Vec<_>>(),
            "statuses": statuses.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
            "problems": self.loaded.problems.len(),
            "corpus": {
                "fixtures": self.corpus.fixtures.len(),
                "violating": self.corpus.fixtures.iter().filter(|fixture| fixture.violating).count(),
                "expected": self.corpus.expected.len(),
                "found": self.verdict.hit,
                "missing": self.verdict.missing.iter().map(place).collect::<Vec<_>>(),
                "noisy": self.verdict.noisy.iter().map(place).collect::<Vec<_>>(),
                "without": self.corpus.without,
            },
            "examples": {
                "violating": self.examples.violating.0,
                "violating_as_marked": self.examples.violating.1,
                "compliant": self.examples.compliant.0,
                "compliant_silent": self.examples.compliant.1,
                "known_misses": self.examples.limits.0,
                "false_alarms": self.examples.limits.1,
                "wrong": self.examples.wrong,
            },
            "outputs": { "table": "table.json", "corpus": FOLDER, "book": "book/html/index.html" },
        })
    }

    fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |label: &str, text: String| {
            let _ = writeln!(out, "{label:>10}  {text}");
        };
        let executable = self.loaded.source.table.rules.len();
        let derived = self.facts.iter().filter(|rule| rule.derived).count();
        let how = if derived > 0 { format!(", {derived} of them derived from their pages") } else { String::new() };
        line("rules", format!("{}, {executable} executable{how}", self.facts.len()));
        for (status, count) in tally(self.facts.iter().map(|rule| rule.status.as_str())) {
            if !["executable"].contains(&status) && count > 0 {
                line("", format!("{count} {status}"));
            }
        }
        let violating = self.corpus.fixtures.iter().filter(|fixture| fixture.violating).count();
        let fixtures = self.corpus.fixtures.len();
        line("corpus", format!("{fixtures} fixtures: {violating} violating, {} compliant", fixtures - violating));
        let all = self.corpus.expected.len();
        let (missing, noisy) = (self.verdict.missing.len(), self.verdict.noisy.len());
        line(
            "checker",
            format!("{} of {all} expected violations found, {missing} missing, {noisy} unexpected", self.verdict.hit),
        );
        let (bad, good) = (self.examples.violating, self.examples.compliant);
        line(
            "examples",
            format!("{} of {} violations found as marked, {} of {} compliant silent", bad.1, bad.0, good.1, good.0),
        );
        let (missed, alarms) = self.examples.limits;
        if missed + alarms > 0 {
            line("limits", format!("{missed} known misses and {alarms} false alarms, each on its rule's page"));
        }
        let times =
            self.times.iter().map(|(task, time)| format!("{task} {:.1} s", time.as_secs_f64())).collect::<Vec<_>>();
        line("took", times.join(", "));
        out.push('\n');
        let place = |path: &str| self.args.out.join(Path::new(path)).display().to_string();
        for (what, path) in
            [("table", "table.json"), ("corpus", FOLDER), ("book", "book/html/index.html"), ("figures", "summary.json")]
        {
            let _ = writeln!(out, "{what:>10}  {}", place(path));
        }
        out.push_str(&self.differences());
        out
    }

    /// What is not as it should be, as far as it fits.
    fn differences(&self) -> String {
        let of = |word: &'static str, places: &[corpus::Place]| -> Vec<String> {
            places.iter().map(|(path, line, rule)| format!("{word}: {path}:{line} {rule}")).collect()
        };
        let mut all = of("missing", &self.verdict.missing);
        all.extend(of("unexpected", &self.verdict.noisy));
        all.extend(self.examples.wrong.iter().map(|wrong| format!("example: {wrong}")));
        if all.is_empty() {
            return String::new();
        }
        let mut out = String::from("\nnot as expected:\n");
        for line in all.iter().take(LISTED) {
            let _ = writeln!(out, "  {line}");
        }
        if all.len() > LISTED {
            let _ = writeln!(out, "  and {} more, in summary.json", all.len() - LISTED);
        }
        out
    }
}
