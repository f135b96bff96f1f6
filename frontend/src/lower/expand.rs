//! Macro expansion as text: arguments into a macro's body, token by token.
//!
//! The result is parsed by the caller; names inside it are expanded in turn when they are met there.
//! A name that must not be expanded again (a macro inside its own expansion) is marked with [`FROZEN`].

use std::fmt::Write as _;

use crate::ir::Symbol;
use crate::macros::MacroTable;
use crate::parsed::MacroDef;

/// Prefix of an identifier that stands for the name after it and is not expanded.
pub(super) const FROZEN: &str = "rulebook_frozen_";

/// The tokens of C text, blanks between them included, comments aside.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let byte = bytes[at];
        if byte.is_ascii_whitespace() {
            while at < bytes.len() && bytes[at].is_ascii_whitespace() {
                at += 1;
            }
        } else if is_word(byte) {
            while at < bytes.len() && is_word(bytes[at]) {
                at += 1;
            }
        } else if byte == b'"' || byte == b'\'' {
            at += 1;
            while at < bytes.len() && bytes[at] != byte {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            at = (at + 1).min(bytes.len());
        } else if byte == b'#' && bytes.get(at + 1) == Some(&b'#') {
            at += 2;
        } else if byte == b'/' && bytes.get(at + 1) == Some(&b'*') {
            at = text[at + 2..].find("*/").map_or(bytes.len(), |end| at + 2 + end + 2);
            continue;
        } else if byte == b'/' && bytes.get(at + 1) == Some(&b'/') {
            at = text[at..].find('\n').map_or(bytes.len(), |end| at + end);
            continue;
        } else {
            at += 1;
        }
        // A quote or an escape may have stopped inside a character.
        while !text.is_char_boundary(at) {
            at += 1;
        }
        out.push(&text[start..at]);
    }
    out
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn is_blank(token: &str) -> bool {
    token.as_bytes().first().is_some_and(u8::is_ascii_whitespace)
}

pub(super) fn is_name(token: &str) -> bool {
    token.as_bytes().first().is_some_and(|byte| is_word(*byte) && !byte.is_ascii_digit())
}

