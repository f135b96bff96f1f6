//! Lists as data: what is found by which name, and what stands in the place of what.

use super::*;
use crate::load::load_texts;
use crate::{Catalog, Pages};

const SETS: &str = "\
- {id: toy/gates, name: Gates, title: Gates Rule Set (TOY), model: toy, file: Gates.sdv, source: s.md, rules: [toy/Gate, toy/Fence]}
- {id: toy/default, name: Default, title: Default Rule Set (TOY), model: toy, source: d.md, rules: [toy/Gate], sets: [toy/gates, toy/default]}
- {id: box/gates, name: Gates, title: Gates Rule Set (BOX), model: box, source: b.md, rules: [box/Lid]}
";

const CHECKS: &str = "\
- code: 0xC4
  name: BAD_DRIVER
  source: c4.md
  codes:
    - {value: 0x1, rules: [{rule: toy/Gate, by: both}]}
    - {value: 0x2, rules: [{rule: toy/Gate, by: rule}]}
    - {value: 0x3, rules: [{rule: box/Lid, by: rule}]}
    - {value: 0x4, apis: [OpenGate]}
";

const OPTIONS: &str = "\
- {id: gate-checks, name: Gate checks, switch: /flags 0x1, about: Gates., named: {link: gates#more}, rules: [toy/Fence]}
- {id: domain-box, name: Boxes, switch: /domain box, about: Boxes., named: {domain: box}}
- {id: class, name: A class, switch: /rc 7, about: Seven., named: {rule_class: 7}}
";

fn lists() -> Lists {
    Lists::parse(&[
        ("lists/rule-sets.yaml", SETS),
        ("lists/bug-checks.yaml", CHECKS),
        ("lists/verifier-options.yaml", OPTIONS),
    ])
    .unwrap()
}

fn pages(texts: &[(&str, &str)]) -> Pages {
    let (pages, problems) = load_texts(texts.iter().copied());
    assert!(problems.is_empty(), "{problems:?}");
    pages
}

#[test]
fn sets_are_found_in_any_spelling() {
    let lists = lists();
    for (name, ids) in [
        ("toy/gates", &["toy/gates"][..]),
        ("Gates", &["toy/gates", "box/gates"]),
        ("gates rule set", &["toy/gates", "box/gates"]),
        ("Gates Rule Set (BOX)", &["box/gates"]),
        ("GATES.sdv", &["toy/gates", "box/gates"]),
        ("gate", &[]),
        ("", &[]),
    ] {
        let found: Vec<_> = lists.sets_named(name).map(|set| set.id.as_str()).collect();
        assert_eq!(found, ids, "{name}");
    }
}

#[test]
fn a_set_has_the_rules_of_its_sets_once() {
    let lists = lists();
    let set = lists.sets_named("default").next().unwrap();
    let rules: Vec<_> = lists.rules_in(set).into_iter().map(ToString::to_string).collect();
    assert_eq!(rules, ["toy/Gate", "toy/Fence"]);
}

#[test]
fn options_are_found_by_name_and_switch() {
    let lists = lists();
    for (name, id) in [
        ("gate-checks", Some("gate-checks")),
        ("Gate Checks", Some("gate-checks")),
        ("/flags 0x1", Some("gate-checks")),
        ("/domain box", Some("domain-box")),
        ("gate", None),
    ] {
        assert_eq!(lists.option_named(name).map(|option| option.id.as_str()), id, "{name}");
    }
}

#[test]
fn codes_lead_to_rules_and_rules_to_codes() {
    let lists = lists();
    let of = |rule: &str| -> Vec<_> {
        let rule = rule.parse().unwrap();
        lists.codes_of(&rule).map(|(check, code, by)| (check.code, code, by)).collect()
    };
    assert_eq!(of("toy/gate"), [(0xC4, Some(1), SaidBy::Both), (0xC4, Some(2), SaidBy::Rule)]);
    assert_eq!(of("toy/None"), []);
    assert_eq!(lists.check(0xC4).unwrap().code(4).unwrap().apis, ["OpenGate"]);
    assert!(lists.check(0xC5).is_none() && lists.check(0xC4).unwrap().code(5).is_none());
}

