//! `rulebook explain`: what is known about a rule, a bug check, an API, a role, a rule set or an option of Driver Verifier.

mod answer;
mod text;

use anyhow::bail;
use rulebook_diagnostics::Format;

use crate::args::{self, Colour, Form};
use crate::codes::{Codes, is_code};
use crate::inputs;
use crate::output::{self, Outcome};
use rulebook_diagnostics::nearest::nearest_few;

pub(crate) fn run(args: &args::Explain) -> anyhow::Result<Outcome> {
    let loaded = inputs::load(&args.rules)?;
    output::problems(&loaded.problems, Format::Concise, Colour::Never);
    let what = args.what.join(" ");
    let answer = answer::find(&loaded, &what)?;
    if answer.is_empty() && is_code(&what) {
        let codes = answer::codes(&loaded);
        let wanted = answer::code_text(Codes::parse(&what)?);
        match nearest_few(&wanted, codes.iter().map(String::as_str)) {
            Some(few) => bail!("no document that is known has the code `{wanted}`; near it are {few}"),
            None => bail!("no document that is known has the code `{wanted}`"),
        }
    }
    if answer.is_empty() {
        let names = answer::names(&loaded);
        match nearest_few(&what, names.iter().map(String::as_str)) {
            Some(few) => bail!("nothing is called `{what}`; did you mean {few}?"),
            None => bail!("nothing is called `{what}`: `rulebook list` shows the rules"),
        }
    }
    match args.format {
        Form::Json => output::print(&format!("{}\n", serde_json::to_string_pretty(&answer)?))?,
        Form::Text => output::print(&text::show(&answer))?,
    }
    Ok(Outcome::Clean.with(&loaded.problems))
}
