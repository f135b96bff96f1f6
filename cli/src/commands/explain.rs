//! `rulebook explain`: what is known about a rule, a bug check, an API or a role.

mod answer;
mod text;

use anyhow::bail;
use rulebook_diagnostics::Format;

use crate::args::{self, Colour, Form};
use crate::inputs;
use crate::output::{self, Outcome};

/// How alike a name must be to be proposed.
const ALIKE: f64 = 0.7;

pub(crate) fn run(args: &args::Explain) -> anyhow::Result<Outcome> {
    let loaded = inputs::load(&args.rules)?;
    output::problems(&loaded.problems, Format::Concise, Colour::Never);
    let what = args.what.join(" ");
    let answer = answer::find(&loaded, &what)?;
    if answer.is_empty() {
        match answer::names(&loaded)
            .filter(|name| likeness(name, &what) > ALIKE)
            .max_by(|a, b| likeness(a, &what).total_cmp(&likeness(b, &what)))
        {
            Some(name) => bail!("nothing is called `{what}`; did you mean `{name}`?"),
            None => bail!("nothing is called `{what}`: `rulebook list` shows the rules"),
        }
    }
    match args.format {
        Form::Json => output::print(&format!("{}\n", serde_json::to_string_pretty(&answer)?))?,
        Form::Text => output::print(&text::show(&answer))?,
    }
    Ok(Outcome::Clean.with(&loaded.problems))
}

fn likeness(name: &str, what: &str) -> f64 {
    let what = what.rsplit('/').next().unwrap_or(what);
    let name = name.rsplit('/').next().unwrap_or(name);
    strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &what.to_lowercase())
}
