//! What one run of the checker says: findings, bad inputs, figures and verdicts.
//!
//! The checker fills it, the renderers of [`crate::render`] show it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Allowed, Compared, Finding, Problem, Severity};

/// The whole outcome of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Violations, in any order; [`Report::sort`] puts them into the order of the outputs.
    pub findings: Vec<Finding>,
    /// Violations that the source allows, in any order; they are not among the findings.
    pub allowed: Vec<Allowed>,
    /// What came of the comparison with a baseline, if there was one; what is known is not among the findings.
    pub baseline: Option<Compared>,
    /// Inputs that could not be read or understood.
    pub problems: Vec<Problem>,
    /// Figures.
    pub summary: Summary,
    /// What came of each rule in each driver.
    pub verdicts: Vec<Verdict>,
    /// The rules that were run, ordered by id: what outputs say about a rule besides its findings.
    pub rules: Vec<RuleInfo>,
    /// The paths of the source files that were read.
    pub read: BTreeSet<String>,
    /// Which part of a larger run this is, if it is one.
    pub part: Option<Part>,
    /// Answers to what was asked besides findings (`--why`, `--dump`), each a block of text to print.
    pub answers: Vec<String>,
}

/// One of several runs that divide the drivers among them, and what it looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its number, from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
    /// The ids of the rules that were run.
    pub rules: Vec<String>,
    /// The paths of the source files that were read.
    pub files: Vec<String>,
}

/// Figures of one run; all are counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Drivers that were analysed.
    pub drivers: usize,
    /// Source files that were read.
    pub files: usize,
    /// Lines in these files.
    pub lines: usize,
    /// Rules that were run.
    pub rules: usize,
    /// Function bodies that were found.
    pub functions: usize,
    /// Functions with a construct that is not modelled: skipped.
    pub untrusted: usize,
    /// Pairs of rule and driver whose budget ran out before an answer.
    pub inconclusive: usize,
    /// Pairs of rule and driver where the rule does not concern the driver.
    pub not_applicable: usize,
    /// Findings that the source suppresses with a reason.
    pub suppressed: usize,
}

/// What came of one rule in one driver.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Verdict {
    /// The driver: its project file or folder.
    pub driver: String,
    /// The rule, as `model/Name`.
    pub rule: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, where the outcome alone does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What can come of a rule in a driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is violated.
    Defect,
    /// No violation was found, and the budget sufficed.
    Pass,
    /// It does not concern this driver.
    NotApplicable,
    /// The budget ran out before an answer.
    Inconclusive,
}

/// What outputs say about a rule besides its findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleInfo {
    /// `model/Name`.
    pub id: String,
    /// One line: what the rule is about.
    pub summary: String,
    /// The taxonomy's family, such as `lock-pairing`.
    pub family: String,
    /// How much its findings weigh.
    #[serde(default)]
    pub severity: Severity,
    /// Why it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where to read about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub see: Option<String>,
}

impl Report {
    /// Puts findings, problems, verdicts and rules into the order of the outputs, and leaves one finding
    /// per rule and place: the surest, then the one with the shortest trace. Counts what is allowed.
    pub fn sort(&mut self) {
        self.findings.sort_by(order);
        self.findings.dedup_by(|later, earlier| same(later, earlier));
        self.allowed.sort_by(|a, b| order(&a.finding, &b.finding));
        self.allowed.dedup_by(|later, earlier| same(&later.finding, &earlier.finding));
        self.summary.suppressed = self.allowed.len();
        self.problems.sort_by(|a, b| (&a.place, a).cmp(&(&b.place, b)));
        self.problems.dedup();
        self.verdicts.sort();
        self.rules.sort();
        self.rules.dedup_by(|later, earlier| later.id == earlier.id);
    }

    /// Adds what another run found in other drivers: what both found, one comment allowed for both, or is wrong in both,
    /// stands there once after [`Report::sort`], which has to follow.
    pub fn add(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.allowed.extend(other.allowed);
        self.problems.extend(other.problems);
        self.verdicts.extend(other.verdicts);
        self.rules.extend(other.rules);
        self.read.extend(other.read);
        self.answers.extend(other.answers);
        if let Some(Compared { known, gone }) = other.baseline {
            let all = self.baseline.get_or_insert_default();
            all.known.extend(known);
            all.gone.extend(gone);
        }
        let (sum, add) = (&mut self.summary, other.summary);
        sum.drivers += add.drivers;
        sum.files += add.files;
        sum.lines += add.lines;
        sum.rules = sum.rules.max(add.rules);
        sum.functions += add.functions;
        sum.untrusted += add.untrusted;
        sum.inconclusive += add.inconclusive;
        sum.not_applicable += add.not_applicable;
        if self.part.is_none() {
            self.part = other.part;
        }
    }

    /// Whether some input could not be read.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// By place and rule, the surest first, then the one with the shortest trace.
fn order(a: &Finding, b: &Finding) -> Ordering {
    let first = (&a.place, &a.rule).cmp(&(&b.place, &b.rule));
    first.then_with(|| (a.certainty, a.trace.len(), a).cmp(&(b.certainty, b.trace.len(), b)))
}

/// Whether two findings are one: the same rule at the same place.
fn same(a: &Finding, b: &Finding) -> bool {
    a.place == b.place && a.rule == b.rule
}

/// The texts of the files that findings point into, by the path that their places use.
///
/// A file that is missing here is shown without its source lines.
pub type Sources = BTreeMap<String, String>;
