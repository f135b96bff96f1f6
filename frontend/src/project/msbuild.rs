//! The part of `MSBuild`'s language that driver projects use: properties, conditions, imports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Properties by lower-case name; names are not case-sensitive.
#[derive(Debug, Clone, Default)]
pub(super) struct Properties {
    values: BTreeMap<String, String>,
    /// The configuration that is looked at: the project cannot change it.
    fixed: Vec<String>,
}

impl Properties {
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let name = name.to_lowercase();
        if !self.fixed.contains(&name) {
            self.values.insert(name, value.to_owned());
        }
    }

    pub(super) fn fix(&mut self, name: &str, value: &str) {
        self.set(name, value);
        self.fixed.push(name.to_lowercase());
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.values.get(&name.to_lowercase()).map_or("", String::as_str)
    }

    /// `text` with `$(Name)` replaced; unknown names are empty, as in `MSBuild`.
    pub(super) fn expand(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("$(") {
            out.push_str(&rest[..at]);
            let inside = &rest[at + 2..];
            let Some(end) = closing(inside) else { break };
            out.push_str(&self.value(&inside[..end]));
            rest = &inside[end + 1..];
        }
        out.push_str(rest);
        out
    }

    /// `Name` or `Name.EndsWith('x')`.
    fn value(&self, expression: &str) -> String {
        let Some((name, call)) = expression.split_once('.') else {
            return self.get(expression.trim()).to_owned();
        };
        let (Some((method, arguments)), value) = (call.split_once('('), self.get(name)) else {
            return String::new();
        };
        let argument = arguments.trim_end_matches(')').trim().trim_matches('\'').trim_matches('"');
        let answer = match method.to_lowercase().as_str() {
            "endswith" => value.ends_with(argument),
            "startswith" => value.starts_with(argument),
            "contains" => value.contains(argument),
            _ => return String::new(),
        };
        if answer { "true" } else { "false" }.to_owned()
    }

    /// Whether a condition holds; one that is not understood does not.
    pub(super) fn holds(&self, condition: Option<&str>, folder: &Path) -> bool {
        let Some(condition) = condition.filter(|condition| !condition.trim().is_empty()) else {
            return true;
        };
        let expanded = self.expand(condition);
        let tokens = tokens(&expanded);
        let mut parser = Condition { tokens: &tokens, at: 0, folder, depth: 0 };
        let value = parser.any();
        value.unwrap_or(false) && parser.at == tokens.len()
    }
}

/// Where the bracket that opens just before `text` closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Text(String),
    Word(String),
    Op(&'static str),
}

fn tokens(text: &str) -> Vec<Token> {
    const OPERATORS: [&str; 9] = ["==", "!=", "<=", ">=", "<", ">", "!", "(", ")"];
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let inside = &rest[1..];
            let end = inside.find('\'').unwrap_or(inside.len());
            out.push(Token::Text(inside[..end].to_owned()));
            rest = inside.get(end + 1..).unwrap_or_default();
        } else if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
            out.push(Token::Op(operator));
            rest = &rest[operator.len()..];
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || "=!<>()'".contains(c)).unwrap_or(rest.len());
            out.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end.max(first.len_utf8())..];
        }
        rest = rest.trim_start();
    }
    out
}

struct Condition<'a> {
    tokens: &'a [Token],
    at: usize,
    folder: &'a Path,
    depth: u32,
}

impl Condition<'_> {
    fn word(&mut self, word: &str) -> bool {
        let fits = matches!(self.tokens.get(self.at), Some(Token::Word(text)) if text.eq_ignore_ascii_case(word));
        self.at += usize::from(fits);
        fits
    }

    fn op(&mut self, op: &str) -> bool {
        let fits = matches!(self.tokens.get(self.at), Some(Token::Op(text)) if *text == op);
        self.at += usize::from(fits);
        fits
    }

    fn any(&mut self) -> Option<bool> {
        let mut value = self.all()?;
        while self.word("or") {
            value |= self.all()?;
        }
        Some(value)
    }

    fn all(&mut self) -> Option<bool> {
        let mut value = self.one()?;
        while self.word("and") {
            value &= self.one()?;
        }
        Some(value)
    }

    fn one(&mut self) -> Option<bool> {
        self.depth += 1;
        if self.depth > 100 {
            return None;
        }
        if self.op("!") {
            return self.one().map(|value| !value);
        }
        if self.op("(") {
            let value = self.any()?;
            return self.op(")").then_some(value);
        }
        if self.word("exists") || self.word("HasTrailingSlash") {
            self.op("(");
            let path = self.operand()?;
            return self.op(")").then(|| !path.is_empty() && self.folder.join(path.replace('\\', "/")).exists());
        }
        let left = self.operand()?;
        for op in ["==", "!=", "<=", ">=", "<", ">"] {
            if self.op(op) {
                let right = self.operand()?;
                return compare(op, &left, &right);
            }
        }
        Some(left.eq_ignore_ascii_case("true"))
    }

    fn operand(&mut self) -> Option<String> {
        let operand = match self.tokens.get(self.at)? {
            Token::Text(text) | Token::Word(text) => text.clone(),
            Token::Op(_) => return None,
        };
        self.at += 1;
        Some(operand)
    }
}

fn compare(op: &str, left: &str, right: &str) -> Option<bool> {
    match op {
        "==" => return Some(left.eq_ignore_ascii_case(right)),
        "!=" => return Some(!left.eq_ignore_ascii_case(right)),
        _ => {}
    }
    let number = |text: &str| {
        text.strip_prefix("0x").map_or_else(|| text.parse::<i64>().ok(), |hex| i64::from_str_radix(hex, 16).ok())
    };
    let (left, right) = (number(left.trim())?, number(right.trim())?);
    Some(match op {
        "<" => left < right,
        ">" => left > right,
        "<=" => left <= right,
        _ => left >= right,
    })
}

/// A path as a project spells it, below `folder`.
pub(super) fn joined(folder: &Path, path: &str) -> PathBuf {
    crate::headers::normalized(&folder.join(path.trim().replace('\\', "/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_of_driver_projects() {
        let mut properties = Properties::default();
        properties.fix("Configuration", "Win11 Debug");
        properties.fix("Platform", "x64");
        properties.set("configuration", "ignored");
        properties.set("ConfigurationType", "Driver");
        properties.set("Version", "0x0602");
        for (condition, expected) in [
            ("'$(Configuration)|$(Platform)'=='Win11 Debug|x64'", true),
            ("'$(Configuration)|$(Platform)' == 'Release|x64'", false),
            ("'$(ConfigurationType)'=='Driver' or '$(ConfigurationType)'=='DynamicLibrary'", true),
            ("$(Configuration.EndsWith('Debug'))", true),
            ("$(Version)<0x0603", true),
            ("($(Version)<0x0602) And (!($(Version)<0x0601))", false),
            ("!('$(Missing)'=='false')", true),
            ("exists('$(UserRootDir)\\none.props')", false),
            ("'$(Platform)'!='Win32'", true),
            ("'@(Inf)'!=''", true),
            ("garbage ==", false),
            ("", true),
        ] {
            assert_eq!(properties.holds(Some(condition), Path::new(".")), expected, "{condition}");
        }
    }
}
