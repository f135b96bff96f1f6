//! The options of `check`, and of `merge`, which unites what it finds.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Rules;
use crate::shard::Shard;

#[derive(Debug, Args)]
#[command(
    after_help = "Rules are meant by id, name, pattern (`wdm/*`), family or set. What holds for every check of a tree \
                  stands in `rulebook.toml`, in the working directory or above; the command line outdoes it."
)]
pub(crate) struct Check {
    /// Drivers: project files, solutions, `compile_commands.json`, folders or source files
    #[arg(required_unless_present = "show_config", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The form of the results
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    /// Write the results to a file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Run only these rules; may be repeated
    #[arg(long = "rule", value_name = "RULE")]
    pub(crate) only: Vec<String>,
    /// Do not run these rules; may be repeated
    #[arg(long, value_name = "RULE")]
    pub(crate) ignore: Vec<String>,
    /// Leave out files and folders whose path from here, or whose name, fits this pattern; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Define a macro, whatever the build says; may be repeated
    #[arg(short = 'D', long = "define", value_name = "NAME[=VALUE]")]
    pub(crate) defines: Vec<String>,
    /// Report only what is not in this file of known findings
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write what is found into this file of known findings, and report nothing; what the run has not looked at stays
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Check only this part of the drivers, such as 2/3; `rulebook merge` unites the results
    #[arg(long, value_name = "I/N", conflicts_with_all = ["baseline", "write_baseline"])]
    pub(crate) shard: Option<Shard>,
    /// The configuration, in the place of the nearest `rulebook.toml`
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Show what holds and where it is said, instead of checking
    #[arg(long)]
    pub(crate) show_config: bool,
    /// How long one driver may take, in seconds; rules not judged by then are inconclusive
    #[arg(long, value_name = "SECONDS")]
    pub(crate) time_limit: Option<u32>,
    /// Also say for every rule and driver what came of it
    #[arg(long)]
    pub(crate) verdicts: bool,
    /// Show the engine's view of the source instead of findings
    #[arg(long, value_enum, value_name = "VIEW")]
    pub(crate) dump: Option<Dump>,
    /// Narrow `--dump` to one function; a method is `Class::name`
    #[arg(long, value_name = "NAME", requires = "dump")]
    pub(crate) function: Option<String>,
    /// Say why the rule reports nothing at the place, instead of findings
    #[arg(long, num_args = 2, value_names = ["RULE", "FILE:LINE"], conflicts_with_all = ["dump", "only"])]
    pub(crate) why: Option<Vec<String>>,
    /// A rule table to use in the place of the bundled one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["docs", "ddi", "own", "overlay"])]
    pub(crate) table: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) cache: Cache,
    #[command(flatten)]
    pub(crate) rules: Rules,
}

/// Where results of earlier runs are.
#[derive(Debug, Args)]
pub(crate) struct Cache {
    /// Keep results of unchanged drivers in this folder, in the place of `RULEBOOK_CACHE` or the user's cache folder
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Neither use nor keep results of other runs
    #[arg(long, conflicts_with = "cache")]
    pub(crate) no_cache: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// Results of `check` as JSON or SARIF; of a divided run all parts
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The form of the results; that of the first file where nothing is said
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Write the results to a file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Report only what is not in this file of known findings
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write what was found into this file of known findings, and report nothing
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub(crate) write_baseline: Option<PathBuf>,
}

/// What `--dump` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dump {
    /// The text of each file as the grammar gets it.
    Prepass,
    /// The control flow of each function.
    Cfg,
    /// What is known before each block.
    States,
    /// What a call of each function does.
    Summaries,
}

/// The forms of findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Source frames with traces.
    #[default]
    Full,
    /// One line per finding.
    Concise,
    /// One JSON document.
    Json,
    /// One finding a line, each as it stands in the document.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations in GitHub Actions.
    Github,
    /// Lines for Visual Studio and `MSBuild`.
    Msvc,
}
