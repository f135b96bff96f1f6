//! Values as people would write them, for messages.

use rulebook_frontend::ir::Function;
use rulebook_frontend::lower::PRIVATE;

use crate::value::{Node, V, Values};

/// How deep a path is written out.
const DEEPEST: u8 = 6;

/// The object that `value` is (or is the address of), in the words of `function`'s source.
pub(crate) fn value(values: &Values, function: &Function, value: V) -> String {
    object(values, function, value, 0)
}

/// What the address `at` is the address of.
fn object(values: &Values, function: &Function, at: V, depth: u8) -> String {
    if depth > DEEPEST {
        return "…".to_owned();
    }
    match values.node(at) {
        Node::Local(id) => function.locals[id.0 as usize].name.to_string(),
        Node::Global(name) => name.as_str().split(PRIVATE).next().unwrap_or_default().to_owned(),
        Node::Function(name) | Node::Opaque(name) => name.to_string(),
        Node::Field(base, field) => match values.node(base) {
            Node::Local(_) | Node::Global(_) | Node::Field(..) | Node::Index(..) => {
                format!("{}.{field}", object(values, function, base, depth + 1))
            }
            _ => format!("{}->{field}", content(values, function, base, depth + 1)),
        },
        Node::Index(base, index) => {
            let index = match values.node(index) {
                Node::Int(number) => number.to_string(),
                _ => content(values, function, index, depth + 1),
            };
            format!("{}[{index}]", content(values, function, base, depth + 1))
        }
        _ => content(values, function, at, depth),
    }
}

/// The value itself.
fn content(values: &Values, function: &Function, of: V, depth: u8) -> String {
    if depth > DEEPEST {
        return "…".to_owned();
    }
    match values.node(of) {
        Node::Int(number) => number.to_string(),
        Node::Param(at) => {
            function.locals.get(at as usize).map_or_else(|| "argument".to_owned(), |local| local.name.to_string())
        }
        Node::Init(address) | Node::Havoc(address, _) | Node::Phi(_, address) => {
            object(values, function, address, depth)
        }
        Node::Pure(name, list) => {
            let mut args = Vec::new();
            let mut rest = list;
            while let Node::Cons(first, after) = values.node(rest) {
                args.push(content(values, function, first, depth + 1));
                rest = after;
            }
            format!("{name}({})", args.join(", "))
        }
        Node::Container(inner, field) => {
            format!("the structure around {} ({field})", content(values, function, inner, depth + 1))
        }
        Node::EntryIrql => "the level at entry".to_owned(),
        Node::PromisedIrql => "the promised level at entry".to_owned(),
        Node::Old(inner) => content(values, function, inner, depth + 1),
        Node::Str(text) => text.to_string(),
        Node::Result(_) | Node::Fresh(..) => "the object returned by a call".to_owned(),
        Node::Un(..) | Node::Bin(..) | Node::Cons(..) => "a computed value".to_owned(),
        Node::Local(_) | Node::Global(_) | Node::Function(_) | Node::Field(..) | Node::Index(..) | Node::Opaque(_) => {
            object(values, function, of, depth)
        }
    }
}
