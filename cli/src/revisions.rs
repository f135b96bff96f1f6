//! Documents as they stood at a revision, read through `git` without a checkout: nothing is written anywhere.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use anyhow::{Context as _, bail};
use rulebook_catalog::load::load_texts;
use rulebook_catalog::{Catalog, Source};
use rulebook_diagnostics::Problem;

/// Bigger files are no pages.
const MAX_BYTES: u64 = 64 << 20;

/// The documents below `repo` at `revision`; places are `revision:path`, as `git show` takes them.
pub(crate) fn load(repo: &Path, revision: &str) -> anyhow::Result<(Catalog, Vec<Problem>)> {
    if !repo.is_dir() {
        bail!("`{}` is not a folder", repo.display());
    }
    // Whatever the name is, it is not an option.
    let resolved =
        git(repo, ["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{tree}}")])?;
    let tree = String::from_utf8_lossy(&resolved.stdout).trim().to_owned();
    if !resolved.status.success() || tree.is_empty() {
        let inside = git(repo, ["rev-parse", "--git-dir"])?;
        if !inside.status.success() {
            bail!("`{}` is not in a git repository: {}", repo.display(), first_line(&inside.stderr));
        }
        bail!("`{revision}` is no revision of `{}`", repo.display());
    }
    let listed = git(repo, ["ls-tree", "-r", "-z", "--long", "--full-name", &tree])?;
    if !listed.status.success() {
        bail!("`git ls-tree` failed: {}", first_line(&listed.stderr));
    }
    let files = documents(&listed.stdout);
    let ids: Vec<&str> = files.iter().map(|(id, _)| id.as_str()).collect();
    let blobs = blobs(repo, &ids)?;
    let texts: Vec<Source> = files
        .iter()
        .zip(&blobs)
        .map(|((_, path), bytes)| Source::decode(format!("{revision}:{path}"), bytes))
        .collect();
    let (pages, problems) = load_texts(texts.iter().map(|source| (source.path.as_str(), source.text.as_str())));
    Ok((Catalog::new(pages), problems))
}

fn command<'a>(repo: &Path, args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(repo)
        .args(args.into_iter().map(OsStr::new))
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0");
    command
}

fn git<'a>(repo: &Path, args: impl IntoIterator<Item = &'a str>) -> anyhow::Result<Output> {
    command(repo, args).output().map_err(unstarted)
}

fn unstarted(error: io::Error) -> anyhow::Error {
    if error.kind() == io::ErrorKind::NotFound {
        return anyhow::anyhow!("`git` is not in PATH, and `--repo` needs it; give two folders without `--repo`");
    }
    anyhow::Error::new(error).context("`git` cannot be run")
}

fn first_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).lines().next().unwrap_or("it gives no reason").to_owned()
}

/// The ids and paths of the documents in a listing, in the order of paths.
fn documents(listing: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for line in listing.split(|byte| *byte == 0) {
        let line = String::from_utf8_lossy(line);
        let Some((head, path)) = line.split_once('\t') else { continue };
        let words: Vec<&str> = head.split_whitespace().collect();
        let [mode, "blob", id, size] = words[..] else { continue };
        let lower = path.to_lowercase();
        let page = Path::new(&lower).extension().is_some_and(|end| end == "md")
            || lower == "toc.yml"
            || lower.ends_with("/toc.yml");
        // A link in the tree leads nowhere here.
        let fits = mode.starts_with("100") && size.parse::<u64>().is_ok_and(|size| size <= MAX_BYTES);
        if page && fits {
            found.push((id.to_owned(), path.to_owned()));
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found
}

/// The contents of `ids`, all from one process.
fn blobs(repo: &Path, ids: &[&str]) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut child = command(repo, ["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(unstarted)?;
    let mut input = child.stdin.take().context("`git cat-file` takes no input")?;
    let asked = ids.join("\n") + "\n";
    // Both pipes are of limited size: whoever fills one while nobody empties the other waits for ever.
    let writer = thread::spawn(move || input.write_all(asked.as_bytes()));
    let output = child.wait_with_output().context("`git cat-file` cannot be read")?;
    let _ = writer.join();
    let mut rest = output.stdout.as_slice();
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.push(blob(&mut rest).with_context(|| format!("`git cat-file` does not give `{id}`"))?.to_vec());
    }
    Ok(found)
}

/// The next content: a line `id blob size`, the bytes, a line end.
fn blob<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&rest[..end]).ok()?;
    let size: usize = head.rsplit(' ').next()?.parse().ok()?;
    let bytes = rest.get(end + 1..end + 1 + size)?;
    *rest = rest.get(end + 2 + size..)?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_gives_its_documents() {
        let lines = [
            "100644 blob aa     12\tb/x.md",
            "120000 blob bb      3\tlink.md",
            "100644 blob cc      1\tb/x.c",
            "160000 commit dd       -\tsub.md",
            "100644 blob ee 99999999999\thuge.md",
            "100755 blob ff      5\ta\tb.MD",
            "100644 blob 11      5\tTOC.yml",
            "",
        ];
        let listing = lines.join("\0");
        let found = documents(listing.as_bytes());
        let shown: Vec<_> = found.iter().map(|(id, path)| format!("{id} {path}")).collect();
        assert_eq!(shown, ["11 TOC.yml", "ff a\tb.MD", "aa b/x.md"]);
    }

    #[test]
    fn contents_come_one_after_the_other() {
        let mut rest = &b"aa blob 3\nx\ny\nbb blob 0\n\ncc missing\n"[..];
        assert_eq!(blob(&mut rest), Some(&b"x\ny"[..]));
        assert_eq!(blob(&mut rest), Some(&b""[..]));
        assert_eq!(blob(&mut rest), None);
    }
}
