//! `rulebook list`: the rules, by what is asked of them.

mod filter;
pub(crate) mod sets;

use std::fmt::Write as _;

use rulebook_diagnostics::Format;
use rulebook_generator::book::facts::RuleFacts;

use self::filter::Filter;
use crate::args::{self, Colour, Form};
use crate::inputs;
use crate::output::{self, Outcome};

pub(crate) fn run(args: &args::List) -> anyhow::Result<Outcome> {
    let listed = inputs::listed(&args.rules)?;
    output::problems(&listed.problems, Format::Concise, Colour::Never);
    let (filter, problems) = Filter::new(args, &listed)?;
    output::problems(&problems, Format::Concise, Colour::Never);
    let rules: Vec<&RuleFacts> = listed.rules.iter().filter(|rule| filter.passes(rule)).collect();
    match args.format {
        Form::Json => output::print(&format!("{}\n", serde_json::to_string_pretty(&rules)?))?,
        Form::Text => output::print(&text(&rules))?,
    }
    Ok(Outcome::Clean.with(&listed.problems).with(&problems))
}

fn text(rules: &[&RuleFacts]) -> String {
    let width = |of: fn(&RuleFacts) -> &str| rules.iter().map(|rule| of(rule).chars().count()).max().unwrap_or(0);
    let (id, status, family) = (width(|rule| &rule.id), width(|rule| &rule.status), width(|rule| &rule.family));
    let mut out = String::new();
    for rule in rules {
        let derived = if rule.derived { " (derived)" } else { "" };
        let line =
            format!("{:id$}  {:status$}  {:family$}  {}{derived}", rule.id, rule.status, rule.family, rule.summary);
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let executable = rules.iter().filter(|rule| rule.status == "executable").count();
    let noun = if rules.len() == 1 { "rule" } else { "rules" };
    let _ = writeln!(out, "{} {noun}, {executable} executable", rules.len());
    out
}
