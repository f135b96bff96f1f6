//! File level: which functions there are, with their parameters and annotations, and tables and prototypes.

use rulebook_diagnostics::Span;
use rustc_hash::FxHashMap;
use tree_sitter::Node;

use crate::ir::{Class, Function, Loc, Passed, Prototype, Sal, Symbol, Unit, Untrusted};
use crate::parse;
use crate::parsed::Parsed;

use super::LowerContext;
use super::ast::{Ex, Lambda, Param};
use super::build::{Builder, Cx};
use super::flow::{Flow, Lowered, joined, rows};
use super::sal;
use super::spaces;
use super::types::{Declarator, declarator, has_specifier, slice, type_name};

/// Deeper nesting of namespaces, classes and `#if`s than this is not looked into.
const MAX_DEPTH: u32 = 64;

pub(super) fn lower_unit(parsed: &Parsed, context: &LowerContext<'_>) -> Unit {
    let cx = Cx::new(parsed, context);
    let unit = Unit { pageable: parsed.pageable.clone(), ..Unit::default() };
    let mut lowering = Lowering { cx: &cx, unit, lambdas: FxHashMap::default() };
    lowering.items(parsed.tree.root_node(), None, 0);
    for span in &parsed.file_macros {
        lowering.accessor(span.slice(&parsed.text));
    }
    lowering.unit
}

struct Lowering<'a> {
    cx: &'a Cx<'a>,
    unit: Unit,
    /// How many lambdas the functions of each name have had so far.
    lambdas: FxHashMap<Symbol, usize>,
}

