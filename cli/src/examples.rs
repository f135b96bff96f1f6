//! What the checker says about the examples on the rules' pages: shown in the book, and compared with their marks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rulebook_catalog::{Example, ExampleKind, RulePage};
use rulebook_checker::Options;
use rulebook_diagnostics::{Context, Finding, Format, Report, Sources};
use rulebook_frontend::Project;
use rulebook_generator::book::{Shown, example_source};
use rulebook_machine::Table;
use rulebook_machine::table::Rule;

use crate::inputs::Loaded;

/// What came of the examples.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// What the checker says about the violating ones.
    pub(crate) shown: Shown,
    /// Examples that violate, and those of them whose marks are exactly what is found.
    pub(crate) violating: (usize, usize),
    /// Examples that obey, and those of them on which the rule is silent.
    pub(crate) compliant: (usize, usize),
    /// Examples that stand on the pages as missed, and as reported by mistake.
    pub(crate) limits: (usize, usize),
    /// The examples that are not as they should be, with the reason.
    pub(crate) wrong: Vec<String>,
}

/// Checks every example of every page, each as a driver of its own.
///
/// The files stand below `scratch` for as long as this takes.
pub(crate) fn check(loaded: &Loaded, scratch: &Path) -> anyhow::Result<Verdict> {
    std::fs::create_dir_all(scratch).with_context(|| format!("`{}` cannot be made", scratch.display()))?;
    let folder =
        tempfile::tempdir_in(scratch).with_context(|| format!("`{}` cannot be written to", scratch.display()))?;
    let table = &loaded.source.table;
    let executable =
        |page: &&RulePage| table.rules.iter().any(|rule| rule.id.eq_ignore_ascii_case(&page.id.to_string()));
    let mut files = Vec::new();
    let mut places: BTreeMap<String, (&RulePage, usize)> = BTreeMap::new();
    for page in loaded.catalog.rules().iter().filter(executable) {
        for (number, example) in page.examples.iter().enumerate() {
            let path = written(folder.path(), files.len(), table, page, example)?;
            places.insert(shown(&path), (page, number));
            files.push(path);
        }
    }
    let (report, sources) = rulebook_checker::check_paths(&files, table, &Options::default(), &|_, _, _| {});
    let mut verdict = Verdict::default();
    for (path, (page, number)) in &places {
        let Some(example) = page.examples.get(*number) else {
            continue;
        };
        let of_rule =
            |finding: &&Finding| finding.place.path == *path && finding.rule.eq_ignore_ascii_case(&page.id.to_string());
        let found: Vec<Finding> = report.findings.iter().filter(of_rule).cloned().collect();
        verdict.judge(page, example, &found);
        if example.kind == ExampleKind::Violation && !found.is_empty() {
            let text = sources.get(path).cloned().unwrap_or_default();
            verdict.shown.insert((page.id.to_string(), *number), render(found, path, text)?);
        }
    }
    Ok(verdict)
}

/// Writes the examples of one rule's page below `folder` and returns the drivers that they are.
pub(crate) fn projects(loaded: &Loaded, rule: &Rule, folder: &Path) -> anyhow::Result<Vec<Project>> {
    std::fs::create_dir_all(folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    let page = loaded.catalog.rules().iter().find(|page| rule.id.eq_ignore_ascii_case(&page.id.to_string()));
    let mut files = Vec::new();
    for (page, example) in page.iter().flat_map(|page| page.examples.iter().map(move |example| (page, example))) {
        files.push(written(folder, files.len(), &loaded.source.table, page, example)?);
    }
    Ok(rulebook_frontend::discover(&files).0)
}

impl Verdict {
    fn judge(&mut self, page: &RulePage, example: &Example, found: &[Finding]) {
        let mut lines: Vec<u32> = found.iter().map(|finding| finding.place.line).collect();
        lines.dedup();
        let marked: Vec<u32> = example.markers.iter().map(|marker| marker.line).collect();
        let right = match example.kind {
            ExampleKind::KnownMiss => lines.is_empty(),
            _ => lines == marked,
        };
        match example.kind {
            ExampleKind::Violation => self.violating.0 += 1,
            ExampleKind::Compliant => self.compliant.0 += 1,
            ExampleKind::KnownMiss => self.limits.0 += 1,
            ExampleKind::FalseAlarm => self.limits.1 += 1,
        }
        match example.kind {
            ExampleKind::Violation => self.violating.1 += usize::from(right),
            ExampleKind::Compliant => self.compliant.1 += usize::from(right),
            ExampleKind::KnownMiss | ExampleKind::FalseAlarm => {}
        }
        if !right {
            let place = page.source.place(example.title.span);
            let said = if example.kind == ExampleKind::KnownMiss { "missed no longer" } else { "marked are lines" };
            self.wrong.push(format!("{place}: {said} {marked:?} of the example, found {lines:?}"));
        }
    }
}

/// Writes an example as a driver. Short names: people see them above the source lines.
fn written(folder: &Path, number: usize, table: &Table, page: &RulePage, example: &Example) -> anyhow::Result<PathBuf> {
    let end = if example.code.lang.eq_ignore_ascii_case("cpp") { "cpp" } else { "c" };
    let path = folder.join(format!("{number}")).with_extension(end);
    std::fs::write(&path, source(table, page, example))
        .with_context(|| format!("`{}` cannot be written", path.display()))?;
    Ok(path)
}

/// The example as a driver of the rule's model: an include at its end shows the model and moves no line.
fn source(table: &Table, page: &RulePage, example: &Example) -> String {
    let model = page.id.model.to_string();
    let evidence = table.semantics.models.iter().find(|evidence| evidence.model == model);
    let header = evidence.and_then(|evidence| evidence.includes.first());
    let include = header.map(|header| format!("#include <{header}>\n")).unwrap_or_default();
    format!("{}{include}", example_source(example))
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The findings as `rulebook check example.c` would show them, less the figures of the run.
fn render(mut findings: Vec<Finding>, path: &str, text: String) -> anyhow::Result<String> {
    let end = path.rsplit('.').next().unwrap_or("c");
    let name = format!("example.{end}");
    for finding in &mut findings {
        let steps = finding.trace.iter_mut().map(|step| &mut step.place);
        for place in steps.chain([&mut finding.place]).filter(|place| place.path == path) {
            place.path.clone_from(&name);
        }
        // Both stand on the page already.
        finding.note = None;
        finding.see = None;
    }
    let sources = Sources::from([(name, text)]);
    let context = Context { sources: &sources, colour: false, directory: "", version: "" };
    let report = Report { findings, ..Report::default() };
    let full = Format::Full.renderer().render(&report, &context)?;
    Ok(full.split("\n\n").filter(|part| !part.contains("\nchecked ")).collect::<Vec<_>>().join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Rules;

    #[test]
    fn examples_are_found_as_marked_or_silent() {
        let loaded = crate::inputs::load(&Rules::default()).unwrap();
        let verdict = check(&loaded, tempfile::tempdir().unwrap().path()).unwrap();
        assert!(verdict.wrong.is_empty(), "{}", verdict.wrong.join("\n"));
        assert!(verdict.violating.0 > 0 && verdict.compliant.0 > 0, "{verdict:?}");
    }
}
