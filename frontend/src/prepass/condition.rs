//! Conditions of `#if`, evaluated as the language says: names that nothing defines are 0.

use super::token::{Kind, Token, tokenize};
use crate::ir::Symbol;
use crate::parsed::MacroDef;

/// Definitions in force where a condition stands.
pub(crate) trait Definitions {
    /// The definition of `name` in force.
    fn definition(&self, name: Symbol) -> Option<&MacroDef>;
}

/// How deep macros in conditions may nest; real ones stay below ten.
const MAX_DEPTH: u32 = 32;
/// How many tokens a condition may expand to.
const MAX_TOKENS: usize = 20_000;

/// Whether the condition holds; one that makes no sense does not.
pub(crate) fn holds(expression: &str, definitions: &dyn Definitions) -> bool {
    let mut atoms = Vec::new();
    expand(expression, definitions, 0, &mut Vec::new(), &mut atoms);
    let mut parser = Parser { atoms: &atoms, at: 0, depth: 0 };
    parser.ternary() != 0
}

/// What the evaluator sees after expansion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Atom {
    Number(i64),
    /// An operator: its first byte and, for doubled or combined ones, the second.
    Op(u8, u8),
}

fn expand(text: &str, definitions: &dyn Definitions, depth: u32, active: &mut Vec<Symbol>, out: &mut Vec<Atom>) {
    let tokens: Vec<Token> = tokenize(text).into_iter().filter(|token| token.kind != Kind::Comment).collect();
    let mut at = 0;
    while at < tokens.len() && out.len() < MAX_TOKENS {
        let token = tokens[at];
        at += 1;
        match token.kind {
            Kind::Number => out.push(Atom::Number(number(token.text(text)))),
            Kind::Char => out.push(Atom::Number(character(token.text(text)))),
            Kind::Ident => at = word(text, &tokens, at, definitions, depth, active, out),
            Kind::Punct(first) => {
                let next = tokens.get(at).filter(|next| next.start == token.end);
                let doubled = matches!(first, b'<' | b'>') && next.is_some_and(|next| next.kind == Kind::Punct(first));
                at += usize::from(doubled);
                out.push(Atom::Op(first, if doubled { first } else { 0 }));
            }
            Kind::Pair(first) => out.push(Atom::Op(first, token.text(text).as_bytes()[1])),
            Kind::Str | Kind::Directive | Kind::Comment => {}
        }
    }
}

/// One identifier at `tokens[at - 1]`; returns where to go on.
fn word(
    text: &str,
    tokens: &[Token],
    at: usize,
    definitions: &dyn Definitions,
    depth: u32,
    active: &mut Vec<Symbol>,
    out: &mut Vec<Atom>,
) -> usize {
    let is = |index: usize, byte: u8| tokens.get(index).is_some_and(|token| token.kind == Kind::Punct(byte));
    let name = tokens[at - 1].text(text);
    if name == "defined" {
        let parenthesised = is(at, b'(');
        let name_at = at + usize::from(parenthesised);
        let defined = tokens.get(name_at).is_some_and(|token| {
            token.kind == Kind::Ident && definitions.definition(Symbol::new(token.text(text))).is_some()
        });
        out.push(Atom::Number(i64::from(defined)));
        return name_at + 1 + usize::from(parenthesised && is(name_at + 1, b')'));
    }
    let arguments_end = if is(at, b'(') { closing(tokens, at) } else { None };
    let symbol = Symbol::new(name);
    let known = definitions.definition(symbol).filter(|_| depth < MAX_DEPTH && !active.contains(&symbol));
    match (known, arguments_end) {
        (Some(MacroDef { params: None, body, .. }), _) => {
            active.push(symbol);
            expand(body, definitions, depth + 1, active, out);
            active.pop();
            at
        }
        (Some(MacroDef { params: Some(params), body, .. }), Some(end)) => {
            let body = substitute(body, params, &arguments(text, &tokens[at + 1..end]));
            active.push(symbol);
            expand(&body, definitions, depth + 1, active, out);
            active.pop();
            end + 1
        }
        // An unknown function-like name, `__has_include(<x>)` for one, is 0 with its arguments.
        (_, Some(end)) if name != "true" => {
            out.push(Atom::Number(0));
            end + 1
        }
        _ => {
            out.push(Atom::Number(i64::from(name == "true")));
            at
        }
    }
}

