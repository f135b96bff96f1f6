//! Our own rule pages: the part of each that is facts, written from the published page of the rule.
//!
//! Names, codes, lists and tests are carried over by this tool and never by hand, so they cannot be mistyped and follow
//! the published page when it changes. What is ours (summary, prose, specification, examples, front matter of our own)
//! is kept as it stands; where a page is new, a `FIXME` stands in its place.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, bail};
use rulebook_catalog::{BugCheck, Catalog, Model, RuleId, RulePage, SectionKind};

/// What stands where nobody has written yet; a test of the catalog finds it.
const PLACEHOLDER: &str = "FIXME";

/// The keys of the front matter that this tool writes.
const GENERATED: [&str; 5] = ["title", "keywords", "topic_type", "api_name", "api_type"];

/// Sections that are ours, in the order in which a page has them: before and after the lists of facts.
const BEFORE: [&str; 1] = ["Why it matters"];
const AFTER: [&str; 3] = ["Limits", "Specification", "Examples"];

/// Where to read and to write.
pub(crate) struct Inputs {
    /// The published rule pages.
    pub(crate) devtest: PathBuf,
    /// Our pages: one folder per model.
    pub(crate) out: PathBuf,
    /// Rules whose page is written even if there is none yet; the others are only brought up to date.
    pub(crate) rules: Vec<String>,
}

/// Writes the pages that differ from what they should be, and says which.
pub(crate) fn run(inputs: &Inputs) -> Result<String> {
    let (published, _) = Catalog::load_pages(&inputs.devtest);
    let (own, problems) = Catalog::load_pages(&inputs.out);
    if let Some(problem) = problems.first() {
        bail!("{}: {}", problem.place, problem.message);
    }
    let mut wanted: Vec<RuleId> = own.rules().iter().map(|page| page.id.clone()).collect();
    for rule in &inputs.rules {
        wanted.push(rule.parse().map_err(|error| anyhow::anyhow!("{rule}: {error}"))?);
    }
    wanted.sort();
    wanted.dedup();
    let mut report = String::new();
    let mut written = 0;
    for id in &wanted {
        let Some(page) = published.rule(id) else { bail!("{id}: no published page") };
        let text = render(page, own.rule(id));
        let path = inputs.out.join(page.id.model.slug()).join(format!("{}.md", page.id.name));
        if write(&path, &text).with_context(|| path.display().to_string())? {
            let _ = writeln!(report, "written: {id}");
            written += 1;
        }
    }
    let _ = writeln!(report, "{written} of {} pages written", wanted.len());
    Ok(report)
}

/// Writes `text` unless it stands there already.
fn write(path: &Path, text: &str) -> io::Result<bool> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)?;
    Ok(true)
}

/// Our page of the rule that `published` is about: its facts, and what is ours in `own`.
fn render(published: &RulePage, own: Option<&RulePage>) -> String {
    let name = &published.id.name;
    let model =
        published.models.first().map_or_else(|| published.id.model.slug().to_uppercase(), |model| model.value.clone());
    // A page may name a wider model on its line than the one that it belongs to.
    let own_model = Model::known(&model).is_some_and(|known| known == published.id.model);
    let titled = if own_model { model.clone() } else { published.id.model.slug().to_uppercase() };
    let lower = titled.to_lowercase();
    let mut out = format!("---\ntitle: {name} Rule ({titled})\n");
    let _ = writeln!(out, "description: {}", front(own, "description").unwrap_or_else(|| PLACEHOLDER.to_owned()));
    let _ = writeln!(
        out,
        "keywords: [\"{name} rule ({lower})\"]\ntopic_type:\n- apiref\napi_name:\n- {name}\napi_type:\n- NA"
    );
    for (key, value) in own_keys(own) {
        let _ = writeln!(out, "{key}: {value}");
    }
    let _ = writeln!(out, "---\n\n# {} rule ({lower})\n\n{}\n", escape(name), prose(own));
    if !published.bug_checks.is_empty() {
        let checks: Vec<String> = published.bug_checks.iter().map(bug_check).collect();
        let _ = writeln!(out, "**Bug check(s) found with this rule**: {}\n", checks.join(", "));
    }
    let _ = writeln!(out, "**Driver model: {model}**\n");
    sections(&mut out, own, &BEFORE);
    testing(&mut out, published);
    applies_to(&mut out, published);
    sections(&mut out, own, &AFTER);
    let page = published.source.file_stem();
    let _ = writeln!(
        out,
        "## See also\n\n[The rule at Microsoft](https://learn.microsoft.com/windows-hardware/drivers/devtest/{page})"
    );
    out
}

/// The value of `key` in our own page.
fn front(own: Option<&RulePage>, key: &str) -> Option<String> {
    own?.front_matter.text(key).map(|text| text.value)
}

