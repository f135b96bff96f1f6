//! `rulebook cache`: where results of unchanged drivers are kept, and an end of them.

use anyhow::Context as _;
use rulebook_checker::Store;

use crate::args;
use crate::cache;
use crate::output::{self, Outcome};

pub(crate) fn run(args: &args::Kept) -> anyhow::Result<Outcome> {
    let Some(folder) = cache::folder(args.cache.as_deref()) else {
        output::print("nothing is kept: `RULEBOOK_CACHE` is empty, or there is no folder for it\n")?;
        return Ok(Outcome::Clean);
    };
    let shown = folder.to_string_lossy().replace('\\', "/");
    let store = Store::new(folder);
    if args.clear {
        let deleted = store.clear().with_context(|| format!("`{shown}` cannot be emptied"))?;
        output::print(&format!("{deleted} files deleted in `{shown}`\n"))?;
    } else {
        let (results, bytes) = store.size();
        output::print(&format!("{results} results ({} KiB) in `{shown}`\n", bytes.div_ceil(1024)))?;
    }
    Ok(Outcome::Clean)
}
