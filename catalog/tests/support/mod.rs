//! What the tests of this folder share.

use std::env;
use std::path::PathBuf;

/// The folder of upstream pages, or `None` with a word about the test not having run.
pub(crate) fn upstream() -> Option<PathBuf> {
    let root = env::var_os("RULEBOOK_UPSTREAM").map(PathBuf::from);
    if root.is_none() {
        // Straight to the terminal: the harness swallows what a passing test prints.
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "skipped: RULEBOOK_UPSTREAM is not set");
    }
    root
}
