//! From a page's specification and the API facts to the machines of its rule.
//!
//! The page says what must hold, the API facts say what the page may leave out: parameter positions and bounds.
//! A fault in the YAML is reported at its line on the page, not at its line in the block.

use std::collections::BTreeSet;

use rulebook_diagnostics::{Place, Problem};
use rulebook_machine::expand::{Expansion, Reference, expand};
use rulebook_machine::pattern::Subject;
use rulebook_machine::spec::{Scope, Spec};
use rulebook_machine::table::{Applicability, Rule};
use rulebook_machine::{Interval, Machine, SpecError};

use crate::Catalog;
use crate::api_facts::{ApiFact, ApiFacts};
use crate::derive;
use crate::rule_page::RulePage;
use crate::text::too_deep;

/// What a page contributes to its machines.
#[derive(Debug, Clone, Copy)]
pub struct RuleText<'p> {
    /// The page, for problems.
    pub path: &'p str,
    /// The functions of its section *Applies to*, in order.
    pub applies_to: &'p [String],
    /// The YAML of its specification.
    pub specification: &'p str,
    /// The line of the page on which the YAML begins, from 1.
    pub first_line: u32,
}

/// The machines of one rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleMachines {
    /// Which functions the rule is about.
    pub scope: Scope,
    /// The machines, and the functions of an `irql` list that stay unchecked.
    pub expansion: Expansion,
    /// What is wrong with the specification; it has no machines where one of these is an error.
    pub problems: Vec<Problem>,
}

/// What a specification may refer to: the page's list and the API facts.
#[derive(Debug, Clone, Copy)]
pub struct PageReference<'p> {
    applies_to: &'p [String],
    facts: &'p ApiFacts,
}

impl<'p> PageReference<'p> {
    /// The reference of a page with this list.
    #[must_use]
    pub fn new(applies_to: &'p [String], facts: &'p ApiFacts) -> Self {
        Self { applies_to, facts }
    }

    /// Whether the page or the reference knows the function; a name that ends in `*` needs one that fits.
    fn knows(&self, api: &str) -> bool {
        match api.strip_suffix('*') {
            Some(stem) => self.applies_to.iter().any(|name| name.starts_with(stem)),
            None => self.facts.functions.contains_key(api) || self.applies_to.iter().any(|name| name == api),
        }
    }

    /// Puts the functions of the list in the place of a name that ends in `*`.
    fn spread(&self, machine: &mut Machine) {
        for event in &mut machine.events {
            let mut spread = Vec::new();
            for pattern in event.patterns.drain(..) {
                let Some(stem) = pattern.api().and_then(|api| api.strip_suffix('*')).map(str::to_owned) else {
                    spread.push(pattern);
                    continue;
                };
                for name in self.applies_to.iter().filter(|name| name.starts_with(&stem)) {
                    let mut one = pattern.clone();
                    if let Subject::Call { api, .. } = &mut one.subject {
                        name.clone_into(api);
                    }
                    spread.push(one);
                }
            }
            event.patterns = spread;
        }
    }
}

impl Reference for PageReference<'_> {
    fn applies_to(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        self.applies_to.iter().filter(|name| seen.insert(name.as_str())).cloned().collect()
    }

    fn parameters(&self, api: &str) -> Option<Vec<String>> {
        let fact = match api.strip_suffix('*') {
            Some(stem) => {
                let first = self.applies_to.iter().find(|name| name.starts_with(stem))?;
                self.facts.functions.get(first)?
            }
            None => self.facts.functions.get(api)?,
        };
        Some(fact.params.iter().map(|param| param.name.clone()).collect())
    }

    fn bound(&self, api: &str) -> Option<Interval> {
        bound_of(self.facts.functions.get(api)?)
    }
}

/// The bound of a function's reference page; `None` where the page refers to its remarks, for such a bound convicts nobody.
#[must_use]
pub fn bound_of(fact: &ApiFact) -> Option<Interval> {
    let text = fact.irql.as_deref()?;
    if text.contains("see-remarks") { None } else { text.parse().ok() }
}

/// Reads, checks and expands the specification of a page.
#[must_use]
pub fn machines_of(rule: RuleText<'_>, facts: &ApiFacts) -> RuleMachines {
    let mut out = RuleMachines::default();
    match expanded(rule, facts) {
        Ok((scope, expansion)) => {
            out.problems = unknown_functions(rule, facts, &expansion);
            out.scope = scope;
            if out.problems.is_empty() {
                out.expansion = expansion;
            }
        }
        Err(error) => out.problems.push(problem(rule, &error)),
    }
    out
}

