//! Declarations and initialisers.

use rulebook_diagnostics::Span;

use crate::ir::{Callee, Expr, InstrKind, LocalId, Place, Symbol};

use super::super::ast::{Decl, DeclInit, Designator, Ex, ExKind, InitItem};
use super::super::declared::Member;
use super::super::types::TypeRef;
use super::place::addr;
use super::{Binding, Flow};

impl<'t> Flow<'_, 't> {
    pub(super) fn declaration(&mut self, decl: &'t Decl) {
        if decl.is_extern {
            self.bind(decl.name, Binding::Outer);
            return;
        }
        if let DeclInit::Value(Ex { kind: ExKind::Lambda(lambda), .. }) = &decl.init {
            self.bind(decl.name, Binding::Lambda(lambda));
            return;
        }
        if self.guard(decl) {
            return;
        }
        let class = if self.cx.is_cpp { decl.ty.object_class() } else { None };
        if let DeclInit::Vexing(args) = &decl.init
            && !self.is_construction(args)
        {
            // A prototype inside a function.
            self.bind(decl.name, Binding::Outer);
            return;
        }
        if decl.is_static {
            self.declare(decl.name, decl.ty, true);
            if let DeclInit::Value(value) = &decl.init {
                self.static_table(decl, value);
            }
            return;
        }
        // The initialiser of `T x = f(x)` sees the new `x`, as in C.
        let local = self.declare(decl.name, decl.ty, false);
        match &decl.init {
            DeclInit::None => {
                let constructed = class
                    .filter(|class| self.cx.context.declared.class(*class).is_some_and(|info| info.has_constructor));
                if let Some(class) = constructed {
                    self.construct(Place::Local(local), class, &[], decl.span);
                } else if self.loops > 0 || self.has_labels {
                    self.emit(InstrKind::Dead(local), decl.span);
                }
            }
            DeclInit::Value(value) => self.initialize(local, class, value, decl.span),
            DeclInit::Construct(args) | DeclInit::Vexing(args) => {
                self.direct(local, class, args, decl);
            }
        }
        if let Some(class) = class {
            self.dies_with_scope(local, class);
        }
    }

    /// Whether the "parameters" of `T x(a)` are variables.
    fn is_construction(&self, args: &[Ex]) -> bool {
        !args.is_empty()
            && args.iter().all(|arg| match &arg.kind {
                ExKind::Ident(name) => self.lookup(*name).is_some() || self.this_member(*name).is_some(),
                ExKind::Scoped(..) | ExKind::Int(_) | ExKind::This | ExKind::Expansion(..) => true,
                _ => false,
            })
    }

    fn initialize(&mut self, local: LocalId, class: Option<Symbol>, value: &'t Ex, span: Span) {
        let ty = self.types[local.0 as usize];
        match &value.kind {
            ExKind::Expansion(name, inner) if matches!(inner.kind, ExKind::Init(_)) => {
                self.expanding(value.span, *name, |flow| {
                    flow.initialize(local, class, inner, span);
                });
            }
            ExKind::Init(items) | ExKind::Compound(_, items) => {
                self.init_items(&Place::Local(local), ty, items, span);
            }
            // `T x = T(args)` makes no second object.
            ExKind::Call { callee, args }
                if class.is_some_and(|class| matches!(callee.kind, ExKind::Ident(name) if name == class)) =>
            {
                if let Some(class) = class {
                    self.construct(Place::Local(local), class, args, span);
                }
            }
            // A reference is the address of what it names.
            _ if ty.is_ref => {
                let target = addr(self.place(value));
                self.assign(Place::Local(local), target, span);
            }
            ExKind::Str(_) if ty.is_array => self.emit(InstrKind::Havoc(Place::Local(local)), span),
            _ => self.value_into(local, value, span),
        }
    }

    /// `T x(args)`, `T x{args}`.
    fn direct(&mut self, local: LocalId, class: Option<Symbol>, args: &'t [Ex], decl: &'t Decl) {
        let known = class.filter(|class| {
            self.cx.context.declared.class(*class).is_some_and(|info| info.has_constructor || info.has_destructor)
        });
        match (known, args) {
            (Some(class), _) => self.construct(Place::Local(local), class, args, decl.span),
            (None, []) => self.assign(Place::Local(local), Expr::Int(0), decl.span),
            (None, [only]) if class.is_none_or(|class| is_scalar(class.as_str())) => {
                self.initialize(local, class, only, decl.span);
            }
            (None, _) => match class {
                // A class from a header that was not read.
                Some(class) if self.cx.context.declared.class(class).is_none() => {
                    self.construct(Place::Local(local), class, args, decl.span);
                }
                _ => {
                    for arg in args {
                        self.effect(arg);
                    }
                    self.emit(InstrKind::Havoc(Place::Local(local)), decl.span);
                }
            },
        }
    }

    /// Stores a braced initialiser: what is not named is zero.
    pub(super) fn init_items(&mut self, place: &Place, ty: TypeRef, items: &'t [InitItem], span: Span) {
        let only_zero = match items {
            [] => true,
            [only] => only.path.is_empty() && is_zero(&only.value),
            _ => false,
        };
        if only_zero {
            self.assign(place.clone(), Expr::Int(0), span);
            return;
        }
        self.initial_members(ty, items);
        let declared = self.cx.context.declared;
        let members: Option<Vec<_>> = ty
            .object_class()
            .and_then(|class| declared.class(class))
            .filter(|info| !info.is_union)
            .map(|info| info.members.clone());
        let by_name = |item: &InitItem| !item.path.is_empty();
        if !ty.is_array && members.is_none() && !items.iter().all(by_name) {
            return self.unknown_items(place, items, span);
        }
        self.assign(place.clone(), Expr::Int(0), span);
        let mut position = 0_usize;
        for item in items {
            let (target, of) = if item.path.is_empty() {
                match &members {
                    Some(members) if !ty.is_array => match by_position(members, &mut position) {
                        Some(member) => (Place::Field(Box::new(place.clone()), member.name), member.ty),
                        None => return self.unknown_items(place, items, span),
                    },
                    _ => {
                        let index = Expr::Int(i64::try_from(position).unwrap_or(i64::MAX));
                        (Place::Index(Box::new(place.clone()), Box::new(index)), TypeRef { is_array: false, ..ty })
                    }
                }
            } else {
                let (target, of) = self.designated(place, ty, &item.path);
                if let ([Designator::Field(name)], Some(members)) = (item.path.as_slice(), &members) {
                    position = members.iter().position(|member| member.name == *name).unwrap_or(position);
                }
                if let Place::Index(_, index) = &target
                    && let Expr::Int(at) = **index
                {
                    position = usize::try_from(at).unwrap_or(position);
                }
                (target, of)
            };
            position += 1;
            self.init_item(target, of, &item.value, span);
        }
    }

    #[expect(clippy::only_used_in_recursion, reason = "the type goes to inner lists")]
    fn init_item(&mut self, target: Place, ty: TypeRef, value: &'t Ex, span: Span) {
        match &value.kind {
            ExKind::Expansion(name, inner) if matches!(inner.kind, ExKind::Init(_)) => {
                self.expanding(value.span, *name, |flow| {
                    flow.init_item(target, ty, inner, span);
                });
            }
            ExKind::Init(items) => self.init_items(&target, ty, items, value.span),
            ExKind::Int(0) => {}
            _ => {
                let value_span = value.span;
                let value = self.value(value);
                self.assign(target, value, value_span);
            }
        }
    }

    fn designated(&mut self, place: &Place, ty: TypeRef, path: &'t [Designator]) -> (Place, TypeRef) {
        let declared = self.cx.context.declared;
        let (mut place, mut ty) = (place.clone(), ty);
        for step in path {
            match step {
                Designator::Field(name) => {
                    place = Place::Field(Box::new(place), *name);
                    ty = ty
                        .object_class()
                        .and_then(|class| declared.member(class, *name))
                        .map(|member| member.ty)
                        .unwrap_or_default();
                }
                Designator::Index(index) => {
                    let index = self.value(index);
                    place = Place::Index(Box::new(place), Box::new(index));
                    ty.is_array = false;
                }
            }
        }
        (place, ty)
    }

    /// An initialiser by position of a type whose members are not known: nothing is known of the object.
    fn unknown_items(&mut self, place: &Place, items: &'t [InitItem], span: Span) {
        self.emit(InstrKind::Havoc(place.clone()), span);
        for item in items {
            match (&item.value.kind, item.path.is_empty()) {
                (ExKind::Init(inner), _) => {
                    for item in inner {
                        self.effect(&item.value);
                    }
                }
                (_, true) => self.effect(&item.value),
                (_, false) => {
                    let (target, of) = self.designated(place, TypeRef::default(), &item.path);
                    self.init_item(target, of, &item.value, item.value.span);
                }
            }
        }
    }

    /// A member initialiser of a constructor.
    pub(in super::super) fn member_initializer(&mut self, name: Symbol, args: &'t [Ex], span: Span) {
        let declared = self.cx.context.declared;
        let Some((this, class)) = self.this.zip(self.class) else {
            return;
        };
        let object = super::place::deref(super::value::load(Place::Local(this)));
        if let Some(member) = declared.member(class, name) {
            let place = Place::Field(Box::new(object), name);
            let known =
                member.ty.object_class().filter(|of| declared.class(*of).is_some_and(|info| info.has_constructor));
            match (known, args) {
                (Some(of), _) => self.construct(place, of, args, span),
                (None, []) => self.assign(place, Expr::Int(0), span),
                (None, [only]) => {
                    let value = if member.ty.is_ref { addr(self.place(only)) } else { self.value(only) };
                    self.assign(place, value, span);
                }
                (None, _) => {
                    for arg in args {
                        self.effect(arg);
                    }
                    self.emit(InstrKind::Havoc(place), span);
                }
            }
        } else {
            let mut values = vec![addr(object)];
            for arg in args {
                values.push(self.value(arg));
            }
            self.emit_call(None, Callee::Named(Self::constructor(name)), values, span);
        }
    }
}

/// The member that a value at the position is for; the position of that member.
fn by_position<'m>(members: &'m [Member], position: &mut usize) -> Option<&'m Member> {
    while members.get(*position).is_some_and(|member| member.is_beside) {
        *position += 1;
    }
    members.get(*position)
}

fn is_zero(ex: &Ex) -> bool {
    match &ex.kind {
        ExKind::Int(0) => true,
        ExKind::Init(items) => items.iter().all(|item| item.path.is_empty() && is_zero(&item.value)),
        ExKind::Expansion(_, inner) => is_zero(inner),
        _ => false,
    }
}

/// A type whose braces or parentheses hold its value.
fn is_scalar(name: &str) -> bool {
    super::super::build::is_capital(name)
        || matches!(
            name,
            "int" | "char" | "bool" | "long" | "short" | "unsigned" | "auto" | "size_t" | "float" | "double"
        )
}
