//! What the files of a driver declare and other files need to lower theirs: classes, enumerators, functions.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use crate::ir::Symbol;
use crate::parse;
use crate::parsed::Parsed;

use super::flow::joined;
use super::literal;
use super::spaces::{self, Spaces};
use super::types::{self, TypeRef, declarator, slice, type_name};

/// The names that the files of one driver declare.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    classes: FxHashMap<Symbol, ClassInfo>,
    /// `None` where two files disagree.
    enumerators: FxHashMap<Symbol, Option<i64>>,
    /// Variables that are declared constant with a small number; those of a class with its name. `None` where another
    /// variable has the name, too.
    constants: FxHashMap<Symbol, Option<i64>>,
    functions: Spaces,
    /// File-scope variables with the names of their types; `None` where two files disagree.
    variables: FxHashMap<Symbol, Option<Symbol>>,
    /// Functions declared not to return.
    noreturn: FxHashSet<Symbol>,
    /// Which parameters are references, for the functions that have some; overloads differ by their number.
    references: FxHashMap<Symbol, Vec<Vec<bool>>>,
    /// How many parameters functions have, with what the last of them are where a call leaves them out.
    defaults: FxHashMap<Symbol, Vec<(usize, Vec<Omitted>)>>,
    /// `typedef struct _X {…} X, *PX`: the tag and the other names.
    aliases: FxHashMap<Symbol, Symbol>,
    /// Of names of pointer types, what they point to.
    pointed: FxHashMap<Symbol, Symbol>,
}

/// What a parameter is that a call leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Omitted {
    Number(i64),
    Name(Symbol),
    /// As written.
    Other(Symbol),
}

/// A class, struct or union of the driver's own.
#[derive(Debug, Clone, Default)]
pub struct ClassInfo {
    /// Data members in order.
    pub members: Vec<Member>,
    /// Names of methods.
    pub methods: FxHashSet<Symbol>,
    /// Names of static methods.
    pub static_methods: FxHashSet<Symbol>,
    /// Names of base classes in order.
    pub bases: Vec<Symbol>,
    /// Whether it declares a destructor that is not defaulted.
    pub has_destructor: bool,
    /// Whether it declares a constructor that is not defaulted.
    pub has_constructor: bool,
    /// Whether it is a union: initialising one member is initialising it.
    pub is_union: bool,
}

/// A data member.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Its name.
    pub name: Symbol,
    /// Its type.
    pub ty: TypeRef,
    /// Whether it lies in an unnamed union beside another member: no value by position is its.
    pub is_beside: bool,
}

impl Declared {
    /// Adds what a file declares.
    pub fn add(&mut self, parsed: &Parsed) {
        Scan { out: self, text: &parsed.prepped, source: &parsed.text, space: Symbol::new("") }
            .items(parsed.tree.root_node(), 0);
    }

    /// The class of that name or typedef.
    #[must_use]
    pub fn class(&self, name: Symbol) -> Option<&ClassInfo> {
        self.classes.get(&name).or_else(|| self.classes.get(self.aliases.get(&name)?))
    }

    /// The type that a pointer type of that name points to; another name stays as it is.
    #[must_use]
    pub fn pointed(&self, name: Symbol) -> Symbol {
        match self.pointed.get(&name) {
            Some(to) if self.class(name).is_none() => *to,
            _ => name,
        }
    }

    /// The value of an enumerator, where it could be computed.
    #[must_use]
    pub fn enumerator(&self, name: Symbol) -> Option<i64> {
        self.enumerators.get(&name).copied().flatten()
    }

    /// The value of a constant that is declared outside of functions and classes: an enumerator or a constant variable.
    #[must_use]
    pub fn constant(&self, name: Symbol) -> Option<i64> {
        self.enumerator(name).or_else(|| self.constants.get(&name).copied().flatten())
    }

    /// The value of a constant member of `class` or of a base of it.
    #[must_use]
    pub fn class_constant(&self, class: Symbol, name: Symbol) -> Option<i64> {
        self.class_constant_at(class, name, 0)
    }

    fn class_constant_at(&self, class: Symbol, name: Symbol, depth: u32) -> Option<i64> {
        if self.constants.is_empty() {
            return None;
        }
        let own = self.constants.get(&joined(class, name)).copied().flatten();
        let bases = || self.class(class).filter(|_| depth < 16).map_or(&[][..], |info| &info.bases);
        own.or_else(|| bases().iter().find_map(|base| self.class_constant_at(*base, name, depth + 1)))
    }

    /// Whether the driver defines or declares a function of that name.
    #[must_use]
    pub fn is_function(&self, name: Symbol) -> bool {
        self.functions.is_function(name)
    }

