//! Places: what can be stored to and whose address can be taken.

use crate::ir::{Expr, LocalId, Place, Symbol};

use super::super::ast::{Ex, ExKind};
use super::super::types::TypeRef;
use super::{Binding, Flow};

impl<'t> Flow<'_, 't> {
    /// The place an expression names; one that names none is put into a temporary.
    pub(super) fn place(&mut self, ex: &'t Ex) -> Place {
        match &ex.kind {
            ExKind::Ident(name) => self.named_place(*name),
            ExKind::Scoped(scope, name) => Place::Global(joined(*scope, *name)),
            ExKind::Deref(inner) => self.pointee(inner),
            ExKind::Member { base, arrow, name } => {
                let is_ref = self.type_of(ex).is_some_and(|ty| ty.is_ref);
                let base = if *arrow { self.pointee(base) } else { self.place(base) };
                referred(Place::Field(Box::new(base), *name), is_ref)
            }
            ExKind::Index(base, index) => {
                let base = self.indexed(base);
                let index = self.value(index);
                Place::Index(Box::new(base), Box::new(index))
            }
            ExKind::Expansion(name, inner) => self.expanding(ex.span, *name, |flow| flow.place(inner)),
            ExKind::MaybeCast { name, plain, cast } => self.place(if self.is_value(*name) { plain } else { cast }),
            ExKind::Comma(first, second) => {
                self.effect(first);
                self.place(second)
            }
            ExKind::Assign(op, left, right) => self.assignment(*op, left, right, ex.span),
            ExKind::Step { op, prefix: true, place } => self.step(*op, place, ex.span),
            ExKind::Compound(ty, items) => {
                let local = self.temp(*ty);
                self.init_items(&Place::Local(local), *ty, items, ex.span);
                Place::Local(local)
            }
            _ => {
                let value = self.value(ex);
                self.held(value, ex)
            }
        }
    }

    /// A temporary that holds `value`, unless it is one already.
    fn held(&mut self, value: Expr, ex: &Ex) -> Place {
        if let Expr::Load(place) = value {
            return *place;
        }
        let local = self.temp(TypeRef::default());
        self.assign(Place::Local(local), value, ex.span);
        Place::Local(local)
    }

    fn named_place(&mut self, name: Symbol) -> Place {
        match self.lookup(name) {
            Some(Binding::Local(local)) => self.local_place(local),
            Some(Binding::Guard(..)) => {
                self.fail("a scope guard used as a value");
                Place::Global(name)
            }
            Some(Binding::Lambda(_) | Binding::Outer) => Place::Global(name),
            None => match self.this_member(name) {
                Some(place) => place,
                None => self.free_variable(name),
            },
        }
    }

    /// The file-scope variable of that name.
    pub(super) fn free_variable(&self, name: Symbol) -> Place {
        Place::Global(self.cx.context.declared.variable_in(name, self.cx.parsed.file))
    }

    pub(super) fn local_place(&self, local: LocalId) -> Place {
        if self.types[local.0 as usize].is_ref {
            deref(Expr::Load(Box::new(Place::Local(local))))
        } else {
            Place::Local(local)
        }
    }

    /// The member of `this` that a bare name means; of a reference, what it is bound to.
    pub(super) fn this_member(&self, name: Symbol) -> Option<Place> {
        let this = self.this?;
        let member = self.cx.context.declared.member(self.class?, name)?;
        let place = Place::Field(Box::new(deref(Expr::Load(Box::new(Place::Local(this))))), name);
        Some(referred(place, member.ty.is_ref))
    }

    /// What a pointer-valued expression points to.
    pub(super) fn pointee(&mut self, ex: &'t Ex) -> Place {
        if self.is_array(ex) {
            let array = self.place(ex);
            return Place::Index(Box::new(array), Box::new(Expr::Int(0)));
        }
        match &ex.kind {
            ExKind::AddrOf(inner) => self.place(inner),
            ExKind::Expansion(name, inner) => self.expanding(ex.span, *name, |flow| flow.pointee(inner)),
            _ => deref(self.value(ex)),
        }
    }

    /// The place whose elements `ex[i]` are: an array itself, or what a known pointer points to.
    /// A member or global of unknown type stands for itself.
    fn indexed(&mut self, ex: &'t Ex) -> Place {
        match &ex.kind {
            ExKind::Expansion(name, inner) => self.expanding(ex.span, *name, |flow| flow.indexed(inner)),
            ExKind::Ident(name) => match self.lookup(*name) {
                Some(Binding::Local(local)) if !self.types[local.0 as usize].is_array => deref(self.value(ex)),
                _ => self.typed_index(ex),
            },
            ExKind::Member { .. } | ExKind::Index(..) | ExKind::Scoped(..) => self.typed_index(ex),
            _ => deref(self.value(ex)),
        }
    }

    fn typed_index(&mut self, ex: &'t Ex) -> Place {
        let known = self.type_of(ex);
        let place = self.place(ex);
        if known.is_some_and(|ty| !ty.is_array && ty.pointers > 0) { deref(Expr::Load(Box::new(place))) } else { place }
    }

    /// Whether an expression is known to be an array: its value is its address.
    pub(super) fn is_array(&self, ex: &Ex) -> bool {
        self.type_of(ex).is_some_and(|ty| ty.is_array)
    }

    /// The static type, where names tell it.
    pub(super) fn type_of(&self, ex: &Ex) -> Option<TypeRef> {
        match &ex.kind {
            ExKind::Ident(name) => match self.lookup(*name) {
                Some(Binding::Local(local)) => self.types.get(local.0 as usize).copied(),
                Some(_) => None,
                None => self.cx.context.declared.member(self.class?, *name).map(|member| member.ty),
            },
            ExKind::This => Some(TypeRef { name: self.class, pointers: 1, ..TypeRef::default() }),
            ExKind::Member { base, name, .. } => {
                let class = self.type_of(base)?.name?;
                self.cx.context.declared.member(class, *name).map(|member| member.ty)
            }
            ExKind::Index(base, _) | ExKind::Deref(base) => {
                let mut ty = self.type_of(base)?;
                if ty.is_array {
                    ty.is_array = false;
                } else {
                    ty.pointers = ty.pointers.saturating_sub(1);
                }
                Some(ty)
            }
            ExKind::AddrOf(base) => {
                let mut ty = self.type_of(base)?;
                ty.pointers += 1;
                ty.is_array = false;
                Some(ty)
            }
            ExKind::MaybeCast { name, plain, cast } => self.type_of(if self.is_value(*name) { plain } else { cast }),
            ExKind::Expansion(_, inner) => self.type_of(inner),
            ExKind::New { ty, .. } => Some(TypeRef { pointers: ty.pointers + 1, is_array: false, ..*ty }),
            ExKind::Compound(ty, _) => Some(*ty),
            _ => None,
        }
    }
}

/// `*e`; `*&p` is `p`.
pub(super) fn deref(e: Expr) -> Place {
    match e {
        Expr::Addr(place) => *place,
        e => Place::Deref(Box::new(e)),
    }
}

/// The place itself, or, where it holds a reference, what that is bound to.
fn referred(place: Place, is_ref: bool) -> Place {
    if is_ref { deref(Expr::Load(Box::new(place))) } else { place }
}

/// `&p`; `&*e` and `&e[0]` are `e`, the address of an array's first element is the array's.
pub(super) fn addr(place: Place) -> Expr {
    match place {
        Place::Deref(e) => *e,
        Place::Index(base, index) if *index == Expr::Int(0) => match *base {
            Place::Deref(e) => *e,
            base @ Place::Local(_) => Expr::Addr(Box::new(base)),
            base => Expr::Addr(Box::new(Place::Index(Box::new(base), index))),
        },
        place => Expr::Addr(Box::new(place)),
    }
}

/// `scope::name`.
pub(in super::super) fn joined(scope: Symbol, name: Symbol) -> Symbol {
    Symbol::new(&format!("{scope}::{name}"))
}
