//! One report in every format: what people read is snapshotted, what machines read is checked against its contract.

use rulebook_diagnostics::{
    Allowed, Certainty, Compared, Context, Finding, Format, Known, Part, Place, Problem, Related, Report, RuleInfo,
    Severity, Sources, Step, Summary, render,
};
use serde_json::Value;

const PATH: &str = "src/queue.c";
const TEXT: &str = "\
VOID Drain(QUEUE *Queue, BOOLEAN Late)
{
    TakeLock(&Queue->Lock);
    if (Late) {
        return;
    }
    Refill(Queue);
    DropLock(&Queue->Lock); DropLock(&Queue->Lock);
}
";

fn place(line: u32, columns: (u32, u32)) -> Place {
    Place { path: PATH.to_owned(), line, column: columns.0, end_line: line, end_column: columns.1 }
}

fn step(line: u32, columns: (u32, u32), message: &str, state: &str, depth: u32) -> Step {
    Step { place: place(line, columns), message: message.to_owned(), state: state.to_owned(), depth }
}

fn finding(rule: &str, at: Place, message: &str, trace: Vec<Step>) -> Finding {
    Finding {
        place: at,
        rule: rule.to_owned(),
        message: message.to_owned(),
        severity: Severity::Warning,
        certainty: Certainty::SomePath,
        function: "Drain".to_owned(),
        entry: "`Drain` (`EVT_DRAIN`)".to_owned(),
        trace,
        note: Some("the next thread that takes the lock spins for ever".to_owned()),
        help: Some("release `Queue->Lock` before every `return`".to_owned()),
        see: Some("https://example.org/rules/toy/held.html".to_owned()),
        fingerprint: format!("{rule}-0011223344556677"),
    }
}

fn report() -> Report {
    let held = "`Queue->Lock` is still held when `Drain` returns";
    let to_return = vec![
        step(3, (5, 27), "`TakeLock` acquires `Queue->Lock`", "held", 0),
        step(4, (9, 13), "`Late` is true", "held", 0),
        step(5, (9, 15), "`Drain` returns", "held", 0),
    ];
    let twice = vec![
        step(3, (5, 27), "`TakeLock` acquires `Queue->Lock`", "held", 0),
        step(7, (5, 18), "calls `Refill`", "held", 0),
        Step {
            place: Place { path: "src/lib/refill.c".into(), line: 12, column: 3, end_line: 12, end_column: 20 },
            ..step(0, (0, 0), "`DropLock` releases `Queue->Lock`", "free", 1)
        },
        step(8, (29, 51), "`DropLock` releases `Queue->Lock` again", "error", 0),
    ];
    let mut report = Report {
        findings: vec![
            finding("toy/Released", place(8, (29, 51)), "`Queue->Lock` is released but not held", twice),
            finding("toy/HeldToo", place(5, (9, 15)), held, to_return.clone()),
            finding("toy/Held", place(5, (9, 15)), held, to_return.clone()),
            // The same rule and place again, less sure of its way: must not be shown twice.
            finding("toy/Held", place(5, (9, 15)), held, [to_return.clone(), to_return].concat()),
            Finding {
                trace: Vec::new(),
                note: None,
                help: None,
                see: None,
                certainty: Certainty::EveryPath,
                ..finding(
                    "toy/Elsewhere",
                    Place { path: "/elsewhere/a b.c".into(), line: 3, column: 7, end_line: 0, end_column: 0 },
                    "100% wrong, twice: here",
                    Vec::new(),
                )
            },
        ],
        allowed: vec![Allowed {
            finding: finding("toy/Twice", place(3, (5, 27)), "`Queue->Lock` is taken twice", Vec::new()),
            reason: "the first one is \"ours\"".to_owned(),
            place: place(2, (4, 14)),
        }],
        baseline: Some(Compared {
            known: vec![finding("toy/Old", place(7, (5, 18)), "`Refill` is called too often", Vec::new())],
            gone: vec![Known {
                file: "src/queue.c".to_owned(),
                rule: "toy/Older".to_owned(),
                function: "Drain".to_owned(),
                message: "`Queue->Lock` is late".to_owned(),
                fingerprint: "8899aabbccddeeff".to_owned(),
            }],
        }),
        problems: vec![
            Problem::error("source/unreadable", Place::file("src/gone.c"), "cannot be read: no such file")
                .help("check the path"),
        ],
        summary: Summary {
            drivers: 1,
            files: 2,
            lines: 1234,
            rules: 3,
            functions: 17,
            untrusted: 1,
            inconclusive: 2,
            not_applicable: 4,
            suppressed: 0,
        },
        rules: vec![RuleInfo {
            id: "toy/Held".into(),
            summary: "locks are released before the function returns".into(),
            family: "lock-pairing".into(),
            severity: Severity::Error,
            note: Some("the next thread that takes the lock spins for ever".into()),
            help: Some("release it on every path".into()),
            see: Some("https://example.org/rules/toy/held.html".into()),
        }],
        ..Report::default()
    };
    report.sort();
    report
}

