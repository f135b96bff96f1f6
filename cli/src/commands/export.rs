//! `rulebook export`: the catalog for other programs, as JSON, CSV or SARIF.

mod csv;
mod json;
mod sarif;

use rulebook_diagnostics::Format;

use crate::args::{self, Colour, Exchange};
use crate::inputs;
use crate::output::{self, Outcome};

pub(crate) fn run(args: &args::Export) -> anyhow::Result<Outcome> {
    let loaded = inputs::load(&args.rules)?;
    output::problems(&loaded.problems, Format::Concise, Colour::Never);
    let text = match args.format {
        Exchange::Json => json::render(&loaded)?,
        Exchange::Csv => csv::render(&loaded)?,
        Exchange::Sarif => sarif::render(&loaded)?,
    };
    match &args.output {
        Some(path) => output::write(path, &text)?,
        None => output::print(&text)?,
    }
    Ok(Outcome::Clean.with(&loaded.problems))
}
