//! One line for each rule, for spreadsheets. Lists stand in one cell, with semicolons between their items.

use anyhow::Context as _;
use rulebook_generator::book::facts::{self, RuleFacts};

use crate::inputs::Loaded;

/// What stands in a column.
type Cell = fn(&RuleFacts) -> String;

/// The columns, with what stands in them. Scripts rely on the names: add, never rename.
const COLUMNS: [(&str, Cell); 16] = [
    ("id", |rule| rule.id.clone()),
    ("model", |rule| rule.model.clone()),
    ("name", |rule| rule.name.clone()),
    ("family", |rule| rule.family.clone()),
    ("status", |rule| rule.status.clone()),
    ("derived", |rule| rule.derived.to_string()),
    ("summary", |rule| rule.summary.clone()),
    ("apis", |rule| list(&rule.apis)),
    ("watched", |rule| list(&rule.watched)),
    ("bug_checks", |rule| list(&rule.bug_checks)),
    ("rule_sets", |rule| list(&rule.rule_sets)),
    ("page", |rule| rule.page.clone()),
    ("aliases", |rule| list(&rule.aliases)),
    ("static_test", |rule| rule.static_test.to_string()),
    ("run_time_tests", |rule| list(&rule.run_time_tests)),
    ("upstream", |rule| rule.upstream.clone().unwrap_or_default()),
];

/// The rules, by id, below a line of names.
pub(super) fn render(loaded: &Loaded) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS.map(|(name, _)| name))?;
    for rule in facts::all(&loaded.catalog, &loaded.source.table) {
        writer.write_record(COLUMNS.map(|(_, of)| of(&rule)))?;
    }
    let bytes = writer.into_inner().context("the lines cannot be written")?;
    Ok(String::from_utf8(bytes)?)
}

fn list(items: &[String]) -> String {
    items.join("; ")
}
