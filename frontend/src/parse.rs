//! Text to syntax trees, and whether the tree of a function can be trusted.
//!
//! The grammars recover from anything, so a tree alone proves nothing: braces hidden in macros and `#if`s cut
//! through statements give trees that look whole and say something else.

use std::cell::RefCell;
use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, Parser, Tree, TreeCursor};

use crate::parsed::Parsed;
use crate::prepass::keyword::begins_statement;

/// Deeper nesting than this is generated data or an attack; recursion over it would not be safe.
const DEEPEST: u32 = 400;

/// How often the parser asks whether to go on, at most: for each file, and one time more for so many bytes. It asks
/// after a fixed number of its steps. Source is far below; what is no C takes many readings of every byte.
const ASKED: (usize, usize) = (20_000, 64);

/// The language a text is parsed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grammar {
    C,
    Cpp,
}

thread_local! {
    static PARSERS: RefCell<[Option<Parser>; 2]> = const { RefCell::new([None, None]) };
}

/// Parses `text`; `None` where that takes more steps than source does, or if the grammar cannot be loaded.
pub(crate) fn parse(text: &str, grammar: Grammar) -> Option<Tree> {
    PARSERS.with_borrow_mut(|parsers| {
        let (slot, language) = match grammar {
            Grammar::C => (0, tree_sitter_c::LANGUAGE),
            Grammar::Cpp => (1, tree_sitter_cpp::LANGUAGE),
        };
        if parsers[slot].is_none() {
            let mut parser = Parser::new();
            parser.set_language(&language.into()).ok()?;
            parsers[slot] = Some(parser);
        }
        let parser = parsers[slot].as_mut()?;
        let mut left = ASKED.0 + text.len() / ASKED.1;
        let mut go_on = |_: &tree_sitter::ParseState| {
            left = left.saturating_sub(1);
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let read = &mut |at: usize, _: tree_sitter::Point| text.as_bytes().get(at..).unwrap_or_default();
        let tree = parser.parse_with_options(read, None, Some(ParseOptions::new().progress_callback(&mut go_on)));
        if tree.is_none() {
            // Else it would go on with this text at the next one.
            parser.reset();
        }
        tree
    })
}

/// Whether the tree of `function` (a `function_definition`) says what the source says.
///
/// # Errors
/// In a few words for people, why it does not.
pub fn trust(parsed: &Parsed, function: Node<'_>) -> Result<(), String> {
    distrust(function, &parsed.prepped, parsed.cpp)
        .map_or(Ok(()), |(reason, offset)| Err(format!("{reason} (line {})", parsed.lines.line(offset))))
}

/// Why the tree of `function` is not to be trusted, and the offset that shows it.
pub(crate) fn distrust(function: Node<'_>, text: &str, cpp: bool) -> Option<(&'static str, u32)> {
    let body = function.child_by_field_name("body");
    let start = function.child_by_field_name("declarator").map_or(function.start_byte(), |node| node.start_byte());
    let mut cursor = function.walk();
    let (mut classes, mut depth) = (0_u32, 0_u32);
    let errors = function.has_error();
    loop {
        let node = cursor.node();
        if let Some(reason) = suspicion(node, function, start, text, cpp && classes > 0, errors) {
            return Some((reason, node.start_byte() as u32));
        }
        if depth > DEEPEST {
            return Some(("it nests too deeply", node.start_byte() as u32));
        }
        let skip = node.id() != function.id() && is_leaf_statement(node);
        if !skip && cursor.goto_first_child() {
            classes += u32::from(holds_functions(node));
            depth += 1;
            continue;
        }
        if !advance(&mut cursor, &mut classes, &mut depth) {
            break;
        }
    }
    body.is_none().then_some(("it has no body", function.start_byte() as u32))
}

/// On to the next node in document order after the current one's children.
fn advance(cursor: &mut TreeCursor<'_>, classes: &mut u32, depth: &mut u32) -> bool {
    loop {
        if *depth == 0 {
            return false;
        }
        if cursor.goto_next_sibling() {
            return true;
        }
        if !cursor.goto_parent() {
            return false;
        }
        *depth -= 1;
        *classes -= u32::from(holds_functions(cursor.node()));
    }
}

/// Nodes below which nothing can be suspicious.
fn is_leaf_statement(node: Node<'_>) -> bool {
    matches!(node.kind(), "string_literal" | "char_literal" | "comment")
}

/// Nodes in which a function may be defined in C++.
fn holds_functions(node: Node<'_>) -> bool {
    matches!(node.kind(), "field_declaration_list")
}

fn suspicion(
    node: Node<'_>,
    function: Node<'_>,
    declarator: usize,
    text: &str,
    in_class: bool,
    errors: bool,
) -> Option<&'static str> {
    if errors && node.start_byte() >= declarator {
        if node.is_error() {
            return Some("part of it does not parse");
        }
        if node.is_missing() {
            return Some("something is missing in it");
        }
    }
    match node.kind() {
        "function_definition" if node.id() != function.id() && !in_class => Some("it seems to hold another function"),
        "identifier" | "type_identifier" | "field_identifier" if is_statement_keyword(text.get(node.byte_range())?) => {
            Some("a keyword stands where a name should")
        }
        _ => None,
    }
}

/// Keywords that both grammars sometimes take for names when braces do not balance.
fn is_statement_keyword(word: &str) -> bool {
    begins_statement(word) || matches!(word, "default" | "sizeof" | "struct" | "union" | "enum" | "typedef")
}

/// The `function_definition`s with a body of a tree of `text` in source order, those inside classes, local ones too,
/// namespaces and linkage blocks.
#[must_use]
pub fn functions<'t>(tree: &'t Tree, text: &str) -> Vec<Node<'t>> {
    let mut found = Vec::new();
    let mut pending = vec![tree.root_node()];
    while let Some(node) = pending.pop() {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
        for child in children.into_iter().rev() {
            match child.kind() {
                // `= default` and `= delete` have no body.
                "function_definition" if child.child_by_field_name("body").is_none() => {}
                "function_definition" => {
                    found.push(child);
                    let body = child.child_by_field_name("body");
                    pending.extend(body.map(|body| local_classes(body, text)).unwrap_or_default());
                }
                "namespace_definition"
                | "declaration_list"
                | "linkage_specification"
                | "template_declaration"
                | "ERROR"
                | "class_specifier"
                | "struct_specifier"
                | "union_specifier"
                | "field_declaration_list"
                | "declaration"
                | "field_declaration"
                | "type_definition"
                | "access_specifier"
                | "labeled_statement"
                | "compound_statement" => {
                    pending.push(child);
                }
                _ => {}
            }
        }
    }
    found.sort_by_key(Node::start_byte);
    found
}

/// The classes with a body that are defined inside a function's `body`, outermost ones only, in source order.
pub(crate) fn local_classes<'t>(body: Node<'t>, text: &str) -> Vec<Node<'t>> {
    let mut found = Vec::new();
    // Few functions have any.
    let inside = text.get(body.byte_range()).unwrap_or_default();
    if !["struct", "class", "union"].iter().any(|keyword| inside.contains(keyword)) {
        return found;
    }
    let mut cursor = body.walk();
    let mut depth = 0_u32;
    loop {
        let node = cursor.node();
        let class = matches!(node.kind(), "class_specifier" | "struct_specifier" | "union_specifier")
            && node.child_by_field_name("body").is_some();
        if class {
            found.push(node);
        }
        if !class && cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while depth > 0 && !cursor.goto_next_sibling() {
            cursor.goto_parent();
            depth -= 1;
        }
        if depth == 0 {
            return found;
        }
    }
}
