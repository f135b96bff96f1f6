//! `--shard I/N`: drivers divided among several runs, so that together they are the whole.

use std::cmp::Reverse;
use std::str::FromStr;

use rulebook_diagnostics::{Part, Report};
use rulebook_frontend::Project;

/// The part with this number, from 1, of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) number: usize,
    pub(crate) of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((number, of)) if number >= 1 && number <= of => Ok(Self { number, of }),
            _ => Err("write `I/N`, a number from 1 to N and how many there are".to_owned()),
        }
    }
}

impl Shard {
    /// What a report says of being this part.
    pub(crate) fn part(self, report: &Report) -> Part {
        let rules = report.rules.iter().map(|rule| rule.id.clone()).collect();
        Part { number: self.number, of: self.of, rules, files: report.read.iter().cloned().collect() }
    }

    /// The drivers of this part, in their order. The largest are dealt out first, each to the part with the fewest files:
    /// the same tree is divided in the same way wherever it lies, and no driver is in two parts or in none.
    pub(crate) fn of(self, projects: Vec<Project>) -> Vec<Project> {
        let mut order: Vec<usize> = (0..projects.len()).collect();
        order.sort_by_key(|at| (Reverse(projects[*at].sources.len()), *at));
        // No part beyond the number of drivers has any.
        let mut load = vec![0_usize; self.of.min(projects.len())];
        let mut part = vec![0; projects.len()];
        for at in order {
            let lightest = (0..load.len()).min_by_key(|part| (load[*part], *part)).unwrap_or_default();
            // A driver without files is work, too.
            load[lightest] += projects[at].sources.len().max(1);
            part[at] = lightest + 1;
        }
        let own = projects.into_iter().zip(part).filter(|(_, part)| *part == self.number);
        own.map(|(project, _)| project).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rulebook_frontend::project::SourceEntry;

    use super::*;

    /// Drivers with so many files each.
    fn drivers(sizes: &[usize]) -> Vec<Project> {
        let source = SourceEntry { path: "a.c".into(), settings: Arc::default() };
        let driver = |(at, size): (usize, &usize)| Project {
            name: at.to_string(),
            path: at.to_string().into(),
            sources: vec![source.clone(); *size],
            problems: Vec::new(),
        };
        sizes.iter().enumerate().map(driver).collect()
    }

    #[test]
    fn every_driver_is_in_one_part_and_parts_are_of_like_size() {
        for (sizes, of, expected) in [
            (vec![5, 1, 1, 1, 1, 1], 2, vec![vec!["0"], vec!["1", "2", "3", "4", "5"]]),
            (vec![3, 3, 2, 2, 0], 3, vec![vec!["0", "4"], vec!["1"], vec!["2", "3"]]),
            (vec![1], 3, vec![vec!["0"], vec![], vec![]]),
            (vec![], 2, vec![vec![], vec![]]),
        ] {
            let part = |number| -> Vec<String> {
                Shard { number, of }.of(drivers(&sizes)).into_iter().map(|project| project.name).collect()
            };
            let parts: Vec<Vec<String>> = (1..=of).map(part).collect();
            assert_eq!(parts, expected, "{sizes:?} in {of}");
        }
    }

    #[test]
    fn a_part_is_written_as_a_number_of_a_number() {
        assert_eq!("2/3".parse(), Ok(Shard { number: 2, of: 3 }));
        for wrong in ["", "1", "0/3", "4/3", "1/0", "-1/2", "a/b", "1/2/3"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
        assert_eq!(Shard { number: 9, of: usize::MAX }.of(drivers(&[1])).len(), 0);
    }
}
