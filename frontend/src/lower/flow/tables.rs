//! Members that are given functions, with the type of their structure: what registers a function is often told by it
//! alone.

use rulebook_diagnostics::Span;

use crate::ir::{Expr, FileId, Loc, Place, Symbol, TableInit};

use super::super::ast::{Decl, Designator, Ex, ExKind, InitItem};
use super::super::build::is_capital;
use super::super::declared::Declared;
use super::super::types::TypeRef;
use super::Flow;
use super::place::joined;

/// A name in an initialiser that may be a function's.
pub(in super::super) struct Row {
    field: Option<Symbol>,
    position: u32,
    code: Option<Symbol>,
    function: Symbol,
    span: Span,
}

impl Row {
    /// The row with its function as the namespace `space` sees it.
    pub(in super::super) fn seen(mut self, declared: &Declared, space: Symbol) -> Self {
        self.function = match self.function.as_str().split_once("::") {
            None => declared.function_in(self.function, space),
            Some((scope, name)) => {
                let (scope, name) = (Symbol::new(scope), Symbol::new(name));
                let is_method = declared.class(scope).is_some() || !declared.is_function(name);
                if is_method { self.function } else { declared.spaces().within(scope, name, space) }
            }
        };
        self
    }

    /// The row as one of a variable.
    pub(in super::super) fn of(self, variable: Symbol, type_name: Symbol, file: FileId) -> TableInit {
        let Self { field, position, code, function, span } = self;
        TableInit { variable, type_name, field, position, code, function, loc: Loc { file, span } }
    }
}

impl Flow<'_, '_> {
    /// The functions that a `static` table names.
    pub(super) fn static_table(&mut self, decl: &Decl, value: &Ex) {
        self.keep_rows(decl.name, decl.ty, rows(value));
    }

    /// The functions that the braces of an object of the type name.
    pub(super) fn initial_members(&mut self, ty: TypeRef, items: &[InitItem]) {
        let mut rows = Vec::new();
        item_rows(items, None, &mut rows);
        self.keep_rows(Symbol::new(""), ty, rows);
    }

    fn keep_rows(&mut self, variable: Symbol, ty: TypeRef, rows: Vec<Row>) {
        let Some(type_name) = ty.name else { return };
        let declared = self.cx.context.declared;
        for mut row in rows {
            if self.lookup(row.function).is_some() {
                continue;
            }
            if let Some(class) = self.class.and_then(|class| declared.method_class(class, row.function)) {
                row.function = joined(class, row.function);
            }
            let row = row.seen(declared, self.space);
            self.tables.push(row.of(variable, type_name, self.file));
        }
    }

    /// Keeps that the member `left` of a structure is given the function that `value` is, if it is one.
    pub(super) fn member_store(&mut self, left: &Ex, value: &Expr, span: Span) {
        let function = match value {
            Expr::Function(name) => *name,
            Expr::Addr(place) => match &**place {
                Place::Global(name) => *name,
                _ => return,
            },
            _ => return,
        };
        if let ExKind::Member { base, name, .. } = &peeled(left).kind
            && let Some(type_name) = self.structure(base)
        {
            let row = Row { field: Some(*name), position: 0, code: None, function, span };
            self.tables.push(row.of(Symbol::new(""), type_name, self.file));
        }
    }

    /// The name of the type of a structure, of a pointer to it or an array of it.
    pub(super) fn structure(&self, ex: &Ex) -> Option<Symbol> {
        let declared = self.cx.context.declared;
        match &peeled(ex).kind {
            ExKind::Ident(name) if self.is_outside(*name) => declared.variable_type(*name),
            ExKind::Scoped(_, name) => declared.variable_type(*name),
            ExKind::Index(inner, _) | ExKind::Deref(inner) | ExKind::AddrOf(inner) => self.structure(inner),
            ExKind::Member { base, name, .. } => {
                let class = self.structure(base)?;
                // A pointer type mostly has the name of what it points to, with a P.
                let pointed = || declared.member(Symbol::new(class.as_str().strip_prefix('P')?), *name);
                declared.member(class, *name).or_else(pointed)?.ty.name
            }
            _ => self.type_of(ex)?.name,
        }
    }

    fn is_outside(&self, name: Symbol) -> bool {
        let in_function = self.lookup(name).is_some_and(|binding| !matches!(binding, super::Binding::Outer));
        !in_function && self.this_member(name).is_none()
    }
}

fn peeled(ex: &Ex) -> &Ex {
    match &ex.kind {
        ExKind::Expansion(_, inner) => peeled(inner),
        _ => ex,
    }
}

/// The names in an initialiser, with member and position; those of inner braces count under the outer one's member.
pub(in super::super) fn rows(value: &Ex) -> Vec<Row> {
    let mut out = Vec::new();
    match &peeled(value).kind {
        ExKind::Init(items) | ExKind::Compound(_, items) => item_rows(items, None, &mut out),
        _ => {
            if let Some(function) = function_name(value) {
                out.push(Row { field: None, position: 0, code: None, function, span: value.span });
            }
        }
    }
    out
}

fn item_rows(items: &[InitItem], field: Option<Symbol>, out: &mut Vec<Row>) {
    let code = items.iter().find_map(|item| match peeled(&item.value).kind {
        ExKind::Ident(name) if is_capital(name.as_str()) => Some(name),
        _ => None,
    });
    for (position, item) in items.iter().enumerate() {
        let named = item.path.iter().rev().find_map(|step| match step {
            Designator::Field(name) => Some(*name),
            Designator::Index(_) => None,
        });
        let field = named.or(field);
        match &peeled(&item.value).kind {
            ExKind::Init(inner) | ExKind::Compound(_, inner) => item_rows(inner, field, out),
            _ => {
                if let Some(function) = function_name(&item.value) {
                    out.push(Row { field, position: position as u32, code, function, span: item.value.span });
                }
            }
        }
    }
}

/// The name that an element of a table is, if it may be a function's.
fn function_name(ex: &Ex) -> Option<Symbol> {
    match &ex.kind {
        ExKind::Ident(name) if !is_capital(name.as_str()) => Some(*name),
        ExKind::AddrOf(inner) => function_name(inner),
        ExKind::Expansion(_, inner) => function_name(inner),
        ExKind::Scoped(scope, name) => Some(joined(*scope, *name)),
        _ => None,
    }
}
