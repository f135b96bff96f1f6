//! What is known about rule sets and options of Driver Verifier.

use rulebook_catalog::Lists;
use rulebook_catalog::lists::{RuleSet, VerifierOption};
use serde::Serialize;

use super::{RuleLine, rule_line};
use crate::inputs::Loaded;

#[derive(Debug, Serialize)]
pub(in super::super) struct SetAnswer {
    pub(in super::super) id: String,
    pub(in super::super) title: String,
    pub(in super::super) model: String,
    pub(in super::super) file: Option<String>,
    /// The sets whose rules it has.
    pub(in super::super) sets: Vec<String>,
    /// All rules, those of the sets included.
    pub(in super::super) rules: Vec<RuleLine>,
    pub(in super::super) source: String,
}

#[derive(Debug, Serialize)]
pub(in super::super) struct OptionAnswer {
    pub(in super::super) id: String,
    pub(in super::super) name: String,
    pub(in super::super) switch: String,
    pub(in super::super) about: String,
    pub(in super::super) since: Option<String>,
    pub(in super::super) deprecated: Option<String>,
    pub(in super::super) rules: Vec<RuleLine>,
    pub(in super::super) source: Option<String>,
}

/// The sets called `what`.
pub(super) fn sets(loaded: &Loaded, what: &str) -> Vec<SetAnswer> {
    let lists = loaded.catalog.lists();
    lists.sets_named(what).map(|set| self::set(loaded, lists, set)).collect()
}

fn set(loaded: &Loaded, lists: &Lists, set: &RuleSet) -> SetAnswer {
    SetAnswer {
        id: set.id.clone(),
        title: set.title.clone(),
        model: set.model.to_string(),
        file: set.file.clone(),
        sets: set.sets.clone(),
        rules: lists.rules_in(set).into_iter().map(|rule| rule_line(loaded, rule)).collect(),
        source: set.source.clone(),
    }
}

/// The option called `what`.
pub(super) fn options(loaded: &Loaded, what: &str) -> Vec<OptionAnswer> {
    loaded.catalog.lists().option_named(what).into_iter().map(|option| self::option(loaded, option)).collect()
}

fn option(loaded: &Loaded, option: &VerifierOption) -> OptionAnswer {
    OptionAnswer {
        id: option.id.clone(),
        name: option.name.clone(),
        switch: option.switch.clone(),
        about: option.about.clone(),
        since: option.since.clone(),
        deprecated: option.deprecated.clone(),
        rules: option.rules.iter().map(|rule| rule_line(loaded, rule)).collect(),
        source: option.source.clone(),
    }
}
