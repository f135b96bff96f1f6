//! Statements.

use tree_sitter::Node;

use crate::parsed::SehKeyword;

use super::super::ast::{Block, Condition, ExKind, Handler, St, StKind, Try};
use super::{Builder, Expansion, Form};
use crate::ir::Symbol;

impl Builder<'_> {
    /// The statements inside `list`: a compound statement, a `case`, a branch of `#if`.
    pub(super) fn statements(&mut self, list: Node) -> Vec<St> {
        let mut out = Vec::new();
        self.statements_into(list, &mut out);
        out
    }

    fn statements_into(&mut self, list: Node, out: &mut Vec<St>) {
        let mut cursor = list.walk();
        let mut from = list.start_byte();
        let skip = list
            .child_by_field_name("value")
            .or_else(|| list.child_by_field_name("label"))
            .or_else(|| list.child_by_field_name("condition"));
        let alternative = list.child_by_field_name("alternative");
        for child in list.named_children(&mut cursor) {
            if child.kind() == "comment" || Some(child) == skip || Some(child) == alternative {
                continue;
            }
            self.statement_into(child, from, out);
            from = child.end_byte();
        }
    }

    /// Builds `node`, which follows offset `from`, onto `out`.
    fn statement_into(&mut self, node: Node, from: usize, out: &mut Vec<St>) {
        if !self.enter() {
            out.push(self.statement(node, StKind::Unsupported("nested too deeply")));
            self.leave();
            return;
        }
        match self.seh_between(from, node.start_byte()) {
            Some(keyword) => self.structured(keyword, node, out),
            None => self.plain_into(node, out),
        }
        self.leave();
    }

    /// A single statement (a loop's body, a branch).
    fn sub_statement(&mut self, node: Node) -> St {
        let from = if self.in_file && !self.cx.parsed.seh.is_empty() {
            node.prev_sibling().map_or(node.start_byte(), |prev| prev.end_byte())
        } else {
            node.start_byte()
        };
        let mut out = Vec::new();
        self.statement_into(node, from, &mut out);
        if out.len() == 1
            && let Some(only) = out.pop()
        {
            return only;
        }
        let id = self.cx.fresh_id();
        self.statement(node, StKind::Block(Block { id, body: out }))
    }

    #[expect(clippy::unnecessary_box_returns, reason = "the tree holds it boxed")]
    fn sub_field(&mut self, node: Node, field: &str) -> Box<St> {
        Box::new(match node.child_by_field_name(field) {
            Some(body) => self.sub_statement(body),
            None => self.statement(node, StKind::Empty),
        })
    }

    pub(super) fn block(&mut self, node: Node) -> Block {
        let id = self.cx.fresh_id();
        let body = if node.kind() == "compound_statement" {
            self.statements(node)
        } else {
            let mut out = Vec::new();
            self.plain_into(node, &mut out);
            out
        };
        Block { id, body }
    }

    /// A statement before which a macro for a keyword of structured exceptions was written.
    fn structured(&mut self, keyword: SehKeyword, node: Node, out: &mut Vec<St>) {
        let is_block = node.kind() == "compound_statement";
        match keyword {
            SehKeyword::Try if is_block => {
                let id = self.cx.fresh_id();
                let body = self.block(node);
                out.push(self.statement(
                    node,
                    StKind::Try(Box::new(Try { id, body, handlers: Vec::new(), finally: None, structured: true })),
                ));
            }
            SehKeyword::Finally if is_block => {
                let body = self.block(node);
                match open_try(out) {
                    Some(open) => open.finally = Some(body),
                    None => out.push(self.statement(node, StKind::Unsupported("a `finally` without its `try`"))),
                }
            }
            SehKeyword::Except if node.kind() == "if_statement" => {
                let filter = node.child_by_field_name("condition");
                // The grammar of C++ has a clause around the value.
                let filter = filter.map(|filter| self.ex(filter.child_by_field_name("value").unwrap_or(filter)));
                let body = node.child_by_field_name("consequence");
                let handler = body.map(|body| Handler { filter, param: None, body: self.block(body) });
                match (open_try(out), handler, node.child_by_field_name("alternative")) {
                    (Some(open), Some(handler), None) => open.handlers.push(handler),
                    _ => out.push(self.statement(node, StKind::Unsupported("an `except` without its `try`"))),
                }
            }
            SehKeyword::Leave if node.kind() == "expression_statement" => {
                out.push(self.statement(node, StKind::Leave));
            }
            _ => out.push(
                self.statement(node, StKind::Unsupported("structured exception handling that is not understood")),
            ),
        }
    }

    fn plain_into(&mut self, node: Node, out: &mut Vec<St>) {
        let kind = match node.kind() {
            "compound_statement" => StKind::Block(self.block(node)),
            "expression_statement" => match self.expression_statement(node) {
                Some(kind) => kind,
                None => return,
            },
            "declaration" => StKind::Decl(self.declaration(node)),
            "if_statement" => self.if_statement(node),
            "while_statement" => {
                let (init, cond) = self.condition(node);
                let body = self.sub_field(node, "body");
                if init.is_empty() {
                    StKind::While { cond: Box::new(cond), body }
                } else {
                    StKind::Unsupported("a declaration in a loop's condition")
                }
            }
            "do_statement" => {
                let body = self.sub_field(node, "body");
                match node.child_by_field_name("condition") {
                    Some(cond) => StKind::DoWhile { body, cond: self.ex(cond) },
                    None => StKind::Unsupported("a loop without its condition"),
                }
            }
            "for_statement" => self.for_statement(node),
            "for_range_loop" => self.range_loop(node),
            "switch_statement" => {
                let (init, value) = self.condition(node);
                StKind::Switch { init, value: Box::new(value), body: self.sub_field(node, "body") }
            }
            "case_statement" => return self.case(node, out),
            "labeled_statement" => return self.label(node, out),
            "goto_statement" => match node.child_by_field_name("label") {
                Some(label) => StKind::Goto(self.symbol(label)),
                None => StKind::Unsupported("a computed goto"),
            },
            "break_statement" => StKind::Break,
            "continue_statement" => StKind::Continue,
            "return_statement" => {
                let mut cursor = node.walk();
                let value = node.named_children(&mut cursor).find(|child| child.kind() != "comment");
                StKind::Return(value.map(|value| self.ex(value)))
            }
            "seh_try_statement" => self.native_try(node),
            "seh_leave_statement" => StKind::Leave,
            "try_statement" => self.cpp_try(node),
            "throw_statement" => {
                let value = node.named_child(0).map(|value| self.ex(value));
                StKind::Throw(value)
            }
            // A conditional that the pre-pass left standing: its first branch.
            "preproc_if" | "preproc_ifdef" => return self.preproc(node, out),
            "attributed_statement" => {
                let last = (node.named_child_count() as u32).checked_sub(1).and_then(|at| node.named_child(at));
                if let Some(last) = last {
                    self.plain_into(last, out);
                }
                return;
            }
            "comment"
            | "type_definition"
            | "struct_specifier"
            | "union_specifier"
            | "class_specifier"
            | "enum_specifier"
            | "static_assert_declaration"
            | "using_declaration"
            | "alias_declaration"
            | "preproc_def"
            | "preproc_function_def"
            | "preproc_call"
            | "namespace_alias_definition"
            | ";" => return,
            "function_definition" => StKind::Unsupported("a function inside a function: the braces were misread"),
            "ERROR" => StKind::Unsupported("it does not parse"),
            _ if node.kind().ends_with("_expression") || node.kind() == "identifier" => StKind::Expr(self.ex(node)),
            _ => StKind::Unsupported("a statement that is not modelled"),
        };
        out.push(self.statement(node, kind));
    }

    fn preproc(&mut self, node: Node, out: &mut Vec<St>) {
        let mut cursor = node.walk();
        let head = node.child_by_field_name("condition").or_else(|| node.child_by_field_name("name"));
        let alternative = node.child_by_field_name("alternative");
        let mut from = node.start_byte();
        for child in node.named_children(&mut cursor) {
            if Some(child) == head || Some(child) == alternative || child.kind() == "comment" {
                continue;
            }
            self.statement_into(child, from, out);
            from = child.end_byte();
        }
    }

    /// An expression statement; a macro's use may stand for statements.
    fn expression_statement(&mut self, node: Node) -> Option<StKind> {
        let mut cursor = node.walk();
        let inner = node.named_children(&mut cursor).find(|child| child.kind() != "comment")?;
        let (name, arguments) = match inner.kind() {
            "identifier" => (self.slice(inner), None),
            "call_expression" => match inner.child_by_field_name("function") {
                Some(function) if function.kind() == "identifier" => {
                    (self.slice(function), inner.child_by_field_name("arguments"))
                }
                _ => return Some(StKind::Expr(self.ex(inner))),
            },
            _ => return Some(StKind::Expr(self.ex(inner))),
        };
        if let Some(kind) = arguments.and_then(|list| self.special_call(Symbol::new(name), Some(list))) {
            return Some(StKind::Expr(self.make(inner, kind)));
        }
        let value = if self.leads_to_statement(name) { None } else { self.expand(name, arguments, Form::Value) };
        match value {
            Some((name, Expansion::Ex(value))) => {
                return Some(StKind::Expr(self.make(inner, ExKind::Expansion(name, value))));
            }
            Some((name, Expansion::Statements(body))) => {
                return Some(StKind::Expansion(name, body));
            }
            None => {}
        }
        if let Some((name, Expansion::Statements(body))) = self.expand(name, arguments, Form::Statements) {
            return Some(StKind::Expansion(name, body));
        }
        if arguments.is_some_and(|list| self.hidden(list).is_some()) {
            return Some(StKind::Unsupported("a macro's use that is not understood"));
        }
        Some(StKind::Expr(self.ex(inner)))
    }

    /// The condition of `if`, `while` and `switch`, with the statements C++ allows before it.
    fn condition(&mut self, node: Node) -> (Vec<St>, Condition) {
        let Some(cond) = node.child_by_field_name("condition") else {
            return (Vec::new(), Condition::Ex(self.make(node, ExKind::Unsupported("no condition"))));
        };
        if cond.kind() != "condition_clause" {
            return (Vec::new(), Condition::Ex(self.ex(cond)));
        }
        let mut init = Vec::new();
        if let Some(first) = cond.child_by_field_name("initializer").and_then(|init| init.named_child(0)) {
            self.plain_into(first, &mut init);
        }
        let Some(value) = cond.child_by_field_name("value") else {
            return (init, Condition::Ex(self.make(node, ExKind::Unsupported("no condition"))));
        };
        (init, self.condition_value(value))
    }

    fn condition_value(&mut self, value: Node) -> Condition {
        if value.kind() == "declaration" {
            let mut decls = self.declaration(value);
            return match (decls.pop(), decls.is_empty()) {
                (Some(decl), true) => Condition::Decl(decl),
                _ => Condition::Ex(self.make(value, ExKind::Unsupported("a condition that is not modelled"))),
            };
        }
        Condition::Ex(self.ex(value))
    }

    fn if_statement(&mut self, node: Node) -> StKind {
        let (init, cond) = self.condition(node);
        let then = self.sub_field(node, "consequence");
        let other = node.child_by_field_name("alternative").and_then(|clause| {
            let mut cursor = clause.walk();
            clause.named_children(&mut cursor).find(|child| child.kind() != "comment")
        });
        let other = other.map(|other| Box::new(self.sub_statement(other)));
        StKind::If { init, cond: Box::new(cond), then, other }
    }

    fn for_statement(&mut self, node: Node) -> StKind {
        let mut init = Vec::new();
        if let Some(first) = node.child_by_field_name("initializer") {
            self.plain_into(first, &mut init);
        }
        let cond = node.child_by_field_name("condition").map(|cond| Box::new(self.condition_value(cond)));
        let update = node.child_by_field_name("update").map(|update| self.ex(update));
        StKind::For { init, cond, update, body: self.sub_field(node, "body") }
    }

    fn range_loop(&mut self, node: Node) -> StKind {
        let Some(range) = node.child_by_field_name("right") else {
            return StKind::Unsupported("a loop that is not modelled");
        };
        let mut decls = self.declaration(node);
        let range = self.ex(range);
        match decls.pop() {
            Some(decl) => StKind::RangeFor { decl: Box::new(decl), range, body: self.sub_field(node, "body") },
            None => StKind::Unsupported("a loop that is not modelled"),
        }
    }

    fn case(&mut self, node: Node, out: &mut Vec<St>) {
        let mut cursor = node.walk();
        let mut value = None;
        let mut from = node.start_byte();
        let mut in_head = true;
        for child in node.children(&mut cursor) {
            match child.kind() {
                ":" if in_head => {
                    in_head = false;
                    let kind = value.take().map_or(StKind::Default, StKind::Case);
                    out.push(self.statement(node, kind));
                }
                "comment" => {}
                _ if in_head && child.is_named() => value = Some(self.ex(child)),
                _ if in_head => {}
                _ if child.is_named() => self.statement_into(child, from, out),
                _ => {}
            }
            from = child.end_byte();
        }
    }

    fn label(&mut self, node: Node, out: &mut Vec<St>) {
        let Some(label) = node.child_by_field_name("label") else {
            return;
        };
        let name = self.symbol(label);
        out.push(St { span: self.span(label), kind: StKind::Label(name) });
        let mut cursor = node.walk();
        let mut from = label.end_byte();
        for child in node.named_children(&mut cursor) {
            if child != label && child.kind() != "comment" {
                self.statement_into(child, from, out);
            }
            from = child.end_byte();
        }
    }

    fn native_try(&mut self, node: Node) -> StKind {
        let Some(body) = node.child_by_field_name("body") else {
            return StKind::Unsupported("a `__try` without a body");
        };
        let id = self.cx.fresh_id();
        let mut out = Try { id, body: self.block(body), handlers: Vec::new(), finally: None, structured: true };
        let mut cursor = node.walk();
        for clause in node.named_children(&mut cursor) {
            let Some(body) = clause.child_by_field_name("body") else {
                continue;
            };
            match clause.kind() {
                "seh_except_clause" => {
                    let filter = clause.child_by_field_name("filter").map(|filter| self.ex(filter));
                    out.handlers.push(Handler { filter, param: None, body: self.block(body) });
                }
                "seh_finally_clause" => out.finally = Some(self.block(body)),
                _ => {}
            }
        }
        StKind::Try(Box::new(out))
    }

    fn cpp_try(&mut self, node: Node) -> StKind {
        let Some(body) = node.child_by_field_name("body") else {
            return StKind::Unsupported("a `try` without a body");
        };
        let id = self.cx.fresh_id();
        let mut out = Try { id, body: self.block(body), handlers: Vec::new(), finally: None, structured: false };
        let mut cursor = node.walk();
        for clause in node.named_children(&mut cursor) {
            if clause.kind() == "catch_clause"
                && let Some(body) = clause.child_by_field_name("body")
            {
                let param =
                    clause.child_by_field_name("parameters").and_then(|list| self.params(list).into_iter().next());
                out.handlers.push(Handler { filter: None, param, body: self.block(body) });
            }
        }
        StKind::Try(Box::new(out))
    }

    /// The place of a block's `}`.
    pub(in super::super) fn closing_brace(&self, body: Node) -> rulebook_diagnostics::Span {
        if self.in_file {
            rulebook_diagnostics::Span::new(body.end_byte().saturating_sub(1), body.end_byte())
        } else {
            rulebook_diagnostics::Span::default()
        }
    }
}

/// The `try` that the next `except` or `finally` belongs to.
fn open_try(out: &mut [St]) -> Option<&mut Try> {
    match &mut out.last_mut()?.kind {
        StKind::Try(open) if open.finally.is_none() && open.handlers.is_empty() => Some(open),
        _ => None,
    }
}
