//! Lists over rules: rule sets of Static Driver Verifier, sub-codes of bug checks, options of Driver Verifier.
//!
//! People come with the name of a set or with the code of a crash dump, and want rules.
//! The lists are gathered from published pages ([`gather`]); those that the program carries with it were gathered by
//! the importer and lie in `catalog/lists`. Every entry says which page it is from.

pub mod gather;
pub mod rule_list;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::bundled;
use crate::identity::{Model, RuleId};

/// A named set of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// `model/name`, in lower case: `kmdf/locking`.
    pub id: String,
    /// The name in a tool's menu: `Locking`.
    pub name: String,
    /// The title of its page.
    pub title: String,
    /// The driver model whose rules it has.
    pub model: Model,
    /// The rule list file of Static Driver Verifier: `Locking.sdv`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The page that lists it.
    pub source: String,
    /// The rules it lists itself, in the order of the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleId>,
    /// The sets whose rules it has too, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<String>,
}

/// Which document says that a code belongs to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SaidBy {
    /// The page of the rule and that of the bug check.
    Both,
    /// The page of the rule alone.
    Rule,
    /// The page of the bug check alone.
    BugCheck,
}

/// A rule to which a code belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The rule.
    pub rule: RuleId,
    /// Who says so.
    pub by: SaidBy,
}

/// A value of a bug check's first parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The value.
    #[serde(with = "hexadecimal")]
    pub value: u32,
    /// The rules that it stands for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Claim>,
    /// Rules that have no page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unpublished: Vec<String>,
    /// The functions that it is about, where it stands for no rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apis: Vec<String>,
}

/// A bug check with its sub-codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The code, such as 0xC4.
    #[serde(with = "hexadecimal")]
    pub code: u32,
    /// The symbolic name.
    pub name: String,
    /// What it means, in our words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What else a crash dump shows where the first parameter stands for a rule, in our words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub of_rules: String,
    /// Its page; absent where only pages of rules tell of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The rules whose pages name it without a sub-code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleId>,
    /// The values of its first parameter, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Code>,
}

impl Check {
    /// The entry of `value`.
    #[must_use]
    pub fn code(&self, value: u32) -> Option<&Code> {
        self.codes.iter().find(|code| code.value == value)
    }
}

/// An option of Driver Verifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifierOption {
    /// Its name in lower case, with dashes.
    pub id: String,
    /// Its name in the tool's menu.
    pub name: String,
    /// What chooses it on the command line of `verifier`.
    pub switch: String,
    /// The first release that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The release from which on it is deprecated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// What it does, in our words.
    pub about: String,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How pages of rules name it.
    pub named: Named,
    /// The rules it checks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleId>,
}

/// How the page of a rule names an option of Driver Verifier.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// By a link to this page, with `#anchor` where the page has several options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// By the word behind `/domain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// By the number behind `/rc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_class: Option<u32>,
}

/// All lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lists {
    /// Rule sets, by id.
    pub rule_sets: Vec<RuleSet>,
    /// Bug checks, by code.
    pub checks: Vec<Check>,
    /// Options of Driver Verifier, in the order of their file.
    pub options: Vec<VerifierOption>,
}

/// Why the lists could not be read.
#[derive(Debug, thiserror::Error)]
#[error("`{path}` is no list: {source}")]
pub struct ListError {
    /// The file.
    path: String,
    /// What is wrong with it.
    source: serde_yaml::Error,
}

