//! Comments that allow findings: what each stands for, what is left, and what is wrong with such comments.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::fs;

use proptest::prelude::*;
use rulebook_checker::{Options, check_paths};
use rulebook_diagnostics::{Finding, Report};
use rulebook_machine::Table;

/// Two rules that every `Open` breaks, one that every `Shut` breaks, and one for drivers of another kind.
fn table() -> Table {
    let rule = |id: &str, call: &str, applicability: &str| {
        format!(
            r#"{{"id": "{id}", "summary": "", "family": "", "applicability": "{applicability}", "machines": [{{"events":
            [{{"name": "call", "patterns": ["{call}(...)"]}}], "states": [{{"name": "start", "on": {{"call": "!no"}}}}]}}]}}"#
        )
    };
    let rules = [
        rule("toy/Gate", "Open", "kernel"),
        rule("toy/Latch", "Open", "kernel"),
        rule("toy/Shutter", "Shut", "kernel"),
        rule("far/Fence", "Open", "framework"),
    ];
    let semantics = r#"{"models": [{"model": "toy", "includes": ["toy.h"]}, {"model": "far", "includes": ["far.h"]}]}"#;
    let text = format!(
        r#"{{"@generated": "no: a test's", "schema": 1, "rules": [{}], "semantics": {semantics}}}"#,
        rules.join(",")
    );
    Table::from_json(&text).unwrap()
}

/// Checks files of one folder, each given by name and bytes.
fn checked(files: &[(&str, &[u8])], options: &Options) -> Report {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let paths: Vec<_> =
        files.iter().filter(|(name, _)| *name != "f.h").map(|(name, _)| folder.path().join(name)).collect();
    check_paths(&paths, &table(), options, &|_, _, _| {}).0
}

/// `Gate@5`, and so on.
fn shown(finding: &Finding) -> String {
    format!("{}@{}", finding.rule.split_once('/').unwrap().1, finding.place.line)
}

/// Findings, then what is allowed with its reason in brackets, then problems by their codes and places.
fn told(report: &Report) -> String {
    let findings = report.findings.iter().map(shown);
    let allowed = report.allowed.iter().map(|one| format!("{} ({})", shown(&one.finding), one.reason));
    let problems = report.problems.iter().map(|one| {
        assert!(!report.failed(), "{one:?}");
        format!("{}@{}:{}", one.code.trim_start_matches("allow/"), one.place.line, one.place.column)
    });
    findings.chain(allowed).chain(problems).collect::<Vec<_>>().join(" ")
}

/// A function of these lines; the first of them is line 3.
fn function(lines: &str) -> String {
    format!("#include <toy.h>\nvoid F(T *a, T *b) {{\n{lines}\n}}\n")
}

#[test]
fn a_comment_stands_for_its_line_or_the_one_below() {
    for (lines, expected) in [
        ("Open(a);", "Gate@3 Latch@3"),
        ("Open(a); // rulebook: allow(toy/Gate) ours", "Latch@3 Gate@3 (ours)"),
        ("Open(a); /* rulebook: allow(Gate, Latch) ours */", "Gate@3 (ours) Latch@3 (ours)"),
        ("// rulebook: allow(toy/*) ours\nOpen(a);", "Gate@4 (ours) Latch@4 (ours)"),
        (
            "/* rulebook: allow(*) ours,\n * all of them */\nOpen(a);",
            "Gate@5 (ours, all of them) Latch@5 (ours, all of them)",
        ),
        ("// rulebook: allow(Gate) one\n// rulebook: allow(Latch) two\nOpen(a);", "Gate@5 (one) Latch@5 (two)"),
        ("Open(\n a); // rulebook: allow(*) ours", "Gate@3 (ours) Latch@3 (ours)"),
        // One line alone, and no line further off.
        ("// rulebook: allow(*) ours\nOpen(a);\nOpen(b);", "Gate@5 Latch@5 Gate@4 (ours) Latch@4 (ours)"),
        ("// rulebook: allow(Gate) ours\n\nOpen(a);", "Gate@5 Latch@5 unused@3:20"),
        ("Open(a);\n// rulebook: allow(Gate) ours", "Gate@3 Latch@3 unused@4:20"),
        // Not comments.
        ("Open(a); s(\"// rulebook: allow(*) ours\");", "Gate@3 Latch@3"),
        ("Open(a); s(R\"(\n// rulebook: allow(*) ours\n)\"); Open(b);", "Gate@3 Latch@3 Gate@5 Latch@5"),
    ] {
        assert_eq!(told(&checked(&[("f.cpp", function(lines).as_bytes())], &Options::default())), expected, "{lines}");
    }
}

#[test]
fn a_comment_above_a_definition_stands_for_the_function_and_one_for_the_file_for_all() {
    for (text, expected) in [
        (
            "// rulebook: allow(*) ours\nvoid F(T *a) {\n  x();\n  Open(a);\n}\nvoid G(T *a) { Open(a); }\n",
            "Gate@7 Latch@7 Gate@5 (ours) Latch@5 (ours)",
        ),
        (
            "// rulebook: allow(Gate) ours\n// Opens.\n_Ann_(x)\nstatic void\nF(T *a)\n{\n  Open(a);\n}\n",
            "Latch@8 Gate@8 (ours)",
        ),
        // A declaration is no definition.
        ("// rulebook: allow(Gate) ours\nvoid F(T *a);\nvoid F(T *a) { Open(a); }\n", "Gate@4 Latch@4 unused@2:20"),
        // The nearest comment counts.
        (
            "// rulebook: allow(Gate) far\nvoid F(T *a) {\n  Open(a); // rulebook: allow(Gate) near\n  Open(a + 1);\n}\n",
            "Latch@4 Latch@5 Gate@4 (near) Gate@5 (far)",
        ),
        (
            "void F(T *a) { Open(a); }\n// rulebook: allow-file(Gate) old\nvoid G(T *a) { Open(a); }\n",
            "Latch@2 Latch@4 Gate@2 (old) Gate@4 (old)",
        ),
    ] {
        let text = format!("#include <toy.h>\n{text}");
        let told = told(&checked(&[("f.c", text.as_bytes())], &Options::default()));
        assert_eq!(told, expected, "{text}");
    }
}

