//! `rulebook generate`: what is made from the rules and stands in the source tree.

use rulebook_diagnostics::Format;
use rulebook_generator::writer::{Difference, Mode};
use rulebook_generator::{Source, Variants, tree};

use crate::args::{self, Colour};
use crate::output::{self, Outcome};

pub(crate) fn run(args: &args::Generate) -> anyhow::Result<Outcome> {
    let source = Source::bundled()?;
    output::problems(&source.problems, Format::Full, Colour::Auto);
    let variants = match args.variants {
        args::Variants::Committed => Variants::Few,
        args::Variants::All => Variants::All,
    };
    let mode = if args.check { Mode::Check } else { Mode::Write };
    let report = tree(&source, variants)?.apply(&args.out, mode)?;
    output::print(&report.diff)?;
    for (path, difference) in &report.differences {
        let word = match (difference, mode) {
            (Difference::Stale, Mode::Write) => "updated",
            (Difference::Missing, Mode::Write) => "written",
            (Difference::Orphan, Mode::Write) => "removed",
            (Difference::Stale, _) => "stale",
            (Difference::Missing, _) => "missing",
            (Difference::Orphan, _) => "orphan",
        };
        output::print(&format!("{word}: {path}\n"))?;
    }
    let (fresh, differing) = (report.fresh, report.differences.len());
    output::print(&format!(
        "{} rules: {fresh} files fresh, {differing} {}\n",
        source.table.rules.len(),
        if args.check { "differing" } else { "changed" }
    ))?;
    let outcome = if args.check && !report.is_fresh() { Outcome::Found } else { Outcome::Clean };
    Ok(outcome.with(&source.problems))
}
