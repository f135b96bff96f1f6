//! Parameters of declared functions: which are references, and what they are where a call leaves them out.

use tree_sitter::Node;

use super::Omitted;
use super::scan::Scan;
use crate::ir::Symbol;
use crate::lower::literal;
use crate::lower::types::{self, declarator, slice};

impl Scan<'_> {
    /// Keeps which parameters of a function are references.
    pub(super) fn references(&mut self, name: Symbol, parts: types::Declarator<'_>) {
        let Some(list) = parts.params else { return };
        let mut cursor = list.walk();
        let flags: Vec<bool> = list
            .named_children(&mut cursor)
            .filter(|child| matches!(child.kind(), "parameter_declaration" | "optional_parameter_declaration"))
            .map(|child| child.child_by_field_name("declarator").is_some_and(|inner| declarator(inner).is_ref))
            .collect();
        if flags.contains(&true) {
            let known = self.out.references.entry(name).or_default();
            if !known.contains(&flags) {
                known.push(flags);
            }
        }
        self.defaults(name, list);
    }

    /// Keeps what the parameters in `list` are where a call of the function leaves them out.
    pub(super) fn defaults(&mut self, name: Symbol, list: Node) {
        let mut cursor = list.walk();
        let all: Vec<Node> =
            list.named_children(&mut cursor).filter(|child| child.kind().ends_with("parameter_declaration")).collect();
        let values = all.iter().filter_map(|child| child.child_by_field_name("default_value"));
        let omitted: Vec<Omitted> = values
            .map(|value| match (literal::constant(value, self.text, &|_| None), value.kind()) {
                (Some(number), _) => Omitted::Number(number),
                (None, "true") => Omitted::Number(1),
                (None, "false" | "null") => Omitted::Number(0),
                (None, "identifier") => Omitted::Name(self.symbol(value)),
                _ => Omitted::Other(types::squeezed(slice(value, self.text))),
            })
            .collect();
        if !omitted.is_empty() {
            let known = self.out.defaults.entry(name).or_default();
            if !known.iter().any(|(count, _)| *count == all.len()) {
                known.push((all.len(), omitted));
            }
        }
    }
}
