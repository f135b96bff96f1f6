//! `rulebook check`: violations in driver source.

pub(crate) mod baseline;
mod settings;

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use rulebook_checker::{Dump, Options, View, Why};
use rulebook_diagnostics::{Context, Format, Problem, Report, Sources};
use rulebook_frontend::Project;
use rulebook_machine::Table;

use self::settings::Settings;
use crate::args::{self, Colour};
use crate::cache;
use crate::inputs;
use crate::output::{self, Outcome};
use crate::progress::Progress;

pub(crate) fn run(args: &args::Check, colour: Colour) -> anyhow::Result<Outcome> {
    let format = args.format.into();
    let (table, mut problems) = table(args)?;
    let settings = match Settings::new(args, &table)? {
        Ok(settings) => settings,
        Err(wrong) => {
            output::problems(&wrong, format, colour);
            return Ok(Outcome::Failed);
        }
    };
    if args.show_config {
        output::deliver(&settings.shown, args.output.as_deref())?;
        return Ok(Outcome::Clean.with(&problems));
    }
    let (mut drivers, mut wrong) = settings.drivers(&args.paths);
    problems.append(&mut wrong);
    if args.dump == Some(args::Dump::Prepass) {
        return prepass(args, &drivers, problems, &table);
    }
    let view = args.dump.and_then(view);
    let dump = view.map(|view| Dump { view, function: args.function.clone() });
    let why = args.why.as_deref().map(|asked| question(&table, asked)).transpose()?;
    let only = why.as_ref().map_or_else(|| settings.rules(), |why| vec![why.rule.clone()]);
    let time_limit = args.time_limit.map(|seconds| Duration::from_secs(seconds.into()));
    let options = Options { rules: only, verdicts: args.verdicts, dump, why, time_limit, ..Options::default() };
    if let Some(shard) = args.shard {
        drivers = shard.of(drivers);
    }

    let progress = Progress::start("checking");
    let store = cache::store(&args.cache);
    let told = |done, all, name: &str| progress.at(done, all, name);
    let (mut report, sources) =
        rulebook_checker::check_with(&drivers, problems, &table, &options, store.as_ref(), &told);
    drop(progress);
    cache::finish(store);
    settings.apply(&mut report);

    output::problems(&report.problems, format, colour);
    if let (Some(why), true) = (&options.why, report.answers.is_empty()) {
        bail!("no driver below these paths reads `{}`", why.file.display());
    }
    if options.dump.is_some() || options.why.is_some() {
        output::deliver(&report.answers.concat(), args.output.as_deref())?;
        return Ok(Outcome::Clean.with(&report.problems));
    }
    if let Some(shard) = args.shard {
        report.part = Some(shard.part(&report));
    } else {
        let known = args.write_baseline.is_none().then_some(settings.baseline.as_deref()).flatten();
        baseline::apply(known, args.write_baseline.as_deref(), &mut report)?;
    }
    deliver(&report, &sources, format, args.output.as_deref(), colour)
}

/// Prints the report, or writes it where the user named a file; how the command ends.
pub(crate) fn deliver(
    report: &Report,
    sources: &Sources,
    format: Format,
    file: Option<&Path>,
    colour: Colour,
) -> anyhow::Result<Outcome> {
    let directory = std::env::current_dir().unwrap_or_default().to_string_lossy().replace('\\', "/");
    let context = Context {
        sources,
        colour: file.is_none() && output::coloured(colour, &io::stdout()),
        directory: &directory,
        version: env!("CARGO_PKG_VERSION"),
    };
    output::deliver(&format.renderer().render(report, &context)?, file)?;
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

fn view(asked: args::Dump) -> Option<View> {
    match asked {
        args::Dump::Prepass => None,
        args::Dump::Cfg => Some(View::Cfg),
        args::Dump::States => Some(View::States),
        args::Dump::Summaries => Some(View::Summaries),
    }
}

/// The files of the drivers as the grammar gets them, each below its name.
fn prepass(
    args: &args::Check,
    drivers: &[Project],
    mut problems: Vec<Problem>,
    table: &Table,
) -> anyhow::Result<Outcome> {
    let mut text = String::new();
    for source in drivers.iter().flat_map(|project| &project.sources) {
        match rulebook_frontend::inspect::prepassed(&source.path, &table.semantics.language) {
            Ok(passed) => {
                let _ = writeln!(text, "{}:\n{passed}", source.path.display());
            }
            Err(problem) => problems.push(*problem),
        }
    }
    output::problems(&problems, Format::Concise, Colour::Never);
    output::deliver(&text, args.output.as_deref())?;
    Ok(Outcome::Clean.with(&problems))
}

impl From<args::Format> for Format {
    fn from(format: args::Format) -> Self {
        match format {
            args::Format::Full => Self::Full,
            args::Format::Concise => Self::Concise,
            args::Format::Json => Self::Json,
            args::Format::Jsonl => Self::JsonLines,
            args::Format::Sarif => Self::Sarif,
            args::Format::Github => Self::GitHub,
            args::Format::Msvc => Self::Msvc,
        }
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
