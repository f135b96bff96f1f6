//! What each fuzz target does with its bytes. The targets call it, and so does `cli/tests/fuzz.rs` for every file that
//! is kept, with a stable compiler.
//!
//! A body panics where a promise is broken; it says nothing of what came of the bytes.

// The configuration is part of the binary, whose modules nobody can depend on.
#[path = "../../cli/src/config/mod.rs"]
#[expect(dead_code, reason = "only what reads the file is called")]
mod config;
#[path = "../../cli/src/paths.rs"]
mod paths;

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rulebook_catalog::lists::rule_list;
use rulebook_catalog::load::load_texts;
use rulebook_catalog::{Catalog, Page, Source, rules};
use rulebook_checker::Options;
use rulebook_diagnostics::{Context, Format, Report, Sources};
use rulebook_frontend::Cache;
use rulebook_machine::expand::{Reference, expand};
use rulebook_machine::table::Table;
use rulebook_machine::{Interval, Pattern, Spec};
use tempfile::TempDir;

/// A target, by its name, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 8] = [
    ("page", page),
    ("c_source", c_source),
    ("check", check),
    ("pattern", pattern),
    ("table", table),
    ("allow", allow),
    ("config", config),
    ("project", project),
];

/// Pages in every dialect, lists and their specifications: places lie in the page, and nothing panics.
pub fn page(bytes: &[u8]) {
    let source = Source::decode("x.sdv", bytes);
    let (entries, _) = rule_list::read(&source);
    assert!(entries.iter().all(|entry| source.text.get(entry.span.start as usize..entry.span.end as usize).is_some()));
    let text = source.text.as_str();
    let (pages, problems) = load_texts([("wdm-x.md", text), ("set.md", text), ("toc.yml", text)]);
    assert!(problems.iter().all(|problem| problem.place.line > 0), "{problems:?}");
    let catalog = Catalog::new(pages);
    let (_, problems) = rules::rules_of(&catalog, &rulebook_catalog::api_facts::ApiFacts::default());
    assert!(problems.iter().all(|problem| problem.place.line > 0), "{problems:?}");
    if let Ok(Page::Api(page)) = Page::read(Source::decode("wdm-x.md", bytes)).0 {
        let _ = page.returns();
    }
}

/// The way of a source file to control flow, as C and as C++.
pub fn c_source(bytes: &[u8]) {
    let language = &bundled().semantics.language;
    for name in ["a.c", "a.cpp"] {
        let path = written(name, bytes);
        let (projects, _) = rulebook_frontend::discover(&[path]);
        for project in &projects {
            let program = rulebook_frontend::load(project, language, &Cache::new(), true);
            for (file, unit) in program.files.iter().zip(&program.units) {
                for function in &unit.functions {
                    let span = function.loc.span;
                    assert!(file.text.get(span.start as usize..span.end as usize).is_some(), "{}", function.name);
                }
            }
        }
    }
}

/// A whole check of one C file with every rule, and its results in every form.
pub fn check(bytes: &[u8]) {
    let (report, sources) = checked(&written("a.c", bytes), bundled(), &Options::default());
    shown(&report, &sources);
}

/// Event patterns and whole specifications: what is understood is written as it is read.
pub fn pattern(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(pattern) = text.parse::<Pattern>() {
        let written = pattern.to_string();
        assert_eq!(written.parse::<Pattern>().as_ref(), Ok(&pattern), "{written}");
        let _ = pattern.variables();
    }
    if let Ok(spec) = Spec::parse(text)
        && let Ok(expansion) = expand(&spec, &Nothing)
    {
        for machine in &expansion.machines {
            machine.verify().expect("what comes of a specification can run");
        }
    }
}

/// A rule table, and a check with it.
pub fn table(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(table) = Table::from_json(text) else { return };
    let again = Table::from_json(&table.to_json().expect("what was read can be written"));
    assert_eq!(again.as_ref(), Ok(&table));
    let options = Options { verdicts: true, ..Options::default() };
    let (report, sources) = checked(&written("driver.c", DRIVER.as_bytes()), &table, &options);
    shown(&report, &sources);
}

