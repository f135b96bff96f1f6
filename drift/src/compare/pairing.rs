//! Which page of one set is about the same rule as which page of the other.

use std::collections::BTreeSet;

use rulebook_catalog::RulePage;
use rulebook_catalog::links::slug;

use super::Both;
use crate::text::units;

/// Pages that have so many in a thousand of their words in common, and no other match, are of one rule.
const ALIKE: usize = 800;

/// The pages of two sets, matched.
#[derive(Debug, Default)]
pub(crate) struct Pairing<'p> {
    /// Pages of one rule, by the first one's rule.
    pub(crate) both: Vec<Both<'p>>,
    /// Pages of the first set alone.
    pub(crate) only_from: Vec<&'p RulePage>,
    /// Pages of the second set alone.
    pub(crate) only_to: Vec<&'p RulePage>,
}

/// The file name of the published page that our page was made from, or that `page` itself has.
fn upstream_name(page: &RulePage) -> String {
    let published = |target: &str| target.contains("://") && target.contains("/devtest/");
    // Only our own pages say how a rule is applied; on others such a link leads to another page.
    let ours = page.front_matter.get("applicability").is_some();
    let linked = page.see_also.iter().find(|link| ours && published(&link.target));
    linked.map_or_else(|| page.source.file_stem().to_lowercase(), |link| slug(&link.target))
}

/// A page that has no match yet.
struct Open<'p> {
    page: &'p RulePage,
    file: String,
    /// What it says; filled for the pages that nothing else matches.
    words: BTreeSet<String>,
}

impl<'p> Open<'p> {
    fn all(pages: &'p [RulePage]) -> Vec<Self> {
        pages.iter().map(|page| Self { page, file: upstream_name(page), words: BTreeSet::new() }).collect()
    }
}

/// Matches pages by rule and file, then by rule, then by file, then by what they say.
pub(crate) fn pair<'p>(from: &'p [RulePage], to: &'p [RulePage]) -> Pairing<'p> {
    let (mut left, mut right) = (Open::all(from), Open::all(to));
    let mut both = Vec::new();
    let same_rule = |a: &Open<'_>, b: &Open<'_>| a.page.id == b.page.id;
    let same_file = |a: &Open<'_>, b: &Open<'_>| a.file == b.file;
    take(&mut left, &mut right, &mut both, |page, others| {
        others.iter().position(|other| same_rule(page, other) && same_file(page, other))
    });
    take(&mut left, &mut right, &mut both, |page, others| others.iter().position(|other| same_rule(page, other)));
    take(&mut left, &mut right, &mut both, |page, others| {
        let mut found = (0..others.len()).filter(|at| same_file(page, &others[*at]));
        found.next().filter(|_| found.next().is_none())
    });
    // Not earlier: a page that claims another's rule by mistake is still found by its file.
    drop_doubles(&mut left, both.iter().map(|both| both.from));
    drop_doubles(&mut right, both.iter().map(|both| both.to));
    if !left.is_empty() && !right.is_empty() {
        for open in left.iter_mut().chain(&mut right) {
            open.words = said(open.page);
        }
        take(&mut left, &mut right, &mut both, alike);
    }
    both.sort_by(|a, b| a.from.id.cmp(&b.from.id));
    let pages = |open: Vec<Open<'p>>| open.into_iter().map(|open| open.page).collect();
    Pairing { both, only_from: pages(left), only_to: pages(right) }
}

/// Moves the pages that `find` matches to `both`; no page is matched twice.
fn take<'p>(
    left: &mut Vec<Open<'p>>,
    right: &mut Vec<Open<'p>>,
    both: &mut Vec<Both<'p>>,
    find: impl Fn(&Open<'p>, &[Open<'p>]) -> Option<usize>,
) {
    left.retain(|open| match find(open, right) {
        Some(at) => {
            both.push(Both { from: open.page, to: right.remove(at).page });
            false
        }
        None => true,
    });
}

/// Leaves out further pages for a rule that has its match: one page of a folder counts, and its reader says so.
fn drop_doubles<'p>(open: &mut Vec<Open<'p>>, matched: impl Iterator<Item = &'p RulePage>) {
    let ids: BTreeSet<_> = matched.map(|page| &page.id).collect();
    open.retain(|open| !ids.contains(&open.page.id));
}

/// The words of a page and the functions of its list.
fn said(page: &RulePage) -> BTreeSet<String> {
    let words = units(page).into_iter().flat_map(|unit| unit.words).map(|word| word.key);
    words.chain(page.applies_to().map(|api| api.name.to_lowercase())).collect()
}

/// The page of `others` that says nearly the same for the same model, if one page alone comes first.
fn alike(open: &Open<'_>, others: &[Open<'_>]) -> Option<usize> {
    let mut best: Vec<(usize, usize)> = Vec::new();
    for (at, other) in others.iter().enumerate().filter(|(_, other)| other.page.id.model == open.page.id.model) {
        let common = open.words.intersection(&other.words).count();
        let all = open.words.len() + other.words.len() - common;
        let likeness = common * 1000 / all.max(1);
        if likeness >= ALIKE {
            best.push((likeness, at));
        }
    }
    best.sort_by_key(|(likeness, at)| (std::cmp::Reverse(*likeness), *at));
    match best.as_slice() {
        [only] => Some(only.1),
        [first, second, ..] if first.0 > second.0 => Some(first.1),
        _ => None,
    }
}
