//! What two documents say in running text, sentence against sentence.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rulebook_catalog::RulePage;
use rulebook_machine::Level;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{At, Both, Change};
use crate::text::{Hunk, LONG, Unit, UnitKind, hunks, units};

/// Two sentences with fewer in a thousand of their words in common are not one sentence that was changed.
const ALIKE: usize = 500;

/// Where more sentences differ than make so many pairs, the text is another, and is told as a whole.
const PAIRS: usize = 40_000;

/// At most so many stretches of words are told; the sentences themselves follow.
const TOLD: usize = 3;

/// At most so many words of a stretch are told.
const WORDS: usize = 8;

/// Every requirement in which the documents differ.
pub(crate) fn prose(both: Both<'_>) -> Vec<Change> {
    let (mut old, mut new) = (units(both.from), units(both.to));
    drop_equal(&mut old, &mut new);
    let said = |units: &[Unit]| units.iter().map(Unit::key).collect::<String>();
    // The same words, parted otherwise.
    if said(&old) == said(&new) {
        return Vec::new();
    }
    if old.len().saturating_mul(new.len()) > PAIRS {
        let at = |page: &RulePage| (None, page.name.span);
        let mut change = both.change("prose-changed", "the text", at(both.from), at(both.to));
        change.message = Some(format!("the text is another: {} of its sentences went, {} came", old.len(), new.len()));
        return vec![change];
    }
    let mut changes = Vec::new();
    for (from, to) in pairs(old, new) {
        changes.extend(match (from, to) {
            (Some(from), Some(to)) => changed(both, &from, &to),
            (Some(from), None) => Some(one(both, Some(&from), None)),
            (None, Some(to)) => Some(one(both, None, Some(&to))),
            (None, None) => None,
        });
    }
    changes
}

/// Removes what both have; where it stands makes no difference.
fn drop_equal(old: &mut Vec<Unit>, new: &mut Vec<Unit>) {
    let mut open: BTreeMap<String, usize> = BTreeMap::new();
    for unit in new.iter() {
        *open.entry(unit.key()).or_default() += 1;
    }
    let mut common: BTreeMap<String, usize> = BTreeMap::new();
    old.retain(|unit| {
        let key = unit.key();
        match open.get_mut(&key).filter(|count| **count > 0) {
            Some(count) => {
                *count -= 1;
                *common.entry(key).or_default() += 1;
                false
            }
            None => true,
        }
    });
    new.retain(|unit| match common.get_mut(&unit.key()).filter(|count| **count > 0) {
        Some(count) => {
            *count -= 1;
            false
        }
        None => true,
    });
}

/// The most similar sentences with each other, then the rest alone, in the order of the later page.
fn pairs(old: Vec<Unit>, new: Vec<Unit>) -> Vec<(Option<Unit>, Option<Unit>)> {
    let mut candidates = Vec::new();
    for (i, from) in old.iter().enumerate() {
        for (j, to) in new.iter().enumerate().filter(|(_, to)| to.kind == from.kind) {
            // Code is one whole, however little of it is left.
            let alike = if from.kind == UnitKind::Code { ALIKE } else { likeness(from, to) };
            if alike >= ALIKE {
                candidates.push((Reverse(alike), i, j));
            }
        }
    }
    candidates.sort();
    let mut old: Vec<Option<Unit>> = old.into_iter().map(Some).collect();
    let mut partner: Vec<Option<Unit>> = new.iter().map(|_| None).collect();
    for (_, i, j) in candidates {
        if partner[j].is_none() {
            partner[j] = old[i].take();
        }
    }
    let matched = partner.into_iter().zip(new.into_iter().map(Some));
    matched.chain(old.into_iter().flatten().map(|from| (Some(from), None))).collect()
}

/// How many in a thousand words two units have in common, in order; 0 for texts that no person compares word by word.
fn likeness(from: &Unit, to: &Unit) -> usize {
    if from.words.len() + to.words.len() > LONG {
        return 0;
    }
    let keys = |unit: &Unit| unit.words.iter().map(|word| word.key.clone()).collect::<Vec<_>>();
    let (from, to) = (keys(from), keys(to));
    let ops = capture_diff_slices(Algorithm::Myers, &from, &to);
    let equal: usize = ops.iter().filter(|op| matches!(op, DiffOp::Equal { .. })).map(|op| op.new_range().len()).sum();
    equal * 2000 / (from.len() + to.len()).max(1)
}

