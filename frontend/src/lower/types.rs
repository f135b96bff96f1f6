//! Types and declarators, as far as lowering needs them: a name, pointers, array or not, reference or not.

use tree_sitter::Node;

use crate::ir::Symbol;

/// A type without its qualifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TypeRef {
    /// Its name without scopes and template arguments; empty where there is none.
    pub name: Option<Symbol>,
    /// How many `*`.
    pub pointers: u8,
    /// Whether the declarator has `[…]`.
    pub is_array: bool,
    /// Whether it is a reference.
    pub is_ref: bool,
    /// Whether the declarator is a pointer to a function.
    pub is_function_pointer: bool,
}

impl TypeRef {
    /// The class whose object this is, not a pointer, reference or array of it.
    pub(super) fn object_class(self) -> Option<Symbol> {
        let plain = self.pointers == 0 && !self.is_array && !self.is_ref && !self.is_function_pointer;
        self.name.filter(|_| plain)
    }
}

/// The name of a type specifier: `struct _X` is `_X`, `a::B<C>` is `B`, `unsigned long` is as written.
pub(super) fn type_name(node: Node, text: &str) -> Symbol {
    match node.kind() {
        "struct_specifier" | "union_specifier" | "enum_specifier" | "class_specifier" => {
            node.child_by_field_name("name").map_or_else(|| Symbol::new(""), |name| type_name(name, text))
        }
        "template_type" | "qualified_identifier" => {
            node.child_by_field_name("name").map_or_else(|| Symbol::new(""), |name| type_name(name, text))
        }
        "macro_type_specifier" => {
            node.child_by_field_name("type").map_or_else(|| Symbol::new(""), |ty| type_name(ty, text))
        }
        "type_descriptor" => node.child_by_field_name("type").map_or_else(|| Symbol::new(""), |ty| type_name(ty, text)),
        _ => squeezed(slice(node, text)),
    }
}

/// `text` with runs of blanks made one space.
pub(super) fn squeezed(text: &str) -> Symbol {
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        Symbol::new(&text.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
    } else {
        Symbol::new(text)
    }
}

/// The text of a node.
pub(super) fn slice<'t>(node: Node, text: &'t str) -> &'t str {
    text.get(node.byte_range()).unwrap_or_default()
}

/// A declarator taken apart: what it names and how the type is modified.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Declarator<'t> {
    /// The innermost name: `identifier`, `field_identifier`, `qualified_identifier`, `destructor_name`, …
    pub(super) name: Option<Node<'t>>,
    /// The parameter list, where the name itself is declared a function.
    pub(super) params: Option<Node<'t>>,
    /// The `function_declarator` of [`Self::params`].
    pub(super) function: Option<Node<'t>>,
    pub(super) pointers: u8,
    pub(super) is_array: bool,
    pub(super) is_ref: bool,
    pub(super) is_function_pointer: bool,
}

impl Declarator<'_> {
    /// The declared type, given the specifier's name.
    pub(super) fn type_ref(&self, name: Symbol) -> TypeRef {
        TypeRef {
            name: Some(name),
            pointers: self.pointers,
            is_array: self.is_array,
            is_ref: self.is_ref,
            is_function_pointer: self.is_function_pointer,
        }
    }
}

/// Takes a declarator apart.
pub(super) fn declarator(node: Node) -> Declarator {
    let mut out = Declarator::default();
    let mut at = node;
    loop {
        match at.kind() {
            "pointer_declarator" | "abstract_pointer_declarator" | "pointer_type_declarator" => {
                out.pointers = out.pointers.saturating_add(1);
            }
            "reference_declarator" | "abstract_reference_declarator" => out.is_ref = true,
            "array_declarator" | "abstract_array_declarator" => out.is_array = true,
            "function_declarator" | "abstract_function_declarator" => {
                if out.function.is_some() {
                    // A function returning a function pointer: the inner one is the declared function.
                    out.is_function_pointer = false;
                }
                out.params = at.child_by_field_name("parameters");
                out.function = Some(at);
            }
            "parenthesized_declarator"
            | "abstract_parenthesized_declarator"
            | "attributed_declarator"
            | "init_declarator"
            | "variadic_declarator"
            | "bitfield_clause" => {}
            _ => {
                out.name = Some(at);
                return out;
            }
        }
        let inner = at.child_by_field_name("declarator").or_else(|| {
            let mut cursor = at.walk();
            at.named_children(&mut cursor).find(|child| {
                !matches!(
                    child.kind(),
                    "type_qualifier"
                        | "ms_call_modifier"
                        | "ms_pointer_modifier"
                        | "comment"
                        | "parameter_list"
                        | "ms_based_modifier"
                        | "attribute_declaration"
                        | "attribute_specifier"
                )
            })
        });
        let Some(inner) = inner else { return out };
        if at.kind() == "parenthesized_declarator" || at.kind() == "abstract_parenthesized_declarator" {
            // `(*name)(params)`: the parameters are those of what the pointer points to.
            if out.function.is_some()
                && matches!(
                    inner.kind(),
                    "pointer_declarator" | "abstract_pointer_declarator" | "reference_declarator" | "ms_call_modifier"
                )
            {
                out.is_function_pointer = true;
                out.function = None;
                out.params = None;
            }
        }
        at = inner;
    }
}

/// Whether a declaration has the qualifier, such as `const`.
pub(super) fn has_qualifier(node: Node, text: &str, wanted: &str) -> bool {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).any(|child| child.kind() == "type_qualifier" && slice(child, text) == wanted)
}

/// Whether a declaration has the storage class, such as `static`.
pub(super) fn has_specifier(node: Node, text: &str, wanted: &str) -> bool {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .any(|child| child.kind() == "storage_class_specifier" && slice(child, text) == wanted)
}
