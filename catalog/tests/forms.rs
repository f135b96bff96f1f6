//! Forms that Microsoft's pages never had or only had in translations: written for this test.

use std::fs;

use rulebook_catalog::{Catalog, ExampleKind, Model, ModelSource, Page, RulePage, Source};
use rulebook_diagnostics::Problem;

const PAGE: &str = "\
---
title: Sample Rule (WDM)
description: The Sample rule.
api_name:
- Sample
---

# Sample rule (wdm)

A driver must call [**First**](/ddi/wdm/nf-wdm-first) before **Second**.

**Driver model: WDM**

## How to test

At compile time:

1. Run [Static Driver Verifier](./static-driver-verifier.md) and specify the **Sample** rule.

## Applies to

[**First**](/ddi/wdm/nf-wdm-first)
[**Second**](/ddi/wdm/nf-wdm-second)
";

fn read(bytes: &[u8]) -> (Result<Page, Box<Problem>>, Vec<Problem>) {
    Page::read(Source::decode("wdm-sample.md", bytes))
}

fn rule(bytes: &[u8]) -> RulePage {
    match read(bytes) {
        (Ok(Page::Rule(page)), problems) if problems.is_empty() => *page,
        other => panic!("{other:?}"),
    }
}

fn applies_to(page: &RulePage) -> Vec<&str> {
    page.applies_to().map(|api| api.name.as_str()).collect()
}

/// What every form of the sample page must still say.
fn says_all(form: &str, page: &RulePage) {
    assert_eq!(page.id.to_string(), "wdm/Sample", "{form}");
    assert_eq!(applies_to(page), ["First", "Second"], "{form}");
    assert_eq!(page.models.iter().map(|model| model.value.as_str()).collect::<Vec<_>>(), ["WDM"], "{form}");
    assert!(page.testing.compile_time.as_ref().is_some_and(|test| test.rule.is_some()), "{form}");
    assert_eq!(page.prose.len(), 1, "{form}");
}

