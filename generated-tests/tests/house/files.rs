//! What every file of the tree keeps to: module docs, size, no printing in libraries, the generated mark, no words of
//! the machine it was made on.

use std::collections::BTreeSet;

use crate::rust::{Kind, is, tokens};
use crate::{is_rust, read, root, sources, tree};

/// Files of more lines need a reason.
const LONG: usize = 400;

/// Files above [`LONG`], and the one idea that keeps each in one piece.
const LONG_FOR_A_REASON: &[(&str, &str)] = &[
    ("catalog/src/inline.rs", "one scanner for all that can stand inside a line, and the table of its cases"),
    ("catalog/tests/derive.rs", "one table of pages and what is derived from each"),
    ("checker/src/code.rs", "the shape of one function, and who calls whom"),
    ("checker/src/compiled.rs", "the table's types and their counterparts, side by side"),
    ("checker/src/engine.rs", "summaries and what they are made of call each other"),
    ("checker/src/event.rs", "how a call fits a pattern: one case after the other"),
    ("checker/src/run.rs", "one walk over the blocks, and how paths meet"),
    ("checker/src/state.rs", "memory, and how two of them are one"),
    ("checker/src/value.rs", "every kind of value, with what is asked of each"),
    ("frontend/src/lower/build/expr.rs", "one function for each kind of expression of two grammars"),
    ("frontend/src/lower/build/stmt.rs", "one function for each kind of statement of two grammars"),
    ("frontend/src/lower/flow/call.rs", "one function for each form of call"),
    ("frontend/src/lower/flow/stmt.rs", "one function for each kind of statement"),
    ("frontend/src/lower/flow/value.rs", "one function for each kind of expression"),
    ("frontend/src/lower/unit.rs", "one walk over a file, with what each item becomes"),
    ("frontend/src/prepass/condition.rs", "the grammar of `#if`, one function for each level"),
    ("frontend/src/project/vcxproj.rs", "one reader of one file format"),
    ("generator/src/fixtures.rs", "the choice of variants, which every part of it weighs"),
    ("importer/src/cdecl.rs", "one parser of C declarations"),
    ("machine/src/expand.rs", "one function for each shape"),
];

/// The mark of generated files; it stands in one of the first lines.
const MARK: &str = "@generated";

/// Folders in which everything is generated, and generated files elsewhere.
const GENERATED: [&str; 4] =
    ["generated-tests/fixtures/", "generated-tests/include/", "generated-tests/expected.csv", "checker/table.json"];

/// Lists the generated files that cannot bear the mark.
const SIDECAR: &str = "generated-tests/unmarked.txt";

/// The macros that print.
const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

fn prints(text: &str) -> Vec<usize> {
    let tokens = tokens(text);
    let calls = tokens.windows(2).filter(|pair| is(&pair[1..], &["!"]));
    let calls = calls.filter(|pair| pair[0].kind == Kind::Name && PRINTING.contains(&pair[0].text.as_str()));
    calls.map(|pair| pair[0].line).collect()
}

fn is_marked(text: &str) -> bool {
    text.lines().take(5).any(|line| line.contains(MARK))
}

fn has_module_docs(text: &str) -> bool {
    text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.starts_with("//! "))
}

/// Folders of somebody's machine in `text`, by line.
fn foreign_paths(text: &str) -> Vec<String> {
    let homes = ["work", "home", "root", "Users", "tmp", "mnt", "opt"];
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for (start, _) in line.match_indices('/') {
            let before = line[..start].chars().next_back();
            let rest = &line[start + 1..];
            let first = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            // In the middle of a path or of an address it is no root.
            let begins = before.is_none_or(|c| {
                !c.is_ascii_alphanumeric() && !matches!(c, '.' | '/' | '}' | ')' | '_' | '-' | '*' | '<')
            });
            // An example's home is nobody's.
            let begins = begins && !rest.starts_with("home/me");
            if begins && homes.contains(&first) && rest[first.len()..].starts_with('/') {
                found.push(format!("{}: {}", at + 1, line.trim()));
            }
        }
    }
    found
}

/// Paths among `paths` whose text does not satisfy `good`.
fn offenders<'a>(paths: impl IntoIterator<Item = &'a String>, good: impl Fn(&str) -> bool) -> Vec<&'a String> {
    paths.into_iter().filter(|path| !good(&read(path))).collect()
}

