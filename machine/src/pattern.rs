//! Event patterns: which calls, and which points of a function, a rule is about.
//!
//! ```text
//! [$x =] Name(arg, …) [-> result]      arg: $x | out $x | &$x | &$x->A.B | NAME | A|B | 12 | _ | ... | Param: arg
//! [$x =] param(Name)    exit [-> result]    escape($x)    handed($x)
//! ```

mod parse;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::SpecError;

/// One pattern of an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Pattern {
    /// The variable that the call's result (or the parameter) is bound to.
    pub binds: Option<String>,
    /// What happens.
    pub subject: Subject,
    /// Which results count; all where `None`.
    pub result: Option<ResultTest>,
}

/// What a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A call of a function; a `*` at the end of the name stands for any ending among the APIs of the page.
    Call {
        /// Name of the function.
        api: String,
        /// What is asked of the arguments.
        args: Args,
    },
    /// The entry into a role function, which binds its parameter of that name.
    Param(String),
    /// The return from the entry point.
    Exit,
    /// The value is stored in memory that outlives the function, or handed to a function that nothing is known of.
    Escape(String),
    /// The value is handed to a function that nothing is known of.
    Handed(String),
}

/// The arguments of a call pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Args {
    /// By position.
    pub list: Vec<Arg>,
    /// By the name the API reference gives; [`crate::resolve`] turns them into positions.
    pub named: Vec<(String, Arg)>,
    /// Whether further arguments may follow (`...`).
    pub rest: bool,
}

/// What is asked of one argument.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Arg {
    /// `_`: anything.
    Any,
    /// `$x`: binds the value, or must be equal to what is bound.
    Var(String),
    /// `out $x`: binds what the function stores through the argument.
    Out(String),
    /// `&$x`: binds the value now stored where the argument points.
    At(String),
    /// `&$x->A.B`: the address of that member of what the value points to, or of an element of it.
    Member(String, Vec<String>),
    /// One of these constants; `NULL` and numbers are constants too.
    Const(Vec<String>),
    /// Anything but these constants: `!NULL`.
    Not(Vec<String>),
}

/// What is asked of a call's result or of a returned value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ResultTest {
    /// Success in the sense that the API's semantics say.
    Ok,
    /// The contrary of [`Self::Ok`].
    Fail,
    /// Zero.
    Null,
    /// Not zero.
    NonNull,
    /// One of these constants.
    Is(Vec<String>),
    /// None of these constants.
    Not(Vec<String>),
}

impl Pattern {
    /// A call of `api` with any arguments.
    #[must_use]
    pub fn call(api: impl Into<String>) -> Self {
        Self {
            binds: None,
            subject: Subject::Call { api: api.into(), args: Args { rest: true, ..Args::default() } },
            result: None,
        }
    }

    /// The function that a call pattern names.
    #[must_use]
    pub fn api(&self) -> Option<&str> {
        match &self.subject {
            Subject::Call { api, .. } => Some(api),
            _ => None,
        }
    }

    /// Every variable that the pattern binds or compares, in order of appearance, without repeats.
    #[must_use]
    pub fn variables(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.binds.iter().map(String::as_str).collect();
        match &self.subject {
            Subject::Call { args, .. } => {
                let named = args.named.iter().map(|(_, arg)| arg);
                all.extend(args.list.iter().chain(named).filter_map(Arg::variable));
            }
            Subject::Escape(name) | Subject::Handed(name) => all.push(name),
            Subject::Param(_) | Subject::Exit => {}
        }
        let mut seen = Vec::new();
        all.retain(|name| {
            !seen.contains(name) && {
                seen.push(*name);
                true
            }
        });
        all
    }
}

impl Arg {
    /// The variable that it binds or compares.
    #[must_use]
    pub fn variable(&self) -> Option<&str> {
        match self {
            Self::Var(name) | Self::Out(name) | Self::At(name) | Self::Member(name, _) => Some(name),
            Self::Any | Self::Const(_) | Self::Not(_) => None,
        }
    }
}

impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("_"),
            Self::Var(name) => write!(f, "${name}"),
            Self::Out(name) => write!(f, "out ${name}"),
            Self::At(name) => write!(f, "&${name}"),
            Self::Member(name, path) => write!(f, "&${name}->{}", path.join(".")),
            Self::Const(names) => f.write_str(&names.join("|")),
            Self::Not(names) => write!(f, "!{}", names.join("|")),
        }
    }
}

impl fmt::Display for ResultTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Fail => f.write_str("fail"),
            Self::Null => f.write_str("null"),
            Self::NonNull => f.write_str("nonnull"),
            Self::Is(names) => f.write_str(&names.join("|")),
            Self::Not(names) => write!(f, "!{}", names.join("|")),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.binds {
            write!(f, "${name} = ")?;
        }
        match &self.subject {
            Subject::Call { api, args } => {
                let list = args.list.iter().map(ToString::to_string);
                let named = args.named.iter().map(|(name, arg)| format!("{name}: {arg}"));
                let rest = args.rest.then(|| "...".to_owned());
                let all: Vec<String> = list.chain(named).chain(rest).collect();
                write!(f, "{api}({})", all.join(", "))?;
            }
            Subject::Param(name) => write!(f, "param({name})")?,
            Subject::Exit => f.write_str("exit")?,
            Subject::Handed(name) => write!(f, "handed(${name})")?,
            Subject::Escape(name) => write!(f, "escape(${name})")?,
        }
        match &self.result {
            Some(result) => write!(f, " -> {result}"),
            None => Ok(()),
        }
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.to_string()
    }
}

impl TryFrom<String> for Pattern {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        text.parse()
    }
}
