//! Words: misspelt ones, doubled ones, wrong turns of phrase, the wrong article.

use std::ops::Range;

use rulebook_catalog::{Inline, PassageKind, Source};
use rulebook_diagnostics::Span;

use super::context::{Context, Doc};
use super::finding::Finding;
use super::known::{is_name, words};

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for doc in context.readable() {
        for (_, raw, span) in doc.head() {
            let text = Text { doc, plain: raw.replace('\\', " "), inline: None, from: span.start };
            text.check(context, found);
        }
        for passage in doc.passages.iter().filter(|passage| passage.kind != PassageKind::Code) {
            let text = Text { doc, plain: passage.inline.text.clone(), inline: Some(&passage.inline), from: 0 };
            text.check(context, found);
        }
    }
}

/// Running text whose places are known.
struct Text<'t> {
    doc: &'t Doc<'t>,
    plain: String,
    inline: Option<&'t Inline>,
    from: u32,
}

impl Text<'_> {
    fn source(&self) -> &Source {
        self.doc.source
    }

    fn place(&self, range: &Range<usize>) -> Span {
        match self.inline {
            Some(inline) => inline.span_of(range.start, range.end),
            None => Span::new(self.from as usize + range.start, self.from as usize + range.end),
        }
    }

    /// The defect at `range`, with the edit if the page has there what the plain text has.
    fn push(&self, found: &mut Vec<Finding>, kind: &str, range: &Range<usize>, message: String, put: Option<&str>) {
        let span = self.place(range);
        let plain = self.plain[range.clone()].to_owned();
        let mut finding = Finding::new(kind, &self.doc.subject(), self.source(), span, message).found(plain.clone());
        if let Some(put) = put {
            finding = finding.expected(put);
            if self.source().slice(span) == plain {
                finding = finding.edit(self.source(), span, put);
            }
        }
        found.push(finding);
    }

    fn check(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        self.spelling(context, found);
        self.doubled(context, found);
        self.phrases(context, found);
        self.articles(context, found);
    }

    fn spelling(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        for (at, word) in words(&self.plain) {
            let Some(right) = context.words.misspelt.get(&word.to_ascii_lowercase()) else {
                continue;
            };
            let capital = word.starts_with(|first: char| first.is_ascii_uppercase());
            let right = if capital { capitalised(right) } else { right.clone() };
            let message = format!("`{word}` is misspelt");
            self.push(found, "word-misspelt", &(at..at + word.len()), message, Some(&right));
        }
    }

    /// The same word twice in a row, in the same emphasis: `Click **Select** all` is none.
    fn doubled(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        let all: Vec<_> = words(&self.plain).collect();
        for two in all.windows(2) {
            let [(first, one), (second, other)] = *two else { continue };
            let between = &self.plain[first + one.len()..second];
            let plain = one.len() > 1 && one.bytes().all(|byte| byte.is_ascii_alphabetic());
            let same = one == other && plain && !between.is_empty() && between.chars().all(|c| c == ' ' || c == '\n');
            let allowed = context.words.may_double.iter().any(|word| word.eq_ignore_ascii_case(one));
            if !same || allowed || self.begins_mark(second) || is_name(one) {
                continue;
            }
            let message = format!("`{one}` stands twice");
            self.push(found, "word-doubled", &(first..second + other.len()), message, Some(one));
        }
    }

    /// Whether emphasis or a link begins or ends right before byte `at`.
    fn begins_mark(&self, at: usize) -> bool {
        let Some(inline) = self.inline else { return false };
        inline.marks.iter().any(|mark| {
            let (start, end) = (mark.start as usize, mark.end as usize);
            let several = self.plain[start..end].split_whitespace().count() > 1;
            start == at || (end < at && !several && self.plain[end..at].trim().is_empty())
        })
    }

    fn phrases(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        for (pattern, phrase) in &context.words.phrases {
            for hit in pattern.captures_iter(&self.plain) {
                let Some(whole) = hit.get(0) else { continue };
                let put = phrase.put.as_ref().map(|put| {
                    let mut out = String::new();
                    hit.expand(put, &mut out);
                    out
                });
                let message = format!("`{}` is a slip: {}", whole.as_str().replace('\n', " "), phrase.why);
                self.push(found, "phrase", &whole.range(), message, put.as_deref());
            }
        }
    }

    fn articles(&self, context: &Context<'_>, found: &mut Vec<Finding>) {
        let all: Vec<_> = words(&self.plain).collect();
        for two in all.windows(2) {
            let [(at, article), (next, word)] = *two else { continue };
            if &self.plain[at + article.len()..next] != " " {
                continue;
            }
            let span = self.place(&(at..at + article.len()));
            let range = at..next + word.len();
            let both = ["a", "an", "the"].contains(&article) && ["a", "an", "the"].contains(&word) && article != word;
            if both || (matches!(article, "a" | "an") && context.words.determiners.iter().any(|other| other == word)) {
                let message = format!("`{article}` and `{word}` cannot both stand before one noun");
                let mut finding = Finding::new("article", &self.doc.subject(), self.source(), span, message)
                    .found(self.plain[range].to_owned());
                let whole = Span { start: span.start, end: span.end + 1 };
                // Of two articles either may be meant.
                if !both {
                    finding = finding.expected(word);
                    if self.source().slice(whole) == format!("{article} ") {
                        finding = finding.edit(self.source(), whole, "");
                    }
                }
                found.push(finding);
                continue;
            }
            let right = match article {
                "a" if takes_an(context, word) => "an",
                "an" if takes_a(context, word) => "a",
                _ => continue,
            };
            let message = format!("`{word}` takes `{right}`");
            let put = format!("{right} {word}");
            let mut finding = Finding::new("article", &self.doc.subject(), self.source(), span, message)
                .found(self.plain[range].to_owned())
                .expected(put);
            if self.source().slice(span) == article {
                finding = finding.edit(self.source(), span, right);
            }
            found.push(finding);
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// Whether a word is one letter: `a b` names two things.
fn is_letter(word: &str) -> bool {
    word.len() < 2
}

fn takes_an(context: &Context<'_>, word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let vowel = lower.starts_with(['a', 'e', 'i', 'o']) && !is_letter(word);
    // Names such as `IRP_MJ_READ` are read by their first part.
    let first = word.split('_').next().unwrap_or_default();
    let listed = context.words.an.iter().any(|known| known == first || known == word);
    (vowel && !context.words.a.iter().any(|known| lower.starts_with(known.as_str()))) || listed
}

fn takes_a(context: &Context<'_>, word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    if lower != word || is_letter(word) {
        // Abbreviations may be read by letters.
        return false;
    }
    let consonant = lower.starts_with(|first: char| first.is_ascii_alphabetic() && !"aeiouhx".contains(first));
    consonant && !context.words.an.contains(&lower)
}
