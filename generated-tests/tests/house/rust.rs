//! As much of Rust's lexical form as the guards need: names and string literals outside comments and tests.

/// A name or a string literal, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// From 1.
    pub(crate) line: usize,
    /// The name, or the text between the quotes.
    pub(crate) text: String,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Name,
    Text,
    /// A single byte of punctuation.
    Mark,
}

/// The tokens of `text` outside comments and outside items under `#[cfg(test)]`.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let all = lex(text);
    let mut kept = Vec::with_capacity(all.len());
    let mut at = 0;
    while at < all.len() {
        if is(&all[at..], &["#", "[", "cfg", "(", "test", ")", "]"]) {
            at = end_of_item(&all, at + 7);
        } else {
            kept.push(all[at].clone());
            at += 1;
        }
    }
    kept
}

/// Whether `tokens` begin with these.
pub(crate) fn is(tokens: &[Token], wanted: &[&str]) -> bool {
    tokens.len() >= wanted.len() && tokens.iter().zip(wanted).all(|(token, text)| token.text == *text)
}

/// The index after the item that begins at `at`: after its `;`, or after its block.
fn end_of_item(all: &[Token], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < all.len() {
        if all[at].kind == Kind::Mark {
            match all[at].text.as_str() {
                ";" if depth == 0 => return at + 1,
                "{" => depth += 1,
                "}" => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at + 1;
                    }
                }
                _ => {}
            }
        }
        at += 1;
    }
    at
}

fn lex(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let (mut at, mut line) = (0, 1);
    let mut push = |kind, line, from: usize, to: usize| {
        out.push(Token { line, text: text.get(from..to).unwrap_or_default().to_owned(), kind });
    };
    while at < bytes.len() {
        let start = at;
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"//") {
            at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        } else if rest.starts_with(b"/*") {
            at += 2;
            let mut depth = 1;
            while at < bytes.len() && depth > 0 {
                let here = &bytes[at..];
                if here.starts_with(b"/*") {
                    (depth, at) = (depth + 1, at + 2);
                } else if here.starts_with(b"*/") {
                    (depth, at) = (depth - 1, at + 2);
                } else {
                    at += 1;
                }
            }
        } else if let Some((open, hashes)) = raw_string(rest) {
            let close = format!("\"{}", "#".repeat(hashes));
            let from = at + open;
            let length = text.get(from..).and_then(|rest| rest.find(&close)).unwrap_or(bytes.len() - from);
            push(Kind::Text, line, from, from + length);
            at = (from + length + close.len()).min(bytes.len());
        } else if rest[0] == b'"' {
            at += 1;
            while at < bytes.len() && bytes[at] != b'"' {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            push(Kind::Text, line, start + 1, at.min(bytes.len()));
            at = (at + 1).min(bytes.len());
        } else if rest[0] == b'\'' {
            // A character has its closing quote near; a lifetime has none.
            let close = if rest.get(1) == Some(&b'\\') { 3 } else { 2 };
            let near = rest.iter().skip(close).take(8).position(|byte| *byte == b'\'');
            let plain = text[at + 1..].chars().next().map_or(0, char::len_utf8);
            at += match near {
                Some(skip) if rest.get(1) == Some(&b'\\') => close + skip + 1,
                _ if rest.get(1 + plain) == Some(&b'\'') => plain + 2,
                _ => 1,
            };
        } else if rest[0].is_ascii_alphabetic() || rest[0] == b'_' {
            at += rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(rest.len());
            push(Kind::Name, line, start, at);
        } else {
            at += 1;
            if rest[0].is_ascii_punctuation() {
                push(Kind::Mark, line, start, at);
            }
        }
        line += text.get(start..at).unwrap_or_default().matches('\n').count();
    }
    out
}

/// How long the opening of a raw string is, and its number of `#`.
fn raw_string(rest: &[u8]) -> Option<(usize, usize)> {
    let prefix = usize::from(rest.first() == Some(&b'b'));
    if rest.get(prefix) != Some(&b'r') {
        return None;
    }
    let hashes = rest[prefix + 1..].iter().take_while(|byte| **byte == b'#').count();
    (rest.get(prefix + 1 + hashes) == Some(&b'"')).then_some((prefix + hashes + 2, hashes))
}

#[test]
fn comments_and_tests_are_no_code() {
    let text = r#"
        // Hidden /* "quoted"
        /* Hidden /* Deeper */ Hidden */
        fn seen<'a>(x: &'a str) -> char { let _ = "Literal \" //"; let _ = RAW; '"' }
        #[cfg(test)]
        mod tests { fn hidden() { "Hidden"; } }
        fn last() {}
    "#;
    let text = text.replace("RAW", "r#\"Raw \"it\"\"#");
    let tokens = tokens(&text);
    let of =
        |kind| tokens.iter().filter(|token| token.kind == kind).map(|token| token.text.as_str()).collect::<Vec<_>>();
    assert_eq!(of(Kind::Text), ["Literal \\\" //", "Raw \"it\""]);
    let names = of(Kind::Name);
    assert!(names.contains(&"seen") && names.contains(&"last"));
    assert!(!tokens.iter().any(|token| token.text.contains("idden")), "{tokens:?}");
    let last = tokens.iter().find(|token| token.text == "last").expect("the last function");
    assert_eq!(last.line, 7);
}
