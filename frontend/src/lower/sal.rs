//! Annotations: the blanked text between and around declarators, as names and arguments.

use rulebook_diagnostics::Span;

use crate::ir::{Annotation, Expr, Symbol};

use super::ast::{Ex, ExKind, Param};
use super::build::Cx;
use super::expand;
use super::flow::Flow;

/// `_When_` inside `_When_` nests no deeper.
const MAX_NESTING: u32 = 8;

/// The annotations that start in `range`, which names parameters as `params` do.
pub(super) fn annotations(cx: &Cx, range: Span, class: Option<Symbol>, params: &[Param]) -> Vec<Annotation> {
    let spans = &cx.parsed.annotations;
    let first = spans.partition_point(|span| span.start < range.start);
    let mut out = Vec::new();
    for span in spans[first..].iter().take_while(|span| span.start < range.end) {
        read(cx, span.slice(&cx.parsed.text), None, class, params, &mut out, 0);
    }
    out
}

/// Reads every annotation in `text`.
fn read(
    cx: &Cx,
    text: &str,
    when: Option<&Expr>,
    class: Option<Symbol>,
    params: &[Param],
    out: &mut Vec<Annotation>,
    depth: u32,
) {
    if depth > MAX_NESTING {
        return;
    }
    let tokens = expand::tokens(text);
    let mut at = 0;
    while at < tokens.len() {
        let name = tokens[at];
        at += 1;
        if !expand::is_name(name) {
            continue;
        }
        let arguments = parenthesized(&tokens, &mut at);
        let parts = arguments.as_deref().map(expand::arguments).unwrap_or_default();
        let bare = name.trim_matches('_');
        if bare == "When" && parts.len() >= 2 {
            let condition = argument(cx, &parts[0], class, params);
            let condition = match when {
                Some(outer) => Expr::Binary(crate::ir::BinOp::And, Box::new(outer.clone()), Box::new(condition)),
                None => condition,
            };
            for part in &parts[1..] {
                read(cx, part, Some(&condition), class, params, out, depth + 1);
            }
            continue;
        }
        // `_Group_(a b)` and `_At_(x, a b)`: the inner ones count; whose they are is in the text.
        if bare == "Group" {
            for part in &parts {
                read(cx, part, when, class, params, out, depth + 1);
            }
            continue;
        }
        let full = match &arguments {
            Some(arguments) => format!("{name}({})", arguments.trim()),
            None => name.to_owned(),
        };
        let args = parts.iter().filter(|part| !part.is_empty()).map(|part| argument(cx, part, class, params)).collect();
        out.push(Annotation { name: Symbol::new(bare), args, when: when.cloned(), text: Symbol::new(&full) });
    }
}

/// The text in parentheses at `at`, if any; `at` moves past it.
fn parenthesized(tokens: &[&str], at: &mut usize) -> Option<String> {
    let mut look = *at;
    while tokens.get(look).is_some_and(|token| token.trim().is_empty()) {
        look += 1;
    }
    if tokens.get(look) != Some(&"(") {
        return None;
    }
    let mut depth = 0_u32;
    let mut inner = String::new();
    for (index, token) in tokens.iter().enumerate().skip(look) {
        match *token {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            *at = index + 1;
            return Some(inner);
        }
        if index > look {
            inner.push_str(token);
        }
    }
    *at = tokens.len();
    Some(inner)
}

/// An argument as an expression over the function's parameters; as written where it is none.
fn argument(cx: &Cx, text: &str, class: Option<Symbol>, params: &[Param]) -> Expr {
    let opaque = || Expr::Opaque(super::types::squeezed(text));
    // In an annotation `return` is a value; no variable can have that name.
    let text: String = expand::tokens(text)
        .into_iter()
        .map(|token| if token == "return" { format!("{}return", expand::FROZEN) } else { token.to_owned() })
        .collect();
    let Some(ex) = cx.parse_expression(&text) else {
        return opaque();
    };
    if let ExKind::Str(text) = &ex.kind {
        return Expr::Str(*text);
    }
    if has_call(&ex) {
        return opaque();
    }
    let mut flow = Flow::new(cx, Symbol::new(""), class);
    if class.is_some() {
        flow.declare_this();
    }
    for param in params {
        flow.declare_param(param);
    }
    flow.pure(&ex).unwrap_or_else(opaque)
}

fn has_call(ex: &Ex) -> bool {
    match &ex.kind {
        ExKind::Call { .. } | ExKind::Unsupported(_) => true,
        ExKind::Unary(_, a) | ExKind::Deref(a) | ExKind::AddrOf(a) | ExKind::Member { base: a, .. } => has_call(a),
        ExKind::Binary(_, a, b) | ExKind::And(a, b) | ExKind::Or(a, b) | ExKind::Index(a, b) => {
            has_call(a) || has_call(b)
        }
        ExKind::MaybeCast { plain, .. } => has_call(plain),
        ExKind::Expansion(_, inner) => has_call(inner),
        _ => false,
    }
}
