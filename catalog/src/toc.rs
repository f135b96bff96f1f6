//! The tree of contents of a folder of documents (`toc.yml`).

use rulebook_diagnostics::{Problem, Span};
use serde::Serialize;
use serde_yaml::Value;

use crate::text::{Source, Spanned, too_deep};

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TocNode {
    /// Its name.
    pub name: String,
    /// The page it leads to and the place of that.
    pub page: Option<Spanned<String>>,
    /// The nodes below.
    pub items: Vec<TocNode>,
}

impl TocNode {
    /// Calls `visit` for this node and all below, with the names of the nodes above.
    pub fn walk<'toc>(&'toc self, above: &mut Vec<&'toc str>, visit: &mut impl FnMut(&[&'toc str], &'toc TocNode)) {
        visit(above, self);
        above.push(&self.name);
        for item in &self.items {
            item.walk(above, visit);
        }
        above.pop();
    }
}

/// A `toc.yml`.
#[derive(Debug, Clone)]
pub struct Toc {
    /// The file.
    pub source: Source,
    /// The top of the tree.
    pub nodes: Vec<TocNode>,
}

impl Toc {
    /// Reads the tree in `source`.
    pub fn read(source: Source) -> Result<Self, Box<Problem>> {
        if too_deep(&source.text) {
            let place = source.place(Span::new(0, 0));
            return Err(Box::new(Problem::error("page/toc", place, "the contents nest brackets too deep")));
        }
        let value: Value = serde_yaml::from_str(&source.text).map_err(|error| {
            let line = error.location().map_or(1, |location| location.line()) as u32;
            let at = source.line_start(line);
            Box::new(Problem::error("page/toc", source.place(Span::new(at, at)), format!("not YAML: {error}")))
        })?;
        let mut from = 0;
        let value = match value {
            Value::Mapping(map) => map.get("items").cloned().unwrap_or_default(),
            list => list,
        };
        let nodes = nodes(&source, &value, &mut from);
        Ok(Self { source, nodes })
    }
}

/// The nodes of a list; places are found by looking for each page behind the one before.
fn nodes(source: &Source, value: &Value, from: &mut usize) -> Vec<TocNode> {
    let Value::Sequence(items) = value else {
        return Vec::new();
    };
    items
        .iter()
        .map(|item| {
            let text = |key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
            let page = text("href").map(|page| {
                let at = source.text[*from..].find(&page).map_or(*from, |at| *from + at);
                *from = (at + page.len()).min(source.text.len());
                while !source.text.is_char_boundary(*from) {
                    *from -= 1;
                }
                Spanned::new(page, Span::new(at, *from))
            });
            let items = item.get("items").map_or_else(Vec::new, |items| nodes(source, items, from));
            TocNode { name: text("name").unwrap_or_default(), page, items }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_read_with_places() {
        let text = "- name: A\n  items:\n  - name: B\n    href: b.md\n  - name: C\n    href: c.md\n";
        let toc = Toc::read(Source::new("toc.yml", text)).unwrap();
        let mut found = Vec::new();
        for node in &toc.nodes {
            node.walk(&mut Vec::new(), &mut |above, node| {
                let line = node.page.as_ref().map(|page| toc.source.line(page.span));
                found.push((above.join("/"), node.name.clone(), line));
            });
        }
        let text = |text: &str| text.to_owned();
        assert_eq!(
            found,
            [(text(""), text("A"), None), (text("A"), text("B"), Some(4)), (text("A"), text("C"), Some(6))]
        );
        assert_eq!(Toc::read(Source::new("toc.yml", "- a: [\n")).unwrap_err().place.path, "toc.yml");
    }
}
