//! Rules as people select them: by id, name, pattern, family or set.

use std::collections::BTreeSet;

use anyhow::bail;
use rulebook_checker::Named;
use rulebook_diagnostics::nearest::nearest;
use rulebook_machine::Table;

use crate::args;
use crate::commands::list::sets;
use crate::inputs::{self, Listed};

/// How closely a word means a rule; the greater counts more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Closeness {
    /// As one of a family or set.
    Group,
    /// By a pattern with so many other characters.
    Pattern(usize),
    /// By its name or id.
    Name,
}

/// Finds the rules of one table.
pub(crate) struct Selector<'a> {
    table: &'a Table,
    rules: &'a args::Rules,
    /// Read when it is asked for the first time: most words need no sets.
    listed: Option<Listed>,
}

impl<'a> Selector<'a> {
    /// Of `table`, which was made from `rules`.
    pub(crate) fn new(table: &'a Table, rules: &'a args::Rules) -> Self {
        Self { table, rules, listed: None }
    }

    /// The ids that `word` means, at least one, and how closely.
    pub(crate) fn find(&mut self, word: &str) -> anyhow::Result<(BTreeSet<String>, Closeness)> {
        let named = Named::new(word);
        let found = self.ids(|rule| named.means(&rule.id));
        if !found.is_empty() {
            let literal = word.chars().filter(|c| !matches!(c, '*' | '?')).count();
            return Ok((found, if named.is_pattern() { Closeness::Pattern(literal) } else { Closeness::Name }));
        }
        let found = self.ids(|rule| rule.family.eq_ignore_ascii_case(word));
        if !found.is_empty() {
            return Ok((found, Closeness::Group));
        }
        if named.is_pattern() && !word.starts_with('/') {
            bail!("no executable rule fits `{word}`: `rulebook list --status executable` lists them");
        }
        let listed = match &mut self.listed {
            Some(listed) => listed,
            none => none.insert(inputs::listed(self.rules)?),
        };
        let Ok((members, _)) = sets::rules(word, listed) else { bail!(unknown(word, self.table, listed)) };
        let found = self.ids(|rule| members.contains(&rule.id.to_lowercase()));
        if found.is_empty() {
            bail!("no rule of the set `{word}` is executable");
        }
        Ok((found, Closeness::Group))
    }

    fn ids(&self, wanted: impl Fn(&rulebook_machine::table::Rule) -> bool) -> BTreeSet<String> {
        self.table.rules.iter().filter(|rule| wanted(rule)).map(|rule| rule.id.clone()).collect()
    }
}

fn unknown(word: &str, table: &Table, listed: &Listed) -> String {
    let rules = table.rules.iter().flat_map(|rule| [rule.id.as_str(), rule.family.as_str()]);
    let sets = listed.lists.rule_sets.iter().flat_map(|set| [set.id.as_str(), set.name.as_str()]);
    match nearest(word, rules.chain(sets)) {
        Some(name) => format!("no executable rule, family or rule set is called `{word}`; did you mean `{name}`?"),
        None => format!(
            "no executable rule, family or rule set is called `{word}`: `rulebook list --status executable` lists the rules"
        ),
    }
}
