//! Scope guards: `auto g = scope_exit([&] { … });` runs the lambda on every way out of the scope.
//!
//! Which library the guard is from does not matter: what a name says of itself (that it is about a scope's end)
//! and what it is given (one lambda) tell it, and the two things one can do with a guard beside letting it run.

use rulebook_diagnostics::Span;

use crate::ir::{Expr, LocalId, Place, Symbol};

use super::super::ast::{Decl, DeclInit, ExKind, Lambda};
use super::super::types::TypeRef;
use super::call::Want;
use super::value::load;
use super::{Binding, CleanupKind, FUNCTION_SCOPE, Flow};

impl<'t> Flow<'_, 't> {
    /// Declares a guard, if `decl` is one.
    pub(super) fn guard(&mut self, decl: &'t Decl) -> bool {
        let DeclInit::Value(value) = &decl.init else {
            return false;
        };
        let ExKind::Call { callee, args } = &value.kind else {
            return false;
        };
        let (ExKind::Ident(maker) | ExKind::Scoped(_, maker), [only]) = (&callee.kind, args.as_slice()) else {
            return false;
        };
        let ExKind::Lambda(lambda) = &only.kind else {
            return false;
        };
        let maker = maker.as_str().to_ascii_lowercase();
        let makers = &self.cx.context.language.guards.makers;
        if !makers.iter().any(|word| maker.contains(word.as_str())) {
            return false;
        }
        let armed = self.temp(TypeRef::default());
        self.assign(Place::Local(armed), Expr::Int(1), decl.span);
        self.bind(decl.name, Binding::Guard(lambda, armed));
        let scope = self.scope_ids.last().copied().unwrap_or(FUNCTION_SCOPE);
        self.push_cleanup(scope, CleanupKind::Guard(lambda, armed));
        true
    }

    /// The guard's scope is left.
    pub(super) fn run_guard(&mut self, lambda: &'t Lambda, armed: LocalId, span: Span) {
        let (run, join) = (self.new_block(), self.new_block());
        let loc = self.loc(span);
        self.branch(load(Place::Local(armed)), run, join, loc);
        self.start(run);
        self.inline(lambda, &[], Want::Nothing, span);
        self.fall_into(join);
    }

    /// `guard.name()`.
    pub(super) fn guard_call(&mut self, name: Symbol, lambda: &'t Lambda, armed: LocalId, span: Span) {
        let guards = &self.cx.context.language.guards;
        let is = |names: &[String]| names.iter().any(|known| known == name.as_str());
        if is(&guards.run) {
            self.run_guard(lambda, armed, span);
        } else if !is(&guards.disarm) {
            return self.fail("a scope guard used in a way that is not modelled");
        }
        self.assign(Place::Local(armed), Expr::Int(0), span);
    }
}
