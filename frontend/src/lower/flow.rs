//! The tree of one function to basic blocks.

mod call;
mod cleanup;
mod cond;
mod guard;
mod init;
mod place;
mod stmt;
mod tables;
mod value;

use rulebook_diagnostics::Span;
use rustc_hash::FxHashMap;

use crate::ir::{
    Block, BlockId, Expr, FileId, Instr, InstrKind, Loc, Local, LocalId, Passed, Place, Symbol, TableInit, Term,
};

use super::ast::{Ex, Lambda, Param, St};
use super::build::Cx;
use super::types::TypeRef;

pub(super) use place::joined;
pub(super) use tables::rows;

/// More instructions than this in one function, copies of `finally` bodies included, and it is not trusted.
const MAX_INSTRS: usize = 60_000;

/// What a name in a function's scope is.
#[derive(Debug, Clone, Copy)]
enum Binding<'t> {
    Local(LocalId),
    /// A lambda kept in a variable: its calls are its body.
    Lambda(&'t Lambda),
    /// An object that runs a lambda when its scope is left, while the local is not zero.
    Guard(&'t Lambda, LocalId),
    /// `extern T x;`: what the file scope has.
    Outer,
}

/// A block being filled.
#[derive(Debug, Default)]
struct Draft {
    instrs: Vec<Instr>,
    term: Option<Term>,
}

/// Where `break`, `continue` and `__leave` go.
#[derive(Debug, Clone, Copy)]
struct Jump {
    kind: JumpKind,
    to: BlockId,
    /// How many cleanups stay when it is taken.
    cleanups: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JumpKind {
    Break,
    Continue,
    Leave,
}

/// What has to run when its scope is left.
#[derive(Debug, Clone, Copy)]
struct Cleanup<'t> {
    /// The block or `__try` it belongs to.
    scope: u32,
    /// How many name scopes, handlers and jumps are in force where it runs.
    scopes: usize,
    jumps: usize,
    unwind: Option<BlockId>,
    kind: CleanupKind<'t>,
}

#[derive(Debug, Clone, Copy)]
enum CleanupKind<'t> {
    Finally(&'t super::ast::Block),
    /// A guard's lambda runs, while the local is not zero.
    Guard(&'t Lambda, LocalId),
    /// The object in a local dies.
    Object(LocalId, Symbol),
    /// A member or base (without a name) of `this` dies, at the end of a destructor.
    Part(Option<Symbol>, Symbol),
}

/// A label of the function (or of one copy of a `finally` body, or of an inlined lambda).
#[derive(Debug)]
struct Label {
    block: BlockId,
    /// The scopes around it.
    chain: Vec<u32>,
    /// How many cleanups were pending where it stands, once it was passed.
    passed: Option<usize>,
}

/// A lambda's body in the place of its call.
#[derive(Debug, Clone, Copy)]
struct Inline {
    result: LocalId,
    exit: BlockId,
    cleanups: usize,
}

/// The scope of the function's own body, for [`Cleanup::scope`].
const FUNCTION_SCOPE: u32 = u32::MAX;
/// A scope that holds no label.
const HEAD_SCOPE: u32 = u32::MAX - 1;

/// The state of lowering one function.
pub(super) struct Flow<'a, 't> {
    cx: &'a Cx<'a>,
    file: FileId,
    class: Option<Symbol>,
    this: Option<LocalId>,
    name: Symbol,
    /// The namespace that the function stands in.
    space: Symbol,
    /// How many lambdas functions of its name have had before it.
    lambdas_before: usize,
    locals: Vec<Local>,
    types: Vec<TypeRef>,
    scopes: Vec<FxHashMap<Symbol, Binding<'t>>>,
    scope_ids: Vec<u32>,
    blocks: Vec<Draft>,
    at: BlockId,
    instrs: usize,
    jumps: Vec<Jump>,
    switches: Vec<stmt::Switch>,
    cleanups: Vec<Cleanup<'t>>,
    labels: Vec<FxHashMap<Symbol, Label>>,
    inlines: Vec<Inline>,
    unwind: Option<BlockId>,
    /// What `AbnormalTermination()` yields in the copy of a `finally` body being lowered.
    abnormal: Option<i64>,
    /// The use of the outermost macro being expanded.
    over: Option<(Span, Symbol)>,
    loops: u32,
    has_labels: bool,
    returns_reference: bool,
    /// Whether the function has no result, as routines of threads have none.
    pub(super) returns_nothing: bool,
    problem: Option<&'static str>,
    /// Lambdas without captures that are used as values, with the names they got.
    pub(super) lambdas: Vec<(Symbol, &'t Lambda)>,
    /// Members that the function gives functions to.
    pub(super) tables: Vec<TableInit>,
    /// Members that it gives its locals to.
    pub(super) passed: Vec<Passed>,
}

/// A lowered body.
pub(super) struct Lowered {
    pub(super) locals: Vec<Local>,
    pub(super) blocks: Vec<Block>,
}

impl<'a, 't> Flow<'a, 't> {
    pub(super) fn new(cx: &'a Cx<'a>, name: Symbol, class: Option<Symbol>) -> Self {
        Self {
            cx,
            file: cx.parsed.file,
            class,
            this: None,
            name,
            space: cx.context.space,
            lambdas_before: 0,
            locals: Vec::new(),
            types: Vec::new(),
            scopes: vec![FxHashMap::default()],
            scope_ids: vec![FUNCTION_SCOPE],
            blocks: vec![Draft::default()],
            at: BlockId(0),
            instrs: 0,
            jumps: Vec::new(),
            switches: Vec::new(),
            cleanups: Vec::new(),
            labels: Vec::new(),
            inlines: Vec::new(),
            unwind: None,
            abnormal: None,
            over: None,
            loops: 0,
            has_labels: false,
            returns_reference: false,
            returns_nothing: false,
            problem: None,
            lambdas: Vec::new(),
            tables: Vec::new(),
            passed: Vec::new(),
        }
    }

    /// Says what is around the function: its namespace, and the lambdas in functions of its name before it.
    pub(super) fn stands_in(&mut self, space: Symbol, lambdas_before: usize) {
        self.space = space;
        self.lambdas_before = lambdas_before;
    }

    /// Says that the function returns a reference: an address.
    pub(super) fn returns_reference(&mut self, yes: bool) {
        self.returns_reference = yes;
    }

    /// Declares `this`; before the parameters.
    pub(super) fn declare_this(&mut self) {
        let ty = TypeRef { name: self.class, pointers: 1, ..TypeRef::default() };
        let id = self.declare(Symbol::new("this"), ty, false);
        self.this = Some(id);
    }

    /// Declares a parameter.
    pub(super) fn declare_param(&mut self, param: &Param) -> LocalId {
        self.declare(param.name.unwrap_or_else(|| Symbol::new("")), param.ty, false)
    }

    /// Attaches annotations to a parameter.
    pub(super) fn annotate(&mut self, local: LocalId, sal: Vec<crate::ir::Annotation>) {
        self.locals[local.0 as usize].sal = sal;
    }

    /// Lowers a body whose closing brace is `end`; `Err` says why it cannot be trusted.
    pub(super) fn body(
        &mut self,
        initializers: &'t [(Symbol, Vec<Ex>, Span)],
        body: &'t [St],
        end: Span,
    ) -> Result<Lowered, &'static str> {
        self.push_labels(body);
        for (name, args, span) in initializers {
            self.member_initializer(*name, args, *span);
        }
        self.statements(body);
        if self.blocks[self.at.0 as usize].term.is_none() {
            self.run_cleanups(0, end, 0);
            let loc = self.loc(end);
            self.terminate(Term::Return { value: None, loc });
        }
        match self.problem {
            Some(problem) => Err(problem),
            None => Ok(self.finish()),
        }
    }

    /// A value without side effects for an annotation; `None` if it has some.
    pub(super) fn pure(&mut self, ex: &'t Ex) -> Option<Expr> {
        let value = self.value(ex);
        let clean = self.blocks.len() == 1 && self.blocks[0].instrs.is_empty() && self.problem.is_none();
        if !clean {
            self.blocks = vec![Draft::default()];
            self.at = BlockId(0);
            self.problem = None;
        }
        clean.then_some(value)
    }

    fn fail(&mut self, why: &'static str) {
        self.problem.get_or_insert(why);
    }

    fn loc(&self, span: Span) -> Loc {
        Loc { file: self.file, span: self.over.map_or(span, |(use_span, _)| use_span) }
    }

    /// Runs `inside` with every place being the use of a macro; the outermost use counts.
    fn expanding<T>(&mut self, span: Span, name: Symbol, inside: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.over;
        self.over = before.or(Some((span, name)));
        let out = inside(self);
        self.over = before;
        out
    }

    fn declare(&mut self, name: Symbol, ty: TypeRef, is_static: bool) -> LocalId {
        let id = LocalId(self.locals.len() as u32);
        self.locals.push(Local {
            name,
            type_name: ty.name.unwrap_or_else(|| Symbol::new("")),
            // A reference is an address.
            pointers: ty.pointers + u8::from(ty.is_ref) + u8::from(ty.is_function_pointer && ty.pointers == 0),
            is_array: ty.is_array,
            is_static,
            sal: Vec::new(),
        });
        self.types.push(ty);
        if !name.as_str().is_empty() {
            self.bind(name, Binding::Local(id));
        }
        id
    }

    fn bind(&mut self, name: Symbol, binding: Binding<'t>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, binding);
        }
    }

    fn temp(&mut self, ty: TypeRef) -> LocalId {
        self.declare(Symbol::new(""), ty, false)
    }

    fn lookup(&self, name: Symbol) -> Option<Binding<'t>> {
        self.scopes.iter().rev().find_map(|scope| scope.get(&name).copied())
    }

    fn new_block(&mut self) -> BlockId {
        self.blocks.push(Draft::default());
        BlockId(self.blocks.len() as u32 - 1)
    }

    fn emit(&mut self, kind: InstrKind, span: Span) {
        let loc = self.loc(span);
        self.instrs += 1;
        if self.instrs > MAX_INSTRS {
            self.fail("too large");
            return;
        }
        self.blocks[self.at.0 as usize].instrs.push(Instr { kind, loc });
    }

    fn assign(&mut self, place: Place, value: Expr, span: Span) {
        self.emit(InstrKind::Assign { place, value }, span);
    }

    /// Ends the current block; what follows is unreachable unless a block is started.
    fn terminate(&mut self, term: Term) {
        let draft = &mut self.blocks[self.at.0 as usize];
        if draft.term.is_none() {
            draft.term = Some(term);
        }
        self.at = self.new_block();
    }

    fn goto(&mut self, to: BlockId) {
        self.terminate(Term::Goto(to));
    }

    fn start(&mut self, block: BlockId) {
        self.at = block;
    }

    /// On to `block` from here, and further there.
    fn fall_into(&mut self, block: BlockId) {
        self.blocks[self.at.0 as usize].term.get_or_insert(Term::Goto(block));
        self.start(block);
    }

    /// Drops blocks that nothing reaches, joins chains, numbers the rest in the order of the source.
    fn finish(&mut self) -> Lowered {
        let mut blocks: Vec<Block> = std::mem::take(&mut self.blocks)
            .into_iter()
            .map(|draft| Block { instrs: draft.instrs, term: draft.term.unwrap_or(Term::Unreachable) })
            .collect();
        super::tidy::tidy(&mut blocks);
        Lowered { locals: std::mem::take(&mut self.locals), blocks }
    }
}
