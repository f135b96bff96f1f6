//! Which words the pre-pass treats specially: [`Language`] made ready for one look-up per identifier.

use rulebook_machine::semantics::Language;
use rustc_hash::FxHashMap;

use super::token::{Kind, Token, tokenize};
use crate::parsed::{MacroDef, SehKeyword};

/// What the pre-pass does with a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Treatment<'a> {
    /// Blank it.
    Blank,
    /// Blank it with its argument list.
    BlankCall,
    /// Blank it with its argument list, if any, and remember it as an annotation.
    Annotation,
    /// The same, but only where it stands before or after a parameter.
    AnnotationWord,
    /// Put a shorter word in its place.
    Replace(&'a str),
    /// Put a shorter word in its place and blank the brackets and commas of its argument list.
    Unwrap(&'a str),
    /// It stands for a keyword of structured exceptions.
    Seh(SehKeyword),
}

/// The words of a [`Language`].
#[derive(Debug)]
pub(crate) struct Words<'a> {
    by_word: FxHashMap<&'a str, Treatment<'a>>,
    /// Longest first is not needed: any match will do.
    prefixes: Vec<&'a str>,
    pub(crate) language: &'a Language,
}

impl<'a> Words<'a> {
    pub(crate) fn new(language: &'a Language) -> Self {
        let mut by_word = FxHashMap::default();
        let lists = [
            (&language.blank, Treatment::Blank),
            (&language.blank_with_arguments, Treatment::BlankCall),
            (&language.annotation_words, Treatment::AnnotationWord),
        ];
        for (list, treatment) in lists {
            by_word.extend(list.iter().map(|word| (word.as_str(), treatment)));
        }
        let fits = |pair: &(&'a String, &'a String)| pair.1.len() <= pair.0.len();
        by_word.extend(
            language.replace.iter().filter(fits).map(|(word, text)| (word.as_str(), Treatment::Replace(text.as_str()))),
        );
        by_word.extend(
            language.unwrap.iter().filter(fits).map(|(word, text)| (word.as_str(), Treatment::Unwrap(text.as_str()))),
        );
        by_word.extend(
            language
                .seh
                .iter()
                .filter_map(|(word, keyword)| Some((word.as_str(), Treatment::Seh(seh_keyword(keyword)?)))),
        );
        let prefixes = language.annotation_prefixes.iter().map(String::as_str).collect();
        // What is believed is a statement, whatever its name looks like.
        for word in &language.assume {
            by_word.remove(word.as_str());
        }
        Self { by_word, prefixes, language }
    }

    /// What to do with `word`, as far as its name tells.
    pub(crate) fn treatment(&self, word: &str) -> Option<Treatment<'a>> {
        if let Some(treatment) = self.by_word.get(word) {
            return Some(*treatment);
        }
        let bytes = word.as_bytes();
        if bytes.first() != Some(&b'_') {
            return None;
        }
        let sal = bytes.len() > 3 && bytes[1].is_ascii_uppercase() && bytes.ends_with(b"_");
        let prefixed = || self.prefixes.iter().any(|prefix| has_prefix(word, prefix));
        let annotation = (sal || prefixed()) && !self.is_assume(word);
        annotation.then_some(Treatment::Annotation)
    }

    fn is_assume(&self, word: &str) -> bool {
        self.language.assume.iter().any(|assume| assume == word)
    }

    /// What the definition of a macro of the driver makes of its name, where that is not an expansion in an expression.
    pub(crate) fn treatment_of(definition: &MacroDef) -> Option<Treatment<'a>> {
        if definition.params.is_some() {
            return None;
        }
        if let Some(keyword) = definition.body.strip_prefix("__").and_then(seh_keyword) {
            return Some(Treatment::Seh(keyword));
        }
        definition.body.is_empty().then_some(Treatment::Blank)
    }

    /// The replacement text of a macro without annotations, its SEH macros spelled as the compiler does.
    pub(crate) fn clean_body(&self, body: &str) -> String {
        let tokens = tokenize(body);
        if !tokens.iter().any(|token| token.kind == Kind::Ident && self.treatment(token.text(body)).is_some()) {
            return body.to_owned();
        }
        let mut out = String::with_capacity(body.len());
        let (mut at, mut last) = (0, 0);
        while at < tokens.len() {
            let token = tokens[at];
            out.push_str(&body[last..token.start as usize]);
            last = token.end as usize;
            at += 1;
            let word = token.text(body);
            let treatment = if token.kind == Kind::Ident { self.treatment(word) } else { None };
            match treatment {
                Some(Treatment::Seh(keyword)) if seh_fits(keyword, body, &tokens, at - 1) => {
                    out.push_str(seh_text(keyword));
                }
                Some(Treatment::Replace(text)) => out.push_str(text),
                Some(Treatment::Blank) => {}
                Some(Treatment::BlankCall | Treatment::Annotation) => {
                    if let Some(close) = closing(&tokens, at) {
                        at = close + 1;
                        last = tokens[close].end as usize;
                    }
                }
                _ => out.push_str(word),
            }
        }
        out.push_str(&body[last..]);
        out.trim().to_owned()
    }
}

