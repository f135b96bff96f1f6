//! Trace functions that a comment declares: the trace preprocessor makes macros of them, whose ends the driver writes.
//!
//! ```text
//! // FUNC LeaveIfFailed{LEVEL=TRACE_LEVEL_ERROR}(STATUS, MSG, ...);
//! #define WPP_LEVEL_STATUS_PRE(LEVEL, STATUS) { if (!NT_SUCCESS(STATUS)) {
//! #define WPP_LEVEL_STATUS_POST(LEVEL, STATUS) ; goto Exit; } }
//! ```
//!
//! What stands between the two ends traces and nothing else. Where neither end is defined, the function only traces.

use std::sync::Arc;

use rulebook_diagnostics::Span;
use rustc_hash::FxHashSet;

use super::directive::{Directive, DirectiveKind, parameters};
use super::token::{Kind, Token, is_word};
use crate::ir::Symbol;
use crate::parsed::MacroDef;

/// The trace functions that comments of `text` declare, those with an end of their own, as macros.
pub(crate) fn traces(text: &str, tokens: &[Token], directives: &[Directive]) -> Vec<Arc<MacroDef>> {
    let ends: FxHashSet<&str> = directives
        .iter()
        .filter_map(|directive| match &directive.kind {
            DirectiveKind::Define(definition) => Some(definition.name.as_str()),
            _ => None,
        })
        .filter(|name| name.starts_with("WPP_") && (name.ends_with("_PRE") || name.ends_with("_POST")))
        .collect();
    if ends.is_empty() {
        return Vec::new();
    }
    let comments = tokens.iter().filter(|token| token.kind == Kind::Comment);
    comments
        .flat_map(|token| token.text(text).lines().map(move |line| (token, line)))
        .filter_map(|(token, line)| declared(line, *token, &ends))
        .map(Arc::new)
        .collect()
}

/// The macro that one line of a comment declares.
fn declared(line: &str, comment: Token, ends: &FxHashSet<&str>) -> Option<MacroDef> {
    let line = line.trim_start_matches(|character: char| "/*".contains(character) || character.is_whitespace());
    let rest = line.strip_prefix("FUNC")?.strip_prefix([' ', '\t'])?.trim_start();
    let name_len = rest.bytes().position(|byte| !is_word(byte))?;
    let (name, rest) = rest.split_at(name_len);
    if name.is_empty() {
        return None;
    }
    let rest = rest.trim_start();
    let (fixed, rest) = match rest.strip_prefix('{') {
        Some(inside) => inside.split_once('}')?,
        None => ("", rest),
    };
    let (list, _) = rest.trim_start().strip_prefix('(')?.split_once(')')?;
    let (params, variadic) = parameters(list);
    let fixed =
        fixed.split(',').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.trim(), value.trim()));
    // The message and what fills it in are no part of the ends' names.
    let own = params.iter().map(String::as_str).filter(|param| *param != "MSG" && *param != "__VA_ARGS__");
    let (names, values): (Vec<&str>, Vec<&str>) = fixed.chain(own.map(|param| (param, param))).unzip();
    let (stem, values) = (names.join("_"), values.join(", "));
    let end = |which: &str| {
        let end = format!("WPP_{stem}_{which}");
        if ends.contains(end.as_str()) { format!("{end}({values})") } else { String::new() }
    };
    let (before, after) = (end("PRE"), end("POST"));
    if before.is_empty() && after.is_empty() {
        return None;
    }
    Some(MacroDef {
        name: Symbol::new(name),
        params: Some(params),
        variadic,
        body: format!("{before} (void)0 {after}"),
        span: Span { start: comment.start, end: comment.end },
    })
}
