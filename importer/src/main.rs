//! Developer's tool: imports facts about functions, types and constants into `catalog/apis`.
//!
//! It runs when the reference or a framework's headers have a new version, never in a build.

mod apis;
mod cdecl;
mod constants;
mod hand;
mod lists;
mod preprocess;
mod reference;
mod select;
mod write;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Imports facts into the catalog.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Functions, role types, types and constants: writes `catalog/apis`.
    Apis {
        /// The API reference: one folder per header.
        #[arg(long)]
        ddi: PathBuf,
        /// The framework's headers of one version.
        #[arg(long)]
        wdf: PathBuf,
        /// The mingw-w64 driver kit headers; the package's other headers stand in the folder above.
        #[arg(long)]
        mingw: PathBuf,
        /// The C preprocessor; it must target 64-bit Windows.
        #[arg(long, default_value = "x86_64-w64-mingw32-gcc")]
        cc: String,
        /// Where to write; `hand.yaml` is read from there.
        #[arg(long, default_value = "catalog/apis")]
        out: PathBuf,
    },
    /// Rule sets, bug checks and options of Driver Verifier: writes `catalog/lists`.
    Lists {
        /// The published rule pages.
        #[arg(long)]
        devtest: PathBuf,
        /// The published pages of bug checks.
        #[arg(long)]
        debugger: PathBuf,
        /// Where to write; `hand.yaml` is read from there.
        #[arg(long, default_value = "catalog/lists")]
        out: PathBuf,
    },
}

fn main() -> Result<()> {
    let report = match Cli::parse().command {
        Command::Apis { ddi, wdf, mingw, cc, out } => {
            let scratch = std::env::temp_dir().join(format!("rulebook-importer-{}", std::process::id()));
            std::fs::create_dir_all(&scratch)?;
            let inputs = apis::Inputs { ddi, wdf, mingw, preprocessor: cc, scratch: scratch.clone(), out };
            let result = apis::run(&inputs);
            std::fs::remove_dir_all(&scratch)?;
            result?
        }
        Command::Lists { devtest, debugger, out } => lists::run(&lists::Inputs { devtest, debugger, out })?,
    };
    #[expect(clippy::print_stdout, reason = "the report is what the command is run for")]
    {
        println!("{report}");
    }
    Ok(())
}
