//! The book in a real browser: the filter of the rules' table with and without its script.
//!
//! It has no harness of its own so that it can say on the terminal that it was skipped, and why.

#![expect(clippy::print_stdout, reason = "a test without a harness reports by itself")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages");

fn main() -> ExitCode {
    let Some(browser) = browser() else {
        println!("browser: SKIPPED, none of {} is in PATH", BROWSERS.join(", "));
        return ExitCode::SUCCESS;
    };
    match run(&browser) {
        Ok(checks) => {
            println!("browser: {checks} views are as they should be in {}", browser.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("browser: FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).flat_map(|folder| BROWSERS.map(|name| folder.join(name))).find(|file| file.is_file())
}

fn run(browser: &Path) -> Result<usize, Box<dyn Error>> {
    let place = tempfile::tempdir()?;
    Command::new(env!("CARGO_BIN_EXE_rulebook"))
        .args(["build", "--docs", PAGES, "--out"])
        .arg(place.path())
        .output()?;
    let file = place.path().join("book/html/rules/index.html");
    // What a reader without scripts gets: all rows, and no controls that do nothing.
    expect("without scripts", &std::fs::read_to_string(&file)?, &[">3 rules<", "class=\"rb-filter\" hidden"])?;
    let views: [(&str, &[&str]); 3] = [
        ("", &[">3 rules<", "id=\"rb-filter\" class=\"rb-filter\">"]),
        ("?status=too-vague", &[">1 of 3 rules<", "value=\"too-vague\""]),
        ("?text=opengate+0x0009f001", &[">1 of 3 rules<"]),
    ];
    for (query, parts) in views {
        let profile = tempfile::tempdir()?;
        let mut command = Command::new(browser);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
        command.args(["--disable-background-networking", "--virtual-time-budget=3000", "--dump-dom"]);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        let output = command.arg(format!("file://{}{query}", file.display())).output()?;
        expect(query, &String::from_utf8_lossy(&output.stdout), parts)?;
    }
    Ok(views.len() + 1)
}

fn expect(view: &str, page: &str, parts: &[&str]) -> Result<(), Box<dyn Error>> {
    match parts.iter().find(|part| !page.contains(**part)) {
        Some(part) => Err(format!("`{view}`: `{part}` is not on the page").into()),
        None => Ok(()),
    }
}
