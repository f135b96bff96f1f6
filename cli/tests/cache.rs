//! Results of earlier runs: what is shown is what a run without them shows, whatever changes and whatever they suffer.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const TABLE: &str = include_str!("cmd/check.in/toy.json");

const PROJECT: &str = r#"<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <PropertyGroup><ConfigurationType>Driver</ConfigurationType></PropertyGroup>
  <ItemDefinitionGroup><ClCompile>
    <AdditionalIncludeDirectories>..\inc</AdditionalIncludeDirectories>
    <PreprocessorDefinitions>ALWAYS=0</PreprocessorDefinitions>
  </ClCompile></ItemDefinitionGroup>
  <ItemGroup><ClCompile Include="a.c" /></ItemGroup>
</Project>
"#;

/// Leaves with the lock held where `LATE` says so.
const LEAKS: &str = "void Fill(QUEUE *Queue, int Late)\n{\n    TakeLock(&Queue->Lock);\n    if (LATE) {\n        return;\n    }\n    DropLock(&Queue->Lock);\n}\n";

/// A driver with a project and a header elsewhere, one by its folder with comments that allow, and a broken project.
fn tree() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let own = |text: &str| format!("#include <toy.h>\n{text}");
    let calm =
        LEAKS.replace("Fill", "Calm").replace("return;", "return; // rulebook: allow(toy/Balanced) dropped later");
    for (path, text) in [
        ("toy.json", TABLE.to_owned()),
        ("src/one/one.vcxproj", PROJECT.to_owned()),
        ("src/one/a.c", own(&format!("#include \"late.h\"\n#include \"none.h\"\n{LEAKS}"))),
        ("src/one/b.c", own(&format!("#define LATE Late\n{}", LEAKS.replace("Fill", "Second")))),
        ("src/inc/late.h", "#define LATE Late\n".to_owned()),
        ("src/two/a.c", own(&format!("#define LATE Late\n{calm}// rulebook: allow(toy/Balanced) idle\n"))),
        ("src/two/help.c", own("void Help(void) { }\n")),
        ("src/broken/x.vcxproj", "<Project>".to_owned()),
    ] {
        write(place.path(), path, &text);
    }
    place
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn replace(root: &Path, path: &str, from: &str, to: &str) {
    let text = fs::read_to_string(root.join(path)).unwrap();
    assert!(text.contains(from), "{path} has no `{from}`");
    fs::write(root.join(path), text.replace(from, to)).unwrap();
}

fn command(root: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rulebook"));
    command.current_dir(root).args(args).env_remove("RULEBOOK_CACHE");
    // Whatever goes wrong here, no folder of a user is touched.
    command.env("HOME", root.join("home")).env("XDG_CACHE_HOME", root.join("home/cache"));
    command
}

/// Exit code, output and messages.
fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// `check` of the tree with these options.
fn check(root: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    told(&command(root, &[&["check", "src", "--table", "toy.json"], more].concat()).output().unwrap())
}

fn with(root: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    check(root, &[&["--cache", "cache"], more].concat())
}

fn without(root: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    check(root, &[&["--no-cache"], more].concat())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(folder) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| !path.ends_with("CACHEDIR.TAG"));
    paths.sort();
    paths
}

/// Puts other words into all results, which are whole all the same: who sees them has not checked.
fn doctor(folder: &Path) {
    for path in entries(folder) {
        let text = fs::read_to_string(&path).unwrap().replace("still held", "DOCTORED");
        let (head, body) = text.split_once('\n').unwrap();
        let (head, _) = head.rsplit_once(' ').unwrap();
        fs::write(&path, format!("{head} {}\n{body}", blake3::hash(body.as_bytes()))).unwrap();
    }
}

#[test]
fn what_is_unchanged_is_shown_as_before_in_every_format() {
    let place = tree();
    let root = place.path();
    write(root, "weighs.toml", "[severity]\n\"toy/Balanced\" = \"error\"\n");
    without(root, &["--write-baseline", "known.json"]);
    for format in ["full", "concise", "json", "jsonl", "sarif", "github", "msvc"] {
        for more in [&[][..], &["--verdicts"], &["--config", "weighs.toml"], &["--baseline", "known.json"]] {
            let args = [&["--format", format], more].concat();
            let expected = without(root, &args);
            assert_eq!(expected.0, Some(2), "the broken project is told of");
            assert_eq!(with(root, &args), expected, "{args:?}, first");
            assert_eq!(with(root, &args), expected, "{args:?}, again");
        }
    }
    // How results are shown is not part of them.
    assert_eq!(entries(&root.join("cache")).len(), 3);
    doctor(&root.join("cache"));
    assert!(with(root, &[]).1.contains("DOCTORED"), "results come from where they are kept");
}

