//! Members and tables of system structures that give roles to the functions that are put there.

use rulebook_frontend::ir::Symbol;
use rulebook_machine::semantics::Semantics;
use rustc_hash::FxHashMap;

use super::names_of;

/// Members and tables that give roles.
pub(super) struct Fields<'t> {
    plain: FxHashMap<Symbol, &'t str>,
    /// The structure types of members that others have, too.
    of: FxHashMap<Symbol, Vec<Symbol>>,
    tables: FxHashMap<Symbol, &'t str>,
    /// Members and positions in rows of structure types.
    members: FxHashMap<(Symbol, Symbol), &'t str>,
    positions: FxHashMap<(Symbol, u32), &'t str>,
    /// Functions that the system calls by their names.
    pub(super) called: FxHashMap<Symbol, &'t str>,
}

impl<'t> Fields<'t> {
    pub(super) fn new(semantics: &'t Semantics) -> Self {
        let mut made = Self {
            plain: FxHashMap::default(),
            of: FxHashMap::default(),
            tables: FxHashMap::default(),
            members: FxHashMap::default(),
            positions: FxHashMap::default(),
            called: FxHashMap::default(),
        };
        for (type_name, role) in &semantics.roles {
            for way in &role.registered {
                if !way.type_name.is_empty() {
                    let row = Symbol::new(&way.type_name);
                    made.members.entry((row, Symbol::new(&way.field))).or_insert(type_name);
                    if let Some(position) = way.position {
                        made.positions.entry((row, position)).or_insert(type_name);
                    }
                    continue;
                }
                if !way.function.is_empty() {
                    made.called.entry(Symbol::new(&way.function)).or_insert(type_name);
                }
                if !way.field.is_empty() {
                    let field = Symbol::new(&way.field);
                    made.plain.entry(field).or_insert(type_name);
                    if !way.of.is_empty() {
                        made.of.entry(field).or_default().extend(way.of.iter().map(|name| Symbol::new(name)));
                    }
                }
                if !way.table.is_empty() {
                    made.tables.entry(Symbol::new(&way.table)).or_insert(type_name);
                }
            }
        }
        made
    }

    pub(super) fn field(&self, name: Symbol) -> Option<&'t str> {
        self.plain.get(&name).copied()
    }

    pub(super) fn member(&self, type_name: Symbol, field: Symbol) -> Option<&'t str> {
        let typed = names_of(type_name).find_map(|row| self.members.get(&(row, field)).copied());
        typed.or_else(|| self.field(field).filter(|_| !self.is_anothers(type_name, field)))
    }

    /// Whether the member gives a role in other structures than this one.
    pub(super) fn is_anothers(&self, type_name: Symbol, field: Symbol) -> bool {
        let of = self.of.get(&field);
        !type_name.as_str().is_empty() && of.is_some_and(|of| !names_of(type_name).any(|name| of.contains(&name)))
    }

    pub(super) fn position(&self, type_name: Symbol, position: u32) -> Option<&'t str> {
        names_of(type_name).find_map(|row| self.positions.get(&(row, position)).copied())
    }

    pub(super) fn table(&self, name: Symbol) -> Option<&'t str> {
        self.tables.get(&name).copied()
    }
}
