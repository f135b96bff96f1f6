//! The text of `rulebook.toml` to what it says; everything that is wrong is told of, with its place and what is right.

use rulebook_diagnostics::nearest::{nearest, unknown};
use rulebook_diagnostics::{LineIndex, Place, Problem, Span};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Config, Origin, Weight, Word};

/// The keys, each with what its value is.
const KEYS: [(&str, &str); 6] = [
    ("rules", "a list of rules: `[\"MODEL/RULE\", \"wdm/*\", \"FAMILY\", \"SET\"]`"),
    ("ignore", "a list of rules: `[\"MODEL/RULE\", \"wdm/*\", \"FAMILY\", \"SET\"]`"),
    ("severity", "a table of rules: `\"MODEL/RULE\" = \"error\"`"),
    ("exclude", "a list of path patterns: `[\"third_party/**\"]`"),
    ("defines", "a list of macros: `[\"NAME\", \"NAME=VALUE\"]`"),
    ("baseline", "the path of a file: `\"rulebook-baseline.json\"`"),
];

/// Reads the file `path` of this text.
pub(super) fn read(path: &str, text: &str) -> (Config, Vec<Problem>) {
    let mut reader = Reader { path, text, lines: LineIndex::new(text), problems: Vec::new() };
    let mut config = Config::default();
    match DeTable::parse(text) {
        Ok(table) => reader.table(table.get_ref(), &mut config),
        Err(error) => {
            let place = reader.place(&error.span().unwrap_or_default());
            let message = error.message().lines().next().unwrap_or("it is no TOML").to_owned();
            reader.problems.push(Problem::error("config/syntax", place, message));
        }
    }
    reader.problems.sort();
    (config, reader.problems)
}

struct Reader<'t> {
    path: &'t str,
    text: &'t str,
    lines: LineIndex,
    problems: Vec<Problem>,
}

type Value<'t> = Spanned<DeValue<'t>>;