fn rendered(format: Format) -> String {
    let sources = Sources::from([(PATH.to_owned(), TEXT.to_owned())]);
    let context = Context { sources: &sources, colour: false, directory: "/home/me/driver", version: "0.1.0" };
    format.renderer().render(&report(), &context).expect("renders")
}

#[test]
fn full_shows_frame_trace_reason_and_advice_once_per_defect() {
    insta::assert_snapshot!(rendered(Format::Full));
}

#[test]
fn concise_is_one_line_per_finding() {
    insta::assert_snapshot!(rendered(Format::Concise));
}

#[test]
fn json_is_one_document() {
    insta::assert_snapshot!(rendered(Format::Json));
}

#[test]
fn sarif_has_one_result_per_rule_and_place() {
    insta::assert_snapshot!(rendered(Format::Sarif));
}

#[test]
fn github_escapes_what_its_runner_unescapes() {
    insta::assert_snapshot!(rendered(Format::GitHub));
}

#[test]
fn msvc_lines_suit_the_error_list() {
    insta::assert_snapshot!(rendered(Format::Msvc));
}

#[test]
fn problems_show_the_line_they_concern() {
    let sources = Sources::from([("pages/a.md".to_owned(), "---\ntitel: A\n---\n".to_owned())]);
    let context = Context { sources: &sources, colour: false, directory: "", version: "" };
    let at = Place { path: "pages/a.md".into(), line: 2, column: 1, end_line: 2, end_column: 6 };
    let problem = Problem::error("page/front-matter", at, "`titel` is not a key of a rule page")
        .note("the page was skipped")
        .help("write `title`");
    insta::assert_snapshot!(render::problem(&problem, &context));
}

#[test]
fn sarif_obeys_the_published_schema() {
    let mut schema: Value = serde_json::from_str(include_str!("data/sarif-2.1.0.schema.json")).unwrap();
    // As published, this one pattern (of a property that we do not write) is no regular expression: a stray bracket.
    for owner in ["run", "toolComponent"] {
        schema["definitions"][owner]["properties"]["language"]["pattern"] = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut log: Value = serde_json::from_str(&rendered(Format::Sarif)).unwrap();
    let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    // The schema does bite: a level that SARIF does not have is refused.
    log["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator.is_valid(&log));
}

#[test]
fn sarif_says_where_each_result_stands() {
    let log: Value = serde_json::from_str(&rendered(Format::Sarif)).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    let results = log["runs"][0]["results"].as_array().unwrap().iter().map(|result| {
        let suppressions = result["suppressions"].as_array().expect("at all results or at none");
        let why = suppressions.first().map_or(Value::Null, |first| first["justification"].clone());
        (text(&result["ruleId"]), text(&result["baselineState"]), text(&why))
    });
    let expected = [
        ("toy/Elsewhere", "new", "none"),
        ("toy/Twice", "new", "the first one is \"ours\""),
        ("toy/Held", "new", "none"),
        ("toy/HeldToo", "new", "none"),
        ("toy/Old", "unchanged", "in the baseline"),
        ("toy/Released", "new", "none"),
    ];
    let expected = expected.map(|(rule, state, why)| (rule.to_owned(), state.to_owned(), why.to_owned()));
    assert_eq!(results.collect::<Vec<_>>(), expected);
    // Without comments and baseline nobody has looked for either.
    let plain = Report { allowed: Vec::new(), baseline: None, ..report() };
    let context = Context { sources: &Sources::new(), colour: false, directory: "", version: "" };
    let log = Format::Sarif.renderer().render(&plain, &context).unwrap();
    assert!(!log.contains("suppressions") && !log.contains("baselineState"), "{log}");
}

#[test]
fn sarif_tells_of_each_rule_what_services_ask_for() {
    let log: Value = serde_json::from_str(&rendered(Format::Sarif)).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 6, "the rule that ran, and those of findings");
    for rule in rules {
        for what in ["shortDescription", "fullDescription", "help"] {
            assert!(rule[what]["text"].as_str().is_some_and(|text| !text.is_empty()), "{what}: {rule}");
        }
    }
    let held = rules.iter().find(|rule| rule["id"] == "toy/Held").unwrap();
    assert_eq!(held["defaultConfiguration"]["level"], "error");
    assert_eq!(held["helpUri"], "https://example.org/rules/toy/held.html");
}

#[test]
fn json_lines_are_the_findings_of_the_document() {
    let document: Value = serde_json::from_str(&rendered(Format::Json)).unwrap();
    let lines = rendered(Format::JsonLines);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::from(lines), document["findings"]);
}

