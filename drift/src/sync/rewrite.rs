//! The facts of `apis/` that the reference alone decides, written where they stand: levels and lists of rules.
//!
//! Parameters are not: their types come from headers, which only the importer reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rulebook_catalog::api_facts::{ApiFacts, quoted};

use super::facts::{FactFile, Reference, matched};
use crate::compare;

/// What the reference says of one function.
struct Said {
    irql: Option<String>,
    compliance: Vec<String>,
}

/// The files that are not as the reference has it, each with its new text; a file that would not read back is left out.
pub(super) fn updates(reference: &Reference<'_>) -> Vec<(String, String)> {
    let mut wanted: BTreeMap<&str, Said> = BTreeMap::new();
    for (fact, page) in matched(reference) {
        let Some(page) = page else { continue };
        let said = Said { irql: page.irql.value.fact(), compliance: compare::compliance(page) };
        if said.irql != fact.irql || said.compliance != fact.compliance {
            wanted.insert(&fact.name, said);
        }
    }
    let mut updates = Vec::new();
    for file in reference.files {
        let text = rewritten(file, &wanted).replace("\r\n", "\n");
        let reads_back = || {
            let facts = ApiFacts::parse(&[(file.path.as_str(), text.as_str())]).ok();
            facts.is_some_and(|facts| {
                facts.functions.values().all(|fact| {
                    let said = wanted.get(fact.name.as_str());
                    said.is_none_or(|said| said.irql == fact.irql && said.compliance == fact.compliance)
                })
            })
        };
        if text != file.text.replace("\r\n", "\n") && reads_back() {
            updates.push((file.path.clone(), text));
        }
    }
    updates
}

/// The text with the two lines of each wanted entry written anew, in front of its source.
fn rewritten(file: &FactFile, wanted: &BTreeMap<&str, Said>) -> String {
    let mut out = String::with_capacity(file.text.len());
    let mut current: Option<&Said> = None;
    for line in file.text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("- name:") {
            current = wanted.get(name.trim());
        } else if !line.starts_with([' ', '#']) {
            current = None;
        }
        if let Some(said) = current {
            if line.starts_with("  irql:") || line.starts_with("  compliance:") {
                continue;
            }
            if line.starts_with("  source:") {
                if let Some(irql) = &said.irql {
                    let _ = writeln!(out, "  irql: {}", quoted(irql));
                }
                if !said.compliance.is_empty() {
                    let names: Vec<String> = said.compliance.iter().map(|name| quoted(name)).collect();
                    let _ = writeln!(out, "  compliance: [{}]", names.join(", "));
                }
            }
        }
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use rulebook_catalog::load::load_texts;

    use super::*;

    const FACTS: &str = "\
# Generated.
- name: LatchOpen
  kind: function
  header: toy.h
  params:
    - {name: Latch, type: PLATCH}
  source: {reference: toy/nf-toy-latchopen.md, prototype: hand}
- name: LatchShut
  kind: function
  header: toy.h
  irql: \"<= DISPATCH_LEVEL\"
  compliance: [Latch]
  source: {reference: toy/nf-toy-latchshut.md}
";

    fn page(name: &str, more: &str) -> (String, String) {
        let path = format!("toy/nf-toy-{}.md", name.to_lowercase());
        (path, format!("---\nUID: NF:toy.{name}\ntitle: {name} function\n{more}---\n# {name} function\n"))
    }

    #[test]
    fn levels_and_rules_follow_the_reference_and_nothing_else_moves() {
        let file = FactFile { path: "apis/toy.h.yaml".to_owned(), text: FACTS.to_owned() };
        let files = [file.clone()];
        let facts = ApiFacts::parse(&[(file.path.as_str(), FACTS)]).unwrap();
        let update = |open: &str, shut: &str| {
            let pages = [page("LatchOpen", open), page("LatchShut", shut)];
            let (pages, _) = load_texts(pages.iter().map(|(path, text)| (path.as_str(), text.as_str())));
            updates(&Reference { facts: &facts, files: &files, pages: &pages.apis })
        };
        let same = "req.irql: <= DISPATCH_LEVEL\nreq.ddi-compliance: Latch\n";
        assert_eq!(update("", same), []);
        let [(path, text)] = &update("req.irql: PASSIVE_LEVEL\nreq.ddi-compliance: Latch, Odd[x]\n", "")[..] else {
            panic!("one file differs");
        };
        assert_eq!(path, "apis/toy.h.yaml");
        let expected = FACTS.replacen("  irql: \"<= DISPATCH_LEVEL\"\n  compliance: [Latch]\n", "", 1).replacen(
            "  source:",
            "  irql: PASSIVE_LEVEL\n  compliance: [Latch, \"Odd[x]\"]\n  source:",
            1,
        );
        assert_eq!(*text, expected);
    }
}
