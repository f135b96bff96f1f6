//! Rule sets and options of Driver Verifier for people.

use super::{line, rules};
use crate::commands::explain::answer::{OptionAnswer, SetAnswer};

/// A rule set with its rules.
pub(super) fn rule_set(answer: &SetAnswer) -> String {
    let mut out = format!("{}: {}\n", answer.id, answer.title);
    line(&mut out, "model", &answer.model);
    let selected = |file: &String| format!("`/check:{file}` in Static Driver Verifier");
    line(&mut out, "selected by", &answer.file.as_ref().map(selected).unwrap_or_default());
    line(&mut out, "sets", &answer.sets.join(", "));
    rules(&mut out, "rules", &answer.rules);
    line(&mut out, "", &format!("{} in all", answer.rules.len()));
    line(&mut out, "source", &answer.source);
    out
}

/// An option of Driver Verifier with its rules.
pub(super) fn option(answer: &OptionAnswer) -> String {
    let mut out = format!("{}: an option of Driver Verifier\n", answer.name);
    line(&mut out, "about", &answer.about);
    line(&mut out, "chosen by", &format!("`verifier {}`", answer.switch));
    line(&mut out, "since", answer.since.as_deref().unwrap_or_default());
    line(&mut out, "deprecated", &answer.deprecated.as_ref().map(|from| format!("from {from} on")).unwrap_or_default());
    rules(&mut out, "rules", &answer.rules);
    line(&mut out, "", &format!("{} in all", answer.rules.len()));
    line(&mut out, "source", answer.source.as_deref().unwrap_or_default());
    out
}
