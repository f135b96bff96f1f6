//! The command line: every command with its options. The words here are the manual.

mod check;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::check::{Cache, Check, Dump, Format, Merge};

/// Driver rules from documents: a catalog, a checker, a corpus and a book.
#[derive(Debug, Parser)]
#[command(
    name = "rulebook",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 clean, 1 findings or differences, 2 wrong usage or input that could not be read."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Colour,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make everything from the rules: table, fixtures, expected results, book
    Build(Build),
    /// Find violations in driver source
    Check(Check),
    /// Unite the results of several checks
    Merge(Merge),
    /// Show where results of unchanged drivers are kept, or delete them
    Cache(Kept),
    /// List the rules
    List(List),
    /// Say what is known about a rule, a bug check, an API, a role, a rule set or an option
    Explain(Explain),
    /// Hold our catalog against documents, and bring its pages up to date
    Sync(Sync),
    /// Say what changed in meaning between two sets of documents
    Diff(Diff),
    /// Find defects of documents: rule pages, rule sets, bug checks, API reference
    Lint(Lint),
    /// Write the whole catalog as JSON, CSV or SARIF
    Export(Export),
    /// Write what is generated from the rules into the source tree
    Generate(Generate),
    /// Change the machines of rules in small ways, and list what their examples and fixtures do not notice
    Mutants(Mutants),
}

/// Which rules to work with; the bundled ones where nothing is given.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which rules")]
pub(crate) struct Rules {
    /// Rule pages to use in the place of the bundled ones
    #[arg(long, value_name = "DIR")]
    pub(crate) docs: Option<PathBuf>,
    /// API reference pages to use in the place of the bundled facts
    #[arg(long, value_name = "DIR")]
    pub(crate) ddi: Option<PathBuf>,
    /// Further rule pages of your own
    #[arg(long = "rules", value_name = "DIR")]
    pub(crate) own: Option<PathBuf>,
    /// Pages whose specifications are laid over those of the other pages
    #[arg(long, value_name = "DIR")]
    pub(crate) overlay: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Build {
    /// Where to put the results; nothing is written elsewhere
    #[arg(long, value_name = "DIR", default_value = "target/rulebook")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) rules: Rules,
}

/// Text for people, or JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people.
    #[default]
    Text,
    /// For scripts.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Kept {
    /// The folder, in the place of `RULEBOOK_CACHE` or the user's cache folder
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Delete them
    #[arg(long)]
    pub(crate) clear: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "An option may be repeated: its values are alternatives. A rule has to meet every option.")]
pub(crate) struct List {
    /// Only rules of this driver model: audio, kmdf, ks, ndis, storport, wdm, …
    #[arg(long, value_name = "MODEL", value_delimiter = ',')]
    pub(crate) model: Vec<String>,
    /// Only rules of this family, such as `lock-pairing`
    #[arg(long, value_name = "FAMILY", value_delimiter = ',')]
    pub(crate) family: Vec<String>,
    /// Only rules of this status: executable, partial, run-time-only, too-vague, unspecified
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    pub(crate) status: Vec<String>,
    /// Only rules of this set: its name (`locking`, `kmdf/locking`, `Locking.sdv`), a rule list file,
    /// or the option of Static Driver Verifier (`/check:SpinLock,Irql*`)
    #[arg(long, value_name = "SET")]
    pub(crate) set: Vec<String>,
    /// Only rules about this function
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) api: Vec<String>,
    /// Only rules with this code of a bug check: `0xC4`, `0x0004000E` or both
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Vec<String>,
    /// Only rules with these words in name, summary, functions or codes
    #[arg(long, value_name = "WORDS")]
    pub(crate) text: Option<String>,
    /// The form of the list
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Form,
    #[command(flatten)]
    pub(crate) rules: Rules,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A rule, a bug check such as `0xC4 0x0004000B`, an API, a role, a rule set, an option of Driver Verifier
    #[arg(required = true, value_name = "WHAT", num_args = 1..)]
    pub(crate) what: Vec<String>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Form,
    #[command(flatten)]
    pub(crate) rules: Rules,
}

