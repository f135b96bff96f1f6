//! Syntax nodes and macro bodies to the tree of [`super::ast`].

mod decl;
mod expr;
mod stmt;

pub(super) use expr::is_capital;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rulebook_diagnostics::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::{Node, Tree};

use crate::ir::Symbol;
use crate::parse::{self, Grammar};
use crate::parsed::{Parsed, SehKeyword};

use super::LowerContext;
use super::ast::{Ex, ExKind, St, StKind};
use super::expand::{self, FROZEN};
use super::types::slice;
use crate::prepass::keyword::begins_statement;

/// Expressions and statements nested deeper than this are not lowered: the stack is finite.
const MAX_DEPTH: u32 = 256;
/// Macros inside macros deeper than this stay calls.
const MAX_EXPANSIONS: usize = 24;
/// Expanded text longer than this stays a call.
const MAX_EXPANDED: usize = 32 * 1024;
/// The same with what macros inside it stand for, which doubles from macro to macro where each uses another twice.
const MAX_WHOLE: usize = 64 * 1024;
/// The same for all uses in the text of one function.
const MAX_IN_FUNCTION: usize = 4 * 1024 * 1024;

/// What all functions of one file share.
pub(super) struct Cx<'a> {
    pub(super) parsed: &'a Parsed,
    pub(super) context: &'a LowerContext<'a>,
    /// Whether the C++ grammar made the tree.
    pub(super) is_cpp: bool,
    /// Whether the file is C++ by its name; a header or a C file may have been parsed as C++ all the same.
    pub(super) is_cpp_source: bool,
    assume: FxHashSet<Symbol>,
    container: FxHashSet<Symbol>,
    identity: FxHashSet<Symbol>,
    noreturn: FxHashSet<Symbol>,
    thread_ends: FxHashSet<Symbol>,
    signed: FxHashSet<Symbol>,
    pub(super) unsigned: FxHashSet<Symbol>,
    pub(super) wide: FxHashSet<Symbol>,
    cache: RefCell<FxHashMap<(Form, String), Option<Expanded>>>,
    next_id: Cell<u32>,
}

/// How expanded text is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    Value,
    Initializer,
    Statements,
}

/// An expanded macro, with the length of all text that it stands for.
type Expanded = (Expansion, usize);

/// An expanded macro.
#[derive(Debug, Clone)]
enum Expansion {
    Ex(Rc<Ex>),
    Statements(Rc<Vec<St>>),
}

impl<'a> Cx<'a> {
    pub(super) fn new(parsed: &'a Parsed, context: &'a LowerContext<'a>) -> Self {
        let set = |names: &[String]| names.iter().map(|name| Symbol::new(name)).collect();
        let language = context.language;
        Self {
            parsed,
            context,
            is_cpp: parsed.cpp,
            is_cpp_source: parsed.cpp && is_cpp_path(&parsed.path),
            assume: set(&language.assume),
            container: set(&language.container),
            identity: set(&language.identity),
            noreturn: set(&language.noreturn),
            thread_ends: set(&language.thread_ends),
            signed: set(&language.signed),
            unsigned: set(&language.unsigned),
            wide: set(&language.wide),
            cache: RefCell::default(),
            next_id: Cell::new(0),
        }
    }

    pub(super) fn is_noreturn(&self, name: Symbol) -> bool {
        self.noreturn.contains(&name) || self.ends_thread(name) || self.context.declared.is_noreturn(name)
    }

    pub(super) fn ends_thread(&self, name: Symbol) -> bool {
        self.thread_ends.contains(&name)
    }

    fn fresh_id(&self) -> u32 {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        id
    }

    /// Parses a fragment with the grammar of the file.
    fn parse(&self, text: &str) -> Option<Tree> {
        parse::parse(text, if self.is_cpp { Grammar::Cpp } else { Grammar::C })
    }

    /// Parses text that stands outside the code (an annotation's argument) as an expression.
    pub(super) fn parse_expression(&self, text: &str) -> Option<Rc<Ex>> {
        match self.parse_form(Form::Value, text, &[])?.0 {
            Expansion::Ex(ex) => Some(ex),
            Expansion::Statements(_) => None,
        }
    }

