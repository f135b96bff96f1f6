//! A check comes to an end on any input, says what it could not read, does the rest of the work, and ends with the
//! right code.

mod hostile;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How large the forms are: far beyond what any recursion stands without a bound, and read in seconds.
const SIZE: usize = 20_000;
/// No input of these tests may take longer, whatever else the machine does; most take less than a second.
const PATIENCE: Duration = Duration::from_secs(240);

/// A driver with a finding, which is found whatever lies beside it.
const BESIDE: &str = "#include <wdm.h>\nDRIVER_DISPATCH Beside;\nNTSTATUS Beside(PDEVICE_OBJECT device, PIRP irp)\n{\n    \
                      KIRQL irql;\n    KeAcquireSpinLock(device->DeviceExtension, &irql);\n    return 0;\n}\n";

/// Runs the program in `folder`; it has neither panicked nor been ended by the system.
fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let started = Instant::now();
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_rulebook"))
        .args(args)
        .current_dir(folder)
        .output()
        .expect("the test's own program can be run");
    let (text, wrong) = (String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr).into_owned());
    assert!(status.code().is_some_and(|code| code <= 2), "{args:?}: {status}\n{wrong}");
    assert!(!wrong.contains("panicked") && !wrong.contains("overflow"), "{args:?}: {wrong}");
    assert!(started.elapsed() < PATIENCE, "{args:?} took {:?}", started.elapsed());
    (status.code(), text, wrong)
}

#[test]
fn whatever_the_source_the_check_ends_and_does_the_rest() {
    let forms = Mutex::new(hostile::FORMS.iter());
    let failed: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some((name, share, text)) = forms.lock().unwrap().next() else { break };
                    let place = TempDir::new().unwrap();
                    fs::write(place.path().join("case.c"), text(SIZE / share)).unwrap();
                    fs::write(place.path().join("beside.c"), BESIDE).unwrap();
                    let (code, text, wrong) = run(place.path(), &["check", "--format", "concise", "."]);
                    // What takes too many steps to parse is told of; nothing else of these is an error.
                    let told = if wrong.contains("error[source/unparsed]") { Some(2) } else { Some(1) };
                    if code != told || !text.contains("beside.c:7:5: warning[wdm/SpinLock]") {
                        failed.lock().unwrap().push(format!("{name}: {code:?}\n{text}{wrong}"));
                    }
                }
            });
        }
    });
    assert_eq!(failed.into_inner().unwrap(), Vec::<String>::new());
}

#[test]
fn bytes_that_are_no_source_are_told_of_and_the_rest_is_checked() {
    let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
        mark.into_iter().chain(BESIDE.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
    };
    let found = "case.c:7:5: warning[wdm/SpinLock]";
    let cases: Vec<(&str, Vec<u8>, i32, &str)> = vec![
        ("nothing", Vec::new(), 1, ""),
        ("UTF-16, low byte first", utf16([0xFF, 0xFE], u16::to_le_bytes), 1, found),
        ("UTF-16, high byte first", utf16([0xFE, 0xFF], u16::to_be_bytes), 1, found),
        ("half a character", [&utf16([0xFF, 0xFE], u16::to_le_bytes)[..], b"x"].concat(), 1, found),
        ("UTF-16 without a mark", utf16([0; 2], u16::to_le_bytes), 2, "case.c: error[source/binary] is not text"),
        ("UTF-8 with a mark", [b"\xEF\xBB\xBF", BESIDE.as_bytes()].concat(), 1, found),
        ("bytes above ASCII", [b"// caf\xE9 \xFF\xC0", BESIDE.as_bytes()].concat(), 1, "case.c:7:5"),
        ("carriage returns", BESIDE.replace('\n', "\r").into_bytes(), 1, found),
        ("zero bytes", vec![0; 1 << 20], 2, "case.c: error[source/binary] is not text"),
        ("a program", [b"MZ\x90\0", &vec![7; 1 << 16][..]].concat(), 2, "case.c: error[source/binary] is not text"),
        ("blanks", vec![b' '; 1 << 20], 1, ""),
        ("one word", vec![b'a'; 1 << 20], 1, ""),
        ("17 MiB", vec![b';'; 17 << 20], 2, "the file has 17 MiB; more than 16 MiB are not read"),
        ("bytes at random", noise(1 << 19), 2, "case.c: error[source/binary] is not text"),
        ("quotes", vec![b'\''; 3 << 20], 2, "case.c: error[source/unparsed] the file takes more steps"),
    ];
    for (name, bytes, expected, told) in cases {
        let place = TempDir::new().unwrap();
        fs::write(place.path().join("case.c"), bytes).unwrap();
        fs::write(place.path().join("beside.c"), BESIDE).unwrap();
        let (code, text, wrong) = run(place.path(), &["check", "--format", "concise", "."]);
        assert_eq!(code, Some(expected), "{name}\n{text}{wrong}");
        assert!(text.contains("beside.c:7:5: warning[wdm/SpinLock]"), "{name}\n{text}{wrong}");
        assert!(text.contains(told) || wrong.contains(told), "{name}: `{told}`\n{text}{wrong}");
    }
}

