//! The specification as it stands on a rule's page: shapes for what recurs, the general form for the rest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::error::SpecError;
use crate::irql::Interval;
use crate::pattern::Pattern;
use crate::rule::Next;
use crate::shapes::{Must, Once, Order};

/// The block under `## Specification`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// Which functions the rule is about.
    #[serde(skip_serializing_if = "Scope::is_default")]
    pub scope: Scope,
    /// Lock-like objects: acquired and released.
    #[serde(skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub pair: Vec<Pair>,
    /// Calls that are errors wherever the scope applies.
    #[serde(skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub forbid: Vec<Forbid>,
    /// What may happen only once.
    #[serde(skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub once: Vec<Once>,
    /// What needs something before it, or is barred by it.
    #[serde(skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub order: Vec<Order>,
    /// What must follow before the entry point returns.
    #[serde(skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub must: Vec<Must>,
    /// Bounds on the level at calls.
    #[serde(skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub irql: Vec<Irql>,
    /// The level at exit is the level at entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub irql_at_exit: Option<IrqlAtExit>,
    /// The general form: what identifies an instance.
    #[serde(skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub track: Vec<String>,
    /// What an instance is, for messages.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// The general form: events by name, in order.
    #[serde(skip_serializing_if = "serde_yaml::Mapping::is_empty")]
    pub events: serde_yaml::Mapping,
    /// The general form: the first state; the first that is listed where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial: Option<String>,
    /// The general form: states, each event to next.
    #[serde(skip_serializing_if = "serde_yaml::Mapping::is_empty")]
    pub states: serde_yaml::Mapping,
    /// The general form: conditions at events.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub check: BTreeMap<String, CheckForm>,
}

/// Which functions, and which drivers, a rule is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scope {
    /// Role types, short role names or groups of the semantics; empty means every entry point.
    #[serde(skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub roles: Vec<String>,
    /// Roles that are left out.
    #[serde(skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub except_roles: Vec<String>,
    /// Constants that the entry point is registered under (`IRP_MJ_READ`); one that is registered under none of them
    /// is left out.
    #[serde(skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub irp: Vec<String>,
    /// Functions of which the driver calls one; in other drivers the rule does not run.
    #[serde(skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub driver_calls: Vec<String>,
}

impl Scope {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Acquire and release. Nothing is silently allowed or forbidden: `double`, `unheld` and `at-exit` are said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pair {
    /// What is acquired, for messages: `spin lock`.
    #[serde(default)]
    pub object: String,
    /// The key; `[k]` where absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub track: Vec<String>,
    /// Events that acquire.
    #[serde(with = "one_or_many")]
    pub acquire: Vec<Pattern>,
    /// Events that release.
    #[serde(with = "one_or_many")]
    pub release: Vec<Pattern>,
    /// Acquiring while held; where that is ignored, the object is not followed on.
    pub double: Demand,
    /// Releasing while free.
    pub unheld: Demand,
    /// Held at the return from the entry point.
    pub at_exit: AtExit,
    /// Calls that look like an acquire and hold nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub no_effect: Vec<Pattern>,
    /// Events after which somebody else owes the release.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub handed_off: Vec<Pattern>,
}

/// What an event means in a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Demand {
    /// A violation.
    Error,
    /// Nothing.
    Ignore,
}

/// What a shape demands at the return from an entry point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AtExit {
    /// As at entry, or as the role's contract says.
    Same,
    /// Nothing.
    Ignore,
}

/// Forbidden calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Forbid {
    /// The calls.
    #[serde(with = "one_or_many")]
    pub calls: Vec<Pattern>,
    /// Forbidden only where these hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub when: Vec<Condition>,
    /// What to say; a default where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A bound on the level at calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Irql {
    /// The calls, or `applies-to` for the list of the page.
    pub calls: Calls,
    /// The same bound for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must: Option<Interval>,
    /// `reference`: each call's own bound, from the API reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    /// With `bound: reference`: only the upper end of the bound counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub maximum_only: bool,
    /// Calls whose bound is another one, alone or by conditions on arguments (`else` for the rest).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub r#override: BTreeMap<String, Override>,
    /// Calls of the list that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub except: Vec<String>,
    /// Checked only where these hold (conditions on arguments).
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    pub when: Vec<Condition>,
}

/// Which calls an `irql` shape is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Calls {
    /// A keyword: `applies-to`.
    List(CallsKeyword),
    /// The calls.
    These(Vec<Pattern>),
}

/// Keywords for lists of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallsKeyword {
    /// The functions of the page's section of that name.
    AppliesTo,
}

/// Where a bound comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// The API reference.
    Reference,
}

/// A bound that differs from the list's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Override {
    /// The bound.
    Bound(Interval),
    /// By condition, in the order of the page: the first that holds; `else` for the rest.
    By(serde_yaml::Mapping),
}

/// The level at exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IrqlAtExit {
    /// Is the one at entry, or as the role's contract says.
    Same,
}

/// Conditions at an event: a list, or with a message of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CheckForm {
    /// One condition.
    One(Condition),
    /// All of these.
    All(Vec<Condition>),
    /// With what to say.
    Said {
        /// What must hold.
        #[serde(with = "one_or_many")]
        require: Vec<Condition>,
        /// What to say where it does not.
        message: String,
    },
}

/// An event in the general form: a pattern, patterns, or patterns with conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EventForm {
    /// One pattern.
    One(Pattern),
    /// Any of these.
    Any(Vec<Pattern>),
    /// With conditions.
    When {
        /// Any of these.
        #[serde(with = "one_or_many")]
        calls: Vec<Pattern>,
        /// All of these.
        #[serde(with = "one_or_many")]
        when: Vec<Condition>,
    },
}

/// A state in the general form.
pub type StateForm = BTreeMap<String, Next>;

impl Spec {
    /// Reads a specification from the YAML of its block.
    pub fn parse(yaml: &str) -> Result<Self, SpecError> {
        serde_yaml::from_str(yaml)
            .map_err(|error| SpecError::Yaml { line: error.location().map(|at| at.line()), message: error.to_string() })
    }
}

/// One value or a list of them.
pub(crate) mod one_or_many {
    use serde::de::DeserializeOwned;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
        // Read as a value first: the message of an untagged enum would hide what is wrong with the one value.
        let value = serde_yaml::Value::deserialize(from)?;
        let read = match value {
            serde_yaml::Value::Sequence(_) => serde_yaml::from_value::<Vec<T>>(value),
            serde_yaml::Value::Null => Ok(Vec::new()),
            one => serde_yaml::from_value::<T>(one).map(|one| vec![one]),
        };
        read.map_err(serde::de::Error::custom)
    }

    pub(crate) fn serialize<T: Serialize, S: Serializer>(all: &[T], to: S) -> Result<S::Ok, S::Error> {
        match all {
            [one] => one.serialize(to),
            many => many.serialize(to),
        }
    }
}
