//! Runs a C preprocessor over a kit's headers and reads back what is left.
//!
//! Headers are half macros: without a preprocessor nothing in them is C. Annotations would vanish on the way,
//! so every annotation macro is defined beforehand as a C attribute that the grammar knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// One translation unit after preprocessing.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    /// The C text without directives.
    pub text: String,
    /// The file that each line of `text` is from (index into `files`).
    lines: Vec<u32>,
    files: Vec<String>,
    /// Object-like macros: name, replacement, file.
    pub macros: BTreeMap<String, (String, String)>,
    /// Function-like macros: name, parameter names, file.
    pub function_macros: BTreeMap<String, (Vec<String>, String)>,
}

impl Unit {
    /// The name (without folder, lower case) of the header that line `row` is from.
    pub(crate) fn file(&self, row: usize) -> &str {
        self.lines.get(row).map_or("", |&index| &self.files[index as usize])
    }

    /// Reads the output of `cc -E -dD`.
    pub(crate) fn read(output: &str) -> Self {
        let mut unit = Self::default();
        let mut index: BTreeMap<String, u32> = BTreeMap::new();
        let mut current = 0;
        for line in output.lines() {
            if let Some(rest) = line.strip_prefix("# ") {
                let path = rest.split('"').nth(1).unwrap_or_default();
                let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
                current = *index.entry(name.clone()).or_insert_with(|| {
                    unit.files.push(name);
                    unit.files.len() as u32 - 1
                });
            } else if let Some(rest) = line.strip_prefix("#define ") {
                unit.define(rest, current);
            } else if !line.starts_with('#') {
                unit.text.push_str(line);
                unit.text.push('\n');
                unit.lines.push(current);
            }
        }
        unit
    }

    fn define(&mut self, rest: &str, file: u32) {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, body) = rest.split_at(end);
        let file = self.files.get(file as usize).cloned().unwrap_or_default();
        if let Some(params) = body.strip_prefix('(') {
            let params = params.split(')').next().unwrap_or_default();
            let params = params.split(',').map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect();
            self.function_macros.insert(name.to_owned(), (params, file));
        } else {
            self.macros.insert(name.to_owned(), (body.trim().to_owned(), file));
        }
    }
}

/// The preprocessor and where it looks for headers.
pub(crate) struct Preprocessor {
    /// The program, such as `x86_64-w64-mingw32-gcc`.
    pub program: String,
    /// Header folders, most wanted first.
    pub folders: Vec<PathBuf>,
    /// Extra definitions, as after `-D`.
    pub defines: Vec<String>,
}

