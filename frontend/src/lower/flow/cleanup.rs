//! What runs when scopes are left: `finally` bodies and destructors, on every way out.

use rulebook_diagnostics::Span;

use crate::ir::{Callee, LocalId, Place, Symbol};

use super::place::{addr, deref, joined};
use super::value::load;
use super::{Cleanup, CleanupKind, Flow};

/// Members inside members deeper than this are not destroyed.
const MAX_PARTS: u32 = 16;

impl<'t> Flow<'_, 't> {
    pub(super) fn push_cleanup(&mut self, scope: u32, kind: CleanupKind<'t>) {
        let cleanup = Cleanup { scope, scopes: self.scopes.len(), jumps: self.jumps.len(), unwind: self.unwind, kind };
        self.cleanups.push(cleanup);
    }

    /// Runs the cleanups above the lowest `keep`, innermost first, as code at the current place.
    /// They stay pending for other ways out. `abnormal` is 1 where the way out is a jump.
    pub(super) fn run_cleanups(&mut self, keep: usize, span: Span, abnormal: i64) {
        if self.cleanups.len() <= keep {
            return;
        }
        let pending = self.cleanups.clone();
        for (at, cleanup) in pending.iter().enumerate().skip(keep).rev() {
            self.cleanups.truncate(at);
            self.run_cleanup(*cleanup, span, abnormal);
        }
        self.cleanups = pending;
    }

    fn run_cleanup(&mut self, cleanup: Cleanup<'t>, span: Span, abnormal: i64) {
        match cleanup.kind {
            CleanupKind::Finally(body) => {
                // The body sees what was in force before its `__try`.
                let inner_scopes = self.scopes.split_off(cleanup.scopes);
                let inner_jumps = self.jumps.split_off(cleanup.jumps);
                let unwind = std::mem::replace(&mut self.unwind, cleanup.unwind);
                let was = self.abnormal.replace(abnormal);
                self.push_labels(&body.body);
                self.scoped_statements(body.id, &body.body, span);
                self.labels.pop();
                self.abnormal = was;
                self.unwind = unwind;
                self.jumps.extend(inner_jumps);
                self.scopes.extend(inner_scopes);
            }
            CleanupKind::Guard(lambda, armed) => self.run_guard(lambda, armed, span),
            CleanupKind::Object(local, class) => self.destroy(Place::Local(local), class, span, 0),
            CleanupKind::Part(member, class) => {
                let Some(this) = self.this else { return };
                let object = deref(load(Place::Local(this)));
                let place = match member {
                    Some(member) => Place::Field(Box::new(object), member),
                    None => object,
                };
                self.destroy(place, class, span, 0);
            }
        }
    }

    /// Calls the destructor of the object in `place`, or those of its members where it has none of its own.
    pub(super) fn destroy(&mut self, place: Place, class: Symbol, span: Span, depth: u32) {
        let declared = self.cx.context.declared;
        let Some(info) = declared.class(class).filter(|_| depth < MAX_PARTS) else {
            return;
        };
        if info.has_destructor {
            let name = Symbol::new(&format!("{class}::~{class}"));
            self.emit_call(None, Callee::Named(name), vec![addr(place)], span);
            return;
        }
        for member in info.members.iter().rev() {
            if let Some(of) = member.ty.object_class().filter(|of| declared.needs_destructor(*of)) {
                self.destroy(Place::Field(Box::new(place.clone()), member.name), of, span, depth + 1);
            }
        }
        for base in info.bases.iter().rev().filter(|base| declared.needs_destructor(**base)) {
            self.destroy(place.clone(), *base, span, depth + 1);
        }
    }

    /// In a destructor: its members and bases die after its body.
    pub(in super::super) fn end_with_parts(&mut self, class: Symbol) {
        let declared = self.cx.context.declared;
        let Some(info) = declared.class(class) else {
            return;
        };
        for base in info.bases.iter().filter(|base| declared.needs_destructor(**base)) {
            self.push_cleanup(super::FUNCTION_SCOPE, CleanupKind::Part(None, *base));
        }
        for member in &info.members {
            if let Some(of) = member.ty.object_class().filter(|of| declared.needs_destructor(*of)) {
                self.push_cleanup(super::FUNCTION_SCOPE, CleanupKind::Part(Some(member.name), of));
            }
        }
    }

    /// Remembers that the object in `local` dies with the current scope, if anything runs then.
    pub(super) fn dies_with_scope(&mut self, local: LocalId, class: Symbol) {
        if self.cx.context.declared.needs_destructor(class) {
            let scope = self.scope_ids.last().copied().unwrap_or(super::FUNCTION_SCOPE);
            self.push_cleanup(scope, CleanupKind::Object(local, class));
        }
    }

    /// A constructor's name, for the initialiser list.
    pub(super) fn constructor(class: Symbol) -> Symbol {
        joined(class, class)
    }
}
