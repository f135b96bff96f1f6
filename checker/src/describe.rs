//! Values as people would write them, for messages.

use rulebook_frontend::ir::{Expr, Function, Instr, InstrKind, LocalId, Place, Symbol};
use rulebook_frontend::lower::PRIVATE;
use rustc_hash::FxHashMap;

use crate::code::Code;
use crate::value::{Node, Site, V, Values};

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
        Node::AskedIrql => "the level at entry, as far as it is shown".to_owned(),
        Node::Old(inner) => content(values, function, inner, depth + 1),
        Node::Str(text) => text.to_string(),
        Node::Result(_) | Node::Fresh(..) => {
            values.kept_in(of).map_or_else(|| "the object returned by a call".to_owned(), |name| name.to_string())
        }
        Node::Un(..) | Node::Bin(..) | Node::Cons(..) => "a computed value".to_owned(),
        Node::Local(_) | Node::Global(_) | Node::Function(_) | Node::Field(..) | Node::Index(..) | Node::Opaque(_) => {
            object(values, function, of, depth)
        }
    }
}

/// Where the source puts the results of calls, by place: the variables and members that they go to.
pub(crate) fn results(code: &Code<'_>) -> FxHashMap<Site, Symbol> {
    let mut names = FxHashMap::default();
    for function in &code.functions {
        for (block, first) in function.ir.blocks.iter().zip(&function.first_site) {
            for (at, instr) in block.instrs.iter().enumerate() {
                let InstrKind::Call(call) = &instr.kind else { continue };
                let kept = call.dst.and_then(|dst| kept_in(function.ir, dst, &block.instrs[at + 1..]));
                if let Some(name) = kept {
                    names.insert(Site(first + at as u32), name);
                }
            }
        }
    }
    names
}

/// The variable or member that a call's result goes to: `dst` itself, or what it is put in by the instructions `after`.
fn kept_in(ir: &Function, dst: LocalId, after: &[Instr]) -> Option<Symbol> {
    let name = ir.locals[dst.0 as usize].name;
    if !name.as_str().is_empty() {
        return Some(name);
    }
    after.iter().find_map(|instr| match &instr.kind {
        InstrKind::Assign { place, value: Expr::Load(from) } if **from == Place::Local(dst) => written(ir, place),
        _ => None,
    })
}

/// A place of variables and members as the source writes it.
fn written(ir: &Function, place: &Place) -> Option<Symbol> {
    let text = match place {
        Place::Local(id) => return Some(ir.locals[id.0 as usize].name).filter(|name| !name.as_str().is_empty()),
        Place::Global(name) => return Some(*name),
        Place::Field(base, name) => match &**base {
            Place::Deref(pointer) => match &**pointer {
                Expr::Load(from) => format!("{}->{name}", written(ir, from)?),
                _ => return None,
            },
            base => format!("{}.{name}", written(ir, base)?),
        },
        Place::Index(..) | Place::Deref(_) => return None,
    };
    Some(Symbol::new(&text))
}