/// Splits the text between a call's parentheses at its top-level commas.
pub(super) fn arguments(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut depth = 0_i32;
    for token in tokens(text) {
        match token {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            "," if depth == 0 => {
                out.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = out.last_mut() {
            last.push_str(token);
        }
    }
    for argument in &mut out {
        *argument = argument.trim().to_owned();
    }
    out
}

/// The body of `definition` with `arguments` in place; `None` where their number does not fit.
/// `frozen` are the names of the macros being expanded, this one included.
pub(super) fn expand(definition: &MacroDef, arguments: Option<&[String]>, frozen: &[Symbol]) -> Option<String> {
    let (named, rest_name) = split_variadic(definition);
    let mut given: Vec<&str> = arguments.unwrap_or_default().iter().map(String::as_str).collect();
    if definition.params.is_some() {
        let arguments = arguments?;
        // `F()` of a macro without parameters has one empty argument.
        if named.is_empty() && given == [""] {
            given.clear();
        }
        let fits = if definition.variadic { given.len() >= named.len() } else { given.len() == named.len() };
        if !fits || arguments.is_empty() {
            return None;
        }
    }
    let rest = given.get(named.len()..).unwrap_or_default().join(", ");
    let lookup = |token: &str| -> Option<&str> {
        definition.params.as_ref()?;
        if definition.variadic && token == rest_name {
            return Some(&rest);
        }
        named.iter().position(|param| param == token).and_then(|at| given.get(at).copied())
    };

    let body = tokens(&definition.body);
    let mut out = String::with_capacity(definition.body.len() + rest.len() + 16);
    let mut at = 0;
    while at < body.len() {
        let token = body[at];
        if token == "##" {
            // `, ## __VA_ARGS__` drops the comma where nothing follows.
            let next = body[at + 1..].iter().position(|token| !is_blank(token)).map(|skip| at + 1 + skip);
            out.truncate(out.trim_end().len());
            let Some(next) = next else { break };
            let piece = lookup(body[next]).unwrap_or(body[next]);
            if piece.is_empty() && out.ends_with(',') {
                out.pop();
            }
            out.push_str(piece);
            at = next + 1;
            continue;
        }
        if token == "#" && definition.params.is_some() {
            let next = body[at + 1..].iter().position(|token| !is_blank(token)).map(|skip| at + 1 + skip);
            if let Some((next, value)) = next.and_then(|next| Some((next, lookup(body[next])?))) {
                out.push('"');
                out.push_str(&value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "));
                out.push('"');
                at = next + 1;
                continue;
            }
        }
        if let Some(value) = lookup(token) {
            out.push_str(value);
        } else {
            if is_name(token) && frozen.iter().any(|name| name.as_str() == token) {
                out.push_str(FROZEN);
            }
            out.push_str(token);
        }
        at += 1;
    }
    Some(out)
}

/// `text` with every macro in it expanded, as the preprocessor would; `None` where nothing changes or it grows
/// beyond `limit` bytes.
pub(super) fn rescan(text: &str, macros: &MacroTable, frozen: &[Symbol], limit: usize) -> Option<String> {
    let mut out = String::with_capacity(text.len() * 2);
    let changed = rescan_into(text, macros, frozen, limit, &mut out)?;
    changed.then_some(out)
}

fn rescan_into(text: &str, macros: &MacroTable, frozen: &[Symbol], limit: usize, out: &mut String) -> Option<bool> {
    let all = tokens(text);
    let mut changed = false;
    let mut at = 0;
    while at < all.len() {
        let token = all[at];
        at += 1;
        let definition = Some(token)
            .filter(|token| is_name(token) && !frozen.iter().any(|name| name.as_str() == *token))
            .and_then(|token| macros.get(Symbol::new(token)));
        let Some(definition) = definition else {
            out.push_str(token);
            continue;
        };
        let call = definition.params.as_ref().and_then(|_| call_after(&all, at));
        let given = match (&definition.params, call) {
            (Some(_), Some(end)) => {
                let list = all[at..end].concat();
                let inner = list.trim().strip_prefix('(').and_then(|list| list.strip_suffix(')')).unwrap_or(&list);
                at = end;
                Some(arguments(inner))
            }
            (None, _) => None,
            (Some(_), None) => {
                out.push_str(token);
                continue;
            }
        };
        let mut inner = frozen.to_vec();
        inner.push(Symbol::new(token));
        let Some(body) = expand(definition, given.as_deref(), &[]) else {
            // Not a use that fits: left as it is.
            let list = given.unwrap_or_default().join(", ");
            let _ = write!(out, "{token}({list})");
            continue;
        };
        changed = true;
        rescan_into(&body, macros, &inner, limit, out)?;
        if out.len() > limit {
            return None;
        }
    }
    Some(changed)
}

/// The macro that `text` is one use of, if it is nothing else.
pub(super) fn sole_use(text: &str) -> Option<Symbol> {
    let all = tokens(text.trim());
    let name = all.first().filter(|token| is_name(token))?;
    (all.len() == 1 || call_after(&all, 1) == Some(all.len())).then(|| Symbol::new(name))
}

/// Behind the parenthesis that closes the argument list which begins at `from`, if one does.
fn call_after(all: &[&str], from: usize) -> Option<usize> {
    let open = from + all[from..].iter().position(|token| !is_blank(token))?;
    if all[open] != "(" {
        return None;
    }
    let mut depth = 0_u32;
    for (at, token) in all.iter().enumerate().skip(open) {
        match *token {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// The parameters before `…`, and the name by which the body calls the rest.
fn split_variadic(definition: &MacroDef) -> (&[String], &str) {
    let params = definition.params.as_deref().unwrap_or_default();
    if !definition.variadic {
        return (params, "");
    }
    match params.split_last() {
        Some((last, named)) if last.contains("...") || last == "__VA_ARGS__" => {
            let name = last.trim_end_matches("...").trim();
            (named, if name.is_empty() { "__VA_ARGS__" } else { name })
        }
        // The dots may be kept out of the list; then the body says which form it is.
        Some((last, named)) if !definition.body.contains("__VA_ARGS__") => (named, last),
        _ => (params, "__VA_ARGS__"),
    }
}

/// `text` without every `name(…)`.
pub(super) fn without_call(text: &str, name: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0_u32;
    let mut pending = false;
    for token in tokens(text) {
        match token {
            _ if depth == 0 && !pending && token == name => pending = true,
            "(" if pending || depth > 0 => {
                pending = false;
                depth += 1;
            }
            ")" if depth > 0 => depth -= 1,
            _ if depth > 0 || (pending && is_blank(token)) => {}
            _ => out.push_str(token),
        }
    }
    out
}
