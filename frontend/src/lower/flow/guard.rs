//! Scope guards: `auto g = scope_exit([&] { … });` runs the lambda on every way out of the scope.
//!
//! Which library the guard is from does not matter: what a name says of itself (that it is about a scope's end)
//! and what it is given (one lambda, perhaps with a flag) tell it, and the two things one can do with a guard beside letting it run.

use rulebook_diagnostics::Span;

use crate::ir::{Expr, LocalId, Place, Symbol, UnOp};

use super::super::ast::{Decl, DeclInit, Ex, ExKind, Lambda};
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
        let (scope, maker) = match &callee.kind {
            ExKind::Ident(maker) => (None, *maker),
            ExKind::Scoped(scope, maker) => (Some(*scope), *maker),
            _ => return false,
        };
        let Some((Ex { kind: ExKind::Lambda(lambda), .. }, flag)) = args.split_first() else {
            return false;
        };
        let words = &self.cx.context.language.guards;
        let has = |name: Symbol, words: &[String]| {
            let name = name.as_str().to_ascii_lowercase();
            words.iter().any(|word| name.contains(word.as_str()))
        };
        let is_maker = scope.into_iter().chain([maker]).any(|name| has(name, &words.makers));
        let may_have_flag = has(maker, &words.unless);
        let flag = match flag {
            [] => None,
            [flag] if may_have_flag => Some(flag),
            _ => return false,
        };
        if !is_maker {
            return false;
        }
        let armed = self.temp(TypeRef::default());
        self.arm(armed, flag, decl.span);
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

    /// `guard.name()` or `guard.name(flag)`.
    pub(super) fn guard_call(
        &mut self,
        (name, args): (Symbol, &'t [Ex]),
        lambda: &'t Lambda,
        armed: LocalId,
        span: Span,
    ) {
        let guards = &self.cx.context.language.guards;
        let is = |names: &[String]| names.iter().any(|known| known == name.as_str());
        match args {
            [] if is(&guards.run) => self.run_guard(lambda, armed, span),
            [] if is(&guards.disarm) => {}
            [flag] if is(&guards.disarm) => return self.arm(armed, Some(flag), span),
            _ => return self.fail("a scope guard used in a way that is not modelled"),
        }
        self.assign(Place::Local(armed), Expr::Int(0), span);
    }

    /// Arms a guard, unless the flag is set.
    fn arm(&mut self, armed: LocalId, unless: Option<&'t Ex>, span: Span) {
        let value = match unless {
            Some(flag) => Expr::Unary(UnOp::Not, Box::new(self.value(flag))),
            None => Expr::Int(1),
        };
        self.assign(Place::Local(armed), value, span);
    }
}
