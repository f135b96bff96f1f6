//! `.sln` and `.slnx`: which projects belong together.

use std::path::{Path, PathBuf};

use rulebook_diagnostics::Problem;

use super::msbuild::joined;
use crate::source::read_text;

/// The C++ projects that a solution names.
pub(super) fn projects(path: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(problem) => {
            problems.push(*problem);
            return Vec::new();
        }
    };
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    // Both formats quote the paths, the old one in `Project(…) = "name", "path", "id"`, the new one in attributes.
    let quoted = text.split('"').skip(1).step_by(2);
    let mut found: Vec<PathBuf> =
        quoted.filter(|part| part.to_lowercase().ends_with(".vcxproj")).map(|part| joined(&folder, part)).collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() {
        problems.push(super::problem("project/empty-solution", path, "names no C++ project".to_owned()));
    }
    found
}
