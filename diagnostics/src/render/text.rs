//! Words and counts that several text formats share.

use std::fmt::Write as _;

use crate::{Certainty, Compared, Finding, Outcome, Report, Severity, Summary, Verdict};

/// The level's name in text formats.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// The certainty in words.
pub(super) fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::EveryPath => "on every path",
        Certainty::SomePath => "on some path",
    }
}

/// Findings at the same place belong to one defect: the runs of such findings in a sorted list.
pub(super) fn defects(findings: &[Finding]) -> impl Iterator<Item = &[Finding]> {
    findings.chunk_by(|a, b| a.place == b.place)
}

/// `1 finding`, `2 findings`, `1,234 findings`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The two closing lines: what was found, and in what.
pub(super) fn summary(report: &Report) -> String {
    let mut text = match report.findings.len() {
        0 => "no findings".to_owned(),
        number => {
            let places = defects(&report.findings).count();
            let siblings = if places < number { format!(" ({})", count(places, "place")) } else { String::new() };
            format!("{}{siblings}", count(number, "finding"))
        }
    };
    let Summary { drivers, files, lines, rules, functions, untrusted, inconclusive, not_applicable, suppressed } =
        report.summary;
    if suppressed > 0 {
        let _ = write!(text, ", {} allowed", grouped(suppressed));
    }
    if let Some(Compared { known, gone }) = &report.baseline {
        let _ = write!(text, ", {} in the baseline", grouped(known.len()));
        if !gone.is_empty() {
            let _ = write!(text, ", {} of it gone", grouped(gone.len()));
        }
    }
    let _ = write!(
        text,
        "\nchecked {} in {} ({}) of {} against {}\n",
        count(functions, "function"),
        count(files, "file"),
        count(lines, "line"),
        count(drivers, "driver"),
        count(rules, "rule"),
    );
    let mut parts = Vec::new();
    if untrusted > 0 {
        parts.push(format!("{} not understood and skipped", count(untrusted, "function")));
    }
    if inconclusive > 0 {
        parts.push(format!("{} inconclusive", count(inconclusive, "verdict")));
    }
    if not_applicable > 0 {
        parts.push(format!("{} not applicable", grouped(not_applicable)));
    }
    if !parts.is_empty() {
        let _ = writeln!(text, "{}", parts.join(", "));
    }
    text
}

/// One line per rule and driver.
pub(super) fn verdicts(verdicts: &[Verdict]) -> String {
    let width = |of: fn(&Verdict) -> &str| verdicts.iter().map(|verdict| of(verdict).len()).max().unwrap_or(0);
    let (drivers, rules) = (width(|v| &v.driver), width(|v| &v.rule));
    let mut text = String::new();
    for verdict in verdicts {
        let outcome = match verdict.outcome {
            Outcome::Defect => "defect",
            Outcome::Pass => "pass",
            Outcome::NotApplicable => "not applicable",
            Outcome::Inconclusive => "inconclusive",
        };
        let reason = verdict.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        let _ = writeln!(text, "{:drivers$}  {:rules$}  {outcome}{reason}", verdict.driver, verdict.rule);
    }
    text
}
