//! Translated copies of pages: what survives translation is enough to read the facts. All text here is made up.
//!
//! Identity comes from `api_name` and link targets, sections from anchors, codes from digits, never from words.

use rulebook_catalog::{Catalog, Model, Page, RulePage, Source};

fn rule(path: &str, text: &str) -> RulePage {
    match Page::read(Source::decode(path, text.as_bytes())) {
        (Ok(Page::Rule(page)), problems) if problems.is_empty() => *page,
        other => panic!("{other:?}"),
    }
}

/// Japanese, with everything that a translating machine does to a page.
const JA: &str = "---
title: gatelock \u{898f}\u{5247} (wdm)
description: \u{9580}\u{306e}\u{898f}\u{5247}\u{3002}
keywords:
- GateLock \u{898f}\u{5247} (wdm)
topic_type:
- apiref
api_name:
- GateLock
api_type:
- NA
ms.openlocfilehash: 0123abcd
ms.translationtype: MT
ms.contentlocale: ja-JP
ms.locfileid: \"12345\"
---
# <a name=\"gatelock-rule-wdm\"></a>\u{30b2}\u{30fc}\u{30c8} \u{30ed}\u{30c3}\u{30af}\u{898f}\u{5247} (wdm)

\u{9580}\u{306f} [ **OpenGate** ](/windows-hardware/drivers/ddi/wdm/nf-wdm-opengate) \u{306e}\u{5f8c}\u{306b}\u{9589}\u{3058}\u{307e}\u{3059}\u{3002}

**\u{30c9}\u{30e9}\u{30a4}\u{30d0}\u{30fc} \u{30e2}\u{30c7}\u{30eb}:WDM**

**\u{3053}\u{306e}\u{30eb}\u{30fc}\u{30eb}\u{3067}\u{898b}\u{3064}\u{304b}\u{3063}\u{305f}**: [**\u{30d0}\u{30b0} \u{30c1}\u{30a7}\u{30c3}\u{30af} 0XC4:\u{30c9}\u{30e9}\u{30a4}\u{30d0}\u{30fc}**](../debugger/bug-check-0xc4--x.md) (0x00020003)\u{3001}[**0 xa**](../debugger/bug-check-0xa--y.md)

## <a name=\"how-to-test\"></a>\u{30c6}\u{30b9}\u{30c8}\u{65b9}\u{6cd5}

<table>
<thead><tr class=\"header\"><th align=\"left\">\u{30b3}\u{30f3}\u{30d1}\u{30a4}\u{30eb}\u{6642}</th></tr></thead>
<tbody><tr class=\"odd\"><td align=\"left\"><p>[\u{9759}\u{7684}](./static-driver-verifier.md)\u{3001}<strong>gatelock</strong> \u{898f}\u{5247}\u{3002}</p></td></tr></tbody>
</table>

## <a name=\"applies-to\"></a>\u{9069}\u{7528}\u{5bfe}\u{8c61}

 [ **OpenGate** ](/windows-hardware/drivers/ddi/wdm/nf-wdm-opengate)\u{a0}
[**\u{9580}\u{3092}\u{9589}\u{3058}\u{308b}**](/windows-hardware/drivers/ddi/wdm/nf-wdm-shutgate)
[**BarGate**](/windows-hardware/drivers/ddi/wdm/nf-wdm-bargate) \u{95a2}\u{9023}\u{9805}\u{76ee}
--------

[\u{5225}\u{306e}\u{9580}](wdm-othergate.md)
";

/// Chinese: quoted titles, full-width marks, a run-time test by domain, the section's heading underlined.
const ZH: &str = "---
title: 'KsGate \u{89c4}\u{5219} ()'
description: \u{89c4}\u{5219}\u{3002}
keywords:
- 'KsGate \u{89c4}\u{5219}'
api_name:
- KsGate
ms.locfileid: '67890'
---
# <a name=\"ksgate-rule-\"></a>\u{89c4}\u{5219}

\u{89c4}\u{5219}\u{6307}\u{5b9a} <strong>KsShut</strong>\u{3002}

**\u{9a71}\u{52a8}\u{7a0b}\u{5e8f}\u{6a21}\u{578b}\u{ff1a}KS**

**\u{9519}\u{8bef}\u{68c0}\u{67e5}**\u{ff1a}[**0XC4\u{ff1a}DRIVER\\_X**](../debugger/bug-check-0xc4--x.md) \u{ff08}0x0008100B\u{ff09}

<a name=\"how-to-test\"></a>\u{6d4b}\u{8bd5}
-----------

<table><tr><th>\u{8fd0}\u{884c}\u{65f6}</th></tr><tr><td><p>\u{6307}\u{5b9a} <strong>/domain ks</strong>\u{3002}</p>
<p><strong>verifier /domain ks</strong> [<em>\u{9009}\u{9879}</em>] <strong>/driver</strong></p>
<p><a href=\"/windows-hardware/drivers/devtest/driver-verifier\">\u{9a8c}\u{8bc1}</a></p></td></tr></table>

<a name=\"applies-to\"></a>\u{9002}\u{7528}\u{4e8e}
----------

