//! Codes of bug checks as people write them: `0xC4`, `0xC4 0x0004000E`, `C4:4000E`.

use anyhow::{Context as _, bail};

/// One number, or a bug check with the value of its first parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Codes {
    /// The first number: a bug check, or alone perhaps such a value.
    pub(crate) code: u32,
    /// The second.
    pub(crate) subcode: Option<u32>,
}

impl Codes {
    /// Reads one or two hexadecimal numbers with spaces, colons or slashes between them.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, ':' | '/' | ','));
        let numbers = words.filter(|word| !word.is_empty()).map(number).collect::<Result<Vec<_>, _>>()?;
        match numbers[..] {
            [code] => Ok(Self { code, subcode: None }),
            [code, subcode] => Ok(Self { code, subcode: Some(subcode) }),
            _ => bail!("`{text}` is no code: write one such as `0xC4`, or two such as `0xC4 0x0004000E`"),
        }
    }

    /// Whether a rule with `code` and `subcode` is meant; one number alone may be either.
    pub(crate) fn fit(self, code: u32, subcode: Option<u32>) -> bool {
        match self.subcode {
            Some(wanted) => self.code == code && subcode == Some(wanted),
            None => self.code == code || subcode == Some(self.code),
        }
    }
}

/// Whether a text that asks for something can only be codes.
pub(crate) fn is_code(text: &str) -> bool {
    text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"))
}

fn number(word: &str) -> anyhow::Result<u32> {
    let digits =
        word.get(..2).filter(|start| start.eq_ignore_ascii_case("0x")).map_or(word, |start| &word[start.len()..]);
    // The reader of numbers would take a sign.
    let digits = if digits.starts_with(['+', '-']) { "" } else { digits };
    u32::from_str_radix(digits, 16).with_context(|| format!("`{word}` is not a hexadecimal number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_every_spelling() {
        let codes = |code, subcode| Some(Codes { code, subcode });
        for (text, expected) in [
            ("0xC4", codes(0xC4, None)),
            ("c4", codes(0xC4, None)),
            ("0XC4 0x0004000e", codes(0xC4, Some(0x4000E))),
            ("0xC4:4000E", codes(0xC4, Some(0x4000E))),
            (" 0xC4, 0x1 ", codes(0xC4, Some(1))),
            ("0x", None),
            ("0xXY", None),
            ("0x+1", None),
            ("", None),
            ("0x1 0x2 0x3", None),
            ("0x100000000", None),
            ("é", None),
        ] {
            assert_eq!(Codes::parse(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn one_number_may_be_either() {
        let one = Codes { code: 0x4000E, subcode: None };
        assert!(one.fit(0xC4, Some(0x4000E)) && one.fit(0x4000E, None) && !one.fit(0xC4, None));
        let two = Codes { code: 0xC4, subcode: Some(1) };
        assert!(two.fit(0xC4, Some(1)) && !two.fit(0xC4, None) && !two.fit(0xC5, Some(1)));
    }
}
