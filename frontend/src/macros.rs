//! The macros in force in a translation unit, for expansion where a call is written as one.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::Symbol;
use crate::parsed::MacroDef;

/// The macros of a translation unit by name; of several definitions the last one in force.
#[derive(Debug, Clone, Default)]
pub struct MacroTable {
    by_name: FxHashMap<Symbol, Arc<MacroDef>>,
    kept: Arc<FxHashSet<Symbol>>,
}

impl MacroTable {
    /// The definition of `name`.
    #[must_use]
    pub fn get(&self, name: Symbol) -> Option<&MacroDef> {
        self.by_name.get(&name).map(Arc::as_ref)
    }

    /// Adds a definition, in place of an earlier one of that name.
    ///
    /// One of a name that [`MacroTable::keep`] keeps is left out.
    pub fn insert(&mut self, definition: Arc<MacroDef>) {
        if !self.kept.contains(&definition.name) {
            self.by_name.insert(definition.name, definition);
        }
    }

    /// Keeps these names as calls, whatever headers define them as.
    pub fn keep(&mut self, names: impl IntoIterator<Item = Symbol>) {
        self.kept = Arc::new(names.into_iter().collect());
    }

    /// How many names it defines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether it defines nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }
}