/// The rules of all pages that have machines, and what is wrong with the others' specifications.
#[must_use]
pub fn rules_of(catalog: &Catalog, facts: &ApiFacts) -> (Vec<Rule>, Vec<Problem>) {
    let mut rules = Vec::new();
    let mut problems = Vec::new();
    // Bounds of a given reference stand in the place of the bundled ones.
    let facts = &derive::with_reference(facts, catalog.apis());
    for page in catalog.rules() {
        let (rule, wrong) = rule_of(page, facts);
        rules.extend(rule);
        problems.extend(wrong);
    }
    let (derived, wrong) = derive::derived_rules(catalog, facts);
    rules.extend(derived);
    problems.extend(wrong);
    rules.sort_by_cached_key(|rule| rule.id.to_ascii_lowercase());
    (rules, problems)
}

/// The section of our own pages from which findings take their reason.
const WHY: &str = "Why it matters";

/// How much of that says enough.
const ENOUGH: usize = 60;

/// The rule of a page with a specification; `None` where it has none, or one that is at fault.
#[must_use]
pub fn rule_of(page: &RulePage, facts: &ApiFacts) -> (Option<Rule>, Vec<Problem>) {
    let Some(specification) = &page.specification else {
        return (None, Vec::new());
    };
    let applies_to: Vec<String> = page.applies_to().map(|api| api.name.clone()).collect();
    let text = RuleText {
        path: &page.source.path,
        applies_to: &applies_to,
        specification: &specification.text,
        first_line: page.source.line(specification.span),
    };
    let mut out = machines_of(text, facts);
    let key = |name: &str| page.front_matter.text(name).map(|text| text.value).filter(|text| !text.is_empty());
    let applicability = match page.front_matter.text("applicability") {
        None => Applicability::Framework,
        Some(word) => match word.value.as_str() {
            "framework" => Applicability::Framework,
            "dispatch" => Applicability::Dispatch,
            "kernel" => Applicability::Kernel,
            other => {
                let message = format!("`{other}` is no applicability; it is `framework`, `dispatch` or `kernel`");
                out.problems.push(Problem::error("applicability", page.source.place(word.span), message));
                Applicability::Framework
            }
        },
    };
    if out.expansion.machines.is_empty() {
        return (None, out.problems);
    }
    let rule = Rule {
        id: page.id.to_string(),
        summary: page.summary.as_ref().map_or_else(|| page.id.name.clone(), |summary| summary.value.clone()),
        family: key("family").unwrap_or_default(),
        applicability,
        scope: out.scope,
        machines: out.expansion.machines,
        note: key("note").or_else(|| why_it_matters(page)),
        help: key("help"),
        see: key("see")
            .or_else(|| page.see_also.iter().map(|link| &link.target).find(|to| to.starts_with("https:")).cloned()),
        derived: false,
        partial: false,
    };
    (Some(rule), out.problems)
}

/// The first sentence of the section that says what goes wrong, and the next where that one says little.
fn why_it_matters(page: &RulePage) -> Option<String> {
    let section = page.extra.iter().find(|section| section.heading.value.eq_ignore_ascii_case(WHY))?;
    let text = &section.blocks.first()?.inline.text;
    let mut said = String::new();
    for sentence in text.lines().map(str::trim) {
        if said.len() >= ENOUGH {
            break;
        }
        said.push_str(if said.is_empty() { "" } else { " " });
        said.push_str(sentence);
    }
    let said = said.trim_end_matches('.');
    (!said.is_empty()).then(|| said.to_owned())
}

fn expanded(rule: RuleText<'_>, facts: &ApiFacts) -> Result<(Scope, Expansion), SpecError> {
    if too_deep(rule.specification) {
        return Err(SpecError::Form("the specification nests brackets too deep".to_owned()));
    }
    let spec = Spec::parse(rule.specification)?;
    let reference = PageReference::new(rule.applies_to, facts);
    let mut expansion = expand(&spec, &reference)?;
    for machine in &mut expansion.machines {
        reference.spread(machine);
    }
    Ok((spec.scope, expansion))
}

