//! Examples: code that cannot compile, or that calls what the page is not about.

use rulebook_catalog::api_facts::{ApiFact, ApiKind as FactKind};
use rulebook_catalog::{CodeBlock, RulePage};
use rulebook_diagnostics::Span;

use super::context::Context;
use super::finding::{Finding, short};
use super::known::words;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for (page, _) in context.rule_docs() {
        for block in &page.code {
            let code = Code { page, block, bare: bare(&block.text) };
            code.braces(found);
            code.swallowed(found);
            code.characters(found);
            code.calls(context, found);
        }
    }
}

/// The text with comments and literals blanked, byte for byte.
fn bare(text: &str) -> String {
    let mut out: Vec<u8> = text.bytes().collect();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at..] {
            [b'/', b'/', ..] => bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |len| at + len),
            [b'/', b'*', ..] => text[at..].find("*/").map_or(bytes.len(), |len| at + len + 2),
            [quote @ (b'"' | b'\''), ..] => {
                let mut end = at + 1;
                while end < bytes.len() && bytes[end] != quote && bytes[end] != b'\n' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                (end + 1).min(bytes.len())
            }
            _ => {
                at += 1;
                continue;
            }
        };
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end;
    }
    String::from_utf8(out).unwrap_or_default()
}

struct Code<'c> {
    page: &'c RulePage,
    block: &'c CodeBlock,
    bare: String,
}

/// A call in code: the name, its place, the arguments.
struct Call<'c> {
    name: &'c str,
    at: usize,
    args: Vec<(usize, &'c str)>,
}