#[test]
fn pages_speak_for_themselves_and_the_bundled_lists_for_the_rest() {
    let gate = "---\ntitle: Gate Rule (toy)\napi_name:\n- Gate\n---\n# Gate\n\n**Bug check**: 0xC4: BAD_DRIVER (0x9)\n\n\
        ## How to test\n\nAt run time: run [DV](driver-verifier.md) and select the [More](./gates.md#more) option.\n";
    let catalog = Catalog::new(pages(&[("toy/gate.md", gate)])).with_lists(lists());
    let gate = catalog.rule(&"toy/Gate".parse().unwrap()).unwrap();
    assert_eq!(gate.rule_sets, ["Gates Rule Set (TOY)", "Default Rule Set (TOY)"]);
    let check = catalog.lists().check(0xC4).unwrap();
    let shown: Vec<_> = check
        .codes
        .iter()
        .map(|code| (code.value, code.rules.iter().map(|claim| (claim.rule.to_string(), claim.by)).collect::<Vec<_>>()))
        .collect();
    let claim = |rule: &str, by| vec![(rule.to_owned(), by)];
    assert_eq!(
        shown,
        [
            // The table of the bug check stands; what the other page of the rule said (0x2) does not.
            (1, claim("toy/Gate", SaidBy::BugCheck)),
            (3, claim("box/Lid", SaidBy::Rule)),
            (4, vec![]),
            (9, claim("toy/Gate", SaidBy::Rule)),
        ]
    );
    let rules = |id: &str| {
        let option = catalog.lists().option_named(id).unwrap();
        option.rules.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(rules("gate-checks"), ["toy/Fence", "toy/Gate"]);
    assert!(rules("class").is_empty());
}

#[test]
fn pages_of_sets_and_codes_stand_in_the_place_of_bundled_ones() {
    let rule = "---\ntitle: Gate Rule (toy)\napi_name:\n- Gate\n---\n";
    let set = "---\ntitle: \u{9580} (toy)\n---\n# x\n\n[Gate](toy-gate.md)\n\n```\nmsbuild /p:Inputs=\"/check:Doors.sdv\" x\n```\n";
    let index = "---\ntitle: All of it\n---\n# x\n\n[Doors](doors.md)\n";
    let check = "---\ntitle: Bug Check 0xC4 BAD_DRIVER\n---\n# x\n\n|1|2|\n|--|--|\n|0x5|The rule [Gate](toy-gate.md) is broken.|\n|0x6|The internal rule IronGate.|\n|0x7|[OpenGate](/ddi/wdm/nf-wdm-opengate) failed.|\n";
    let texts = [("toy-gate.md", rule), ("doors.md", set), ("index.md", index), ("bug.md", check)];
    let catalog = Catalog::new(pages(&texts)).with_lists(lists());
    let sets = &catalog.lists().rule_sets;
    assert_eq!(
        sets.iter().map(|set| (set.id.as_str(), set.name.as_str())).collect::<Vec<_>>(),
        [("toy/doors", "Doors")]
    );
    let codes = &catalog.lists().check(0xC4).unwrap().codes;
    assert_eq!(codes.iter().map(|code| code.value).collect::<Vec<_>>(), [5, 6, 7]);
    assert_eq!(codes[0].rules, [Claim { rule: "toy/Gate".parse().unwrap(), by: SaidBy::BugCheck }]);
    assert_eq!(
        (codes[1].unpublished.as_slice(), codes[2].apis.as_slice()),
        (&["IronGate".to_owned()][..], &["OpenGate".to_owned()][..])
    );
}

#[test]
fn lists_for_other_rules_lose_what_is_about_none_of_them() {
    let lists = lists().only(&|rule| rule.to_string() == "box/Lid");
    let sets: Vec<_> = lists.rule_sets.iter().map(|set| set.id.as_str()).collect();
    assert_eq!(sets, ["box/gates"]);
    let codes: Vec<_> = lists.checks[0].codes.iter().map(|code| code.value).collect();
    assert_eq!(codes, [3, 4]);
    assert!(lists.options.iter().all(|option| option.rules.is_empty()) && lists.options.len() == 3);
}

#[test]
fn a_list_of_another_form_is_an_error_that_names_it() {
    for (text, says) in [("- {id: 1}\n", "lists/rule-sets.yaml"), ("x: [\n", "lists/rule-sets.yaml")] {
        let error = Lists::parse(&[("lists/rule-sets.yaml", text)]).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
    let wrong = CHECKS.replace("0xC4", "\"C4\"");
    let error = Lists::parse(&[("lists/bug-checks.yaml", wrong.as_str())]).unwrap_err();
    assert!(error.to_string().contains("`C4` is no code"), "{error}");
    assert_eq!(Lists::parse(&[]).unwrap(), Lists::default());
}
