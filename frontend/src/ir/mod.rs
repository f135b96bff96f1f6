//! What the engine runs: functions lowered to control flow over simple instructions.
//!
//! The front end makes it from syntax; nothing after it sees syntax again.
//! Calls, assignments and short-circuit operators are taken apart in evaluation order, so an
//! expression here has no side effects, and a condition never holds `&&`, `||` or `!` with calls.
//! Invariant: every place the user may be shown has its span.

mod dump;
mod initial;
mod symbol;

pub use dump::dump;
pub use initial::Initial;
pub use symbol::Symbol;

use rulebook_diagnostics::Span;

/// A source file of a driver, by its index in [`Program::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A stretch of source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Loc {
    /// The file.
    pub file: FileId,
    /// The bytes, as offsets into the text as read from disk (after lossy decoding).
    pub span: Span,
}

/// A local variable or parameter of one function, by its index in [`Function::locals`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub u32);

/// A basic block, by its index in [`Function::blocks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub u32);

/// One translation unit (or header), lowered.
#[derive(Debug, Default)]
pub struct Unit {
    /// Functions with bodies that can be trusted, in source order.
    pub functions: Vec<Function>,
    /// Function prototypes and role declarations.
    pub prototypes: Vec<Prototype>,
    /// Members that are given functions, where the structure's type is known.
    pub tables: Vec<TableInit>,
    /// Members that are given what a function was given by its caller.
    pub passed: Vec<Passed>,
    /// Functions that were not lowered, and why.
    pub untrusted: Vec<Untrusted>,
    /// `#pragma alloc_text(PAGE, f)` and the like: functions in pageable sections.
    pub pageable: Vec<Symbol>,
    /// Classes with the names of their data members and whether a destructor has a body.
    pub classes: Vec<Class>,
    /// Functions that file-scope macros declare as getters of what belongs to their argument
    /// (data: `Language::accessor_macros`).
    pub accessors: Vec<Symbol>,
}

/// A C++ class or struct, as far as lowering its methods and lifetimes needs it.
#[derive(Debug, Clone)]
pub struct Class {
    /// Its name without scope.
    pub name: Symbol,
    /// Names of data members.
    pub members: Vec<Symbol>,
    /// Names of base classes.
    pub bases: Vec<Symbol>,
}

/// A function whose body is not analysed.
#[derive(Debug, Clone)]
pub struct Untrusted {
    /// Its name, as far as it could be read.
    pub name: Symbol,
    /// Its place.
    pub loc: Loc,
    /// Why, in a few words, for people.
    pub reason: String,
}

/// A declaration `TYPE name;` or `TYPE name(params);` of a function.
#[derive(Debug, Clone)]
pub struct Prototype {
    /// The function.
    pub name: Symbol,
    /// The type name before it: a role type in `DRIVER_DISPATCH Read;`, else the return type.
    pub type_name: Symbol,
    /// Whether it is the role form, without a parameter list.
    pub is_role: bool,
    /// Names of the parameters, where there is a list.
    pub params: Vec<Symbol>,
    /// The annotations on each parameter; as long as [`Self::params`].
    pub param_sal: Vec<Vec<Annotation>>,
    /// The annotations on it; parameters are locals numbered as in a definition (`this` first in a method).
    pub sal: Sal,
    /// Its place.
    pub loc: Loc,
}

/// One member of a structure that is given a function: by an initialiser, or by an assignment.
#[derive(Debug, Clone)]
pub struct TableInit {
    /// The initialised variable; empty for an assignment and what has no name.
    pub variable: Symbol,
    /// The structure's type name, such as `FLT_REGISTRATION`.
    pub type_name: Symbol,
    /// The member, where it is named.
    pub field: Option<Symbol>,
    /// Position in the initialiser list, from 0.
    pub position: u32,
    /// The member, by name or position, where the structure's declaration was read.
    pub member: Option<Symbol>,
    /// The first constant in the same braces, such as `IRP_MJ_CREATE`.
    pub code: Option<Symbol>,
    /// The function.
    pub function: Symbol,
    /// Its place.
    pub loc: Loc,
}