fn closing(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Punct(b'(') => depth += 1,
            Kind::Punct(b')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

fn arguments<'a>(text: &'a str, tokens: &[Token]) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        return parts;
    };
    let (mut start, mut depth) = (first.start, 0);
    for token in tokens {
        match token.kind {
            Kind::Punct(b'(') => depth += 1,
            Kind::Punct(b')') => depth -= 1,
            Kind::Punct(b',') if depth == 0 => {
                parts.push(&text[start as usize..token.start as usize]);
                start = token.end;
            }
            _ => {}
        }
    }
    parts.push(&text[start as usize..last.end as usize]);
    parts
}

/// The body with arguments in place of parameters; `a ## b` is glued.
fn substitute(body: &str, params: &[String], arguments: &[&str]) -> String {
    let mut out = String::new();
    let mut glue = false;
    for token in tokenize(body) {
        let word = token.text(body);
        if word.starts_with('#') {
            glue = true;
            out.truncate(out.trim_end().len());
            continue;
        }
        if !glue {
            out.push(' ');
        }
        glue = false;
        let argument = params.iter().position(|param| param == word).and_then(|index| arguments.get(index));
        out.push_str(argument.map_or(word, |text| text.trim()));
    }
    out
}

fn number(text: &str) -> i64 {
    let lower = text.to_ascii_lowercase().replace('\'', "");
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (&lower[2..], 16),
        [b'0', b'b', ..] => (&lower[2..], 2),
        [b'0', b'0'..=b'7', ..] => (&lower[1..], 8),
        _ => (lower.as_str(), 10),
    };
    let len = digits.bytes().position(|byte| !(byte as char).is_digit(radix)).unwrap_or(digits.len());
    u64::from_str_radix(&digits[..len], radix).map_or(0, u64::cast_signed)
}

fn character(text: &str) -> i64 {
    let inside = text.trim_start_matches(|c| c != '\'').trim_matches('\'');
    inside.bytes().fold(0, |value: i64, byte| value.wrapping_shl(8) | i64::from(byte))
}

struct Parser<'a> {
    atoms: &'a [Atom],
    at: usize,
    depth: u32,
}

impl Parser<'_> {
    fn take(&mut self, first: u8) -> bool {
        let fits = self.atoms.get(self.at) == Some(&Atom::Op(first, 0));
        self.at += usize::from(fits);
        fits
    }

    fn ternary(&mut self) -> i64 {
        let condition = self.binary(0);
        if !self.take(b'?') {
            return condition;
        }
        let yes = self.ternary();
        self.take(b':');
        let no = self.ternary();
        if condition != 0 { yes } else { no }
    }

    fn binary(&mut self, least: u8) -> i64 {
        let mut left = self.unary();
        while let Some(Atom::Op(first, second)) = self.atoms.get(self.at).copied() {
            let Some(level) = level(first, second).filter(|level| *level >= least) else {
                break;
            };
            self.at += 1;
            let right = self.binary(level + 1);
            left = apply(first, second, left, right);
        }
        left
    }

    fn unary(&mut self) -> i64 {
        self.depth += 1;
        let value = if self.depth > 200 {
            0
        } else if self.take(b'!') {
            i64::from(self.unary() == 0)
        } else if self.take(b'-') {
            self.unary().wrapping_neg()
        } else if self.take(b'+') {
            self.unary()
        } else if self.take(b'~') {
            !self.unary()
        } else if self.take(b'(') {
            let value = self.ternary();
            self.take(b')');
            value
        } else if let Some(Atom::Number(value)) = self.atoms.get(self.at) {
            self.at += 1;
            *value
        } else {
            0
        };
        self.depth -= 1;
        value
    }
}

