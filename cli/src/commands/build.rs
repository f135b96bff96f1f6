//! `rulebook build`: everything that is made from the rules, below one folder.

use crate::args;
use crate::output::Outcome;

pub(crate) fn run(_: &args::Build) -> anyhow::Result<Outcome> {
    anyhow::bail!("under construction")
}
