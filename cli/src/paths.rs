//! Paths from one place to another, by their text: files need not exist, and links are not followed.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// `path` from the root, without `.` and `..`.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut out = PathBuf::new();
    for part in full.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// `path` as seen from `folder`, with `/` between its parts; from the root where there is no way from one to the other.
pub(crate) fn relative(path: &Path, folder: &Path) -> String {
    let (path, folder) = (absolute(path), absolute(folder));
    let (to, from): (Vec<_>, Vec<_>) = (path.components().collect(), folder.components().collect());
    let shared = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return path.to_string_lossy().replace('\\', "/");
    }
    let up = std::iter::repeat_n(OsStr::new(".."), from.len() - shared);
    let parts = up.chain(to[shared..].iter().map(|part| part.as_os_str()));
    parts.map(OsStr::to_string_lossy).collect::<Vec<_>>().join("/")
}

/// The folder in which `file` lies.
pub(crate) fn folder(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_a_folder() {
        for (path, folder, expected) in [
            ("src/a.c", "", "src/a.c"),
            ("src/a.c", "ci", "../src/a.c"),
            ("./src/../a.c", ".", "a.c"),
            ("../a.c", "", "../a.c"),
            ("/x/y/a.c", "/x/z/w", "../../y/a.c"),
            ("/x/a.c", "/x/a.c", ""),
        ] {
            assert_eq!(relative(Path::new(path), Path::new(folder)), expected, "{path} from {folder}");
        }
    }
}
