//! Our own rule pages: the part of each that is facts, written from the published page of the rule.
//!
//! Names, codes, lists and tests are carried over by this tool and never by hand, so they cannot be mistyped and follow
//! the published page when it changes. What is ours (summary, prose, further sections, specification, examples, front
//! matter of our own) is kept as it stands and where it stands; where a page is new, a `FIXME` stands in its place,
//! which a test of the catalog refuses.

use std::fmt::Write as _;

use rulebook_catalog::{BugCheck, Model, RulePage, Section, SectionKind};

use super::formalised;
use super::markup::{escape, linked};

/// What stands where nobody has written yet.
const PLACEHOLDER: &str = "FIXME";

/// The keys of the front matter that this tool writes.
const GENERATED: [&str; 5] = ["title", "keywords", "topic_type", "api_name", "api_type"];

/// Sections of a new page that are ours: before and after the facts.
const BEFORE: [&str; 1] = ["Why it matters"];
const AFTER: [&str; 3] = ["Limits", "Specification", "Examples"];

/// Where published pages can be read.
const SITE: &str = "https://learn.microsoft.com/windows-hardware/drivers/devtest/";

/// Our page of the rule that `published` is about: its facts, what is ours in `own`, and `formalises` as recorded.
pub(super) fn render(published: &RulePage, own: Option<&RulePage>, formalises: Option<&str>) -> String {
    let name = name(published, own);
    let models = models(published);
    let lower = models.first.to_lowercase();
    let mut out = format!("---\ntitle: {name} Rule ({})\n", models.first);
    let _ = writeln!(out, "description: {}", front(own, "description").unwrap_or_else(|| PLACEHOLDER.to_owned()));
    let _ = writeln!(
        out,
        "keywords: [\"{name} rule ({lower})\"]\ntopic_type:\n- apiref\napi_name:\n- {name}\napi_type:\n- NA"
    );
    for (key, value) in own_keys(own) {
        let _ = writeln!(out, "{key}: {value}");
    }
    if let Some(formalises) = formalises {
        let _ = writeln!(out, "{}: \"{formalises}\"", formalised::KEY);
    }
    let _ = writeln!(out, "---\n\n# {} rule ({lower})\n\n{}\n", escape(&name), prose(own));
    if !published.bug_checks.is_empty() {
        let checks: Vec<String> = published.bug_checks.iter().map(bug_check).collect();
        let _ = writeln!(out, "**Bug check(s) found with this rule**: {}\n", checks.join(", "));
    }
    let _ = writeln!(out, "**Driver model: {}**\n", models.all);
    match own {
        Some(own) => sections(&mut out, own, published, &name),
        None => scaffold(&mut out, published, &name),
    }
    // Sections end in an empty line, the page does not.
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The name as our page spells it, unless it is another one.
fn name(published: &RulePage, own: Option<&RulePage>) -> String {
    let own = own.filter(|own| own.id.name.eq_ignore_ascii_case(&published.id.name));
    own.unwrap_or(published).id.name.clone()
}

/// The models of a page: that of the rule, and all in one line.
struct Models {
    first: String,
    all: String,
}

fn models(published: &RulePage) -> Models {
    let own = &published.id.model;
    let spelled = published.models.iter().find(|model| Model::from(model.value.as_str()) == *own);
    let first = spelled.map_or_else(|| own.slug().to_uppercase(), |model| model.value.clone());
    let all: Vec<&str> = published.models.iter().map(|model| model.value.as_str()).collect();
    let all = if all.is_empty() { first.clone() } else { all.join(", ") };
    Models { first, all }
}

/// The value of `key` in our own page, as it is written.
fn front(own: Option<&RulePage>, key: &str) -> Option<String> {
    let own = own?;
    let text = own.source.slice(own.front_matter.get(key)?.span).trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The keys of the front matter that are ours, in the order of the page; those every page needs where there is none.
fn own_keys(own: Option<&RulePage>) -> Vec<(String, String)> {
    let Some(own) = own else {
        return ["family", "applicability"].map(|key| (key.to_owned(), PLACEHOLDER.to_owned())).to_vec();
    };
    let ours = |key: &str| key != "description" && key != formalised::KEY && !GENERATED.contains(&key);
    let entries = own.front_matter.entries.iter().filter(|entry| ours(&entry.key.value));
    entries.map(|entry| (entry.key.value.clone(), own.source.slice(entry.span).trim().to_owned())).collect()
}

/// Our prose above the facts.
fn prose(own: Option<&RulePage>) -> String {
    let body = own.and_then(|own| Some(own.source.slice(own.section(SectionKind::Prose)?.body)));
    let fact = |line: &&str| !line.starts_with("**Driver model") && !line.starts_with("**Bug check");
    let text = body.map(|body| body.lines().filter(fact).collect::<Vec<_>>().join("\n"));
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).unwrap_or_else(|| PLACEHOLDER.to_owned())
}

/// The sections of a new page.
fn scaffold(out: &mut String, published: &RulePage, name: &str) {
    let empty = |out: &mut String, heading: &str| {
        let _ = writeln!(out, "## {heading}\n\n{PLACEHOLDER}\n");
    };
    for heading in BEFORE {
        empty(out, heading);
    }
    testing(out, published, name);
    applies_to(out, published);
    for heading in AFTER {
        empty(out, heading);
    }
    see_also(out, None, published);
}

/// The sections of our page in their order; those of facts are written anew where they stand, or where they belong.
fn sections(out: &mut String, own: &RulePage, published: &RulePage, name: &str) {
    let mut due = vec![SectionKind::HowToTest, SectionKind::AppliesTo, SectionKind::SeeAlso];
    for section in own.sections.iter().filter(|section| section.kind != SectionKind::Prose) {
        let facts = matches!(section.kind, SectionKind::HowToTest | SectionKind::AppliesTo);
        if !facts && !BEFORE.iter().any(|known| is_called(section, known)) {
            // What the page lacks of the tests and the list comes before whatever follows them.
            for kind in [SectionKind::HowToTest, SectionKind::AppliesTo] {
                if own.section(kind).is_none() && due.contains(&kind) {
                    due.retain(|other| *other != kind);
                    write_facts(out, kind, own, published, name);
                }
            }
        }
        if facts || section.kind == SectionKind::SeeAlso {
            if due.contains(&section.kind) {
                due.retain(|kind| *kind != section.kind);
                write_facts(out, section.kind, own, published, name);
            }
        } else {
            let heading = section.heading.as_ref().map_or("", |heading| heading.value.as_str());
            let _ = writeln!(out, "## {heading}\n\n{}\n", own.source.slice(section.body).trim());
        }
    }
    for kind in due {
        write_facts(out, kind, own, published, name);
    }
}

fn is_called(section: &Section, heading: &str) -> bool {
    section.heading.as_ref().is_some_and(|own| own.value == heading)
}

fn write_facts(out: &mut String, kind: SectionKind, own: &RulePage, published: &RulePage, name: &str) {
    match kind {
        SectionKind::HowToTest => testing(out, published, name),
        SectionKind::AppliesTo => applies_to(out, published),
        SectionKind::SeeAlso => see_also(out, Some(own), published),
        _ => {}
    }
}

/// `[**0xC4: NAME**](target) (0x00040009)`.
fn bug_check(check: &BugCheck) -> String {
    let mut text = format!("0x{:X}", check.code);
    if let Some(name) = &check.name {
        let _ = write!(text, ": {}", escape(name));
    }
    let mut out = linked(&format!("**{text}**"), check.target.as_deref());
    if let Some(subcode) = check.subcode {
        let _ = write!(out, " (0x{subcode:08X})");
    }
    out
}

/// How the rule is tested, in two lines that the parser reads to the same facts.
fn testing(out: &mut String, published: &RulePage, name: &str) {
    out.push_str("## How to test\n\n");
    if let Some(test) = &published.testing.compile_time {
        out.push_str(
            "- Compile time: [Static Driver Verifier](/windows-hardware/drivers/devtest/static-driver-verifier)",
        );
        if let Some(rule) = &test.rule {
            let told = if rule.value.eq_ignore_ascii_case(name) { name } else { &rule.value };
            let _ = write!(out, ", rule **{}**", escape(told));
        }
        out.push('\n');
    }
    if let Some(test) = &published.testing.run_time {
        out.push_str("- Run time: [Driver Verifier](/windows-hardware/drivers/devtest/driver-verifier)");
        for option in &test.options {
            let _ = write!(out, ", {} option", linked(&escape(option.text.trim()), Some(&option.target)));
        }
        if let Some(domain) = &test.domain {
            let _ = write!(out, ", `/domain {}`", domain.value);
        }
        if let Some(class) = &test.rule_class {
            let _ = write!(out, ", `/rc {}`", class.value);
        }
        out.push('\n');
    }
    out.push('\n');
}

/// The functions that the rule is about, one on each line.
fn applies_to(out: &mut String, published: &RulePage) {
    let mut all = published.applies_to().peekable();
    if all.peek().is_none() {
        return;
    }
    out.push_str("## Applies to\n\n");
    for api in all {
        let _ = writeln!(out, "{}", linked(&format!("**{}**", escape(&api.name)), api.target.as_deref()));
    }
    out.push('\n');
}

/// The published page, and what else our page refers to.
fn see_also(out: &mut String, own: Option<&RulePage>, published: &RulePage) {
    let page = published.source.file_stem();
    let plain = page.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let link = plain.then(|| format!("[The rule at Microsoft]({SITE}{page})"));
    let body = own.and_then(|own| Some(own.source.slice(own.section(SectionKind::SeeAlso)?.body)));
    let others = body.unwrap_or_default().lines().filter(|line| !line.contains(SITE) && !line.trim().is_empty());
    let lines: Vec<String> = link.into_iter().chain(others.map(str::to_owned)).collect();
    if !lines.is_empty() {
        let _ = writeln!(out, "## See also\n\n{}\n", lines.join("\n"));
    }
}

#[cfg(test)]
mod tests;
