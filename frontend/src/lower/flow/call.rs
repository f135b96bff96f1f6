//! Calls.

use rulebook_diagnostics::Span;

use crate::ir::{Call, Callee, Expr, InstrKind, LocalId, Place, Symbol, Term};
use crate::prepass::token::{Kind, tokenize};

use super::super::ast::{Ex, ExKind, Lambda};
use super::super::declared::Omitted;
use super::super::types::TypeRef;
use super::place::{addr, joined};
use super::value::load;
use super::{Binding, Flow, Inline};

/// Inlined lambdas nest no deeper.
const MAX_INLINES: usize = 8;

/// What becomes of a call's result.
#[derive(Debug, Clone, Copy)]
pub(super) enum Want {
    Nothing,
    Value,
    Into(LocalId),
}

/// A callee, with the object's address in front of the arguments where it is a method.
struct Target {
    callee: Callee,
    object: Option<Expr>,
    /// The name under which the callee's parameters are known.
    declared: Option<Symbol>,
}

impl Target {
    fn named(name: Symbol) -> Self {
        Self::function(name, name)
    }

    /// The function `full`, which is declared as `name`.
    fn function(name: Symbol, full: Symbol) -> Self {
        Self { callee: Callee::Named(full), object: None, declared: Some(name) }
    }

    fn method(class: Option<Symbol>, name: Symbol, object: Expr) -> Self {
        let declared = class.map(|class| joined(class, name));
        Self { callee: Callee::Method { class, name }, object: Some(object), declared }
    }

    fn member(of: Option<Symbol>, name: Symbol, value: Expr) -> Self {
        Self { callee: Callee::Member { of, name, value }, object: None, declared: None }
    }

    fn pointer(value: Expr) -> Self {
        Self { callee: Callee::Pointer(value), object: None, declared: None }
    }
}

