//! `rulebook check`: violations in driver source.

use std::fmt::Write as _;
use std::io;

use anyhow::{Context as _, bail};
use rulebook_checker::{Dump, Options, View, Why};
use rulebook_diagnostics::{Context, Format, Problem, Report, Sources};
use rulebook_machine::Table;

use crate::args::{self, Colour};
use crate::inputs;
use crate::output::{self, Outcome};
use crate::progress::Progress;

pub(crate) fn run(args: &args::Check, colour: Colour) -> anyhow::Result<Outcome> {
    let format = format(args.format);
    let (table, mut problems) = table(args)?;
    if args.dump == Some(args::Dump::Prepass) {
        return prepass(args, &table);
    }
    let view = args.dump.and_then(view);
    let dump = view.map(|view| Dump { view, function: args.function.clone() });
    let why = args.why.as_deref().map(|asked| question(&table, asked)).transpose()?;
    let only = why.as_ref().map_or_else(|| selected(&table, &args.only), |why| Ok(vec![why.rule.clone()]))?;
    let options = Options { rules: only, verdicts: args.verdicts, dump, why, ..Options::default() };

    let progress = Progress::start("checking");
    let (mut report, sources) = rulebook_checker::check_paths(&args.paths, &table, &options, &|done, all, name| {
        progress.at(done, all, name);
    });
    drop(progress);
    problems.append(&mut report.problems);
    report.problems = problems;
    report.sort();

    output::problems(&report.problems, format, colour);
    if let (Some(why), true) = (&options.why, report.answers.is_empty()) {
        bail!("no driver below these paths reads `{}`", why.file.display());
    }
    if options.dump.is_some() || options.why.is_some() {
        write(args, &report.answers.concat())?;
        return Ok(Outcome::Clean.with(&report.problems));
    }
    let text = render(&report, &sources, format, args, colour)?;
    write(args, &text)?;
    let outcome = if report.findings.is_empty() { Outcome::Clean } else { Outcome::Found };
    Ok(outcome.with(&report.problems))
}

/// The rule and the place that `--why` asks about.
fn question(table: &Table, asked: &[String]) -> anyhow::Result<Why> {
    let [rule, place] = asked else { bail!("`--why` takes a rule and a place") };
    let rules = selected(table, std::slice::from_ref(rule))?;
    let [rule] = rules.as_slice() else { bail!("several rules have this name: {}", rules.join(", ")) };
    let parts = place.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
    let Some((file, line)) = parts.filter(|(file, line)| !file.is_empty() && *line > 0) else {
        bail!("`{place}` is no place: write `FILE:LINE`, with the line from 1");
    };
    Ok(Why { rule: rule.clone(), file: file.into(), line })
}

fn write(args: &args::Check, text: &str) -> anyhow::Result<()> {
    match &args.output {
        Some(path) => output::write(path, text),
        None => output::print(text),
    }
}

fn view(asked: args::Dump) -> Option<View> {
    match asked {
        args::Dump::Prepass => None,
        args::Dump::Cfg => Some(View::Cfg),
        args::Dump::States => Some(View::States),
        args::Dump::Summaries => Some(View::Summaries),
    }
}

/// The files of the drivers as the grammar gets them, each below its name.
fn prepass(args: &args::Check, table: &Table) -> anyhow::Result<Outcome> {
    let (projects, mut problems) = rulebook_frontend::discover(&args.paths);
    let mut text = String::new();
    for source in projects.iter().flat_map(|project| &project.sources) {
        match rulebook_frontend::inspect::prepassed(&source.path, &table.semantics.language) {
            Ok(passed) => {
                let _ = writeln!(text, "{}:\n{passed}", source.path.display());
            }
            Err(problem) => problems.push(*problem),
        }
    }
    output::problems(&problems, Format::Concise, Colour::Never);
    write(args, &text)?;
    Ok(Outcome::Clean.with(&problems))
}

fn render(
    report: &Report,
    sources: &Sources,
    format: Format,
    args: &args::Check,
    colour: Colour,
) -> anyhow::Result<String> {
    let directory = std::env::current_dir().unwrap_or_default().to_string_lossy().replace('\\', "/");
    let context = Context {
        sources,
        colour: args.output.is_none() && output::coloured(colour, &io::stdout()),
        directory: &directory,
        version: env!("CARGO_PKG_VERSION"),
    };
    Ok(format.renderer().render(report, &context)?)
}

fn format(format: args::Format) -> Format {
    match format {
        args::Format::Full => Format::Full,
        args::Format::Concise => Format::Concise,
        args::Format::Json => Format::Json,
        args::Format::Sarif => Format::Sarif,
        args::Format::Github => Format::GitHub,
        args::Format::Msvc => Format::Msvc,
    }
}

/// The table to check with, and what was wrong with the pages it was made from.
fn table(args: &args::Check) -> anyhow::Result<(Table, Vec<Problem>)> {
    if let Some(path) = &args.table {
        let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        let table = Table::from_json(&text).with_context(|| format!("`{}` is not a rule table", path.display()))?;
        return Ok((table, Vec::new()));
    }
    if inputs::is_bundled(&args.rules) {
        return Ok((rulebook_checker::bundled_table()?, Vec::new()));
    }
    let loaded = inputs::load(&args.rules)?;
    Ok((loaded.source.table, loaded.problems))
}

/// The ids of the rules that were asked for; all rules stay in the table, for some govern where others apply.
pub(crate) fn selected(table: &Table, only: &[String]) -> anyhow::Result<Vec<String>> {
    let mut ids = Vec::new();
    for wanted in only {
        let before = ids.len();
        let asked = |id: &str, name: &str| id.eq_ignore_ascii_case(wanted) || name.eq_ignore_ascii_case(wanted);
        ids.extend(table.rules.iter().filter(|rule| asked(&rule.id, rule.name())).map(|rule| rule.id.clone()));
        if ids.len() == before {
            bail!("no executable rule is called `{wanted}`: `rulebook list --status executable` lists them");
        }
    }
    Ok(ids)
}
