//! The book as HTML, made in this process.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use mdbook_driver::MDBook;
use rulebook_generator::GenerateError;
use rulebook_generator::book::{self, Book, Shown};
use rulebook_generator::writer::{Mode, Tree};

use crate::inputs::Loaded;

/// The sources of the book.
pub(crate) fn sources(loaded: &Loaded, shown: &Shown, quoted: bool) -> Result<Tree, GenerateError> {
    let book =
        Book { catalog: &loaded.catalog, table: &loaded.source.table, facts: &loaded.source.facts, shown, quoted };
    let mut tree = book::scaffold()?;
    tree.extend(book::pages(&book)?);
    Ok(tree)
}

/// Writes the sources below `root` and builds the pages; gives back where a reader starts.
pub(crate) fn build(sources: &Tree, root: &Path) -> anyhow::Result<PathBuf> {
    sources.apply(root, Mode::Write)?;
    let failed = || format!("the book in `{}` cannot be built", root.display());
    // The library has an error type of its own making, which says its causes in its alternate form.
    let book = MDBook::load(root).map_err(|error| anyhow!("{error:#}")).with_context(failed)?;
    book.build().map_err(|error| anyhow!("{error:#}")).with_context(failed)?;
    Ok(root.join("html").join("index.html"))
}