fn has_prefix(word: &str, prefix: &str) -> bool {
    let Some(rest) = word.strip_prefix(prefix) else {
        return false;
    };
    // `__in` begins `__in_opt` and `__inout`, not `__int64` or `__inline`.
    rest.is_empty() || prefix.ends_with('_') || rest.starts_with('_') || rest == "out" || rest.starts_with("out_")
}

pub(crate) fn seh_keyword(name: &str) -> Option<SehKeyword> {
    Some(match name {
        "try" => SehKeyword::Try,
        "except" => SehKeyword::Except,
        "finally" => SehKeyword::Finally,
        "leave" => SehKeyword::Leave,
        _ => return None,
    })
}

fn seh_text(keyword: SehKeyword) -> &'static str {
    match keyword {
        SehKeyword::Try => "__try",
        SehKeyword::Except => "__except",
        SehKeyword::Finally => "__finally",
        SehKeyword::Leave => "__leave",
    }
}

/// Whether the word at `at` stands where its keyword may stand, so that a variable of that name stays one.
pub(crate) fn seh_fits(keyword: SehKeyword, text: &str, tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).map(|index| tokens[index]);
    let after = tokens.get(at + 1);
    let is = |token: Option<&Token>, byte: u8| token.is_none_or(|token| token.kind == Kind::Punct(byte));
    let member = before.is_some_and(|token| matches!(token.text(text), "." | "->" | "::"));
    !member
        && match keyword {
            SehKeyword::Try => is(after, b'{'),
            SehKeyword::Except => is(after, b'(') && is(before.as_ref(), b'}'),
            SehKeyword::Finally => is(after, b'{') && is(before.as_ref(), b'}'),
            SehKeyword::Leave => is(after, b';'),
        }
}

/// How far an argument list may reach, in tokens: a lone bracket must not swallow a file.
pub(crate) const LONGEST_LIST: usize = 4_000;

/// The index of the bracket that closes the one at `open`, if that is one; a `;` or brace ends the search.
pub(crate) fn closing(tokens: &[Token], open: usize) -> Option<usize> {
    if tokens.get(open)?.kind != Kind::Punct(b'(') {
        return None;
    }
    let mut depth = 0_u32;
    for (index, token) in tokens.iter().enumerate().skip(open).take(LONGEST_LIST) {
        match token.kind {
            Kind::Punct(b'(') => depth += 1,
            Kind::Punct(b')') => {
                depth -= 1;
                if depth == 0 {
                    return Some(index);
                }
            }
            Kind::Punct(b';' | b'{' | b'}') => return None,
            _ => {}
        }
    }
    None
}

/// The index of the bracket that closes the one at `open`, if that is one, whatever stands between; `None` where brackets
/// are mixed up, and where it is `most` tokens away or further.
pub(crate) fn balanced(tokens: &[Token], open: usize, most: usize) -> Option<usize> {
    let mut expected: Vec<u8> = Vec::new();
    for (index, token) in tokens.iter().enumerate().skip(open).take(most) {
        match token.kind {
            Kind::Punct(b'(') => expected.push(b')'),
            Kind::Punct(b'[') => expected.push(b']'),
            Kind::Punct(b'{') => expected.push(b'}'),
            Kind::Punct(byte @ (b')' | b']' | b'}')) if expected.pop() != Some(byte) => return None,
            _ => {}
        }
        if expected.is_empty() {
            return (index > open).then_some(index);
        }
    }
    None
}
