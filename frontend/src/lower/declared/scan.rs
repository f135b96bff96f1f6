//! The walk over a file's declarations outside of functions.

use tree_sitter::Node;

use super::Declared;
use crate::ir::{FileId, Symbol};
use crate::lower::types::{self, declarator, slice, type_name};
use crate::lower::{expand, literal, spaces};
use crate::parse;

pub(super) struct Scan<'a> {
    pub(super) out: &'a mut Declared,
    pub(super) text: &'a str,
    /// The text with what the pre-pass blanked.
    pub(super) source: &'a str,
    pub(super) file: FileId,
    pub(super) is_cpp: bool,
    /// The namespace that is looked into.
    pub(super) space: Symbol,
}

/// Deeper nesting of namespaces, classes and `#if`s than this is not looked into.
pub(super) const MAX_DEPTH: u32 = 64;

impl Scan<'_> {
    pub(super) fn symbol(&self, node: Node) -> Symbol {
        Symbol::new(slice(node, self.text))
    }

    pub(super) fn items(&mut self, parent: Node, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        let mut cursor = parent.walk();
        let mut from = if parent.parent().is_none() { 0 } else { parent.start_byte() };
        for node in parent.named_children(&mut cursor) {
            self.item(node, depth);
            if matches!(node.kind(), "declaration" | "function_definition") {
                self.noreturn(node, from);
            }
            if node.kind() != "comment" {
                from = node.end_byte();
            }
        }
    }

    /// Keeps the function that is declared at `node` if a mark before its name says that it does not return.
    pub(super) fn noreturn(&mut self, node: Node, from: usize) {
        let Some(parts) = node.child_by_field_name("declarator").map(declarator) else {
            return;
        };
        let (Some(name), Some(_)) = (parts.name, parts.function) else {
            return;
        };
        let head = self.source.get(from..name.start_byte()).unwrap_or_default();
        let marked = head.contains("noreturn") || head.contains("NORETURN");
        // The head may begin with the comment of what was before.
        if marked && expand::tokens(head).iter().any(|token| token.to_ascii_lowercase().ends_with("noreturn")) {
            let name = self.symbol(name);
            self.out.noreturn.insert(name);
        }
    }

    pub(super) fn item(&mut self, node: Node, depth: u32) {
        match node.kind() {
            "function_definition" => {
                self.function(node);
                let body = node.child_by_field_name("body");
                for class in body.map(|body| parse::local_classes(body, self.text)).unwrap_or_default() {
                    self.class(class, depth + 1);
                }
            }
            "declaration" => {
                self.specifier(node, depth);
                let mut cursor = node.walk();
                for child in node.children_by_field_name("declarator", &mut cursor) {
                    let parts = declarator(child);
                    if let (Some(_), Some(name)) = (parts.function, parts.name)
                        && name.kind() == "identifier"
                    {
                        let name = self.symbol(name);
                        self.out.functions.add(name, self.space);
                        self.returns(name, node, parts.pointers);
                        self.references(name, parts);
                    } else if let (None, Some(name)) = (parts.function, parts.name) {
                        self.initial(name, node, child);
                        let name = self.symbol(name);
                        let ty = node.child_by_field_name("type").map(|ty| type_name(ty, self.text));
                        let known = self.out.variables.entry(name).or_insert(ty);
                        *known = known.filter(|known| Some(*known) == ty);
                        if types::has_specifier(node, self.text, "static") {
                            let files = self.out.statics.entry(name).or_default();
                            if !files.contains(&self.file) {
                                files.push(self.file);
                            }
                        }
                        self.variable(name, node, child);
                    }
                }
            }
            "type_definition" => {
                self.specifier(node, depth);
                self.typedef(node);
            }
            "class_specifier" | "struct_specifier" | "union_specifier" => self.class(node, depth),
            "enum_specifier" => self.enumeration(node),
            "linkage_specification" | "namespace_definition" => {
                if let Some(body) = node.child_by_field_name("body") {
                    let outer = self.space;
                    self.space = spaces::entered(node, outer, self.text).unwrap_or(outer);
                    if matches!(body.kind(), "declaration_list") {
                        self.items(body, depth + 1);
                    } else {
                        self.item(body, depth + 1);
                    }
                    self.space = outer;
                }
            }
            "using_declaration" => {
                let written = slice(node, self.text);
                if let Some(name) = written.trim_start_matches("using").trim().strip_prefix("namespace ") {
                    self.out.functions.uses(Symbol::new(name.trim_end_matches(';').trim()));
                }
            }
            "template_declaration"
            | "preproc_if"
            | "preproc_ifdef"
            | "preproc_else"
            | "preproc_elif"
            | "preproc_elifdef"
            | "declaration_list"
            | "ERROR" => {
                self.items(node, depth + 1);
            }
            _ => {}
        }
    }

    /// Keeps what the variable that `declarator` of `node` declares always is.
    pub(super) fn variable(&mut self, name: Symbol, node: Node, target: Node) {
        let parts = declarator(target);
        let plain = parts.pointers == 0 && !parts.is_array && !parts.is_ref;
        let has = |word| types::has_qualifier(node, self.text, word);
        let constant = plain && (has("const") || has("constexpr")) && !has("volatile");
        let value = target.child_by_field_name("value").or_else(|| node.child_by_field_name("default_value"));
        let value = value.filter(|_| constant).map(|value| {
            let value = Some(value)
                .filter(|value| value.kind() == "initializer_list")
                .and_then(|list| list.named_child(0))
                .unwrap_or(value);
            let value = literal::constant(value, self.text, &|name| self.out.constant(name));
            value.filter(|value| (0..=i64::from(i32::MAX)).contains(value))
        });
        match value {
            Some(value) => {
                let known = self.out.constants.entry(name).or_insert(value);
                *known = known.filter(|known| Some(*known) == value);
            }
            // `extern const T x;` is one that another file gives its value.
            None if constant => {}
            None => {
                if let Some(known) = self.out.constants.get_mut(&name) {
                    *known = None;
                } else {
                    self.out.constants.insert(name, None);
                }
            }
        }
    }

    pub(super) fn specifier(&mut self, node: Node, depth: u32) {
        if let Some(ty) = node.child_by_field_name("type") {
            match ty.kind() {
                "class_specifier" | "struct_specifier" | "union_specifier" => self.class(ty, depth),
                "enum_specifier" => self.enumeration(ty),
                _ => {}
            }
        }
    }

    pub(super) fn function(&mut self, node: Node) {
        let Some(parts) = node.child_by_field_name("declarator").map(declarator) else {
            return;
        };
        if let Some(name) = parts.name.filter(|name| name.kind() == "identifier") {
            let name = self.symbol(name);
            self.out.functions.add(name, self.space);
            self.returns(name, node, parts.pointers);
            self.references(name, parts);
        }
    }

    /// Keeps whether the function that `node` declares returns nothing.
    fn returns(&mut self, name: Symbol, node: Node, pointers: u8) {
        let ty = node.child_by_field_name("type").map(|ty| type_name(ty, self.text));
        let is_void = pointers == 0 && ty.is_some_and(|ty| matches!(ty.as_str(), "void" | "VOID"));
        self.out.void.entry(name).and_modify(|known| *known &= is_void).or_insert(is_void);
    }

    pub(super) fn typedef(&mut self, node: Node) {
        let Some(ty) = node.child_by_field_name("type") else {
            return;
        };
        let mut cursor = node.walk();
        let names: Vec<_> = node.children_by_field_name("declarator", &mut cursor).map(declarator).collect();
        let plain = names
            .iter()
            .find(|parts| parts.pointers == 0 && !parts.is_array && parts.function.is_none())
            .and_then(|parts| parts.name);
        let tag = ty.child_by_field_name("name");
        let whole = (ty.kind() == "type_identifier").then_some(ty);
        if let Some(to) = plain.map(|alias| self.symbol(alias)).or_else(|| Some(type_name(whole.or(tag)?, self.text))) {
            let pointers =
                names.iter().filter(|parts| parts.pointers == 1 && !parts.is_array && parts.function.is_none());
            for name in pointers.filter_map(|parts| parts.name) {
                let name = self.symbol(name);
                self.out.pointed.insert(name, to);
            }
        }
        if let (Some(alias), Some(tag)) = (plain, tag) {
            let (alias, tag) = (self.symbol(alias), type_name(tag, self.text));
            if alias != tag {
                self.out.aliases.insert(alias, tag);
            }
        } else if let (Some(alias), None, Some(body)) = (plain, tag, ty.child_by_field_name("body"))
            && matches!(ty.kind(), "struct_specifier" | "union_specifier" | "class_specifier")
        {
            let name = self.symbol(alias);
            let info = self.class_body(ty, body, name, 0);
            self.keep_class(name, info);
        }
    }

    pub(super) fn enumeration(&mut self, node: Node) {
        let Some(body) = node.child_by_field_name("body") else {
            return;
        };
        let mut next = Some(0_i64);
        let mut cursor = body.walk();
        for item in body.named_children(&mut cursor) {
            if item.kind() != "enumerator" {
                // A branch of `#if`: what follows cannot be counted.
                if item.kind().starts_with("preproc_if") {
                    next = None;
                }
                continue;
            }
            let Some(name) = item.child_by_field_name("name") else {
                continue;
            };
            let value = match item.child_by_field_name("value") {
                Some(value) => literal::constant(value, self.text, &|name| self.out.enumerator(name)),
                None => next,
            };
            next = value.and_then(|value| value.checked_add(1));
            let name = self.symbol(name);
            self.out
                .enumerators
                .entry(name)
                .and_modify(|old| *old = old.filter(|old| Some(*old) == value))
                .or_insert(value);
        }
    }
}
