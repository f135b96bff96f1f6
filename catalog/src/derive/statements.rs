//! The sentences of a page in a form that patterns can be laid on.
//!
//! In a sentence's *form* every function is a token (`‹a0›` takes, `‹r1›` gives back, `‹f2›` neither, `‹u3›` is known
//! to nobody), every role `⟨0⟩`, every level `«0»`, the rule's own name is `‹rule›`; the rest is in lower case.

use std::sync::LazyLock;

use regex::Regex;
use rulebook_diagnostics::{Place, Span};
use rulebook_machine::{Interval, Semantics};

use crate::api_facts::{ApiFacts, ApiKind};
use crate::inline::{Block, BlockKind, Inline, Mark};
use crate::rule_page::RulePage;
use crate::text::is_identifier;

use super::names::{self, Part};
use super::roles::Roles;

/// A function as a sentence names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// The name that the reference (else the page's list) has; as found where nobody knows it.
    pub(super) name: String,
    /// The name as found, where it differs.
    pub(super) found: Option<String>,
    /// Whether the reference or the page's list has it.
    pub(super) known: bool,
}

/// One sentence.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    /// The form.
    pub(super) form: String,
    /// The functions, by number.
    pub(super) names: Vec<Named>,
    /// The levels, by number.
    pub(super) levels: Vec<Interval>,
    /// The roles by their short names, by number.
    pub(super) roles: Vec<String>,
    /// The functions in the list that follows it.
    pub(super) list: Vec<Named>,
    /// The sentence as it stands on the page, plain.
    pub(super) text: String,
    /// Where.
    pub(super) place: Place,
}

/// Looks names up: the page's own list first, then the reference.
pub(super) struct Names<'p> {
    applies_to: Vec<&'p str>,
    facts: &'p ApiFacts,
    rule: &'p str,
    roles: Roles<'p>,
}

static WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z_][A-Za-z0-9_]{2,}").ok());
static LEVEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?:an )?IRQLs? ?(?:level )?(?:that is )?(<=|>=|==|=|<|less than or equal to|lower than or equal to|lower than|less than|equal to)? ?(PASSIVE|APC|DISPATCH|HIGH)_LEVEL",
    )
    .ok()
});

impl<'p> Names<'p> {
    pub(super) fn new(page: &'p RulePage, facts: &'p ApiFacts, semantics: &'p Semantics) -> Self {
        let applies_to = page.applies_to().map(|api| api.name.as_str()).collect();
        Self { applies_to, facts, rule: &page.id.name, roles: Roles::new(semantics, &page.id.model) }
    }

    fn function(&self, name: &str) -> bool {
        self.facts.functions.get(name).is_some_and(|fact| fact.kind != ApiKind::Callback)
    }

    /// The function that `found` names. `marked`: it is set as a name, so that it is one even if nobody knows it.
    pub(super) fn resolve(&self, found: &str, marked: bool) -> Option<Named> {
        let named = |name: &str| {
            Some(Named { name: name.to_owned(), found: (name != found).then(|| found.to_owned()), known: true })
        };
        if self.function(found) || self.applies_to.contains(&found) {
            return named(found);
        }
        let camel = names::words(found).len() > 1
            && found.bytes().any(|byte| byte.is_ascii_lowercase())
            && found.starts_with(|first: char| first.is_ascii_uppercase());
        if !camel {
            return None;
        }
        let other_case = |name: &&&str| name.eq_ignore_ascii_case(found);
        if let Some(name) = self.applies_to.iter().find(other_case) {
            // The page's own list may have the odd spelling, too.
            return named(self.spelling(name).unwrap_or(name));
        }
        if let Some(name) = self.spelling(found) {
            return named(name);
        }
        if !marked {
            return None;
        }
        // One letter off, and only one name of the page's list it can be.
        let lower = found.to_ascii_lowercase();
        let near = |name: &&&str| strsim::levenshtein(&name.to_ascii_lowercase(), &lower) == 1;
        let mut close = self.applies_to.iter().filter(near);
        if let (Some(name), None) = (close.next(), close.next()) {
            return named(name);
        }
        Some(Named { name: found.to_owned(), found: None, known: false })
    }

    /// The reference's spelling of a name in another case.
    fn spelling(&self, found: &str) -> Option<&'p str> {
        self.facts
            .functions
            .values()
            .find(|fact| fact.kind != ApiKind::Callback && fact.name.eq_ignore_ascii_case(found))
            .map(|fact| fact.name.as_str())
    }
}

/// What stands behind so many paragraphs and cells says no more of the rule.
const MOST: usize = 500;

/// A paragraph of more bytes is something else than a demand on drivers.
const LONGEST: usize = 20_000;

/// Every sentence that says something about the rule: prose and notes, without what only explains.
pub(super) fn statements(page: &RulePage, names: &Names<'_>) -> Vec<Statement> {
    let mut out: Vec<Statement> = Vec::new();
    for block in page.prose.iter().take(MOST) {
        if is_heading(&block.inline) {
            // Tips and the like: the rule itself stands above.
            break;
        }
        if let Some(list) = list_of(block, names)
            && let Some(last) = out.last_mut()
        {
            last.list.extend(list);
            continue;
        }
        sentences(page, &block.inline, names, &mut out);
    }
    for note in &page.notes {
        for block in &note.blocks {
            sentences(page, &block.inline, names, &mut out);
        }
    }
    out
}

/// A paragraph all in bold and without an end: a heading that was not marked as one.
fn is_heading(inline: &Inline) -> bool {
    let text = inline.text.trim();
    let whole =
        inline.marks.iter().any(|marked| marked.mark == Mark::Strong && inline.marked_text(marked).trim() == text);
    whole && text.contains(' ') && !text.contains('\n') && !text.ends_with(['.', ':'])
}