/// Bytes that look like nothing, the same every time.
fn noise(count: usize) -> Vec<u8> {
    let mut seed = 0x9E37_79B9_u32;
    let next = || {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        (seed >> 8) as u8 | 1
    };
    std::iter::repeat_with(next).take(count).collect()
}

#[test]
fn build_files_of_any_kind_are_told_of() {
    // What it is, its files, and the exit code.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], i32);
    let circle =
        "<Project><Import Project=\"b.props\"/><ItemGroup><ClCompile Include=\"beside.c\"/></ItemGroup></Project>";
    let deep = format!("<Project>{}", "<A>".repeat(SIZE));
    let cases: [Case<'_>; 5] = [
        ("nothing in a database", &[("compile_commands.json", "")], 2),
        ("no database", &[("compile_commands.json", "{\"a\": [\u{1}")], 2),
        ("a deep database", &[("compile_commands.json", &"[".repeat(SIZE))], 2),
        ("a deep project", &[("a.vcxproj", &deep)], 2),
        (
            "projects that import each other",
            &[("a.vcxproj", circle), ("b.props", "<Project><Import Project=\"a.vcxproj\"/></Project>")],
            1,
        ),
    ];
    for (name, files, expected) in cases {
        let place = TempDir::new().unwrap();
        fs::write(place.path().join("beside.c"), BESIDE).unwrap();
        for (file, text) in files {
            fs::write(place.path().join(file), text).unwrap();
        }
        let (code, text, wrong) = run(place.path(), &["check", "--format", "concise", "."]);
        assert_eq!(code, Some(expected), "{name}\n{text}{wrong}");
        assert!(text.contains("beside.c:7:5: warning[wdm/SpinLock]"), "{name}\n{text}{wrong}");
        assert_eq!(wrong.contains(": error["), expected == 2, "{name}\n{wrong}");
    }
}