impl<'t> Flow<'_, 't> {
    /// Lowers a call; `None` where there is no value to give or it went where it was wanted.
    pub(super) fn call(&mut self, ex: &'t Ex, callee: &'t Ex, args: &'t [Ex], want: Want) -> Option<Expr> {
        match &callee.kind {
            // A macro that stands for a function's name: the call is the macro's.
            ExKind::Expansion(name, inner) => {
                return self.expanding(callee.span, *name, |flow| flow.call(ex, inner, args, want));
            }
            ExKind::Lambda(lambda) => return self.inline(lambda, args, want, ex.span),
            ExKind::Ident(name) => {
                if let Some(Binding::Lambda(lambda)) = self.lookup(*name) {
                    return self.inline(lambda, args, want, ex.span);
                }
                if let Some(value) = self.abnormal_termination(*name, args) {
                    return Some(value);
                }
                if self.is_given_a_statement(*name, args) {
                    self.fail("a macro whose definition was not found is given a statement");
                }
                if self.lookup(*name).is_none() && self.is_class(*name) {
                    return Some(self.temporary(*name, args, ex.span));
                }
            }
            ExKind::Member { base, name, .. } => {
                if let ExKind::Ident(guard) = &base.kind
                    && let Some(Binding::Guard(lambda, armed)) = self.lookup(*guard)
                {
                    self.guard_call((*name, args), lambda, armed, ex.span);
                    return None;
                }
            }
            _ => {}
        }
        let target = self.target(callee);
        let mut values = Vec::with_capacity(args.len() + 1);
        values.extend(target.object);
        let references = target.declared.and_then(|name| self.cx.context.declared.references(name, args.len()));
        for (at, arg) in args.iter().enumerate() {
            let by_reference = references.is_some_and(|flags| flags[at]);
            let value = if by_reference { addr(self.place(arg)) } else { self.value(arg) };
            values.push(value);
        }
        if let Some(name) = target.declared {
            self.leave_out(name, args.len(), &mut values);
        }
        let target_name = target.declared.filter(|_| matches!(target.callee, Callee::Named(_)));
        let noreturn = target_name.is_some_and(|name| self.cx.is_noreturn(name));
        let dst = match want {
            Want::Nothing => None,
            Want::Value => Some(self.temp(TypeRef::default())),
            Want::Into(local) => Some(local),
        };
        let pointer_type = match target.callee {
            Callee::Member { .. } | Callee::Pointer(_) => self.pointer_type(callee),
            Callee::Named(_) | Callee::Method { .. } => None,
        };
        self.emit_call_through(pointer_type, dst, target.callee, values, ex.span);
        if noreturn {
            // The routine of a thread that ends it leaves for good.
            let ends = self.returns_nothing && target_name.is_some_and(|name| self.cx.ends_thread(name));
            let loc = self.loc(ex.span);
            self.terminate(if ends { Term::Return { value: None, loc } } else { Term::Unreachable });
        }
        match want {
            Want::Value => dst.map(|dst| load(Place::Local(dst))),
            Want::Nothing | Want::Into(_) => None,
        }
    }

    pub(super) fn emit_call(&mut self, dst: Option<LocalId>, callee: Callee, args: Vec<Expr>, span: Span) {
        self.emit_call_through(None, dst, callee, args, span);
    }

    fn emit_call_through(
        &mut self,
        pointer_type: Option<Symbol>,
        dst: Option<LocalId>,
        callee: Callee,
        args: Vec<Expr>,
        span: Span,
    ) {
        let via_macro = self.over.map(|(_, name)| name);
        let call = Call { dst, callee, pointer_type, args, via_macro, unwind: self.unwind };
        self.emit(InstrKind::Call(Box::new(call)), span);
    }

    /// In a `finally` body: whether this copy of it is an abnormal way out.
    fn abnormal_termination(&self, name: Symbol, args: &[Ex]) -> Option<Expr> {
        let known = &self.cx.context.language.abnormal_termination;
        let known = known.iter().any(|known| known == name.as_str());
        self.abnormal.filter(|_| known && args.is_empty()).map(Expr::Int)
    }

    /// Whether nothing declares what is called, and it is given what has no value: it is a macro, and what it makes of
    /// that nobody knows.
    fn is_given_a_statement(&self, name: Symbol, args: &[Ex]) -> bool {
        let declared = self.cx.context.declared;
        let is_void = |arg: &Ex| match &arg.kind {
            ExKind::Call { callee, .. } => {
                matches!(&callee.kind, ExKind::Ident(called) if self.lookup(*called).is_none() && declared.is_void(*called))
            }
            _ => false,
        };
        args.iter().any(is_void)
            && self.lookup(name).is_none()
            && !declared.is_function(name)
            && !declared.is_variable(name)
            && self.class.is_none_or(|class| declared.method_class(class, name).is_none())
    }

    fn is_class(&self, name: Symbol) -> bool {
        self.cx.is_cpp && self.cx.context.declared.class(name).is_some() && !self.cx.context.declared.is_function(name)
    }

    fn target(&mut self, callee: &'t Ex) -> Target {
        match &callee.kind {
            ExKind::Ident(name) => self.named_target(*name),
            ExKind::Scoped(scope, name) => self.scoped_target(*scope, *name),
            ExKind::Member { base, arrow, name } => self.member_target(base, *arrow, *name),
            // `(*f)(x)` is `f(x)`.
            ExKind::Deref(inner) => match &inner.kind {
                ExKind::Ident(_) | ExKind::Member { .. } => {
                    let target = self.target(inner);
                    match target.callee {
                        Callee::Named(name) if !self.cx.context.declared.is_function(name) => {
                            Target::pointer(load(Place::Global(name)))
                        }
                        _ => target,
                    }
                }
                _ => {
                    let value = self.value(inner);
                    Target::pointer(value)
                }
            },
            _ => {
                let value = self.value(callee);
                match value {
                    Expr::Function(name) => Target::named(name),
                    value => Target::pointer(value),
                }
            }
        }
    }

    /// The type of the pointer that is called, by its declaration.
    fn pointer_type(&self, callee: &Ex) -> Option<Symbol> {
        match &callee.kind {
            ExKind::Deref(inner) => self.pointer_type(inner),
            ExKind::Expansion(_, inner) => self.pointer_type(inner),
            _ => self.structure(callee),
        }
    }

    fn named_target(&mut self, name: Symbol) -> Target {
        if let Some(Binding::Local(local)) = self.lookup(name) {
            return Target::pointer(load(self.local_place(local)));
        }
        let declared = self.cx.context.declared;
        if let Some(class) = self.class {
            if let Some(place) = self.this_member(name) {
                return Target::member(Some(class), name, load(place));
            }
            if let Some(of) = declared.method_class(class, name) {
                return self.own_method(of, name);
            }
        }
        Target::function(name, declared.function_in(name, self.space))
    }

    /// A method of this class or of a base, called without an object.
    fn own_method(&self, class: Symbol, name: Symbol) -> Target {
        match self.this {
            Some(this) if !self.cx.context.declared.is_static_method(class, name) => {
                Target::method(Some(class), name, load(Place::Local(this)))
            }
            _ => Target::named(joined(class, name)),
        }
    }

    fn scoped_target(&self, scope: Symbol, name: Symbol) -> Target {
        let declared = self.cx.context.declared;
        if let Some(class) = declared.method_class(scope, name) {
            return self.own_method(class, name);
        }
        if declared.class(scope).is_none() && declared.is_function(name) {
            return Target::function(name, declared.spaces().within(scope, name, self.space));
        }
        // A method of a base whose class is in no header that was read.
        let own_base =
            self.class.and_then(|class| declared.class(class)).is_some_and(|info| info.bases.contains(&scope));
        match self.this {
            Some(this) if own_base => Target::method(Some(scope), name, load(Place::Local(this))),
            _ => Target::named(joined(scope, name)),
        }
    }

    fn member_target(&mut self, base: &'t Ex, arrow: bool, name: Symbol) -> Target {
        let declared = self.cx.context.declared;
        let class = self.type_of(base).and_then(|ty| ty.name).filter(|name| !matches!(name.as_str(), "" | "auto"));
        let class = class.map(|class| declared.pointed(class));
        let may_be_method = self.cx.is_cpp_source
            || (self.cx.is_cpp
                && (self.this.is_some() || class.is_some_and(|class| declared.method_class(class, name).is_some())));
        let is_data = !may_be_method || class.is_some_and(|class| declared.member(class, name).is_some());
        if is_data {
            let of = self.structure(base).map(|of| declared.pointed(of));
            let base = if arrow { self.pointee(base) } else { self.place(base) };
            let value = load(Place::Field(Box::new(base), name));
            return Target::member(of, name, value);
        }
        let object = if arrow { self.value(base) } else { addr(self.place(base)) };
        let class = class.map(|class| declared.method_class(class, name).unwrap_or(class));
        Target::method(class, name, object)
    }

    /// `T(args)`: an object without a name.
    fn temporary(&mut self, class: Symbol, args: &'t [Ex], span: Span) -> Expr {
        if self.cx.context.declared.needs_destructor(class) {
            self.fail("a temporary object with a destructor");
        }
        let ty = TypeRef { name: Some(class), ..TypeRef::default() };
        let local = self.temp(ty);
        self.construct(Place::Local(local), class, args, span);
        load(Place::Local(local))
    }

    /// Calls the constructor of `class` for the object in `place`.
    pub(super) fn construct(&mut self, place: Place, class: Symbol, args: &'t [Ex], span: Span) {
        let name = joined(class, class);
        let references = self.cx.context.declared.references(name, args.len());
        let mut values = vec![addr(place)];
        for (at, arg) in args.iter().enumerate() {
            let by_reference = references.is_some_and(|flags| flags[at]);
            let value = if by_reference { addr(self.place(arg)) } else { self.value(arg) };
            values.push(value);
        }
        self.leave_out(name, args.len(), &mut values);
        self.emit_call(None, Callee::Named(name), values, span);
    }

    /// Adds what the function has for arguments that its call leaves out.
    fn leave_out(&self, name: Symbol, given: usize, values: &mut Vec<Expr>) {
        let omitted = self.cx.context.declared.defaults(name, given);
        values.extend(omitted.iter().map(|value| match value {
            Omitted::Number(number) => Expr::Int(*number),
            Omitted::Name(name) => self.free_name(*name),
            Omitted::Other(text) => Expr::Opaque(*text),
        }));
    }

    pub(super) fn new_object(
        &mut self,
        ex: &'t Ex,
        ty: TypeRef,
        is_array: bool,
        placement: &'t [Ex],
        args: &'t [Ex],
    ) -> Expr {
        let out = self.temp(TypeRef { pointers: ty.pointers + 1, is_array: false, ..ty });
        let mut values: Vec<Expr> = Vec::new();
        values.push(Expr::Opaque(Symbol::new(&format!("sizeof({})", ty.name.map_or("", Symbol::as_str)))));
        for arg in placement {
            values.push(self.value(arg));
        }
        let name = if is_array { "operator new[]" } else { "operator new" };
        self.emit_call(Some(out), Callee::Named(Symbol::new(name)), values, ex.span);
        let pointer = load(Place::Local(out));
        let class = ty.name.filter(|class| {
            ty.pointers == 0
                && !is_array
                && self.cx.context.declared.class(*class).is_some_and(|info| info.has_constructor)
        });
        let Some(class) = class else {
            for arg in args {
                self.effect(arg);
            }
            return pointer;
        };
        // Where memory ran out there is no object to construct.
        let (made, join) = (self.new_block(), self.new_block());
        let loc = self.loc(ex.span);
        self.branch(pointer.clone(), made, join, loc);
        self.start(made);
        self.construct(super::place::deref(pointer.clone()), class, args, ex.span);
        self.fall_into(join);
        pointer
    }

    pub(super) fn delete_object(&mut self, ex: &'t Ex, is_array: bool, value: &'t Ex) {
        let class = self.type_of(value).and_then(|ty| ty.name);
        let pointer = self.value(value);
        let pointer = self.settled(pointer, ex.span);
        let class = class.filter(|class| !is_array && self.cx.context.declared.needs_destructor(*class));
        let (gone, join) = (self.new_block(), self.new_block());
        let loc = self.loc(ex.span);
        self.branch(pointer.clone(), gone, join, loc);
        self.start(gone);
        if let Some(class) = class {
            self.destroy(super::place::deref(pointer.clone()), class, ex.span, 0);
        }
        let name = if is_array { "operator delete[]" } else { "operator delete" };
        self.emit_call(None, Callee::Named(Symbol::new(name)), vec![pointer], ex.span);
        self.fall_into(join);
    }

    /// A lambda's body in the place of its call.
    pub(super) fn inline(&mut self, lambda: &'t Lambda, args: &'t [Ex], want: Want, span: Span) -> Option<Expr> {
        if self.inlines.len() >= MAX_INLINES {
            self.fail("lambdas inside lambdas");
            return None;
        }
        let values: Vec<Expr> = args
            .iter()
            .enumerate()
            .map(|(at, arg)| {
                let by_reference = lambda.params.get(at).is_some_and(|param| param.ty.is_ref);
                if by_reference { addr(self.place(arg)) } else { self.value(arg) }
            })
            .collect();
        self.scopes.push(rustc_hash::FxHashMap::default());
        for (param, value) in lambda.params.iter().zip(values) {
            let local = self.declare_param(param);
            self.assign(Place::Local(local), value, span);
        }
        let result = match want {
            Want::Into(local) => local,
            Want::Value | Want::Nothing => self.temp(TypeRef::default()),
        };
        let exit = self.new_block();
        self.inlines.push(Inline { result, exit, cleanups: self.cleanups.len() });
        let (jumps, switches) = (std::mem::take(&mut self.jumps), std::mem::take(&mut self.switches));
        self.push_labels(&lambda.body);
        self.scoped_statements(super::HEAD_SCOPE, &lambda.body, lambda.end);
        self.labels.pop();
        self.jumps = jumps;
        self.switches = switches;
        self.inlines.pop();
        self.scopes.pop();
        self.fall_into(exit);
        match want {
            Want::Value => Some(load(Place::Local(result))),
            Want::Nothing | Want::Into(_) => None,
        }
    }

    /// A lambda that is given to somebody and uses variables of the function around it. When it is called nobody says:
    /// what it uses may be changed from here on, and objects are its too.
    pub(super) fn hand_lambda(&mut self, lambda: &'t Lambda) -> Expr {
        let parsed = self.cx.parsed;
        let text = lambda.span.slice(&parsed.text);
        let by_reference = text.split_once(']').is_some_and(|(captures, _)| captures.contains('&'));
        let mut used: Vec<LocalId> = Vec::new();
        for token in tokenize(text).iter().filter(|token| token.kind == Kind::Ident) {
            if let Some(Binding::Local(local)) = self.lookup(Symbol::new(token.text(text)))
                && !used.contains(&local)
            {
                used.push(local);
            }
        }
        let places = used.into_iter().map(|local| self.local_place(local));
        let args = places.map(|place| if by_reference { addr(place) } else { load(place) }).collect();
        self.emit_call(None, Callee::Named(Symbol::new("a lambda")), args, lambda.span);
        Expr::Opaque(Symbol::new("a lambda"))
    }
}
