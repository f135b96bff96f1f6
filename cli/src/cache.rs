//! Where the results of unchanged drivers are kept: `--cache`, else `RULEBOOK_CACHE`, else the user's cache folder.

use std::path::{Path, PathBuf};

use rulebook_checker::Store;

use crate::args;
use crate::output;

/// Names the folder; where it is empty, nothing is kept.
const VARIABLE: &str = "RULEBOOK_CACHE";
/// Our folder among those of other programs.
const NAME: &str = "rulebook";

/// The folder; `None` where nothing is kept.
pub(crate) fn folder(named: Option<&Path>) -> Option<PathBuf> {
    if let Some(named) = named {
        return Some(named.to_owned());
    }
    match std::env::var_os(VARIABLE) {
        Some(folder) => (!folder.is_empty()).then(|| folder.into()),
        None => Some(dirs::cache_dir()?.join(NAME)),
    }
}

/// The results that the options mean.
pub(crate) fn store(args: &args::Cache) -> Option<Store> {
    if args.no_cache { None } else { folder(args.cache.as_deref()).map(Store::new) }
}

/// Ends a run. That results cannot be kept is no reason to stop.
pub(crate) fn finish(store: Option<Store>) {
    if let Some(Err(error)) = store.map(Store::finish) {
        let help = "`--cache DIR` or `RULEBOOK_CACHE` names another folder, `--no-cache` does without";
        output::say(&format!("warning: {error}: {help}\n"));
    }
}