/// What can be read again gives the same document again, and in the case of JSON all of the findings.
#[test]
fn documents_are_read_again() {
    let part = Part { number: 2, of: 3, rules: vec!["toy/Held".into()], files: vec![PATH.into()] };
    let related = Related { place: place(1, (1, 2)), message: "here".to_owned() };
    let mut whole = Report { part: Some(part), ..report() };
    whole.problems[0].related = vec![related];
    let context = Context { sources: &Sources::new(), colour: false, directory: "/home/me/driver", version: "0.1.0" };
    for format in [Format::Json, Format::Sarif] {
        let text = format.renderer().render(&whole, &context).unwrap();
        let (told, again) = render::read(&text).unwrap();
        assert_eq!(told, format);
        let second = format.renderer().render(&again, &context).unwrap();
        assert_eq!(second, text, "{format}");
        assert_eq!((again.part, again.read.len()), (whole.part.clone(), 1));
        if format == Format::Json {
            assert_eq!((again.findings, again.allowed), (whole.findings.clone(), whole.allowed.clone()));
            assert_eq!((again.problems, again.baseline), (whole.problems.clone(), whole.baseline.clone()));
        }
    }
    for wrong in ["", "[]", "{}", r#"{"runs": [{}]}"#, r#"{"findings": 1}"#] {
        assert!(render::read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn json_keeps_the_names_that_scripts_rely_on() {
    let document: Value = serde_json::from_str(&rendered(Format::Json)).unwrap();
    let finding = &document["findings"][1];
    for name in ["rule", "path", "line", "column", "message", "certainty", "trace", "fingerprint"] {
        assert!(!finding[name].is_null(), "a finding has no `{name}`");
    }
    for name in ["functions", "untrusted", "inconclusive", "not_applicable"] {
        assert!(document["summary"][name].is_u64(), "the summary has no `{name}`");
    }
}

#[test]
fn every_format_is_found_by_its_name_and_gives_the_same_bytes_again() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(format));
        assert_eq!(rendered(format), rendered(format), "{format}");
    }
    assert_eq!("yaml".parse::<Format>(), Err("formats are full, concise, json, jsonl, sarif, github, msvc".to_owned()));
}

#[test]
fn places_past_the_end_of_a_text_are_shown_without_it() {
    let mut report =
        Report { findings: vec![finding("toy/Held", place(99, (1, 2)), "held", Vec::new())], ..Report::default() };
    report.findings[0].see = None;
    let sources = Sources::from([(PATH.to_owned(), TEXT.to_owned())]);
    let context = Context { sources: &sources, colour: false, directory: "", version: "" };
    let full = Format::Full.renderer().render(&report, &context).unwrap();
    assert!(full.starts_with("warning[toy/Held]: held\n--> src/queue.c:99:1\n"), "{full}");
}
