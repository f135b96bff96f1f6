//! How time and memory grow with the size of a tree: an eighth, a quarter, a half and all of its drivers. Aims: no more
//! time for a line because there are more drivers (drivers differ, whatever their number), checking at most three times
//! as long as loading alone, less than 1 GiB, and a second run over the same drivers in a fifth of the time.
//!
//! `RULEBOOK_DRIVERS=FOLDER cargo bench -p rulebook-checker --bench curve`; without a folder, the sources of the tests
//! are read. Each measurement is a process of its own, and the parts are measured in turn, so that what else the machine
//! does falls on all of them. Processor time and memory are read from `/proc`, and are missing elsewhere.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use rayon::prelude::*;
use rulebook_checker::{Options, Store, bundled_table, check_with};
use rulebook_frontend::{Cache, Project, Reader, discover};

// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PARTS: [usize; 4] = [8, 4, 2, 1];
/// What is measured, in this order for each part.
const TASKS: [&str; 4] = ["load", "check", "fill", "again"];

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().collect();
    if let [_, task, part, store] = &arguments[..]
        && let Ok(part) = part.parse()
    {
        return measure(task, part, Path::new(store));
    }
    println!(
        "part drivers   lines | load s  check s  ratio  again s  of check | cpu: ratio  of check | MiB | cpu: us a line"
    );
    for part in PARTS {
        let store = tempfile::tempdir()?;
        let mut all = Vec::new();
        for task in TASKS {
            let output =
                Command::new(env::current_exe()?).args([task, &part.to_string()]).arg(store.path()).output()?;
            let numbers = String::from_utf8_lossy(&output.stdout);
            all.push(numbers.split_whitespace().filter_map(|number| number.parse::<f64>().ok()).collect::<Vec<_>>());
        }
        let [load, check, _, again] = &all[..] else { continue };
        let ([drivers, lines, load_s, load_cpu, _], [.., check_s, check_cpu, memory], [.., again_s, again_cpu, _]) =
            (&load[..], &check[..], &again[..])
        else {
            println!("1/{part}: nothing was measured");
            continue;
        };
        println!(
            "1/{part} {drivers:>9} {lines:>7} | {load_s:>6.2} {check_s:>8.2} {:>6.2} {again_s:>8.2} {:>9.3} | {:>10.2} {:>9.3} | {memory:>3.0} | {:.2}",
            check_s / load_s,
            again_s / check_s,
            check_cpu / load_cpu,
            again_cpu / check_cpu,
            check_cpu / lines * 1e6,
        );
    }
    Ok(())
}

/// Does the task in this process; prints drivers, lines, seconds, seconds of the processor and MiB at most.
fn measure(task: &str, part: usize, store: &Path) -> io::Result<()> {
    let own = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let (projects, _) = discover(&[env::var_os("RULEBOOK_DRIVERS").map_or_else(own, PathBuf::from)]);
    let projects = chosen(projects, part);
    let table = bundled_table().map_err(io::Error::other)?;
    let begin = Instant::now();
    let lines = if task == "load" {
        let (reader, cache) = (Reader::new(&table.semantics.language), Cache::default());
        let each = projects.par_iter().with_max_len(1);
        each.map(|project| reader.read(project, &cache).lower(true).stats.lines).sum()
    } else {
        let store = (task != "check").then(|| Store::new(store.to_owned()));
        let (report, _) = check_with(&projects, Vec::new(), &table, &Options::default(), store.as_ref(), &|_, _, _| {});
        report.summary.lines
    };
    let seconds = begin.elapsed().as_secs_f64();
    println!("{} {lines} {seconds} {} {}", projects.len(), processor(), memory());
    Ok(())
}

/// Each so-many-th of the drivers by their sizes, from the second: the first may be larger than all others together.
fn chosen(mut projects: Vec<Project>, part: usize) -> Vec<Project> {
    let size = |project: &Project| -> u64 {
        let files = project.sources.iter().filter_map(|source| fs::metadata(&source.path).ok());
        files.map(|file| file.len()).sum()
    };
    projects.sort_by_cached_key(|project| (std::cmp::Reverse(size(project)), project.path.clone()));
    projects.into_iter().skip(usize::from(part > 1)).step_by(part).collect()
}

/// Seconds that the processor worked for us.
fn processor() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let rest = text.rsplit(')').next().unwrap_or_default();
    let ticks = rest.split_whitespace().skip(11).take(2).filter_map(|number| number.parse::<f64>().ok());
    // The kernel shows hundredths of seconds, whatever it counts in.
    ticks.sum::<f64>() / 100.0
}

/// The most memory that we had, in MiB.
fn memory() -> f64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}