#[test]
fn comments_that_allow_nothing_are_told_of() {
    for (lines, expected) in [
        ("Open(a); // rulebook: allow(Gate)", "Gate@3 Latch@3 no-reason@3:13"),
        ("Open(a); // rulebook: allow(Gate) --", "Gate@3 Latch@3 no-reason@3:13"),
        ("Open(a); // rulebook: allow(Gat, Latch) ours", "Gate@3 Latch@3 (ours) unknown-rule@3:29"),
        ("Open(a); // rulebook: allow(ks/*) ours", "Gate@3 Latch@3 unknown-rule@3:29"),
        ("Open(a); // rulebook: ignore(Gate) ours", "Gate@3 Latch@3 malformed@3:13"),
        ("x(a); // rulebook: allow(Gate) ours", "unused@3:26"),
        ("Open(a); // rulebook: allow(Shutter) ours", "Gate@3 Latch@3 unused@3:29"),
        // A rule that does not run in this driver finds nothing here, and may elsewhere.
        ("Open(a); // rulebook: allow(Fence) ours", "Gate@3 Latch@3"),
        // What is not compiled was not looked at.
        ("#if NEVER\nOpen(a); // rulebook: allow(Gate) ours\n#endif", ""),
    ] {
        assert_eq!(told(&checked(&[("f.c", function(lines).as_bytes())], &Options::default())), expected, "{lines}");
    }
}

#[test]
fn problems_say_what_to_do() {
    let lines = "// rulebook: allow(toy/Gat) ours\nOpen(a);";
    let report = checked(&[("f.c", function(lines).as_bytes())], &Options::default());
    let [problem] = &report.problems[..] else { panic!("{:?}", report.problems) };
    assert_eq!(problem.message, "no executable rule is called `toy/Gat`, and nothing is allowed");
    assert_eq!(problem.help.as_deref(), Some("did you mean `toy/Gate`?"));
}

#[test]
fn a_rule_that_did_not_run_leaves_its_comments_alone() {
    let text = function("x(a); // rulebook: allow(Gate) ours");
    let only = |rule: &str| Options { rules: vec![rule.to_owned()], ..Options::default() };
    assert_eq!(told(&checked(&[("f.c", text.as_bytes())], &only("toy/Latch"))), "");
    assert_eq!(told(&checked(&[("f.c", text.as_bytes())], &only("toy/Gate"))), "unused@3:26");
}

/// A header is read by each driver that includes it: what one of them needs is used.
#[test]
fn a_comment_that_one_driver_needs_is_used() {
    let header = "inline void F(T *a) { CALL(a); } // rulebook: allow(*) ours\n";
    let (one, two) =
        ("#include <toy.h>\n#define CALL Open\n#include \"f.h\"\n", "#include <toy.h>\n#include \"f.h\"\n");
    let report = |files: &[(&str, &str)]| {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        told(&checked(&files, &Options::default()))
    };
    assert_eq!(report(&[("f.h", header), ("one.c", one)]), "Gate@1 (ours) Latch@1 (ours)");
    assert_eq!(report(&[("f.h", header), ("two.c", two)]), "unused@1:53");
    assert_eq!(report(&[("f.h", header), ("one.c", one), ("two.c", two)]), "Gate@1 (ours) Latch@1 (ours)");
}

#[test]
fn what_is_allowed_is_counted() {
    let report = checked(&[("f.c", function("Open(a); // rulebook: allow(*) ours").as_bytes())], &Options::default());
    assert_eq!((report.findings.len(), report.summary.suppressed), (0, 2));
    assert_eq!(report.allowed[0].place.column, 29);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands there, nothing panics, and of the two findings of the first function none is lost.
    #[test]
    fn arbitrary_bytes_are_taken(parts in proptest::collection::vec(
        prop_oneof![
            Just(b"// rulebook: allow(".to_vec()), Just(b"/* rulebook: allow-file(".to_vec()), Just(b"Gate".to_vec()),
            Just(b"*".to_vec()), Just(b",".to_vec()), Just(b") why\n".to_vec()), Just(b"*/".to_vec()),
            Just(b"\\\n".to_vec()), Just(b"\"".to_vec()), Just(b"R\"(".to_vec()), Just(b"\n".to_vec()),
            Just(b"void F(T *a) { Open(a); }\n".to_vec()), Just("ü".as_bytes().to_vec()),
            proptest::collection::vec(1_u8.., 0..6),
        ], 0..24))
    {
        let calm = b"#include <toy.h>\nvoid First(T *a) { Open(a); }\n";
        let report = checked(&[("f.c", &[&calm[..], &parts.concat()].concat())], &Options::default());
        let first = |finding: &Finding| finding.place.line == 2 && finding.function == "First";
        let all = report.findings.iter().chain(report.allowed.iter().map(|allowed| &allowed.finding));
        prop_assert_eq!(all.filter(|finding| first(finding)).count(), 2);
        prop_assert!(report.allowed.iter().all(|allowed| !allowed.reason.is_empty()));
    }
}
