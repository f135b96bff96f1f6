//! `rulebook list`: the rules, by what is asked of them.

use std::fmt::Write as _;

use rulebook_diagnostics::Format;
use rulebook_generator::book::facts::{self, RuleFacts};

use crate::args::{self, Colour, Form};
use crate::inputs;
use crate::output::{self, Outcome};

pub(crate) fn run(args: &args::List) -> anyhow::Result<Outcome> {
    let loaded = inputs::load(&args.rules)?;
    output::problems(&loaded.problems, Format::Concise, Colour::Never);
    let all = facts::all(&loaded.catalog, &loaded.source.table);
    let rules: Vec<&RuleFacts> = all.iter().filter(|rule| wanted(rule, args)).collect();
    match args.format {
        Form::Json => output::print(&format!("{}\n", serde_json::to_string_pretty(&rules)?))?,
        Form::Text => output::print(&text(&rules))?,
    }
    Ok(Outcome::Clean.with(&loaded.problems))
}

fn wanted(rule: &RuleFacts, args: &args::List) -> bool {
    let is = |asked: &Option<String>, found: &str| asked.as_ref().is_none_or(|asked| asked.eq_ignore_ascii_case(found));
    let listed = |asked: &String| rule.rule_sets.iter().any(|set| set.to_lowercase().contains(&asked.to_lowercase()));
    is(&args.status, &rule.status)
        && is(&args.family, &rule.family)
        && is(&args.model, &rule.model)
        && args.set.as_ref().is_none_or(listed)
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
