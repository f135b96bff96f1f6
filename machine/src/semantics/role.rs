//! Roles: the entry points that the system calls, and their contracts.

use serde::{Deserialize, Serialize};

use crate::error::SpecError;
use crate::irql::{Interval, Level};
use crate::pattern::Pattern;

/// A role: a type of entry point such as `DRIVER_DISPATCH`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Role {
    /// The short name that rules and documents use: `EvtIoRead`.
    pub name: String,
    /// The model whose drivers have it: `kmdf`, `wdm`, ….
    pub model: String,
    /// Names of its parameters, in order.
    pub params: Vec<String>,
    /// Those of its parameters that are never `NULL`: pointers and handles that are not documented as optional.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
    /// What holds at entry and at exit.
    pub contract: Contract,
    /// Ways in which a function gets the role, besides a declaration with the role type.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub registered: Vec<Registration>,
    /// Where this is stated.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// What holds when a role function is entered and what it owes when it returns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Contract {
    /// The level at entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub irql: Option<Levels>,
    /// It is entered as if these calls had just been made; `$Name` is the role's parameter of that name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entered_after: Vec<Pattern>,
    /// Further such calls, which some drivers' sources rule out: a virtual miniport is called without locks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entered_after_unless: Option<Unless>,
    /// It is only entered where another function asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<AskedBy>,
    /// In which state objects are owed at exit.
    #[serde(skip_serializing_if = "ExitState::is_same")]
    pub exit: ExitState,
    /// The level at exit may differ from the level at entry (a Cancel routine, an acquire-lock callback).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub irql_may_change: bool,
    /// Nothing of the driver has run before it: variables have their first values.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub first: bool,
    /// What a call of it through a pointer comes to, for the driver that makes it: these calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub called_as: Vec<Act>,
    /// Objects may be held by the caller at entry: releasing them is no error.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub caller_may_hold: bool,
    /// Parameters of flags, each with constants of which at least one is set in every call: a path that finds none of
    /// them is not gone.
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub one_of_flags: std::collections::BTreeMap<String, Vec<String>>,
}

/// The level at entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Levels {
    /// The levels that are possible.
    pub within: Interval,
    /// Levels within that the documents say it is called at in practice: a violation at one of these convicts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called_at: Vec<Level>,
    /// By the constant that it is registered under (a major function code), where that decides: replaces `within`.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub by_index: std::collections::BTreeMap<String, Interval>,
    /// Names in the driver's source (`WdfExecutionLevelPassive`) that make `called_at` void.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless_mentioned: Vec<String>,
    /// Further levels like `called_at`, each only for drivers whose source mentions the name
    /// (`WdfSynchronizationScopeQueue: DISPATCH`); void like them by `unless_mentioned`.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub called_at_where: std::collections::BTreeMap<String, Level>,
}

/// A call that a call of a role comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The function.
    pub function: String,
    /// Its arguments, in the function's order.
    #[serde(default)]
    pub args: Vec<Passed>,
}

/// A value that a role function is given or finds: `Irp`, or `Irp->Tail.Overlay.ListEntry`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Passed {
    /// The role's parameter.
    pub param: String,
    /// The members that lead from what it points to to the value; none where it is the value.
    pub path: Vec<String>,
}

impl From<Passed> for String {
    fn from(passed: Passed) -> Self {
        if passed.path.is_empty() { passed.param } else { format!("{}->{}", passed.param, passed.path.join(".")) }
    }
}

impl TryFrom<String> for Passed {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        let (param, path) = match text.split_once("->") {
            Some((param, path)) => (param, path.split('.').collect()),
            None => (text.as_str(), Vec::new()),
        };
        let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if std::iter::once(&param).chain(&path).all(is_name) {
            Ok(Self { param: param.to_owned(), path: path.into_iter().map(str::to_owned).collect() })
        } else {
            Err(SpecError::Form(format!("`{text}` is no parameter, nor a member of what one points to")))
        }
    }
}

/// Calls that do not count where the driver's source mentions a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Unless {
    /// The calls, as in [`Contract::entered_after`].
    pub calls: Vec<Pattern>,
    /// Any of these names in the driver's source makes them void.
    pub mentioned: Vec<String>,
}

/// The function that has to ask for a role, if there is one in the braces in which the role is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AskedBy {
    /// Its role type.
    pub role: String,
    /// The constants that it does not ask with: where it returns nothing else, nobody is entered.
    pub unless: Vec<String>,
}

/// In which state objects are owed at exit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExitState {
    /// As at entry.
    #[default]
    Same,
    /// In the machine's initial state, whatever they were at entry.
    Initial,
    /// In any state: the caller knows.
    Any,
}

impl ExitState {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
    fn is_same(&self) -> bool {
        *self == Self::Same
    }
}

/// A way in which a function gets a role, other than declarations and registering calls
/// (those stand at the calls, in [`super::Function::registers`]).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Registration {
    /// Assigned to a member of this name: `EvtIoRead`, `DriverUnload`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// With `field`, the structure types whose member it is: where the type is known to be another, the member is
    /// something else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<String>,
    /// Assigned to an element of this array member, whose index is a constant: `MajorFunction`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub table: String,
    /// Only as a member of this structure type (`KSPIN_DISPATCH`), in an initialiser or by an assignment: by the
    /// member's name, or by its position in an initialiser.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub type_name: String,
    /// The member's position in the initialiser, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// Called by this name, which the system looks for: `DriverEntry`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub function: String,
}