/// A member of a structure that is given a parameter of the function that stores it.
#[derive(Debug, Clone, Copy)]
pub struct Passed {
    /// The structure's type name.
    pub type_name: Symbol,
    /// The member.
    pub member: Symbol,
    /// The function that stores it.
    pub function: Symbol,
    /// Its parameter, or a local of it: parameters come first.
    pub param: LocalId,
    /// The file that the function stands in.
    pub file: FileId,
}

/// A function body as control flow.
#[derive(Debug)]
pub struct Function {
    /// Its name; a method is `Class::name`, a destructor `Class::~Class`, a constructor `Class::Class`.
    pub name: Symbol,
    /// The class of a method; its first local is then `this`.
    pub class: Option<Symbol>,
    /// Whether it has internal linkage.
    pub is_static: bool,
    /// The name and parameter list in the source, for messages.
    pub loc: Loc,
    /// The closing brace.
    pub end: Loc,
    /// The return type as written, without annotations.
    pub return_type: Symbol,
    /// Parameters first (`this` before them in a method), then the other locals and temporaries.
    pub locals: Vec<Local>,
    /// How many of [`Self::locals`] are parameters, `this` included.
    pub param_count: u32,
    /// Annotations on the definition (those of prototypes are in [`Prototype::sal`]).
    pub sal: Sal,
    /// Basic blocks; the first is the entry.
    pub blocks: Vec<Block>,
}

/// A local variable, parameter or temporary.
#[derive(Debug, Clone)]
pub struct Local {
    /// Its name; temporaries have an empty one.
    pub name: Symbol,
    /// Its type name without qualifiers and pointers, such as `KIRQL`.
    pub type_name: Symbol,
    /// How many `*` its declarator has.
    pub pointers: u8,
    /// Whether its declarator has `[…]` (its name is then its address).
    pub is_array: bool,
    /// Whether it is `static` (it keeps its value between calls; it is not fresh at entry).
    pub is_static: bool,
    /// Annotations on a parameter.
    pub sal: Vec<Annotation>,
}

/// Straight-line code and how it ends.
#[derive(Debug)]
pub struct Block {
    /// The instructions in order.
    pub instrs: Vec<Instr>,
    /// What follows.
    pub term: Term,
}

/// One instruction with its place.
#[derive(Debug)]
pub struct Instr {
    /// What it does.
    pub kind: InstrKind,
    /// The source it comes from (for a call in an expanded macro: the macro's use).
    pub loc: Loc,
}

/// What an instruction does.
#[derive(Debug)]
pub enum InstrKind {
    /// Stores `value` in `place`.
    Assign {
        /// Where.
        place: Place,
        /// What.
        value: Expr,
    },
    /// Stores an unknown value: inline assembly, a construct whose value is not modelled.
    Havoc(Place),
    /// Calls a function.
    Call(Box<Call>),
    /// `_Analysis_assume_(e)`, `ASSERT(e)`, `NT_ASSERT(e)` and the like: believed.
    Assume(Expr),
    /// A local goes out of scope or comes into scope without a value: it is forgotten.
    Dead(LocalId),
}

/// A call.
#[derive(Debug)]
pub struct Call {
    /// Where the result goes.
    pub dst: Option<LocalId>,
    /// What is called.
    pub callee: Callee,
    /// The type of the pointer that it goes through, or of the function behind it, where it goes through one that is
    /// declared with a name: `PDRIVER_CANCEL`, `DRIVER_CANCEL`.
    pub pointer_type: Option<Symbol>,
    /// The arguments (for a method call, the object's address first).
    pub args: Vec<Expr>,
    /// The name of the driver's own macro that this call was written as, for messages.
    pub via_macro: Option<Symbol>,
    /// Where control goes if the call raises a structured exception: the handler of the innermost `__try`/`__except`.
    pub unwind: Option<BlockId>,
}

