//! Running text as words in one form.

/// A word with the stretch of the text that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// The form that is compared: lower case, relations as signs.
    pub(crate) key: String,
    /// First byte in the text.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
}

/// What stands in the place of the rule's own name, so that a rule that is renamed still says the same.
pub(crate) const OWN_NAME: &str = "\u{a7}";

/// What stands where a byte was lost.
pub(crate) const LOST: &str = "\u{fffd}";

/// Words that carry no requirement; their repair is no change.
const ARTICLES: [&str; 3] = ["a", "an", "the"];

/// Relations in words, longest first, and as signs.
const RELATIONS: [(&[&str], &str); 10] = [
    (&["less", "than", "or", "equal", "to"], "<="),
    (&["lower", "than", "or", "equal", "to"], "<="),
    (&["greater", "than", "or", "equal", "to"], ">="),
    (&["higher", "than", "or", "equal", "to"], ">="),
    (&["less", "than"], "<"),
    (&["lower", "than"], "<"),
    (&["greater", "than"], ">"),
    (&["higher", "than"], ">"),
    (&["equal", "to"], "="),
    (&["equals"], "="),
];

/// The words of `text`; `own` are the names of the rule that it is about, in lower case.
pub(crate) fn words(text: &str, own: &[String]) -> Vec<Word> {
    let mut found = Vec::new();
    let mut scanned = scan(text);
    scanned.dedup_by(|next, word| next.key == word.key && word.key != LOST);
    for word in relations(&scanned) {
        if ARTICLES.contains(&word.key.as_str()) {
            continue;
        }
        let key = if own.contains(&word.key) { OWN_NAME.to_owned() } else { word.key };
        let doubled = found.last().is_some_and(|last: &Word| last.key == key && key != LOST);
        if !doubled {
            found.push(Word { key, ..word });
        }
    }
    found
}

/// The words without the space between them: `re-used`, `re used` and `reused` are one.
pub(crate) fn joined(words: &[Word]) -> String {
    words.iter().map(|word| word.key.as_str()).collect()
}

/// Names, numbers and signs, each in lower case.
fn scan(text: &str) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        let mut end = start + first.len_utf8();
        let mut key = String::new();
        if first.is_alphanumeric() || first == '_' {
            key.extend(first.to_lowercase());
            while let Some((at, next)) = chars.peek().copied() {
                // The apostrophe of `driver's` is written in several ways and sometimes not at all.
                let inner = matches!(next, '\'' | '\u{2019}')
                    && text[at + next.len_utf8()..].starts_with(char::is_alphanumeric);
                if !(inner || next.is_alphanumeric() || next == '_') {
                    break;
                }
                chars.next();
                end = at + next.len_utf8();
                if !inner {
                    key.extend(next.to_lowercase());
                }
            }
        } else {
            match first {
                // The arrow of `Irp->Tail` is no relation.
                '-' if chars.peek().is_some_and(|(_, next)| *next == '>') => {
                    chars.next();
                }
                '\u{2264}' => key.push_str("<="),
                '\u{2265}' => key.push_str(">="),
                '<' | '>' | '=' | '!' => {
                    key.push(first);
                    while let Some((at, next)) = chars.peek().copied().filter(|(_, next)| *next == '=') {
                        chars.next();
                        end = at + 1;
                        key.push(next);
                    }
                    match key.as_str() {
                        "==" => key.truncate(1),
                        "!" => key.clear(),
                        _ => {}
                    }
                }
                char::REPLACEMENT_CHARACTER => key.push(first),
                _ => {}
            }
        }
        if !key.is_empty() {
            found.push(Word { key, start, end });
        }
    }
    found
}

/// The words with relations as signs.
fn relations(scanned: &[Word]) -> Vec<Word> {
    let mut found = Vec::with_capacity(scanned.len());
    let mut at = 0;
    while let Some(word) = scanned.get(at) {
        let stands = |phrase: &[&str]| {
            scanned[at..].len() >= phrase.len()
                && scanned[at..].iter().zip(phrase).all(|(word, part)| word.key == *part)
        };
        if let Some((phrase, sign)) = RELATIONS.iter().find(|(phrase, _)| stands(phrase)) {
            let last = &scanned[at + phrase.len() - 1];
            found.push(Word { key: (*sign).to_owned(), start: word.start, end: last.end });
            at += phrase.len();
        } else {
            found.push(word.clone());
            at += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> String {
        let own = ["latch".to_owned()];
        words(text, &own).iter().map(|word| word.key.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_carries_no_requirement_goes() {
        for (text, expected) in [
            ("The Latch rule says: close a latch.", "\u{a7} rule says close \u{a7}"),
            ("to to be sure", "to be sure"),
            ("the driver\u{2019}s Irp->Flags, driver's", "drivers irp flags drivers"),
            ("IRQL <= X_LEVEL", "irql <= x_level"),
            ("IRQL less than or equal to X_LEVEL", "irql <= x_level"),
            ("IRQL \u{2264} X_LEVEL, lower than Y", "irql <= x_level < y"),
            ("IRQL = X, IRQL == X, IRQL equal to X", "irql = x irql = x irql = x"),
            ("a \u{fffd} b !", "\u{fffd} b"),
            ("x != 0x1F", "x != 0x1f"),
        ] {
            assert_eq!(keys(text), expected, "{text}");
        }
    }

    #[test]
    fn words_find_their_place() {
        let text = "only at IRQL less than or equal to X";
        let found = words(text, &[]);
        assert_eq!(&text[found[3].start..found[3].end], "less than or equal to");
    }
}
