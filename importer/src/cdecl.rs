//! Reads declarations out of preprocessed headers: prototypes, types, enumerators.
//!
//! Only facts leave this module (names, types, order, annotations), in a normal form that shares neither
//! layout nor comments with the header.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use rulebook_catalog::api_facts::Direction;
use tree_sitter::{Node, Parser};

use crate::preprocess::Unit;

/// One parameter of a prototype.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Param {
    pub name: Option<String>,
    pub c_type: String,
    pub direction: Option<Direction>,
    pub optional: bool,
}

/// A function's or function type's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prototype {
    pub returns: String,
    pub params: Vec<Param>,
    pub variadic: bool,
    pub file: String,
}

/// One named type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeDecl {
    pub c: String,
    /// `struct _IRP`, for the types that a tag stands behind.
    pub tag: Option<String>,
    /// Enumerators with their expressions.
    pub enumerators: Vec<(String, Option<String>)>,
    /// The signature, for function types and pointers to functions.
    pub prototype: Option<Prototype>,
    pub file: String,
}

/// All declarations of one or more units; the first declaration of a name wins.
#[derive(Debug, Default)]
pub(crate) struct Declarations {
    pub functions: BTreeMap<String, Prototype>,
    pub types: BTreeMap<String, TypeDecl>,
    /// Definitions by tag: `struct _IRP` to `struct _IRP { … };`.
    pub bodies: BTreeMap<String, String>,
}

impl Declarations {
    /// Adds what `unit` declares.
    pub(crate) fn read(&mut self, unit: &Unit) -> Result<()> {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_c::LANGUAGE.into())?;
        let tree = parser.parse(&unit.text, None).context("the parser gave up")?;
        let mut cursor = tree.root_node().walk();
        let reader = Reader { text: &unit.text, unit };
        for node in tree.root_node().children(&mut cursor) {
            reader.top_level(node, self);
        }
        Ok(())
    }
}

struct Reader<'a> {
    text: &'a str,
    unit: &'a Unit,
}

impl<'a> Reader<'a> {
    fn top_level(&self, node: Node<'_>, into: &mut Declarations) {
        match node.kind() {
            "type_definition" if !node.has_error() => self.type_definition(node, into),
            "declaration" if !node.has_error() => self.declaration(node, into),
            "function_definition" => {
                let Some(declarator) = node.child_by_field_name("declarator") else {
                    return;
                };
                if !declarator.has_error() {
                    self.function(node, declarator, into);
                }
            }
            "struct_specifier" | "union_specifier" | "enum_specifier" if !node.has_error() => {
                self.tagged(node, None, into);
            }
            _ => {}
        }
    }

    fn declaration(&self, node: Node<'_>, into: &mut Declarations) {
        if let Some(specifier) = node.child_by_field_name("type") {
            self.tagged(specifier, None, into);
        }
        let mut cursor = node.walk();
        for declarator in node.children_by_field_name("declarator", &mut cursor) {
            self.function(node, declarator, into);
        }
    }

    fn function(&self, node: Node<'_>, declarator: Node<'_>, into: &mut Declarations) {
        let Some(inner) = function_declarator(declarator) else {
            return;
        };
        let Some(name) = inner.child_by_field_name("declarator").filter(|n| n.kind() == "identifier") else {
            return;
        };
        let prototype = self.prototype(node, declarator, inner, name);
        into.functions.entry(self.slice(name).to_owned()).or_insert(prototype);
    }

    fn prototype(&self, node: Node<'_>, declarator: Node<'_>, inner: Node<'_>, name: Node<'_>) -> Prototype {
        let mut returns = self.specifiers(node);
        let mut outer = declarator;
        while outer.kind() == "pointer_declarator" {
            returns.push("*");
            let Some(next) = outer.child_by_field_name("declarator") else {
                break;
            };
            outer = next;
        }
        let mut prototype = Prototype {
            returns: join(&returns),
            params: Vec::new(),
            variadic: false,
            file: self.unit.file(name.start_position().row).to_owned(),
        };
        let Some(list) = inner.child_by_field_name("parameters") else {
            return prototype;
        };
        let mut cursor = list.walk();
        for child in list.children(&mut cursor) {
            match child.kind() {
                "variadic_parameter" | "..." => prototype.variadic = true,
                "parameter_declaration" => prototype.params.push(self.param(child)),
                _ => {}
            }
        }
        if let [only] = prototype.params.as_slice()
            && only.name.is_none()
            && only.c_type.eq_ignore_ascii_case("void")
        {
            prototype.params.clear();
        }
        prototype
    }