fn unknown_functions(rule: RuleText<'_>, facts: &ApiFacts, expansion: &Expansion) -> Vec<Problem> {
    let reference = PageReference::new(rule.applies_to, facts);
    let patterns = expansion.machines.iter().flat_map(|machine| &machine.events).flat_map(|event| &event.patterns);
    let unknown: BTreeSet<&str> =
        patterns.filter_map(|pattern| pattern.api()).filter(|api| !reference.knows(api)).collect();
    unknown
        .into_iter()
        .map(|name| problem(rule, &SpecError::Unknown { what: "function", name: name.to_owned() }))
        .collect()
}

/// The problem at its line of the page: the one that the YAML reader names, else the first that holds the text at fault.
fn problem(rule: RuleText<'_>, error: &SpecError) -> Problem {
    let needle = match error {
        SpecError::Level { found } | SpecError::Interval { found } => Some(found.as_str()),
        SpecError::Pattern { pattern, .. } => Some(pattern.as_str()),
        SpecError::Condition { condition, .. } => Some(condition.as_str()),
        SpecError::Undefined { name, .. } | SpecError::Unknown { name, .. } => name.split('(').next(),
        SpecError::Yaml { message, .. } => message.split('`').nth(1),
        SpecError::Empty | SpecError::Form(_) => None,
    };
    let by_text = needle.and_then(|text| rule.specification.lines().position(|line| line.contains(text)));
    // The text wins: the reader gives the start of the enclosing mapping for values that it reads late.
    let line = match (by_text, error) {
        (Some(at), _) => at + 1,
        (None, SpecError::Yaml { line: Some(line), .. }) => *line,
        (None, _) => 1,
    };
    let line = rule.first_line + line as u32 - 1;
    let text = rule.specification.lines().nth((line - rule.first_line) as usize).unwrap_or_default();
    let place = Place {
        path: rule.path.to_owned(),
        line,
        column: 1,
        end_line: line,
        end_column: text.chars().count() as u32 + 1,
    };
    Problem::error("specification", place, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> ApiFacts {
        let yaml = "
- {name: KeAcquireSpinLock, kind: function, header: wdm.h, irql: '<= DISPATCH_LEVEL', source: {},
   params: [{name: SpinLock}, {name: OldIrql}]}
- {name: KeReleaseSpinLock, kind: function, header: wdm.h, irql: '== DISPATCH_LEVEL', source: {},
   params: [{name: SpinLock}, {name: NewIrql}]}
- {name: ZwClose, kind: function, header: wdm.h, irql: 'PASSIVE_LEVEL see-remarks', source: {}, params: [{name: Handle}]}
";
        ApiFacts::parse(&[("apis/wdm.yaml", yaml)]).unwrap()
    }

    fn run(specification: &str) -> RuleMachines {
        let applies_to = ["KeAcquireSpinLock".to_owned(), "ZwClose".to_owned()];
        let rule = RuleText { path: "rules/wdm/R.md", applies_to: &applies_to, specification, first_line: 40 };
        machines_of(rule, &facts())
    }

    #[test]
    fn bounds_come_from_the_reference_unless_it_refers_to_remarks() {
        let out = run("irql: {calls: applies-to, bound: reference}\n");
        assert_eq!(out.problems, []);
        assert_eq!(out.expansion.unbound, ["ZwClose"]);
        assert_eq!(out.expansion.machines[0].events[0].patterns[0].api(), Some("KeAcquireSpinLock"));
    }

    #[test]
    fn faults_stand_at_their_line_of_the_page() {
        for (specification, line, message) in [
            (
                "pair:\n  acquire: [\"Foo($k)\"]\n  release: [\"ZwClose($k)\"]\n  double: error\n  unheld: error\n  at-exit: same\n",
                41,
                "function `Foo` is known to neither the page nor the API reference",
            ),
            ("irql:\n  calls: applies-to\n  must: \"<= LOW\"\n", 42, "is not an interrupt request level"),
            ("forbid:\n  calls: [\"ZwClose(\"]\n", 41, "pattern `ZwClose(`"),
            ("nonsense: 1\n", 40, "unknown field `nonsense`"),
        ] {
            let out = run(specification);
            assert!(out.expansion.machines.is_empty(), "{specification}");
            let [problem] = &out.problems[..] else { panic!("{:?}", out.problems) };
            assert_eq!((problem.place.line, problem.message.contains(message)), (line, true), "{problem:?}");
        }
    }

    #[test]
    fn a_star_stands_for_the_functions_of_the_list() {
        let out = run("forbid: {calls: [\"Ke*(...)\"]}\n");
        assert_eq!(out.expansion.machines[0].events[0].patterns[0].to_string(), "KeAcquireSpinLock(...)");
    }
}
