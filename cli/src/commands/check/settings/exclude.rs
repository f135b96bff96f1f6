//! Patterns of paths that are not looked at.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use crate::paths;

/// How a pattern is held against a path: `*` ends at a `/`, and case counts as it does on disk.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: !cfg!(windows),
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// A pattern of paths, seen from a folder; what lies below a folder that fits is covered too.
#[derive(Debug)]
pub(super) struct Exclude {
    pattern: Pattern,
    folder: PathBuf,
    /// Whether it is held against the path from the folder; else against the name of each file and folder.
    whole: bool,
}

impl Exclude {
    /// The pattern `text`, as it is meant in `folder`; why it is none.
    pub(super) fn new(text: &str, folder: &Path) -> Result<Self, String> {
        let path = text.replace('\\', "/");
        let path = path.trim_start_matches("./").trim_end_matches('/');
        // A `/` at the beginning only says that the name is meant in the folder itself.
        let (path, rooted) = path.strip_prefix('/').map_or((path, false), |path| (path, true));
        match Pattern::new(path) {
            _ if path.is_empty() => Err(format!("`{text}` is no pattern of paths: it is empty")),
            Ok(pattern) => Ok(Self { pattern, folder: folder.to_owned(), whole: rooted || path.contains('/') }),
            Err(error) => Err(format!("`{text}` is no pattern of paths: {}", error.msg)),
        }
    }

    pub(super) fn covers(&self, path: &Path) -> bool {
        let path = paths::absolute(path);
        let Ok(below) = path.strip_prefix(&self.folder) else { return false };
        let mut parts = below.components().map(|part| part.as_os_str().to_string_lossy());
        if !self.whole {
            return parts.any(|part| self.pattern.matches_with(&part, OPTIONS));
        }
        let mut so_far = String::new();
        parts.any(|part| {
            if !so_far.is_empty() {
                so_far.push('/');
            }
            so_far.push_str(&part);
            self.pattern.matches_with(&so_far, OPTIONS)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_what_they_fit_and_all_below() {
        for (pattern, path, covered) in [
            ("third_party", "/r/third_party/a.c", true),
            ("third_party", "/r/x/third_party/y/a.c", true),
            ("third_party/", "/r/third_party/a.c", true),
            ("third_party", "/r/third_party_too/a.c", false),
            ("*.gen.c", "/r/x/a.gen.c", true),
            ("*.gen.c", "/r/x/a.c", false),
            ("x/*.c", "/r/x/a.c", true),
            ("x/*.c", "/r/x/y/a.c", false),
            ("x/*.c", "/r/y/x/a.c", false),
            ("x/**", "/r/x/y/a.c", true),
            ("**/x/*.c", "/r/y/x/a.c", true),
            ("**/x/*.c", "/r/x/a.c", true),
            ("./x", "/r/x/a.c", true),
            ("/x", "/r/x/a.c", true),
            ("/x", "/r/y/x/a.c", false),
            ("x\\y", "/r/x/y/a.c", true),
            ("*", "/elsewhere/a.c", false),
        ] {
            let exclude = Exclude::new(pattern, Path::new("/r")).unwrap();
            assert_eq!(exclude.covers(Path::new(path)), covered, "{pattern} {path}");
        }
        assert!(Exclude::new("a/[", Path::new("/r")).is_err());
        assert!(Exclude::new("/", Path::new("/r")).is_err());
    }
}