    fn param(&self, node: Node<'_>) -> Param {
        let notes = self.attributes(node);
        let has = |note: &str| notes.iter().any(|n| n.contains(note));
        let direction = match (has("fact_in)") || has("fact_in,"), has("fact_out")) {
            _ if has("fact_inout") => Some(Direction::Inout),
            (true, true) => Some(Direction::Inout),
            (true, false) => Some(Direction::In),
            (false, true) => Some(Direction::Out),
            (false, false) => None,
        };
        let mut declarator = node.child_by_field_name("declarator");
        let mut tokens = self.specifiers(node);
        let mut stars = 0;
        while let Some(array) =
            declarator.filter(|d| matches!(d.kind(), "array_declarator" | "abstract_array_declarator"))
        {
            stars += 1;
            declarator = array.child_by_field_name("declarator");
        }
        let name = declarator.and_then(declared_name);
        if let Some(declarator) = declarator {
            self.tokens(declarator, name, &mut tokens);
        }
        tokens.extend(std::iter::repeat_n("*", stars));
        Param {
            name: name.map(|n| self.slice(n).to_owned()),
            c_type: join(&tokens),
            direction,
            optional: has("fact_opt"),
        }
    }

    fn type_definition(&self, node: Node<'_>, into: &mut Declarations) {
        let Some(specifier) = node.child_by_field_name("type") else {
            return;
        };
        let mut cursor = node.walk();
        let declarators: Vec<Node<'_>> = node.children_by_field_name("declarator", &mut cursor).collect();
        // An anonymous structure takes the name of its first plain declarator for a tag.
        let plain = declarators.iter().find(|d| is_name(d.kind())).map(|d| self.slice(*d));
        let tag = self.tagged(specifier, plain, into);
        for declarator in declarators {
            let Some(name) = declared_name(declarator) else {
                continue;
            };
            let word = self.slice(name).to_owned();
            let file = self.unit.file(name.start_position().row).to_owned();
            let mut spec = vec!["typedef"];
            spec.extend(self.qualifiers(node));
            let mut enumerators = Vec::new();
            let is_plain = is_name(declarator.kind());
            match &tag {
                Some(tag)
                    if is_plain
                        && specifier.kind() == "enum_specifier"
                        && specifier.child_by_field_name("body").is_some() =>
                {
                    spec.extend(tag.split(' '));
                    enumerators = self.enumerators(specifier);
                }
                Some(tag) => spec.extend(tag.split(' ')),
                None => self.tokens(specifier, None, &mut spec),
            }
            self.tokens(declarator, None, &mut spec);
            spec.push(";");
            let prototype = function_declarator(declarator)
                .or_else(|| pointed_function(declarator))
                .map(|inner| self.prototype(node, declarator, inner, name));
            let decl = TypeDecl { c: join(&spec), tag: tag.clone().filter(|_| is_plain), enumerators, prototype, file };
            // A name may be declared ahead of its enumeration.
            let ahead = into.types.get(&word).is_some_and(|had| had.enumerators.is_empty() && had.tag == decl.tag);
            if ahead && !decl.enumerators.is_empty() {
                into.types.remove(&word);
            }
            into.types.entry(word).or_insert(decl);
        }
    }

    /// Records the body of a structure, union or enumeration; its tag with keyword.
    fn tagged(&self, node: Node<'_>, fallback: Option<&str>, into: &mut Declarations) -> Option<String> {
        let keyword = match node.kind() {
            "struct_specifier" => "struct",
            "union_specifier" => "union",
            "enum_specifier" => "enum",
            _ => return None,
        };
        let name = node.child_by_field_name("name").map(|n| self.slice(n)).or(fallback)?;
        let tag = format!("{keyword} {name}");
        if let Some(body) = node.child_by_field_name("body")
            && keyword != "enum"
        {
            let mut tokens = vec![keyword, name];
            self.tokens(body, None, &mut tokens);
            tokens.push(";");
            into.bodies.entry(tag.clone()).or_insert_with(|| join(&tokens));
        } else if keyword == "enum" && node.child_by_field_name("body").is_some() && fallback.is_none() {
            // Only a definition without typedef gets here with a name of its own; the typedef's entry carries the rest.
            let file = self.unit.file(node.start_position().row).to_owned();
            let decl = TypeDecl {
                c: format!("{tag};"),
                tag: Some(tag.clone()),
                enumerators: self.enumerators(node),
                prototype: None,
                file,
            };
            into.types.entry(tag.clone()).or_insert(decl);
        }
        Some(tag)
    }

