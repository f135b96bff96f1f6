//! What `--set` means: a set by name, a rule list file, or the option `/check:` of Static Driver Verifier.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, bail};
use rulebook_catalog::lists::rule_list::{self, Entry};
use rulebook_catalog::{Lists, Source, Spanned};
use rulebook_diagnostics::{Place, Problem};
use rulebook_generator::book::facts::RuleFacts;

use crate::inputs::Listed;
use rulebook_diagnostics::nearest::{nearest, unknown};

/// The ids of the rules that `wanted` means, in lower case, and the entries of a file that mean none.
pub(crate) fn rules(wanted: &str, listed: &Listed) -> anyhow::Result<(BTreeSet<String>, Vec<Problem>)> {
    let mut found = BTreeSet::new();
    let path = Path::new(wanted);
    let is_list = wanted.to_ascii_lowercase().ends_with(".sdv") || wanted.contains(['/', '\\']);
    if is_list && path.is_file() {
        return file(path, listed);
    }
    if rule_list::is_option(wanted) {
        for entry in rule_list::option(wanted).map_err(|problem| anyhow::anyhow!(problem.message))? {
            add(&entry, listed, &mut found).map_err(|why| anyhow::anyhow!(why))?;
        }
        return Ok((found, Vec::new()));
    }
    if named(wanted, &listed.lists, &mut found) {
        return Ok((found, Vec::new()));
    }
    if path.is_file() {
        return file(path, listed);
    }
    if is_list {
        bail!("{}; and there is no such file", unknown_set(wanted, &listed.lists));
    }
    bail!(unknown_set(wanted, &listed.lists))
}

fn file(path: &Path, listed: &Listed) -> anyhow::Result<(BTreeSet<String>, Vec<Problem>)> {
    let bytes = std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let source = Source::decode(path.to_string_lossy().replace('\\', "/"), &bytes);
    let (entries, mut problems) = rule_list::read(&source);
    let mut found = BTreeSet::new();
    for Spanned { value, span } in entries {
        if let Err(why) = add(&value, listed, &mut found) {
            problems.push(Problem::error("rule-list/unknown", source.place(span), why));
        }
    }
    if found.is_empty() && problems.is_empty() {
        let place = Place::file(source.path.clone());
        problems.push(Problem::warning("rule-list/empty", place, "the list names no rule"));
    }
    problems.sort_by(|a, b| (&a.place, &a.message).cmp(&(&b.place, &b.message)));
    Ok((found, problems))
}

/// Adds the rules that an entry means; why it means none.
fn add(entry: &Entry, listed: &Listed, found: &mut BTreeSet<String>) -> Result<(), String> {
    let pattern = match entry {
        Entry::Set(file) => {
            return if named(file, &listed.lists, found) { Ok(()) } else { Err(unknown_set(file, &listed.lists)) };
        }
        Entry::Rules(pattern) => pattern,
    };
    let options = glob::MatchOptions { case_sensitive: false, ..glob::MatchOptions::new() };
    let fits = |rule: &&RuleFacts| {
        let names = [&rule.id, &rule.name].into_iter().chain(&rule.aliases);
        names.into_iter().any(|name| pattern.matches_with(name, options))
    };
    let fitting: Vec<String> = listed.rules.iter().filter(fits).map(|rule| rule.id.to_lowercase()).collect();
    if fitting.is_empty() {
        let known = listed.rules.iter().map(|rule| rule.id.as_str());
        return match nearest(pattern.as_str(), known) {
            Some(name) => Err(format!("no rule is called `{pattern}`; did you mean `{name}`?")),
            None => Err(format!("no rule is called `{pattern}`")),
        };
    }
    found.extend(fitting);
    Ok(())
}

/// Adds the rules of the sets called `name`; whether there are such sets.
fn named(name: &str, lists: &Lists, found: &mut BTreeSet<String>) -> bool {
    let mut any = false;
    for set in lists.sets_named(name) {
        any = true;
        found.extend(lists.rules_in(set).into_iter().map(|rule| rule.to_string().to_lowercase()));
    }
    any
}

fn unknown_set(name: &str, lists: &Lists) -> String {
    let known: BTreeSet<&str> = lists.rule_sets.iter().flat_map(|set| [set.id.as_str(), set.name.as_str()]).collect();
    unknown("rule set", name, known)
}
