//! The pages around the rules: rule sets, contents, bug checks, and reference pages whose facts a reader wrote down.
//!
//! Needs the upstream pages: set `RULEBOOK_UPSTREAM`.

mod support;

use rulebook_catalog::{ApiPage, Catalog, Direction, IrqlBound};
use support::upstream;

#[test]
fn rule_sets_and_contents_lead_to_rules() {
    let Some(root) = upstream() else { return };
    let (catalog, _) = Catalog::load_pages(&root.join("devtest"));
    // 44 pages have no `api_name`, and each lists pages.
    assert_eq!(catalog.rule_sets().len(), 44);
    let set = |name: &str| catalog.rule_sets().iter().find(|set| set.source.file_stem() == name).unwrap();
    let names = |name: &str| -> Vec<String> {
        set(name).entries.iter().filter_map(|entry| entry.rule.as_ref().map(ToString::to_string)).collect()
    };
    // Read off the page: the second column links to other rules, which are not entries.
    assert_eq!(
        names("locking-rule-set--ndis-"),
        [
            "ndis/SpinLock",
            "ndis/SpinLockBalanced",
            "ndis/SpinLockDpr",
            "ndis/SpinLockDprRelease",
            "ndis/SpinLockRelease"
        ]
    );
    assert_eq!(names("rules-for-audio-drivers").len(), 10);
    let listed = set("static-driver-verifier-rules").entries.len();
    assert_eq!(listed, 6, "an index for each of six models");
    let release = catalog.rule(&"kmdf/WdfSpinLockRelease".parse().unwrap()).unwrap();
    assert!(release.rule_sets.contains(&"Locking Rule Set (KMDF)".to_owned()), "{:?}", release.rule_sets);
    let mut paths = Vec::new();
    for node in &catalog.tocs()[0].nodes {
        node.walk(&mut Vec::new(), &mut |above, node| {
            if node.page.as_ref().is_some_and(|page| page.value == "wdm-doublefetch.md") {
                paths.push(above[above.len() - 3..].join(" / "));
            }
        });
    }
    assert_eq!(paths, ["DDI Compliance Rules / Rules for WDM Drivers / DDI usage rule set (WDM)"]);
    let models_known = catalog.rules().iter().filter(|page| page.id.model.slug() == "unknown").count();
    assert_eq!(models_known, 0);
}

#[test]
fn bug_checks_list_rules_by_subcode() {
    let Some(root) = upstream() else { return };
    let (catalog, problems) = Catalog::load_pages(&root.join("debugger"));
    assert!(problems.is_empty(), "{problems:?}");
    let pages: Vec<_> = catalog.bug_checks().iter().map(|page| (page.code, page.name.as_str())).collect();
    assert_eq!(
        pages,
        [
            (0xA, "IRQL_NOT_LESS_OR_EQUAL"),
            (0xC4, "DRIVER_VERIFIER_DETECTED_VIOLATION"),
            (0xC9, "DRIVER_VERIFIER_IOMANAGER_VIOLATION"),
            (0xD1, "DRIVER_IRQL_NOT_LESS_OR_EQUAL"),
            (0x10D, "WDF_VIOLATION"),
        ]
    );
    for (subcode, rule, line) in [
        (0x0002_0003, "wdm-irqldispatch.md", 240),
        (0x0004_000A, "wdm-spinlockrelease.md", 277),
        (0x0009_3101, "ndis-wlanassert.md", 322),
    ] {
        let (page, row) = catalog.subcode(0xC4, subcode).unwrap();
        assert!(row.links.iter().any(|link| link.target.ends_with(rule)), "{:?}", row.links);
        assert_eq!(page.source.line(row.value.span), line);
    }
    // A rule without a page is still told.
    assert!(catalog.subcode(0xC4, 0x0002_0025).unwrap().1.text.contains("IrqlKeMore"));
    let verifier = &catalog.bug_checks()[1];
    // 243 rows start with a number, counted by grep, one of them with two: `0x13 or 0x14`.
    assert_eq!(verifier.subcodes.len(), 244);
    let pair: Vec<_> = verifier.subcodes.iter().filter(|row| [0x13, 0x14].contains(&row.value.value)).collect();
    assert_eq!(pair.iter().map(|row| verifier.source.slice(row.value.span)).collect::<Vec<_>>(), ["0x13", "0x14"]);
}

/// An API in one line: name, kind, header, level, parameters, rules.
fn shown(api: &ApiPage) -> String {
    let parameters: Vec<_> = api
        .parameters
        .iter()
        .map(|parameter| {
            let direction = match parameter.direction {
                Some(Direction::In) => "in",
                Some(Direction::Out) => "out",
                Some(Direction::InOut) => "inout",
                None => "-",
            };
            format!(
                "{}:{direction}{}@{}",
                parameter.name.value,
                if parameter.optional { "?" } else { "" },
                api.source.line(parameter.name.span)
            )
        })
        .collect();
    let level = match &api.irql.value.bound {
        IrqlBound::Exact(level) => level.to_string(),
        IrqlBound::SeeRemarks(_) => "words".to_owned(),
        IrqlBound::None => "none".to_owned(),
        bound => bound.interval().map_or(String::new(), |interval| interval.to_string()),
    };
    let rules: Vec<_> = api
        .compliance
        .iter()
        .map(|rule| rule.model.as_ref().map_or(rule.name.clone(), |model| format!("{}({model})", rule.name)))
        .collect();
    format!(
        "{} {:?} {} | {level}{} | {} | {}",
        api.name.value,
        api.kind,
        api.header,
        if api.irql.value.qualified { "*" } else { "" },
        parameters.join(" "),
        rules.join(" ")
    )
}

#[test]
fn reference_pages_say_what_a_reader_finds() {
    let Some(root) = upstream() else { return };
    let (apis, problems) = Catalog::load_ddi(&root.join("ddi"));
    assert!(problems.is_empty(), "{problems:?}");
    let catalog = Catalog::default().with_apis(apis);
    for (name, expected) in [
        ("WdfSpinLockAcquire", "WdfSpinLockAcquire Function wdfsync | <= DISPATCH | SpinLock:-@51 | "),
        (
            "wdfwaitlockacquire",
            "WdfWaitLockAcquire Function wdfsync | words* | Lock:in@57 Timeout:in?@62 | DriverCreate KmdfIrql KmdfIrql2 WdfWaitlock WdfWaitlockRelease",
        ),
        ("DRIVER_CANCEL", "DRIVER_CANCEL Callback wdm | DISPATCH* | DeviceObject:inout@48 Irp:inout@52 | "),
    ] {
        let found = shown(catalog.api(name).unwrap());
        assert_eq!(found.replace('`', ""), expected, "{name}");
    }
    let by_target = catalog
        .api_at("https://docs.microsoft.com/windows-hardware/drivers/ddi/content/wdm/nc-wdm-driver_cancel")
        .unwrap();
    assert_eq!(by_target.name.value, "DRIVER_CANCEL");
    assert!(catalog.api("NoSuchThing").is_none() && catalog.api_at("nf-wdm-nosuchthing").is_none());
    let wait = catalog.api("WdfWaitLockAcquire").unwrap();
    assert!(wait.returns().text.contains("STATUS_TIMEOUT"));
    assert!(wait.section_text("remarks").text.contains("must be called at IRQL = PASSIVE_LEVEL"));
}