/// The keys of the front matter that are ours, in the order of the page; those every page needs where there is none.
fn own_keys(own: Option<&RulePage>) -> Vec<(String, String)> {
    let Some(own) = own else {
        return ["family", "applicability"].map(|key| (key.to_owned(), PLACEHOLDER.to_owned())).to_vec();
    };
    let ours = |key: &str| key != "description" && !GENERATED.contains(&key);
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

/// Our sections of these headings.
fn sections(out: &mut String, own: Option<&RulePage>, headings: &[&str]) {
    for heading in headings {
        // A page with a status has no specification, and says so.
        if own.is_some_and(|own| own.front_matter.text("status").is_some() && !own.has_heading(heading)) {
            continue;
        }
        let body = own.and_then(|own| {
            let is_it = |section: &&rulebook_catalog::Section| {
                section.heading.as_ref().is_some_and(|own| own.value == *heading)
            };
            Some(own.source.slice(own.sections.iter().find(is_it)?.body).trim())
        });
        let _ = writeln!(out, "## {heading}\n\n{}\n", body.filter(|body| !body.is_empty()).unwrap_or(PLACEHOLDER));
    }
}

/// `[**0xC4: NAME**](target) (0x00040009)`.
fn bug_check(check: &BugCheck) -> String {
    let mut text = format!("0x{:X}", check.code);
    if let Some(name) = &check.name {
        let _ = write!(text, ": {}", escape(name));
    }
    let mut out = match &check.target {
        Some(target) => format!("[**{text}**]({})", absolute(target)),
        None => format!("**{text}**"),
    };
    if let Some(subcode) = check.subcode {
        let _ = write!(out, " (0x{subcode:08X})");
    }
    out
}

/// How the rule is tested, in two lines that the parser reads to the same facts.
fn testing(out: &mut String, published: &RulePage) {
    out.push_str("## How to test\n\n");
    if let Some(test) = &published.testing.compile_time {
        out.push_str(
            "- Compile time: [Static Driver Verifier](/windows-hardware/drivers/devtest/static-driver-verifier)",
        );
        if let Some(rule) = &test.rule {
            let _ = write!(out, ", rule **{}**", escape(&rule.value));
        }
        out.push('\n');
    }
    if let Some(test) = &published.testing.run_time {
        out.push_str("- Run time: [Driver Verifier](/windows-hardware/drivers/devtest/driver-verifier)");
        if let Some(option) = test.options.first() {
            let _ = write!(out, ", [{}]({}) option", option.text.trim(), absolute(&option.target));
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
        let name = escape(&api.name);
        let _ = match &api.target {
            Some(target) => writeln!(out, "[**{name}**]({})", absolute(target)),
            None => writeln!(out, "**{name}**"),
        };
    }
    out.push('\n');
}

/// A name in Markdown: underscores would read as emphasis.
fn escape(name: &str) -> String {
    name.replace('_', "\\_")
}

/// A link as it works from any site: relative ones point into the published documentation.
fn absolute(target: &str) -> String {
    let root = "/windows-hardware/drivers/";
    let page = target.strip_suffix(".md").unwrap_or(target);
    match (page.strip_prefix("../"), page.strip_prefix("./")) {
        (Some(rest), _) => format!("{root}{rest}"),
        (_, Some(rest)) => format!("{root}devtest/{rest}"),
        _ if page.contains('/') => target.to_owned(),
        _ => format!("{root}devtest/{page}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: &str = "---\ntitle: Latch Rule (WDM)\ndescription: x\n---\n# Latch rule (wdm)\nText.\n\n\
        **Driver model: WDM**\n\n\
        **Bug check(s) found with this rule**: [**Bug Check 0xC4: DRIVER\\_VERIFIER\\_DETECTED\\_VIOLATION**](../debugger/bug-check-0xc4.md) ( 0x40009)\n\n\
        ## How to test\nRun [Static Driver Verifier](./static-driver-verifier.md) and specify the **Latch** rule.\n\n\
        ## Applies to\n[**LatchClose**](/x/nf-wdm-latchclose)\n[**LATCH\\_OPEN**](/x/nf-wdm-latch_open)\n";

    fn page(path: &str, text: &str) -> RulePage {
        let (pages, problems) = rulebook_catalog::load::load_texts([(path, text)]);
        assert!(problems.is_empty(), "{problems:?}");
        pages.rules.into_iter().next().unwrap()
    }

    #[test]
    fn a_new_page_has_the_facts_and_placeholders() {
        let text = render(&page("wdm-latch.md", PUBLISHED), None);
        for line in [
            "title: Latch Rule (WDM)",
            "family: FIXME",
            "**Bug check(s) found with this rule**: [**0xC4: DRIVER\\_VERIFIER\\_DETECTED\\_VIOLATION**](/windows-hardware/drivers/debugger/bug-check-0xc4) (0x00040009)",
            "- Compile time: [Static Driver Verifier](/windows-hardware/drivers/devtest/static-driver-verifier), rule **Latch**",
            "[**LATCH\\_OPEN**](/x/nf-wdm-latch_open)",
            "## Specification",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
    }

    #[test]
    fn what_is_ours_survives_and_facts_follow() {
        let published = page("wdm-latch.md", PUBLISHED);
        let ours = render(&published, None)
            .replacen("description: FIXME", "description: Latches are closed.", 1)
            .replacen("family: FIXME", "family: lock-pairing", 1)
            .replacen("applicability: FIXME", "applicability: kernel", 1)
            .replacen("FIXME\n\n**Bug", "Close what you open.\n\n> Decision: twice is wrong.\n\n**Bug", 1)
            .replacen("matters\n\nFIXME", "matters\n\nOpen latches leak.", 1)
            .replacen("Limits\n\nFIXME", "Limits\n\nNone.", 1)
            .replacen(
                "Specification\n\nFIXME",
                "Specification\n\n```yaml\nforbid: {calls: [\"LatchClose(...)\"]}\n```",
                1,
            )
            .replacen(
                "Examples\n\nFIXME",
                "Examples\n\n### Violation: a\n\n```c\nLatchClose(); //~\n```\n\n### Compliant: b\n\n```c\nint x;\n```",
                1,
            );
        assert!(!ours.contains(PLACEHOLDER), "{ours}");
        let own = page("rules/wdm/Latch.md", &ours);
        assert_eq!(render(&published, Some(&own)), ours);
        let changed = page("wdm-latch.md", &PUBLISHED.replace("LatchClose", "LatchShut"));
        assert_eq!(
            render(&changed, Some(&own)),
            ours.replacen("[**LatchClose**](/x/nf-wdm-latchclose)", "[**LatchShut**](/x/nf-wdm-latchclose)", 1)
        );
    }
}
