//! Everything that there is of Microsoft's pages is read, and not empty: counted against a count made without this parser.
//!
//! Needs the upstream pages: set `RULEBOOK_UPSTREAM` to the folder that holds `devtest`, `history`, `seeds`, `ddi`.

mod support;

use std::collections::BTreeMap;

use rulebook_catalog::{Catalog, IrqlBound, RulePage, SectionKind};
use support::upstream;

fn count<T>(items: &[T], holds: impl Fn(&T) -> bool) -> usize {
    items.iter().filter(|item| holds(item)).count()
}

fn tests(pages: &[RulePage]) -> (usize, usize, usize) {
    let compile = |page: &RulePage| page.testing.compile_time.is_some();
    let run = |page: &RulePage| page.testing.run_time.is_some();
    (
        count(pages, |page| compile(page) && !run(page)),
        count(pages, |page| !compile(page) && run(page)),
        count(pages, |page| compile(page) && run(page)),
    )
}

#[test]
fn pages_of_today() {
    let Some(root) = upstream() else { return };
    let (catalog, problems) = Catalog::load_pages(&root.join("devtest"));
    assert!(problems.is_empty(), "{problems:#?}");
    let pages = catalog.rules();
    assert_eq!(pages.len(), 437);
    // doc-formats section 6: 432 pages have a driver-model line; two of them name two models.
    assert_eq!(count(pages, |page| page.models_span.is_some()), 432);
    let mut models = BTreeMap::new();
    for page in pages {
        let found: Vec<_> = page.models.iter().map(|model| model.value.as_str()).collect();
        *models.entry(found.join(", ")).or_insert(0) += 1;
    }
    let expected = [
        ("", 5),
        ("Audio", 10),
        ("KMDF", 126),
        ("KS", 18),
        ("NDIS", 69),
        ("Storport", 44),
        ("WDF", 1),
        ("WDM", 162),
        ("WDM, Generic", 2),
    ];
    assert_eq!(models, expected.map(|(name, count)| (name.to_owned(), count)).into());
    // 82 bold lines and one HTML row without a value.
    assert_eq!(count(pages, |page| page.bug_checks_span.is_some()), 83);
    assert_eq!(count(pages, |page| page.bug_checks_span.is_some() && page.bug_checks.is_empty()), 1);
    let codes: Vec<Vec<u32>> =
        pages.iter().map(|page| page.bug_checks.iter().map(|check| check.code).collect()).collect();
    let of = |codes_of: &[u32]| count(&codes, |codes| codes == codes_of);
    assert_eq!((of(&[0xC4]), of(&[0xC4, 0xA]), of(&[0xA, 0xC4]), of(&[0x9F])), (73, 6, 2, 1));
    let checks: Vec<_> = pages.iter().flat_map(|page| &page.bug_checks).collect();
    assert_eq!(count(&checks, |check| check.subcode.is_some()), 81);
    assert_eq!(count(&checks, |check| check.subcode_text.is_none()), 9);
    let malformed: Vec<_> = checks
        .iter()
        .filter(|check| check.malformed)
        .map(|check| (check.subcode_text.as_ref().map(|text| text.value.as_str()), check.subcode))
        .collect();
    assert_eq!(malformed, [(Some("0x0x0009200F"), Some(0x0009_200F)), (Some("0x 0x20022 "), Some(0x20022))]);
    assert_eq!(tests(pages), (358, 46, 33));
    assert_eq!(count(pages, |page| page.testing.compile_time.as_ref().is_some_and(|test| test.rule.is_some())), 391);
    // Section 8.
    assert_eq!(pages.iter().map(|page| page.applies_to().count()).sum::<usize>(), 4_082);
    assert_eq!(count(pages, |page| page.has(SectionKind::AppliesTo)), 378);
    assert_eq!(count(pages, |page| page.applies_to().next().is_some()), 378);
    assert_eq!(count(pages, |page| page.applies_to().count() > 100), 5);
    assert_eq!(count(pages, |page| !page.see_also.is_empty()), 54);
    let count_of = |model: &str, name: &str| {
        catalog.rule(&format!("{model}/{name}").parse().unwrap()).unwrap().applies_to().count()
    };
    assert_eq!(count_of("kmdf", "DriverCreate"), 429);
    assert_eq!(count(pages, |page| page.prose.is_empty() || page.summary.is_none()), 0);
}

#[test]
fn pages_of_2018() {
    let Some(root) = upstream() else { return };
    let (catalog, problems) = Catalog::load_pages(&root.join("history/2018-07"));
    assert!(problems.is_empty(), "{problems:#?}");
    let pages = catalog.rules();
    assert_eq!(pages.len(), 430);
    assert_eq!(count(pages, |page| page.models_span.is_some()), 425);
    assert_eq!(count(pages, |page| page.applies_to().next().is_some()), 374);
    assert_eq!(count(pages, |page| !page.see_also.is_empty()), 53);
    assert_eq!(count(pages, |page| page.prose.is_empty()), 0);
}

#[test]
fn the_seeds() {
    let Some(root) = upstream() else { return };
    let (catalog, problems) = Catalog::load_pages(&root.join("seeds"));
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(catalog.rules().len(), 5);
    assert!(
        catalog.rules().iter().all(|page| page.applies_to().next().is_some() && page.testing.compile_time.is_some())
    );
}

#[test]
fn the_reference() {
    let Some(root) = upstream() else { return };
    let (apis, problems) = Catalog::load_ddi(&root.join("ddi"));
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(apis.len(), 1_750);
    // Lines that start with `### -param `, counted by grep.
    assert_eq!(apis.iter().map(|api| api.parameters.len()).sum::<usize>(), 4_835);
    // Lines of the front matter, counted by grep: 158 say nothing, 2 say "Not applicable", 50 "Any level" in some form;
    // 70 only point at the remarks or name a level of interprocessor or profile interrupts.
    let levels = |of: fn(&IrqlBound) -> bool| count(&apis, |api| of(&api.irql.value.bound));
    assert_eq!(levels(|bound| matches!(bound, IrqlBound::None)), 160);
    assert_eq!(levels(|bound| matches!(bound, IrqlBound::Any)), 50);
    assert_eq!(levels(|bound| matches!(bound, IrqlBound::SeeRemarks(_))), 70);
    assert_eq!(levels(|bound| bound.interval().is_some()), 1_750 - 160 - 70);
    // doc-formats section 11.
    let with_rules = count(&apis, |api| !api.compliance.is_empty());
    assert_eq!((with_rules, apis.iter().map(|api| api.compliance.len()).sum::<usize>()), (1_184, 4_126));
    // 415 headings say no direction (one of them only `[optional]`); 57 of their descriptions start with it.
    let parameters = || apis.iter().flat_map(|api| &api.parameters);
    assert_eq!(parameters().filter(|parameter| parameter.direction.is_none()).count(), 358);
    // 24 sections called "syntax" and 3 called "prototype", one of them without code.
    assert_eq!(count(&apis, |api| api.syntax.is_some()), 26);
}
