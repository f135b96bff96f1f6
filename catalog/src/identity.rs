//! Which rule a page is about: the driver model and the name, and the other spellings the page uses.
//!
//! Sixteen names are rules of several models, some told apart by case alone; so a rule is model plus name,
//! compared without case.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use rulebook_diagnostics::{Problem, Span};
use serde::{Deserialize, Serialize};

use crate::front_matter::FrontMatter;
use crate::text::{Source, Spanned, is_identifier, unescape};

/// A driver model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Model {
    /// `PortCls` audio miniports.
    Audio,
    /// Any kernel-mode driver.
    Generic,
    /// The kernel-mode driver framework.
    Kmdf,
    /// `AVStream` (kernel streaming).
    Ks,
    /// Network drivers.
    Ndis,
    /// Storage miniports.
    Storport,
    /// Either framework.
    Wdf,
    /// The Windows driver model itself.
    Wdm,
    /// A model that Microsoft's pages do not know, in lower case.
    Other(String),
    /// The page does not say.
    Unknown,
}

impl Model {
    const KNOWN: [(&'static str, Self); 8] = [
        ("audio", Self::Audio),
        ("generic", Self::Generic),
        ("kmdf", Self::Kmdf),
        ("ks", Self::Ks),
        ("ndis", Self::Ndis),
        ("storport", Self::Storport),
        ("wdf", Self::Wdf),
        ("wdm", Self::Wdm),
    ];

    /// The model called `name`, if it is one of Microsoft's.
    #[must_use]
    pub fn known(name: &str) -> Option<Self> {
        Self::KNOWN.iter().find(|(known, _)| name.trim().eq_ignore_ascii_case(known)).map(|(_, model)| model.clone())
    }

    /// The names of Microsoft's models in lower case, by name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::KNOWN.iter().map(|(name, _)| *name)
    }

    /// The name in lower case, as identifiers and folders have it.
    #[must_use]
    pub fn slug(&self) -> &str {
        match self {
            Self::Other(name) => name,
            Self::Unknown => "unknown",
            known => Self::KNOWN.iter().find(|(_, model)| model == known).map_or("unknown", |(name, _)| name),
        }
    }
}

impl From<String> for Model {
    fn from(name: String) -> Self {
        match name.trim() {
            "" | "unknown" => Self::Unknown,
            name => Self::known(name).unwrap_or_else(|| Self::Other(name.to_lowercase())),
        }
    }
}

impl From<&str> for Model {
    fn from(name: &str) -> Self {
        Self::from(name.to_owned())
    }
}

impl From<Model> for String {
    fn from(model: Model) -> Self {
        model.slug().to_owned()
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

/// A rule: its model and its name, as `model/Name`. Equal and ordered without regard to case.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RuleId {
    /// The driver model.
    pub model: Model,
    /// The name in the page's own spelling.
    pub name: String,
}

impl RuleId {
    /// The rule `name` of `model`.
    pub fn new(model: impl Into<Model>, name: impl Into<String>) -> Self {
        Self { model: model.into(), name: name.into() }
    }

    fn key(&self) -> (&Model, impl Iterator<Item = u8> + '_) {
        (&self.model, self.name.bytes().map(|byte| byte.to_ascii_lowercase()))
    }
}

impl PartialEq for RuleId {
    fn eq(&self, other: &Self) -> bool {
        self.model == other.model && self.name.eq_ignore_ascii_case(&other.name)
    }
}

impl Eq for RuleId {}

impl PartialOrd for RuleId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RuleId {
    fn cmp(&self, other: &Self) -> Ordering {
        let ((model, name), (other_model, other_name)) = (self.key(), other.key());
        model.cmp(other_model).then_with(|| name.cmp(other_name))
    }
}

impl Hash for RuleId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.model.hash(state);
        for byte in self.key().1 {
            state.write_u8(byte);
        }
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.model, self.name)
    }
}

