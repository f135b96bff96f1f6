//! The lists that the program carries are those of the published pages: held against the tree of contents, which the
//! importer does not read, and against counts made by hand.
//!
//! Needs the upstream pages: set `RULEBOOK_UPSTREAM`.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use rulebook_catalog::lists::{Lists, SaidBy};
use rulebook_catalog::{Catalog, TocNode};
use support::upstream;

/// The rules that stand in the contents beside the page of a set, by the title of their node.
fn contents(nodes: &[TocNode], of: &BTreeMap<String, String>, sets: &mut BTreeMap<String, BTreeSet<String>>) {
    for node in nodes {
        let rules = node.items.iter().filter_map(|item| of.get(item.page.as_ref()?.value.as_str()).cloned());
        let rules: BTreeSet<String> = rules.collect();
        let own = node.items.iter().find(|item| item.name.eq_ignore_ascii_case(&node.name));
        if let (false, Some(page)) = (rules.is_empty(), own.and_then(|item| item.page.as_ref())) {
            sets.insert(format!("devtest/{}", page.value), rules);
        }
        contents(&node.items, of, sets);
    }
}

#[test]
fn rule_sets_have_the_rules_of_the_contents() {
    let Some(root) = upstream() else { return };
    let (catalog, _) = Catalog::load_pages(&root.join("devtest"));
    let of: BTreeMap<String, String> =
        catalog.rules().iter().map(|page| (page.source.file_name().to_owned(), page.id.to_string())).collect();
    let mut expected = BTreeMap::new();
    contents(&catalog.tocs()[0].nodes, &of, &mut expected);
    let lists = Lists::bundled().unwrap();
    let found: BTreeMap<String, BTreeSet<String>> = lists
        .rule_sets
        .iter()
        .filter(|set| !set.rules.is_empty())
        .map(|set| (set.source.clone(), set.rules.iter().map(ToString::to_string).collect()))
        .collect();
    assert_eq!(found, expected);
    // 30 sets by topic and four defaults have a list file; that of NDIS/WIFI has none, nor have the lists of two models.
    assert_eq!(lists.rule_sets.len(), 37);
    assert_eq!(lists.rule_sets.iter().filter(|set| set.file.is_some()).count(), 34);
    let listed: BTreeSet<String> = lists.rule_sets.iter().flat_map(|set| &set.rules).map(ToString::to_string).collect();
    assert_eq!(listed.len(), 437, "every rule is in a set");
    let default = lists.sets_named("wdm/default").next().unwrap();
    assert_eq!(default.sets.len(), 8, "the lines of the page");
}

#[test]
fn codes_belong_to_the_rules_that_pages_and_tables_name() {
    let Some(root) = upstream() else { return };
    let lists = Lists::bundled().unwrap();
    let check = lists.check(0xC4).unwrap();
    let said = |by: SaidBy| {
        let claims = check.codes.iter().flat_map(|code| &code.rules);
        claims.filter(|claim| claim.by == by).count()
    };
    // The table has 72 rows with the link of a rule, and 81 pages of rules name a sub-code, both by grep. The ten of
    // audio drivers, another code of one rule and the code of a third that stands on a second page are in no row.
    assert_eq!(said(SaidBy::Both) + said(SaidBy::BugCheck), 72);
    assert_eq!(said(SaidBy::Both) + said(SaidBy::Rule), 81);
    let of = |code: u32| -> Vec<_> {
        let rules = &check.code(code).unwrap().rules;
        rules.iter().map(|claim| (claim.rule.to_string(), claim.by)).collect()
    };
    let claim = |rule: &str, by| (rule.to_owned(), by);
    // Read off both documents; they disagree about the second, third and last (taxonomy, section d).
    assert_eq!(of(0x0004_000E), [claim("wdm/GuardedRegions", SaidBy::Both)]);
    assert_eq!(of(0x0004_000A), [claim("wdm/SpinlockRelease", SaidBy::BugCheck)]);
    assert_eq!(of(0x0004_000B), [claim("wdm/SpinlockRelease", SaidBy::Rule)]);
    assert_eq!(of(0x0009_3004), [claim("ndis/WlanAssociation", SaidBy::Both), claim("ndis/WlanAssert", SaidBy::Rule)]);
    assert_eq!(check.code(0x0002_0025).unwrap().unpublished, ["IrqlKeMore"]);
    assert_eq!(check.code(0x32).unwrap().apis, ["KeReleaseSpinLock"]);
    assert_eq!(
        lists.check(0x9F).unwrap().rules.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["kmdf/DrvAckIoStop"]
    );
    // Every page of a rule is heard.
    let (catalog, _) = Catalog::load_pages(&root.join("devtest"));
    for page in catalog.rules() {
        let known: BTreeSet<_> = lists.codes_of(&page.id).map(|(check, code, _)| (check.code, code)).collect();
        for check in &page.bug_checks {
            assert!(known.contains(&(check.code, check.subcode)), "{}: {check:?}", page.id);
        }
    }
}

#[test]
fn options_have_the_rules_of_their_pages() {
    let Some(root) = upstream() else { return };
    let lists = Lists::bundled().unwrap();
    let of = |id: &str| {
        let option = lists.option_named(id).unwrap();
        option.rules.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        of("DDI compliance checking (additional)"),
        ["wdm/CriticalRegions", "wdm/QueuedSpinLockRelease", "wdm/SpinlockRelease"]
    );
    assert_eq!(of("/ruleclasses 35"), ["wdm/IrqlIoRtlZwPassive", "wdm/IrqlNtifsApcPassive"]);
    // doc-formats section 7: 18 pages with `/domain ks`, 10 with `/domain audio`, 18 with the option for NDIS and WIFI.
    assert_eq!((of("domain-ks").len(), of("domain-audio").len()), (18, 10));
    assert_eq!(of("ndis-wifi-verification").len(), 18);
    // What the option's own page lists, less the two that it calls optional.
    let (catalog, _) = Catalog::load_pages(&root.join("devtest"));
    let general = of("ddi-compliance-checking");
    for rule in ["wdm/IrqlReturn", "wdm/IrqlMmDispatch", "ndis/NdisOidComplete", "wdm/PnpRemove"] {
        assert!(general.iter().any(|known| known == rule), "{rule}");
    }
    for page in catalog.rules().iter().filter(|page| page.testing.run_time.is_some()) {
        let tested = lists.options.iter().any(|option| option.rules.contains(&page.id));
        assert!(tested, "{}: no option", page.id);
    }
}
