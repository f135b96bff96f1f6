//! What is asked of all the roles of a driver.

use rulebook_machine::semantics::Role;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Attached, Roles, Who};
use crate::code::{Code, FuncId};

impl Roles<'_> {
    /// The parameters of entry points that are never `NULL`, whichever of its roles a function is called in.
    pub(crate) fn given(&self) -> FxHashMap<FuncId, Vec<u32>> {
        let is_given = |role: &Role, at: usize| role.params.get(at).is_some_and(|name| role.given.contains(name));
        let of = |list: &[Attached<'_>]| {
            let count = list.iter().map(|attached| attached.role.params.len()).min().unwrap_or_default();
            let all = |at: &usize| list.iter().all(|attached| is_given(attached.role, *at));
            (0..count).filter(all).map(|at| at as u32).collect::<Vec<_>>()
        };
        let bodies = self.by_function.iter().filter_map(|(who, list)| match who {
            Who::Body(id) => Some((*id, of(list))),
            Who::Named(_) => None,
        });
        bodies.filter(|(_, given)| !given.is_empty()).collect()
    }

    /// The functions before which nothing of the driver has run: those that the system alone calls, in such a role.
    pub(crate) fn first(&self, code: &Code<'_>) -> FxHashSet<FuncId> {
        let by_system = |id: FuncId| !code.is_called(id) && !code.address_taken.contains(&code.get(id).ir.name);
        let ids = self.by_function.iter().filter_map(|(who, list)| match who {
            Who::Body(id) if list.iter().all(|attached| attached.role.contract.first) => Some(*id),
            _ => None,
        });
        ids.filter(|id| by_system(*id)).collect()
    }

    /// Whether any function has the role through a table that the driver fills itself.
    pub(crate) fn fills_tables(&self) -> bool {
        let mut all = self.by_function.values().flatten();
        all.any(|attached| {
            let mut ways = attached.role.registered.iter();
            attached.index.is_some() && ways.any(|way| !way.table.is_empty())
        })
    }

    /// The models whose roles the driver's functions have.
    pub(crate) fn models(&self) -> std::collections::BTreeSet<String> {
        let mut models = std::collections::BTreeSet::new();
        for attached in self.by_function.values().flatten() {
            models.insert(attached.role.model.clone());
        }
        models
    }
}
