//! Literals and constant expressions.

use tree_sitter::Node;

use crate::ir::{BinOp, Symbol};

use super::types::slice;

/// The value of an integer literal with any suffix; `None` for a floating one.
pub(super) fn integer(text: &str) -> Option<i64> {
    if let Some(rest) = text.strip_prefix('-') {
        return integer(rest.trim_start()).map(i64::wrapping_neg);
    }
    let digits: String = text.trim_start_matches('+').chars().filter(|c| !matches!(c, '\'' | '_')).collect();
    let lower = digits.to_ascii_lowercase();
    let (radix, rest) = if let Some(rest) = lower.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (2, rest)
    } else if lower.len() > 1 && lower.starts_with('0') && lower.as_bytes()[1].is_ascii_digit() {
        (8, &lower[1..])
    } else {
        (10, lower.as_str())
    };
    let end = rest.find(|c: char| !c.is_digit(radix)).unwrap_or(rest.len());
    let (number, suffix) = rest.split_at(end);
    let known = matches!(
        suffix,
        "" | "u"
            | "l"
            | "ul"
            | "lu"
            | "ll"
            | "ull"
            | "llu"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "ui8"
            | "ui16"
            | "ui32"
            | "ui64"
            | "z"
            | "uz"
    );
    if number.is_empty() || !known {
        return None;
    }
    // A 64-bit constant with the top bit set keeps its bits.
    u64::from_str_radix(number, radix).ok().map(u64::cast_signed)
}

/// The value of a character literal; `'abcd'` packs its characters as the Microsoft compiler does.
pub(super) fn character(text: &str) -> Option<i64> {
    let start = text.find('\'')?;
    let inner = text.get(start + 1..text.len().checked_sub(1)?)?;
    let mut value: i64 = 0;
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        let code = if c == '\\' {
            match chars.next()? {
                'n' => 10,
                't' => 9,
                'r' => 13,
                '0' => 0,
                'a' => 7,
                'b' => 8,
                'f' => 12,
                'v' => 11,
                'x' => {
                    let hex: String = chars.by_ref().take_while(char::is_ascii_hexdigit).collect();
                    i64::from_str_radix(&hex, 16).ok()?
                }
                other => i64::from(u32::from(other)),
            }
        } else {
            i64::from(u32::from(c))
        };
        value = value.checked_shl(8)?.checked_add(code)? & 0xFFFF_FFFF;
    }
    Some(value)
}

/// A binary operation on constants; `None` where C leaves it undefined.
pub(super) fn fold(op: BinOp, a: i64, b: i64) -> Option<i64> {
    let shift = u32::try_from(b).ok().filter(|by| *by < 64);
    Some(match op {
        BinOp::Add => a.checked_add(b)?,
        BinOp::Sub => a.checked_sub(b)?,
        BinOp::Mul => a.checked_mul(b)?,
        BinOp::Div => a.checked_div(b)?,
        BinOp::Rem => a.checked_rem(b)?,
        BinOp::Shl => a.checked_shl(shift?)?,
        BinOp::Shr => a.checked_shr(shift?)?,
        BinOp::And => a & b,
        BinOp::Or => a | b,
        BinOp::Xor => a ^ b,
        BinOp::Eq => i64::from(a == b),
        BinOp::Ne => i64::from(a != b),
        BinOp::Lt => i64::from(a < b),
        BinOp::Le => i64::from(a <= b),
        BinOp::Gt => i64::from(a > b),
        BinOp::Ge => i64::from(a >= b),
    })
}

/// The operator of a binary expression, `&&` and `||` aside.
pub(super) fn operator(text: &str) -> Option<BinOp> {
    Some(match text {
        "+" | "+=" => BinOp::Add,
        "-" | "-=" => BinOp::Sub,
        "*" | "*=" => BinOp::Mul,
        "/" | "/=" => BinOp::Div,
        "%" | "%=" => BinOp::Rem,
        "<<" | "<<=" => BinOp::Shl,
        ">>" | ">>=" => BinOp::Shr,
        "&" | "&=" | "bitand" => BinOp::And,
        "|" | "|=" | "bitor" => BinOp::Or,
        "^" | "^=" | "xor" => BinOp::Xor,
        "==" => BinOp::Eq,
        "!=" | "not_eq" => BinOp::Ne,
        "<" => BinOp::Lt,
        "<=" => BinOp::Le,
        ">" => BinOp::Gt,
        ">=" => BinOp::Ge,
        _ => return None,
    })
}

/// The value of a constant expression without macros: literals, enumerators, arithmetic.
pub(super) fn constant(node: Node, text: &str, name: &impl Fn(Symbol) -> Option<i64>) -> Option<i64> {
    constant_at(node, text, name, 0)
}

fn constant_at(node: Node, text: &str, name: &impl Fn(Symbol) -> Option<i64>, depth: u32) -> Option<i64> {
    if depth > 64 {
        return None;
    }
    let of = |child: Option<Node>| constant_at(child?, text, name, depth + 1);
    match node.kind() {
        "number_literal" => integer(slice(node, text)),
        "char_literal" => character(slice(node, text)),
        "identifier" => name(Symbol::new(slice(node, text))),
        "parenthesized_expression" => of(node.named_child(0)),
        "cast_expression" => of(node.child_by_field_name("value")),
        "unary_expression" => {
            let value = of(node.child_by_field_name("argument"))?;
            match slice(node.child_by_field_name("operator")?, text) {
                "-" => value.checked_neg(),
                "~" => Some(!value),
                "!" => Some(i64::from(value == 0)),
                "+" => Some(value),
                _ => None,
            }
        }
        "binary_expression" => {
            let op = operator(slice(node.child_by_field_name("operator")?, text))?;
            fold(op, of(node.child_by_field_name("left"))?, of(node.child_by_field_name("right"))?)
        }
        _ => None,
    }
}
