//! Interrupt request levels, and sets of levels as intervals.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::SpecError;

/// An interrupt request level, numbered as on x64.
///
/// Device levels are one level here (`DIRQL`, 3): which device it is decides no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Level(pub u8);

impl Level {
    /// `PASSIVE_LEVEL`, the lowest.
    pub const PASSIVE: Self = Self(0);
    /// `APC_LEVEL`.
    pub const APC: Self = Self(1);
    /// `DISPATCH_LEVEL`.
    pub const DISPATCH: Self = Self(2);
    /// The lowest level of a device's interrupt.
    pub const DIRQL: Self = Self(3);
    /// `HIGH_LEVEL`, the highest.
    pub const HIGH: Self = Self(15);

    /// The name without `_LEVEL`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            0 => "PASSIVE",
            1 => "APC",
            2 => "DISPATCH",
            15.. => "HIGH",
            _ => "DIRQL",
        }
    }

    /// The name as it stands in source and documents, such as `DISPATCH_LEVEL` (and `DIRQL`).
    #[must_use]
    pub fn long_name(self) -> String {
        match self.name() {
            "DIRQL" => "DIRQL".to_owned(),
            name => format!("{name}_LEVEL"),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Level {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let name = text.trim().trim_end_matches("_LEVEL");
        match name.to_ascii_uppercase().as_str() {
            "PASSIVE" => Ok(Self::PASSIVE),
            "APC" => Ok(Self::APC),
            "DISPATCH" => Ok(Self::DISPATCH),
            "DIRQL" => Ok(Self::DIRQL),
            "HIGH" => Ok(Self::HIGH),
            _ => Err(SpecError::Level { found: text.to_owned() }),
        }
    }
}

impl From<Level> for String {
    fn from(level: Level) -> Self {
        level.to_string()
    }
}

impl TryFrom<String> for Level {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        text.parse()
    }
}

/// A closed interval of levels: `<= APC` is PASSIVE to APC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Interval {
    /// The lowest level in it.
    pub min: Level,
    /// The highest level in it.
    pub max: Level,
}

impl Interval {
    /// Every level.
    pub const ANY: Self = Self { min: Level::PASSIVE, max: Level::HIGH };

    /// From PASSIVE up to `max`.
    #[must_use]
    pub fn at_most(max: Level) -> Self {
        Self { min: Level::PASSIVE, max }
    }

    /// `level` alone.
    #[must_use]
    pub fn exactly(level: Level) -> Self {
        // Device levels are many in the machine and one in our reckoning.
        if level == Level::DIRQL { Self { min: level, max: Level(14) } } else { Self { min: level, max: level } }
    }

    /// Whether `level` lies in it.
    #[must_use]
    pub fn contains(self, level: Level) -> bool {
        self.min <= level && level <= self.max
    }

    /// Whether the two have no level in common.
    #[must_use]
    pub fn disjoint(self, other: Self) -> bool {
        self.max < other.min || other.max < self.min
    }

    /// For people: ``at or below `APC_LEVEL` ``.
    #[must_use]
    pub fn describe(self) -> String {
        match (self.min, self.max) {
            (Level::PASSIVE, Level::HIGH) => "at any level".to_owned(),
            (min, _) if self == Self::exactly(min) => format!("at `{}`", min.long_name()),
            (Level::PASSIVE, max) => format!("at or below `{}`", max.long_name()),
            (min, Level::HIGH) => format!("at or above `{}`", min.long_name()),
            (min, max) => format!("from `{}` to `{}`", min.long_name(), max.long_name()),
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (Level::PASSIVE, Level::HIGH) => f.write_str("any"),
            (min, _) if *self == Self::exactly(min) => write!(f, "== {min}"),
            (Level::PASSIVE, max) => write!(f, "<= {max}"),
            (min, Level::HIGH) => write!(f, ">= {min}"),
            (min, max) => write!(f, "{min}..{max}"),
        }
    }
}

impl FromStr for Interval {
    type Err = SpecError;

    /// Reads `any`, `<= APC`, `< DISPATCH`, `== PASSIVE`, `PASSIVE`, `>= DISPATCH`, `> APC`, `PASSIVE..DISPATCH`.
    fn from_str(text: &str) -> Result<Self, SpecError> {
        let text = text.trim();
        let none = || SpecError::Interval { found: text.to_owned() };
        if text.eq_ignore_ascii_case("any") {
            return Ok(Self::ANY);
        }
        if let Some((min, max)) = text.split_once("..") {
            let (min, max) = (min.parse()?, max.parse()?);
            return if min <= max { Ok(Self { min, max }) } else { Err(none()) };
        }
        if let Some(rest) = text.strip_prefix("<=") {
            return Ok(Self::at_most(rest.parse()?));
        }
        if let Some(rest) = text.strip_prefix(">=") {
            return Ok(Self { min: rest.parse()?, max: Level::HIGH });
        }
        if let Some(rest) = text.strip_prefix('<') {
            let level: Level = rest.parse()?;
            let max = Level(level.0.checked_sub(1).ok_or_else(none)?);
            return Ok(Self::at_most(if max == Level(14) { Level(14) } else { max }));
        }
        if let Some(rest) = text.strip_prefix('>') {
            let level: Level = rest.parse()?;
            let min = if level.0 >= 3 && level.0 < 15 { Level::HIGH } else { Level(level.0 + 1) };
            return if level.0 >= 15 { Err(none()) } else { Ok(Self { min, max: Level::HIGH }) };
        }
        Ok(Self::exactly(text.trim_start_matches('=').parse()?))
    }
}

impl From<Interval> for String {
    fn from(interval: Interval) -> Self {
        interval.to_string()
    }
}

impl TryFrom<String> for Interval {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_read_every_form_and_print_one() {
        for (text, min, max, printed) in [
            ("<= APC", 0, 1, "<= APC"),
            ("<=DISPATCH_LEVEL", 0, 2, "<= DISPATCH"),
            ("< DISPATCH", 0, 1, "<= APC"),
            ("== PASSIVE", 0, 0, "== PASSIVE"),
            ("PASSIVE_LEVEL", 0, 0, "== PASSIVE"),
            (">= DISPATCH", 2, 15, ">= DISPATCH"),
            ("> APC", 2, 15, ">= DISPATCH"),
            ("== DIRQL", 3, 14, "== DIRQL"),
            ("APC..DISPATCH", 1, 2, "APC..DISPATCH"),
            ("any", 0, 15, "any"),
        ] {
            let interval: Interval = text.parse().unwrap();
            assert_eq!((interval.min.0, interval.max.0), (min, max), "{text}");
            assert_eq!(interval.to_string(), printed, "{text}");
            assert_eq!(printed.parse::<Interval>().unwrap(), interval, "{text}");
        }
        for bad in ["", "<= LOW", "< PASSIVE", "> HIGH", "DISPATCH..APC"] {
            assert!(bad.parse::<Interval>().is_err(), "{bad}");
        }
    }
}