fn level(first: u8, second: u8) -> Option<u8> {
    Some(match (first, second) {
        (b'|', b'|') => 1,
        (b'&', b'&') => 2,
        (b'|', 0) => 3,
        (b'^', 0) => 4,
        (b'&', 0) => 5,
        (b'=' | b'!', b'=') => 6,
        (b'<' | b'>', b'=' | 0) => 7,
        (b'<', b'<') | (b'>', b'>') => 8,
        (b'+' | b'-', 0) => 9,
        (b'*' | b'/' | b'%', 0) => 10,
        _ => return None,
    })
}

fn apply(first: u8, second: u8, left: i64, right: i64) -> i64 {
    match (first, second) {
        (b'|', b'|') => i64::from(left != 0 || right != 0),
        (b'&', b'&') => i64::from(left != 0 && right != 0),
        (b'|', _) => left | right,
        (b'^', _) => left ^ right,
        (b'&', _) => left & right,
        (b'=', _) => i64::from(left == right),
        (b'!', _) => i64::from(left != right),
        (b'<', b'=') => i64::from(left <= right),
        (b'>', b'=') => i64::from(left >= right),
        (b'<', 0) => i64::from(left < right),
        (b'>', 0) => i64::from(left > right),
        (b'<', _) => left.wrapping_shl(u32::try_from(right & 63).unwrap_or(0)),
        (b'>', _) => left.wrapping_shr(u32::try_from(right & 63).unwrap_or(0)),
        (b'+', _) => left.wrapping_add(right),
        (b'-', _) => left.wrapping_sub(right),
        (b'*', _) => left.wrapping_mul(right),
        (b'/', _) => left.checked_div(right).unwrap_or(0),
        (b'%', _) => left.checked_rem(right).unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rulebook_diagnostics::Span;

    use super::*;

    #[derive(Default)]
    struct Table(BTreeMap<&'static str, MacroDef>);

    impl Definitions for Table {
        fn definition(&self, name: Symbol) -> Option<&MacroDef> {
            self.0.get(name.as_str())
        }
    }

    fn table(entries: &[(&'static str, Option<&[&str]>, &str)]) -> Table {
        Table(
            entries
                .iter()
                .map(|(name, params, body)| {
                    let params = params.map(|list| list.iter().map(|param| (*param).to_owned()).collect());
                    let body = (*body).to_owned();
                    (*name, MacroDef { name: Symbol::new(name), params, variadic: false, body, span: Span::default() })
                })
                .collect(),
        )
    }

    #[test]
    fn conditions_are_evaluated_as_the_language_says() {
        let definitions = table(&[
            ("DBG", None, "1"),
            ("NTDDI_VERSION", None, "NTDDI_WIN10"),
            ("NTDDI_WIN10", None, "0x0A000000"),
            ("NTDDI_WIN7", None, "0x06010000"),
            ("OSVER", Some(&["v"]), "((v) & 0xFFFF0000)"),
            ("EMPTY", None, ""),
            ("SELF", None, "SELF"),
        ]);
        for (condition, expected) in [
            ("DBG", true),
            ("!DBG", false),
            ("0", false),
            ("UNKNOWN", false),
            ("!UNKNOWN && DBG", true),
            ("defined(DBG) && !defined UNKNOWN", true),
            ("NTDDI_VERSION >= NTDDI_WIN7", true),
            ("OSVER(NTDDI_VERSION) == 0x0A000000L", true),
            ("OSVER(NTDDI_VERSION) < NTDDI_WIN7", false),
            ("(1 + 2 * 3) == 7", true),
            ("1 ? 0 : 1", false),
            ("'A' == 65", true),
            ("__has_include(<wdm.h>)", false),
            ("SELF", false),
            ("EMPTY", false),
            ("1 << 4 >> 4", true),
            ("defined(DBG", true),
            ("((((", false),
            ("10 / 0", false),
        ] {
            assert_eq!(holds(condition, &definitions), expected, "#if {condition}");
        }
    }
}
