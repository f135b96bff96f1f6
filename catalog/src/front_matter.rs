//! The block of YAML at the head of a page, with the place of every key and value.
//!
//! A YAML reader gives the values, a look at the lines gives the places: keys stand at column 0 in every
//! page there ever was, and a value reaches up to the next key.

use rulebook_diagnostics::{Problem, Span};
use serde::{Deserialize, Serialize};
use serde_yaml::Value;

use crate::packed;
use crate::text::{Source, Spanned, lines, too_deep, trim};

/// One key of the front matter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// The key and its place.
    pub key: Spanned<String>,
    /// The value as YAML reads it.
    #[serde(with = "packed::value")]
    pub value: Value,
    /// The place of the value.
    pub span: Span,
}

/// The front matter of one page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FrontMatter {
    /// Every key in the order of the page; unknown ones are kept.
    pub entries: Vec<Entry>,
    /// From the opening line to the closing one, both included; empty if there is none.
    pub span: Span,
}

impl FrontMatter {
    /// Reads the front matter of `source`; a page without any has an empty one.
    pub fn read(source: &Source) -> Result<Self, Box<Problem>> {
        // Most pages are long and their front matter is short.
        let near = source.text.find("\n---\n").map_or(source.span(), |at| Span::new(0, at + 5));
        let all = lines(&source.text, near);
        let is_fence = |line: &Span| source.slice(*line).trim_end() == "---";
        if !all.first().is_some_and(is_fence) {
            return Ok(Self::default());
        }
        let Some(last) = all[1..].iter().position(|line| is_fence(line) || source.slice(*line).trim_end() == "...")
        else {
            return Err(Box::new(Problem::error(
                "page/front-matter",
                source.place(all[0]),
                "the front matter that starts here has no closing `---`",
            )));
        };
        let body = &all[1..=last];
        let span = Span { start: 0, end: all[last + 1].end };
        let Some((first, end)) = body.first().zip(body.last()) else {
            return Ok(Self { entries: Vec::new(), span });
        };
        let yaml = Span { start: first.start, end: end.end };
        if too_deep(source.slice(yaml)) {
            let what = "the front matter nests brackets too deep";
            return Err(Box::new(Problem::error("page/front-matter", source.place(*first), what)));
        }
        let value: Value =
            serde_yaml::from_str(source.slice(yaml)).map_err(|error| yaml_problem(source, yaml, &error))?;
        let mut mapping = match value {
            Value::Mapping(mapping) => mapping,
            Value::Null => {
                return Ok(Self { entries: Vec::new(), span });
            }
            _ => {
                let what = "the front matter is not a list of keys and values";
                return Err(Box::new(Problem::error("page/front-matter", source.place(yaml), what)));
            }
        };
        let mut entries = Vec::with_capacity(mapping.len());
        for (key, span) in keys(source, body) {
            // Not `shift_remove`: order comes from the lines, and a quoted key is its own text.
            if let Some(value) = mapping.get_mut(key.value.as_str()).map(std::mem::take) {
                entries.push(Entry { key, value, span });
            }
        }
        Ok(Self { entries, span })
    }

    /// The entry of `key`, without regard to case.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.value.eq_ignore_ascii_case(key))
    }

    /// The value of `key` as text; `None` where it is missing or empty.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<Spanned<String>> {
        let entry = self.get(key)?;
        let text = scalar(&entry.value)?;
        let text = text.trim();
        (!text.is_empty()).then(|| Spanned::new(text.to_owned(), entry.span))
    }

    /// The value of `key` as a list; one value is a list of one. Items of a list have places of their own.
    #[must_use]
    pub fn list(&self, source: &Source, key: &str) -> Vec<Spanned<String>> {
        let Some(entry) = self.get(key) else {
            return Vec::new();
        };
        let Value::Sequence(items) = &entry.value else {
            return self.text(key).into_iter().collect();
        };
        let mut from = entry.span.start as usize;
        let mut found = Vec::new();
        for item in items.iter().filter_map(scalar).filter(|item| !item.trim().is_empty()) {
            let item = item.trim();
            let rest = Span { start: from as u32, end: entry.span.end };
            let span = match source.slice(rest).find(item) {
                Some(at) => Span::new(from + at, from + at + item.len()),
                None => entry.span,
            };
            from = (span.end as usize).clamp(from, entry.span.end as usize);
            found.push(Spanned::new(item.to_owned(), span));
        }
        found
    }
}

