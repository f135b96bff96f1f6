//! Levels as the reference writes them: `<= DISPATCH_LEVEL`, `Called at PASSIVE_LEVEL (see Remarks section).`, …

use rulebook_machine::{Interval, Level};
use serde::{Deserialize, Serialize};

/// The level that an API must be called at, or is called at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IrqlBound {
    /// A range of levels.
    Interval(Interval),
    /// One level.
    Exact(Level),
    /// Every level.
    Any,
    /// Only words; the page's remarks say more. It convicts nobody.
    SeeRemarks(String),
    /// The page says nothing.
    None,
}

impl IrqlBound {
    /// The levels it allows; `None` where the page does not say.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        match self {
            Self::Interval(interval) => Some(*interval),
            Self::Exact(level) => Some(Interval::exactly(*level)),
            Self::Any => Some(Interval::ANY),
            Self::SeeRemarks(_) | Self::None => None,
        }
    }
}

/// What the reference says about levels in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IrqlText {
    /// The bound.
    pub bound: IrqlBound,
    /// Whether the line says that the remarks have more to say: the bound is then not the whole truth.
    pub qualified: bool,
    /// The line as found.
    pub text: String,
}

impl IrqlText {
    /// The bound as a fact: relation and level, `any`, and `see-remarks` where the line refers there.
    #[must_use]
    pub fn fact(&self) -> Option<String> {
        let bound = match &self.bound {
            IrqlBound::Interval(interval) => Some(range(*interval)),
            IrqlBound::Exact(level) => Some(level.long_name()),
            IrqlBound::Any => Some("any".to_owned()),
            IrqlBound::SeeRemarks(_) | IrqlBound::None => None,
        };
        match (bound, self.qualified) {
            (Some(bound), true) => Some(format!("{bound} see-remarks")),
            (None, true) => Some("see-remarks".to_owned()),
            (bound, false) => bound,
        }
    }
}

fn range(interval: Interval) -> String {
    match (interval.min, interval.max) {
        (Level::PASSIVE, Level::HIGH) => "any".to_owned(),
        (Level::PASSIVE, max) => format!("<= {}", max.long_name()),
        (min, Level::HIGH) => format!(">= {}", min.long_name()),
        (min, max) => format!("{}..{}", min.long_name(), max.long_name()),
    }
}

/// Reads one line. A level that this reckoning does not have (`IPI_LEVEL`) is words.
#[must_use]
pub fn read(text: &str) -> IrqlText {
    let text = text.replace('\u{a0}', " ").trim().to_owned();
    let lower = text.to_ascii_lowercase();
    let qualified = lower.contains("remarks") || lower.contains("comments");
    let mut core = lower.split('(').next().unwrap_or_default().trim().trim_end_matches('.').trim();
    for lead in ["called at", "at", "irql"] {
        core = core.strip_prefix(lead).map_or(core, str::trim_start);
    }
    // `= X` and `== X` are `X`; `less than or equal to` never stands here.
    let core = core.trim_start_matches(['=', ' ']);
    let words = || {
        if text.is_empty() || lower == "not applicable" { IrqlBound::None } else { IrqlBound::SeeRemarks(text.clone()) }
    };
    let bound = match core {
        "any level" | "any irql" | "any" => IrqlBound::Any,
        _ => {
            let relation = core.starts_with(['<', '>', '≤', '≥']);
            let core = core.replace('≤', "<=").replace('≥', ">=").to_ascii_uppercase();
            match core.parse::<Interval>() {
                Ok(interval) if relation => IrqlBound::Interval(interval),
                Ok(_) => core.parse::<Level>().map_or_else(|_| words(), IrqlBound::Exact),
                Err(_) => words(),
            }
        }
    };
    IrqlText { bound, qualified, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_in_every_spelling_of_the_reference() {
        for (text, bound, qualified) in [
            ("PASSIVE_LEVEL", "0", false),
            ("= PASSIVE_LEVEL", "0", false),
            ("IRQL = DISPATCH_LEVEL", "2", false),
            ("DISPATCH", "2", false),
            ("<= DISPATCH_LEVEL", "0..2", false),
            ("<=DISPATCH_LEVEL  (See Remarks section.)", "0..2", true),
            ("< DISPATCH_LEVEL", "0..1", false),
            ("IRQL <=APC_LEVEL", "0..1", false),
            ("IRQL >= DISPATCH_LEVEL", "2..15", false),
            ("<= DIRQL", "0..3", false),
            ("DIRQL (see Remarks section)", "3", true),
            ("Called at DISPATCH_LEVEL (see Remarks section).", "2", true),
            ("Called at IRQL <= APC_LEVEL.", "0..1", false),
            ("\u{a0}<= DISPATCH_LEVEL\u{a0}", "0..2", false),
            ("Any level (See Remarks section)", "any", true),
            ("See Remarks section.", "words", true),
            ("(See Remarks section.)", "words", true),
            ("Called at IPI_LEVEL.", "words", false),
            ("Not applicable", "none", false),
            ("", "none", false),
        ] {
            let found = read(text);
            let shown = match found.bound {
                IrqlBound::Interval(interval) => format!("{}..{}", interval.min.0, interval.max.0),
                IrqlBound::Exact(level) => level.0.to_string(),
                IrqlBound::Any => "any".to_owned(),
                IrqlBound::SeeRemarks(_) => "words".to_owned(),
                IrqlBound::None => "none".to_owned(),
            };
            assert_eq!((shown.as_str(), found.qualified), (bound, qualified), "{text}");
        }
    }

    #[test]
    fn bounds_as_facts_have_them() {
        for (field, expected) in [
            ("PASSIVE_LEVEL", Some("PASSIVE_LEVEL")),
            ("<=DISPATCH_LEVEL", Some("<= DISPATCH_LEVEL")),
            ("<= DISPATCH_LEVEL (see Remarks section)", Some("<= DISPATCH_LEVEL see-remarks")),
            ("< DISPATCH_LEVEL", Some("<= APC_LEVEL")),
            ("IRQL >= DISPATCH_LEVEL", Some(">= DISPATCH_LEVEL")),
            ("<= DIRQL", Some("<= DIRQL")),
            ("Any level (see Remarks section)", Some("any see-remarks")),
            ("(See Remarks section.)", Some("see-remarks")),
            ("Not applicable", None),
            ("", None),
        ] {
            assert_eq!(read(field).fact().as_deref(), expected, "{field}");
        }
    }
}