#[cfg(unix)]
#[test]
fn folders_of_a_solution_are_found_from_wherever_the_check_runs() {
    let place = TempDir::new().unwrap();
    let put = |name: &str, text: &str| {
        let path = place.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let project = r#"<Project><ItemGroup><ProjectConfiguration Include="Release|x64"/></ItemGroup>
        <PropertyGroup><ConfigurationType>Driver</ConfigurationType></PropertyGroup>
        <Import Project="$(SolutionDir)build\all.props"/>
        <ItemGroup><ClCompile Include="$(ProjectDir)main.c"/></ItemGroup></Project>"#;
    let sheet = r"<Project><ItemDefinitionGroup><ClCompile><AdditionalIncludeDirectories>
        $(SolutionDir)inc;$(MSBuildThisFileDirectory)more</AdditionalIncludeDirectories></ClCompile></ItemDefinitionGroup></Project>";
    put("all/all.sln", "");
    put("all/sys/driver.vcxproj", project);
    put("all/sys/main.c", "#include <wdm.h>\n#include \"one.h\"\n#include \"two.h\"\nvoid f(void) { }\n");
    put("all/build/all.props", sheet);
    put("all/inc/one.h", "static int one(void) { return 1; }\n");
    put("all/build/more/two.h", "static int two(void) { return 2; }\n");
    let whole = place.path().to_str().unwrap();
    for (from, path) in [("", "."), ("", "all/sys"), ("all", "."), ("", whole)] {
        let (code, text, wrong) = run(&place.path().join(from), &["check", path, "--no-cache"]);
        assert_eq!(code, Some(0), "{text}{wrong}");
        assert!(text.contains("checked 3 functions in 3 files"), "`{path}` from `{from}`: {text}{wrong}");
    }
}

#[test]
fn links_pipes_and_names_that_are_no_text_stop_nothing() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let place = TempDir::new().unwrap();
    let at = |name: &str| place.path().join(name);
    fs::write(at("beside.c"), BESIDE).unwrap();
    fs::create_dir(at("inner")).unwrap();
    symlink("..", at("inner/up")).unwrap();
    symlink("loop.c", at("loop.c")).unwrap();
    symlink("nowhere.c", at("broken.c")).unwrap();
    symlink("/dev/zero", at("zero.c")).unwrap();
    fs::write(place.path().join(OsStr::from_bytes(b"n\xFFme.c")), BESIDE).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe.c")).status().is_ok_and(|status| status.success()));
    fs::write(at("closed.c"), BESIDE).unwrap();
    fs::set_permissions(at("closed.c"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::create_dir(at("shut")).unwrap();
    fs::set_permissions(at("shut"), fs::Permissions::from_mode(0o000)).unwrap();
    // Nothing is closed to some users.
    let closed = fs::read(at("closed.c")).is_err();
    let (code, text, wrong) = run(place.path(), &["check", "--format", "concise", "."]);
    fs::set_permissions(at("shut"), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(code, Some(2), "{text}{wrong}");
    for found in ["beside.c:7:5: warning[wdm/SpinLock]", "n\u{FFFD}me.c:7:5: warning[wdm/SpinLock]"] {
        assert!(text.contains(found), "`{found}`\n{text}{wrong}");
    }
    let told = ["loop.c: error[project/unreadable]", "broken.c: error[project/unreadable]"];
    let told_if = ["closed.c: error[source/unreadable]", "shut: error[project/unreadable]"];
    for expected in told.iter().chain(told_if.iter().filter(|_| closed)) {
        assert!(wrong.contains(expected), "`{expected}`\n{wrong}");
    }
    // Each by its own name, what is no file is refused instead of read for ever.
    for name in ["zero.c", "pipe.c"] {
        let (code, _, wrong) = run(place.path(), &["check", name]);
        assert_eq!(code, Some(2), "{wrong}");
        assert!(wrong.contains("is not a regular file"), "{name}: {wrong}");
    }
}

/// The cases of this crate's other tests, whose results are known there.
#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../checker/tests/cases");
    for format in ["json", "full", "sarif"] {
        let mut all: Vec<(Option<i32>, Vec<u8>, Vec<u8>)> = Vec::new();
        for threads in ["1", "2", "8"] {
            let said = Command::new(env!("CARGO_BIN_EXE_rulebook"))
                .args(["check", "--verdicts", "--format", format, "."])
                .current_dir(cases)
                .env("RAYON_NUM_THREADS", threads)
                .output()
                .expect("the test's own program can be run");
            all.push((said.status.code(), said.stdout, said.stderr));
        }
        assert!(all[0].1.len() > 1000, "nothing is found");
        assert!(all.iter().all(|other| *other == all[0]), "{format}");
    }
}