impl From<RuleId> for String {
    fn from(id: RuleId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for RuleId {
    type Error = NotARule;

    fn try_from(text: String) -> Result<Self, NotARule> {
        text.parse()
    }
}

/// A text that names no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a rule: write `model/Name`")]
pub struct NotARule(String);

impl FromStr for RuleId {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Self, NotARule> {
        match text.split_once('/') {
            Some((model, name)) if !model.trim().is_empty() && is_identifier(name.trim()) => {
                Ok(Self::new(model, name.trim()))
            }
            _ => Err(NotARule(text.to_owned())),
        }
    }
}

/// Where the model of a rule was read, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelSource {
    /// A `model` key in the front matter, as our own pages have it.
    FrontMatter,
    /// The parenthesis of the title.
    Title,
    /// The driver-model line.
    DriverModel,
    /// The title of a rule set that lists the page.
    RuleSet,
    /// The start of the file's name: a convention that 14 pages break.
    FileName,
    /// Nowhere.
    None,
}

/// The name and model in a title such as `SpinLock Rule (WDM)`, in any of its forms.
#[must_use]
pub fn title_parts(title: &str) -> (Option<String>, Option<Model>) {
    let title = unescape(title);
    let mut rest = title.trim();
    let mut model = None;
    if let (true, Some(at)) = (rest.ends_with([')', '）']), rest.rfind(['(', '（'])) {
        let inside = rest[at..].trim_start_matches(['(', '（']).trim_end_matches([')', '）']);
        model = Some(Model::from(inside)).filter(|model| *model != Model::Unknown && inside.is_ascii());
        rest = rest[..at].trim_end();
    }
    let mut words = rest.split_whitespace();
    let (first, second, third) = (words.next().unwrap_or_default(), words.next(), words.next());
    let name = match second {
        // The word for "rule" in a translation is any other word.
        Some(word) => (third.is_none() && (word.eq_ignore_ascii_case("rule") || !word.is_ascii())).then_some(first),
        None => Some(
            first.strip_suffix("rule").filter(|name| name.ends_with(|c: char| c.is_ascii_lowercase())).unwrap_or(first),
        ),
    };
    (name.filter(|name| is_identifier(name)).map(str::to_owned), model)
}

/// What a page says about which rule it is about.
pub(crate) struct Identity {
    pub(crate) model: Model,
    pub(crate) model_source: ModelSource,
    pub(crate) name: Spanned<String>,
    pub(crate) aliases: Vec<Spanned<String>>,
}

/// The rule that a page is about: `title` as shown, the name that the test command told, the driver-model line.
pub(crate) fn identify(
    source: &Source,
    front: &FrontMatter,
    title: Option<&Spanned<String>>,
    told: Option<Spanned<String>>,
    line: Option<&Spanned<String>>,
) -> Result<Identity, Box<Problem>> {
    let (titled, title_model) = title.map_or((None, None), |title| {
        let (name, model) = title_parts(&title.value);
        (name.map(|name| Spanned::new(name, title.span)), model)
    });
    let mut listed = front
        .list(source, "api_name")
        .into_iter()
        .map(|name| name.map(|name| unescape(&name)))
        .filter(|name| is_identifier(&name.value));
    // Translations change the case of names in the text, never in `api_name`.
    let foreign = title.is_some_and(|title| !title.value.is_ascii());
    let (first, told) = if foreign { (listed.next(), told) } else { (told, None) };
    let mut names = first.into_iter().chain(told).chain(titled).chain(listed);
    let Some(name) = names.next() else {
        let at = title.map_or(Span::default(), |title| title.span);
        return Err(Box::new(
            Problem::error("page/no-name", source.place(at), "the page names no rule")
                .note("looked at the test command, the title and `api_name`"),
        ));
    };
    let mut aliases: Vec<Spanned<String>> = Vec::new();
    for other in names {
        if other.value != name.value && aliases.iter().all(|alias| alias.value != other.value) {
            aliases.push(other);
        }
    }
    let own = front.text("model").map(|model| Model::from(model.value));
    let line = line.and_then(|model| Model::known(&model.value));
    let stem = source.file_stem().split('-').next().and_then(Model::known);
    let (model, model_source) = [
        (own, ModelSource::FrontMatter),
        (title_model, ModelSource::Title),
        (line, ModelSource::DriverModel),
        (stem, ModelSource::FileName),
    ]
    .into_iter()
    .find_map(|(model, from)| Some((model?, from)))
    .unwrap_or((Model::Unknown, ModelSource::None));
    Ok(Identity { model, model_source, name, aliases })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_every_form_name_the_rule() {
        for (title, name, model) in [
            ("SpinLock Rule (WDM)", Some("SpinLock"), Some(Model::Wdm)),
            ("SpinLock rule (wdm)", Some("SpinLock"), Some(Model::Wdm)),
            ("KsFilterMutex rule ()", Some("KsFilterMutex"), None),
            ("ForwardedAtBadIrql Rule", Some("ForwardedAtBadIrql"), None),
            ("UnSafeAllocatePoolrule (wdm)", Some("UnSafeAllocatePool"), Some(Model::Wdm)),
            (r"Flags\_Irql rule (ndis)", Some("Flags_Irql"), Some(Model::Ndis)),
            ("AccessHardwareKey 规则 (kmdf)", Some("AccessHardwareKey"), Some(Model::Kmdf)),
            ("Mine (umdf)", Some("Mine"), Some(Model::Other("umdf".into()))),
            ("Locking Rule Set (KMDF)", None, Some(Model::Kmdf)),
            ("Rules for KMDF Drivers", None, None),
            ("", None, None),
            ("(", None, None),
        ] {
            assert_eq!(title_parts(title), (name.map(str::to_owned), model), "{title}");
        }
    }

    #[test]
    fn rules_compare_without_case_and_read_back() {
        let id: RuleId = "KMDF/SpinLock".parse().unwrap();
        assert_eq!(id, RuleId::new(Model::Kmdf, "Spinlock"));
        assert_ne!(id, RuleId::new(Model::Wdm, "SpinLock"));
        assert_eq!(id.to_string(), "kmdf/SpinLock");
        assert!(RuleId::new("kmdf", "Spinlock") < RuleId::new("wdm", "A"));
        for bad in ["SpinLock", "/x", "wdm/", "wdm/two words"] {
            assert!(bad.parse::<RuleId>().is_err(), "{bad}");
        }
    }
}
