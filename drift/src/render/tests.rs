//! One list of entries in every form: what people read is shown, what machines read is held against its contract.

use rulebook_diagnostics::{Context, Sources};
use serde_json::Value;

use super::*;
use crate::Evidence;

fn entries() -> Vec<Entry> {
    let entry = |path: &str, line, kind: &str, message: &str| Entry {
        path: path.to_owned(),
        line,
        column: 3,
        kind: kind.to_owned(),
        subject: "toy/Latch".to_owned(),
        message: message.to_owned(),
        ..Entry::default()
    };
    let there = |line| vec![Evidence { path: "docs/toy latch.md".into(), line, message: "the document".into() }];
    vec![
        Entry {
            expected: Some("LatchOpen".into()),
            related: there(31),
            ..entry("rules/toy/Latch.md", 12, "api-added", "the document has the API `LatchOpen`, this page has not")
        },
        Entry {
            expected: Some("Nobody opens a <latch>\ntwice, 100%.".into()),
            related: there(9),
            ..entry("rules/toy/Latch.md", 14, "prose-changed", "the document says what the specification does not")
        },
        Entry {
            line: 0,
            column: 0,
            ..entry("docs/toy-gate.md", 0, "rule-added", "no page of ours is about `toy/Gate`")
        },
        entry("docs/toy-lid.md", 4, "unheard-of", "kinds of other commands have no description here"),
    ]
}

#[test]
fn people_read_page_by_page() {
    insta::assert_snapshot!(by_page(&entries(), ["here", "there"]), @r"
    rules/toy/Latch.md:12: api-added: the document has the API `LatchOpen`, this page has not
        docs/toy latch.md:31: the document
    rules/toy/Latch.md:14: prose-changed: the document says what the specification does not
        docs/toy latch.md:9: the document
        there: Nobody opens a <latch> twice, 100%.

    docs/toy-gate.md:0: rule-added: no page of ours is about `toy/Gate`

    docs/toy-lid.md:4: unheard-of: kinds of other commands have no description here

    4 differences on 3 pages
    ");
    assert_eq!(by_page(&[], ["here", "there"]), "no differences\n");
}

#[test]
fn a_document_tells_what_came_and_went_first() {
    insta::assert_snapshot!(markdown(&entries()), @r"
    # Changes of meaning

    | kind | changes |
    |---|---|
    | api-added | 1 |
    | prose-changed | 1 |
    | rule-added | 1 |
    | unheard-of | 1 |

    ## Rules added

    - toy/Latch: no page of ours is about `toy/Gate` (`docs/toy-gate.md`)

    ## toy/Latch

    - api-added: the document has the API `LatchOpen`, this page has not (`rules/toy/Latch.md:12`)
      - the document: `docs/toy latch.md:31`
    - prose-changed: the document says what the specification does not (`rules/toy/Latch.md:14`)
      - the document: `docs/toy latch.md:9`
      - was: Nobody opens a \<latch\> twice, 100%.
    - unheard-of: kinds of other commands have no description here (`docs/toy-lid.md:4`)
    ");
    assert_eq!(markdown(&[]), "# Changes of meaning\n\nNone.\n");
}

#[test]
fn annotations_are_escaped() {
    insta::assert_snapshot!(github(&entries()[1..3]), @r"
    ::warning file=rules/toy/Latch.md,line=14,col=3,title=prose-changed::the document says what the specification does not%0Adocs/toy latch.md:9: the document
    ::warning file=docs/toy-gate.md,title=rule-added::no page of ours is about `toy/Gate`
    ");
}

#[test]
fn json_keeps_the_names_that_scripts_rely_on() {
    let array: Vec<Value> = serde_json::from_str(&json(&entries()).unwrap()).unwrap();
    for name in ["kind", "path", "line", "message", "found", "expected", "related"] {
        assert!(array.iter().all(|entry| entry.get(name).is_some()), "an entry has no `{name}`");
    }
    assert_eq!(array[0]["related"][0]["line"], 31);
}

#[test]
fn sarif_obeys_the_published_schema() {
    let mut schema: Value =
        serde_json::from_str(include_str!("../../../diagnostics/tests/data/sarif-2.1.0.schema.json")).unwrap();
    // As published, this one pattern (of a property that we do not write) is no regular expression: a stray bracket.
    for owner in ["run", "toolComponent"] {
        schema["definitions"][owner]["properties"]["language"]["pattern"] = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let sources = Sources::new();
    let context = Context { sources: &sources, colour: false, directory: "/home/me", version: "0.1.0" };
    for entries in [entries(), Vec::new()] {
        let log: Value = serde_json::from_str(&sarif(&entries, &context).unwrap()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    let log: Value = serde_json::from_str(&sarif(&entries(), &context).unwrap()).unwrap();
    let run = &log["runs"][0];
    let kinds: Vec<&str> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["api-added", "prose-changed", "rule-added", "unheard-of"]);
    let result = &run["results"][1];
    assert_eq!((&result["ruleId"], &result["ruleIndex"]), (&"prose-changed".into(), &1.into()));
    let uri = &result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "docs/toy%20latch.md");
}