#[test]
fn the_same_page_in_other_bytes_is_the_same_page() {
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(PAGE.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let setext = PAGE
        .replace("# Sample rule (wdm)\n", "Sample rule (wdm)\n=====\n")
        .replace("## How to test", "How to test\n-----------")
        .replace("## Applies to", "Applies to\n----------");
    let invalid = [PAGE.as_bytes(), b"\n\xC2 \xFF\xFE\n"].concat();
    for (form, bytes) in [
        ("plain", PAGE.as_bytes().to_vec()),
        ("CRLF", PAGE.replace('\n', "\r\n").into_bytes()),
        ("CR", PAGE.replace('\n', "\r").into_bytes()),
        ("BOM", [b"\xEF\xBB\xBF", PAGE.as_bytes()].concat()),
        ("UTF-16", utf16),
        ("setext", setext.clone().into_bytes()),
        ("setext and CRLF", setext.replace('\n', "\r\n").into_bytes()),
        ("not UTF-8", invalid),
        ("no final newline", PAGE.trim_end().as_bytes().to_vec()),
        ("no-break spaces", PAGE.replace("\n\n", "\n\u{a0}\n").into_bytes()),
        ("fact glued to a paragraph", PAGE.replace(".\n\n**Driver", ".\n**Driver").into_bytes()),
        (
            "facts as glued table",
            PAGE.replace(".\n\n**Driver model: WDM**", ".\n|   |   |\n|---|---|\n| Driver model | WDM |").into_bytes(),
        ),
        ("front matter missing", PAGE.split_once("---\n\n").unwrap().1.as_bytes().to_vec()),
    ] {
        says_all(form, &rule(&bytes));
    }
}

#[test]
fn lists_glued_to_the_next_heading_are_not_lost() {
    let glued = PAGE.to_owned() + "See also\n--------\n\n[Other](other.md)\n";
    let page = rule(glued.as_bytes());
    says_all("glued", &page);
    assert_eq!(page.see_also[0].text, "Other");
    assert_eq!(page.source.line(page.see_also[0].span), 27);
}

#[test]
fn sections_may_be_missing() {
    for cut in ["## How to test", "## Applies to", "**Driver model"] {
        // Cut from the mark to the next blank line or section.
        let (before, after) = PAGE.split_once(cut).unwrap();
        let rest = after.split_once("\n## ").map_or(String::new(), |(_, rest)| format!("## {rest}"));
        let page = rule(format!("{before}{rest}").as_bytes());
        assert_eq!(page.id.to_string(), "wdm/Sample");
        assert_eq!(page.testing.compile_time.is_none(), cut == "## How to test");
        assert_eq!(applies_to(&page).is_empty(), cut == "## Applies to");
        assert_eq!(page.models_span.is_none(), cut == "**Driver model");
    }
    let page = rule(b"---\ntitle: X Rule\napi_name:\n- X\n---\n");
    assert_eq!((page.id.model.clone(), page.model_source), (Model::Wdm, ModelSource::FileName));
    assert!(page.prose.is_empty() && page.apis.is_empty() && page.heading.is_none());
}

#[test]
fn translations_keep_their_facts() {
    let page = rule(
        "---\ntitle: 'Sample 规则 (wdm)'\ndescription: 规则。\nkeywords:\n- 'Sample 规则'\napi_name:\n- Sample\nms.locfileid: \"12345\"\n---\n\
         # <a name=\"x\"></a>規則\n\n規則は [**最初**](/ddi/wdm/nf-wdm-first) を呼び出します。\n\n\
         **驱动程序模型：WDM**\n\n**此规则找到的错误检查**：[**Bug 检查 0XC4：DRIVER\\_X**](../debugger/bug-check-0xc4--x.md) （0x00020003）\n\n\
         ## <a name=\"how-to-test\"></a>测试方法\n\n<table><tr><th>在编译时</th></tr><tr><td><p>运行 [Static Driver Verifier](./static-driver-verifier.md) 并指定 <strong>Sample</strong> 规则。</p></td></tr></table>\n\n\
         ## <a name=\"applies-to\"></a>适用于\n\n [ **第一** ](/ddi/wdm/nf-wdm-first)\n[**Second**](/ddi/wdm/nf-wdm-second) 另请参阅\n--------\n\n[另一个](other.md)\n"
            .as_bytes(),
    );
    assert_eq!(page.id.to_string(), "wdm/Sample");
    assert_eq!(page.models[0].value, "WDM");
    let check = &page.bug_checks[0];
    assert_eq!((check.code, check.subcode, check.malformed), (0xC4, Some(0x20003), false));
    let targets: Vec<_> = page.applies_to().filter_map(|api| api.target.as_deref()).collect();
    assert_eq!(targets, ["/ddi/wdm/nf-wdm-first", "/ddi/wdm/nf-wdm-second"]);
    assert_eq!(page.see_also[0].target, "other.md");
    assert_eq!(page.testing.compile_time.unwrap().rule.unwrap().value, "Sample");
}

#[test]
fn our_own_pages_hold_a_machine_and_examples() {
    let own = PAGE.to_owned()
        + "\n## Specification\n\n```yaml\npair:\n  acquire: First\n```\n\n## Examples\n\n### Violation: twice\n\n```c\nvoid f(void)\n{\n    First();\n    First(); //~\n    x();\n    //~^ again\n}\n```\n\n### Compliant: once\n\nWords.\n\n```c\nvoid g(void);\n```\n";
    let page = rule(own.as_bytes());
    says_all("own", &page);
    let specification = page.specification.unwrap();
    assert_eq!(specification.text, "pair:\n  acquire: First\n");
    assert_eq!(page.source.line(specification.span), 28);
    let shown: Vec<_> = page
        .examples
        .iter()
        .map(|example| {
            let markers: Vec<_> = example.markers.iter().map(|marker| (marker.line, marker.text.as_str())).collect();
            (example.kind, example.title.value.as_str(), markers)
        })
        .collect();
    assert_eq!(
        shown,
        [(ExampleKind::Violation, "twice", vec![(4, ""), (5, "again")]), (ExampleKind::Compliant, "once", vec![])]
    );
    assert_eq!(page.source.line(page.examples[0].code.span), 37);
    assert!(page.code.is_empty() && page.extra.is_empty());
}

#[test]
fn wrong_parts_of_our_own_pages_are_reported_at_their_lines() {
    for (tail, line, says) in [
        ("## Specification\n\ntext\n", 25, "no fenced `yaml` block"),
        ("## Specification\n\n```json\n{}\n```\n", 27, "is in `json`"),
        ("## Examples\n\n### Violation: a\n\n```c\nx();\n```\n", 27, "has no `//~` mark"),
        ("## Examples\n\n### Compliant: a\n\n```c\nx(); //~\n```\n", 30, "compliant code has a `//~` mark"),
        ("## Examples\n\n### Violation: a\n\ntext\n", 27, "has no code"),
        ("## Examples\n\n### Other\n\ntext\n", 27, "starts with `Violation:`"),
    ] {
        let (page, problems) = read(format!("{PAGE}\n{tail}").as_bytes());
        assert!(matches!(page, Ok(Page::Rule(_))), "{tail}");
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(
            (problem.place.line, problem.message.contains(says)),
            (line, true),
            "{}: {}",
            problem.place,
            problem.message
        );
    }
}

#[test]
fn a_broken_page_is_reported_and_nothing_else_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("a.md", PAGE);
    write("b.md", "---\ntitle: B Rule (WDM)\nkey: [1,\n---\n");
    write("c.md", "---\ntitle: C Rule (WDM)\n");
    write("d.md", "---\ndescription: no name\napi_name: \"two words\"\n---\n# Words of a title\n");
    write("e.md", "# Only words\n");
    write("f.md", "---\nUID: nonsense\n---\n");
    write("g.md", &PAGE.replace("Sample", "Another").replace("(WDM)", "(KMDF)"));
    write("z.md", &PAGE.replace("Sample", "sample"));
    write("toc.yml", "- name: [\n");
    write("readme.txt", "no page");
    let (catalog, problems) = Catalog::load_pages(dir.path());
    let ids: Vec<_> = catalog.rules().iter().map(|page| page.id.to_string()).collect();
    assert_eq!(ids, ["kmdf/Another", "wdm/Sample", "wdm/sample"]);
    assert!(catalog.rule(&"WDM/SAMPLE".parse().unwrap()).unwrap().source.path.ends_with("/a.md"));
    let shown: Vec<_> = problems
        .iter()
        .map(|problem| {
            let place = problem.place.to_string();
            format!("{} {}", place.rsplit('/').next().unwrap(), problem.code)
        })
        .collect();
    let mut sorted = shown.clone();
    sorted.sort();
    assert_eq!(
        sorted,
        [
            "b.md:3:9 page/front-matter",
            "c.md:1:1 page/front-matter",
            "d.md:5:3 page/no-name",
            "f.md:2:6 reference/uid",
            "toc.yml:2:1 page/toc",
            "z.md:18:78 page/duplicate-rule",
        ]
    );
    let (_, problems) = Catalog::load_pages(&dir.path().join("missing"));
    assert_eq!(problems.len(), 1);
}

