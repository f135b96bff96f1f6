//! The corpus is whole: twins, expectations, and the variety that the design asks for.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::collections::{BTreeMap, BTreeSet};

use rulebook_generated_tests::{Fixture, expectations, fixture_of, fixtures};

fn manifest() -> Vec<Fixture> {
    fixtures(include_str!("../manifest.json")).unwrap()
}

/// Those about one edge each: sweeps hold many sequences, whatever their number is on either side.
fn twins() -> Vec<Fixture> {
    manifest().into_iter().filter(|fixture| fixture.flow != "sweep").collect()
}

#[test]
fn every_violating_fixture_has_a_compliant_twin_and_the_other_way_round() {
    let fixtures = twins();
    let names: BTreeSet<&str> = fixtures.iter().map(|fixture| fixture.name.as_str()).collect();
    for name in &names {
        let twin = match name.strip_suffix("-bad") {
            Some(stem) => format!("{stem}-ok"),
            None => format!("{}-bad", name.trim_end_matches("-ok")),
        };
        assert!(names.contains(twin.as_str()), "{name} has no twin");
    }
}

#[test]
fn violating_fixtures_violate_their_own_rule_and_compliant_ones_none() {
    let expected = expectations(include_str!("../expected.csv"));
    let violated: BTreeSet<(&str, &str)> =
        expected.iter().map(|hit| (fixture_of(&hit.path), hit.rule.as_str())).collect();
    for fixture in manifest() {
        let own = violated.contains(&(fixture.name.as_str(), fixture.rule.as_str()));
        let any = violated.iter().any(|(name, _)| *name == fixture.name);
        assert_eq!((own, any), (fixture.violating, fixture.violating), "{}", fixture.name);
    }
}

#[test]
fn each_edge_meets_three_values_of_each_factor() {
    let mut edges: BTreeMap<(String, String), [BTreeSet<String>; 3]> = BTreeMap::new();
    for fixture in twins().into_iter().filter(|fixture| fixture.violating) {
        // The call behind the edge takes turns: only the edge counts.
        let edge: String = fixture
            .scenario
            .split('-')
            .take_while(|word| !word.starts_with(|c: char| c.is_ascii_uppercase()))
            .collect::<Vec<_>>()
            .join("-");
        let [flows, calls, places] = edges.entry((fixture.rule, edge)).or_default();
        flows.insert(fixture.flow);
        calls.insert(fixture.calls);
        places.insert(fixture.place);
    }
    let poor = edges.iter().filter(|(_, factors)| factors.iter().any(|values| values.len() < 3));
    let poor: Vec<String> = poor.map(|((rule, edge), _)| format!("{rule} {edge}")).collect();
    // An edge whose call must be tested fits few variants: a helper cannot leave its caller. A call that is forbidden has
    // no object whose place could vary.
    let share = 100 * poor.len() / edges.len();
    assert!(share <= 10, "{} of {} edges: {poor:#?}", poor.len(), edges.len());
}