/// A scalar as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The keys among `body` and the places of their values.
fn keys(source: &Source, body: &[Span]) -> Vec<(Spanned<String>, Span)> {
    let mut found: Vec<(Spanned<String>, Span)> = Vec::new();
    for line in body {
        let text = source.slice(*line);
        let starts_key =
            text.starts_with(|first: char| !first.is_whitespace() && !matches!(first, '-' | '#' | ']' | '}'));
        let colon = text.match_indices(':').map(|(at, _)| at).find(|at| {
            let next = text[at + 1..].chars().next();
            next.is_none_or(char::is_whitespace)
        });
        if let (true, Some(colon)) = (starts_key, colon) {
            let start = line.start as usize;
            let key = text[..colon].trim().trim_matches(['"', '\'']);
            let value = Span { start: (start + colon + 1) as u32, end: line.end };
            found.push((Spanned::new(key.to_owned(), Span::new(start, start + colon)), value));
        } else if let Some((_, value)) = found.last_mut() {
            value.end = line.end;
        }
    }
    for (_, value) in &mut found {
        *value = trim(&source.text, *value);
    }
    found
}

/// An error of the YAML reader at the line of the page that it means.
fn yaml_problem(source: &Source, yaml: Span, error: &serde_yaml::Error) -> Box<Problem> {
    let span = error.location().map_or(yaml, |location| {
        let line = source.line(yaml) + location.line().saturating_sub(1) as u32;
        let start = source.line_start(line).min(yaml.end as usize);
        let width =
            source.text[start..].chars().take(location.column().saturating_sub(1)).map(char::len_utf8).sum::<usize>();
        let at = (start + width).min(yaml.end as usize);
        Span::new(at, at)
    });
    let mut message = error.to_string();
    // The reader counts lines from the `---`; the place says it right.
    if let Some(at) = message.rfind(" at line ") {
        message.truncate(at);
    }
    Box::new(Problem::error(
        "page/front-matter",
        source.place(span),
        format!("the front matter is not YAML: {message}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_values_and_items_have_places() {
        let text = "---\r\ntitle: A rule (wdm)\r\nkeywords: [\"A rule\"]\r\napi_name:\r\n- A\r\n- B\r\ndescription:\r\n---\r\nx";
        let source = Source::new("p.md", text);
        let front = FrontMatter::read(&source).unwrap();
        assert_eq!(front.text("title").unwrap().value, "A rule (wdm)");
        assert_eq!(source.slice(front.text("title").unwrap().span), "A rule (wdm)");
        let names = front.list(&source, "api_name");
        assert_eq!(
            names.iter().map(|name| (name.value.as_str(), source.line(name.span))).collect::<Vec<_>>(),
            [("A", 5), ("B", 6)]
        );
        assert_eq!(front.list(&source, "keywords")[0].value, "A rule");
        assert!(front.text("description").is_none());
    }

    #[test]
    fn errors_say_the_line_of_the_page() {
        for (text, line, says) in [
            ("---\ntitle: a\nkey: [1,\n---\n", 3, "not YAML"),
            ("---\ntitle: \"a\" b\n---\n", 2, "not YAML"),
            ("---\na: 1\na: 2\n---\n", 2, "duplicate"),
            ("---\ntitle: a\n", 1, "no closing"),
            ("---\n- a\n---\n", 2, "not a list of keys"),
        ] {
            let problem = FrontMatter::read(&Source::new("p.md", text)).unwrap_err();
            assert!(problem.message.contains(says), "{text:?}: {}", problem.message);
            assert!(problem.place.line.abs_diff(line) <= 1, "{text:?}: {}", problem.place);
        }
    }
}
