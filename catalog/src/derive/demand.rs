//! What a sentence can demand, and the laying of patterns on sentences.
//!
//! A sentence counts as read only if patterns cover it to the last word that matters; anything else is handed back, for
//! a demand that was not understood must be seen.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::clauses;
use super::statements::Statement;

/// What a pattern means where it fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    /// Taking while held is a violation.
    Double,
    /// Giving back what is not held is a violation.
    Unheld,
    /// Giving back is owed before the function returns.
    Exit,
    /// Nesting is allowed, of whatever objects.
    Nested,
    /// Use must be correct: other sentences have to say how.
    Vague,
    /// The calls have to be made at the level of the sentence.
    Level,
    /// As [`Self::Level`], by the value of an argument.
    LevelByArgument,
    /// The calls have to be made at the level that the reference states.
    Reference,
    /// Of that, the upper end only.
    Maximum,
    /// The function returns at the level at which it was entered.
    SameAtExit,
    /// The level that was saved is the one passed back.
    Restore,
    /// The sentence leads to the list of the rule's functions.
    List,
    /// It tells to which functions of the driver the rule belongs, by contrast to another rule.
    Contrast,
    /// The calls are violations.
    Barred,
    /// The calls (where the sentence tells only what must not be done, those that do it) are violations in its roles.
    BarredIn,
    /// The calls are violations outside of the roles of the sentence.
    OnlyIn,
    /// The sentence tells which role receives the object that others speak of.
    Presented,
    /// That object must not be given to the functions.
    BarredFor,
    /// The rule holds for the default I/O queue callbacks only.
    DefaultQueue,
    /// After `first`, `then` is a violation.
    BarredAfter,
    /// After `first`, every function of the list that takes the object is a violation.
    SetUpBefore,
    /// After `first`, the functions of another sentence's list are violations.
    UseAfter,
    /// The functions that count as a use.
    Access,
    /// The second call for the same object is a violation.
    Twice,
    /// What `made` makes must not be given to `used`.
    BarredFrom,
    /// What `made` makes is to be given to `free` when a step fails.
    FreeOnFailure,
    /// The functions take and give back in turn.
    Alternate,
    /// What is left at the return of a role is a violation; others may have to do it.
    AtRole,
}

/// A sentence pattern: a regular expression over forms, with `{A}`, `{R}`, `{F}` for lists of functions that take, give
/// back, or are just named, `{C}` for a list of roles and `{L}` for a level. Named groups stand for parts; a digit at the
/// end of a group's name does not count.
pub(super) struct Pattern {
    /// What it looks like.
    pub(super) form: &'static str,
    /// What it demands; nothing where it explains only.
    pub(super) demands: &'static [Demand],
}

/// A pattern that fits a sentence.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    /// The number of the pattern.
    pub(super) pattern: usize,
    /// What it demands.
    pub(super) demands: &'static [Demand],
    /// The functions in it, by number in the sentence.
    pub(super) names: Vec<usize>,
    /// The levels in it, by number in the sentence.
    pub(super) levels: Vec<usize>,
    /// The roles in it, by number in the sentence.
    pub(super) roles: Vec<usize>,
    /// What its named groups stand for.
    groups: BTreeMap<String, String>,
}

impl Hit {
    /// The words of a named group.
    pub(super) fn words(&self, group: &str) -> Option<&str> {
        self.groups.get(group).map(|words| words.trim())
    }

    /// The functions in a named group, by number in the sentence.
    pub(super) fn names_in(&self, group: &str) -> Vec<usize> {
        self.groups.get(group).map(|part| numbers(part, '‹')).unwrap_or_default()
    }
}

/// The numbers of the tokens that begin with `sign`.
fn numbers(part: &str, sign: char) -> Vec<usize> {
    TOKEN
        .iter()
        .flat_map(|token| token.captures_iter(part))
        .filter(|token| token[0].starts_with(sign))
        .filter_map(|token| token[1].parse().ok())
        .collect()
}

/// What became of a sentence.
#[derive(Debug)]
pub(super) enum Reading {
    /// Read to the end; no hits where it demands nothing.
    Read(Vec<Hit>),
    /// Something is left that may be a demand.
    Unread {
        /// What was understood.
        hits: Vec<Hit>,
        /// Whether the rest may take something back: an exception, a permission.
        weakens: bool,
    },
}