impl Lists {
    /// Reads the three files of `catalog/lists` among `files`, given as `(path, text)`; one that is missing is empty.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, ListError> {
        Ok(Self {
            rule_sets: list(files, "lists/rule-sets.yaml")?,
            checks: list(files, "lists/bug-checks.yaml")?,
            options: list(files, "lists/verifier-options.yaml")?,
        })
    }

    /// The lists that the program carries with it.
    pub fn bundled() -> Result<Self, ListError> {
        Self::parse(bundled::files())
    }

    /// These lists, with what they do not say taken from `other`: sets where no set is known, bug checks without a page
    /// of their own, options. A rule that has a page here speaks for itself about its codes.
    #[must_use]
    pub fn or(mut self, other: Self, has_page: &dyn Fn(&RuleId) -> bool) -> Self {
        if self.rule_sets.is_empty() {
            self.rule_sets = other.rule_sets;
        }
        for check in other.checks {
            match self.checks.iter_mut().find(|known| known.code == check.code) {
                None => {
                    let mut own = Check { rules: Vec::new(), codes: Vec::new(), ..check.clone() };
                    gather::merge(&mut own, check, has_page);
                    self.checks.push(own);
                }
                Some(known) if known.source.is_none() => gather::merge(known, check, has_page),
                Some(known) => gather::describe(known, &check),
            }
        }
        self.checks.sort_by_key(|check| check.code);
        for option in other.options {
            match self.options.iter_mut().find(|known| known.id == option.id) {
                None => self.options.push(option),
                Some(known) => *known = VerifierOption { rules: std::mem::take(&mut known.rules), ..option },
            }
        }
        self
    }

    /// These lists with the rules alone that `has` tells, for a catalog of other rules: sets and codes that are left
    /// without any go, options stay.
    #[must_use]
    pub fn only(mut self, has: &dyn Fn(&RuleId) -> bool) -> Self {
        for set in &mut self.rule_sets {
            set.rules.retain(has);
        }
        let left = |set: &&RuleSet| !self.rules_in(set).is_empty();
        let ids: BTreeSet<String> = self.rule_sets.iter().filter(left).map(|set| set.id.clone()).collect();
        self.rule_sets.retain(|set| ids.contains(&set.id));
        for set in &mut self.rule_sets {
            set.sets.retain(|inner| ids.contains(inner));
        }
        for check in &mut self.checks {
            check.rules.retain(has);
            check.codes.retain_mut(|code| {
                let of_rules = !code.rules.is_empty();
                code.rules.retain(|claim| has(&claim.rule));
                !of_rules || !code.rules.is_empty()
            });
        }
        for option in &mut self.options {
            option.rules.retain(has);
        }
        self
    }

    /// Every rule of `set`, those of the sets in it included, each once.
    #[must_use]
    pub fn rules_in<'l>(&'l self, set: &'l RuleSet) -> Vec<&'l RuleId> {
        let (mut rules, mut seen) = (Vec::new(), BTreeSet::new());
        self.collect(set, &mut seen, &mut rules);
        let mut once = BTreeSet::new();
        rules.retain(|rule| once.insert(*rule));
        rules
    }

    fn collect<'l>(&'l self, set: &'l RuleSet, seen: &mut BTreeSet<&'l str>, rules: &mut Vec<&'l RuleId>) {
        // Pages may name each other in circles.
        if !seen.insert(&set.id) {
            return;
        }
        rules.extend(&set.rules);
        for inner in self.rule_sets.iter().filter(|inner| set.sets.contains(&inner.id)) {
            self.collect(inner, seen, rules);
        }
    }

    /// The sets that are called `name`, by id, name, title or file, in any spelling.
    pub fn sets_named<'l>(&'l self, name: &str) -> impl Iterator<Item = &'l RuleSet> + use<'l> {
        let wanted = key(name);
        self.rule_sets.iter().filter(move |set| {
            let names = [Some(&set.id), Some(&set.name), Some(&set.title), set.file.as_ref()];
            names.into_iter().flatten().any(|name| key(name) == wanted)
        })
    }

    /// The option that is called `name`, by id, name or switch, in any spelling.
    #[must_use]
    pub fn option_named(&self, name: &str) -> Option<&VerifierOption> {
        let wanted = key(name);
        self.options
            .iter()
            .find(|option| [&option.id, &option.name, &option.switch].into_iter().any(|name| key(name) == wanted))
    }

    /// The bug check `code`.
    #[must_use]
    pub fn check(&self, code: u32) -> Option<&Check> {
        self.checks.iter().find(|check| check.code == code)
    }

    /// The codes that belong to `rule`, with who says so; a code without a sub-code is `None`.
    pub fn codes_of<'l>(&'l self, rule: &RuleId) -> impl Iterator<Item = (&'l Check, Option<u32>, SaidBy)> {
        self.checks.iter().flat_map(move |check| {
            let whole = check.rules.contains(rule).then_some((check, None, SaidBy::Rule));
            let codes = check.codes.iter().filter_map(move |code| {
                let claim = code.rules.iter().find(|claim| claim.rule == *rule)?;
                Some((check, Some(code.value), claim.by))
            });
            whole.into_iter().chain(codes)
        })
    }
}

fn list<T: for<'de> Deserialize<'de>>(files: &[(&str, &str)], path: &str) -> Result<Vec<T>, ListError> {
    let Some((path, text)) = files.iter().find(|(known, _)| known.ends_with(path)) else {
        return Ok(Vec::new());
    };
    serde_yaml::from_str(text).map_err(|source| ListError { path: (*path).to_owned(), source })
}

/// What is left of a name when its spelling does not matter: letters and digits, without the words *rule set* or the ending of a file.
fn key(name: &str) -> String {
    let lower = name.trim().to_lowercase();
    let name = lower.strip_suffix(".sdv").unwrap_or(&lower);
    name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().replace("ruleset", "")
}

/// Codes as people write them.
mod hexadecimal {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields in by reference")]
    pub(super) fn serialize<S: Serializer>(value: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("0x{value:X}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        let text = String::deserialize(deserializer)?;
        crate::bug_check::lone_hex(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is no code such as `0xC4`")))
    }
}

#[cfg(test)]
mod tests;