    /// The name of the function that is called `name` in the namespace `space`: with its own namespace, where several have
    /// one of the name.
    #[must_use]
    pub fn function_in(&self, name: Symbol, space: Symbol) -> Symbol {
        self.functions.visible(name, space)
    }

    /// The functions by their namespaces.
    pub(super) fn spaces(&self) -> &Spaces {
        &self.functions
    }

    /// Whether a file declares a variable of that name outside functions.
    #[must_use]
    pub fn is_variable(&self, name: Symbol) -> bool {
        self.variables.contains_key(&name)
    }

    /// The name of that variable's type, without pointers.
    #[must_use]
    pub fn variable_type(&self, name: Symbol) -> Option<Symbol> {
        self.variables.get(&name).copied().flatten()
    }

    /// Whether the function is declared not to return.
    #[must_use]
    pub fn is_noreturn(&self, name: Symbol) -> bool {
        self.noreturn.contains(&name)
    }

    /// Which of `arity` parameters of the function (`Class::name` for a method) are references, if any is.
    #[must_use]
    pub fn references(&self, name: Symbol, arity: usize) -> Option<&[bool]> {
        self.references.get(&name)?.iter().find(|flags| flags.len() == arity).map(Vec::as_slice)
    }

    /// What the parameters are that a call of the function (`Class::name` for a method) with `given` arguments leaves
    /// out.
    pub(super) fn defaults(&self, name: Symbol, given: usize) -> &[Omitted] {
        let all = self.defaults.get(&name).map_or(&[][..], Vec::as_slice);
        let fitting = all.iter().find(|(count, last)| (count - last.len()..*count).contains(&given));
        fitting.map_or(&[], |(count, last)| &last[last.len() - (count - given)..])
    }

    /// Whether the method is declared `static` in `class`.
    #[must_use]
    pub fn is_static_method(&self, class: Symbol, name: Symbol) -> bool {
        self.class(class).is_some_and(|info| info.static_methods.contains(&name))
    }

    /// The data member of that name in `class` or a base of it.
    #[must_use]
    pub fn member(&self, class: Symbol, name: Symbol) -> Option<&Member> {
        self.search(class, 0, &|info| info.members.iter().find(|member| member.name == name))
    }

    /// The class, `class` itself or a base, that declares the method.
    #[must_use]
    pub fn method_class(&self, class: Symbol, name: Symbol) -> Option<Symbol> {
        self.method_class_at(class, name, 0)
    }

    fn method_class_at(&self, class: Symbol, name: Symbol, depth: u32) -> Option<Symbol> {
        let info = self.class(class).filter(|_| depth < 16)?;
        if info.methods.contains(&name) {
            return Some(class);
        }
        info.bases.iter().find_map(|base| self.method_class_at(*base, name, depth + 1))
    }

    fn search<'d, T>(&'d self, class: Symbol, depth: u32, find: &impl Fn(&'d ClassInfo) -> Option<T>) -> Option<T> {
        let info = self.class(class).filter(|_| depth < 16)?;
        find(info).or_else(|| info.bases.iter().find_map(|base| self.search(*base, depth + 1, find)))
    }

    /// Whether an object of `class` runs code when it dies: its own destructor's, a member's or a base's.
    #[must_use]
    pub fn needs_destructor(&self, class: Symbol) -> bool {
        self.needs_destructor_at(class, 0)
    }

    fn needs_destructor_at(&self, class: Symbol, depth: u32) -> bool {
        self.class(class).filter(|_| depth < 16).is_some_and(|info| {
            info.has_destructor
                || info.bases.iter().any(|base| self.needs_destructor_at(*base, depth + 1))
                || info.members.iter().any(|member| {
                    member.ty.object_class().is_some_and(|of| of != class && self.needs_destructor_at(of, depth + 1))
                })
        })
    }
}

struct Scan<'a> {
    out: &'a mut Declared,
    text: &'a str,
    /// The text with what the pre-pass blanked.
    source: &'a str,
    /// The namespace that is looked into.
    space: Symbol,
}

/// Deeper nesting of namespaces, classes and `#if`s than this is not looked into.
const MAX_DEPTH: u32 = 64;

