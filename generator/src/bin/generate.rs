//! Generates what is in the tree: `cargo run -p rulebook-generator --bin generate [-- --check] [--variants all] [--out DIR]`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rulebook_generator::writer::Mode;
use rulebook_generator::{GenerateError, Source, Variants, tree};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let mode = if has("--check") { Mode::Check } else { Mode::Write };
    let mut out = std::io::stderr().lock();
    let all = arguments.windows(2).any(|pair| pair == ["--variants", "all"]);
    let variants = if all { Variants::All } else { Variants::Few };
    let folder = arguments.windows(2).find(|pair| pair[0] == "--out").map(|pair| pair[1].clone());
    match run(mode, variants, folder, &mut out) {
        Ok(fresh) if fresh || mode == Mode::Write => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing can be done if even the error stream is closed.
            let _ = writeln!(out, "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(
    mode: Mode,
    variants: Variants,
    folder: Option<String>,
    out: &mut impl std::io::Write,
) -> Result<bool, GenerateError> {
    let source = Source::bundled()?;
    for problem in &source.problems {
        let _ = writeln!(out, "{}: {}", problem.place, problem.message);
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let root = folder.map_or_else(|| here.to_owned(), PathBuf::from);
    let report = tree(&source, variants)?.apply(&root, mode)?;
    let _ = write!(out, "{}", report.diff);
    for (path, difference) in report.differences.iter().take(20) {
        let _ = writeln!(out, "{difference:?}: {path}");
    }
    let rules = source.table.rules.len();
    let _ = writeln!(out, "{rules} rules; {} files fresh, {} differing", report.fresh, report.differences.len());
    Ok(report.is_fresh())
}
