//! Functions of one name in several namespaces.
//!
//! A function is known by its own name, wherever it stands. Where several namespaces of a driver have one of a name,
//! each is known by the name of its namespace, too: `Left::Work` and `Right::Work`. What a use means depends on where
//! it stands.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use crate::ir::Symbol;

use super::flow::joined;
use super::types::slice;

/// The functions of a driver, and the namespaces that they are declared in.
#[derive(Debug, Clone, Default)]
pub(super) struct Spaces {
    functions: FxHashMap<Symbol, Homes>,
    /// Namespaces that some file uses as a whole, by their names as written there.
    used: FxHashSet<Symbol>,
    /// Whether any name is that of several functions.
    shared: bool,
}

/// Where functions of one name are declared.
#[derive(Debug, Clone, Default)]
struct Homes {
    /// Whether one is in no namespace.
    outside: bool,
    /// The namespaces, each with those around it.
    inside: Vec<Symbol>,
}

impl Spaces {
    /// Notes a function; `space` is empty where it is in no namespace.
    pub(super) fn add(&mut self, name: Symbol, space: Symbol) {
        let homes = self.functions.entry(name).or_default();
        if space.as_str().is_empty() {
            homes.outside = true;
        } else if !homes.inside.contains(&space) {
            homes.inside.push(space);
        }
        self.shared |= homes.are_several();
    }

    /// Notes `using namespace space`.
    pub(super) fn uses(&mut self, space: Symbol) {
        self.used.insert(space);
    }

    pub(super) fn is_function(&self, name: Symbol) -> bool {
        self.functions.contains_key(&name)
    }

    /// Whether any name is that of several functions, so that it matters where something stands.
    pub(super) fn are_shared(&self) -> bool {
        self.shared
    }

    /// The name of the function that is called `name` in the namespace `space`.
    pub(super) fn visible(&self, name: Symbol, space: Symbol) -> Symbol {
        let Some(homes) = self.functions.get(&name).filter(|homes| homes.are_several()) else { return name };
        if let Some(home) = around(space).find(|home| homes.inside.contains(home)) {
            return joined(home, name);
        }
        if homes.outside {
            return name;
        }
        let mut used = homes.inside.iter().filter(|home| self.used.iter().any(|used| ends_in(**home, *used)));
        match (used.next(), used.next()) {
            (Some(home), None) => joined(*home, name),
            _ => name,
        }
    }

    /// The name of the function that is called `scope::name` in the namespace `space`; `scope` is the innermost
    /// namespace of the use alone.
    pub(super) fn within(&self, scope: Symbol, name: Symbol, space: Symbol) -> Symbol {
        let Some(homes) = self.functions.get(&name).filter(|homes| homes.are_several()) else { return name };
        let beside = around(space).map(|outer| joined(outer, scope)).find(|home| homes.inside.contains(home));
        let home = beside
            .or_else(|| homes.inside.iter().copied().find(|home| *home == scope))
            .or_else(|| homes.inside.iter().copied().find(|home| ends_in(*home, scope)));
        home.map_or(name, |home| joined(home, name))
    }
}

impl Homes {
    fn are_several(&self) -> bool {
        self.inside.len() + usize::from(self.outside) > 1
    }
}

/// The namespace and those around it, the innermost first.
fn around(space: Symbol) -> impl Iterator<Item = Symbol> {
    let first = Some(space.as_str()).filter(|space| !space.is_empty());
    std::iter::successors(first, |space| space.rsplit_once("::").map(|(outer, _)| outer)).map(Symbol::new)
}

/// Whether the namespace is `last`, or one of that name in another.
fn ends_in(space: Symbol, last: Symbol) -> bool {
    let outer = space.as_str().strip_suffix(last.as_str());
    outer.is_some_and(|outer| outer.is_empty() || outer.ends_with("::"))
}

/// The namespace that is `node`, or a linkage that leaves all of them, in the namespace `outer`; `None` where it is
/// neither. One without a name is as what is around it.
pub(super) fn entered(node: Node, outer: Symbol, text: &str) -> Option<Symbol> {
    match node.kind() {
        "namespace_definition" => Some(match node.child_by_field_name("name") {
            Some(name) => inner(outer, slice(name, text)),
            None => outer,
        }),
        "linkage_specification" => {
            let language = node.child_by_field_name("value").map(|value| slice(value, text));
            Some(if language == Some("\"C\"") { Symbol::new("") } else { outer })
        }
        _ => None,
    }
}

/// The namespace `name` in `outer`.
pub(super) fn inner(outer: Symbol, name: &str) -> Symbol {
    let name: String = name.split_ascii_whitespace().collect();
    match outer.as_str() {
        "" => Symbol::new(&name),
        _ => joined(outer, Symbol::new(&name)),
    }
}

/// The namespace that `node` stands in.
pub(super) fn space_of(node: Node, root: Symbol, text: &str) -> Symbol {
    let mut chain = Vec::new();
    let mut at = node;
    while let Some(parent) = at.parent() {
        chain.push(parent);
        at = parent;
    }
    chain.into_iter().rev().fold(root, |outer, node| entered(node, outer, text).unwrap_or(outer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(functions: &[(&str, &str)], used: &[&str]) -> Spaces {
        let mut spaces = Spaces::default();
        for (name, space) in functions {
            spaces.add(Symbol::new(name), Symbol::new(space));
        }
        for space in used {
            spaces.uses(Symbol::new(space));
        }
        spaces
    }

    #[test]
    fn a_name_means_the_function_that_is_seen_from_the_use() {
        let spaces = known(&[("work", "a"), ("work", "a::b"), ("once", "a"), ("both", ""), ("both", "c")], &[]);
        for (name, space, meant) in [
            ("work", "a", "a::work"),
            ("work", "a::b", "a::b::work"),
            ("work", "a::c", "a::work"),
            ("work", "", "work"),
            ("once", "c", "once"),
            ("both", "c", "c::both"),
            ("both", "a", "both"),
            ("none", "a", "none"),
        ] {
            assert_eq!(spaces.visible(Symbol::new(name), Symbol::new(space)).as_str(), meant, "{name} in {space}");
        }
    }

    #[test]
    fn a_namespace_may_be_named_or_used() {
        let spaces = known(&[("work", "a"), ("work", "a::b"), ("work", "c")], &["c"]);
        for (scope, space, meant) in
            [("b", "", "a::b::work"), ("b", "a", "a::b::work"), ("a", "c", "a::work"), ("d", "c", "work")]
        {
            let (scope, space) = (Symbol::new(scope), Symbol::new(space));
            assert_eq!(spaces.within(scope, Symbol::new("work"), space).as_str(), meant, "{scope} in {space}");
        }
        assert_eq!(spaces.visible(Symbol::new("work"), Symbol::new("")).as_str(), "c::work");
    }
}
