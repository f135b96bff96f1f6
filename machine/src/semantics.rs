//! What no rule page states and many rules need: effects of functions, contracts of roles, values of constants.
//!
//! The data stands in `catalog/semantics/*.yaml`, each file a part of [`Semantics`]; the table carries it whole.

mod asks;
mod atomic;
mod language;
mod role;
mod stores;
mod succeeds;

use std::collections::BTreeMap;

pub use asks::Asks;
pub use atomic::{Count, Exchange};
pub use language::{Guards, Language};
pub use role::{Act, AskedBy, Contract, ExitState, Levels, Passed, Registration, Role, Unless};
use serde::{Deserialize, Serialize};
pub use stores::Stores;
pub use succeeds::{Fails, Succeeds};

use crate::error::SpecError;
use crate::irql::{Interval, Level};
use crate::pattern::{Pattern, ResultTest};

/// The semantics of the driver interfaces.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Semantics {
    /// The C dialect.
    #[serde(skip_serializing_if = "is_default")]
    pub language: Language,
    /// Values of constants; status codes as signed 32-bit numbers, so that failures are negative.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub constants: BTreeMap<String, i64>,
    /// Macros that test their one argument: `NT_SUCCESS` is `>= 0`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub predicates: BTreeMap<String, String>,
    /// What functions do, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub functions: BTreeMap<String, Function>,
    /// Spellings of one function, as rewrites.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// Role types, by the name of the type.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Role>,
    /// Named groups of roles, for scopes: `dispatch`, `default-queue`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, Vec<String>>,
    /// What shows the model of a driver, in order of precedence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelEvidence>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What a function does that its callers' analysis needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Function {
    /// Parameters in the order in which code passes them; imported from the API facts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Param>,
    /// The reference's bound on the level at which it may be called; imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Interval>,
    /// What it does to the level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub irql: Option<IrqlEffect>,
    /// What its result means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returns: Option<Returns>,
    /// Whether its result depends on its arguments alone (a context getter): equal arguments, equal results.
    #[serde(skip_serializing_if = "is_default")]
    pub accessor: bool,
    /// That it stores its second argument where the first points, by itself or combined with what stood there, and
    /// returns what stood there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchanges: Option<Exchange>,
    /// That it counts the number that its first argument points to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Count>,
    /// The place of the caller's that it sets to `NULL`, and when; at any other result the place keeps what it held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clears: Option<Stores>,
    /// The place of the caller's that it stores what it made in, and when; at any other result the place keeps what it
    /// held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fills: Option<Stores>,
    /// When it cannot fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub succeeds: Option<Succeeds>,
    /// What its result is the answer to a question about, and for how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asks: Option<Asks>,
    /// When it cannot succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fails: Option<Fails>,
    /// Whether it can raise a structured exception that drivers handle.
    #[serde(skip_serializing_if = "is_default")]
    pub raises: bool,
    /// The level is known to lie here once it has returned (`PAGED_CODE`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asserts: Option<Interval>,
    /// The roles that its arguments get, by the parameter's name: `EvtTimerFunc: EVT_WDF_TIMER`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub registers: BTreeMap<String, String>,
    /// Where this is stated: a reference page, a header, or `hand` with the reason.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    /// Its name in the API reference.
    pub name: String,
    /// Whether the function stores through it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub out: bool,
}

/// What a function does to the level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IrqlEffect {
    /// Where the level before the call is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save: Option<Slot>,
    /// The level after the call; unchanged where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<NewLevel>,
    /// What the constants mean that an argument says the level by: `InterruptLock` is `DIRQL`. Where there are any,
    /// the argument that `set` names is no level itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<String, Level>,
    /// Only where the call's result is this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<ResultText>,
}

/// A place that a call names: `return`, `*OldIrql` (what the argument points to), `NewIrql` (the argument's value),
/// `slot(SpinLock)` (a hidden member of the object that the argument names).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Slot {
    /// The call's result.
    Return,
    /// What the argument points to.
    Deref(String),
    /// The argument's value.
    Arg(String),
    /// A hidden member of the object that the argument names.
    Hidden(String),
}

/// The level after a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum NewLevel {
    /// This level.
    Level(Level),
    /// The level stored there.
    From(Slot),
    /// Some level: the documents leave it open.
    Unknown,
}

/// A result test as text, such as `TRUE` or `ok`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ResultText(pub ResultTest);

/// What a result means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Returns {
    /// A status: success is not negative.
    Status,
    /// A status of which only zero is success.
    ZeroIsSuccess,
    /// A pointer, or what counts as true: success is not zero.
    NonZero,
    /// A Boolean: one is success, zero is not.
    Truth,
    /// The current level.
    Irql,
}

impl Returns {
    /// Whether success is told by truth: zero is none, anything else is.
    #[must_use]
    pub fn is_truth(self) -> bool {
        matches!(self, Self::NonZero | Self::Truth)
    }
}

