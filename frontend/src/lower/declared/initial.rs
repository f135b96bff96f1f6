//! What variables outside of functions hold before anything of the driver runs.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::Declared;
use super::scan::Scan;
use crate::ir::{FileId, Initial, Symbol};
use crate::lower::literal;
use crate::lower::types::{self, declarator, slice};

/// What the declarations of variables say of their first values.
#[derive(Debug, Clone, Default)]
pub(super) struct Initials {
    /// By the file that defines it; `None` where the value is not known.
    defined: FxHashMap<Symbol, Vec<(FileId, Option<Initial>)>>,
    /// Variables whose address is the first value of others.
    pointed_to: FxHashSet<Symbol>,
}

impl Declared {
    /// The first values of variables that are known, by the names that the functions of their files know them by.
    #[must_use]
    pub fn initials(&self) -> FxHashMap<Symbol, Initial> {
        let mut known = FxHashMap::default();
        #[expect(clippy::iter_over_hash_type, reason = "each name has a value of its own")]
        for (name, all) in &self.initials.defined {
            if self.initials.pointed_to.contains(name) || self.is_function(*name) {
                continue;
            }
            let mut by_name: FxHashMap<Symbol, Vec<Option<Initial>>> = FxHashMap::default();
            for (file, initial) in all {
                by_name.entry(self.variable_in(*name, *file)).or_default().push(*initial);
            }
            // Where several say it, they say the same.
            let one = |all: &Vec<Option<Initial>>| all.iter().all(|other| *other == all[0]).then_some(all[0]).flatten();
            known.extend(by_name.iter().filter_map(|(name, all)| Some((*name, one(all)?))));
        }
        known
    }
}

impl Scan<'_> {
    /// Keeps what the variable that `target` of `node` defines holds at first.
    pub(super) fn initial(&mut self, name: Node, node: Node, target: Node) {
        let value = target.child_by_field_name("value").or_else(|| node.child_by_field_name("default_value"));
        if let Some(value) = value.filter(|value| slice(*value, self.text).contains('&')) {
            self.addresses(value, 0);
        }
        let elsewhere = value.is_none() && types::has_specifier(node, self.text, "extern");
        if elsewhere || name.kind() != "identifier" {
            return;
        }
        let initial = self.first_value(node, target, value);
        let name = self.symbol(name);
        self.out.initials.defined.entry(name).or_default().push((self.file, initial));
    }

    fn first_value(&self, node: Node, target: Node, value: Option<Node>) -> Option<Initial> {
        let parts = declarator(target);
        if parts.is_array || parts.is_ref {
            return None;
        }
        let pointer = parts.pointers > 0 || parts.is_function_pointer;
        let Some(value) = value else {
            let ty = node.child_by_field_name("type").map(|ty| types::type_name(ty, self.text));
            // What a class makes of itself is its own affair.
            let own_affair = self.is_cpp && !pointer && ty.is_none_or(|ty| self.out.class(ty).is_some());
            return (!own_affair).then_some(Initial { value: 0, zeroed: !self.is_cpp && !pointer });
        };
        if value.kind() == "initializer_list" {
            let mut cursor = value.walk();
            let mut items = value.named_children(&mut cursor).filter(|item| item.kind() != "comment");
            let zeros = items.all(|item| self.number(item) == Some(0));
            return zeros.then_some(Initial { value: 0, zeroed: !pointer });
        }
        self.number(value).map(|value| Initial { value, zeroed: false })
    }

    fn number(&self, node: Node) -> Option<i64> {
        match slice(node, self.text) {
            "NULL" | "nullptr" | "FALSE" | "false" => Some(0),
            "TRUE" | "true" => Some(1),
            _ if node.kind() == "cast_expression" => self.number(node.child_by_field_name("value")?),
            _ => literal::constant(node, self.text, &|name| self.out.constant(name)),
        }
    }

    /// Keeps the variables whose addresses stand in a first value.
    fn addresses(&mut self, node: Node, depth: u32) {
        if depth > super::scan::MAX_DEPTH {
            return;
        }
        if node.kind() == "pointer_expression" {
            let mut at = node;
            while let Some(inner) = at.child_by_field_name("argument") {
                at = inner;
            }
            let name = self.symbol(at);
            self.out.initials.pointed_to.insert(name);
        }
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            self.addresses(child, depth + 1);
        }
    }
}
