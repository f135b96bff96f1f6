//! `rulebook merge`: the results of several checks as those of one.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use rulebook_diagnostics::{Part, Report, Sources, render};

use crate::args::{self, Colour};
use crate::commands::check;
use crate::output::{self, Outcome};

pub(crate) fn run(args: &args::Merge, colour: Colour) -> anyhow::Result<Outcome> {
    let mut report = Report::default();
    let mut first = None;
    let mut parts = Vec::new();
    for path in &args.files {
        let (format, mut one) = read(path)?;
        // One result alone is only shown in another form.
        if one.baseline.is_some() && (args.files.len() > 1 || args.baseline.is_some() || args.write_baseline.is_some())
        {
            bail!("`{}` is compared with a baseline already: give `--baseline` to `merge` alone", path.display());
        }
        first.get_or_insert(format);
        parts.push((path.as_path(), one.part.take()));
        report.add(one);
    }
    let divided = whole(&parts)?;
    report.sort();
    // What a driver in one part needs is not unused because those in another do without it.
    let allowed: Vec<_> = report.allowed.iter().map(|allowed| &allowed.place).collect();
    report.problems.retain(|one| one.code != rulebook_checker::UNUSED_ALLOW || !allowed.contains(&&one.place));
    describe(&mut report)?;

    if args.baseline.is_some() || args.write_baseline.is_some() {
        if !divided {
            bail!("only results of `--shard` say what was looked at, and can be held against a baseline");
        }
        check::baseline::apply(args.baseline.as_deref(), args.write_baseline.as_deref(), &mut report)?;
    }
    let format = args.format.map_or(first.unwrap_or_default(), Into::into);
    output::problems(&report.problems, format, colour);
    let sources = if format.for_people() { sources(&report) } else { Sources::new() };
    check::deliver(&report, &sources, format, args.output.as_deref(), colour)
}

fn read(path: &Path) -> anyhow::Result<(rulebook_diagnostics::Format, Report)> {
    let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    render::read(&text).with_context(|| {
        format!("`{}` holds no results: `rulebook check --format json` or `sarif` writes them", path.display())
    })
}

/// Whether these are the parts of one run; an error where a part is missing, twice there, or of another run.
fn whole(parts: &[(&Path, Option<Part>)]) -> anyhow::Result<bool> {
    let Some((_, first)) = parts.iter().find_map(|(path, part)| Some((path, part.as_ref()?))) else { return Ok(false) };
    let mut seen: BTreeMap<usize, &Path> = BTreeMap::new();
    for (path, part) in parts {
        let name = path.display();
        let Some(part) = part else { bail!("`{name}` is a whole result, and others are parts of one") };
        if part.of != first.of || part.rules != first.rules {
            bail!(
                "`{name}` is a part of another run than the first: of {} and not {}, or by other rules",
                part.of,
                first.of
            );
        }
        if let Some(other) = seen.insert(part.number, path) {
            bail!("`{}` and `{name}` are both part {}/{}", other.display(), part.number, part.of);
        }
    }
    match (1..=first.of).find(|number| !seen.contains_key(number)) {
        Some(number) => {
            bail!("part {number}/{} is missing: `rulebook check … --shard {number}/{}` makes it", first.of, first.of)
        }
        None => Ok(true),
    }
}

/// Adds what the bundled table says of rules that results only name.
fn describe(report: &mut Report) -> anyhow::Result<()> {
    if report.rules.iter().all(|rule| !rule.summary.is_empty()) {
        return Ok(());
    }
    let table = rulebook_checker::bundled_table()?;
    for rule in report.rules.iter_mut().filter(|rule| rule.summary.is_empty()) {
        if let Some(known) = table.rules.iter().find(|known| known.id == rule.id) {
            *rule = rulebook_diagnostics::RuleInfo { severity: rule.severity, ..rulebook_checker::rule_info(known) };
        }
    }
    Ok(())
}

/// The texts that findings point into, as far as they are there.
fn sources(report: &Report) -> Sources {
    let paths = report.findings.iter().flat_map(|one| one.trace.iter().map(|step| &step.place).chain([&one.place]));
    let paths: std::collections::BTreeSet<&str> = paths.map(|place| place.path.as_str()).collect();
    paths.into_iter().filter_map(output::source).collect()
}
