//! What the command line and `rulebook.toml` say, understood; what is wrong in the file is gathered, for there may be more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rulebook_diagnostics::Problem;
use rulebook_machine::Table;

use super::exclude::Exclude;
use crate::args;
use crate::config::{Config, Origin, Weight, Word};
use crate::paths;
use crate::select::{Closeness, Selector};

/// A word that stands for rules.
pub(super) struct Choice {
    pub(super) word: Word,
    pub(super) rules: BTreeSet<String>,
    closeness: Closeness,
}

/// Everything that is said, in the order in which it counts: later words over earlier ones.
pub(super) struct Said {
    pub(super) rules: Vec<Choice>,
    pub(super) ignore: Vec<Choice>,
    pub(super) severity: Vec<(Choice, Weight)>,
    pub(super) exclude: Vec<(Word, Exclude)>,
    pub(super) defines: Vec<(Word, (String, String))>,
    pub(super) baseline: Option<(PathBuf, Origin)>,
}

impl Said {
    /// What each rule weighs that something is said of: what means it most closely counts.
    pub(super) fn weights(&self) -> BTreeMap<String, Weight> {
        let each = |(choice, weight): &(Choice, Weight)| {
            let weight = *weight;
            choice.rules.iter().map(move |rule| (rule.clone(), weight)).collect::<Vec<_>>()
        };
        self.severity.iter().flat_map(each).collect()
    }
}

/// Gathers what is said, and what is wrong with it.
pub(super) struct Gather<'a> {
    selector: Selector<'a>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Gather<'a> {
    pub(super) fn new(table: &'a Table, rules: &'a args::Rules, problems: Vec<Problem>) -> Self {
        Self { selector: Selector::new(table, rules), problems }
    }

    pub(super) fn said(&mut self, args: &args::Check, config: &Config) -> anyhow::Result<Said> {
        let asked = Config::words("--rule", &args.only);
        let (rules, ignore) = if asked.is_empty() { (&config.rules, &config.ignore[..]) } else { (&asked, &[][..]) };
        let ignore = [ignore, &Config::words("--ignore", &args.ignore)].concat();
        let (rules, ignore) = (self.choices(rules)?, self.choices(&ignore)?);
        let mut severity = Vec::new();
        for (word, weight) in &config.severity {
            severity.extend(self.choices(std::slice::from_ref(word))?.into_iter().map(|choice| (choice, *weight)));
        }
        severity.sort_by(|(a, _), (b, _)| (a.closeness, &a.word.text).cmp(&(b.closeness, &b.word.text)));

        let mut exclude = Vec::new();
        let here = paths::absolute(Path::new(""));
        for (words, folder) in
            [(&config.exclude, &config.folder()), (&Config::words("--exclude", &args.exclude), &here)]
        {
            exclude.extend(self.each(words, "config/pattern", |text| Exclude::new(text, folder))?);
        }
        let defines = [&config.defines[..], &Config::words("-D", &args.defines)].concat();
        let defines = self.each(&defines, "config/define", define)?;
        let asked = args.baseline.as_ref().map(|path| (path.clone(), Origin::Argument("--baseline")));
        let filed = config.baseline.as_ref().map(|word| (config.folder().join(&word.text), word.origin.clone()));
        Ok(Said { rules, ignore, severity, exclude, defines, baseline: asked.or(filed) })
    }

    fn choices(&mut self, words: &[Word]) -> anyhow::Result<Vec<Choice>> {
        let mut all = Vec::new();
        for word in words {
            match self.selector.find(&word.text) {
                Ok((rules, closeness)) => all.push(Choice { word: word.clone(), rules, closeness }),
                Err(error) => self.wrong("config/unknown-rule", word, error.to_string())?,
            }
        }
        Ok(all)
    }

    fn each<T>(
        &mut self,
        words: &[Word],
        code: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> anyhow::Result<Vec<(Word, T)>> {
        let mut all = Vec::new();
        for word in words {
            match read(&word.text) {
                Ok(value) => all.push((word.clone(), value)),
                Err(message) => self.wrong(code, word, message)?,
            }
        }
        Ok(all)
    }

    /// An error of the file is one of several, an error of the command line ends the run.
    fn wrong(&mut self, code: &str, word: &Word, message: String) -> anyhow::Result<()> {
        match &word.origin {
            Origin::Argument(_) => anyhow::bail!(message),
            Origin::File(place) => self.problems.push(Problem::error(code, place.clone(), message)),
        }
        Ok(())
    }
}

fn define(text: &str) -> Result<(String, String), String> {
    let (name, value) = rulebook_frontend::definition(text);
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(letter) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!("`{text}` defines no macro: write `NAME` or `NAME=VALUE`"));
    }
    Ok((name, value))
}
