//! Conditions: what must hold at an event, or under which an event counts.
//!
//! ```text
//! irql <= DISPATCH     irql == entry-irql     $new == $old     *Timeout == 0     PoolType != PagedPool
//! origin($i) == IoAllocateIrp|IoMakeAssociatedIrp
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::SpecError;
use crate::irql::Interval;

/// A condition on the level, on bound variables or on arguments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Condition {
    /// The current level lies in the interval.
    Irql(Interval),
    /// The current level is the one at entry into the role function (or the one its contract says).
    SameIrql,
    /// A value came from a call of one of these functions, as its result or through an argument; it does not hold
    /// where the origin is not known, whichever way it is put.
    Origin {
        /// The value.
        of: Term,
        /// The functions.
        apis: Vec<String>,
        /// Whether it must have come from another function.
        other: bool,
    },
    /// Two terms compare.
    Compare {
        /// Left side.
        left: Term,
        /// How.
        op: Compare,
        /// Right side.
        right: Term,
    },
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    /// A variable that the event or an earlier one bound: `$old`.
    Var(String),
    /// An argument of the call at hand, by the API reference's name (or `#2`, by position from 0).
    Arg(String),
    /// What an argument points to: `*Timeout`.
    Deref(String),
    /// A constant: `NULL`, `PagedPool`, `12`.
    Const(String),
}

impl Compare {
    const ALL: [(&str, Self); 6] =
        [("==", Self::Eq), ("!=", Self::Ne), ("<=", Self::Le), (">=", Self::Ge), ("<", Self::Lt), (">", Self::Gt)];
}

impl FromStr for Condition {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let wrong = |why: &str| SpecError::Condition { condition: text.to_owned(), why: why.to_owned() };
        if let Some(rest) = text.trim().strip_prefix("irql") {
            let rest = rest.trim();
            if rest.strip_prefix("==").is_some_and(|right| right.trim() == "entry-irql") {
                return Ok(Self::SameIrql);
            }
            return rest.parse().map(Self::Irql).map_err(|error: SpecError| wrong(&error.to_string()));
        }
        if let Some(rest) = text.trim().strip_prefix("origin(") {
            let (of, rest) = rest.split_once(')').ok_or_else(|| wrong("`)` is expected"))?;
            let rest = rest.trim();
            let (other, names) = match (rest.strip_prefix("=="), rest.strip_prefix("!=")) {
                (Some(names), _) => (false, names),
                (_, Some(names)) => (true, names),
                _ => return Err(wrong("`==` or `!=` and names of functions are expected")),
            };
            let of = Term::read(of, false).ok_or_else(|| wrong("a variable or argument is expected"))?;
            let name = |name: &str| match Term::read(name, true) {
                Some(Term::Const(name)) => Ok(name),
                _ => Err(wrong("a name of a function is expected")),
            };
            let apis = names.split('|').map(name).collect::<Result<_, _>>()?;
            return Ok(Self::Origin { of, apis, other });
        }
        let (sign, op) = Compare::ALL
            .into_iter()
            .find(|(sign, _)| text.contains(sign))
            .ok_or_else(|| wrong("a comparison such as `==` or `<=` is expected"))?;
        let (left, right) = text.split_once(sign).ok_or_else(|| wrong("two sides are expected"))?;
        let term = |side: &str, constant: bool| {
            Term::read(side, constant).ok_or_else(|| wrong("a side is empty or has blanks"))
        };
        Ok(Self::Compare { left: term(left, false)?, op, right: term(right, true)? })
    }
}

impl Term {
    /// Reads one side; a bare name is a constant on the right side, an argument on the left.
    fn read(text: &str, constant: bool) -> Option<Self> {
        let text = text.trim();
        let word = |name: &str| {
            let good = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_#-".contains(c));
            good.then(|| name.to_owned())
        };
        match text.split_at_checked(1)? {
            ("$", name) => word(name).map(Self::Var),
            ("*", name) => word(name).map(Self::Deref),
            _ if constant || text.starts_with(|c: char| c.is_ascii_digit()) => word(text).map(Self::Const),
            _ => word(text).map(Self::Arg),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Var(name) => write!(f, "${name}"),
            Self::Deref(name) => write!(f, "*{name}"),
            Self::Arg(name) | Self::Const(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Irql(interval) => write!(f, "irql {interval}"),
            Self::SameIrql => f.write_str("irql == entry-irql"),
            Self::Origin { of, apis, other } => {
                write!(f, "origin({of}) {} {}", if *other { "!=" } else { "==" }, apis.join("|"))
            }
            Self::Compare { left, op, right } => {
                let sign = Compare::ALL.iter().find(|(_, other)| other == op).map_or("==", |(sign, _)| sign);
                write!(f, "{left} {sign} {right}")
            }
        }
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.to_string()
    }
}

impl TryFrom<String> for Condition {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_print_as_they_were_read() {
        for text in [
            "irql <= APC",
            "irql == entry-irql",
            "$new == $old",
            "*Timeout == 0",
            "PoolType != PagedPool",
            "Length >= 12",
            "origin($i) == IoAllocateIrp|IoMakeAssociatedIrp",
            "origin(*DeviceInit) != WdfPdoInitAllocate",
        ] {
            assert_eq!(text.parse::<Condition>().unwrap().to_string(), text);
        }
        for bad in
            ["", "irql", "irql <= LOW", "a b == c", "== x", "$x", "origin($i)", "origin() == f", "origin($i) == a b"]
        {
            assert!(bad.parse::<Condition>().is_err(), "{bad}");
        }
    }
}
