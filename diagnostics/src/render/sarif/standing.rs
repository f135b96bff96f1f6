//! Where each finding of a report stands: reported, allowed by the source, or known from the baseline.

use super::location;
use super::model::{Location, Name, Suppression};
use crate::render::Context;
use crate::{Allowed, Finding, Report};

/// The words of SARIF that tell an allowed result from a known one.
pub(super) const IN_SOURCE: &str = "inSource";
pub(super) const EXTERNAL: &str = "external";

/// Where a finding stands.
#[derive(Clone, Copy)]
pub(super) enum Standing<'a> {
    /// It is reported.
    Found,
    /// The source allows it.
    Allowed(&'a Allowed),
    /// It is in the baseline.
    Known,
}

/// Every finding of the report, in the order of places.
pub(super) fn standings(report: &Report) -> Vec<(&Finding, Standing<'_>)> {
    let found = report.findings.iter().map(|finding| (finding, Standing::Found));
    let allowed = report.allowed.iter().map(|allowed| (&allowed.finding, Standing::Allowed(allowed)));
    let known = report.baseline.iter().flat_map(|compared| &compared.known);
    let known = known.map(|finding| (finding, Standing::Known));
    let mut all: Vec<(&Finding, Standing<'_>)> = found.chain(allowed).chain(known).collect();
    all.sort_by_key(|(finding, _)| (&finding.place, &finding.rule));
    all
}

impl Standing<'_> {
    /// The state towards the baseline, if there is one, and what suppresses the result.
    pub(super) fn said(self, report: &Report, context: &Context<'_>) -> (Option<Name>, Option<Vec<Suppression>>) {
        let state = if matches!(self, Self::Known) { "unchanged" } else { "new" };
        // The standard wants suppressions at all results or at none.
        let any = report.baseline.is_some() || !report.allowed.is_empty();
        let suppression = match self {
            Self::Found => None,
            Self::Allowed(allowed) => {
                let place = location(&allowed.place, None, None, context);
                Some(suppression(IN_SOURCE, allowed.reason.clone(), Some(place)))
            }
            Self::Known => Some(suppression(EXTERNAL, "in the baseline".to_owned(), None)),
        };
        (report.baseline.is_some().then(|| state.into()), any.then(|| suppression.into_iter().collect()))
    }
}

fn suppression(kind: &'static str, justification: String, location: Option<Location>) -> Suppression {
    Suppression { kind: kind.into(), status: "accepted".into(), justification, location }
}
