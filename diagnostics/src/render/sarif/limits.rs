//! What services take of a SARIF log, and what is left out of one that has more: GitHub's published limits.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::model::{Log, Notification, Outcome, Run};
use super::{notice, pretty};
use crate::render::RenderError;

/// The most that is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Results of a run.
    pub(super) results: usize,
    /// Steps of a result.
    pub(super) steps: usize,
    /// Bytes of the log when compressed.
    pub(super) bytes: usize,
}

/// More is refused, or not shown.
pub(super) const GITHUB: Limits = Limits { results: 25_000, steps: 1_000, bytes: 10_000_000 };

/// The text of `log` within the limits; what is left out, a notification in the log says.
pub(super) fn fit(mut log: Log, limits: Limits) -> Result<String, RenderError> {
    for run in &mut log.runs {
        shorten_flows(run, limits.steps);
        keep_results(run, limits.results, "a service takes no more of one run");
    }
    let mut text = pretty(&log)?;
    // Text is never larger when it is compressed: most logs need no second look.
    if text.len() <= limits.bytes || compressed(&text) <= limits.bytes {
        return Ok(text);
    }
    for run in &mut log.runs {
        if run.results.iter().any(|result| !result.code_flows.is_empty()) {
            run.results.iter_mut().for_each(|result| result.code_flows.clear());
            let why =
                format!("the traces of all results are left out: with them the log has more than {}", size(limits));
            say(run, why);
        }
    }
    text = pretty(&log)?;
    while compressed(&text) > limits.bytes && log.runs.iter().any(|run| !run.results.is_empty()) {
        for run in &mut log.runs {
            let half = run.results.len() / 2;
            keep_results(run, half, &format!("with more the log has more than {}", size(limits)));
        }
        text = pretty(&log)?;
    }
    Ok(text)
}

fn size(limits: Limits) -> String {
    format!("{} bytes when compressed", limits.bytes)
}

/// Keeps the ends of long traces: how it begins, and how the rule is broken.
fn shorten_flows(run: &mut Run, most: usize) {
    let mut cut = 0;
    let flows = run.results.iter_mut().flat_map(|result| &mut result.code_flows);
    for thread in flows.flat_map(|flow| &mut flow.thread_flows) {
        let length = thread.locations.len();
        if length > most {
            thread.locations.drain(most / 2..most / 2 + (length - most));
            cut += 1;
        }
    }
    if cut > 0 {
        say(run, format!("{cut} traces are shortened in the middle to {most} steps each: a service shows no more"));
    }
}

/// Keeps as many results as are taken: those that are reported before those that are suppressed, errors before
/// warnings before notes, and else the first.
fn keep_results(run: &mut Run, most: usize, why: &str) {
    let all = run.results.len();
    if all <= most {
        return;
    }
    let rank = |result: &Outcome| {
        let suppressed = result.suppressions.as_ref().is_some_and(|list| !list.is_empty());
        let level = ["error", "warning", "note"].iter().position(|level| *level == result.level);
        (suppressed, level)
    };
    let mut order: Vec<usize> = (0..all).collect();
    order.sort_by_key(|at| rank(&run.results[*at]));
    let mut kept = vec![false; all];
    order[..most].iter().for_each(|at| kept[*at] = true);
    let mut kept = kept.into_iter();
    run.results.retain(|_| kept.next().unwrap_or_default());
    say(run, format!("{} of {all} results are left out: {why}", all - most));
}

fn say(run: &mut Run, text: String) {
    let notice: Notification = notice("sarif/limits", "warning", text);
    if let Some(invocation) = run.invocations.first_mut() {
        invocation.tool_execution_notifications.push(notice);
    }
}

fn compressed(text: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail.
    let _ = encoder.write_all(text.as_bytes());
    encoder.finish().map_or(usize::MAX, |bytes| bytes.len())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::log;
    use super::*;
    use crate::{Certainty, Context, Finding, Place, Report, Severity, Sources, Step};

    /// `count` findings with `steps` steps each, the last one an error.
    fn report(count: u32, steps: u32) -> Report {
        let place = |line| Place { path: "a.c".to_owned(), line, column: 1, end_line: line, end_column: 2 };
        // Numbers that look random compress badly, as fingerprints do.
        let noise = |line: u32, step: u32| {
            format!("{:016x}", (u64::from(line) * 977 + u64::from(step)).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        };
        let step = |line: u32, step: u32| Step {
            place: place(step),
            message: noise(line, step),
            state: String::new(),
            depth: 0,
        };
        let finding = |line: u32| Finding {
            place: place(line),
            rule: "toy/Gate".to_owned(),
            message: format!("finding {line}"),
            severity: if line == count { Severity::Error } else { Severity::Warning },
            certainty: Certainty::SomePath,
            function: String::new(),
            entry: String::new(),
            trace: (1..=steps).map(|number| step(line, number)).collect(),
            note: None,
            help: None,
            see: None,
            fingerprint: noise(line, 0),
        };
        Report { findings: (1..=count).map(finding).collect(), ..Report::default() }
    }

    /// Lines of the results, steps of each, and what is said.
    fn fitted(report: &Report, limits: Limits) -> (Vec<u64>, Vec<usize>, Vec<String>) {
        let context = Context { sources: &Sources::new(), colour: false, directory: "", version: "0" };
        let text = fit(log(report, &context), limits).unwrap();
        assert!(compressed(&text) <= limits.bytes, "{} bytes", compressed(&text));
        let log: Value = serde_json::from_str(&text).unwrap();
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        let line = |result: &Value| result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
        let flow =
            |result: &Value| result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().map_or(0, Vec::len);
        let said = run["invocations"][0]["toolExecutionNotifications"].as_array().cloned().unwrap_or_default();
        let said = said.iter().map(|notice| notice["message"]["text"].as_str().unwrap().to_owned());
        (results.iter().map(line).collect(), results.iter().map(flow).collect(), said.collect())
    }

    #[test]
    fn a_log_within_the_limits_is_left_alone() {
        let all = Limits { results: 5, steps: 3, bytes: 1_000_000 };
        assert_eq!(fitted(&report(5, 3), all), (vec![1, 2, 3, 4, 5], vec![3; 5], vec![]));
    }

    #[test]
    fn what_is_too_much_is_left_out_and_said() {
        let limits = Limits { results: 3, steps: 4, bytes: 1_000_000 };
        let said = [
            "5 traces are shortened in the middle to 4 steps each: a service shows no more",
            "2 of 5 results are left out: a service takes no more of one run",
        ];
        assert_eq!(fitted(&report(5, 9), limits), (vec![1, 2, 5], vec![4; 3], said.map(str::to_owned).to_vec()));
    }

    #[test]
    fn a_log_that_is_too_large_loses_its_traces_and_then_results() {
        let large = report(64, 12);
        let (lines, steps, said) = fitted(&large, Limits { results: 100, steps: 100, bytes: 4_000 });
        assert_eq!((lines.len(), steps.iter().sum::<usize>(), said.len()), (64, 0, 1), "{said:?}");
        let (lines, _, said) = fitted(&large, Limits { results: 100, steps: 100, bytes: 2_000 });
        assert!(lines.len() < 64 && lines.contains(&64), "the error is kept: {lines:?}");
        assert!(
            said.last().unwrap().ends_with("with more the log has more than 2000 bytes when compressed"),
            "{said:?}"
        );
    }
}