    fn enumerators(&self, node: Node<'_>) -> Vec<(String, Option<String>)> {
        let Some(body) = node.child_by_field_name("body") else {
            return Vec::new();
        };
        let mut cursor = body.walk();
        body.children(&mut cursor)
            .filter(|child| child.kind() == "enumerator")
            .filter_map(|child| {
                let name = self.slice(child.child_by_field_name("name")?).to_owned();
                let value = child.child_by_field_name("value").map(|value| {
                    let mut tokens = Vec::new();
                    self.tokens(value, None, &mut tokens);
                    tokens.join(" ")
                });
                Some((name, value))
            })
            .collect()
    }

    /// The tokens before a declarator: qualifiers and type, without storage class.
    fn specifiers(&self, node: Node<'_>) -> Vec<&'a str> {
        let mut tokens = self.qualifiers(node);
        if let Some(specifier) = node.child_by_field_name("type") {
            self.tokens(specifier, None, &mut tokens);
        }
        tokens
    }

    fn qualifiers(&self, node: Node<'_>) -> Vec<&'a str> {
        let mut cursor = node.walk();
        node.children(&mut cursor)
            .filter(|child| child.kind() == "type_qualifier")
            .map(|child| self.slice(child))
            .filter(|word| matches!(*word, "const" | "volatile"))
            .collect()
    }

    fn attributes(&self, node: Node<'_>) -> Vec<&'a str> {
        let mut found = Vec::new();
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            match child.kind() {
                "attribute_specifier" => found.push(self.slice(child)),
                "pointer_declarator" | "abstract_pointer_declarator" => {
                    found.extend(self.attributes(child));
                }
                _ => {}
            }
        }
        found
    }

    /// The leaves below `node` less attributes, comments, the node `skip`, and tags of nested definitions
    /// (C++ allows none inside an unnamed union).
    fn tokens(&self, node: Node<'_>, skip: Option<Node<'_>>, into: &mut Vec<&'a str>) {
        let skipped = matches!(
            node.kind(),
            "attribute_specifier"
                | "ms_declspec_modifier"
                | "ms_call_modifier"
                | "ms_based_modifier"
                | "comment"
                | "storage_class_specifier"
        );
        if skipped || skip == Some(node) {
            return;
        }
        if node.child_count() == 0 {
            let text = self.slice(node);
            if !text.is_empty() {
                into.push(text);
            }
            return;
        }
        let nested = matches!(node.kind(), "struct_specifier" | "union_specifier" | "enum_specifier")
            && node.child_by_field_name("body").is_some();
        let tag = if nested { node.child_by_field_name("name") } else { None };
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            if Some(child) != tag {
                self.tokens(child, skip, into);
            }
        }
    }

    fn slice(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }
}

fn is_name(kind: &str) -> bool {
    // `primitive_type` where a header makes a typedef of a name that the grammar knows, such as `size_t`.
    matches!(kind, "identifier" | "type_identifier" | "field_identifier" | "primitive_type")
}

/// The name that a declarator declares.
fn declared_name(declarator: Node<'_>) -> Option<Node<'_>> {
    let mut node = declarator;
    loop {
        if is_name(node.kind()) {
            return Some(node);
        }
        node = inner(node)?;
    }
}

fn inner(node: Node<'_>) -> Option<Node<'_>> {
    node.child_by_field_name("declarator").or_else(|| {
        let mut cursor = node.walk();
        node.named_children(&mut cursor).find(|child| child.kind().ends_with("_declarator") || is_name(child.kind()))
    })
}

/// The function declarator below pointers of the result (`T *f(…)`), or with its name in parentheses.
fn function_declarator(declarator: Node<'_>) -> Option<Node<'_>> {
    let mut node = declarator;
    while node.kind() == "pointer_declarator" {
        node = node.child_by_field_name("declarator")?;
    }
    let direct =
        node.kind() == "function_declarator" && node.child_by_field_name("declarator").is_some_and(names_plainly);
    direct.then_some(node)
}

fn names_plainly(node: Node<'_>) -> bool {
    is_name(node.kind()) || node.kind() == "parenthesized_declarator" && inner(node).is_some_and(|n| is_name(n.kind()))
}

/// The function declarator of a pointer to a function: `(*name)(…)`.
fn pointed_function(declarator: Node<'_>) -> Option<Node<'_>> {
    let mut node = declarator;
    while node.kind() == "pointer_declarator" {
        node = node.child_by_field_name("declarator")?;
    }
    (node.kind() == "function_declarator").then_some(node)
}

/// Joins C tokens in one normal layout.
pub(crate) fn join(tokens: &[&str]) -> String {
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        if at > 0 && spaced(tokens[at - 1], token, tokens.get(at + 1).copied()) {
            text.push(' ');
        }
        text.push_str(token);
    }
    text
}

fn spaced(before: &str, token: &str, after: Option<&str>) -> bool {
    match (before, token) {
        (_, "," | ";" | ")" | "]" | "[" | "." | "->") | ("(" | "[" | "*" | "~" | "!" | "." | "->", _) | (")", "(") => {
            false
        }
        (_, "(") => after == Some("*"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Declarations {
        let mut declarations = Declarations::default();
        declarations.read(&Unit::read(text)).unwrap();
        declarations
    }

    #[test]
    fn prototypes_keep_names_types_and_annotations() {
        let text = "# 1 \"x.h\"\n\
            __attribute__((dllimport)) KIRQL Raise(__attribute__((fact_in)) PLOCK Lock, __attribute__((fact_out)) \
            struct _HANDLE *const Handle, UCHAR Bytes[4], VOID (*Call)(PVOID), PVOID Last __attribute__((fact_opt)));\n\
            static inline PVOID *Get(VOID) { return 0; }\n\
            int printf_like(const char *format, ...);\n";
        let found = read(text);
        let shown: Vec<String> = found
            .functions
            .iter()
            .map(|(name, f)| {
                let params: Vec<String> = f
                    .params
                    .iter()
                    .map(|p| {
                        format!("{}|{}|{:?}|{}", p.name.clone().unwrap_or_default(), p.c_type, p.direction, p.optional)
                    })
                    .collect();
                format!("{} {name} {} {} {}", f.returns, params.join("; "), f.variadic, f.file)
            })
            .collect();
        let expected = [
            "PVOID * Get  false x.h",
            "KIRQL Raise Lock|PLOCK|Some(In)|false; Handle|struct _HANDLE *const|Some(Out)|false; \
             Bytes|UCHAR *|None|false; Call|VOID (*)(PVOID)|None|false; Last|PVOID|None|true false x.h",
            "int printf_like format|const char *|None|false true x.h",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn types_are_split_into_names_and_bodies() {
        let found = read(
            "# 1 \"x.h\"\n\
             typedef enum _E E;\ntypedef enum _E { A, B = 4, C } E, *PE;\n\
             typedef struct _S { struct _S *Next; union { struct _T { int x; } t; int y; }; } S, *PS;\n\
             typedef struct { int a; } Plain;\n\
             typedef VOID (ROLE)(PVOID Context);\ntypedef ROLE *PROLE;\n",
        );
        for (name, expected) in [
            ("S", "typedef struct _S S;"),
            ("PS", "typedef struct _S *PS;"),
            ("Plain", "typedef struct Plain Plain;"),
            ("ROLE", "typedef VOID(ROLE)(PVOID Context);"),
            ("PROLE", "typedef ROLE *PROLE;"),
        ] {
            assert_eq!(found.types[name].c, expected, "{name}");
        }
        assert!(found.types["ROLE"].prototype.is_some());
        let enumerators: Vec<&str> = found.types["E"].enumerators.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(enumerators, ["A", "B", "C"]);
        // A tag inside a nested definition is dropped: C++ has no types in unnamed unions.
        assert_eq!(found.bodies["struct _S"], "struct _S { struct _S *Next; union { struct { int x; } t; int y; }; };");
    }
}