impl<'a> Lowering<'a> {
    fn prepped(&self) -> &'a str {
        &self.cx.parsed.prepped
    }

    fn loc(&self, start: usize, end: usize) -> Loc {
        Loc { file: self.cx.parsed.file, span: Span::new(start, end) }
    }

    fn items(&mut self, parent: Node, class: Option<Symbol>, depth: u32) {
        if depth > MAX_DEPTH {
            return;
        }
        let mut cursor = parent.walk();
        // Annotations of an item stand between the one before it and its own declarator.
        let mut from = if parent.parent().is_none() { 0 } else { parent.start_byte() };
        for node in parent.named_children(&mut cursor) {
            if node.kind() == "comment" {
                continue;
            }
            self.item(node, from, class, depth);
            from = node.end_byte();
        }
    }

    fn item(&mut self, node: Node, from: usize, class: Option<Symbol>, depth: u32) {
        match node.kind() {
            "function_definition" => {
                self.function(node, from, class);
                let body = node.child_by_field_name("body").filter(|_| self.cx.is_cpp);
                for class in body.map(|body| parse::local_classes(body, self.prepped())).unwrap_or_default() {
                    self.class(class, depth + 1);
                }
            }
            "declaration" | "field_declaration" => {
                self.class_of(node, depth);
                self.declaration(node, from, class);
            }
            "type_definition" => self.class_of(node, depth),
            "class_specifier" | "struct_specifier" | "union_specifier" => self.class(node, depth),
            "linkage_specification" | "namespace_definition" => {
                if let Some(body) = node.child_by_field_name("body") {
                    if body.kind() == "declaration_list" {
                        self.items(body, class, depth + 1);
                    } else {
                        self.item(body, from, class, depth + 1);
                    }
                }
            }
            "template_declaration"
            | "preproc_else"
            | "preproc_elif"
            | "preproc_elifdef"
            | "preproc_if"
            | "preproc_ifdef"
            | "declaration_list"
            | "ERROR" => {
                self.items(node, class, depth + 1);
            }
            // `MACRO(Type, Name);` is an expression to the grammar, even between functions.
            "expression_statement" => self.accessor(slice(node, self.prepped())),
            _ => {}
        }
    }

    /// Notes the getter that `macro_call` declares, if its macro declares one.
    fn accessor(&mut self, macro_call: &str) {
        let Some((name, rest)) = macro_call.split_once('(') else {
            return;
        };
        let macros = &self.cx.context.language.accessor_macros;
        let Some(pattern) = macros.get(name.trim()) else {
            return;
        };
        let Some((list, _)) = rest.rsplit_once(')') else {
            return;
        };
        let mut getter = pattern.clone();
        for (position, argument) in super::expand::arguments(list).iter().enumerate() {
            getter = getter.replace(&format!("{{{position}}}"), argument);
        }
        if !getter.is_empty() && getter.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.unit.accessors.push(Symbol::new(&getter));
        }
    }

    fn class_of(&mut self, node: Node, depth: u32) {
        if let Some(ty) = node.child_by_field_name("type")
            && matches!(ty.kind(), "class_specifier" | "struct_specifier" | "union_specifier")
        {
            self.class(ty, depth);
        }
    }

    fn class(&mut self, node: Node, depth: u32) {
        let (Some(name), Some(body)) = (node.child_by_field_name("name"), node.child_by_field_name("body")) else {
            return;
        };
        let name = type_name(name, self.prepped());
        if let Some(info) = self.cx.context.declared.class(name)
            && self.cx.is_cpp
        {
            self.unit.classes.push(Class {
                name,
                members: info.members.iter().map(|member| member.name).collect(),
                bases: info.bases.clone(),
            });
        }
        self.items(body, Some(name), depth + 1);
    }

    fn function(&mut self, node: Node, from: usize, class: Option<Symbol>) {
        let Some(outer) = node.child_by_field_name("declarator") else {
            return;
        };
        let parts = declarator(outer);
        let (Some(name_node), Some(function)) = (parts.name, parts.function) else {
            return;
        };
        // `= default` and `= delete` have no body.
        let Some(body) = node.child_by_field_name("body") else {
            return;
        };
        let (name, class) = self.function_name(name_node, class);
        let loc = self.loc(name_node.start_byte(), function.end_byte());
        let result = parse::trust(self.cx.parsed, node)
            .and_then(|()| self.lower_function(node, body, parts, name, class, from, loc).map_err(str::to_owned));
        if let Err(reason) = result {
            self.unit.untrusted.push(Untrusted { name, loc, reason });
        }
    }

    /// A function's full name and its class.
    fn function_name(&self, node: Node, class: Option<Symbol>) -> (Symbol, Option<Symbol>) {
        let text = self.prepped();
        if node.kind() == "qualified_identifier" {
            let (mut scope, mut name) = (node.child_by_field_name("scope"), node.child_by_field_name("name"));
            while let Some(inner) = name.filter(|name| name.kind() == "qualified_identifier") {
                scope = inner.child_by_field_name("scope").or(scope);
                name = inner.child_by_field_name("name");
            }
            let name = name.map_or_else(|| Symbol::new(""), |name| Symbol::new(slice(name, text)));
            return match scope.map(|scope| type_name(scope, text)) {
                // A function of a namespace is known by its own name.
                Some(scope)
                    if self.cx.context.declared.class(scope).is_none()
                        && self.cx.context.declared.is_function(name) =>
                {
                    let space = self.cx.context.space_of(node, text);
                    (self.cx.context.declared.spaces().within(scope, name, space), None)
                }
                Some(scope) => (joined(scope, name), Some(scope)),
                None => (name, None),
            };
        }
        let name = Symbol::new(slice(node, text));
        match class {
            Some(class) => (joined(class, name), Some(class)),
            None => (self.cx.context.declared.function_in(name, self.cx.context.space_of(node, text)), None),
        }
    }

    /// The namespace around the body of a function: that of a qualified name, too.
    fn space_of_body(&self, name: Node) -> Symbol {
        let context = self.cx.context;
        let mut space = context.space_of(name, self.prepped());
        let mut rest = Some(name).filter(|_| context.declared.spaces().are_shared());
        while let Some(node) = rest.filter(|node| node.kind() == "qualified_identifier") {
            let scope = node.child_by_field_name("scope").map(|scope| slice(scope, self.prepped()));
            if let Some(scope) = scope.filter(|scope| context.declared.class(Symbol::new(scope)).is_none()) {
                space = spaces::inner(space, scope);
            }
            rest = node.child_by_field_name("name");
        }
        space
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one definition")]
    fn lower_function(
        &mut self,
        node: Node,
        body: Node,
        parts: Declarator<'_>,
        name: Symbol,
        class: Option<Symbol>,
        from: usize,
        loc: Loc,
    ) -> Result<(), &'static str> {
        let cx = self.cx;
        if body.kind() != "compound_statement" {
            return Err("a function that is a `try` block");
        }
        let mut builder = Builder::new(cx);
        let statements = builder.body(body)?;
        let end = builder.closing_brace(body);
        let params = parts.params.map(|list| builder.params(list)).unwrap_or_default();
        let own_name = name.as_str().rsplit("::").next().unwrap_or_default();
        let marked_static = has_specifier(node, self.prepped(), "static");
        let is_static = marked_static || inside_anonymous_namespace(node);
        let has_this = class.is_some_and(|class| {
            (!marked_static || !inside_class(node))
                && !cx.context.declared.is_static_method(class, Symbol::new(own_name))
        });
        let initializers = member_initializers(&mut builder, node);

        let space = parts.name.map_or(cx.context.space, |name| self.space_of_body(name));
        let mut flow = Flow::new(cx, name, class);
        flow.stands_in(space, self.lambdas.get(&name).copied().unwrap_or_default());
        flow.returns_reference(parts.is_ref);
        let return_type =
            node.child_by_field_name("type").map_or_else(|| Symbol::new(""), |ty| type_name(ty, self.prepped()));
        flow.returns_nothing = parts.pointers == 0 && matches!(return_type.as_str(), "void" | "VOID");
        if has_this {
            flow.declare_this();
        }
        let list = parts.params;
        let mut edge = list.map_or(0, |list| list.start_byte());
        for param in &params {
            let local = flow.declare_param(param);
            let range = Span::new(edge, param.span.end as usize);
            edge = param.span.end as usize;
            flow.annotate(local, sal::annotations(cx, range, class.filter(|_| has_this), &params));
        }
        let param_count = params.len() as u32 + u32::from(has_this);
        if let Some(class) = class.filter(|_| own_name.starts_with('~')) {
            flow.end_with_parts(class);
        }
        let lowered = flow.body(&initializers, &statements, end)?;
        let lambdas = std::mem::take(&mut flow.lambdas);
        *self.lambdas.entry(name).or_default() += lambdas.len();
        self.unit.tables.append(&mut flow.tables);
        let is_param = |passed: &Passed| passed.param.0 < param_count;
        self.unit.passed.extend(flow.passed.iter().copied().filter(is_param));

        let mut function_sal = self.function_annotations(from, node, parts, class.filter(|_| has_this), &params);
        function_sal.extend(sal::annotations(
            cx,
            Span::new(list.map_or(0, |list| list.end_byte()), body.start_byte()),
            class.filter(|_| has_this),
            &params,
        ));
        let end = Loc { file: cx.parsed.file, span: end };
        self.push(name, class, is_static, loc, end, return_type, lowered, param_count, Sal { function: function_sal });
        for (name, lambda) in lambdas {
            self.lambda(name, lambda, space);
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one function")]
    fn push(
        &mut self,
        name: Symbol,
        class: Option<Symbol>,
        is_static: bool,
        loc: Loc,
        end: Loc,
        return_type: Symbol,
        lowered: Lowered,
        param_count: u32,
        sal: Sal,
    ) {
        let Lowered { locals, blocks } = lowered;
        self.unit.functions.push(Function {
            name,
            class,
            is_static,
            loc,
            end,
            return_type,
            locals,
            param_count,
            sal,
            blocks,
        });
    }

    /// A lambda that is used as a function.
    fn lambda(&mut self, name: Symbol, lambda: &Lambda, space: Symbol) {
        let loc = Loc { file: self.cx.parsed.file, span: lambda.span };
        let mut flow = Flow::new(self.cx, name, None);
        flow.stands_in(space, 0);
        for param in &lambda.params {
            flow.declare_param(param);
        }
        match flow.body(&[], &lambda.body, lambda.end) {
            Ok(lowered) => {
                let lambdas = std::mem::take(&mut flow.lambdas);
                let end = Loc { file: self.cx.parsed.file, span: lambda.end };
                self.push(
                    name,
                    None,
                    true,
                    loc,
                    end,
                    Symbol::new(""),
                    lowered,
                    lambda.params.len() as u32,
                    Sal::default(),
                );
                for (name, inner) in lambdas {
                    self.lambda(name, inner, space);
                }
            }
            Err(reason) => self.unit.untrusted.push(Untrusted { name, loc, reason: reason.to_owned() }),
        }
    }

    /// Annotations before the parameter list of an item.
    fn function_annotations(
        &self,
        from: usize,
        node: Node,
        parts: Declarator<'_>,
        class: Option<Symbol>,
        params: &[Param],
    ) -> Vec<crate::ir::Annotation> {
        let to = parts.params.map_or(node.end_byte(), |list| list.start_byte());
        sal::annotations(self.cx, Span::new(from, to), class, params)
    }

    fn declaration(&mut self, node: Node, from: usize, class: Option<Symbol>) {
        let Some(ty) = node.child_by_field_name("type") else {
            return;
        };
        let type_name = type_name(ty, self.prepped());
        let mut cursor = node.walk();
        let declarators: Vec<Node> = node.children_by_field_name("declarator", &mut cursor).collect();
        for child in declarators {
            let (target, value) = if child.kind() == "init_declarator" {
                let Some(inner) = child.child_by_field_name("declarator") else {
                    continue;
                };
                (inner, child.child_by_field_name("value"))
            } else {
                (child, None)
            };
            let parts = declarator(target);
            let Some(name_node) = parts.name else {
                continue;
            };
            let (name, _) = self.function_name(name_node, class);
            if let Some(value) = value {
                self.table(name_node, type_name, value);
                continue;
            }
            let is_role = parts.function.is_none();
            if is_role
                && (parts.pointers > 0
                    || parts.is_array
                    || parts.is_ref
                    || parts.is_function_pointer
                    || ty.kind() != "type_identifier"
                    || (node.kind() == "field_declaration" && !has_specifier(node, self.prepped(), "static")))
            {
                continue;
            }
            let params = parts.params.map(|list| Builder::new(self.cx).params(list)).unwrap_or_default();
            let this = class.filter(|class| {
                !self.cx.context.declared.is_static_method(*class, Symbol::new(slice(name_node, self.prepped())))
            });
            let mut function = self.function_annotations(from, node, parts, this, &params);
            let after = parts.params.map_or(node.end_byte(), |list| list.end_byte());
            function.extend(sal::annotations(self.cx, Span::new(after, node.end_byte()), this, &params));
            let mut edge = parts.params.map_or(0, |list| list.start_byte());
            let param_sal = params
                .iter()
                .map(|param| {
                    let range = Span::new(edge, param.span.end as usize);
                    edge = param.span.end as usize;
                    sal::annotations(self.cx, range, this, &params)
                })
                .collect();
            let names = params.iter().map(|param| param.name.unwrap_or_else(|| Symbol::new(""))).collect();
            let end = parts.function.map_or(name_node.end_byte(), |function| function.end_byte());
            let loc = self.loc(name_node.start_byte(), end);
            self.unit.prototypes.push(Prototype {
                name,
                type_name,
                is_role,
                params: names,
                param_sal,
                sal: Sal { function },
                loc,
            });
        }
    }

    fn table(&mut self, name: Node, type_name: Symbol, value: Node) {
        let ex = Builder::new(self.cx).initial_value(value);
        let file = self.cx.parsed.file;
        let variable = Symbol::new(slice(name, self.prepped()));
        let declared = self.cx.context.declared;
        let space = self.cx.context.space_of(name, self.prepped());
        self.unit
            .tables
            .extend(rows(&ex).into_iter().map(|row| row.seen(declared, space).of(declared, variable, type_name, file)));
    }
}

/// The member initialisers of a constructor: member or base, arguments, place.
fn member_initializers(builder: &mut Builder, node: Node) -> Vec<(Symbol, Vec<Ex>, Span)> {
    let mut cursor = node.walk();
    let Some(list) = node.named_children(&mut cursor).find(|child| child.kind() == "field_initializer_list") else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let mut cursor = list.walk();
    for item in list.named_children(&mut cursor).filter(|item| item.kind() == "field_initializer") {
        out.extend(builder.member_initializer(item));
    }
    out
}

/// Whether only the file that the function stands in can name it.
fn inside_anonymous_namespace(node: Node) -> bool {
    let mut at = node;
    while let Some(parent) = at.parent() {
        if parent.kind() == "namespace_definition" && parent.child_by_field_name("name").is_none() {
            return true;
        }
        at = parent;
    }
    false
}

fn inside_class(node: Node) -> bool {
    node.parent().is_some_and(|parent| parent.kind() == "field_declaration_list")
}
