//! Generates what is in the tree: `cargo run -p rulebook-generator --bin generate [-- --check] [--variants all]`.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use rulebook_generator::writer::Mode;
use rulebook_generator::{GenerateError, Source, tree};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let mode = if has("--check") { Mode::Check } else { Mode::Write };
    let mut out = std::io::stderr().lock();
    match run(mode, &mut out) {
        Ok(fresh) if fresh || mode == Mode::Write => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing can be done if even the error stream is closed.
            let _ = writeln!(out, "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(mode: Mode, out: &mut impl std::io::Write) -> Result<bool, GenerateError> {
    let source = Source::bundled()?;
    for problem in &source.problems {
        let _ = writeln!(out, "{}: {}", problem.place, problem.message);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let report = tree(&source)?.apply(root, mode)?;
    let _ = write!(out, "{}", report.diff);
    for (path, difference) in &report.differences {
        let _ = writeln!(out, "{difference:?}: {path}");
    }
    let rules = source.table.rules.len();
    let _ = writeln!(out, "{rules} rules; {} files fresh, {} differing", report.fresh, report.differences.len());
    Ok(report.is_fresh())
}
