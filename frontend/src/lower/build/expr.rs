//! Expressions.

use std::rc::Rc;

use tree_sitter::Node;

use crate::ir::{Symbol, UnOp};

use super::super::ast::{Designator, Ex, ExKind, InitItem, Lambda};
use super::super::literal;
use super::super::types::{TypeRef, declarator, squeezed, type_name};
use super::{Builder, Expansion, Form};

impl Builder<'_> {
    pub(super) fn ex(&mut self, node: Node) -> Ex {
        if !self.enter() {
            self.leave();
            return self.make(node, ExKind::Unsupported("nested too deeply"));
        }
        let kind = self.ex_kind(node);
        self.leave();
        self.make(node, kind)
    }

    fn boxed(&mut self, node: Option<Node>) -> Option<Box<Ex>> {
        node.map(|node| Box::new(self.ex(node)))
    }

    fn opaque(&self, node: Node) -> ExKind {
        ExKind::Opaque(squeezed(self.slice(node)))
    }

    fn ex_kind(&mut self, node: Node) -> ExKind {
        let built = match node.kind() {
            "identifier" | "namespace_identifier" | "type_identifier" | "field_identifier" => {
                Some(self.identifier(node))
            }
            "number_literal" => Some(literal::integer(self.slice(node)).map_or_else(|| self.opaque(node), ExKind::Int)),
            "char_literal" => Some(literal::character(self.slice(node)).map_or_else(|| self.opaque(node), ExKind::Int)),
            "true" => Some(ExKind::Int(1)),
            "false" | "null" => Some(ExKind::Int(0)),
            "this" => Some(ExKind::This),
            "string_literal" | "raw_string_literal" | "concatenated_string" => Some(self.string(node)),
            "parenthesized_expression" | "extension_expression" => self.parenthesized(node),
            "cast_expression" => self.cast(node),
            "binary_expression" => self.binary(node),
            "unary_expression" => self.unary(node),
            "pointer_expression" => self.pointer(node),
            "update_expression" => self.update(node),
            "assignment_expression" => self.assignment(node),
            "conditional_expression" => self.conditional(node),
            "comma_expression" => self.pair(node, "left", "right").map(|(left, right)| ExKind::Comma(left, right)),
            "call_expression" => Some(self.call(node)),
            "field_expression" => self.member(node),
            "subscript_expression" => self.subscript(node),
            "initializer_list" => Some(ExKind::Init(self.init_items(node))),
            "compound_literal_expression" => self.compound_literal(node),
            "qualified_identifier" => Some(self.scoped(node)),
            "template_function" => node.child_by_field_name("name").map(|name| self.ex(name).kind),
            "new_expression" => self.new_expression(node),
            "delete_expression" => self.delete_expression(node),
            "lambda_expression" => self.lambda(node),
            // `sizeof` and the like, and types where a value is expected (arguments of macros).
            "sizeof_expression"
            | "alignof_expression"
            | "offsetof_expression"
            | "generic_expression"
            | "user_defined_literal"
            | "type_descriptor"
            | "primitive_type"
            | "sized_type_specifier"
            | "struct_specifier"
            | "decltype"
            | "destructor_name"
            | "operator_name" => Some(self.opaque(node)),
            "parameter_pack_expansion" => node.child_by_field_name("pattern").map(|inner| self.ex(inner).kind),
            "gnu_asm_expression" => Some(ExKind::Unsupported("inline assembly")),
            _ => None,
        };
        built.unwrap_or(ExKind::Unsupported("an expression that is not modelled"))
    }

    fn identifier(&mut self, node: Node) -> ExKind {
        let text = self.slice(node);
        match text {
            "TRUE" | "true" => return ExKind::Int(1),
            "FALSE" | "false" | "NULL" | "nullptr" => return ExKind::Int(0),
            "this" => return ExKind::This,
            _ => {}
        }
        if let Some((name, Expansion::Ex(inner))) = self.expand(text, None, Form::Value) {
            return match inner.kind {
                ExKind::Int(value) => ExKind::Int(value),
                _ => ExKind::Expansion(name, inner),
            };
        }
        ExKind::Ident(self.symbol(node))
    }

    fn string(&self, node: Node) -> ExKind {
        let text = self.slice(node);
        let inner = text.split_once('"').and_then(|(_, rest)| rest.strip_suffix('"')).unwrap_or(text);
        ExKind::Str(squeezed(inner))
    }

    fn cast(&mut self, node: Node) -> Option<ExKind> {
        let value = self.ex(node.child_by_field_name("value")?).kind;
        let to = node.child_by_field_name("type").map_or("", |name| self.slice(name));
        Some(self.narrowed(Symbol::new(to.trim()), value))
    }

    /// A number cast to a signed type of 32 bits.
    fn narrowed(&self, to: Symbol, value: ExKind) -> ExKind {
        match value {
            ExKind::Int(number) if self.cx.signed.contains(&to) => ExKind::Int(i64::from(number as i32)),
            value => value,
        }
    }

    fn parenthesized(&mut self, node: Node) -> Option<ExKind> {
        let mut cursor = node.walk();
        let inner = node.named_children(&mut cursor).find(|child| child.kind() != "comment")?;
        if inner.kind() == "compound_statement" {
            return Some(ExKind::Unsupported("a statement used as a value"));
        }
        Some(self.ex(inner).kind)
    }

    fn pair(&mut self, node: Node, left: &str, right: &str) -> Option<(Box<Ex>, Box<Ex>)> {
        Some((self.boxed(node.child_by_field_name(left))?, self.boxed(node.child_by_field_name(right))?))
    }

    fn binary(&mut self, node: Node) -> Option<ExKind> {
        let op = self.slice(node.child_by_field_name("operator")?);
        let (left, right) = self.pair(node, "left", "right")?;
        if let Some(name) = self.maybe_type(node, op) {
            let value = self.boxed(node.child_by_field_name("right"))?;
            let kind = match op {
                "&" => ExKind::AddrOf(value),
                "*" => ExKind::Deref(value),
                "-" => ExKind::Unary(UnOp::Neg, value),
                _ => value.kind,
            };
            let cast = Box::new(self.make(node, kind));
            let plain = Box::new(self.make(node, ExKind::Binary(literal::operator(op)?, left, right)));
            return Some(ExKind::MaybeCast { name, plain, cast });
        }
        match op {
            "&&" | "and" => Some(ExKind::And(left, right)),
            "||" | "or" => Some(ExKind::Or(left, right)),
            "<" | "<=" | ">" | ">=" => {
                let (mut left, mut right) = (left, right);
                self.keep_cast(node.child_by_field_name("left")?, &mut left);
                self.keep_cast(node.child_by_field_name("right")?, &mut right);
                literal::operator(op).map(|op| ExKind::Binary(op, left, right))
            }
            _ => literal::operator(op).map(|op| ExKind::Binary(op, left, right)),
        }
    }

    /// Keeps the cast of a negative number to an unsigned type: as a bound it is none below zero.
    fn keep_cast(&self, mut node: Node, ex: &mut Ex) {
        let ExKind::Int(number @ ..0) = ex.kind else { return };
        while node.kind() == "parenthesized_expression" {
            let Some(inner) = node.named_child(0) else { return };
            node = inner;
        }
        let to = node.child_by_field_name("type").filter(|_| node.kind() == "cast_expression");
        let name = to.map(|to| Symbol::new(self.slice(to).trim())).filter(|name| self.cx.wide.contains(name));
        if let Some(name) = name {
            let number = || Box::new(Ex { span: ex.span, kind: ExKind::Int(number) });
            ex.kind = ExKind::MaybeCast { name, plain: number(), cast: number() };
        }
    }

    /// In `(NAME)-x`, written like that: the name, which may be a type's.
    fn maybe_type(&self, node: Node, op: &str) -> Option<Symbol> {
        if !matches!(op, "&" | "*" | "-" | "+") {
            return None;
        }
        let operator = node.child_by_field_name("operator")?;
        let close = node.child_by_field_name("right")?;
        let left = node.child_by_field_name("left")?;
        let adjacent = operator.end_byte() == close.start_byte();
        if adjacent { self.parenthesized_name(left) } else { None }
    }

    /// The name in `(NAME)`, unless it is a macro of the driver's.
    fn parenthesized_name(&self, node: Node) -> Option<Symbol> {
        let inner = node
            .named_child(0)
            .filter(|inner| node.kind() == "parenthesized_expression" && inner.kind() == "identifier")?;
        let name = self.symbol(inner);
        self.cx.context.macros.get(name).is_none().then_some(name)
    }

    fn unary(&mut self, node: Node) -> Option<ExKind> {
        let value = self.boxed(node.child_by_field_name("argument"))?;
        Some(match self.slice(node.child_by_field_name("operator")?) {
            "!" | "not" => ExKind::Unary(UnOp::Not, value),
            "~" | "compl" => ExKind::Unary(UnOp::BitNot, value),
            "-" => match value.kind {
                ExKind::Int(value) => ExKind::Int(value.wrapping_neg()),
                _ => ExKind::Unary(UnOp::Neg, value),
            },
            "+" => value.kind,
            _ => return None,
        })
    }

    fn pointer(&mut self, node: Node) -> Option<ExKind> {
        let value = self.boxed(node.child_by_field_name("argument"))?;
        Some(match self.slice(node.child_by_field_name("operator")?) {
            "*" => ExKind::Deref(value),
            _ => ExKind::AddrOf(value),
        })
    }

    fn update(&mut self, node: Node) -> Option<ExKind> {
        let operator = node.child_by_field_name("operator")?;
        let argument = node.child_by_field_name("argument")?;
        let op = literal::operator(&self.slice(operator)[..1])?;
        Some(ExKind::Step {
            op,
            prefix: operator.start_byte() < argument.start_byte(),
            place: Box::new(self.ex(argument)),
        })
    }

    fn assignment(&mut self, node: Node) -> Option<ExKind> {
        let op = self.slice(node.child_by_field_name("operator")?);
        let (left, right) = self.pair(node, "left", "right")?;
        let op = if op == "=" { None } else { Some(literal::operator(op)?) };
        Some(ExKind::Assign(op, left, right))
    }

    fn conditional(&mut self, node: Node) -> Option<ExKind> {
        let cond = self.boxed(node.child_by_field_name("condition"))?;
        let then = self.boxed(node.child_by_field_name("consequence"));
        let other = self.boxed(node.child_by_field_name("alternative"))?;
        Some(ExKind::Cond(cond, then, other))
    }

    fn member(&mut self, node: Node) -> Option<ExKind> {
        let base = self.boxed(node.child_by_field_name("argument"))?;
        let field = node.child_by_field_name("field")?;
        let arrow = match self.slice(node.child_by_field_name("operator")?) {
            "->" => true,
            "." => false,
            _ => return Some(ExKind::Unsupported("a pointer to a member")),
        };
        let name = match field.kind() {
            "template_method" | "dependent_name" | "qualified_identifier" => {
                type_name(field.child_by_field_name("name").unwrap_or(field), self.text)
            }
            _ => self.symbol(field),
        };
        Some(ExKind::Member { base, arrow, name })
    }

    fn subscript(&mut self, node: Node) -> Option<ExKind> {
        let base = self.boxed(node.child_by_field_name("argument"))?;
        let index = node.child_by_field_name("index").or_else(|| {
            let indices = node.child_by_field_name("indices")?;
            indices.named_child(0)
        })?;
        Some(ExKind::Index(base, Box::new(self.ex(index))))
    }

    fn compound_literal(&mut self, node: Node) -> Option<ExKind> {
        let ty = self.type_descriptor(node.child_by_field_name("type")?);
        let items = self.init_items(node.child_by_field_name("value")?);
        Some(ExKind::Compound(ty, items))
    }

    pub(super) fn type_descriptor(&self, node: Node) -> TypeRef {
        let name = type_name(node, self.text);
        node.child_by_field_name("declarator").map(declarator).unwrap_or_default().type_ref(name)
    }

    pub(super) fn init_items(&mut self, list: Node) -> Vec<InitItem> {
        let mut items = Vec::new();
        let mut cursor = list.walk();
        for child in list.named_children(&mut cursor) {
            match child.kind() {
                "comment" => {}
                "initializer_pair" => {
                    let Some(value) = child.child_by_field_name("value") else {
                        continue;
                    };
                    let mut cursor = child.walk();
                    let path = child
                        .children_by_field_name("designator", &mut cursor)
                        .map(|part| self.designator(part))
                        .collect();
                    items.push(InitItem { path, value: self.ex(value) });
                }
                kind if kind.starts_with("preproc_") => {}
                _ => items.push(InitItem { path: Vec::new(), value: self.ex(child) }),
            }
        }
        items
    }

    fn designator(&mut self, node: Node) -> Designator {
        match node.kind() {
            "subscript_designator" => Designator::Index(match node.named_child(0) {
                Some(index) => self.ex(index),
                None => self.make(node, ExKind::Unsupported("a designator")),
            }),
            "subscript_range_designator" => {
                Designator::Index(self.make(node, ExKind::Opaque(squeezed(self.slice(node)))))
            }
            "field_designator" => {
                Designator::Field(node.named_child(0).map_or_else(|| self.symbol(node), |name| self.symbol(name)))
            }
            _ => Designator::Field(self.symbol(node)),
        }
    }

    fn scoped(&mut self, node: Node) -> ExKind {
        let Some(name) = node.child_by_field_name("name") else {
            return self.opaque(node);
        };
        if name.kind() == "qualified_identifier" {
            return self.scoped(name);
        }
        let name = match name.kind() {
            "template_function" | "dependent_name" => {
                type_name(name.child_by_field_name("name").unwrap_or(name), self.text)
            }
            _ => self.symbol(name),
        };
        match node.child_by_field_name("scope") {
            Some(scope) => ExKind::Scoped(type_name(scope, self.text), name),
            None => ExKind::Ident(name),
        }
    }

    pub(super) fn arguments(&mut self, list: Option<Node>) -> Vec<Ex> {
        let Some(list) = list else { return Vec::new() };
        let mut cursor = list.walk();
        list.named_children(&mut cursor).filter(|child| child.kind() != "comment").map(|child| self.ex(child)).collect()
    }

    fn call(&mut self, node: Node) -> ExKind {
        let Some(function) = node.child_by_field_name("function") else {
            return ExKind::Unsupported("a call");
        };
        let arguments = node.child_by_field_name("arguments");
        match function.kind() {
            "identifier" => {
                let text = self.slice(function);
                if let Some(kind) = self.special_call(Symbol::new(text), arguments) {
                    return kind;
                }
                if let Some((name, Expansion::Ex(inner))) = self.expand(text, arguments, Form::Value) {
                    return ExKind::Expansion(name, inner);
                }
            }
            // `ULONG(x)` with a type the grammar knows.
            "primitive_type" | "sized_type_specifier" => {
                return self.arguments(arguments).into_iter().next().map_or(ExKind::Int(0), |value| value.kind);
            }
            "template_function" => {
                let name = function.child_by_field_name("name").map_or("", |name| self.slice(name));
                if matches!(
                    name,
                    "static_cast"
                        | "reinterpret_cast"
                        | "const_cast"
                        | "dynamic_cast"
                        | "bit_cast"
                        | "move"
                        | "forward"
                ) {
                    return self.arguments(arguments).into_iter().next().map_or(ExKind::Int(0), |value| value.kind);
                }
            }
            // `(PVOID)(x)`: the grammar cannot know that `PVOID` is a type.
            "parenthesized_expression" => {
                if let Some(name) = self.parenthesized_name(function)
                    && let Some(list) = arguments.filter(|list| list.named_child_count() == 1)
                {
                    let callee = Box::new(self.make(function, ExKind::Ident(name)));
                    let args = self.arguments(arguments);
                    let plain = Box::new(self.make(node, ExKind::Call { callee, args }));
                    let Some(cast) = list.named_child(0) else {
                        return plain.kind;
                    };
                    let value = self.ex(cast).kind;
                    let cast = Box::new(self.make(cast, self.narrowed(name, value)));
                    return ExKind::MaybeCast { name, plain, cast };
                }
            }
            _ => {}
        }
        let callee = Box::new(self.ex(function));
        ExKind::Call { callee, args: self.arguments(arguments) }
    }

    /// Calls whose meaning the language data gives.
    pub(super) fn special_call(&mut self, name: Symbol, arguments: Option<Node>) -> Option<ExKind> {
        if self.cx.assume.contains(&name) {
            let args = self.arguments(arguments);
            // Messages may stand on either side of the condition.
            let condition = args.into_iter().rev().find(|arg| !matches!(arg.kind, ExKind::Str(_)))?;
            return Some(ExKind::Assume(Box::new(condition)));
        }
        if self.cx.identity.contains(&name) {
            return self.arguments(arguments).into_iter().next().map(|arg| arg.kind);
        }
        if self.cx.container.contains(&name) {
            let list = arguments?;
            let mut cursor = list.walk();
            let parts: Vec<Node> = list.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect();
            let [address, .., field] = parts[..] else {
                return None;
            };
            let field = squeezed(self.slice(field));
            return Some(ExKind::Container(Box::new(self.ex(address)), field));
        }
        None
    }

    fn new_expression(&mut self, node: Node) -> Option<ExKind> {
        let ty = node.child_by_field_name("type")?;
        let array = node.child_by_field_name("declarator");
        let mut ty = TypeRef { name: Some(type_name(ty, self.text)), ..TypeRef::default() };
        if array.is_some() {
            ty.is_array = true;
        }
        let placement = self.arguments(node.child_by_field_name("placement"));
        let mut args = match node.child_by_field_name("arguments") {
            Some(list) if list.kind() == "initializer_list" => {
                self.init_items(list).into_iter().map(|item| item.value).collect()
            }
            list => self.arguments(list),
        };
        if let Some(length) = array.and_then(|array| array.child_by_field_name("length")) {
            args.insert(0, self.ex(length));
        }
        Some(ExKind::New { ty, is_array: array.is_some(), placement, args })
    }

    fn delete_expression(&mut self, node: Node) -> Option<ExKind> {
        let mut cursor = node.walk();
        let is_array = node.children(&mut cursor).any(|child| child.kind() == "[");
        let last = (node.named_child_count() as u32).checked_sub(1)?;
        let value = self.boxed(node.named_child(last))?;
        Some(ExKind::Delete { is_array, value })
    }

    fn lambda(&mut self, node: Node) -> Option<ExKind> {
        let body = node.child_by_field_name("body")?;
        let captures = node.child_by_field_name("captures").is_some_and(|captures| captures.named_child_count() > 0);
        let params = node
            .child_by_field_name("declarator")
            .and_then(|function| function.child_by_field_name("parameters"))
            .map(|list| self.params(list))
            .unwrap_or_default();
        let end = self.closing_brace(body);
        Some(ExKind::Lambda(Rc::new(Lambda {
            span: self.span(node),
            captures,
            params,
            body: self.statements(body),
            end,
        })))
    }
}

/// Whether a name has capitals and no small letters.
pub(in super::super) fn is_capital(name: &str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_uppercase()) && !name.bytes().any(|byte| byte.is_ascii_lowercase())
}