fn rust_files() -> Vec<String> {
    tree().into_iter().filter(|path| is_rust(path)).collect()
}

#[test]
fn every_module_says_why_it_exists() {
    let none: Vec<&String> = Vec::new();
    assert_eq!(offenders(&rust_files(), has_module_docs), none);
    assert!(!has_module_docs("\nuse std::fmt;\n//! Too late."));
    assert!(has_module_docs("//! What it is for.\n"));
}

#[test]
fn long_files_have_a_reason() {
    let long: BTreeSet<String> = rust_files().into_iter().filter(|path| read(path).lines().count() > LONG).collect();
    let known: BTreeSet<String> = LONG_FOR_A_REASON.iter().map(|(path, _)| (*path).to_owned()).collect();
    let new: Vec<&String> = long.difference(&known).collect();
    assert!(
        new.is_empty(),
        "files of more than {LONG} lines: split them, or say why not in LONG_FOR_A_REASON: {new:#?}"
    );
    // A reason holds while the file is near the bound, so that a small edit does not turn it about.
    let near = |path: &str| root().join(path).is_file() && read(path).lines().count() > LONG * 3 / 4;
    let gone: Vec<&String> = known.iter().filter(|path| !near(path)).collect();
    assert!(gone.is_empty(), "no longer so long, take them from LONG_FOR_A_REASON: {gone:#?}");
}

/// Libraries return; the binaries and the examples alone print.
#[test]
fn libraries_do_not_print() {
    for path in sources() {
        let binary = path.starts_with("cli/") || path.starts_with("importer/") || path.contains("/bin/");
        let lines = prints(&read(&path));
        assert!(binary || lines.is_empty(), "{path} prints in lines {lines:?}");
    }
    assert_eq!(prints("fn f() {\n  // println!()\n  println!(\"x\"); eprint!(); }"), [3, 3]);
    assert!(prints("fn print(x: u8) { print(x); \"println!\"; }").is_empty());
}

#[test]
fn generated_files_say_so() {
    let listed: BTreeSet<String> = read(SIDECAR).lines().map(str::to_owned).collect();
    let files = tree();
    let generated: Vec<&String> =
        files.iter().filter(|path| GENERATED.iter().any(|folder| path.starts_with(folder))).collect();
    assert!(generated.len() > 100, "only {} generated files", generated.len());
    let bare = offenders(generated, is_marked).into_iter().filter(|path| !listed.contains(*path));
    assert_eq!(bare.collect::<Vec<_>>(), Vec::<&String>::new(), "generated files without the mark");
    let lost = listed.iter().filter(|path| !path.starts_with('#') && !files.contains(path));
    assert_eq!(lost.collect::<Vec<_>>(), Vec::<&String>::new(), "{SIDECAR} lists files that do not exist");
    assert!(!is_marked("int x;\n\n\n\n\n/* @generated */"));
}

#[test]
fn no_file_knows_the_machine_it_was_made_on() {
    let mut bad = Vec::new();
    for path in tree().iter().filter(|path| *path != "generated-tests/tests/house/files.rs") {
        bad.extend(foreign_paths(&read(path)).into_iter().map(|line| format!("{path}:{line}")));
    }
    assert!(bad.is_empty(), "absolute paths:\n{}", bad.join("\n"));
    assert_eq!(
        foreign_paths("see /home/jo/x, /home/me\nhttps://host/work/x ../tmp/x /* work/ */ a/root/b"),
        ["1: see /home/jo/x, /home/me"]
    );
}

#[test]
fn text_is_in_unix_form() {
    let binary = [".woff2", ".png", ".ico", ".svgz"];
    let text = |path: &&String| !binary.iter().any(|ending| path.ends_with(ending));
    let files = tree();
    let bad = offenders(files.iter().filter(text), |text| {
        !text.contains("\r\n") && (text.is_empty() || text.ends_with('\n'))
    });
    let forms_of_old_pages = |path: &&String| !path.contains("/tests/");
    assert_eq!(bad.into_iter().filter(forms_of_old_pages).collect::<Vec<_>>(), Vec::<&String>::new());
}
