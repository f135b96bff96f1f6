//! The generated headers compile, as C and as C++, with every warning an error, and know misuse when they see it.

use std::path::{Path, PathBuf};
use std::process::Command;

use rulebook_catalog::api_facts::ApiFacts;
use rulebook_generator::headers::emit_headers;

fn facts() -> ApiFacts {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalog/apis");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the facts can be read and the headers written")
        .map(|entry| entry.expect("the facts can be read and the headers written").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "yaml"))
        .map(|path| {
            (
                path.file_name().expect("the facts can be read and the headers written").to_string_lossy().into_owned(),
                std::fs::read_to_string(&path).expect("the facts can be read and the headers written"),
            )
        })
        .collect();
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    ApiFacts::parse(&files).expect("the facts can be read and the headers written")
}

/// Writes the headers once per test, into the test's own folder.
fn include_folder(test: &str, facts: &ApiFacts) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&folder).expect("the facts can be read and the headers written");
    for (name, text) in emit_headers(facts) {
        std::fs::write(folder.join(name), text).expect("the facts can be read and the headers written");
    }
    folder
}

fn compile(folder: &Path, name: &str, language: &str, source: &str) -> Result<(), String> {
    let file = folder.join(name);
    std::fs::write(&file, source).expect("a C compiler can be run");
    let compiler = if language == "c" { "cc" } else { "c++" };
    let output = Command::new(compiler)
        .args(["-fsyntax-only", "-Wall", "-Werror", "-x", language, "-I"])
        .arg(folder)
        .arg(&file)
        .output()
        .expect("a C compiler can be run");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[test]
fn every_kit_compiles_as_c_and_as_cpp() {
    let facts = facts();
    let folder = include_folder("kits", &facts);
    let mut failures = Vec::new();
    for kit in &facts.kits {
        for language in ["c", "c++"] {
            let source = format!("#include <{}>\nint unit;\n", kit.header);
            if let Err(message) = compile(&folder, &format!("{}.{language}", kit.header), language, &source) {
                failures.push(format!("{} as {language}:\n{message}", kit.header));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Driver code of each kit, as drivers write it.
const SAMPLES: [(&str, &str); 6] = [
    ("wdm", include_str!("headers/wdm.c")),
    ("kmdf", include_str!("headers/kmdf.c")),
    ("ndis", include_str!("headers/ndis.c")),
    ("storport", include_str!("headers/storport.c")),
    ("ks", include_str!("headers/ks.c")),
    ("portcls", include_str!("headers/portcls.c")),
];

#[test]
fn driver_code_of_each_kit_compiles() {
    let folder = include_folder("samples", &facts());
    let failures: Vec<String> = SAMPLES
        .iter()
        .flat_map(|(name, source)| ["c", "c++"].map(|language| (name, source, language)))
        .filter_map(|(name, source, language)| {
            let result = compile(&folder, &format!("{name}.{language}"), language, source);
            result.err().map(|message| format!("{name} as {language}:\n{message}"))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn misuse_does_not_compile() {
    let folder = include_folder("misuse", &facts());
    for (name, source) in [
        (
            "handle",
            "#include <ntddk.h>\n#include <wdf.h>\nvoid f(WDFREQUEST r); void f(WDFREQUEST r) { WdfSpinLockAcquire(r); }",
        ),
        ("count", "#include <ntddk.h>\nvoid f(PKSPIN_LOCK l); void f(PKSPIN_LOCK l) { KeReleaseSpinLock(l); }"),
        ("name", "#include <ntddk.h>\nvoid f(void); void f(void) { KeNoSuchRoutine(); }"),
        (
            "role",
            "#include <ntddk.h>\nDRIVER_CANCEL Cancel; NTSTATUS Cancel(PDEVICE_OBJECT d, PIRP i) { (void)d; (void)i; return 0; }",
        ),
    ] {
        assert!(compile(&folder, &format!("{name}.c"), "c", source).is_err(), "{name}");
    }
}
