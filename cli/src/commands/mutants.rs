//! `rulebook mutants`: which small changes of the rules nobody would notice.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rulebook_diagnostics::Format;
use rulebook_generator::{Variants, corpus as make_corpus};
use rulebook_machine::mutate::Kind;

use crate::args::{self, Colour};
use crate::commands::check::selected;
use crate::mutants::{Mutant, Tried};
use crate::output::{self, Outcome};
use crate::progress::Progress;
use crate::{inputs, mutants};

pub(crate) fn run(args: &args::Mutants) -> anyhow::Result<Outcome> {
    let progress = Progress::start("reading the pages");
    let mut loaded = inputs::load(&args.rules)?;
    let wanted = selected(&loaded.source.table, &args.only)?;
    // What other rules say of these fixtures is of no matter.
    loaded.source.table.rules.retain(|rule| wanted.is_empty() || wanted.contains(&rule.id));
    progress.task("making the corpus");
    let corpus = make_corpus(&loaded.source, Variants::Few)?;
    let tried = mutants::run(&loaded, &corpus, &progress)?;
    drop(progress);
    output::problems(&loaded.problems, Format::Full, Colour::Auto);
    output::print(&text(&tried, args.examples))?;
    let all = Count::of(tried.iter().flat_map(|tried| &tried.mutants));
    let enough = args.at_least.is_none_or(|least| 100.0 * all.noticed() >= least);
    let outcome = if enough { Outcome::Clean } else { Outcome::Found };
    Ok(outcome.with(&loaded.problems))
}

/// How many of some mutants are noticed, and by what.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    all: usize,
    noticed: usize,
    by_examples: usize,
}

impl Count {
    fn of<'m>(mutants: impl Iterator<Item = &'m Mutant>) -> Self {
        mutants.fold(Self::default(), |count, mutant| Self {
            all: count.all + 1,
            noticed: count.noticed + usize::from(mutant.noticed()),
            by_examples: count.by_examples + usize::from(mutant.by_examples),
        })
    }

    /// The noticed part, from 0 to 1.
    fn noticed(self) -> f64 {
        ratio(self.noticed, self.all)
    }
}

#[expect(clippy::cast_precision_loss, reason = "thousands of mutants, not quadrillions")]
fn ratio(part: usize, all: usize) -> f64 {
    if all == 0 { 1.0 } else { part as f64 / all as f64 }
}

/// The mutants that nothing notices, `by_examples` alone if that is asked, rule by rule; then the figures.
fn text(tried: &[Tried], by_examples: bool) -> String {
    let mut out = String::new();
    for rule in tried {
        let passed = |mutant: &&Mutant| if by_examples { !mutant.by_examples } else { !mutant.noticed() };
        let left: Vec<&Mutant> = rule.mutants.iter().filter(passed).collect();
        if left.is_empty() {
            continue;
        }
        let all = rule.mutants.len();
        let _ = writeln!(out, "{}: {} of {all} noticed, not these:", rule.rule, all - left.len());
        for mutant in left {
            let _ = writeln!(out, "  {}: {}", mutant.change.kind(), mutant.change);
        }
        out.push('\n');
    }
    let mut kinds: BTreeMap<Kind, Vec<&Mutant>> = BTreeMap::new();
    for mutant in tried.iter().flat_map(|tried| &tried.mutants) {
        kinds.entry(mutant.change.kind()).or_default().push(mutant);
    }
    let mut line = |what: &str, count: Count| {
        let (noticed, by_examples) = (100.0 * count.noticed(), 100.0 * ratio(count.by_examples, count.all));
        let _ = writeln!(
            out,
            "{what:>11}  {:>5} mutants, {:>5} noticed ({noticed:.1} %), {:>5} by the examples alone ({by_examples:.1} %)",
            count.all, count.noticed, count.by_examples
        );
    };
    for (kind, mutants) in &kinds {
        line(&kind.to_string(), Count::of(mutants.iter().copied()));
    }
    line("all", Count::of(kinds.into_values().flatten()));
    out
}
