//! The words in which two texts differ, less what is a repair of how they are set.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::words::{LOST, Word, joined};

/// Words of one text that stand where other words stand in the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hunk {
    /// Their places among the words of the earlier text.
    pub(crate) from: std::ops::Range<usize>,
    /// Their places among the words of the later text.
    pub(crate) to: std::ops::Range<usize>,
}

/// More words than these in the place of a lost byte are no repair.
const REPAIR: usize = 6;

/// Texts of more words than this together are told apart as wholes: word by word takes the square of their length.
pub(crate) const LONG: usize = 6000;

/// Where `from` and `to` differ; nothing where only spaces moved or lost bytes were mended.
pub(crate) fn hunks(from: &[Word], to: &[Word]) -> Vec<Hunk> {
    if from.len() + to.len() > LONG {
        let differs = joined(from) != joined(to);
        return differs.then_some(Hunk { from: 0..from.len(), to: 0..to.len() }).into_iter().collect();
    }
    let keys = |words: &[Word]| words.iter().map(|word| word.key.clone()).collect::<Vec<_>>();
    let mut found = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &keys(from), &keys(to)) {
        if let DiffOp::Equal { .. } = op {
            continue;
        }
        let hunk = Hunk { from: op.old_range(), to: op.new_range() };
        let (old, new) = (&from[hunk.from.clone()], &to[hunk.to.clone()]);
        let spaced = joined(old) == joined(new);
        let mended = !old.is_empty() && old.iter().all(|word| word.key == LOST) && new.len() <= REPAIR;
        if !spaced && !mended {
            found.push(hunk);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    #[test]
    fn repairs_are_no_hunks() {
        for (from, to, expected) in [
            ("was retrievedby calling", "was retrieved by calling", vec![]),
            ("at IRQL\u{fffd} X_LEVEL", "at IRQL <= X_LEVEL", vec![]),
            ("at IRQL\u{fffd} X_LEVEL", "at IRQL X_LEVEL", vec![]),
            ("spin lock", "wait lock", vec![(0..1, 0..1)]),
            ("open", "open twice", vec![(1..1, 1..2)]),
            ("at IRQL <= X_LEVEL", "at IRQL\u{fffd} X_LEVEL", vec![(2..3, 2..3)]),
        ] {
            let found: Vec<_> =
                hunks(&words(from, &[]), &words(to, &[])).into_iter().map(|hunk| (hunk.from, hunk.to)).collect();
            assert_eq!(found, expected, "{from} / {to}");
        }
    }
}
