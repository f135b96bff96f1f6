//! Conditions: `&&`, `||`, `!` and `?:` become branches.

use crate::ir::{BinOp, BlockId, Expr, Term, UnOp};

use super::super::ast::{Ex, ExKind};
use super::Flow;
use super::value::{binary, mirrored};

impl<'t> Flow<'_, 't> {
    /// Goes to `then` if `ex` is not zero, else to `other`; the current block ends.
    pub(super) fn condition(&mut self, ex: &'t Ex, then: BlockId, other: BlockId) {
        match &ex.kind {
            ExKind::And(left, right) => {
                let next = self.new_block();
                self.condition(left, next, other);
                self.start(next);
                self.condition(right, then, other);
            }
            ExKind::Or(left, right) => {
                let next = self.new_block();
                self.condition(left, then, next);
                self.start(next);
                self.condition(right, then, other);
            }
            ExKind::Unary(UnOp::Not, inner) => self.condition(inner, other, then),
            ExKind::Comma(first, second) => {
                self.effect(first);
                self.condition(second, then, other);
            }
            ExKind::Cond(cond, Some(yes), no) => {
                let (first, second) = (self.new_block(), self.new_block());
                self.condition(cond, first, second);
                self.start(first);
                self.condition(yes, then, other);
                self.start(second);
                self.condition(no, then, other);
            }
            ExKind::Expansion(name, inner) => {
                self.expanding(ex.span, *name, |flow| flow.condition(inner, then, other));
            }
            ExKind::Assume(_) => {
                self.effect(ex);
                self.goto(then);
            }
            // `(a && b) == FALSE`: the branches of what is compared.
            ExKind::Binary(op @ (BinOp::Eq | BinOp::Ne), left, right) => match (truth_of(left, right), op) {
                (Some((inner, false)), BinOp::Eq) | (Some((inner, true)), BinOp::Ne) => {
                    self.condition(inner, other, then);
                }
                (Some((inner, _)), _) => self.condition(inner, then, other),
                (None, _) => self.test(ex, then, other),
            },
            _ => self.test(ex, then, other),
        }
    }

    /// A comparison with a number near the end of an unsigned type, as `x > (ULONG_PTR)-1000`, of signed numbers: it holds
    /// for negative ones alone.
    pub(super) fn near_the_end(&mut self, op: BinOp, left: &'t Ex, right: &'t Ex) -> Option<Expr> {
        let (op, value, bound) = match (self.wide_number(left), self.wide_number(right)) {
            (None, Some(bound)) => (op, left, bound),
            (Some(bound), None) => (mirrored(op)?, right, bound),
            _ => return None,
        };
        let (both, sign) = match op {
            BinOp::Gt | BinOp::Ge => (BinOp::And, BinOp::Lt),
            BinOp::Lt | BinOp::Le => (BinOp::Or, BinOp::Ge),
            _ => return None,
        };
        let value = self.value(value);
        let sign = binary(sign, value.clone(), Expr::Int(0));
        Some(binary(both, binary(op, value, Expr::Int(bound)), sign))
    }

    /// The negative number that is cast to an unsigned type of 64 bits.
    fn wide_number(&self, ex: &Ex) -> Option<i64> {
        match &ex.kind {
            ExKind::Expansion(_, inner) => self.wide_number(inner),
            ExKind::MaybeCast { name, cast, .. } if self.cx.wide.contains(name) && !self.is_value(*name) => {
                match &cast.kind {
                    ExKind::Int(number @ ..0) => Some(*number),
                    ExKind::Unary(UnOp::Neg, inner) => match inner.kind {
                        ExKind::Int(number @ 1..) => Some(-number),
                        _ => None,
                    },
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn test(&mut self, ex: &'t Ex, then: BlockId, other: BlockId) {
        let value = self.value(ex);
        let loc = self.loc(ex.span);
        self.branch(value, then, other, loc);
    }

    pub(super) fn branch(&mut self, value: Expr, then: BlockId, other: BlockId, loc: crate::ir::Loc) {
        match value {
            Expr::Int(value) => self.goto(if value == 0 { other } else { then }),
            Expr::Str(_) | Expr::Function(_) => self.goto(then),
            Expr::Unary(UnOp::Not, inner) => self.branch(*inner, other, then, loc),
            cond => self.terminate(Term::Branch { cond, then, other, loc }),
        }
    }
}

/// In a comparison of a truth value with 0 or 1: the truth value, and which.
fn truth_of<'t>(left: &'t Ex, right: &'t Ex) -> Option<(&'t Ex, bool)> {
    let (inner, constant) = if is_truth(left) { (left, right) } else { (right, left) };
    match constant.kind {
        ExKind::Int(value @ (0 | 1)) if is_truth(inner) => Some((inner, value == 1)),
        _ => None,
    }
}

fn is_truth(ex: &Ex) -> bool {
    match &ex.kind {
        ExKind::And(..) | ExKind::Or(..) | ExKind::Unary(UnOp::Not, _) => true,
        ExKind::Binary(op, ..) => matches!(op, BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge),
        _ => false,
    }
}