/// The functions of a block that holds nothing else.
fn list_of(block: &Block, names: &Names<'_>) -> Option<Vec<Named>> {
    let text = block.inline.text.trim();
    let item = matches!(block.kind, BlockKind::Item(_));
    let parts: Vec<&str> = text
        .split(['\n', ','])
        .map(|part| part.trim().trim_end_matches("()"))
        .filter(|part| !part.is_empty())
        .collect();
    let marked = |part: &str| {
        block.inline.marks.iter().any(|marked| block.inline.marked_text(marked).trim().trim_end_matches("()") == part)
    };
    let entries: Vec<Named> = parts
        .iter()
        .filter(|part| is_identifier(part) && (item || marked(part)))
        .filter_map(|part| names.resolve_listed(part))
        .collect();
    (!parts.is_empty() && entries.len() == parts.len()).then_some(entries)
}

impl Names<'_> {
    /// An entry of a list: a name whatever its case.
    fn resolve_listed(&self, found: &str) -> Option<Named> {
        self.resolve(found, true).or_else(|| {
            let name = found.to_owned();
            Some(Named { name, found: None, known: false })
        })
    }
}

fn sentences(page: &RulePage, inline: &Inline, names: &Names<'_>, out: &mut Vec<Statement>) {
    let text = &inline.text;
    if text.len() > LONGEST {
        return;
    }
    let mut start = 0;
    let mut ends: Vec<usize> = text
        .match_indices('.')
        .map(|(at, _)| at + 1)
        .filter(|at| text[*at..].chars().next().is_none_or(|next| next.is_whitespace() || next == ')'))
        .collect();
    ends.push(text.len());
    for end in ends {
        let Some(slice) = text.get(start..end) else {
            continue;
        };
        if slice.chars().any(char::is_alphanumeric) {
            let lead = slice.len() - slice.trim_start_matches([')', ' ', '\n']).len();
            let span = inline.span_of(start + lead, end);
            out.push(statement(page, inline, start + lead, end, span, names));
        }
        start = end;
    }
}

fn statement(page: &RulePage, inline: &Inline, start: usize, end: usize, span: Span, names: &Names<'_>) -> Statement {
    let text = &inline.text[start..end];
    let mut found: Vec<Named> = Vec::new();
    let mut roles: Vec<String> = Vec::new();
    let mut form = String::new();
    let mut at = 0;
    let words = WORD.iter().flat_map(|word| word.find_iter(text));
    for word in words {
        let rest = text[word.end()..].trim_start();
        // `the X rule`: X is a rule, be it this one or another.
        let is_rule = rest.starts_with("rule") || text[..word.start()].trim_end().to_lowercase().ends_with("the rule");
        let token = if is_rule && word.as_str().eq_ignore_ascii_case(names.rule) {
            Some("‹rule›".to_owned())
        } else if is_rule {
            None
        } else if let Some(role) = names.roles.resolve(inline, start + word.start(), start + word.end()) {
            roles.push(role.to_owned());
            Some(format!("⟨{}⟩", roles.len() - 1))
        } else {
            let from = (start + word.start()) as u32;
            let to = (start + word.end()) as u32;
            let marked = inline.marks.iter().any(|marked| {
                marked.mark != Mark::Emphasis
                    && marked.start <= from
                    && to <= marked.end
                    && is_identifier(inline.marked_text(marked).trim().trim_end_matches("()"))
            });
            names.resolve(word.as_str(), marked).map(|named| {
                let class = match names::part(&named.name) {
                    _ if !named.known => 'u',
                    Part::Take => 'a',
                    Part::GiveBack => 'r',
                    Part::Other => 'f',
                };
                let number = found.len();
                found.push(named);
                format!("‹{class}{number}›")
            })
        };
        if let Some(token) = token {
            form.push_str(&text[at..word.start()]);
            form.push_str(&token);
            at = word.end();
        }
    }
    form.push_str(&text[at..]);
    let (form, levels) = with_levels(&form);
    Statement {
        form: tidy(&form),
        names: found,
        levels,
        roles,
        list: Vec::new(),
        text: text.split_whitespace().collect::<Vec<_>>().join(" "),
        place: page.source.place(span),
    }
}

/// Puts `«n»` in the place of levels.
fn with_levels(form: &str) -> (String, Vec<Interval>) {
    let form = form.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut levels = Vec::new();
    let Some(pattern) = LEVEL.as_ref() else {
        return (form, levels);
    };
    let out = pattern.replace_all(&form, |found: &regex::Captures<'_>| {
        let relation = match found.get(1).map_or("=", |relation| relation.as_str()) {
            "less than or equal to" | "lower than or equal to" => "<=",
            "lower than" | "less than" => "<",
            "=" | "equal to" => "==",
            sign => sign,
        };
        match format!("{relation} {}", &found[2]).parse() {
            Ok(interval) => {
                levels.push(interval);
                format!("«{}»", levels.len() - 1)
            }
            Err(_) => found[0].to_owned(),
        }
    });
    (out.into_owned(), levels)
}

/// Lower case, without articles and nouns around the functions.
fn tidy(form: &str) -> String {
    let mut form = form.to_lowercase().replace(['“', '”', '"', '*'], "").replace("()", "");
    for noun in [" methods", " method", " routines", " routine", " functions", " function", " macros", " macro"] {
        form = form.replace(&format!("›{noun}"), "›");
    }
    for article in ["the ", "both ", "framework method "] {
        form = form.replace(&format!("{article}‹"), "‹");
    }
    form.replace("spinlock", "spin lock").replace("method call", "call").trim().to_owned()
}
