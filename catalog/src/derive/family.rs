//! The taxonomy's name for what a page's sentences demand.

use super::demand::Demand;
use super::{Found, names};

/// The taxonomy's name for what the sentences demand, the most telling demand first.
pub(super) fn family(found: &[Found<'_>]) -> &'static str {
    const FAMILIES: [(&[Demand], &str); 9] = [
        (&[Demand::SameAtExit, Demand::Restore], "irql-balance"),
        (&[Demand::Alternate], "resource-pairing"),
        (&[Demand::Double, Demand::Unheld, Demand::Exit], "lock-pairing"),
        (&[Demand::UseAfter], "use-after-completion"),
        (&[Demand::SetUpBefore, Demand::FreeOnFailure], "device-init"),
        (&[Demand::BarredFrom], "local-irp"),
        (&[Demand::BarredAfter], "call-order"),
        (&[Demand::BarredIn, Demand::OnlyIn, Demand::BarredFor], "callback-context"),
        (&[Demand::Barred], "forbidden-api"),
    ];
    let any = |demands: &[Demand]| found.iter().any(|one| demands.contains(&one.demand));
    let completes = |one: &Found<'_>| {
        one.statement
            .names
            .iter()
            .chain(&one.statement.list)
            .any(|named| names::words(&named.name).contains(&"Complete"))
    };
    if let Some(twice) = found.iter().find(|one| one.demand == Demand::Twice) {
        return if completes(twice) { "completion" } else { "call-order" };
    }
    FAMILIES.iter().find(|(demands, _)| any(demands)).map_or("irql-at-call", |(_, name)| name)
}