impl Scan<'_> {
    fn symbol(&self, node: Node) -> Symbol {
        Symbol::new(slice(node, self.text))
    }

    fn items(&mut self, parent: Node, depth: u32) {
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
    fn noreturn(&mut self, node: Node, from: usize) {
        let Some(parts) = node.child_by_field_name("declarator").map(declarator) else {
            return;
        };
        let (Some(name), Some(_)) = (parts.name, parts.function) else {
            return;
        };
        let head = self.source.get(from..name.start_byte()).unwrap_or_default();
        let marked = head.contains("noreturn") || head.contains("NORETURN");
        // The head may begin with the comment of what was before.
        if marked && super::expand::tokens(head).iter().any(|token| token.to_ascii_lowercase().ends_with("noreturn")) {
            let name = self.symbol(name);
            self.out.noreturn.insert(name);
        }
    }

    fn item(&mut self, node: Node, depth: u32) {
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
                        self.references(name, parts);
                    } else if let (None, Some(name)) = (parts.function, parts.name) {
                        let name = self.symbol(name);
                        let ty = node.child_by_field_name("type").map(|ty| type_name(ty, self.text));
                        let known = self.out.variables.entry(name).or_insert(ty);
                        *known = known.filter(|known| Some(*known) == ty);
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
    fn variable(&mut self, name: Symbol, node: Node, target: Node) {
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

    fn specifier(&mut self, node: Node, depth: u32) {
        if let Some(ty) = node.child_by_field_name("type") {
            match ty.kind() {
                "class_specifier" | "struct_specifier" | "union_specifier" => self.class(ty, depth),
                "enum_specifier" => self.enumeration(ty),
                _ => {}
            }
        }
    }

    fn function(&mut self, node: Node) {
        let Some(parts) = node.child_by_field_name("declarator").map(declarator) else {
            return;
        };
        if let Some(name) = parts.name.filter(|name| name.kind() == "identifier") {
            let name = self.symbol(name);
            self.out.functions.add(name, self.space);
            self.references(name, parts);
        }
    }

    /// Keeps which parameters of a function are references.
    fn references(&mut self, name: Symbol, parts: types::Declarator<'_>) {
        let Some(list) = parts.params else { return };
        let mut cursor = list.walk();
        let flags: Vec<bool> = list
            .named_children(&mut cursor)
            .filter(|child| matches!(child.kind(), "parameter_declaration" | "optional_parameter_declaration"))
            .map(|child| child.child_by_field_name("declarator").is_some_and(|inner| declarator(inner).is_ref))
            .collect();
        if flags.contains(&true) {
            let known = self.out.references.entry(name).or_default();
            if !known.contains(&flags) {
                known.push(flags);
            }
        }
        self.defaults(name, list);
    }

    /// Keeps what the parameters in `list` are where a call of the function leaves them out.
    fn defaults(&mut self, name: Symbol, list: Node) {
        let mut cursor = list.walk();
        let all: Vec<Node> =
            list.named_children(&mut cursor).filter(|child| child.kind().ends_with("parameter_declaration")).collect();
        let values = all.iter().filter_map(|child| child.child_by_field_name("default_value"));
        let omitted: Vec<Omitted> = values
            .map(|value| match (literal::constant(value, self.text, &|_| None), value.kind()) {
                (Some(number), _) => Omitted::Number(number),
                (None, "true") => Omitted::Number(1),
                (None, "false" | "null") => Omitted::Number(0),
                (None, "identifier") => Omitted::Name(self.symbol(value)),
                _ => Omitted::Other(types::squeezed(slice(value, self.text))),
            })
            .collect();
        if !omitted.is_empty() {
            let known = self.out.defaults.entry(name).or_default();
            if !known.iter().any(|(count, _)| *count == all.len()) {
                known.push((all.len(), omitted));
            }
        }
    }

    fn typedef(&mut self, node: Node) {
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

    fn class(&mut self, node: Node, depth: u32) {
        let (Some(name), Some(body)) = (node.child_by_field_name("name"), node.child_by_field_name("body")) else {
            // `typedef struct {…} X;` is named by its typedef.
            return;
        };
        let name = type_name(name, self.text);
        let info = self.class_body(node, body, name, depth);
        self.keep_class(name, info);
    }

    /// Of two classes of one name (a copy in another sample, a stub) the richer one is kept.
    fn keep_class(&mut self, name: Symbol, info: ClassInfo) {
        match self.out.classes.get(&name) {
            Some(old) if old.members.len() + old.methods.len() >= info.members.len() + info.methods.len() => {}
            _ => {
                self.out.classes.insert(name, info);
            }
        }
    }

    fn class_body(&mut self, node: Node, body: Node, name: Symbol, depth: u32) -> ClassInfo {
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

    fn members(&mut self, body: Node, class: Symbol, info: &mut ClassInfo, depth: u32) {
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

    fn method(&mut self, node: Node, parts: types::Declarator<'_>, class: Symbol, info: &mut ClassInfo) {
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

    fn field(&mut self, node: Node, class: Symbol, info: &mut ClassInfo, depth: u32) {
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

    fn enumeration(&mut self, node: Node) {
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