#[test]
fn rule_sets_fill_in_the_rules_they_list() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("mine.md", "---\ntitle: Mine Rule\napi_name:\n- Mine\n---\n");
    write("other.md", "---\ntitle: Other Rule (KMDF)\napi_name:\n- Other\n---\n");
    write(
        "set.md",
        "---\ntitle: Locking Rule Set (KMDF)\n---\n# Locking\n<table><tr><th>Topic</th><th>Description</th></tr>\
         <tr><td><p><a href=\"mine.md\"><strong>Mine</strong></a></p></td><td>Not <a href=\"other.md\">Other</a>.</td></tr></table>\n",
    );
    let (catalog, problems) = Catalog::load_pages(dir.path());
    assert!(problems.is_empty(), "{problems:?}");
    let mine = catalog.rule(&"kmdf/Mine".parse().unwrap()).unwrap();
    assert_eq!(
        (mine.model_source, mine.rule_sets.as_slice()),
        (ModelSource::RuleSet, ["Locking Rule Set (KMDF)".to_owned()].as_slice())
    );
    assert!(catalog.rule(&"kmdf/Other".parse().unwrap()).unwrap().rule_sets.is_empty());
    let entries = &catalog.rule_sets()[0].entries;
    assert_eq!(
        entries.iter().map(|entry| entry.rule.as_ref().map(ToString::to_string)).collect::<Vec<_>>(),
        [Some("kmdf/Mine".to_owned())]
    );
}

#[test]
fn machine_translations_keep_their_facts() {
    // Names in the text lost their case, labels and symbolic names are translated, links are numeric ids.
    let page = rule(
        "---\ntitle: Sample ルール (オーディオ)\napi_name:\n- Sample\nms.translationtype: MT\n---\n# <a name=\"y\"></a>ルール\n\n文。\n\n\
         |   |   |\n|---|---|\n| 型 | WDM |\n\n|   |   |\n|---|---|\n| 検査 | [**Bug 0XC4:冲突\\_已**](https://msdn.microsoft.com/library/ff560187) (0x0008100B) |\n\n\
         <a name=\"how-to-test\"></a>方法\n-----------\n\n<table>\n<thead>\n<tr><th>時</th></tr>\n</thead>\n<tbody>\n<tr><td><p><a href=\"https://msdn.microsoft.com/library/ff552808\">ツール</a>、<strong>sample</strong></p></td></tr>\n</tbody>\n</table>\n\n\
         <a name=\"applies-to\"></a>対象\n----------\n\n[**訳**](https://docs.microsoft.com/ddi/content/wdm/nf-wdm-first)\n"
            .as_bytes(),
    );
    assert_eq!((page.id.to_string(), page.id.name.as_str()), ("wdm/Sample".to_owned(), "Sample"));
    assert_eq!(page.model_source, ModelSource::DriverModel);
    assert_eq!(page.aliases[0].value, "sample");
    assert_eq!((page.bug_checks[0].code, page.bug_checks[0].subcode), (0xC4, Some(0x8100B)));
    assert_eq!(page.applies_to().count(), 1);
    assert!(page.testing.run_time.is_none());
}