    fn parse_form(&self, form: Form, text: &str, frozen: &[Symbol]) -> Option<Expanded> {
        let key = (form, text.to_owned());
        if let Some(known) = self.cache.borrow().get(&key) {
            return known.clone();
        }
        let result = self.parse_uncached(form, text, frozen);
        self.cache.borrow_mut().insert(key, result.clone());
        result
    }

    fn parse_uncached(&self, form: Form, text: &str, frozen: &[Symbol]) -> Option<Expanded> {
        // A macro for a value may bring a semicolon of its own, where all its uses end in one.
        let value = text.trim_end().trim_end_matches(';');
        let wrapped = match form {
            Form::Value => format!("void f(void){{return {value}\n;}}"),
            Form::Initializer => format!("int x = {value}\n;"),
            Form::Statements => format!("void f(void){{{text}\n;}}"),
        };
        let tree = self.parse(&wrapped)?;
        let root = tree.root_node();
        if root.has_error() {
            return None;
        }
        let item = (root.named_child_count() == 1).then(|| root.named_child(0)).flatten()?;
        let mut builder = Builder {
            cx: self,
            text: &wrapped,
            in_file: false,
            depth: 0,
            frozen: frozen.to_vec(),
            seh_used: 0,
            expanded: 0,
        };
        let expansion = match form {
            Form::Value => {
                let body = item.child_by_field_name("body")?;
                let value = (body.named_child_count() == 1).then(|| body.named_child(0)).flatten()?;
                let value = (value.kind() == "return_statement").then(|| value.named_child(0)).flatten()?;
                Expansion::Ex(Rc::new(builder.ex(value)))
            }
            Form::Initializer => {
                let init = item.child_by_field_name("declarator").filter(|init| init.kind() == "init_declarator")?;
                Expansion::Ex(Rc::new(builder.ex(init.child_by_field_name("value")?)))
            }
            Form::Statements => {
                let body = item.child_by_field_name("body")?;
                Expansion::Statements(Rc::new(builder.statements(body)))
            }
        };
        Some((expansion, text.len() + builder.expanded))
    }
}

fn is_cpp_path(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| {
        matches!(extension.to_ascii_lowercase().as_str(), "cpp" | "cxx" | "cc" | "c++" | "hpp" | "hxx")
    })
}

