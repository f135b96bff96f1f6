//! Classes, structures and unions: members, methods, bases.

use tree_sitter::Node;

use super::scan::{MAX_DEPTH, Scan};
use super::{ClassInfo, Member};
use crate::ir::Symbol;
use crate::lower::flow::joined;
use crate::lower::types::{self, declarator, slice, type_name};

impl Scan<'_> {
    pub(super) fn class(&mut self, node: Node, depth: u32) {
        let (Some(name), Some(body)) = (node.child_by_field_name("name"), node.child_by_field_name("body")) else {
            // `typedef struct {…} X;` is named by its typedef.
            return;
        };
        let name = type_name(name, self.text);
        let info = self.class_body(node, body, name, depth);
        self.keep_class(name, info);
    }

    /// Of two classes of one name (a copy in another sample, a stub) the richer one is kept.
    pub(super) fn keep_class(&mut self, name: Symbol, info: ClassInfo) {
        match self.out.classes.get(&name) {
            Some(old) if old.members.len() + old.methods.len() >= info.members.len() + info.methods.len() => {}
            _ => {
                self.out.classes.insert(name, info);
            }
        }
    }

    pub(super) fn class_body(&mut self, node: Node, body: Node, name: Symbol, depth: u32) -> ClassInfo {
        let mut info = ClassInfo { is_union: node.kind() == "union_specifier", ..ClassInfo::default() };
        let mut cursor = node.walk();
        if let Some(bases) = node.named_children(&mut cursor).find(|child| child.kind() == "base_class_clause") {
            let mut cursor = bases.walk();
            for base in bases.named_children(&mut cursor) {
                if matches!(base.kind(), "type_identifier" | "qualified_identifier" | "template_type") {
                    info.bases.push(type_name(base, self.text));
                }
            }
        }
        self.members(body, name, &mut info, depth + 1);
        info
    }

    pub(super) fn members(&mut self, body: Node, class: Symbol, info: &mut ClassInfo, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        let mut cursor = body.walk();
        for node in body.named_children(&mut cursor) {
            match node.kind() {
                "field_declaration" => self.field(node, class, info, depth),
                "function_definition" | "declaration" => {
                    let mut cursor = node.walk();
                    for parts in node.children_by_field_name("declarator", &mut cursor).map(declarator) {
                        self.method(node, parts, class, info);
                    }
                }
                "template_declaration"
                | "preproc_if"
                | "preproc_ifdef"
                | "preproc_else"
                | "preproc_elif"
                | "preproc_elifdef" => {
                    self.members(node, class, info, depth + 1);
                }
                _ => {}
            }
        }
    }

    pub(super) fn method(&mut self, node: Node, parts: types::Declarator<'_>, class: Symbol, info: &mut ClassInfo) {
        let (Some(name), Some(_)) = (parts.name, parts.function) else {
            return;
        };
        let mut cursor = node.walk();
        let defaulted = node.named_children(&mut cursor).any(|child| child.kind() == "default_method_clause");
        if name.kind() == "destructor_name" {
            info.has_destructor |= !defaulted;
        } else if slice(name, self.text) == class.as_str() {
            info.has_constructor |= !defaulted;
        } else {
            let name = self.symbol(name);
            info.methods.insert(name);
            if types::has_specifier(node, self.text, "static") {
                info.static_methods.insert(name);
            }
        }
        let full = Symbol::new(&format!("{class}::{}", slice(name, self.text)));
        self.references(full, parts);
    }

    pub(super) fn field(&mut self, node: Node, class: Symbol, info: &mut ClassInfo, depth: u32) {
        self.specifier(node, depth);
        let Some(ty) = node.child_by_field_name("type") else {
            return;
        };
        let name = type_name(ty, self.text);
        let mut cursor = node.walk();
        let mut any = false;
        let targets: Vec<Node> = node.children_by_field_name("declarator", &mut cursor).collect();
        let is_only = targets.len() == 1;
        for target in targets {
            let parts = declarator(target);
            let Some(member) = parts.name else { continue };
            any = true;
            if parts.function.is_some() {
                self.method(node, parts, class, info);
            } else {
                let member = self.symbol(member);
                if is_only && types::has_specifier(node, self.text, "static") {
                    self.variable(joined(class, member), node, target);
                    if self.out.class_constant(class, member).is_some() {
                        continue;
                    }
                }
                info.members.push(Member { name: member, ty: parts.type_ref(name), is_beside: false });
                // `static EVT_TYPE Name;` declares a function by its type.
                if parts.pointers == 0 && types::has_specifier(node, self.text, "static") {
                    info.static_methods.insert(member);
                }
            }
        }
        // An anonymous struct or union: its members are members of this one.
        if !any
            && let Some(body) = ty.child_by_field_name("body")
            && matches!(ty.kind(), "struct_specifier" | "union_specifier")
        {
            let first = info.members.len();
            self.members(body, Symbol::new(""), info, depth + 1);
            if ty.kind() == "union_specifier" {
                info.members.iter_mut().skip(first + 1).for_each(|member| member.is_beside = true);
            }
        }
    }
}
