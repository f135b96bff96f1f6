//! Values: calls and side effects go into instructions, what remains is an expression without them.

use rulebook_diagnostics::Span;

use crate::ir::{BinOp, Expr, Instr, InstrKind, LocalId, Place, Symbol, Term, UnOp};

use super::super::ast::{Ex, ExKind};
use super::super::build::is_capital;
use super::super::literal;
use super::super::types::TypeRef;
use super::call::Want;
use super::place::{addr, joined};
use super::{Binding, Flow};

impl<'t> Flow<'_, 't> {
    /// Of a comparison of an unsigned value with the least that it can be, or one more: the value, and whether it is
    /// asked to be zero or not to be.
    fn above_zero(&self, op: BinOp, left: &'t Ex, right: &'t Ex) -> Option<(BinOp, &'t Ex)> {
        let (op, value, bound) = match (number(left), number(right)) {
            (None, Some(bound)) => (op, left, bound),
            (Some(bound), None) => (mirrored(op)?, right, bound),
            _ => return None,
        };
        let asked = match (op, bound) {
            (BinOp::Gt, 0) | (BinOp::Ge, 1) => BinOp::Ne,
            (BinOp::Le, 0) | (BinOp::Lt, 1) => BinOp::Eq,
            _ => return None,
        };
        let ty = self.type_of(value)?;
        let unsigned = ty.pointers == 0 && !ty.is_array && ty.name.is_some_and(|name| self.cx.unsigned.contains(&name));
        unsigned.then_some((asked, value))
    }

    /// The value of an expression; its side effects are emitted.
    pub(super) fn value(&mut self, ex: &'t Ex) -> Expr {
        match &ex.kind {
            ExKind::Int(value) => Expr::Int(*value),
            ExKind::Str(text) => Expr::Str(*text),
            ExKind::Ident(name) => self.named_value(*name, ex),
            ExKind::Scoped(scope, name) => self.scoped_value(*scope, *name),
            ExKind::This => match self.this {
                Some(this) => load(Place::Local(this)),
                None => load(Place::Global(Symbol::new("this"))),
            },
            ExKind::Unary(op, inner) => {
                let value = self.value(inner);
                unary(*op, value)
            }
            ExKind::AddrOf(inner) => self.address(inner),
            ExKind::Binary(op, left, right) => {
                if let Some((op, unsigned)) = self.above_zero(*op, left, right) {
                    let value = self.value(unsigned);
                    return binary(op, value, Expr::Int(0));
                }
                if let Some(value) = self.near_the_end(*op, left, right) {
                    return value;
                }
                let left = self.value(left);
                let right = self.value(right);
                binary(*op, left, right)
            }
            ExKind::And(..) | ExKind::Or(..) => self.truth(ex),
            ExKind::Cond(cond, then, other) => self.choice(cond, then.as_deref(), other, ex.span),
            ExKind::Comma(first, second) => {
                self.effect(first);
                self.value(second)
            }
            ExKind::Assign(op, left, right) => {
                let place = self.assignment(*op, left, right, ex.span);
                load(place)
            }
            ExKind::Step { op, prefix, place } => {
                if *prefix {
                    let place = self.step(*op, place, ex.span);
                    return load(place);
                }
                let ty = self.type_of(place).unwrap_or_default();
                let place = self.place(place);
                let old = self.temp(ty);
                self.assign(Place::Local(old), load(place.clone()), ex.span);
                self.assign(place, binary(*op, load(Place::Local(old)), Expr::Int(1)), ex.span);
                load(Place::Local(old))
            }
            ExKind::Call { callee, args } => self.call(ex, callee, args, Want::Value).unwrap_or(Expr::Int(0)),
            ExKind::Deref(_) | ExKind::Member { .. } | ExKind::Index(..) | ExKind::Compound(..) => {
                let array = self.is_array(ex);
                let place = self.place(ex);
                if array { addr(place) } else { load(place) }
            }
            ExKind::Container(address, field) => {
                let address = self.value(address);
                Expr::Container(Box::new(address), *field)
            }
            ExKind::Opaque(text) => Expr::Opaque(*text),
            ExKind::Init(items) => match items.as_slice() {
                [] => Expr::Int(0),
                [only] if only.path.is_empty() => self.value(&only.value),
                _ => {
                    let local = self.temp(TypeRef::default());
                    self.init_items(&Place::Local(local), TypeRef::default(), items, ex.span);
                    load(Place::Local(local))
                }
            },
            ExKind::New { ty, is_array, placement, args } => self.new_object(ex, *ty, *is_array, placement, args),
            ExKind::Assume(_) | ExKind::Delete { .. } => {
                self.effect(ex);
                Expr::Int(0)
            }
            ExKind::Lambda(lambda) => {
                if lambda.captures {
                    return self.hand_lambda(lambda);
                }
                let name =
                    Symbol::new(&format!("{}::lambda{}", self.name, self.lambdas_before + self.lambdas.len() + 1));
                self.lambdas.push((name, lambda));
                Expr::Function(name)
            }
            ExKind::Expansion(name, inner) => self.expanding(ex.span, *name, |flow| flow.value(inner)),
            ExKind::MaybeCast { name, plain, cast } => self.value(if self.is_value(*name) { plain } else { cast }),
            ExKind::Unsupported(why) => {
                self.fail(why);
                Expr::Int(0)
            }
        }
    }

    /// Evaluates an expression whose value nobody wants.
    pub(super) fn effect(&mut self, ex: &'t Ex) {
        match &ex.kind {
            ExKind::Call { callee, args } => {
                self.call(ex, callee, args, Want::Nothing);
            }
            ExKind::Assign(op, left, right) => {
                self.assignment(*op, left, right, ex.span);
            }
            ExKind::Step { op, place, .. } => {
                self.step(*op, place, ex.span);
            }
            ExKind::Comma(first, second) => {
                self.effect(first);
                self.effect(second);
            }
            ExKind::Expansion(name, inner) => {
                self.expanding(ex.span, *name, |flow| flow.effect(inner));
            }
            ExKind::And(..) | ExKind::Or(..) => {
                let join = self.new_block();
                self.condition(ex, join, join);
                self.start(join);
            }
            ExKind::Cond(cond, then, other) => {
                let (yes, no, join) = (self.new_block(), self.new_block(), self.new_block());
                self.condition(cond, yes, no);
                self.start(yes);
                if let Some(then) = then {
                    self.effect(then);
                }
                self.goto(join);
                self.start(no);
                self.effect(other);
                self.fall_into(join);
            }
            ExKind::Assume(cond) => self.assume(cond),
            ExKind::MaybeCast { name, plain, cast } => {
                self.effect(if self.is_value(*name) { plain } else { cast });
            }
            ExKind::Delete { is_array, value } => self.delete_object(ex, *is_array, value),
            _ => {
                self.value(ex);
            }
        }
    }

    /// Whether a name is known to be a value's or function's, not a type's.
    pub(super) fn is_value(&self, name: Symbol) -> bool {
        let declared = self.cx.context.declared;
        self.lookup(name).is_some()
            || declared.is_function(name)
            || declared.enumerator(name).is_some()
            || self.this_member(name).is_some()
    }

    fn named_value(&mut self, name: Symbol, ex: &'t Ex) -> Expr {
        let array = self.is_array(ex);
        let constant = || self.class.and_then(|class| self.cx.context.declared.class_constant(class, name));
        match self.lookup(name) {
            Some(Binding::Local(local)) => {
                let place = self.local_place(local);
                if array { addr(place) } else { load(place) }
            }
            Some(Binding::Lambda(lambda)) => {
                if lambda.captures {
                    return self.hand_lambda(lambda);
                }
                let name = Symbol::new(&format!("{}::{name}", self.name));
                self.lambdas.push((name, lambda));
                Expr::Function(name)
            }
            Some(Binding::Guard(..)) => {
                self.fail("a scope guard used as a value");
                Expr::Int(0)
            }
            Some(Binding::Outer) => load(Place::Global(name)),
            None => match (constant(), self.this_member(name)) {
                (Some(value), _) => Expr::Int(value),
                (None, Some(place)) => {
                    if array {
                        addr(place)
                    } else {
                        load(place)
                    }
                }
                (None, None) => self.free_name(name),
            },
        }
    }

    pub(super) fn free_name(&self, name: Symbol) -> Expr {
        let declared = self.cx.context.declared;
        if let Some(value) = declared.constant(name) {
            return Expr::Int(value);
        }
        if declared.is_function(name) {
            return Expr::Function(declared.function_in(name, self.space));
        }
        if let Some(class) = self.class.and_then(|class| declared.method_class(class, name)) {
            return Expr::Function(joined(class, name));
        }
        // What the driver declares nowhere comes from the kit, and there a bare name that is a value is nearly
        // always a constant: an enumerator or a macro. A small letter at its start is a variable's.
        let foreign =
            !declared.is_variable(name) && name.as_str().starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
        if foreign || is_capital(name.as_str()) { Expr::Name(name) } else { load(self.free_variable(name)) }
    }

    fn scoped_value(&self, scope: Symbol, name: Symbol) -> Expr {
        let declared = self.cx.context.declared;
        if let Some(class) = declared.method_class(scope, name) {
            return Expr::Function(joined(class, name));
        }
        if let Some(value) = declared.class_constant(scope, name) {
            return Expr::Int(value);
        }
        if declared.class(scope).is_none() {
            if let Some(value) = declared.constant(name) {
                return Expr::Int(value);
            }
            if declared.is_function(name) {
                return Expr::Function(declared.spaces().within(scope, name, self.space));
            }
        }
        match declared.enumerator(name) {
            Some(value) => Expr::Int(value),
            None => load(Place::Global(joined(scope, name))),
        }
    }

    fn address(&mut self, ex: &'t Ex) -> Expr {
        match &ex.kind {
            ExKind::Expansion(name, inner) => self.expanding(ex.span, *name, |flow| flow.address(inner)),
            ExKind::Ident(_) | ExKind::Scoped(..) => match self.value(ex) {
                function @ Expr::Function(_) => function,
                Expr::Load(place) => addr(*place),
                // `&array` is where the array is; the address of a constant is unknown but the same each time.
                address @ Expr::Addr(_) => address,
                Expr::Name(name) => Expr::Addr(Box::new(Place::Global(name))),
                _ => addr(self.place(ex)),
            },
            _ => addr(self.place(ex)),
        }
    }

    /// `&&`, `||` as a value: 1 or 0 in a temporary.
    fn truth(&mut self, ex: &'t Ex) -> Expr {
        let out = self.temp(TypeRef::default());
        let (yes, no, join) = (self.new_block(), self.new_block(), self.new_block());
        self.condition(ex, yes, no);
        for (block, value) in [(yes, 1), (no, 0)] {
            self.start(block);
            self.assign(Place::Local(out), Expr::Int(value), ex.span);
            self.goto(join);
        }
        self.start(join);
        load(Place::Local(out))
    }

    fn choice(&mut self, cond: &'t Ex, then: Option<&'t Ex>, other: &'t Ex, span: Span) -> Expr {
        let ty = self.type_of(then.unwrap_or(other)).unwrap_or_default();
        let out = self.temp(TypeRef { is_array: false, is_ref: false, ..ty });
        let (yes, no, join) = (self.new_block(), self.new_block(), self.new_block());
        if let Some(then) = then {
            self.condition(cond, yes, no);
            self.start(yes);
            self.value_into(out, then, span);
        } else {
            // GNU's `a ?: b` has its condition as its value.
            self.value_into(out, cond, span);
            let loc = self.loc(span);
            self.terminate(Term::Branch { cond: load(Place::Local(out)), then: yes, other: no, loc });
            self.start(yes);
        }
        self.goto(join);
        self.start(no);
        self.value_into(out, other, span);
        self.fall_into(join);
        load(Place::Local(out))
    }

    /// `local = ex`; a call puts its result there itself.
    pub(super) fn value_into(&mut self, local: LocalId, ex: &'t Ex, span: Span) {
        match &ex.kind {
            ExKind::Call { callee, args } => {
                if let Some(value) = self.call(ex, callee, args, Want::Into(local)) {
                    self.assign(Place::Local(local), value, span);
                }
            }
            ExKind::Expansion(name, inner) => {
                self.expanding(ex.span, *name, |flow| flow.value_into(local, inner, span));
            }
            _ => {
                let value = self.value(ex);
                self.assign(Place::Local(local), value, span);
            }
        }
    }

    /// An assignment; yields the place assigned to.
    pub(super) fn assignment(&mut self, op: Option<BinOp>, left: &'t Ex, right: &'t Ex, span: Span) -> Place {
        let place = self.place(left);
        match (op, &place) {
            (None, Place::Local(local)) if !self.types[local.0 as usize].is_array => {
                if let ExKind::Init(items) | ExKind::Compound(_, items) = &right.kind {
                    let ty = self.types[local.0 as usize];
                    self.init_items(&place, ty, items, span);
                } else {
                    self.value_into(*local, right, span);
                }
            }
            (None, _) => {
                if let ExKind::Compound(_, items) | ExKind::Init(items) = &right.kind {
                    let ty = self.type_of(left).unwrap_or_default();
                    self.init_items(&place, ty, items, span);
                } else {
                    let value = self.value(right);
                    self.member_store(left, &value, span);
                    self.assign(place.clone(), value, span);
                }
            }
            (Some(op), _) => {
                let right = self.value(right);
                self.assign(place.clone(), binary(op, load(place.clone()), right), span);
            }
        }
        place
    }

    /// `++p`, `--p`; yields the place.
    pub(super) fn step(&mut self, op: BinOp, place: &'t Ex, span: Span) -> Place {
        let place = self.place(place);
        self.assign(place.clone(), binary(op, load(place.clone()), Expr::Int(1)), span);
        place
    }

    /// Puts a value that must outlive what follows into a temporary, unless nothing can change it.
    pub(super) fn settled(&mut self, value: Expr, span: Span) -> Expr {
        match &value {
            Expr::Int(_) | Expr::Str(_) | Expr::Name(_) | Expr::Function(_) | Expr::Opaque(_) => value,
            Expr::Load(place) if matches!(**place, Place::Local(local) if self.locals[local.0 as usize].name.as_str().is_empty()) => {
                value
            }
            _ => {
                let local = self.temp(TypeRef::default());
                self.assign(Place::Local(local), value, span);
                load(Place::Local(local))
            }
        }
    }

    fn assume(&mut self, cond: &'t Ex) {
        let (yes, no) = (self.new_block(), self.new_block());
        let before = (self.at, self.blocks[self.at.0 as usize].instrs.len());
        self.condition(cond, yes, no);
        self.blocks[no.0 as usize].term = Some(Term::Unreachable);
        // One test that falls through on `yes` is an instruction, not a branch.
        let draft = &mut self.blocks[before.0.0 as usize];
        if let Some(Term::Branch { cond, then, other, loc }) = &draft.term
            && ((*then, *other) == (yes, no) || (*then, *other) == (no, yes))
        {
            let believed = if *then == yes { cond.clone() } else { unary(UnOp::Not, cond.clone()) };
            let loc = *loc;
            draft.instrs.push(Instr { kind: InstrKind::Assume(believed), loc });
            draft.term = Some(Term::Goto(yes));
        }
        self.start(yes);
    }
}

