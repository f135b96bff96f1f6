//! The macros in force in a translation unit, for expansion where a call is written as one.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::ir::Symbol;
use crate::parsed::MacroDef;

/// The macros of a translation unit by name; of several definitions the last one in force.
#[derive(Debug, Clone, Default)]
pub struct MacroTable {
    by_name: FxHashMap<Symbol, Arc<MacroDef>>,
}

impl MacroTable {
    /// The definition of `name`.
    #[must_use]
    pub fn get(&self, name: Symbol) -> Option<&MacroDef> {
        self.by_name.get(&name).map(Arc::as_ref)
    }

    /// Adds a definition, in place of an earlier one of that name.
    pub fn insert(&mut self, definition: Arc<MacroDef>) {
        self.by_name.insert(definition.name, definition);
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