/// What is called.
#[derive(Debug, Clone)]
pub enum Callee {
    /// A function by name, with body or without; unknown function-like macros are here too.
    Named(Symbol),
    /// A method whose class is known or not: `Class::name` or only `name`.
    Method {
        /// The static class of the object where it could be told.
        class: Option<Symbol>,
        /// The method.
        name: Symbol,
    },
    /// A call through a pointer in a member: `x->Member(…)`.
    Member {
        /// The type name of the structure, where it could be told.
        of: Option<Symbol>,
        /// The member.
        name: Symbol,
        /// The pointer's value.
        value: Expr,
    },
    /// Through any other pointer.
    Pointer(Expr),
}

/// How a block ends.
#[derive(Debug)]
pub enum Term {
    /// On to a block.
    Goto(BlockId),
    /// To `then` if `cond` is not zero, else to `other`.
    Branch {
        /// The condition; a comparison, or a value that is compared with zero.
        cond: Expr,
        /// Taken if it is not zero.
        then: BlockId,
        /// Taken if it is zero.
        other: BlockId,
        /// The condition in the source.
        loc: Loc,
    },
    /// Into a body with a handler: something in it that is no call, such as an access to memory, may raise.
    Try {
        /// The guarded body.
        body: BlockId,
        /// Where control goes if something in it raises.
        handler: BlockId,
    },
    /// A `switch`.
    Switch {
        /// What is compared.
        value: Expr,
        /// Case values with their blocks; several cases may share one.
        cases: Vec<(Expr, BlockId)>,
        /// Where control goes if none fits.
        default: BlockId,
        /// The switched expression in the source.
        loc: Loc,
    },
    /// Leaves the function.
    Return {
        /// The value.
        value: Option<Expr>,
        /// The `return` statement, or the closing brace.
        loc: Loc,
    },
    /// Control does not get here, or not on from here (a call that does not return, an endless loop's end).
    Unreachable,
}

/// Where a value is stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// A local.
    Local(LocalId),
    /// A variable outside the function, or a name that nothing declares.
    Global(Symbol),
    /// What a pointer points to: `*p`.
    Deref(Box<Expr>),
    /// A member: `p.f`; `p->f` is `Field(Deref(p), f)`.
    Field(Box<Place>, Symbol),
    /// An element: `p[i]`, whether `p` is an array or a pointer.
    Index(Box<Place>, Box<Expr>),
}

/// A value without side effects.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// An integer, `TRUE`, `FALSE`, `NULL`, a character; unsigned 32-bit hex constants that name statuses stay as written.
    Int(i64),
    /// A string literal.
    Str(Symbol),
    /// A name in capitals or an enumerator that no declaration binds, such as `STATUS_SUCCESS`: its value is the table's to say.
    Name(Symbol),
    /// A function named as a value.
    Function(Symbol),
    /// The value stored in a place.
    Load(Box<Place>),
    /// The address of a place.
    Addr(Box<Place>),
    /// A unary operation: `-`, `~`, `!`.
    Unary(UnOp, Box<Expr>),
    /// A binary operation.
    Binary(BinOp, Box<Expr>, Box<Expr>),
    /// `sizeof`, casts of unknown effect, constructs that are not modelled: some value, the same for the same text.
    Opaque(Symbol),
    /// `CONTAINING_RECORD(address, type, field)`.
    Container(Box<Expr>, Symbol),
}

/// A unary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum UnOp {
    Neg,
    BitNot,
    Not,
}

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Shl,
    Shr,
    And,
    Or,
    Xor,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// The annotations of a function.
#[derive(Debug, Clone, Default)]
pub struct Sal {
    /// On the function as a whole.
    pub function: Vec<Annotation>,
}

/// One SAL annotation: `_IRQL_requires_max_(DISPATCH_LEVEL)`, `_Acquires_lock_(x->Lock)`.
#[derive(Debug, Clone)]
pub struct Annotation {
    /// Its name without leading and trailing underscores, such as `IRQL_requires_max`.
    pub name: Symbol,
    /// Its arguments, parsed where they parse.
    pub args: Vec<Expr>,
    /// The condition of a `_When_` around it.
    pub when: Option<Expr>,
    /// Its text.
    pub text: Symbol,
}