/// Comments that allow something.
pub fn allow(bytes: &[u8]) {
    // One rule is enough, which finds something there.
    static RULES: OnceLock<Vec<String>> = OnceLock::new();
    let mut text = DRIVER.as_bytes().to_vec();
    text.extend_from_slice(b"// rulebook: ");
    text.extend_from_slice(bytes);
    text.extend_from_slice(b"\n");
    text.extend_from_slice(DRIVER.as_bytes());
    let rules = RULES.get_or_init(|| {
        let (report, _) = checked(&written("driver.c", DRIVER.as_bytes()), bundled(), &Options::default());
        report.findings.into_iter().map(|finding| finding.rule).take(1).collect()
    });
    let (report, sources) =
        checked(&written("a.c", &text), bundled(), &Options { rules: rules.clone(), ..Options::default() });
    shown(&report, &sources);
}

/// `rulebook.toml`.
pub fn config(bytes: &[u8]) {
    let path = written("rulebook.toml", bytes);
    let Ok((_, problems)) = config::Config::load(Some(&path)) else { return };
    assert!(problems.iter().all(|problem| problem.place.line > 0), "{problems:?}");
}

/// Project files, solutions and compilation databases: the kind by the first byte, the text behind it.
pub fn project(bytes: &[u8]) {
    let Some((kind, text)) = bytes.split_first() else { return };
    let name = match kind {
        b'v' => "a.vcxproj",
        b'p' => "Directory.Build.props",
        b's' => "a.sln",
        b'x' => "a.slnx",
        b'c' => "compile_commands.json",
        _ => return,
    };
    let folder = TempDir::new().expect("there is a folder for what comes and goes");
    let within = |name: &str| folder.path().join(name);
    fs::write(within("a.c"), "int a;\n").expect("a file can be written");
    fs::write(within("a.vcxproj"), "<Project><ItemGroup><ClCompile Include=\"a.c\"/></ItemGroup></Project>")
        .expect("a file can be written");
    fs::write(within(name), text).expect("a file can be written");
    let named = within(if name.ends_with(".props") { "a.vcxproj" } else { name });
    for path in [named, folder.path().to_owned()] {
        let (projects, _) = rulebook_frontend::discover(&[path]);
        for project in &projects {
            let _ = rulebook_frontend::load(project, &bundled().semantics.language, &Cache::new(), true);
        }
    }
}

/// A driver with something to find.
const DRIVER: &str = include_str!("../driver.c");

/// A reference that knows no function.
struct Nothing;

impl Reference for Nothing {
    fn applies_to(&self) -> Vec<String> {
        vec!["A".to_owned(), "B".to_owned()]
    }

    fn parameters(&self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn bound(&self, _: &str) -> Option<Interval> {
        None
    }
}

fn bundled() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| rulebook_checker::bundled_table().expect("the bundled table can be read"))
}

/// Checks one file, as the command line would.
fn checked(path: &Path, table: &Table, options: &Options) -> (Report, Sources) {
    rulebook_checker::check_paths(&[path.to_owned()], table, options, &|_, _, _| {})
}

/// Renders the report in every form.
fn shown(report: &Report, sources: &Sources) {
    let context = Context { sources, colour: false, directory: "", version: "0" };
    let all =
        [Format::Full, Format::Concise, Format::Json, Format::JsonLines, Format::Sarif, Format::GitHub, Format::Msvc];
    for format in all {
        format.renderer().render(report, &context).expect("a report can be shown");
    }
}

/// The bytes in a file of this name, in a folder of this thread.
fn written(name: &str, bytes: &[u8]) -> PathBuf {
    thread_local! {
        static FOLDER: OnceCell<TempDir> = const { OnceCell::new() };
    }
    let path = FOLDER.with(|folder| {
        folder.get_or_init(|| TempDir::new().expect("there is a folder for what comes and goes")).path().join(name)
    });
    fs::write(&path, bytes).expect("a file can be written");
    path
}
