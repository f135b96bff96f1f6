//! Values of object-like macros and enumerators.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Evaluates integer constant expressions over macros, enumerators and scalar types.
pub(crate) struct Evaluator<'a> {
    /// Replacement texts by name.
    pub macros: &'a BTreeMap<String, (String, String)>,
    /// What a type name stands for, one step down.
    pub scalars: &'a BTreeMap<String, String>,
    /// Enumerators known so far.
    pub enumerators: &'a BTreeMap<String, i64>,
    depth: RefCell<u32>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        macros: &'a BTreeMap<String, (String, String)>,
        scalars: &'a BTreeMap<String, String>,
        enumerators: &'a BTreeMap<String, i64>,
    ) -> Self {
        Self { macros, scalars, enumerators, depth: RefCell::new(0) }
    }

    /// The value of `text`, if it is an integer constant expression.
    pub(crate) fn value(&self, text: &str) -> Option<i64> {
        // A macro may name itself.
        if *self.depth.borrow() > 16 {
            return None;
        }
        *self.depth.borrow_mut() += 1;
        let tokens = lex(text);
        let result = tokens.and_then(|tokens| {
            let mut at = Cursor { tokens: &tokens, at: 0, evaluator: self };
            let value = at.binary(0)?;
            (at.at == tokens.len()).then_some(value)
        });
        *self.depth.borrow_mut() -= 1;
        result
    }

    fn name(&self, name: &str) -> Option<i64> {
        if let Some((body, _)) = self.macros.get(name) {
            return self.value(body);
        }
        self.enumerators.get(name).copied()
    }

    /// Wraps `value` as a cast to `name` does; `None` if that is no integer type.
    fn cast(&self, words: &[&str], value: i64) -> Option<i64> {
        let mut words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        for _ in 0..8 {
            let unsigned = words.iter().any(|w| w == "unsigned");
            let longs = words.iter().filter(|w| *w == "long").count();
            let of = |word: &str| words.iter().any(|w| w == word);
            let known = unsigned || longs > 0 || of("int") || of("char") || of("short") || of("signed");
            if known {
                let bits = if of("char") {
                    8
                } else if of("short") {
                    16
                } else if longs > 1 {
                    64
                } else {
                    32
                };
                return Some(wrap(value, bits, unsigned));
            }
            let below = self.scalars.get(words.last()?)?;
            words = below.split_whitespace().map(str::to_owned).collect();
        }
        None
    }
}

fn wrap(value: i64, bits: u32, unsigned: bool) -> i64 {
    if bits == 64 {
        return value;
    }
    let low = value & ((1 << bits) - 1);
    if !unsigned && low >> (bits - 1) & 1 == 1 { low - (1 << bits) } else { low }
}

struct Cursor<'t, 'e, 'a> {
    tokens: &'t [Token],
    at: usize,
    evaluator: &'e Evaluator<'a>,
}

impl<'t> Cursor<'t, '_, '_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(|token| token.text.as_str())
    }

    fn take(&mut self, text: &str) -> Option<()> {
        (self.peek() == Some(text)).then(|| self.at += 1)
    }

    fn binary(&mut self, floor: u8) -> Option<i64> {
        let mut left = self.unary()?;
        while let Some(operator) = self.peek().map(str::to_owned) {
            let rank = match operator.as_str() {
                "|" => 1,
                "^" => 2,
                "&" => 3,
                "<<" | ">>" => 4,
                "+" | "-" => 5,
                "*" | "/" => 6,
                _ => break,
            };
            if rank <= floor {
                break;
            }
            self.at += 1;
            let right = self.binary(rank)?;
            left = match operator.as_str() {
                "|" => left | right,
                "^" => left ^ right,
                "&" => left & right,
                "<<" => left.checked_shl(u32::try_from(right).ok()?)?,
                ">>" => left.checked_shr(u32::try_from(right).ok()?)?,
                "+" => left.checked_add(right)?,
                "-" => left.checked_sub(right)?,
                "*" => left.checked_mul(right)?,
                _ => left.checked_div(right)?,
            };
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<i64> {
        match self.peek()? {
            "-" => {
                self.at += 1;
                self.unary()?.checked_neg()
            }
            "~" => {
                self.at += 1;
                Some(!self.unary()?)
            }
            "(" => {
                self.at += 1;
                if let Some(words) = self.cast() {
                    let value = self.unary()?;
                    return self.evaluator.cast(&words, value);
                }
                let value = self.binary(0)?;
                self.take(")")?;
                Some(value)
            }
            _ => {
                let token = &self.tokens[self.at];
                self.at += 1;
                token.value.or_else(|| self.evaluator.name(&token.text))
            }
        }
    }

    /// After an opening parenthesis: the words of a cast, if it is one; the cursor is then behind it.
    fn cast(&mut self) -> Option<Vec<&'t str>> {
        let tokens: &'t [Token] = self.tokens;
        let words: Vec<&str> = tokens[self.at..].iter().take_while(|t| t.is_word()).map(|t| t.text.as_str()).collect();
        let close = self.at + words.len();
        let closed = tokens.get(close).is_some_and(|t| t.text == ")");
        if words.is_empty() || !closed || self.evaluator.cast(&words, 0).is_none() {
            return None;
        }
        self.at = close + 1;
        Some(words)
    }
}

struct Token {
    text: String,
    value: Option<i64>,
}

impl Token {
    fn is_word(&self) -> bool {
        self.value.is_none() && self.text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    }
}

fn lex(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let length = if word > 0 {
            word
        } else if rest.starts_with("<<") || rest.starts_with(">>") {
            2
        } else {
            first.len_utf8()
        };
        let text = &rest[..length];
        let value = if first.is_ascii_digit() { Some(number(text)?) } else { None };
        tokens.push(Token { text: text.to_owned(), value });
        rest = rest[length..].trim_start();
    }
    (!tokens.is_empty()).then_some(tokens)
}

fn number(text: &str) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    let digits = lower.trim_end_matches("i64").trim_end_matches(['u', 'l']);
    let value = match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok()?,
        None if digits.len() > 1 && digits.starts_with('0') => u64::from_str_radix(digits, 8).ok()?,
        None => digits.parse().ok()?,
    };
    Some(value.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_constant_expressions() {
        let macros = [("A", "0x10"), ("B", "(A|1)"), ("LOOP", "LOOP"), ("S", "((STATUS)0xC0000001L)")];
        let macros = macros.map(|(k, v)| (k.to_owned(), (v.to_owned(), String::new()))).into();
        let scalars = [("STATUS", "LONG"), ("LONG", "int"), ("BYTE", "unsigned char")];
        let scalars = scalars.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let enumerators = [("E".to_owned(), 7)].into();
        let evaluator = Evaluator::new(&macros, &scalars, &enumerators);
        for (text, expected) in [
            ("1 + 2 * 3", Some(7)),
            ("(1 << 4) | E", Some(23)),
            ("B", Some(0x11)),
            ("S", Some(-0x3fff_ffff)),
            ("((BYTE)-1)", Some(255)),
            ("~0", Some(-1)),
            ("010", Some(8)),
            ("10 - 3 - 2", Some(5)),
            ("0xFFFFFFFFUL", Some(0xffff_ffff)),
            ("LOOP", None),
            ("sizeof(int)", None),
            ("\"text\"", None),
            ("1 2", None),
        ] {
            assert_eq!(evaluator.value(text), expected, "{text}");
        }
    }
}