impl Preprocessor {
    /// Preprocesses one translation unit that includes `headers` in this order.
    pub(crate) fn run(&self, scratch: &Path, kit: &str, definitions: &str, headers: &[String]) -> Result<Unit> {
        let shim = scratch.join("shim");
        self.write_shim(&shim)?;
        let mut text = String::from(definitions);
        for header in headers {
            let _ = writeln!(text, "#include <{header}>");
        }
        let file = scratch.join(format!("{kit}.c"));
        std::fs::write(&file, text)?;
        let mut command = Command::new(&self.program);
        command.args(["-E", "-dD", "-w", "-include"]).arg(shim.join("annotations.h")).arg("-I").arg(&shim);
        for define in &self.defines {
            command.arg(format!("-D{define}"));
        }
        for folder in &self.folders {
            command.arg("-I").arg(folder);
        }
        let output = command.arg(&file).output().with_context(|| format!("cannot run {}", self.program))?;
        ensure!(output.status.success(), "{kit}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(Unit::read(&String::from_utf8_lossy(&output.stdout)))
    }

    /// A folder with empty annotation headers, one that defines all annotations in use, and headers
    /// for names that are spelled in another case than their file.
    fn write_shim(&self, shim: &Path) -> Result<()> {
        if shim.exists() {
            return Ok(());
        }
        std::fs::create_dir_all(shim)?;
        for name in ["sal.h", "driverspecs.h", "specstrings.h", "specstrings_strict.h", "specstrings_undef.h"] {
            std::fs::write(shim.join(name), "")?;
        }
        let mut words = BTreeMap::new();
        let mut includes = BTreeSet::new();
        let mut present = BTreeSet::new();
        for folder in &self.folders {
            let mut paths: Vec<PathBuf> =
                std::fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
            paths.sort();
            for path in paths.into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "h")) {
                present.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
                let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
                annotations(&text, &mut words);
                includes.extend(quoted_includes(&text));
            }
        }
        for name in includes {
            let lower = name.to_ascii_lowercase();
            if !present.contains(&name) && present.contains(&lower) {
                std::fs::write(shim.join(&name), format!("#include <{lower}>\n"))?;
            }
        }
        let mut text = String::new();
        for (word, with_arguments) in words {
            let arguments = if with_arguments { "(...)" } else { "" };
            let _ = writeln!(text, "#define {word}{arguments} {}", attribute(&word));
        }
        for (word, role) in [("IN", "_In_"), ("OUT", "_Out_"), ("OPTIONAL", "_opt_")] {
            let _ = writeln!(text, "#define {word} {}", attribute(role));
        }
        // The grammar has no name for these; they say nothing about a prototype.
        for word in [
            "__extension__",
            "_ANONYMOUS_UNION",
            "_ANONYMOUS_STRUCT",
            "__unaligned",
            "__cdecl",
            "__stdcall",
            "__fastcall",
            "_cdecl",
        ] {
            let _ = writeln!(text, "#undef {word}\n#define {word}");
        }
        // `VOID` stays as driver code writes it.
        text.push_str("#define VOID VOID\n");
        std::fs::write(shim.join("annotations.h"), text)?;
        Ok(())
    }
}

/// The attribute that carries what an annotation says about a parameter; empty if nothing.
fn attribute(word: &str) -> &'static str {
    let word = word.trim_start_matches('_').to_ascii_lowercase();
    let optional = word.contains("opt_") || word.ends_with("opt");
    let is = |stem: &str| word.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    match () {
        () if is("inout") && optional => "__attribute__((fact_inout, fact_opt))",
        () if is("inout") => "__attribute__((fact_inout))",
        () if is("in") && optional => "__attribute__((fact_in, fact_opt))",
        () if is("in") => "__attribute__((fact_in))",
        () if is("out") || is("outptr") || is("com_outptr") || is("deref_out") => {
            if optional {
                "__attribute__((fact_out, fact_opt))"
            } else {
                "__attribute__((fact_out))"
            }
        }
        () if is("opt") => "__attribute__((fact_opt))",
        () => "",
    }
}

/// Collects annotation macros (`_In_`, `_When_(…)`, `__in_opt`, `__drv_…`), and whether they take arguments.
fn annotations(text: &str, words: &mut BTreeMap<String, bool>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        if !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|b| is_word(**b)).count();
        let word = &text[at..end];
        if is_annotation(word) {
            *words.entry(word.to_owned()).or_default() |= bytes.get(end) == Some(&b'(');
        }
        at = end;
    }
}

fn is_annotation(word: &str) -> bool {
    if let Some(rest) = word.strip_prefix("__") {
        let stem = rest.split('_').next().unwrap_or_default();
        return matches!(
            stem,
            "in" | "out" | "inout" | "deref" | "drv" | "checkReturn" | "bcount" | "ecount" | "success"
        );
    }
    // An include guard has no lower-case letter.
    let capital = word.as_bytes().get(1).is_some_and(u8::is_ascii_uppercase);
    word.starts_with('_') && word.ends_with('_') && capital && word.bytes().any(|b| b.is_ascii_lowercase())
}

fn quoted_includes(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("#include")?.split(['"', '<', '>']).nth(1).map(str::to_owned))
        .filter(|name| !name.contains('/'))
        .collect()
}
