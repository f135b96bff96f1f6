//! Findings that are known already: a file of them, and what a run finds beyond it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Finding, Report};

/// The version of the file's form.
const VERSION: u32 = 1;

/// A finding that is known, as far as it has to be to be found again and to be understood by people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Known {
    /// The file, as seen from the baseline.
    pub file: String,
    /// The rule, as `model/Name`.
    pub rule: String,
    /// The function that contains the place.
    pub function: String,
    /// What is wrong.
    pub message: String,
    /// As [`Finding::fingerprint`].
    pub fingerprint: String,
}

/// Known findings; equal ones stand there as often as there are such findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    findings: Vec<Known>,
}

/// What a comparison with a baseline came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// Findings that are in the baseline.
    pub known: Vec<Finding>,
    /// What the baseline has and the run should have found, but did not.
    pub gone: Vec<Known>,
}

/// What a run has to do with a known finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It would have been found if it were still there.
    Sought,
    /// Its file is not there any more.
    FileGone,
    /// The run has not looked for it.
    NotSought,
}

/// Why a file is no baseline.
#[derive(Debug, Error)]
pub enum BaselineError {
    /// It is no JSON of this form.
    #[error("it cannot be read: {0}")]
    Form(#[from] serde_json::Error),
    /// Another version wrote it.
    #[error("it has version {0}, this version reads {VERSION}")]
    Version(u32),
}

#[derive(Deserialize)]
struct Document {
    findings: Vec<Known>,
}

impl Baseline {
    /// The baseline of `findings`; `locate` turns their paths into those that are written.
    #[must_use]
    pub fn of(findings: &[Finding], locate: &dyn Fn(&str) -> String) -> Self {
        let known = |finding: &Finding| Known {
            file: locate(&finding.place.path),
            rule: finding.rule.clone(),
            function: finding.function.clone(),
            message: finding.message.clone(),
            fingerprint: finding.fingerprint.clone(),
        };
        Self::from(findings.iter().map(known).collect::<Vec<_>>())
    }

    /// Reads what [`Self::to_json`] wrote.
    pub fn from_json(text: &str) -> Result<Self, BaselineError> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        // Another version may have another form: that is the better message.
        if let Ok(Head { version }) = serde_json::from_str(text)
            && version != VERSION
        {
            return Err(BaselineError::Version(version));
        }
        let Document { findings } = serde_json::from_str(text)?;
        Ok(Self::from(findings))
    }

    /// The file's text: JSON in order, one line for each finding, so that a comparison of two shows what changed.
    pub fn to_json(&self, version: &str) -> Result<String, BaselineError> {
        let by = serde_json::to_string(&format!("rulebook {version}"))?;
        let mut out = format!("{{\"version\": {VERSION}, \"written_by\": {by}, \"findings\": [");
        for (at, known) in self.findings.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let _ = write!(out, "{comma}\n{}", serde_json::to_string(known)?);
        }
        out.push_str("\n]}\n");
        Ok(out)
    }

    /// The known findings, in order.
    #[must_use]
    pub fn findings(&self) -> &[Known] {
        &self.findings
    }

    /// Adds those of `other` for which `keep` holds.
    pub fn add(&mut self, other: Self, keep: &dyn Fn(&Known) -> bool) {
        self.findings.extend(other.findings.into_iter().filter(keep));
        self.findings.sort();
    }

    /// Takes the known findings out of `report.findings`, and says in `report.baseline` which they are and what is gone.
    ///
    /// A finding is known if its fingerprint stands there for its file (as `locate` says), or for a file that is there
    /// no more, and so may have been moved; of equal ones as many are known as stand there.
    pub fn apply(&self, report: &mut Report, locate: &dyn Fn(&str) -> String, fate: &dyn Fn(&Known) -> Fate) {
        let mut open: BTreeMap<&str, Vec<&Known>> = BTreeMap::new();
        for known in self.findings.iter().rev() {
            open.entry(&known.fingerprint).or_default().push(known);
        }
        let findings = std::mem::take(&mut report.findings);
        let mut is_known = vec![false; findings.len()];
        for moved in [false, true] {
            for (finding, is_known) in findings.iter().zip(&mut is_known).filter(|(_, is_known)| !**is_known) {
                let Some(candidates) = open.get_mut(finding.fingerprint.as_str()) else { continue };
                let fits = |known: &&Known| known.rule == finding.rule;
                let file = locate(&finding.place.path);
                let here = |known: &&Known| if moved { fate(known) == Fate::FileGone } else { known.file == file };
                let at = candidates.iter().rposition(|known| fits(known) && here(known));
                if let Some(at) = at {
                    candidates.remove(at);
                    *is_known = true;
                }
            }
        }
        let mut compared = Compared::default();
        for (finding, is_known) in findings.into_iter().zip(is_known) {
            if is_known { compared.known.push(finding) } else { report.findings.push(finding) }
        }
        compared.gone = open.into_values().flatten().filter(|known| fate(known) != Fate::NotSought).cloned().collect();
        compared.gone.sort();
        report.baseline = Some(compared);
    }
}