/// `call` written as `is`: the left side is what code says, the right side what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// The spelling in code, with variables for its arguments.
    pub call: Pattern,
    /// What it stands for, over the same variables.
    pub is: Pattern,
    /// Where this is stated.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// What shows that a driver is of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModelEvidence {
    /// The model: `kmdf`, `wdm`, …; or a kind that no rule knows, such as `umdf`, which takes its drivers out.
    pub model: String,
    /// Calls that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<String>,
    /// Macros that show it wherever they are defined, by the build or in the source: `UMDF_VERSION_MAJOR`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defines: Vec<String>,
    /// Included headers that show it where no call of any model is found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub includes: Vec<String>,
    /// Whether a driver that shows it runs in kernel mode.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub kernel: bool,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
fn is_yes(value: &bool) -> bool {
    *value
}

impl Semantics {
    /// Adds `part`; what both state about one function is joined, what `part` states wins.
    pub fn merge(&mut self, part: Self) {
        if part.language != Language::default() {
            self.language = part.language;
        }
        self.constants.extend(part.constants);
        self.predicates.extend(part.predicates);
        for (name, function) in part.functions {
            self.functions.entry(name).or_default().merge(function);
        }
        self.aliases.extend(part.aliases);
        self.roles.extend(part.roles);
        self.groups.extend(part.groups);
        self.models.extend(part.models);
    }

    /// Whether a scope's word means `role`, which [`Self::roles_of`] would list.
    #[must_use]
    pub fn means(&self, word: &str, role: &str) -> bool {
        if self.roles.contains_key(word) {
            return word == role;
        }
        match self.groups.get(word) {
            Some(group) => group.iter().any(|member| self.means(member, role)),
            None => self.roles.get(role).is_some_and(|role| role.name == word),
        }
    }

    /// The roles that a scope's word means: a role type, a short role name, or a group; empty if it means none.
    #[must_use]
    pub fn roles_of(&self, word: &str) -> Vec<&str> {
        if let Some((name, _)) = self.roles.get_key_value(word) {
            return vec![name];
        }
        if let Some(group) = self.groups.get(word) {
            return group.iter().flat_map(|member| self.roles_of(member)).collect();
        }
        self.roles.iter().filter(|(_, role)| role.name == word).map(|(name, _)| name.as_str()).collect()
    }
}

impl Function {
    fn merge(&mut self, part: Self) {
        if !part.params.is_empty() {
            self.params = part.params;
        }
        self.bound = part.bound.or(self.bound);
        self.irql = part.irql.or(self.irql.take());
        self.returns = part.returns.or(self.returns);
        self.accessor |= part.accessor;
        self.exchanges = part.exchanges.or(self.exchanges);
        self.counts = part.counts.or(self.counts);
        self.clears = part.clears.or(self.clears.take());
        self.fills = part.fills.or(self.fills.take());
        self.succeeds = part.succeeds.or(self.succeeds.take());
        self.asks = part.asks.or(self.asks.take());
        self.fails = part.fails.or(self.fails.take());
        self.raises |= part.raises;
        self.asserts = part.asserts.or(self.asserts);
        self.registers.extend(part.registers);
        if !part.source.is_empty() {
            self.source = part.source;
        }
    }

    /// The position of a parameter.
    #[must_use]
    pub fn position(&self, param: &str) -> Option<usize> {
        self.params.iter().position(|known| known.name == param)
    }
}

impl From<Slot> for String {
    fn from(slot: Slot) -> Self {
        match slot {
            Slot::Return => "return".into(),
            Slot::Deref(name) => format!("*{name}"),
            Slot::Arg(name) => name,
            Slot::Hidden(name) => format!("slot({name})"),
        }
    }
}

impl TryFrom<String> for Slot {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        let text = text.trim();
        let (name, slot): (&str, fn(String) -> Self) = if text == "return" {
            return Ok(Self::Return);
        } else if let Some(name) = text.strip_prefix('*') {
            (name, Self::Deref)
        } else if let Some(name) = text.strip_prefix("slot(").and_then(|rest| rest.strip_suffix(')')) {
            (name, Self::Hidden)
        } else {
            (text, Self::Arg)
        };
        let good = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if good {
            Ok(slot(name.to_owned()))
        } else {
            Err(SpecError::Form(format!("`{text}` names no place of a call")))
        }
    }
}

impl From<NewLevel> for String {
    fn from(level: NewLevel) -> Self {
        match level {
            NewLevel::Level(level) => level.to_string(),
            NewLevel::From(slot) => slot.into(),
            NewLevel::Unknown => "unknown".into(),
        }
    }
}

impl TryFrom<String> for NewLevel {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        if text == "unknown" {
            return Ok(Self::Unknown);
        }
        match text.parse() {
            Ok(level) => Ok(Self::Level(level)),
            Err(_) => Slot::try_from(text).map(Self::From),
        }
    }
}

impl From<ResultText> for String {
    fn from(text: ResultText) -> Self {
        text.0.to_string()
    }
}

impl TryFrom<String> for ResultText {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        let pattern: Pattern = format!("exit -> {text}").parse()?;
        pattern.result.map(Self).ok_or_else(|| SpecError::Form(format!("`{text}` is no test of a result")))
    }
}
