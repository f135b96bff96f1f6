//! How much of Microsoft's driver samples is understood, where a checkout is at hand.

use std::path::PathBuf;

use rulebook_frontend::inspect::inspect;
use rulebook_machine::semantics::Language;

#[derive(serde::Deserialize)]
struct Document {
    language: Language,
}

#[test]
fn nearly_every_function_body_of_the_samples_is_clean() {
    let Some(samples) = std::env::var_os("RULEBOOK_SAMPLES").map(PathBuf::from) else {
        return;
    };
    let text = include_str!("../../catalog/semantics/language.yaml");
    let language = serde_yaml::from_str::<Document>(text).unwrap().language;
    let reports = inspect(&[samples], &language);
    let sum = |field: fn(&rulebook_frontend::inspect::FileReport) -> usize| reports.iter().map(field).sum::<usize>();
    let live = sum(|report| report.oracle) - sum(|report| report.oracle_dead);
    let clean = sum(|report| report.clean);
    assert!(live > 10_000, "only {live} function bodies: is RULEBOOK_SAMPLES a checkout of the samples?");
    assert!(clean * 1_000 >= live * 980, "{clean} of {live} function bodies are clean");
}