/// Builds the tree of one function, or of one expansion.
pub(super) struct Builder<'a> {
    cx: &'a Cx<'a>,
    text: &'a str,
    /// Whether nodes are the file's own: their offsets are places.
    in_file: bool,
    depth: u32,
    /// The macros whose expansion this is.
    frozen: Vec<Symbol>,
    /// How many keywords of structured exceptions found their statement.
    seh_used: usize,
    /// How much text its macros stand for.
    expanded: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(cx: &'a Cx<'a>) -> Self {
        Self { cx, text: &cx.parsed.prepped, in_file: true, depth: 0, frozen: Vec::new(), seh_used: 0, expanded: 0 }
    }

    /// The statements of a function's body; `Err` says why they cannot be trusted.
    pub(super) fn body(&mut self, body: Node) -> Result<Vec<St>, &'static str> {
        let range = body.start_byte() as u32..body.end_byte() as u32;
        let seh = self.cx.parsed.seh.iter().filter(|(at, _)| range.contains(at)).count();
        self.seh_used = 0;
        let statements = self.statements(body);
        if self.seh_used == seh { Ok(statements) } else { Err("structured exception handling that is not understood") }
    }

    fn slice(&self, node: Node) -> &'a str {
        slice(node, self.text)
    }

    /// The name at `node`; a frozen one under its own name.
    fn symbol(&self, node: Node) -> Symbol {
        let text = self.slice(node);
        Symbol::new(text.strip_prefix(FROZEN).unwrap_or(text))
    }

    fn span(&self, node: Node) -> Span {
        if self.in_file { Span::new(node.start_byte(), node.end_byte()) } else { Span::default() }
    }

    fn make(&self, node: Node, kind: ExKind) -> Ex {
        Ex { span: self.span(node), kind }
    }

    fn statement(&self, node: Node, kind: StKind) -> St {
        St { span: self.span(node), kind }
    }

    /// The expansion of a macro's use, if `name` is a macro and its body makes sense as `form`.
    fn expand(&mut self, name: &str, arguments: Option<Node>, form: Form) -> Option<(Symbol, Expansion)> {
        if name.starts_with(FROZEN) || self.frozen.len() >= MAX_EXPANSIONS {
            return None;
        }
        let symbol = Symbol::new(name);
        let definition = self.cx.context.macros.get(symbol)?;
        // A driver's own function hides a macro of the kit, which stands in no file.
        if definition.span == Span::default() && self.cx.context.declared.is_function(symbol) {
            return None;
        }
        let given = match (&definition.params, arguments) {
            (Some(_), Some(arguments)) => {
                let text = self.hidden(arguments).unwrap_or_else(|| self.slice(arguments));
                let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
                Some(expand::arguments(inner))
            }
            (None, None) => None,
            // A function-like macro's bare name is not a use; `NAME(args)` of an object-like one is a call of its value.
            _ => return None,
        };
        let mut frozen = self.frozen.clone();
        frozen.push(symbol);
        let mut text = expand::expand(definition, given.as_deref(), &frozen)?;
        if text.len() > MAX_EXPANDED {
            return None;
        }
        if text.contains("__pragma") {
            text = expand::without_call(&text, "__pragma");
        }
        let (result, whole) = self.cx.parse_form(form, &text, &frozen).or_else(|| {
            // Macros inside may be what makes it a statement: pieces without a semicolon, halves of a block.
            let mut whole = expand::rescan(&text, self.cx.context.macros, &frozen, MAX_EXPANDED)?;
            if whole.contains("__pragma") {
                whole = expand::without_call(&whole, "__pragma");
            }
            self.cx.parse_form(form, &whole, &frozen)
        })?;
        let expanded = self.expanded + whole;
        if expanded > if self.in_file { MAX_IN_FUNCTION } else { MAX_WHOLE } {
            return None;
        }
        self.expanded = expanded;
        Some((symbol, result))
    }

    /// The arguments as they were written, where they were hidden from the grammar.
    fn hidden(&self, arguments: Node) -> Option<&'a str> {
        let spans = &self.cx.parsed.hidden;
        if !self.in_file || spans.is_empty() {
            return None;
        }
        let inside = arguments.start_byte() as u32 + 1;
        let at = spans.binary_search_by_key(&inside, |span| span.start).ok()?;
        Some(spans[at].slice(&self.cx.parsed.text))
    }

    /// Whether `name` is a macro that stands for a use of another one, and that in the end for a statement, which no
    /// value can be.
    fn leads_to_statement(&self, name: &str) -> bool {
        let macros = self.cx.context.macros;
        let mut inner = macros.get(Symbol::new(name)).and_then(|outer| expand::sole_use(&outer.body));
        // More steps than this nobody writes.
        for _ in 0..8 {
            let Some(definition) = inner.and_then(|name| macros.get(name)) else { return false };
            let first = expand::tokens(definition.body.trim()).first().copied().unwrap_or_default();
            if matches!(first, "{" | "__leave") || begins_statement(first) {
                return true;
            }
            inner = expand::sole_use(&definition.body);
        }
        false
    }

    /// Whether the recursion went too deep; [`Self::leave`] goes with it.
    fn enter(&mut self) -> bool {
        self.depth += 1;
        self.depth <= MAX_DEPTH
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// The keyword of structured exceptions that was written between `from` and `to` (or at `to`).
    fn seh_between(&mut self, from: usize, to: usize) -> Option<SehKeyword> {
        let table = &self.cx.parsed.seh;
        if !self.in_file || table.is_empty() {
            return None;
        }
        let first = table.partition_point(|(at, _)| (*at as usize) < from);
        let (at, keyword) = *table.get(first)?;
        if at as usize > to {
            return None;
        }
        self.seh_used += 1;
        Some(keyword)
    }
}
