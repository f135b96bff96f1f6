//! Bounds on the interrupt level as a picture: the levels in a row, those allowed filled.

use std::fmt::Write as _;

use rulebook_machine::{Interval, irql::Level};

const LEVELS: [Level; 5] = [Level::PASSIVE, Level::APC, Level::DISPATCH, Level::DIRQL, Level::HIGH];
const CELL: usize = 84;

/// The levels, with those in `allowed` marked.
pub(in crate::book) fn ladder(allowed: Interval) -> String {
    let width = CELL * LEVELS.len() + 2;
    let mut out = format!(
        "<svg class=\"rb-levels\" viewBox=\"0 0 {width} 28\" width=\"{width}\" height=\"28\" role=\"img\" aria-label=\"allowed {}\">",
        allowed.describe()
    );
    for (at, level) in LEVELS.into_iter().enumerate() {
        let class = if allowed.contains(level) { "rb-in" } else { "rb-out" };
        let x = at * CELL + 1;
        let _ = write!(
            out,
            "<g class=\"{class}\"><rect x=\"{x}\" y=\"1\" width=\"{}\" height=\"26\"/><text x=\"{}\" y=\"18\">{level}</text></g>",
            CELL - 2,
            x + (CELL - 2) / 2
        );
    }
    out.push_str("</svg>");
    out
}