[**KsOpen**](https://docs.microsoft.com/windows-hardware/drivers/ddi/content/ks/nf-ks-ksopen)
[**\u{5173}\u{95ed}**](https://docs.microsoft.com/windows-hardware/drivers/ddi/content/ks/nf-ks-ksshut)

<a name=\"see-also\"></a>\u{53e6}\u{8bf7}\u{53c2}\u{9605}
--------

[\u{53e6}\u{4e00}\u{4e2a}](ks-other.md)
";

fn targets(page: &RulePage) -> Vec<&str> {
    page.applies_to().filter_map(|api| api.target.as_deref()?.rsplit('/').next()).collect()
}

fn checks(page: &RulePage) -> Vec<(u32, Option<u32>)> {
    page.bug_checks.iter().map(|check| (check.code, check.subcode)).collect()
}

#[test]
fn japanese_pages_keep_their_facts() {
    let page = rule("ja/wdm-gatelock.md", JA);
    assert_eq!((page.id.to_string(), page.id.name.as_str()), ("wdm/GateLock".to_owned(), "GateLock"));
    assert_eq!(checks(&page), [(0xC4, Some(0x20003)), (0xA, None)]);
    assert_eq!(targets(&page), ["nf-wdm-opengate", "nf-wdm-shutgate", "nf-wdm-bargate"]);
    assert!(page.testing.compile_time.is_some() && page.testing.run_time.is_none());
    assert_eq!(page.see_also.iter().map(|link| link.target.as_str()).collect::<Vec<_>>(), ["wdm-othergate.md"]);
    assert_eq!(page.front_matter.list(&page.source, "keywords").len(), 1);
    assert_eq!(page.prose.len(), 1);
}

#[test]
fn chinese_pages_keep_their_facts() {
    let page = rule("zh/ks-ksgate.md", ZH);
    assert_eq!((page.id.to_string(), page.id.model.clone()), ("ks/KsGate".to_owned(), Model::Ks));
    assert_eq!(checks(&page), [(0xC4, Some(0x8100B))]);
    assert_eq!(targets(&page), ["nf-ks-ksopen", "nf-ks-ksshut"]);
    let run = page.testing.run_time.as_ref().unwrap();
    assert_eq!(run.domain.as_ref().map(|domain| domain.value.as_str()), Some("ks"));
    assert!(page.testing.compile_time.is_none());
    assert_eq!(page.see_also.iter().map(|link| link.target.as_str()).collect::<Vec<_>>(), ["ks-other.md"]);
}

/// The same facts whatever the form of the heading of the list.
#[test]
fn sections_are_told_by_their_anchors() {
    let list = "[**A**](/ddi/wdm/nf-wdm-a)\n[**B**](/ddi/wdm/nf-wdm-b)";
    let front = "---\ntitle: X \u{898f}\u{5247} (wdm)\napi_name:\n- X\n---\n# <a name=\"x\"></a>\u{898f}\u{5247}\n\n\u{6587}\u{3002}\n\n";
    for heading in [
        "## <a name=\"applies-to\"></a>\u{9069}\u{7528}\n\n",
        "## <a id=\"applies-to\"></a>\u{9069}\u{7528}\n",
        "##<a name='applies-to'></a> \u{9069}\u{7528}\n".replace("##<", "## <").as_str(),
        "<a name=\"applies-to\"></a>\u{9069}\u{7528}\n----------\n\n",
        "### <a name=\"applies-to\"></a>\u{9069}\u{7528}\n\n",
    ] {
        for tail in [
            "",
            "\n\n## <a name=\"see-also\"></a>\u{95a2}\u{9023}\n\n[C](c.md)\n",
            " \u{95a2}\u{9023}\n------\n\n[C](c.md)\n",
        ] {
            let page = rule("wdm-x.md", &format!("{front}{heading}{list}{tail}"));
            assert_eq!(targets(&page), ["nf-wdm-a", "nf-wdm-b"], "{heading:?} {tail:?}");
            assert_eq!(page.see_also.len(), usize::from(!tail.is_empty()), "{heading:?} {tail:?}");
        }
    }
}

/// Pages around the rules: a set's file and a bug check's code and name are not translated.
#[test]
fn sets_and_bug_checks_are_read_in_translation() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write("wdm-gatelock.md", JA);
    write(
        "locking-rule-set--wdm-.md",
        "---\ntitle: '\u{9501}\u{5b9a}\u{89c4}\u{5219}\u{96c6} (WDM)'\n---\n# <a name=\"x\"></a>\u{9501}\n\n<table><tr><th>\u{4e3b}\u{9898}</th><th>\u{8bf4}\u{660e}</th></tr>\
         <tr><td><p><a href=\"wdm-gatelock.md\"><strong>\u{9580}</strong></a></p></td><td>\u{6587}</td></tr></table>\n\n```\nmsbuild /t:sdv /p:Inputs=\"/check:Locking.sdv\" x\n```\n",
    );
    write(
        "bug-check-0xc4--x.md",
        "---\ntitle: \u{30d0}\u{30b0} \u{30c1}\u{30a7}\u{30c3}\u{30af} 0xC4 DRIVER_X_Y\napi_name:\n- DRIVER_X_Y\n---\n# <a name=\"x\"></a>\u{30d0}\u{30b0}\n\n|\u{5024}|\u{610f}\u{5473}|\n|--|--|\n|0x00020003|[\u{9580}](wdm-gatelock.md) \u{3002}|\n",
    );
    let (catalog, problems) = Catalog::load_pages(dir.path());
    assert!(problems.is_empty(), "{problems:?}");
    let sets = &catalog.lists().rule_sets;
    assert_eq!((sets[0].id.as_str(), sets[0].rules.len()), ("wdm/locking", 1));
    let check = catalog.lists().check(0xC4).unwrap();
    assert_eq!((check.name.as_str(), check.codes[0].value), ("DRIVER_X_Y", 0x20003));
    assert_eq!(check.codes[0].rules[0].rule.to_string(), "wdm/GateLock");
    assert_eq!(check.codes[0].rules[0].by, rulebook_catalog::lists::SaidBy::Both);
}
