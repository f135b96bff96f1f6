//! Rule pages and API reference pages as a typed catalog.
//!
//! One parser reads every form that Microsoft's pages have had, and our own pages, which are written in the same
//! dialect. Pages become facts, each with its place; a page that cannot be understood is a problem that says where
//! and why, and the rest of the catalog still loads.
//!
//! Invariants: no page makes this crate panic; results depend on nothing but the pages (not on threads, not on the
//! order of a folder); no rule or API is named in the code.

pub mod api_facts;
pub mod api_page;
pub mod applies_to;
pub mod bug_check;
pub mod bundled;
pub mod catalog;
mod chunks;
pub mod derive;
pub mod dialect;
mod facts;
pub mod front_matter;
mod html;
pub mod identity;
pub mod inline;
pub mod irql_text;
mod join;
pub mod links;
pub mod lists;
pub mod load;
pub mod packed;
pub mod page;
mod parts;
pub mod passages;
pub mod rule_page;
pub mod rule_set;
pub mod rules;
pub mod sections;
pub mod semantics;
pub mod testing;
pub mod text;
pub mod toc;

pub use api_page::{ApiPage, ComplianceEntry, Direction, Parameter};
pub use applies_to::{ApiRef, ApiRole};
pub use bug_check::{BugCheck, BugCheckPage, SubCode};
pub use catalog::Catalog;
pub use dialect::{Example, ExampleKind, Marker, Specification};
pub use front_matter::FrontMatter;
pub use identity::{Model, ModelSource, RuleId};
pub use inline::{Block, BlockKind, Inline, Mark};
pub use irql_text::{IrqlBound, IrqlText};
pub use links::{ApiKind, ApiTarget, Link, LinkKind};
pub use lists::Lists;
pub use load::Pages;
pub use page::Page;
pub use passages::{Passage, PassageKind};
pub use rule_page::{CodeBlock, Note, RulePage};
pub use rule_set::{ListedRule, RuleSetPage};
pub use sections::{Section, SectionKind};
pub use testing::Testing;
pub use text::{Source, Spanned};
pub use toc::{Toc, TocNode};
