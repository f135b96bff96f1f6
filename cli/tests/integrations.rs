//! The step for GitHub Actions and the hooks for pre-commit: what they run is run here, as they run it.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A routine that leaves with its lock held, by a bundled rule.
const LEAKS: &str = include_str!("readme/queue/queue.c");

fn yaml(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A tree of two drivers, of which one has findings.
fn tree() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    for (path, text) in [("leaks/queue.c", LEAKS), ("calm/calm.c", "void Calm(void) { }\n")] {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    place
}

/// The folder of the program that is tested, under the name by which people call it.
fn installed(folder: &Path) -> PathBuf {
    let bin = folder.join("rulebook/bin");
    fs::create_dir_all(&bin).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_rulebook"));
    let here = bin.join(program.file_name().unwrap());
    // A copy could not be started while another test's new process still has it open for writing.
    #[cfg(unix)]
    std::os::unix::fs::symlink(program, here).unwrap();
    #[cfg(not(unix))]
    fs::copy(program, here).unwrap();
    bin
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// The text with each `${{ inputs.NAME }}` replaced by what is given, or by the default of the action.
fn filled(text: &str, action: &Value, given: &BTreeMap<&str, &str>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (name, after) = after.split_once("}}").expect("the expression is closed");
        let name = name.trim().strip_prefix("inputs.").unwrap_or_else(|| panic!("`{name}` is no input"));
        let default =
            action["inputs"][name]["default"].as_str().unwrap_or_else(|| panic!("there is no input `{name}`"));
        out.push_str(before);
        out.push_str(given.get(name).unwrap_or(&default));
        rest = after;
    }
    out + rest
}

/// Runs the step of the action as the runner does; none where there is no shell for it.
fn step(action: &Value, tree: &Path, temp: &Path, given: &[(&str, &str)]) -> Option<Output> {
    let given: BTreeMap<&str, &str> = given.iter().copied().collect();
    let step = &action["runs"]["steps"][1];
    assert_eq!(step["shell"], "bash");
    let script = temp.join("step.sh");
    let lines = step["run"].as_str().unwrap();
    assert!(!lines.contains("${{"), "what somebody else wrote must not become a part of the script");
    fs::write(&script, lines).unwrap();
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script).current_dir(tree).env("RUNNER_TEMP", temp);
    for (name, value) in step["env"].as_object().unwrap() {
        command.env(name, filled(value.as_str().unwrap(), action, &given));
    }
    command.output().ok()
}

#[test]
fn the_step_of_the_action_checks_and_annotates() {
    let action = yaml("action.yml");
    let (tree, temp) = (tree(), tempfile::tempdir().unwrap());
    installed(temp.path());
    for (given, code, results, annotations) in [
        (vec![], 1, Some(4), 4),
        (vec![("fail-on-findings", "false")], 0, Some(4), 4),
        (vec![("paths", "calm leaks"), ("results", "out.sarif")], 1, Some(4), 4),
        (vec![("paths", "calm")], 0, Some(0), 0),
        (vec![("args", "--rule wdm/SpinLock --exclude calm")], 1, Some(1), 1),
        (vec![("args", "--write-baseline known.json")], 0, Some(4), 0),
        (vec![("args", "--baseline known.json")], 0, Some(4), 0),
        (vec![("args", "--rule wdm/SpinLock --write-baseline one.json")], 0, Some(1), 0),
        (vec![("args", "--baseline one.json")], 1, Some(4), 3),
        (vec![("paths", "gone"), ("fail-on-findings", "false")], 2, Some(0), 1),
        (vec![("args", "--no-such-option")], 2, None, 0),
        (vec![("paths", "$(touch trap)")], 2, Some(0), 2),
    ] {
        let file = given.iter().find(|(name, _)| *name == "results").map_or("rulebook.sarif", |(_, file)| file);
        let _ = fs::remove_file(tree.path().join(file));
        let Some(output) = step(&action, tree.path(), temp.path(), &given) else {
            eprintln!("skipped: there is no bash");
            return;
        };
        assert_eq!(output.status.code(), Some(code), "{given:?}: {}", text(&output));
        let log = fs::read_to_string(tree.path().join(file)).ok();
        let log: Option<Value> = log.map(|log| serde_json::from_str(&log).unwrap());
        let found = log.map(|log| log["runs"][0]["results"].as_array().unwrap().len());
        assert_eq!(found, results, "{given:?}");
        let told = String::from_utf8_lossy(&output.stdout);
        assert_eq!(told.lines().filter(|line| line.starts_with("::")).count(), annotations, "{given:?}: {told}");
    }
    assert!(!tree.path().join("trap").exists(), "an input was run");
}

#[test]
fn the_action_is_one_that_runners_take() {
    let action = yaml("action.yml");
    assert_eq!(action["runs"]["using"], "composite");
    for (name, input) in action["inputs"].as_object().unwrap() {
        assert!(input["description"].is_string() && input["default"].is_string(), "{name}");
    }
    for output in action["outputs"].as_object().unwrap().values() {
        filled(output["value"].as_str().unwrap(), &action, &BTreeMap::new());
    }
    let install = action["runs"]["steps"][0]["run"].as_str().unwrap();
    let words: Vec<&str> = install.split_whitespace().collect();
    assert_eq!(words[..3], ["cargo", "install", "--locked"]);
    let path = words[words.iter().position(|word| *word == "--path").unwrap() + 1].trim_matches('"');
    let folder = path.strip_prefix("$GITHUB_ACTION_PATH/").unwrap();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).join("Cargo.toml");
    assert!(fs::read_to_string(manifest).unwrap().contains("name = \"rulebook\""));
    let root = words[words.iter().position(|word| *word == "--root").unwrap() + 1].trim_matches('"');
    let check = action["runs"]["steps"][1]["run"].as_str().unwrap();
    assert!(check.contains(&format!("{root}/bin/rulebook")), "what is installed is what is run");
}

#[test]
fn hooks_run_what_they_say() {
    let (tree, temp) = (tree(), tempfile::tempdir().unwrap());
    let bin = installed(temp.path());
    let hooks = yaml(".pre-commit-hooks.yaml");
    let mut seen = Vec::new();
    for hook in hooks.as_array().unwrap() {
        let id = hook["id"].as_str().unwrap();
        for key in ["name", "description", "entry", "language", "files"] {
            assert!(hook[key].is_string(), "{id} has no `{key}`");
        }
        let words: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').collect();
        let args: Vec<&str> = hook["args"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let passes = hook["pass_filenames"] != false;
        let run = |files: &[&str]| {
            let files = if passes { files } else { &[] };
            let name = format!("{}{}", words[0], std::env::consts::EXE_SUFFIX);
            let command = [&words[1..], &args, files].concat();
            Command::new(bin.join(name)).args(command).current_dir(tree.path()).output().unwrap()
        };
        let bad = run(&["leaks/queue.c", "calm/calm.c"]);
        assert_eq!(bad.status.code(), Some(1), "{id}: {}", text(&bad));
        assert!(text(&bad).contains("leaks/queue.c:19:9"), "{id}: {}", text(&bad));
        if passes {
            assert_eq!(run(&["calm/calm.c"]).status.code(), Some(0), "{id}");
        }
        seen.push(id.to_owned());
    }
    assert_eq!(seen, ["rulebook", "rulebook-files"]);
}