impl From<Vec<Known>> for Baseline {
    fn from(mut findings: Vec<Known>) -> Self {
        findings.sort();
        Self { findings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Certainty, Place, Severity};

    /// `rule fingerprint path`, each of a finding.
    fn findings(all: &[&str]) -> Vec<Finding> {
        let finding = |(line, words): (u32, &&str)| {
            let [rule, fingerprint, path] = words.split(' ').collect::<Vec<_>>()[..] else { panic!("{words}") };
            Finding {
                place: Place { line, ..Place::file(path) },
                rule: rule.to_owned(),
                message: "a \"lock\"\nis held".to_owned(),
                severity: Severity::Warning,
                certainty: Certainty::EveryPath,
                function: "F".to_owned(),
                entry: String::new(),
                trace: Vec::new(),
                note: None,
                help: None,
                see: None,
                fingerprint: fingerprint.to_owned(),
            }
        };
        (1..).zip(all).map(finding).collect()
    }

    fn shown(finding: &Finding) -> String {
        format!("{} {} {}", finding.rule, finding.fingerprint, finding.place.path)
    }

    #[test]
    fn what_is_known_is_taken_out_as_often_as_it_is_known() {
        for (baseline, found, new, gone) in [
            (vec!["r 1 a.c"], vec!["r 1 a.c"], vec![], vec![]),
            (vec![], vec!["r 1 a.c"], vec!["r 1 a.c"], vec![]),
            (vec!["r 1 a.c"], vec![], vec![], vec!["r 1 a.c"]),
            // Twins are counted.
            (vec!["r 1 a.c"], vec!["r 1 a.c", "r 1 a.c"], vec!["r 1 a.c"], vec![]),
            (vec!["r 1 a.c", "r 1 a.c"], vec!["r 1 a.c"], vec![], vec!["r 1 a.c"]),
            // A file of that name elsewhere is another one, unless the file was moved.
            (vec!["r 1 x/a.c"], vec!["r 1 x/a.c", "r 1 y/a.c"], vec!["r 1 y/a.c"], vec![]),
            (vec!["r 1 x/a.c"], vec!["r 1 y/a.c", "r 1 x/a.c"], vec!["r 1 y/a.c"], vec![]),
            (vec!["r 1 x/a.c"], vec!["r 1 y/a.c"], vec!["r 1 y/a.c"], vec!["r 1 x/a.c"]),
            (vec!["r 1 moved/a.c"], vec!["r 1 y/a.c"], vec![], vec![]),
            (vec!["r 1 moved/a.c"], vec![], vec![], vec!["r 1 moved/a.c"]),
            (vec!["r 1 a.c", "r 2 a.c"], vec!["q 1 a.c", "r 2 a.c"], vec!["q 1 a.c"], vec!["r 1 a.c"]),
            // What was not looked for is not gone.
            (vec!["other 1 a.c"], vec![], vec![], vec![]),
        ] {
            let written = Baseline::of(&findings(&baseline), &str::to_owned);
            let mut report = Report { findings: findings(&found), ..Report::default() };
            written.apply(&mut report, &str::to_owned, &|known| match known.file.starts_with("moved/") {
                true => Fate::FileGone,
                false if known.rule == "other" => Fate::NotSought,
                false => Fate::Sought,
            });
            let compared = report.baseline.unwrap();
            assert_eq!(report.findings.iter().map(shown).collect::<Vec<_>>(), new, "{baseline:?} {found:?}");
            let lost: Vec<String> = compared
                .gone
                .iter()
                .map(|known| format!("{} {} {}", known.rule, known.fingerprint, known.file))
                .collect();
            assert_eq!(lost, gone, "{baseline:?} {found:?}");
            assert_eq!(compared.known.len() + report.findings.len(), found.len());
        }
    }

    #[test]
    fn the_file_has_one_line_for_each_finding_and_is_read_again() {
        let written =
            Baseline::of(&findings(&["r 2 b.c", "r 1 b.c", "r 1 a.c", "r 1 a.c"]), &|path| format!("../{path}"));
        let text = written.to_json("9.9").unwrap();
        let line = |file: &str, fingerprint: &str| {
            format!(
                r#"{{"file":"../{file}","rule":"r","function":"F","message":"a \"lock\"\nis held","fingerprint":"{fingerprint}"}}"#
            )
        };
        let lines = [line("a.c", "1") + ",", line("a.c", "1") + ",", line("b.c", "1") + ",", line("b.c", "2")];
        let head = r#"{"version": 1, "written_by": "rulebook 9.9", "findings": ["#;
        assert_eq!(text, format!("{head}\n{}\n]}}\n", lines.join("\n")));
        assert_eq!(Baseline::from_json(&text).unwrap(), written);
        let none = Baseline::default();
        assert_eq!(Baseline::from_json(&none.to_json("1").unwrap()).unwrap(), none);
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        for (text, expected) in [
            ("", "it cannot be read: EOF while parsing a value at line 1 column 0"),
            (r#"{"version": 2, "known": []}"#, "it has version 2, this version reads 1"),
            (r#"{"version": 1}"#, "it cannot be read: missing field `findings` at line 1 column 14"),
            ("5", "it cannot be read: invalid type: integer `5`, expected struct Document at line 1 column 1"),
        ] {
            assert_eq!(Baseline::from_json(text).unwrap_err().to_string(), expected);
        }
    }
}