#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// The documents: rule pages
    #[arg(long, value_name = "DIR")]
    pub(crate) docs: PathBuf,
    /// The API reference, to hold the facts about functions against it as well
    #[arg(long, value_name = "DIR")]
    pub(crate) ddi: Option<PathBuf>,
    /// The `catalog` folder of a checkout, in the place of the bundled one
    #[arg(long, value_name = "DIR")]
    pub(crate) catalog: Option<PathBuf>,
    /// Only this rule, as `model/Name`; may be repeated
    #[arg(long = "rule", value_name = "RULE")]
    pub(crate) only: Vec<String>,
    /// Bring the facts on our pages up to date, and start pages for new rules; then report what is left
    #[arg(long, requires = "catalog")]
    pub(crate) write: bool,
    /// With `--write`: this rule's specification was held against the sentences as they are now, record them; or `all`
    #[arg(long, value_name = "RULE", requires = "write")]
    pub(crate) reviewed: Vec<String>,
    /// The form of the differences
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Drift,
    /// Write the differences to a file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The forms of differences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Drift {
    /// For people, page by page.
    #[default]
    Text,
    /// One array for scripts.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations in GitHub Actions.
    Github,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The earlier documents: a folder, a page, or with `--repo` a revision
    #[arg(value_name = "OLD")]
    pub(crate) old: String,
    /// The later documents, likewise
    #[arg(value_name = "NEW")]
    pub(crate) new: String,
    /// Compare two revisions of the checkout at this folder; only what is below it counts
    #[arg(long, value_name = "DIR")]
    pub(crate) repo: Option<PathBuf>,
    /// The form of the changes
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Changes,
    /// Write the changes to a file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The forms of changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Changes {
    /// A document.
    #[default]
    Markdown,
    /// For people, page by page.
    Text,
    /// One array for scripts.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations in GitHub Actions.
    Github,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// The documents: a folder of rule pages, rule sets, tables of contents, bug checks, API reference, or of all of them
    #[arg(long, value_name = "DIR")]
    pub(crate) docs: PathBuf,
    /// API reference pages to use in the place of those below the folder of documents
    #[arg(long, value_name = "DIR")]
    pub(crate) ddi: Option<PathBuf>,
    /// The form of the results
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: DefectFormat,
    /// Write the results to a file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The forms of defects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DefectFormat {
    /// A line for each, with the evidence below it.
    #[default]
    Text,
    /// One JSON array.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations in GitHub Actions.
    Github,
    /// A unified diff that mends what is certain; its paths begin at the folder of documents, or at the one that holds
    /// both folders.
    Patch,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The form of the catalog
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Exchange,
    /// Write it to a file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) rules: Rules,
}

/// The forms of an exported catalog.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Exchange {
    /// Everything, in the form of `catalog/schema/export.schema.json`.
    #[default]
    Json,
    /// One line for each rule.
    Csv,
    /// SARIF 2.1.0 with the rules alone.
    Sarif,
}

#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// The root of the source tree to write into
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) out: PathBuf,
    /// Write nothing; show what is stale and exit with 1 if anything is
    #[arg(long)]
    pub(crate) check: bool,
    /// Which flow variants of the fixtures to write
    #[arg(long, value_enum, default_value_t, value_name = "WHICH")]
    pub(crate) variants: Variants,
}

#[derive(Debug, Args)]
pub(crate) struct Mutants {
    /// Only these rules, by name or as `model/Name`
    #[arg(value_name = "RULE")]
    pub(crate) only: Vec<String>,
    /// List what the examples alone do not notice, whatever the fixtures do
    #[arg(long)]
    pub(crate) examples: bool,
    /// Exit with 1 where less than this part of all mutants is noticed
    #[arg(long, value_name = "PERCENT")]
    pub(crate) at_least: Option<f64>,
    #[command(flatten)]
    pub(crate) rules: Rules,
}

/// Which flow variants of the fixtures to write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Variants {
    /// The small set that is committed.
    #[default]
    Committed,
    /// Every combination.
    All,
}