/// A sentence that was changed; `None` where only its setting was.
fn changed(both: Both<'_>, from: &Unit, to: &Unit) -> Option<Change> {
    let mut change = one(both, Some(from), Some(to));
    change.message = Some(match from.kind {
        UnitKind::Names => names(from, to)?,
        UnitKind::Code => "the example code differs".to_owned(),
        UnitKind::Sentence => {
            let hunks = hunks(&from.words, &to.words);
            if hunks.is_empty() {
                return None;
            }
            if hunks.iter().all(|hunk| is_level(from, to, hunk)) {
                change.kind = "irql-changed";
            }
            let more = hunks.len().saturating_sub(TOLD);
            let mut told: Vec<String> = hunks.iter().take(TOLD).map(|hunk| told(from, to, hunk)).collect();
            if more > 0 {
                told.push(format!("{more} more"));
            }
            told.join("; ")
        }
    });
    Some(change)
}

/// Whether a hunk is about nothing but levels and their relations.
fn is_level(from: &Unit, to: &Unit, hunk: &Hunk) -> bool {
    let words = from.words[hunk.from.clone()].iter().chain(&to.words[hunk.to.clone()]);
    words.clone().all(|word| word.key.starts_with(['<', '>', '=']) || word.key.to_uppercase().parse::<Level>().is_ok())
}

/// `spin` became `wait`, in words.
fn told(from: &Unit, to: &Unit, hunk: &Hunk) -> String {
    // A relation alone says little; the level behind it belongs to it.
    let level = |unit: &Unit, range: &std::ops::Range<usize>| {
        let end = if is_level(from, to, hunk) { (range.end + 1).min(unit.words.len()) } else { range.end };
        let words = &unit.words[range.start..end];
        let shown: Vec<&str> = words.iter().take(WORDS).map(|word| unit.shown(word)).collect();
        format!("`{}{}`", shown.join(" "), if words.len() > WORDS { " …" } else { "" })
    };
    let (old, new) = (level(from, &hunk.from), level(to, &hunk.to));
    if is_level(from, to, hunk) {
        return format!("the level `{}` became `{}`", old.trim_matches('`'), new.trim_matches('`'));
    }
    match (hunk.from.is_empty(), hunk.to.is_empty()) {
        (true, _) => format!("{new} was added"),
        (_, true) => format!("{old} was removed"),
        _ => format!("{old} became {new}"),
    }
}

/// The names that a list gained and lost.
fn names(from: &Unit, to: &Unit) -> Option<String> {
    let of = |unit: &Unit, other: &Unit| {
        let missing = unit.words.iter().filter(|word| other.words.iter().all(|known| known.key != word.key));
        missing.map(|word| format!("`{}`", unit.shown(word))).collect::<Vec<_>>()
    };
    let (gone, new) = (of(from, to), of(to, from));
    let part = |names: &[String], verb: &str| {
        (!names.is_empty()).then(|| {
            let more = names.len().saturating_sub(WORDS);
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{}{rest} {verb}", names[..names.len().min(WORDS)].join(", "))
        })
    };
    let parts: Vec<String> = [part(&gone, "left"), part(&new, "joined")].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("in the list of the text, {}", parts.join("; ")))
}

/// A unit of one side, or of both.
fn one(both: Both<'_>, from: Option<&Unit>, to: Option<&Unit>) -> Change {
    let quoted = |unit: &Unit| unit.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let what = from.or(to).map_or("a sentence", |unit| match unit.kind {
        UnitKind::Sentence => "a sentence",
        UnitKind::Names => "a list of names",
        UnitKind::Code => "an example",
    });
    let code = from.or(to).is_some_and(|unit| unit.kind == UnitKind::Code);
    let at =
        |unit: Option<&Unit>, page: &RulePage| At::new(&page.source, unit.map_or(page.name.span, |unit| unit.span));
    let summary = |unit: &Unit| {
        let telling = unit.words.iter().map(|word| unit.shown(word)).filter(|word| is_telling(word));
        let names: Vec<String> = telling.take(WORDS).map(|word| format!("`{word}`")).collect();
        let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
        format!("of {} words{names}", unit.words.len())
    };
    let message = match (from, to) {
        (None, Some(to)) => Some(format!("{what} {} is new", summary(to))),
        (Some(from), None) => Some(format!("{what} {} is gone", summary(from))),
        _ => None,
    };
    Change {
        kind: if code { "example-changed" } else { "prose-changed" },
        subject: both.from.id.to_string(),
        topic: what,
        from: from.map(quoted),
        to: to.map(quoted),
        from_at: Some(at(from, both.from)),
        to_at: Some(at(to, both.to)),
        message,
    }
}

/// Whether a word is a number or a name of a program: what a reader looks for first.
fn is_telling(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
        || word.contains('_')
        || word.chars().skip(1).any(|c| c.is_ascii_uppercase())
}
