//! A page written, finished by somebody, and written again.

use super::*;

const PUBLISHED: &str = "---\ntitle: Latch Rule (WDM)\ndescription: x\n---\n# Latch rule (wdm)\nText.\n\n\
    **Driver model: WDM**\n\n\
    **Bug check(s) found with this rule**: [**0xC4: DRIVER\\_VERIFIER\\_DETECTED\\_VIOLATION**](../debugger/bug-check-0xc4.md) ( 0x40009)\n\n\
    ## How to test\nRun [Static Driver Verifier](./static-driver-verifier.md) and specify the **Latch** rule.\n\n\
    ## Applies to\n[**LatchClose**](/x/nf-wdm-latchclose)\n[**LATCH\\_OPEN**](/x/nf-wdm-latch_open)\n";

fn page(path: &str, text: &str) -> RulePage {
    let (pages, problems) = rulebook_catalog::load::load_texts([(path, text)]);
    assert!(problems.is_empty(), "{problems:?}");
    pages.rules.into_iter().next().unwrap()
}

/// A page that somebody has finished.
fn finished(published: &RulePage) -> String {
    let code = "### Violation: a\n\n```c\nLatchClose(); //~\n```\n\n### Compliant: b\n\n```c\nint x;\n```";
    let machine = "```yaml\nforbid: {calls: [\"LatchClose(...)\"]}\n```";
    let mut text = render(published, None, None);
    for (before, word) in [
        ("description: ", "Latches are closed."),
        ("family: ", "lock-pairing"),
        ("applicability: ", "kernel"),
        ("rule (wdm)\n\n", "Close what you open.\n\n> Decision: twice is wrong."),
        ("matters\n\n", "Open latches leak."),
        ("Limits\n\n", "None."),
        ("Specification\n\n", machine),
        ("Examples\n\n", code),
    ] {
        text = text.replacen(&format!("{before}FIXME"), &format!("{before}{word}"), 1);
    }
    assert!(!text.contains(PLACEHOLDER), "{text}");
    text
}

#[test]
fn a_new_page_has_the_facts_and_placeholders() {
    let text = render(&page("wdm-latch.md", PUBLISHED), None, None);
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
    let ours = finished(&published);
    let own = page("rules/wdm/Latch.md", &ours);
    assert_eq!(render(&published, Some(&own), None), ours);
    let changed = page("wdm-latch.md", &PUBLISHED.replace("LatchClose", "LatchShut"));
    assert_eq!(
        render(&changed, Some(&own), Some("0123abcd")),
        ours.replacen("[**LatchClose**](/x/nf-wdm-latchclose)", "[**LatchShut**](/x/nf-wdm-latchclose)", 1).replacen(
            "applicability: kernel\n",
            "applicability: kernel\nformalises: \"0123abcd\"\n",
            1
        )
    );
}

#[test]
fn sections_stay_where_they_are_and_missing_facts_come_where_they_belong() {
    let published = page("wdm-latch.md", PUBLISHED);
    let ours = finished(&published);
    // A page without machine and examples, with a section of its own, and without a list so far.
    let (head, tail) = ours.split_once("## Specification").unwrap();
    let (before, list) = head.split_once("## Applies to").unwrap();
    let limits = &list[list.find("## Limits").unwrap()..];
    let see = &tail[tail.find("## See also").unwrap()..];
    let see = format!("{see}[More](/more)\n");
    let without = format!("{before}{limits}## History\n\nOld.\n\n{see}");
    let own = page("rules/wdm/Latch.md", &without);
    let list = &list[..list.find("## Limits").unwrap()];
    assert_eq!(
        render(&published, Some(&own), None),
        format!("{before}## Applies to{list}{limits}## History\n\nOld.\n\n{see}")
    );
}

#[test]
fn what_a_page_says_cannot_become_markup_of_ours() {
    let evil = PUBLISHED
        .replace("[**LatchClose**](/x/nf-wdm-latchclose)", "[\\*y \\<b> \\](z](javascript:alert(1))")
        .replace("(../debugger/bug-check-0xc4.md)", "(//evil.example/x)");
    let text = render(&page("wdm-latch.md", &evil), None, None);
    assert!(text.contains("\n**\\*y \\<b\\> \\](z**\n"), "{text}");
    assert!(!text.contains("javascript:") && !text.contains("evil.example"), "{text}");
}
