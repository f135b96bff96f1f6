//! What the program starts with is what its text says: to the last place of the last fact.

use rulebook_bundle::Bundle;
use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::semantics::semantics;
use rulebook_catalog::{Catalog, bundled, rules};

#[test]
fn nothing_is_lost_or_changed_between_text_and_bundle() {
    let bundle = Bundle::read().expect("the bundle is whole");
    let (read, mut problems) = Catalog::bundled();
    assert!(!read.rules().is_empty());
    assert_eq!(bundle.catalog.rules().len(), read.rules().len());
    for (packed, text) in bundle.catalog.rules().iter().zip(read.rules()) {
        assert_eq!(format!("{packed:?}"), format!("{text:?}"), "{}", text.id);
    }
    assert_eq!(bundle.catalog.lists(), read.lists());
    let apis: Vec<_> = bundled::files().iter().copied().filter(|(path, _)| path.starts_with("apis/")).collect();
    let facts = ApiFacts::parse(&apis).expect("the facts are whole");
    assert_eq!(bundle.facts, facts);
    assert_eq!(bundle.semantics, semantics(bundled::files()).expect("the semantics are whole"));
    let (rules, wrong) = rules::rules_of(&read, &facts);
    assert_eq!(bundle.rules, rules);
    problems.extend(wrong);
    assert_eq!(bundle.problems, problems);
}

/// Facts keep the places at which they stand, so that what is said about a bundled page can be looked up.
#[test]
fn places_are_those_of_the_text() {
    let (catalog, _) = rulebook_bundle::catalog().expect("the bundle is whole");
    for page in catalog.rules() {
        for api in page.applies_to() {
            let shown = page.source.slice(api.span).replace('\\', "");
            assert!(shown.contains(&api.name), "{}: `{shown}` does not name {}", page.id, api.name);
        }
        let block = page.prose.first().expect("every page says something");
        let word = block.inline.text.split(' ').next().unwrap_or_default();
        let shown = page.source.slice(block.inline.span_of(0, word.len())).replace(['\\', '`'], "");
        assert_eq!(shown, word, "{}", page.id);
    }
}
