//! The rule reference: Markdown sources of the book from catalog and table.
//!
//! Pages show what the checker really says about their examples. This crate does not depend on the checker,
//! so the caller runs it on [`example_source`] and hands the text in.

mod diagram;
pub mod facts;
mod indexes;
mod page;
mod prose;
mod scaffold;
mod templates;

use std::collections::BTreeMap;

use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::{Catalog, Example};
use rulebook_machine::Table;

use self::facts::RuleFacts;
use self::templates::Templates;
use crate::GenerateError;
use crate::writer::Tree;

/// What the checker says about examples: by rule and number of the example on its page.
pub type Shown = BTreeMap<(String, usize), String>;

/// What a book is made of.
#[derive(Debug, Clone, Copy)]
pub struct Book<'a> {
    /// The pages.
    pub catalog: &'a Catalog,
    /// The machines.
    pub table: &'a Table,
    /// The API facts.
    pub facts: &'a ApiFacts,
    /// What the checker says.
    pub shown: &'a Shown,
    /// Whether the pages are somebody else's text, which needs attribution.
    pub quoted: bool,
}

/// The pages that are made from the rules, below `src`: one per rule, the indexes, the summary.
pub fn pages(book: &Book<'_>) -> Result<Tree, GenerateError> {
    let templates = Templates::new()?;
    let facts = facts::all(book.catalog, book.table);
    let mut tree = Tree::default();
    tree.own("src/rules")?;
    let kin = page::Kin::new(book, &facts);
    for (page, facts) in book.catalog.rules().iter().zip(&facts) {
        let data = page::Page::new(book, &kin, page, facts);
        tree.add(&format!("src/{}", path(facts)), templates.render("rule.md", &data)?)?;
    }
    indexes::add(&mut tree, &templates, book, &facts)?;
    Ok(tree)
}

/// The chapters, settings and styles that people wrote, marked as copies.
pub fn scaffold() -> Result<Tree, GenerateError> {
    scaffold::tree()
}

/// The code of an example as readers see it and as it is checked: without the marks of expected violations.
#[must_use]
pub fn example_source(example: &Example) -> String {
    let mut out = String::with_capacity(example.code.text.len());
    for line in example.code.text.lines() {
        let kept = line.split_once("//~").map_or(line, |(code, _)| code);
        out.push_str(kept.trim_end());
        out.push('\n');
    }
    out
}

/// Where a rule's page lies below `src`.
fn path(facts: &RuleFacts) -> String {
    format!("rules/{}/{}.md", crate::writer::sanitised(&facts.model), crate::writer::sanitised(&facts.name))
}