/// What is changed, and how.
type Change = (&'static str, fn(&Path));

#[test]
fn each_change_is_seen() {
    let place = tree();
    let root = place.path();
    let json = ["--format", "json"];
    let mut before = with(root, &json);
    let changes: [Change; 18] = [
        ("a header", |root| write(root, "src/inc/late.h", "#define LATE 0\n")),
        ("a header that is found before another", |root| write(root, "src/one/late.h", "#define LATE Late\n")),
        ("the same, gone", |root| fs::remove_file(root.join("src/one/late.h")).unwrap()),
        ("a header that was looked for in vain", |root| write(root, "src/inc/none.h", "#undef LATE\n#define LATE 1\n")),
        ("the same, in another case", |root| {
            fs::rename(root.join("src/inc/none.h"), root.join("src/inc/NONE.H")).unwrap();
            write(root, "src/inc/NONE.H", "#undef LATE\n#define LATE Late\n");
        }),
        ("a header that is no text", |root| fs::write(root.join("src/inc/NONE.H"), b"\0\0\0").unwrap()),
        ("the same, gone", |root| fs::remove_file(root.join("src/inc/NONE.H")).unwrap()),
        ("a macro of the project", |root| {
            replace(root, "src/inc/late.h", "#define LATE 0", "#define LATE (ALWAYS)");
            replace(root, "src/one/one.vcxproj", "ALWAYS=0", "ALWAYS=Late");
        }),
        ("a byte of a source", |root| replace(root, "src/one/a.c", "return;", "return ;")),
        ("a file of the project", |root| {
            replace(root, "src/one/one.vcxproj", "\"a.c\" />", "\"a.c\" /><ClCompile Include=\"b.c\" />");
        }),
        ("the same, gone", |root| replace(root, "src/one/one.vcxproj", "<ClCompile Include=\"b.c\" />", "")),
        ("a comment that allows", |root| {
            replace(root, "src/one/a.c", "return ;", "return ; // rulebook: allow(toy/Balanced) why");
        }),
        ("its reason", |root| replace(root, "src/one/a.c", ") why", ") because")),
        ("an include folder of the project", |root| {
            write(root, "src/other/late.h", "#define LATE 0\n");
            replace(root, "src/one/one.vcxproj", "..\\inc", "..\\other");
        }),
        ("a comment that is not needed any more", |root| replace(root, "src/two/a.c", "if (LATE)", "if (0)")),
        ("a file in a folder", |root| {
            let text = LEAKS.replace("Fill", "More");
            write(root, "src/two/b.c", &format!("#include <toy.h>\n#define LATE Late\n{text}"));
        }),
        ("its name", |root| fs::rename(root.join("src/two/b.c"), root.join("src/two/c.c")).unwrap()),
        ("a rule", |root| replace(root, "toy.json", "is still held when", "stays held when")),
    ];
    for (change, make) in changes {
        make(root);
        let expected = without(root, &json);
        assert_eq!(with(root, &json), expected, "{change}");
        assert_ne!(expected, before, "{change} changes what is said");
        assert_eq!(with(root, &json), expected, "{change}, again");
        before = expected;
    }
    for more in [&["-D", "ALWAYS"][..], &["--exclude", "two"], &["--rule", "toy/*"], &["--shard", "1/2"]] {
        for format in ["json", "full"] {
            let args = [more, &["--format", format]].concat();
            assert_eq!(with(root, &args), without(root, &args), "{args:?}");
            assert_eq!(with(root, &args), without(root, &args), "{args:?}, again");
        }
    }
    // What looks into the engine looks into the engine.
    let args = ["--dump", "cfg"];
    assert_eq!(with(root, &args), without(root, &args));
}

#[test]
fn whatever_results_suffer_is_mended() {
    let place = tree();
    let root = place.path();
    let expected = without(root, &["--verdicts"]);
    with(root, &["--verdicts"]);
    let whole: Vec<(PathBuf, Vec<u8>)> =
        entries(&root.join("cache")).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    let (_, longest) = whole.iter().max_by_key(|(_, bytes)| bytes.len()).unwrap();
    let steps = longest.len() / 24;
    for at in (0..longest.len()).step_by(steps) {
        for (path, bytes) in &whole {
            let at = at.min(bytes.len() - 1);
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x11;
            if at % 2 == 0 {
                damaged.truncate(at);
            }
            fs::write(path, damaged).unwrap();
        }
        assert_eq!(with(root, &["--verdicts"]), expected, "{at}");
        for (path, bytes) in &whole {
            assert_eq!(&fs::read(path).unwrap(), bytes, "mended");
        }
    }
    // Whole, but nothing that this program has written.
    for body in ["", "{}", "[1]", "{\"findings\": 7}"] {
        for (path, bytes) in &whole {
            let head = String::from_utf8_lossy(bytes).lines().next().unwrap().rsplit_once(' ').unwrap().0.to_owned();
            fs::write(path, format!("{head} {}\n{body}", blake3::hash(body.as_bytes()))).unwrap();
        }
        assert_eq!(with(root, &["--verdicts"]), expected, "{body}");
    }
    // A place in a file that the driver does not have.
    for (path, bytes) in &whole {
        let text = String::from_utf8_lossy(bytes).replace("\"path\":\"0\"", "\"path\":\"99\"");
        let (head, body) = text.split_once('\n').unwrap();
        let head = head.rsplit_once(' ').unwrap().0;
        fs::write(path, format!("{head} {}\n{body}", blake3::hash(body.as_bytes()))).unwrap();
    }
    assert_eq!(with(root, &["--verdicts"]), expected);
    fs::remove_dir_all(root.join("cache")).unwrap();
    assert_eq!(with(root, &["--verdicts"]), expected, "deleted");
}

#[test]
fn checkouts_share_results_wherever_they_lie() {
    let (first, second) = (tree(), tree());
    let cache = first.path().join("cache");
    let shared = ["--cache", cache.to_str().unwrap(), "--verdicts", "--format", "json"];
    check(first.path(), &shared);
    let before = entries(&cache);
    let expected = without(second.path(), &["--verdicts", "--format", "json"]);
    assert_eq!(check(second.path(), &shared), expected);
    // By whole paths, from elsewhere, and deeper.
    write(second.path(), "deep/er/x", "");
    fs::rename(second.path().join("src"), second.path().join("deep/er/src")).unwrap();
    for root in [second.path().join("deep/er/src"), PathBuf::from("deep/er")] {
        let args = |more: &[&'static str]| -> Vec<String> {
            let all = [&["check", root.to_str().unwrap(), "--table", "toy.json", "--format", "json"], more].concat();
            all.iter().map(|word| (*word).to_owned()).collect()
        };
        let run = |args: Vec<String>, cache: &Path| {
            told(&command(second.path(), &[]).args(args).env("RULEBOOK_CACHE", cache).output().unwrap())
        };
        assert_eq!(run(args(&[]), &cache), run(args(&["--no-cache"]), &cache));
    }
    assert_eq!(entries(&cache), before, "nothing was new");
    doctor(&cache);
    assert!(check(first.path(), &shared).1.contains("DOCTORED"));
}

#[test]
fn runs_at_the_same_time_do_not_disturb_each_other() {
    let place = tree();
    let root = place.path();
    let expected = without(root, &["--format", "json"]);
    let start = |_| -> Child {
        let args = ["check", "src", "--table", "toy.json", "--cache", "cache", "--format", "json"];
        command(root, &args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let running: Vec<Child> = (0..8).map(start).collect();
    for child in running {
        assert_eq!(told(&child.wait_with_output().unwrap()), expected);
    }
    assert_eq!(entries(&root.join("cache")).len(), 3);
    doctor(&root.join("cache"));
    assert!(with(root, &[]).1.contains("DOCTORED"), "what they leave is whole");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_of_once_and_work_goes_on() {
    let place = tree();
    let root = place.path();
    let expected = without(root, &["--format", "json"]);
    let (code, out, said) = check(root, &["--cache", "toy.json/cache", "--format", "json"]);
    assert_eq!((code, out), (expected.0, expected.1));
    assert_eq!(said.matches("warning: results cannot be kept in `toy.json/cache`").count(), 1, "{said}");
    assert!(said.contains("`--no-cache` does without"), "{said}");
}

#[test]
fn the_user_says_where_results_are_and_deletes_them() {
    let place = tree();
    let root = place.path();
    let run = |args: &[&str], folder: Option<&str>| {
        let mut command = command(root, args);
        if let Some(folder) = folder {
            command.env("RULEBOOK_CACHE", folder);
        }
        told(&command.output().unwrap())
    };
    let check = |more: &[&'static str]| [&["check", "src", "--table", "toy.json"], more].concat();
    run(&check(&["--no-cache"]), Some("named"));
    run(&check(&[]), Some(""));
    assert!(!root.join("named").exists() && !root.join("home").exists(), "nothing is kept");
    run(&check(&[]), Some("named"));
    assert_eq!(entries(&root.join("named")).len(), 3);
    run(&check(&["--cache", "first"]), Some("named"));
    assert_eq!(entries(&root.join("first")).len(), 3);
    let (_, said, _) = run(&["cache"], Some("named"));
    assert!(said.starts_with("3 results (") && said.ends_with(" KiB) in `named`\n"), "{said}");
    write(root, "named/diary.txt", "");
    assert_eq!(run(&["cache", "--clear"], Some("named")).1, "3 files deleted in `named`\n");
    assert!(root.join("named/diary.txt").is_file());
    assert_eq!(entries(&root.join("first")).len(), 3, "another folder");
    assert!(run(&["cache"], Some("")).1.starts_with("nothing is kept"));
    assert_eq!(run(&["cache", "--cache", "first", "--clear"], None).1, "3 files deleted in `first`\n");
    if cfg!(target_os = "linux") {
        run(&check(&[]), None);
        assert_eq!(entries(&root.join("home/cache/rulebook")).len(), 3);
    }
}

#[test]
fn tests_leave_the_folder_of_the_user_alone() {
    assert_eq!(std::env::var("RULEBOOK_CACHE").as_deref(), Ok(""), ".cargo/config.toml says so to all tests");
}
