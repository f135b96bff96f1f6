//! The syntax that control flow is made from: what the C and C++ grammars have in common, macros expanded.
//!
//! Casts and parentheses are gone; spans are offsets into the file, except inside an expansion,
//! whose use supplies the span.

use std::rc::Rc;

use rulebook_diagnostics::Span;

use crate::ir::{BinOp, Symbol, UnOp};

use super::types::TypeRef;

/// An expression.
#[derive(Debug)]
pub(super) struct Ex {
    pub(super) span: Span,
    pub(super) kind: ExKind,
}

/// What an expression is.
#[derive(Debug)]
pub(super) enum ExKind {
    Int(i64),
    Str(Symbol),
    Ident(Symbol),
    /// `scope::name`; the scope without its own scopes.
    Scoped(Symbol, Symbol),
    This,
    Unary(UnOp, Box<Ex>),
    Deref(Box<Ex>),
    AddrOf(Box<Ex>),
    Binary(BinOp, Box<Ex>, Box<Ex>),
    And(Box<Ex>, Box<Ex>),
    Or(Box<Ex>, Box<Ex>),
    /// `a ? b : c`; GNU's `a ?: c` has no `b`.
    Cond(Box<Ex>, Option<Box<Ex>>, Box<Ex>),
    Comma(Box<Ex>, Box<Ex>),
    /// `=`, or a compound assignment with its operator.
    Assign(Option<BinOp>, Box<Ex>, Box<Ex>),
    /// `++` and `--`.
    Step {
        op: BinOp,
        prefix: bool,
        place: Box<Ex>,
    },
    Call {
        callee: Box<Ex>,
        args: Vec<Ex>,
    },
    Member {
        base: Box<Ex>,
        arrow: bool,
        name: Symbol,
    },
    Index(Box<Ex>, Box<Ex>),
    /// `CONTAINING_RECORD(address, type, field)`.
    Container(Box<Ex>, Symbol),
    /// A believed condition.
    Assume(Box<Ex>),
    /// A value that is not modelled, by its text.
    Opaque(Symbol),
    /// A braced initialiser.
    Init(Vec<InitItem>),
    /// `(T){…}`, and `T{…}` in C++.
    Compound(TypeRef, Vec<InitItem>),
    New {
        ty: TypeRef,
        is_array: bool,
        placement: Vec<Ex>,
        args: Vec<Ex>,
    },
    Delete {
        is_array: bool,
        value: Box<Ex>,
    },
    Lambda(Rc<Lambda>),
    /// `(T)-x`, `(T)(x)`: a cast if the name is a type's, which nothing in a file without its headers tells;
    /// then the second is meant, else the first.
    MaybeCast {
        name: Symbol,
        plain: Box<Ex>,
        cast: Box<Ex>,
    },
    /// A macro's body in the place of its use.
    Expansion(Symbol, Rc<Ex>),
    Unsupported(&'static str),
}

/// An element of a braced initialiser.
#[derive(Debug)]
pub(super) struct InitItem {
    /// `.a.b` or `[i]`; empty for one by position.
    pub(super) path: Vec<Designator>,
    pub(super) value: Ex,
}

/// A step of a designator.
#[derive(Debug)]
pub(super) enum Designator {
    Field(Symbol),
    Index(Ex),
}

/// A lambda.
#[derive(Debug)]
pub(super) struct Lambda {
    pub(super) span: Span,
    /// Whether it uses variables of the function around it (`[]` does not).
    pub(super) captures: bool,
    pub(super) params: Vec<Param>,
    pub(super) body: Vec<St>,
    pub(super) end: Span,
}

/// A parameter.
#[derive(Debug, Clone)]
pub(super) struct Param {
    pub(super) name: Option<Symbol>,
    pub(super) ty: TypeRef,
    pub(super) span: Span,
}

/// A statement.
#[derive(Debug)]
pub(super) struct St {
    pub(super) span: Span,
    pub(super) kind: StKind,
}

/// What a statement is. Labels and cases are markers in the list of their block.
#[derive(Debug)]
pub(super) enum StKind {
    Empty,
    Block(Block),
    Expr(Ex),
    Decl(Vec<Decl>),
    If {
        init: Vec<St>,
        cond: Box<Condition>,
        then: Box<St>,
        other: Option<Box<St>>,
    },
    While {
        cond: Box<Condition>,
        body: Box<St>,
    },
    DoWhile {
        body: Box<St>,
        cond: Ex,
    },
    For {
        init: Vec<St>,
        cond: Option<Box<Condition>>,
        update: Option<Ex>,
        body: Box<St>,
    },
    RangeFor {
        decl: Box<Decl>,
        range: Ex,
        body: Box<St>,
    },
    Switch {
        init: Vec<St>,
        value: Box<Condition>,
        body: Box<St>,
    },
    Case(Ex),
    Default,
    Label(Symbol),
    Goto(Symbol),
    Break,
    Continue,
    Return(Option<Ex>),
    Try(Box<Try>),
    Leave,
    Throw(Option<Ex>),
    /// A macro's statements in the place of its use; they open no scope.
    Expansion(Symbol, Rc<Vec<St>>),
    Unsupported(&'static str),
}

/// `{ … }`.
#[derive(Debug)]
pub(super) struct Block {
    /// Unique in the unit; names the scope for jumps.
    pub(super) id: u32,
    pub(super) body: Vec<St>,
}

/// A condition: an expression, or in C++ a declaration whose variable is tested.
#[derive(Debug)]
pub(super) enum Condition {
    Ex(Ex),
    Decl(Decl),
}

/// `__try` or `try` with what follows it.
#[derive(Debug)]
pub(super) struct Try {
    /// Unique in the unit; names the scope for jumps.
    pub(super) id: u32,
    pub(super) body: Block,
    /// `__except` (one) or `catch` clauses.
    pub(super) handlers: Vec<Handler>,
    pub(super) finally: Option<Block>,
    /// Whether it is C's, where `__leave` applies.
    pub(super) structured: bool,
}

/// An `__except` or `catch` clause.
#[derive(Debug)]
pub(super) struct Handler {
    pub(super) filter: Option<Ex>,
    pub(super) param: Option<Param>,
    pub(super) body: Block,
}

/// A declared variable.
#[derive(Debug)]
pub(super) struct Decl {
    pub(super) span: Span,
    pub(super) ty: TypeRef,
    pub(super) name: Symbol,
    pub(super) is_static: bool,
    pub(super) is_extern: bool,
    pub(super) init: DeclInit,
}

/// How a variable starts.
#[derive(Debug)]
pub(super) enum DeclInit {
    None,
    Value(Ex),
    /// `T x(args)` and `T x{args}`.
    Construct(Vec<Ex>),
    /// `T x(a, b)` whose arguments look like types: a constructor call if they are variables, else a prototype.
    Vexing(Vec<Ex>),
}
