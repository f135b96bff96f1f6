//! `compile_commands.json`, as many build tools write it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::{Project, Settings, SourceEntry, definition, problem};
use crate::headers::{HeaderIndex, normalized};
use crate::source::read_text;

#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(default)]
    directory: String,
    file: String,
    #[serde(default)]
    arguments: Vec<String>,
    #[serde(default)]
    command: String,
}

/// Reads a compilation database: one driver.
pub(super) fn read(path: &Path, headers: &Arc<HeaderIndex>) -> Project {
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let name = super::folder_name(&folder);
    let mut project = Project { name, path: path.to_owned(), sources: Vec::new(), problems: Vec::new() };
    let text = match read_text(path) {
        Ok(text) => text,
        Err(problem) => {
            project.problems.push(*problem);
            return project;
        }
    };
    let entries: Vec<serde_json::Value> = match serde_json::from_str(&text) {
        Ok(entries) => entries,
        Err(error) => {
            project.problems.push(problem("project/not-json", path, format!("is no compilation database: {error}")));
            return project;
        }
    };
    for value in entries {
        match serde_json::from_value::<Entry>(value) {
            Ok(entry) => project.sources.extend(source(&entry, &folder, headers, path, &mut project.problems)),
            Err(error) => project.problems.push(problem(
                "project/bad-entry",
                path,
                format!("an entry is not understood: {error}"),
            )),
        }
    }
    project.sources.sort_by(|a, b| a.path.cmp(&b.path));
    project.sources.dedup_by(|a, b| a.path == b.path);
    project
}

fn source(
    entry: &Entry,
    folder: &Path,
    headers: &Arc<HeaderIndex>,
    database: &Path,
    problems: &mut Vec<rulebook_diagnostics::Problem>,
) -> Option<SourceEntry> {
    let directory = folder.join(&entry.directory);
    let file = normalized(&directory.join(&entry.file));
    if !super::is_source(&file) {
        // Assembly and resources are compiled too.
        return None;
    }
    if !file.is_file() {
        problems.push(problem("project/missing-source", database, format!("`{}` is not there", entry.file)));
        return None;
    }
    let split;
    let arguments = if entry.arguments.is_empty() {
        split = split_command(&entry.command);
        &split
    } else {
        &entry.arguments
    };
    let settings = settings(arguments, &directory, headers);
    Some(SourceEntry { path: file, settings: Arc::new(settings) })
}

fn settings(arguments: &[String], directory: &Path, headers: &Arc<HeaderIndex>) -> Settings {
    let mut settings = Settings { headers: Arc::clone(headers), ..Settings::default() };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let Some(option) = argument.strip_prefix('-').or_else(|| argument.strip_prefix('/')) else {
            continue;
        };
        for (name, takes) in
            [("isystem", 'I'), ("iquote", 'I'), ("include", 'F'), ("FI", 'F'), ("I", 'I'), ("D", 'D'), ("U", 'U')]
        {
            let Some(attached) = option.strip_prefix(name) else {
                continue;
            };
            let value = if attached.is_empty() { arguments.next().map_or("", String::as_str) } else { attached };
            match takes {
                'I' => settings.include_dirs.push(normalized(&directory.join(PathBuf::from(value.replace('\\', "/"))))),
                'F' => settings.forced_includes.push(value.to_owned()),
                'D' => settings.defines.push(definition(value)),
                _ => settings.undefines.push(value.to_owned()),
            }
            break;
        }
    }
    settings
}

/// Splits a command as a shell does, as far as quotes go.
fn split_command(command: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let (mut part, mut quote, mut started) = (String::new(), None, false);
    let mut characters = command.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, '"' | '\'') => {
                quote = Some(character);
                started = true;
            }
            (Some(open), _) if open == character => quote = None,
            (None | Some('"'), '\\') if matches!(characters.peek(), Some('"' | '\\')) => {
                part.extend(characters.next());
                started = true;
            }
            (None, _) if character.is_whitespace() => {
                if started {
                    parts.push(std::mem::take(&mut part));
                }
                started = false;
            }
            _ => {
                part.push(character);
                started = true;
            }
        }
    }
    if started {
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_both_families_of_compilers_are_read() {
        let command = r#"clang-cl /DDBG=1 -D "NAME=\"x y\"" -Iinc /I ..\shared -UFOO /FIpch.h -isystem sys -c a.c"#;
        let settings = settings(&split_command(command), Path::new("/d/build"), &Arc::default());
        let pairs: Vec<(&str, &str)> =
            settings.defines.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("DBG", "1"), ("NAME", "\"x y\"")]);
        let folders: Vec<&Path> = settings.include_dirs.iter().map(PathBuf::as_path).collect();
        assert_eq!(folders, [Path::new("/d/build/inc"), Path::new("/d/shared"), Path::new("/d/build/sys")]);
        assert_eq!(settings.undefines, ["FOO"]);
        assert_eq!(settings.forced_includes, ["pch.h"]);
    }
}
