//! `diff --repo` between revisions of a checkout. Needs `git`; says so where there is none.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/drift.in");

fn git(place: &Path, args: &[&str]) -> Option<Output> {
    let mut command = Command::new("git");
    command.arg("-C").arg(place).args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(args);
    command.output().ok()
}

fn rulebook(args: &[&str], path: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rulebook"));
    if let Some(path) = path {
        command.env("PATH", path);
    }
    command.args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn revisions_are_compared_without_a_checkout() {
    let place = tempfile::tempdir().unwrap();
    let Some(made) = git(place.path(), &["init", "--quiet"]) else {
        println!("skipped: git is not in PATH");
        return;
    };
    assert!(made.status.success(), "{made:?}");
    let docs = place.path().join("docs/devtest");
    fs::create_dir_all(&docs).unwrap();
    for folder in ["old", "new"] {
        for entry in fs::read_dir(Path::new(CASES).join(folder)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), docs.join(entry.file_name())).unwrap();
        }
        // What stands beside the folder that was asked for is another's.
        fs::write(
            place.path().join("docs/other.md"),
            format!("---\ntitle: X{folder} Rule (Toy)\napi_name: X{folder}\n---\n"),
        )
        .unwrap();
        git(place.path(), &["add", "."]).unwrap();
        assert!(git(place.path(), &["commit", "--quiet", "-m", folder]).unwrap().status.success());
    }
    let repo = docs.to_string_lossy().into_owned();
    let said = rulebook(&["diff", "HEAD~1", "HEAD", "--repo", &repo, "--format", "text"], None);
    assert_eq!(said.status.code(), Some(1), "{said:?}");
    let mut found: Vec<String> = text(&said.stdout).lines().map(str::to_owned).collect();
    found.retain(|line| line.contains(".md:") && !line.starts_with(' '));
    let kinds: Vec<&str> = found.iter().filter_map(|line| line.split(": ").nth(1)).collect();
    assert_eq!(kinds, ["rule-added", "prose-changed", "api-removed", "api-added"]);
    assert!(found[0].starts_with("HEAD:docs/devtest/toy-gate.md:2: "), "{found:?}");
    let same = rulebook(&["diff", "HEAD", "HEAD", "--repo", &repo], None);
    assert_eq!(same.status.code(), Some(0));
    for (old, repo, says) in [
        ("no-such-revision", repo.as_str(), "`no-such-revision` is no revision"),
        ("--upload-pack=x", repo.as_str(), "unexpected argument"),
        ("HEAD", "nowhere", "`nowhere` is not a folder"),
    ] {
        let said = rulebook(&["diff", old, "HEAD", "--repo", repo], None);
        assert_eq!(said.status.code(), Some(2), "{said:?}");
        assert!(text(&said.stderr).contains(says), "{}", text(&said.stderr));
    }
    let said = rulebook(&["diff", "--repo", &repo, "--", "--output=x", "HEAD"], None);
    assert!(text(&said.stderr).contains("`--output=x` is no revision"), "{}", text(&said.stderr));
    let said = rulebook(&["diff", "HEAD", "HEAD", "--repo", &repo], Some(""));
    assert!(text(&said.stderr).contains("`git` is not in PATH"), "{}", text(&said.stderr));
    let outside = tempfile::tempdir().unwrap();
    let said = rulebook(&["diff", "HEAD", "HEAD", "--repo", &outside.path().to_string_lossy()], None);
    assert!(text(&said.stderr).contains("is not in a git repository"), "{}", text(&said.stderr));
}
