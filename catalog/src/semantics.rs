//! What no rule page states: the files of `semantics/`, joined.
//!
//! Effects of functions, contracts of roles, aliases and evidence of models are data, one file per subject, each a part
//! of [`Semantics`]. They are joined here, once, so that a fault in the data is a problem with a place and not a rule
//! that stays silent: what two files state alike is refused, never quietly overwritten.

use std::path::Path;

use rulebook_diagnostics::{Place, Problem};
use rulebook_machine::Semantics;
use rulebook_machine::semantics::{Function, Language};

/// Joins the files of `semantics/` among `files`, given as `(path, text)`; others are passed over.
///
/// The parameters that a file states for a function win over the imported ones: merge this onto what comes from the API
/// facts, not the other way round.
///
/// # Errors
/// The first fault, with its place: YAML of another form, or a statement that an earlier file has made.
pub fn semantics(files: &[(&str, &str)]) -> Result<Semantics, Box<Problem>> {
    let mut whole = Semantics::default();
    for &(path, text) in files.iter().filter(|(path, _)| is_part(path)) {
        let part = read(path, text)?;
        if let Some(name) = stated_before(&whole, &part) {
            let place = Place { line: line_of(text, name), column: 1, ..Place::file(path) };
            return Err(Box::new(
                Problem::error("semantics/twice", place, format!("`{name}` is stated by an earlier file, too"))
                    .help("state each fact in one file"),
            ));
        }
        whole.merge(part);
    }
    Ok(whole)
}

fn is_part(path: &str) -> bool {
    path.contains("semantics/") && Path::new(path).extension().is_some_and(|kind| kind == "yaml")
}

fn read(path: &str, text: &str) -> Result<Semantics, Box<Problem>> {
    // As a value first: a map of the typed form would let the second of two equal keys win.
    serde_yaml::from_str::<serde_yaml::Value>(text).and_then(|_| serde_yaml::from_str::<Semantics>(text)).map_err(
        |error| {
            let place = error.location().map_or_else(
                || Place::file(path),
                |at| Place { line: clamp(at.line()), column: clamp(at.column()), ..Place::file(path) },
            );
            Box::new(Problem::error("semantics/form", place, error.to_string()))
        },
    )
}

fn clamp(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A name of `part` about which `whole` says the same kind of thing already.
fn stated_before<'p>(whole: &Semantics, part: &'p Semantics) -> Option<&'p str> {
    let functions = part.functions.iter().filter_map(|(name, function)| {
        let known = whole.functions.get(name)?;
        overlap(known, function).then_some(name)
    });
    let language =
        (whole.language != Language::default() && part.language != Language::default()).then_some("language");
    functions
        .map(String::as_str)
        .chain(part.roles.keys().filter(|name| whole.roles.contains_key(*name)).map(String::as_str))
        .chain(part.groups.keys().filter(|name| whole.groups.contains_key(*name)).map(String::as_str))
        .chain(part.predicates.keys().filter(|name| whole.predicates.contains_key(*name)).map(String::as_str))
        .chain(part.constants.keys().filter(|name| whole.constants.contains_key(*name)).map(String::as_str))
        .chain(
            part.aliases
                .iter()
                .filter(|alias| whole.aliases.iter().any(|known| known.call == alias.call))
                .filter_map(|alias| alias.call.api()),
        )
        .chain(language)
        .next()
}

/// Whether two entries state the same kind of fact about one function.
fn overlap(left: &Function, right: &Function) -> bool {
    (!left.params.is_empty() && !right.params.is_empty() && left.params != right.params)
        || (left.irql.is_some() && right.irql.is_some())
        || (left.returns.is_some() && right.returns.is_some())
        || (left.asserts.is_some() && right.asserts.is_some())
        || (left.accessor && right.accessor)
        || (left.exchanges.is_some() && right.exchanges.is_some())
        || (left.counts.is_some() && right.counts.is_some())
        || (left.clears.is_some() && right.clears.is_some())
        || (left.fills.is_some() && right.fills.is_some())
        || (left.succeeds.is_some() && right.succeeds.is_some())
        || (left.asks.is_some() && right.asks.is_some())
        || (left.fails.is_some() && right.fails.is_some())
        || (left.raises && right.raises)
        || right.registers.keys().any(|param| left.registers.contains_key(param))
}

/// The line, from 1, on which `name` stands as a key or in a call; 0 where it does not.
fn line_of(text: &str, name: &str) -> u32 {
    let at = text.lines().position(|line| {
        let line = line.trim_start();
        line.starts_with(&format!("{name}:")) || line.contains(&format!("{name}("))
    });
    at.map_or(0, |line| clamp(line + 1))
}

#[cfg(test)]
mod tests;
