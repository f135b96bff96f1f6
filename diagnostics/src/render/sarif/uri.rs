//! Paths as URIs: relative below the working directory, `file:` outside it.

use std::fmt::Write as _;

/// The URI of `path` and whether it is relative to `directory`.
///
/// Where the directory is not known, a path that leaves it stays relative: better than a wrong absolute one.
pub(in crate::render) fn of(path: &str, directory: &str) -> (String, bool) {
    let path = path.replace('\\', "/");
    let absolute = is_absolute(&path);
    if !absolute && directory.is_empty() {
        return (encode(&join(&path)), true);
    }
    let full = if absolute { join(&path) } else { join(&format!("{directory}/{path}")) };
    let root = join(directory);
    let below = full.strip_prefix(&root).and_then(|rest| rest.strip_prefix('/'));
    match below {
        Some(rest) if !root.is_empty() => (encode(rest), true),
        _ => (format!("file://{}{}", if full.starts_with('/') { "" } else { "/" }, encode(&full)), false),
    }
}

/// The path that [`of`] made `uri` from.
pub(super) fn path(uri: &str) -> String {
    let path = uri.strip_prefix("file://").unwrap_or(uri);
    // The drive of a path comes after the slash of the root.
    let path = match path.as_bytes() {
        [b'/', _, b':', ..] => &path[1..],
        _ => path,
    };
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        let code = if *first == b'%' { after.get(..2) } else { None };
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.as_bytes().get(1) == Some(&b':')
}

/// The path without `.` and `..`, as far as that can be told from its text.
fn join(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" if !parts.is_empty() => {}
            "." => {}
            ".." if parts.last().is_some_and(|last| !last.is_empty() && *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Percent-encodes what a URI path may not hold.
fn encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'/'
            | b'!'
            | b'$'
            | b'&'
            | b'\''
            | b'('
            | b')'
            | b'*'
            | b'+'
            | b','
            | b';'
            | b'='
            | b'@' => out.push(byte as char),
            // The colon of a drive; in a relative path it would read as a scheme.
            b':' if out.len() == 1 => out.push(':'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_the_directory_are_relative_and_others_are_file_uris() {
        for (path, directory, uri, relative) in [
            ("src/a.c", "/home/me", "src/a.c", true),
            ("./src/../a.c", "/home/me", "a.c", true),
            ("/home/me/a b.c", "/home/me", "a%20b.c", true),
            ("/home/meow/a.c", "/home/me", "file:///home/meow/a.c", false),
            ("../x/ü#.c", "/home/me", "file:///home/x/%C3%BC%23.c", false),
            ("C:\\drv\\a.c", "C:/drv", "a.c", true),
            ("D:/drv/a.c", "C:/drv", "file:///D:/drv/a.c", false),
            ("../a.c", "", "../a.c", true),
        ] {
            assert_eq!(of(path, directory), (uri.to_owned(), relative), "{path} in {directory}");
            assert_eq!(of(&super::path(uri), directory), (uri.to_owned(), relative), "{uri} again");
        }
    }
}
