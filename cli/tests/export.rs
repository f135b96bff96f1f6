//! The exported catalog: what other programs read is in the form that is promised, and has everything.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages");

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rulebook"));
    command.args(arguments).output().expect("the test's own program can be run")
}

fn exported(format: &str, more: &[&str]) -> String {
    let output = run(&[&["export", "--format", format], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("an export is UTF-8")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("an export is one JSON document")
}

fn faults(schema: &Value, document: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).expect("the schema is one");
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect()
}

#[test]
fn json_has_the_form_of_the_schema() {
    let schema = json(include_str!("../../catalog/schema/export.schema.json"));
    for more in [&[][..], &["--docs", PAGES]] {
        let mut document = json(&exported("json", more));
        assert_eq!(faults(&schema, &document), Vec::<String>::new(), "{more:?}");
        // The schema bites: without an id, and with a status that there is not.
        document["rules"][0]["status"] = "done".into();
        assert_eq!(faults(&schema, &document).len(), 1, "{more:?}");
        document["rules"][1].as_object_mut().unwrap().shift_remove("id");
        assert_eq!(faults(&schema, &document).len(), 2, "{more:?}");
    }
}

#[test]
fn json_has_what_is_listed_and_explained() {
    let document = json(&exported("json", &[]));
    let listed = json(&String::from_utf8(run(&["list", "--format", "json"]).stdout).unwrap());
    let (rules, listed) = (document["rules"].as_array().unwrap(), listed.as_array().unwrap());
    assert_eq!(rules.len(), listed.len());
    for (rule, listed) in rules.iter().zip(listed) {
        for (name, value) in listed.as_object().unwrap().iter().filter(|(_, value)| !value.is_null()) {
            assert_eq!(rule[name], *value, "{}: {name}", rule["id"]);
        }
    }
    let api = |name: &str| document["apis"].as_array().unwrap().iter().find(|api| api["name"] == name).unwrap().clone();
    let acquire = api("KeAcquireSpinLock");
    assert_eq!(acquire["params"][1]["type"], "PKIRQL");
    assert_eq!(acquire["effects"]["irql"]["set"], "DISPATCH");
    assert_eq!(document["roles"]["DRIVER_CANCEL"]["contract"]["exit"], "initial");
    let of = |list: &str| document[list].as_array().unwrap().len();
    assert!(of("rule_sets") > 30 && of("bug_checks") > 4 && of("verifier_options") > 4);
}

#[test]
fn csv_has_one_line_for_each_rule() {
    for more in [&[][..], &["--docs", PAGES]] {
        let text = exported("csv", more);
        let rules = json(&exported("json", more))["rules"].as_array().unwrap().clone();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(names[..7], ["id", "model", "name", "family", "status", "derived", "summary"]);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), rules.len());
        for (row, rule) in rows.iter().zip(&rules) {
            assert_eq!((&row[0], &row[6]), (rule["id"].as_str().unwrap(), rule["summary"].as_str().unwrap()));
            let apis: Vec<&str> = rule["apis"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            assert_eq!(row[7], apis.join("; "));
        }
    }
}

#[test]
fn sarif_has_the_rules_and_no_results() {
    let mut schema = json(include_str!("../../diagnostics/tests/data/sarif-2.1.0.schema.json"));
    // As published, this one pattern (of a property that we do not write) is no regular expression: a stray bracket.
    for owner in ["run", "toolComponent"] {
        schema["definitions"][owner]["properties"]["language"]["pattern"] = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    for more in [&[][..], &["--docs", PAGES]] {
        let log = json(&exported("sarif", more));
        assert_eq!(faults(&schema, &log), Vec::<String>::new(), "{more:?}");
        let run = &log["runs"][0];
        // An empty list of results would say that something was analysed.
        assert!(run.get("results").is_none());
        let listed =
            json(&String::from_utf8(self::run(&[&["list", "--format", "json"], more].concat()).stdout).unwrap());
        let ids = |rules: &Value| -> Vec<String> {
            let mut ids: Vec<_> =
                rules.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap().to_owned()).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&run["tool"]["driver"]["rules"]), ids(&listed));
        assert!(run["tool"]["driver"]["rules"][0]["properties"]["status"].is_string());
    }
}

#[test]
fn an_export_goes_to_a_file_and_says_when_it_cannot() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("rules.csv");
    let output = run(&["export", "--format", "csv", "--docs", PAGES, "--output", &file.to_string_lossy()]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), exported("csv", &["--docs", PAGES]));
    let nowhere = place.path().join("no/such/rules.csv");
    let output = run(&["export", "--format", "csv", "--docs", PAGES, "--output", &nowhere.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be written"));
    assert!(!Path::new(&nowhere).exists());
}
