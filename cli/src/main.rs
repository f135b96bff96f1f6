//! `rulebook`: driver rules from documents, on the command line.
//!
//! Libraries return, this crate alone prints. Each command is a module of [`commands`].

mod args;
mod book;
mod cache;
mod codes;
mod commands;
mod config;
mod corpus;
mod examples;
mod inputs;
mod mutants;
mod output;
mod own_catalog;
mod paths;
mod progress;
mod revisions;
mod select;
mod shard;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Arguments, Command};
use crate::output::Outcome;

/// Half of a short command is asking for memory, and the threads of a long one ask for it at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The stack of every thread that works: what recursion the passes have is bounded for it, whatever a system gives to
/// the first thread.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Nobody has made the pool before; if so, its threads are as they are.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
    let worker = std::thread::Builder::new().name("main".to_owned()).stack_size(STACK);
    let ended = worker.spawn(|| run(arguments)).map(std::thread::JoinHandle::join);
    match ended {
        Ok(Ok(code)) => code,
        // It panicked and has said so.
        Ok(Err(_)) => ExitCode::from(101),
        Err(error) => {
            output::error(&anyhow::Error::new(error).context("no thread can be started"));
            Outcome::Failed.into()
        }
    }
}

fn run(arguments: Arguments) -> ExitCode {
    let colour = arguments.color;
    let outcome = match arguments.command {
        Command::Build(build) => commands::build::run(&build),
        Command::Check(check) => commands::check::run(&check, colour),
        Command::Cache(kept) => commands::cache::run(&kept),
        Command::Merge(merge) => commands::merge::run(&merge, colour),
        Command::List(list) => commands::list::run(&list),
        Command::Explain(explain) => commands::explain::run(&explain),
        Command::Export(export) => commands::export::run(&export),
        Command::Sync(sync) => commands::sync::run(&sync),
        Command::Diff(diff) => commands::diff::run(&diff),
        Command::Lint(lint) => commands::lint::run(&lint, colour),
        Command::Generate(generate) => commands::generate::run(&generate),
        Command::Mutants(mutants) => commands::mutants::run(&mutants),
    };
    let outcome = outcome.unwrap_or_else(|error| {
        output::error(&error);
        Outcome::Failed
    });
    outcome.into()
}
