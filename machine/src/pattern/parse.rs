//! Reading patterns from their text.

use std::str::FromStr;

use super::{Arg, Args, Pattern, ResultTest, Subject};
use crate::error::SpecError;

impl FromStr for Pattern {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let mut reader = Reader { text, at: 0 };
        let pattern = reader.pattern()?;
        reader.space();
        if reader.at == text.len() { Ok(pattern) } else { Err(reader.wrong("the end is expected")) }
    }
}

/// A cursor over the text of one pattern.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn pattern(&mut self) -> Result<Pattern, SpecError> {
        let mut binds = None;
        self.space();
        if self.peek() == Some('$') {
            binds = Some(self.variable()?);
            self.expect("=")?;
        }
        let name = self.name()?;
        let subject = self.subject(name)?;
        let result = if self.take("->") { Some(self.result()?) } else { None };
        Ok(Pattern { binds, subject, result })
    }

    fn subject(&mut self, name: String) -> Result<Subject, SpecError> {
        if name == "exit" {
            return Ok(Subject::Exit);
        }
        self.expect("(")?;
        let subject = match name.as_str() {
            "param" => Subject::Param(self.name()?),
            "escape" => Subject::Escape(self.variable()?),
            "handed" => Subject::Handed(self.variable()?),
            _ => {
                return Ok(Subject::Call { api: name, args: self.args()? });
            }
        };
        self.expect(")")?;
        Ok(subject)
    }

    /// The arguments after the opening parenthesis, and the closing one.
    fn args(&mut self) -> Result<Args, SpecError> {
        let mut args = Args::default();
        if self.take(")") {
            return Ok(args);
        }
        loop {
            if self.take("...") {
                args.rest = true;
                self.expect(")")?;
                return Ok(args);
            }
            let before = self.at;
            if let Some(name) = self.named() {
                let arg = self.arg()?;
                args.named.push((name, arg));
            } else {
                self.at = before;
                let arg = self.arg()?;
                args.list.push(arg);
            }
            if self.take(")") {
                return Ok(args);
            }
            if !self.take(",") {
                return Err(self.wrong("`,` or `)` is expected"));
            }
        }
    }

    /// `Name:` before an argument.
    fn named(&mut self) -> Option<String> {
        let name = self.name().ok()?;
        self.take(":").then_some(name)
    }

    fn arg(&mut self) -> Result<Arg, SpecError> {
        self.space();
        if self.take("&") {
            let name = self.variable()?;
            return Ok(if self.take("->") { Arg::Member(name, self.members()?) } else { Arg::At(name) });
        }
        if self.take("!") {
            return Ok(Arg::Not(self.constants()?));
        }
        if self.peek() == Some('$') {
            return Ok(Arg::Var(self.variable()?));
        }
        let before = self.at;
        match self.name().as_deref() {
            Ok("_") => Ok(Arg::Any),
            Ok("out") => Ok(Arg::Out(self.variable()?)),
            _ => {
                self.at = before;
                Ok(Arg::Const(self.constants()?))
            }
        }
    }

    /// The way to a member: `A.B`.
    fn members(&mut self) -> Result<Vec<String>, SpecError> {
        let mut path = Vec::new();
        loop {
            self.space();
            path.push(self.word(|c| c.is_ascii_alphanumeric() || c == '_', "the name of a member is expected")?);
            if !self.take(".") {
                return Ok(path);
            }
        }
    }

    fn result(&mut self) -> Result<ResultTest, SpecError> {
        if self.take("!") {
            return Ok(ResultTest::Not(self.constants()?));
        }
        let names = self.constants()?;
        Ok(match names.as_slice() {
            [one] if one == "ok" => ResultTest::Ok,
            [one] if one == "fail" => ResultTest::Fail,
            [one] if one == "null" => ResultTest::Null,
            [one] if one == "nonnull" => ResultTest::NonNull,
            _ => ResultTest::Is(names),
        })
    }

    fn constants(&mut self) -> Result<Vec<String>, SpecError> {
        let mut all = vec![self.constant()?];
        while self.take("|") {
            all.push(self.constant()?);
        }
        Ok(all)
    }

    fn constant(&mut self) -> Result<String, SpecError> {
        self.space();
        let sign = if self.take("-") { "-" } else { "" };
        self.word(|c| c.is_ascii_alphanumeric() || c == '_', "a constant, `_`, `$variable` or `...` is expected")
            .map(|word| format!("{sign}{word}"))
    }

    fn variable(&mut self) -> Result<String, SpecError> {
        self.space();
        self.expect("$")?;
        self.word(|c| c.is_ascii_alphanumeric() || c == '_', "a variable's name is expected")
    }

    fn name(&mut self) -> Result<String, SpecError> {
        self.space();
        let mut name = self.word(|c| c.is_ascii_alphanumeric() || c == '_', "a name is expected")?;
        if self.text[self.at..].starts_with('*') {
            self.at += 1;
            name.push('*');
        }
        Ok(name)
    }

    fn word(&mut self, of: impl Fn(char) -> bool, why: &str) -> Result<String, SpecError> {
        let rest = &self.text[self.at..];
        let length = rest.find(|c| !of(c)).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.wrong(why));
        }
        self.at += length;
        Ok(rest[..length].to_owned())
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, token: &str) -> bool {
        self.space();
        let found = self.text[self.at..].starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), SpecError> {
        if self.take(token) { Ok(()) } else { Err(self.wrong(&format!("`{token}` is expected"))) }
    }

    fn wrong(&self, why: &str) -> SpecError {
        let at = self.text[..self.at].chars().count() + 1;
        SpecError::Pattern { pattern: self.text.to_owned(), at, why: why.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_print_as_they_were_read() {
        for text in [
            "KeAcquireSpinLock($k, out $old)",
            "$old = KeAcquireSpinLockRaiseToDpc($k)",
            "WdfWaitLockAcquire($k, NULL)",
            "WdfWaitLockAcquire($k, _) -> STATUS_SUCCESS",
            "KeTryToAcquireSpinLockAtDpcLevel($k) -> TRUE",
            "WdfDeviceCreate(&$i, _, out $d) -> ok",
            "InsertTailList(_, &$i->Tail.Overlay.ListEntry)",
            "Insert(Entry: &$i->Link, ...)",
            "WdfDeviceInit*($i, ...)",
            "IoAllocateIrp(...) -> nonnull",
            "WdfRequestSend(Request: $r, ...) -> !0|-1",
            "$q = param(DeviceInit)",
            "exit",
            "exit -> STATUS_PENDING|STATUS_SUCCESS",
            "escape($r)",
            "handed($r)",
            "KeWaitForSingleObject(_, _, _, _, !NULL)",
        ] {
            let pattern: Pattern = text.parse().unwrap();
            assert_eq!(pattern.to_string(), text);
        }
    }

    #[test]
    fn a_fault_is_named_with_its_place() {
        for (text, at) in [
            ("", 1),
            ("Ke(", 4),
            ("Ke($)", 5),
            ("Ke($k", 6),
            ("Ke($k) -> ", 11),
            ("$x Ke()", 4),
            ("Ke() more", 6),
            ("Ke(&$k->)", 9),
            ("Ke(&$k->A.)", 11),
        ] {
            match text.parse::<Pattern>() {
                Err(SpecError::Pattern { at: found, .. }) => assert_eq!(found, at, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            if let Ok(pattern) = text.parse::<Pattern>() {
                prop_assert_eq!(pattern.to_string().parse::<Pattern>().unwrap(), pattern);
            }
        }
    }
}
