//! The lists of words that the checks use: data, not code.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

use super::LintError;

/// A wrong turn of phrase and the right one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Phrase {
    /// A regular expression for the wrong words.
    pub(crate) find: String,
    /// What should stand there; `$1` and so on stand for groups. Without it, a person must find the words.
    #[serde(default)]
    pub(crate) put: Option<String>,
    /// What is wrong, for the message.
    pub(crate) why: String,
}

/// A lock or other object, the functions that handle it, and what it is called.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Object {
    /// A regular expression for the functions that handle it.
    pub(crate) calls: String,
    /// What it is called.
    pub(crate) name: String,
    /// Other objects' names that must not stand for it.
    pub(crate) not: Vec<String>,
}

/// Two sentences that cannot both hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contradiction {
    /// A regular expression for the sentence that is reported.
    pub(crate) one: String,
    /// A regular expression for the sentence that says otherwise.
    pub(crate) other: String,
    /// What is wrong, for the message.
    pub(crate) why: String,
}

/// The types of status values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Statuses {
    /// The type that most functions return.
    pub(crate) common: String,
    /// The type of the interface that has its own; its values begin with its name.
    pub(crate) own: String,
    /// What stands in the names of all values.
    pub(crate) values: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    misspelt: BTreeMap<String, String>,
    phrases: Vec<Phrase>,
    objects: Vec<Object>,
    families: Vec<String>,
    tags: Vec<String>,
    determiners: Vec<String>,
    may_double: Vec<String>,
    an: Vec<String>,
    a: Vec<String>,
    statuses: Statuses,
    verbs: Vec<String>,
    joined: Vec<String>,
    contradictions: Vec<Contradiction>,
}

/// The lists, ready for use.
#[derive(Debug)]
pub(crate) struct Words {
    /// Misspelt words in lower case, and the right ones.
    pub(crate) misspelt: BTreeMap<String, String>,
    /// Phrases with their compiled expressions.
    pub(crate) phrases: Vec<(Regex, Phrase)>,
    /// Objects with the expression for their functions.
    pub(crate) objects: Vec<(Regex, Object)>,
    /// Prefixes of names of which the facts know every one.
    pub(crate) families: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) determiners: Vec<String>,
    /// Words that may stand twice in a row.
    pub(crate) may_double: Vec<String>,
    /// Beginnings of words that take `an`, though they begin with a consonant's letter.
    pub(crate) an: Vec<String>,
    /// Beginnings of words that take `a`, though they begin with a vowel's letter.
    pub(crate) a: Vec<String>,
    /// The types of status values.
    pub(crate) statuses: Statuses,
    /// Verbs that make a sentence of words.
    pub(crate) verbs: Vec<String>,
    /// Words that are never part of a name that stands beside them.
    pub(crate) joined: Vec<String>,
    /// Pairs of sentences that cannot both hold, with their compiled expressions.
    pub(crate) contradictions: Vec<(Regex, Regex, Contradiction)>,
}

impl Words {
    /// The lists that the program carries with it.
    pub(crate) fn bundled() -> Result<Self, LintError> {
        let data: Data = serde_yaml::from_str(include_str!("../../data/words.yaml"))?;
        let phrases = data.phrases.into_iter().map(|phrase| Ok((Regex::new(&phrase.find)?, phrase)));
        let objects = data.objects.into_iter().map(|object| Ok((Regex::new(&object.calls)?, object)));
        let pairs = data.contradictions.into_iter();
        let pairs = pairs.map(|pair| Ok((Regex::new(&pair.one)?, Regex::new(&pair.other)?, pair)));
        Ok(Self {
            contradictions: pairs.collect::<Result<_, regex::Error>>()?,
            misspelt: data.misspelt,
            phrases: phrases.collect::<Result<_, regex::Error>>()?,
            objects: objects.collect::<Result<_, regex::Error>>()?,
            families: data.families,
            tags: data.tags,
            determiners: data.determiners,
            may_double: data.may_double,
            an: data.an,
            a: data.a,
            statuses: data.statuses,
            verbs: data.verbs,
            joined: data.joined,
        })
    }
}
