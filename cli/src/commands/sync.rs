//! `rulebook sync`: our catalog against documents, and brought up to date with them.

use std::path::Path;

use anyhow::{Context as _, bail};
use rulebook_catalog::{ApiPage, Catalog, RuleId};
use rulebook_diagnostics::{Format, Problem};
use rulebook_drift::sync::{Inputs, Plan, Reference, Reviewed, sync};
use rulebook_drift::{Entry, render};

use crate::args::{self, Colour, Drift};
use crate::output::{self, Outcome};
use crate::own_catalog::{self, Own};

pub(crate) fn run(args: &args::Sync) -> anyhow::Result<Outcome> {
    let documents = Documents::load(args)?;
    let mut own = Own::load(args.catalog.as_deref())?;
    let only = rules(&args.only)?;
    for rule in &only {
        if own.pages.rule(rule).is_none() && documents.pages.rule(rule).is_none() {
            bail!("neither the catalog nor the documents have a rule `{rule}`");
        }
    }
    let mut outcome = Outcome::Clean;
    let mut refused = Vec::new();
    if let (true, Some(root)) = (args.write, &args.catalog) {
        let plan = Plan::new(&documents.inputs(&own, &only), &own_catalog::shown(root), &reviewed(&args.reviewed)?);
        outcome = apply(root, &plan);
        refused = plan.refused;
        own = Own::load(Some(root))?;
    }
    let mut problems = documents.problems.clone();
    problems.extend(own.problems.iter().cloned());
    output::problems(&problems, Format::Concise, Colour::Never);
    let mut entries = sync(&documents.inputs(&own, &only));
    entries.extend(refused);
    entries.sort();
    output::deliver(&form(&entries, args.format)?, args.output.as_deref())?;
    if !entries.is_empty() {
        outcome = outcome.max(Outcome::Found);
    }
    Ok(outcome.with(&problems))
}

/// What our catalog is held against.
struct Documents {
    pages: Catalog,
    reference: Option<Vec<ApiPage>>,
    problems: Vec<Problem>,
}

impl Documents {
    fn load(args: &args::Sync) -> anyhow::Result<Self> {
        let existing = |dir: &Path| {
            if dir.is_dir() { Ok(()) } else { Err(anyhow::anyhow!("`{}` is not a folder of pages", dir.display())) }
        };
        existing(&args.docs)?;
        let (pages, mut problems) = Catalog::load_pages(&args.docs);
        let mut reference = None;
        if let Some(dir) = &args.ddi {
            existing(dir)?;
            let (apis, wrong) = Catalog::load_ddi(dir);
            problems.extend(wrong);
            reference = Some(apis);
        }
        problems.sort();
        problems.dedup();
        Ok(Self { pages, reference, problems })
    }

    fn inputs<'a>(&'a self, own: &'a Own, only: &'a [RuleId]) -> Inputs<'a> {
        let reference = self.reference.as_ref().map(|pages| Reference { facts: &own.facts, files: &own.files, pages });
        Inputs { own: &own.pages, docs: &self.pages, reference, known: &own.known, only }
    }
}

fn rules(names: &[String]) -> anyhow::Result<Vec<RuleId>> {
    names.iter().map(|name| name.parse::<RuleId>().with_context(|| "a rule is named by model and name")).collect()
}

fn reviewed(names: &[String]) -> anyhow::Result<Reviewed> {
    match names {
        [] => Ok(Reviewed::None),
        [one] if one == "all" => Ok(Reviewed::All),
        names => Ok(Reviewed::These(rules(names)?)),
    }
}

/// Writes what is planned and says so; what cannot be written is said and left.
fn apply(root: &Path, plan: &Plan) -> Outcome {
    let mut outcome = Outcome::Clean;
    for step in &plan.steps {
        match own_catalog::write(root, step) {
            Ok(()) => {
                let word = match (&step.moved_from, step.new) {
                    (Some(_), _) => "moved",
                    (_, true) => "started",
                    (_, false) => "updated",
                };
                output::say(&format!("{word}: {}\n", step.path));
            }
            Err(error) => {
                output::error(&error);
                outcome = Outcome::Failed;
            }
        }
    }
    outcome
}

fn form(entries: &[Entry], format: Drift) -> anyhow::Result<String> {
    Ok(match format {
        Drift::Text => render::by_page(entries, ["this page", "the document"]),
        Drift::Json => render::json(entries)?,
        Drift::Sarif => output::sarif(entries)?,
        Drift::Github => render::github(entries),
    })
}