impl Code<'_> {
    fn finding(&self, kind: &str, range: std::ops::Range<usize>, message: String) -> Finding {
        let start = self.block.span.start as usize;
        let span = Span::new(start + range.start, start + range.end);
        Finding::new(kind, &self.page.id.to_string(), &self.page.source, span, message)
    }

    fn braces(&self, found: &mut Vec<Finding>) {
        for (open, close) in [('{', '}'), ('(', ')')] {
            let (opened, closed) = (self.bare.matches(open).count(), self.bare.matches(close).count());
            if opened != closed {
                let message = format!("the example has {opened} `{open}` and {closed} `{close}`");
                found.push(
                    self.finding("code-braces", 0..self.block.text.len().min(1), message)
                        .found(short(&self.block.text)),
                );
            }
        }
    }

    /// A declaration that stands in a comment, while the code uses what it declares.
    fn swallowed(&self, found: &mut Vec<Finding>) {
        let mut from = 0;
        for line in self.block.text.split_inclusive('\n') {
            let start = from;
            from += line.len();
            let Some(comment) = line.find("//") else { continue };
            let text = line[comment + 2..].trim_end();
            let Some(declared) = text.strip_suffix(';') else { continue };
            let all: Vec<_> = words(declared).collect();
            let [.., (at, kind), (_, name)] = all[..] else { continue };
            let is_type = kind.len() > 2 && kind.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            let used = words(&self.bare).any(|(_, word)| word == name);
            let is_declared = |word: &str| {
                words(&self.bare).collect::<Vec<_>>().windows(2).any(|two| two[1].1 == word && two[0].1 == kind)
            };
            if is_type && used && !is_declared(name) {
                let begin = start + comment + 2 + at;
                let message = format!("the declaration of `{name}` is part of the comment, and the code uses `{name}`");
                found.push(
                    self.finding("code-comment", begin..start + line.trim_end().len(), message)
                        .expected("the declaration on a line of its own"),
                );
            }
        }
    }

    /// Characters that no compiler takes.
    fn characters(&self, found: &mut Vec<Finding>) {
        for (at, c) in
            self.bare.char_indices().filter(|(_, c)| matches!(c, '…' | '“' | '”' | '‘' | '’' | '–' | '\u{a0}'))
        {
            let plain = match c {
                '…' => "...",
                '“' | '”' => "\"",
                '‘' | '’' => "'",
                '–' => "-",
                _ => " ",
            };
            let message = format!("the character `{c}` stands in code");
            let range = at..at + c.len_utf8();
            let span =
                Span::new(self.block.span.start as usize + range.start, self.block.span.start as usize + range.end);
            found.push(self.finding("code-character", range, message).found(c).expected(plain).edit(
                &self.page.source,
                span,
                plain,
            ));
        }
        for entity in ["&gt;", "&lt;", "&amp;"] {
            for (at, _) in self.bare.match_indices(entity) {
                let message = format!("`{entity}` stands in code, where it is shown as it is");
                found.push(self.finding("code-character", at..at + entity.len(), message));
            }
        }
    }

    fn all_calls(&self) -> Vec<Call<'_>> {
        let mut all = Vec::new();
        for (at, name) in words(&self.bare) {
            let after = &self.bare[at + name.len()..];
            let open = at + name.len() + (after.len() - after.trim_start().len());
            if !self.bare[open..].starts_with('(') {
                continue;
            }
            let (mut depth, mut from, mut args) = (0usize, open + 1, Vec::new());
            for (offset, byte) in self.bare[open..].bytes().enumerate() {
                match byte {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' => {
                        depth = depth.saturating_sub(1);
                        if depth == 0 {
                            args.push((from, &self.block.text[from..open + offset]));
                            all.push(Call { name, at, args });
                            break;
                        }
                    }
                    b',' if depth == 1 => {
                        args.push((from, &self.block.text[from..open + offset]));
                        from = open + offset + 1;
                    }
                    _ => {}
                }
            }
        }
        all
    }

    fn calls(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        for call in self.all_calls() {
            let Some(fact) = context.facts.functions.get(call.name).filter(|fact| fact.kind != FactKind::Callback)
            else {
                continue;
            };
            let declared = call
                .args
                .iter()
                .any(|(_, arg)| arg.trim_start().starts_with("_In") || arg.trim_start().starts_with("__in"));
            let partial = call.args.iter().any(|(_, arg)| arg.contains("..."));
            if declared || partial {
                continue;
            }
            self.count(fact, &call, found);
            self.forms(fact, &call, found);
            self.other(&call, found);
        }
    }

    fn count(&self, fact: &ApiFact, call: &Call<'_>, found: &mut Vec<Finding>) {
        let given = if call.args.len() == 1 && call.args[0].1.trim().is_empty() { 0 } else { call.args.len() };
        let wanted = fact.params.len();
        let fits = given == wanted || (fact.variadic && given > wanted) || (wanted == 0 && !fact.has_types());
        if !fits {
            let least = if fact.variadic { "at least " } else { "" };
            let arguments = if wanted == 1 { "argument" } else { "arguments" };
            let message = format!("`{}` takes {least}{wanted} {arguments}, the example passes {given}", call.name);
            let mut params: Vec<&str> = fact.params.iter().map(|param| param.name.as_str()).collect();
            params.extend(fact.variadic.then_some("..."));
            found.push(self.finding("code-arguments", call.at..call.at + call.name.len(), message).expected(format!(
                "{}({})",
                call.name,
                params.join(", ")
            )));
        }
    }

    /// An address where a value is wanted.
    fn forms(&self, fact: &ApiFact, call: &Call<'_>, found: &mut Vec<Finding>) {
        for (param, (at, arg)) in fact.params.iter().zip(&call.args) {
            let Some(kind) = &param.c_type else { continue };
            let scalar = kind.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
                && !kind.starts_with('P')
                && !kind.starts_with("LP");
            let text = arg.trim();
            if scalar
                && text.starts_with('&')
                && text[1..].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && !kind.contains("HANDLE")
            {
                let lead = arg.len() - arg.trim_start().len();
                let start = at + lead;
                let message =
                    format!("`{}` takes `{}` as a `{kind}`, the example passes an address", call.name, param.name);
                let span =
                    Span::new(self.block.span.start as usize + start, self.block.span.start as usize + start + 1);
                found.push(
                    self.finding("code-argument-form", start..start + text.len(), message).expected(&text[1..]).edit(
                        &self.page.source,
                        span,
                        "",
                    ),
                );
            }
        }
    }

    /// A call of a near relative of a function that the page is about, and not of that.
    fn other(&self, call: &Call<'_>, found: &mut Vec<Finding>) {
        let listed: Vec<&str> = self.page.applies_to().map(|api| api.name.as_str()).collect();
        let has = listed.iter().any(|name| name.eq_ignore_ascii_case(call.name));
        let relative = listed.iter().find(|name| name.len() > call.name.len() && name.starts_with(call.name));
        if let (false, Some(relative)) = (has, relative) {
            let message =
                format!("the example calls `{}`, which the rule's list lacks; the list has `{relative}`", call.name);
            found.push(
                self.finding("code-other-function", call.at..call.at + call.name.len(), message)
                    .expected(format!("a call of `{relative}`")),
            );
        }
    }
}
