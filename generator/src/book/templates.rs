//! The templates of the book, bundled, and their rendering.

use std::error::Error;

use serde::Serialize;
use tera::{Context, Tera};

use crate::GenerateError;

const TEMPLATES: [(&str, &str); 7] = [
    ("rule.md", include_str!("../../../templates/book/rule.md")),
    ("rules.md", include_str!("../../../templates/book/rules.md")),
    ("model.md", include_str!("../../../templates/book/model.md")),
    ("functions.md", include_str!("../../../templates/book/functions.md")),
    ("index.md", include_str!("../../../templates/book/index.md")),
    ("summary.md", include_str!("../../../templates/book/summary.md")),
    ("macros.md", include_str!("../../../templates/book/macros.md")),
];

/// The bundled templates, ready to render.
pub(super) struct Templates {
    tera: Tera,
}

impl Templates {
    /// Parses all templates.
    pub(super) fn new() -> Result<Self, GenerateError> {
        let mut tera = Tera::default();
        tera.autoescape_on(Vec::new());
        tera.add_raw_templates(TEMPLATES).map_err(|error| failure("book", &error))?;
        Ok(Self { tera })
    }

    /// Renders one template; the text ends in one newline and has no runs of empty lines.
    pub(super) fn render(&self, name: &str, data: &impl Serialize) -> Result<String, GenerateError> {
        let context = Context::from_serialize(data).map_err(|error| failure(name, &error))?;
        let text = self.tera.render(name, &context).map_err(|error| failure(name, &error))?;
        Ok(tidy(&text))
    }
}

fn failure(name: &str, error: &tera::Error) -> GenerateError {
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        reason.push_str(": ");
        reason.push_str(&error.to_string());
        cause = error.source();
    }
    GenerateError::Template { name: format!("book/{name}"), reason }
}

/// Templates leave empty lines where they choose to say nothing; code keeps its own.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut empty, mut code) = (false, false);
    for line in text.lines() {
        let line = line.trim_end();
        code ^= line.starts_with("```");
        if line.is_empty() && empty && !code {
            continue;
        }
        empty = line.is_empty();
        out.push_str(line);
        out.push('\n');
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
    out
}
