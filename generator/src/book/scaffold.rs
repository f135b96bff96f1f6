//! The parts of the book that people wrote: chapters, settings, styles and the script of the filter.

use crate::GenerateError;
use crate::writer::Tree;

const FILES: [(&str, &str); 10] = [
    ("book.toml", include_str!("../../../book/book.toml")),
    ("src/introduction.md", include_str!("../../../book/src/introduction.md")),
    ("src/checking.md", include_str!("../../../book/src/checking.md")),
    ("src/findings.md", include_str!("../../../book/src/findings.md")),
    ("src/specification.md", include_str!("../../../book/src/specification.md")),
    ("src/on-the-samples.md", include_str!("../../../book/src/on-the-samples.md")),
    ("src/beside.md", include_str!("../../../book/src/beside.md")),
    ("src/corpus.md", include_str!("../../../book/src/corpus.md")),
    ("theme/rulebook.css", include_str!("../../../book/theme/rulebook.css")),
    ("theme/rulebook.js", include_str!("../../../book/theme/rulebook.js")),
];

/// The files with a mark that says what they are copies of.
pub(super) fn tree() -> Result<Tree, GenerateError> {
    let mut tree = Tree::default();
    for (path, text) in FILES {
        let note = format!("@generated: a copy of book/{path}; edit that file");
        let marked = match path.rsplit('.').next() {
            Some("toml") => format!("# {note}\n{text}"),
            Some("md") => format!("<!-- {note} -->\n\n{text}"),
            _ => format!("/* {note} */\n{text}"),
        };
        tree.add(path, marked)?;
    }
    Ok(tree)
}
