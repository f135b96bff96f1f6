//! What `--show-config` prints: what holds, and where it is said.

use std::fmt::Write as _;
use std::path::Path;

use super::gather::{Choice, Said};
use crate::config::Config;
use crate::paths;

impl Said {
    /// All that is said, line by line, and how many rules of how many run.
    pub(super) fn shown(&self, config: &Config, running: usize, of: usize) -> String {
        let mut lines = Lines::default();
        let here = |path: &Path| paths::relative(path, Path::new(""));
        lines.all("config", config.path.iter().map(|path| here(path)), "none");
        let choice = |choice: &Choice| {
            let rules = choice.rules.len();
            let plural = if rules == 1 { "" } else { "s" };
            format!("{}: {rules} rule{plural} ({})", choice.word.text, choice.word.origin)
        };
        lines.all("rules", self.rules.iter().map(choice), "all");
        lines.all("ignore", self.ignore.iter().map(choice), "none");
        let weighed = self.severity.iter().map(|(one, weight)| format!("{} for {}", weight.name(), choice(one)));
        lines.all("severity", weighed, "as built in");
        let excluded = self.exclude.iter().map(|(word, _)| format!("{} ({})", word.text, word.origin));
        lines.all("exclude", excluded, "nothing");
        let defined = self.defines.iter().map(|(word, (name, value))| format!("{name}={value} ({})", word.origin));
        lines.all("defines", defined, "none");
        let baseline = self.baseline.iter().map(|(path, origin)| format!("{} ({origin})", here(path)));
        lines.all("baseline", baseline, "none");
        lines.all("runs", std::iter::once(format!("{running} of {of} rules")), "");
        lines.text
    }
}

#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    /// The values below each other, the name before the first of them.
    fn all(&mut self, name: &str, values: impl Iterator<Item = String>, none: &str) {
        let mut values: Vec<String> = values.collect();
        if values.is_empty() {
            values.push(none.to_owned());
        }
        for (at, value) in values.iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            let _ = writeln!(self.text, "{name:10} {value}");
        }
    }
}
