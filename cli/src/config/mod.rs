//! `rulebook.toml`: what holds for every check of a tree, with the place where it is said.

mod read;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rulebook_diagnostics::{Place, Problem, Severity};

use super::paths;

/// The file's name.
const NAME: &str = "rulebook.toml";

/// What the file says; empty where there is none.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file, if there is one.
    pub(crate) path: Option<PathBuf>,
    /// The rules to run, by id, name, pattern, family or set; all where nothing is said.
    pub(crate) rules: Vec<Word>,
    /// The rules not to run.
    pub(crate) ignore: Vec<Word>,
    /// What findings of rules weigh.
    pub(crate) severity: Vec<(Word, Weight)>,
    /// Patterns of paths below the file's folder that are not looked at.
    pub(crate) exclude: Vec<Word>,
    /// Macros to define, as `NAME` or `NAME=VALUE`.
    pub(crate) defines: Vec<Word>,
    /// The file of known findings, as seen from the file's folder.
    pub(crate) baseline: Option<Word>,
}

/// A word of the user, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

/// Where a word of the user stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Behind an option of the command line.
    Argument(&'static str),
    /// In the file.
    File(Place),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(option) => write!(f, "`{option}`"),
            Self::File(place) => place.fmt(f),
        }
    }
}

/// What findings of a rule weigh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// The rule does not run.
    Off,
    /// It runs.
    On(Severity),
}

impl Weight {
    const ALL: [(&'static str, Self); 4] = [
        ("error", Self::On(Severity::Error)),
        ("warning", Self::On(Severity::Warning)),
        ("note", Self::On(Severity::Note)),
        ("off", Self::Off),
    ];

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, weight)| *weight)
    }

    /// The word for it.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, weight)| *weight == self).map_or("", |(name, _)| name)
    }
}

impl Config {
    /// The words of an option that may be repeated.
    pub(crate) fn words(option: &'static str, texts: &[String]) -> Vec<Word> {
        texts.iter().map(|text| Word { text: text.clone(), origin: Origin::Argument(option) }).collect()
    }

    /// The file `named`, else the one in the working directory or the nearest folder above it, with what is wrong there.
    pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<(Self, Vec<Problem>)> {
        let found = named.map(Path::to_owned).or_else(|| {
            let here = paths::absolute(Path::new(""));
            here.ancestors().map(|folder| folder.join(NAME)).find(|path| path.is_file())
        });
        let Some(path) = found else { return Ok((Self::default(), Vec::new())) };
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("the configuration `{}` cannot be read", path.display()))?;
        let shown = if named.is_some() {
            path.to_string_lossy().replace('\\', "/")
        } else {
            paths::relative(&path, Path::new(""))
        };
        let (config, problems) = read::read(&shown, &text);
        Ok((Self { path: Some(path), ..config }, problems))
    }

    /// The folder that the paths in the file are seen from.
    pub(crate) fn folder(&self) -> PathBuf {
        paths::absolute(self.path.as_deref().map_or(Path::new(""), paths::folder))
    }
}