pub(super) fn load(place: Place) -> Expr {
    Expr::Load(Box::new(place))
}

pub(super) fn unary(op: UnOp, value: Expr) -> Expr {
    match (op, value) {
        (UnOp::Neg, Expr::Int(value)) => Expr::Int(value.wrapping_neg()),
        (UnOp::BitNot, Expr::Int(value)) => Expr::Int(!value),
        (UnOp::Not, Expr::Int(value)) => Expr::Int(i64::from(value == 0)),
        // The negation of a comparison is a comparison.
        (UnOp::Not, Expr::Binary(op, left, right)) if negated(op).is_some() => match negated(op) {
            Some(op) => Expr::Binary(op, left, right),
            None => Expr::Unary(UnOp::Not, Box::new(Expr::Binary(op, left, right))),
        },
        (op, value) => Expr::Unary(op, Box::new(value)),
    }
}

fn negated(op: BinOp) -> Option<BinOp> {
    Some(match op {
        BinOp::Eq => BinOp::Ne,
        BinOp::Ne => BinOp::Eq,
        BinOp::Lt => BinOp::Ge,
        BinOp::Le => BinOp::Gt,
        BinOp::Gt => BinOp::Le,
        BinOp::Ge => BinOp::Lt,
        _ => return None,
    })
}

/// The comparison with its sides exchanged.
pub(super) fn mirrored(op: BinOp) -> Option<BinOp> {
    Some(match op {
        BinOp::Lt => BinOp::Gt,
        BinOp::Le => BinOp::Ge,
        BinOp::Gt => BinOp::Lt,
        BinOp::Ge => BinOp::Le,
        _ => return None,
    })
}

/// The number that is written.
fn number(ex: &Ex) -> Option<i64> {
    match ex.kind {
        ExKind::Int(number) => Some(number),
        _ => None,
    }
}

pub(super) fn binary(op: BinOp, left: Expr, right: Expr) -> Expr {
    if let (Expr::Int(a), Expr::Int(b)) = (&left, &right)
        && let Some(value) = literal::fold(op, *a, *b)
    {
        return Expr::Int(value);
    }
    Expr::Binary(op, Box::new(left), Box::new(right))
}
