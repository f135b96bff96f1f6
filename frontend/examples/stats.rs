//! Prints how well the front end understands a tree: `cargo run --release -p rulebook-frontend --example stats -- DIR…`.
//!
//! The oracle is independent of the parser: a `{` in column 0 right after a `)` opens a function body.

#![expect(clippy::print_stdout, reason = "it is a program that prints")]
#![expect(clippy::cast_precision_loss, reason = "the figures are shown with two digits")]

use std::path::PathBuf;
use std::time::Instant;

use rayon::prelude::*;
use rulebook_frontend::inspect::{FileReport, inspect};
use rulebook_machine::semantics::Language;

#[derive(serde::Deserialize)]
struct Document {
    language: Language,
}

fn main() {
    let text = include_str!("../../catalog/semantics/language.yaml");
    let document: Document = serde_yaml::from_str(text).expect("the language file is valid");
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "--prep") {
        for path in &arguments[1..] {
            match rulebook_frontend::inspect::prepassed(std::path::Path::new(path), &document.language) {
                Ok(text) => print!("{text}"),
                Err(problem) => println!("{}: {}", problem.place, problem.message),
            }
        }
        return;
    }
    let list = arguments.iter().position(|argument| argument == "--list").map(|at| arguments.remove(at)).is_some();
    let paths: Vec<PathBuf> = arguments.iter().map(PathBuf::from).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("threads can be started");
    let started = Instant::now();
    let (projects, problems) = rulebook_frontend::discover(&paths);
    println!("projects {}, problems {}, {:.2} s", projects.len(), problems.len(), started.elapsed().as_secs_f64());
    let started = Instant::now();
    let reports: Vec<FileReport> = pool.install(|| inspect(&paths, &document.language));
    let seconds = started.elapsed().as_secs_f64();
    let sum = |field: fn(&FileReport) -> usize| reports.iter().map(field).sum::<usize>();
    let share = |part: usize, whole: usize| part as f64 * 100.0 / whole.max(1) as f64;
    let (oracle, functions) = (sum(|r| r.oracle), sum(|r| r.functions));
    println!("files {}, with errors {}", reports.len(), reports.iter().filter(|r| r.has_error).count());
    println!("bytes {}, lines {}", sum(|r| r.bytes), sum(|r| r.lines));
    println!(
        "functions {functions}, untrusted {} ({:.2} %)",
        sum(|r| r.bad.len()),
        share(sum(|r| r.bad.len()), functions)
    );
    println!("lost bodies {}", sum(|r| r.lost.len()));
    println!("oracle bodies {oracle}, in branches not taken {}", sum(|r| r.oracle_dead));
    println!("oracle found {} ({:.2} %)", sum(|r| r.found), share(sum(|r| r.found), oracle));
    println!("oracle clean {} ({:.2} %)", sum(|r| r.clean), share(sum(|r| r.clean), oracle));
    let live = oracle - sum(|r| r.oracle_dead);
    println!("oracle clean of those in branches taken: {:.2} %", share(sum(|r| r.clean), live));
    println!("read + pre-pass + parse, 2 threads: {seconds:.2} s, {:.1} MB/s", sum(|r| r.bytes) as f64 / 1e6 / seconds);
    if list {
        for report in &reports {
            for line in report.bad.iter().chain(&report.lost).chain(&report.missed) {
                println!("{}:{line}", report.path);
            }
        }
    }
    let started = Instant::now();
    let cache = rulebook_frontend::Cache::new();
    let totals: Vec<_> = pool.install(|| {
        projects
            .par_iter()
            .map(|project| {
                let program = rulebook_frontend::load(project, &document.language, &cache, true);
                (program.files.len(), program.stats, program.problems.len())
            })
            .collect()
    });
    println!(
        "load of {} projects: {} files, {} functions, {} untrusted, {} lines, {} problems, {:.2} s",
        totals.len(),
        totals.iter().map(|t| t.0).sum::<usize>(),
        totals.iter().map(|t| t.1.functions).sum::<usize>(),
        totals.iter().map(|t| t.1.untrusted).sum::<usize>(),
        totals.iter().map(|t| t.1.lines).sum::<usize>(),
        totals.iter().map(|t| t.2).sum::<usize>(),
        started.elapsed().as_secs_f64()
    );
}