/// How sentences begin that say what the rule demands.
const LEAD: &str = r"^(?:the rule ‹rule›|the (?:‹rule›|[a-z0-9_ ]+?)(?: rule)?(?: \(\w+\))?(?: rule)?|this rule|‹rule› rule|the rule) (?:also )?(?:specifies|verifies|states|checks)(?: for)?(?: that)?,? ?|^that is,? |^moreover,? |^in addition,? ";
/// Words that bind nobody when they are left over.
const FILLERS: [&str; 12] =
    ["and", "that", "also", "the", "driver", "rule", "this", "then", "or", "in", "addition", "moreover"];
/// Words without which a sentence demands nothing.
const BINDING: &str = r"\b(?:must|should|shall|cannot|can not|may not|only|specif|verif|checks|require|violat|permit|allow|unless|except|however|before|fails|passes|never|appl(?:y|ies)|does not|do not|not)\b|\bspecif|\bverif|\bviolat|\bpermit|\brequire";
/// Words that may take back what other sentences demand.
const WEAKENING: &str = r"\b(?:unless|except|excepts|exception|however|permitted|permits|allowed|passes|not apply|only applies|applies only)\b";

static LEADS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(LEAD).ok());
static BINDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(BINDING).ok());
static WEAKENS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(WEAKENING).ok());
static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("[‹«⟨][arfu]?([0-9]+)[›»⟩]").ok());

/// Patterns that are ready to be laid on sentences.
pub(super) struct Reader {
    patterns: Vec<(Regex, &'static Pattern)>,
}

impl Reader {
    /// Makes patterns ready. One that is no regular expression is left out; a test holds that there is none.
    pub(super) fn new(tables: &[&'static [Pattern]]) -> Self {
        let ready = |pattern: &'static Pattern| Some((Regex::new(&expand(pattern.form)).ok()?, pattern));
        let patterns = tables.iter().flat_map(|table| table.iter()).filter_map(ready).collect();
        Self { patterns }
    }

    /// How many patterns are ready.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.patterns.len()
    }

    /// Reads one sentence by the patterns whose numbers `may` admits.
    pub(super) fn read(&self, statement: &Statement, may: &dyn Fn(usize) -> bool) -> Reading {
        let mut rest = statement.form.trim_end_matches(['.', ':', ')']).trim_start_matches('(').to_owned();
        let is = |pattern: &LazyLock<Option<Regex>>, text: &str| {
            pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
        };
        while let Some(lead) = LEADS.as_ref().and_then(|lead| lead.find(&rest)) {
            rest.replace_range(..lead.end(), "");
        }
        rest = clauses::plain(&rest);
        let mut hits = Vec::new();
        for (number, (pattern, Pattern { demands, .. })) in
            self.patterns.iter().enumerate().filter(|(number, _)| may(*number))
        {
            while let Some(found) = pattern.captures(&rest) {
                let Some(whole) = found.get(0) else { break };
                let named = pattern.capture_names().flatten();
                let hit = Hit {
                    pattern: number,
                    demands,
                    names: numbers(whole.as_str(), '‹'),
                    levels: numbers(whole.as_str(), '«'),
                    roles: numbers(whole.as_str(), '⟨'),
                    groups: named
                        .filter_map(|name| Some((name, found.name(name)?)))
                        .map(|(name, part)| {
                            (name.trim_end_matches(char::is_numeric).to_owned(), part.as_str().to_owned())
                        })
                        .collect(),
                };
                let range = whole.range();
                hits.push(hit);
                rest.replace_range(range, " ; ");
            }
        }
        let left = rest
            .split(|c: char| c.is_whitespace() || ";,.:()".contains(c))
            .any(|word| !word.is_empty() && !FILLERS.contains(&word));
        if left && (is(&BINDS, &statement.form) || !hits.is_empty()) {
            return Reading::Unread { hits, weakens: is(&WEAKENS, &rest) };
        }
        Reading::Read(hits)
    }
}

/// Puts what they stand for in the place of `{A}` and the like.
pub(super) fn expand(form: &str) -> String {
    let list = |class: &str| {
        let one = format!("‹[{class}][0-9]+›");
        format!("{one}(?:(?:, and|, or|,| and to| or to| and| or) {one})*")
    };
    let role = "⟨[0-9]+⟩(?: (?:i/o queue )?(?:event )?callback)?(?: (?:function|routine)s?)?(?: callback)?(?: for a device[’']s i/o queue)?";
    let roles = format!("{role}(?:(?:, and|, or|,| and| or) (?:from )?(?:the )?{role})*");
    form.replace("{C}", &roles)
        .replace("{1}", "‹[arf][0-9]+›")
        .replace("{A}", &list("a"))
        .replace("{R}", &list("r"))
        .replace("{F}", &list("arf"))
        .replace("{L}", "«[0-9]+»(?: or (?:at )?«[0-9]+»)*")
}
