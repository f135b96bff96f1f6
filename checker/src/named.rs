//! Rules as people name them: `model/Rule`, `Rule` in whatever model, or a pattern of either with `*`, `?` and `[…]`.

use glob::{MatchOptions, Pattern};

/// What somebody wrote to mean one rule or several; case does not count.
#[derive(Debug, Clone)]
pub struct Named {
    word: String,
    pattern: Option<Pattern>,
}

impl Named {
    /// The rules that `word` means. A pattern that is none, such as `[`, is a name, and nothing is called so.
    #[must_use]
    pub fn new(word: &str) -> Self {
        let pattern = if word.contains(['*', '?', '[']) { Pattern::new(word).ok() } else { None };
        Self { word: word.to_owned(), pattern }
    }

    /// Whether several rules may be meant.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        self.pattern.is_some()
    }

    /// Whether the rule `id` (`model/Rule`) is meant.
    #[must_use]
    pub fn means(&self, id: &str) -> bool {
        let name = id.rsplit('/').next().unwrap_or(id);
        match &self.pattern {
            Some(pattern) => {
                let options = MatchOptions { case_sensitive: false, ..MatchOptions::new() };
                [id, name].into_iter().any(|text| pattern.matches_with(text, options))
            }
            None => [id, name].into_iter().any(|text| text.eq_ignore_ascii_case(&self.word)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ids_and_patterns_mean_rules() {
        let rules = ["kmdf/Gate", "wdm/Gate", "wdm/GateTwice"];
        for (word, expected) in [
            ("wdm/Gate", vec!["wdm/Gate"]),
            ("WDM/gate", vec!["wdm/Gate"]),
            ("gate", vec!["kmdf/Gate", "wdm/Gate"]),
            ("wdm/*", vec!["wdm/Gate", "wdm/GateTwice"]),
            ("gate*", vec!["kmdf/Gate", "wdm/Gate", "wdm/GateTwice"]),
            ("*", rules.to_vec()),
            ("wdm/Gat?", vec!["wdm/Gate"]),
            ("ks/*", vec![]),
            ("[", vec![]),
            ("", vec![]),
        ] {
            let named = Named::new(word);
            let meant: Vec<&str> = rules.into_iter().filter(|rule| named.means(rule)).collect();
            assert_eq!(meant, expected, "{word}");
        }
    }
}
