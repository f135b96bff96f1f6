//! The options of Driver Verifier: which rules they list, and which rules claim to be tested with them.

use rulebook_catalog::links::slug;
use rulebook_catalog::{RuleSetPage, SectionKind};

use super::context::Context;
use super::finding::Finding;

impl Context<'_> {
    /// Whether rules name `set` as an option to test them with.
    pub(super) fn is_option(&self, set: &RuleSetPage) -> bool {
        let stem = set.source.file_stem().to_lowercase();
        self.rules.iter().any(|page| {
            page.testing
                .run_time
                .as_ref()
                .is_some_and(|test| test.options.iter().any(|link| slug(&link.target) == stem))
        })
    }
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for set in context.catalog.rule_sets().iter().filter(|set| context.is_option(set)) {
        let stem = set.source.file_stem().to_lowercase();
        let lists =
            |page: &rulebook_catalog::RulePage| set.entries.iter().find(|entry| entry.rule.as_ref() == Some(&page.id));
        for page in &context.rules {
            let claim = page
                .testing
                .run_time
                .as_ref()
                .and_then(|test| test.options.iter().find(|link| slug(&link.target) == stem).map(|link| link.span));
            match (claim, lists(page)) {
                (Some(claim), None) => {
                    let message = format!(
                        "the page says that the rule is tested with the option `{}`, whose page does not list it",
                        set.title.value
                    );
                    found.push(
                        Finding::new("option-unlisted", &page.id.to_string(), &page.source, claim, message)
                            .found(set.title.value.clone())
                            .also(&set.source, set.title.span, "the page of the option, without this rule"),
                    );
                }
                (None, Some(entry))
                    if page.testing.run_time.is_none()
                        && page.bug_checks.iter().all(|check| check.subcode.is_none()) =>
                {
                    let Some(section) = page.section(SectionKind::HowToTest) else { continue };
                    let span = section.heading.as_ref().map_or(section.body, |heading| heading.span);
                    let message = format!(
                        "the option `{}` lists the rule, but its page describes no test at run time",
                        set.title.value
                    );
                    found.push(
                        Finding::new("run-time-missing", &page.id.to_string(), &page.source, span, message)
                            .expected("a section `At run time` under `How to test`")
                            .also(&set.source, entry.link.span, "the list of the option"),
                    );
                }
                _ => {}
            }
        }
    }
}
