//! Declarations inside functions, and parameters.

use rulebook_diagnostics::Span;
use tree_sitter::Node;

use crate::ir::Symbol;

use super::super::ast::{Decl, DeclInit, Ex, ExKind, Param};
use super::super::types::{TypeRef, declarator, type_name};
use super::{Builder, Expansion, Form};

impl Builder<'_> {
    /// The variables of a declaration (or of a range loop's head).
    pub(super) fn declaration(&mut self, node: Node) -> Vec<Decl> {
        let type_name = node.child_by_field_name("type").map_or_else(|| Symbol::new(""), |ty| type_name(ty, self.text));
        let (mut is_static, mut is_extern) = (false, false);
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            if child.kind() == "storage_class_specifier" {
                match self.slice(child) {
                    "static" => is_static = true,
                    "extern" => is_extern = true,
                    _ => {}
                }
            }
        }
        // `T x = f()` in a condition has its value beside the declarator.
        let outer_value = node.child_by_field_name("value").or_else(|| node.child_by_field_name("default_value"));
        let mut out = Vec::new();
        let mut cursor = node.walk();
        let declarators: Vec<Node> = node.children_by_field_name("declarator", &mut cursor).collect();
        for child in declarators {
            let (target, value) = if child.kind() == "init_declarator" {
                let Some(inner) = child.child_by_field_name("declarator") else {
                    continue;
                };
                (inner, child.child_by_field_name("value"))
            } else {
                (child, outer_value)
            };
            let parts = declarator(target);
            let Some(name) = parts.name else { continue };
            let ty = parts.type_ref(type_name);
            let (init, name) = match (parts.function, value) {
                (Some(_), None) => {
                    if !self.cx.is_cpp || is_extern {
                        continue;
                    }
                    (DeclInit::Vexing(parts.params.map(|list| self.vexing(list)).unwrap_or_default()), name)
                }
                (_, None) => (DeclInit::None, name),
                (_, Some(value)) if value.kind() == "argument_list" => {
                    (DeclInit::Construct(self.arguments(Some(value))), name)
                }
                // `T x{a}`: the grammar gives the list no `=`.
                (_, Some(value)) if value.kind() == "initializer_list" && !has_equals(child) => {
                    (DeclInit::Construct(self.init_items(value).into_iter().map(|item| item.value).collect()), name)
                }
                (_, Some(value)) => (DeclInit::Value(self.initializer(value)), name),
            };
            if name.kind() == "structured_binding_declarator" {
                let mut cursor = name.walk();
                let value = DeclInit::Value(self.make(node, ExKind::Unsupported("a structured binding")));
                let first = name.named_children(&mut cursor).next().unwrap_or(name);
                out.push(Decl {
                    span: self.span(name),
                    ty,
                    name: self.symbol(first),
                    is_static,
                    is_extern,
                    init: value,
                });
                continue;
            }
            out.push(Decl { span: self.span(target), ty, name: self.symbol(name), is_static, is_extern, init });
        }
        out
    }

    /// The value after `=`; a macro may stand for a braced list.
    fn initializer(&mut self, node: Node) -> Ex {
        let (name, arguments) = match node.kind() {
            "identifier" => (self.slice(node), None),
            "call_expression" => match node.child_by_field_name("function") {
                Some(function) if function.kind() == "identifier" => {
                    (self.slice(function), node.child_by_field_name("arguments"))
                }
                _ => return self.ex(node),
            },
            _ => return self.ex(node),
        };
        let opens_list = self
            .cx
            .context
            .macros
            .get(Symbol::new(name))
            .is_some_and(|definition| definition.body.trim_start().starts_with('{'));
        if opens_list && let Some((name, Expansion::Ex(value))) = self.expand(name, arguments, Form::Initializer) {
            return self.make(node, ExKind::Expansion(name, value));
        }
        self.ex(node)
    }

    /// The "parameters" of `T x(a, b)` as the arguments they may be.
    fn vexing(&mut self, list: Node) -> Vec<Ex> {
        let mut out = Vec::new();
        let mut cursor = list.walk();
        for child in list.named_children(&mut cursor) {
            match child.kind() {
                "comment" => {}
                "parameter_declaration" if child.child_by_field_name("declarator").is_none() => {
                    match child.child_by_field_name("type") {
                        Some(ty) if matches!(ty.kind(), "type_identifier" | "qualified_identifier") => {
                            out.push(self.ex(ty));
                        }
                        _ => out.push(self.make(child, ExKind::Unsupported("a type"))),
                    }
                }
                _ => out.push(self.make(child, ExKind::Unsupported("a type"))),
            }
        }
        out
    }

    /// The parameters in a parameter list.
    pub(in super::super) fn params(&mut self, list: Node) -> Vec<Param> {
        let mut out = Vec::new();
        let mut cursor = list.walk();
        for child in list.named_children(&mut cursor) {
            if !matches!(child.kind(), "parameter_declaration" | "optional_parameter_declaration") {
                continue;
            }
            let Some(specifier) = child.child_by_field_name("type") else {
                continue;
            };
            let type_name = type_name(specifier, self.text);
            let parts = child.child_by_field_name("declarator").map(declarator).unwrap_or_default();
            if type_name.as_str() == "void" && child.child_by_field_name("declarator").is_none() {
                continue;
            }
            let mut ty: TypeRef = parts.type_ref(type_name);
            // An array parameter is a pointer.
            if ty.is_array {
                ty.is_array = false;
                ty.pointers = ty.pointers.saturating_add(1);
            }
            let name = parts
                .name
                .filter(|name| matches!(name.kind(), "identifier" | "field_identifier" | "type_identifier"))
                .map(|name| self.symbol(name));
            out.push(Param { name, ty, span: self.span(child) });
        }
        out
    }

    /// A member initialiser of a constructor: the member or base, its arguments, its place.
    pub(in super::super) fn member_initializer(&mut self, node: Node) -> Option<(Symbol, Vec<Ex>, Span)> {
        let name = node.named_child(0)?;
        let args = match node.named_child(1) {
            Some(list) if list.kind() == "initializer_list" => {
                self.init_items(list).into_iter().map(|item| item.value).collect()
            }
            list => self.arguments(list),
        };
        Some((type_name(name, self.text), args, self.span(node)))
    }

    /// The initialiser of a file-scope variable.
    pub(in super::super) fn initial_value(&mut self, node: Node) -> Ex {
        self.initializer(node)
    }
}

fn has_equals(node: Node) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| child.kind() == "=")
}