impl Reader<'_> {
    fn place(&self, span: &std::ops::Range<usize>) -> Place {
        self.lines.place(self.path, self.text, Span::new(span.start, span.end))
    }

    fn table(&mut self, table: &DeTable<'_>, config: &mut Config) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "rules" => config.rules = self.list("rules", value),
                "ignore" => config.ignore = self.list("ignore", value),
                "severity" => config.severity = self.severity(value),
                "exclude" => config.exclude = self.list("exclude", value),
                "defines" => config.defines = self.list("defines", value),
                "baseline" => config.baseline = self.word("baseline", value),
                other => {
                    let message = unknown("key of the configuration", other, KEYS.map(|(name, _)| name));
                    let problem = Problem::error("config/unknown-key", self.place(&key.span()), message);
                    let meant = nearest(other, KEYS.map(|(name, _)| name));
                    let form = KEYS.iter().find(|(name, _)| Some(*name) == meant);
                    self.problems.push(match form {
                        Some((name, form)) => problem.help(format!("`{name}` is {form}")),
                        None => problem,
                    });
                }
            }
        }
    }

    /// The text of a value; told of where it is none.
    fn word(&mut self, key: &str, value: &Value<'_>) -> Option<Word> {
        let origin = Origin::File(self.place(&value.span()));
        match value.get_ref() {
            DeValue::String(text) => Some(Word { text: text.to_string(), origin }),
            other => self.wrong_type(key, value, other),
        }
    }

    fn list(&mut self, key: &str, value: &Value<'_>) -> Vec<Word> {
        match value.get_ref() {
            DeValue::Array(values) => values.iter().filter_map(|value| self.word(key, value)).collect(),
            other => self.wrong_type(key, value, other).unwrap_or_default(),
        }
    }

    fn severity(&mut self, value: &Value<'_>) -> Vec<(Word, Weight)> {
        let DeValue::Table(table) = value.get_ref() else {
            return self.wrong_type("severity", value, value.get_ref()).unwrap_or_default();
        };
        let mut all = Vec::new();
        for (rule, value) in table {
            let origin = Origin::File(self.place(&rule.span()));
            let rule = Word { text: rule.get_ref().to_string(), origin };
            let Some(word) = self.word("severity", value) else { continue };
            let Some(weight) = Weight::from_name(&word.text) else {
                let message = unknown("severity", &word.text, Weight::ALL.map(|(name, _)| name));
                self.problems.push(Problem::error("config/severity", self.place(&value.span()), message));
                continue;
            };
            all.push((rule, weight));
        }
        all
    }

    fn wrong_type<T>(&mut self, key: &str, value: &Value<'_>, found: &DeValue<'_>) -> Option<T> {
        let form = KEYS.iter().find(|(name, _)| *name == key).map_or("", |(_, form)| form);
        let message = format!("a value of `{key}` is of the wrong type: {}", found.type_str());
        let problem = Problem::error("config/type", self.place(&value.span()), message);
        self.problems.push(problem.help(format!("`{key}` is {form}")));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read_with_its_place() {
        let text = "rules = [\"wdm/*\"]\nignore = [\n  \"kmdf/Gate\", # why\n]\nexclude = ['a/**']\n\
                    defines = [\"DBG=1\"]\nbaseline = \"b.json\"\n[severity]\n\"wdm/Gate\" = \"error\"\nlocks = \"off\"\n";
        let (config, problems) = read("r.toml", text);
        assert_eq!(problems, []);
        let shown = |words: &[Word]| -> Vec<String> {
            words.iter().map(|word| format!("{} {}", word.text, word.origin)).collect()
        };
        assert_eq!(shown(&config.rules), ["wdm/* r.toml:1:10"]);
        assert_eq!(shown(&config.ignore), ["kmdf/Gate r.toml:3:3"]);
        assert_eq!(shown(&config.exclude), ["a/** r.toml:5:12"]);
        assert_eq!(shown(&config.defines), ["DBG=1 r.toml:6:12"]);
        assert_eq!(shown(config.baseline.as_slice()), ["b.json r.toml:7:12"]);
        let weights: Vec<String> = config
            .severity
            .iter()
            .map(|(word, weight)| format!("{} {} {}", word.text, word.origin, weight.name()))
            .collect();
        assert_eq!(weights, ["locks r.toml:10:1 off", "wdm/Gate r.toml:9:1 error"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_what_is_right() {
        for (text, expected) in [
            ("", vec![]),
            ("rules = [\n", vec!["config/syntax r.toml:1:10 unclosed array, expected `]`"]),
            (
                "\nexlude = []\nx = 1\n",
                vec![
                    "config/unknown-key r.toml:2:1 `exlude` is no key of the configuration; did you mean `exclude`?",
                    "config/unknown-key r.toml:3:1 `x` is no key of the configuration: it is one of `rules`, `ignore`, `severity`, `exclude`, `defines`, `baseline`",
                ],
            ),
            (
                "rules = \"wdm/*\"\nignore = [\"a\", 3]\nbaseline = []\n",
                vec![
                    "config/type r.toml:1:9 a value of `rules` is of the wrong type: string",
                    "config/type r.toml:2:16 a value of `ignore` is of the wrong type: integer",
                    "config/type r.toml:3:12 a value of `baseline` is of the wrong type: array",
                ],
            ),
            ("severity = 1\n", vec!["config/type r.toml:1:12 a value of `severity` is of the wrong type: integer"]),
            (
                "[severity]\na = \"eror\"\nb = true\n",
                vec![
                    "config/severity r.toml:2:5 `eror` is no severity; did you mean `error`?",
                    "config/type r.toml:3:5 a value of `severity` is of the wrong type: boolean",
                ],
            ),
        ] {
            let mut told: Vec<String> = read("r.toml", text)
                .1
                .into_iter()
                .map(|problem| format!("{} {} {}", problem.code, problem.place, problem.message))
                .collect();
            told.sort_by_key(|line| line.split(' ').nth(1).map(str::to_owned));
            assert_eq!(told, expected, "{text}");
        }
    }
}
