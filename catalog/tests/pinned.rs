//! The facts of 23 pages, written down from reading the pages; `@` is the line on the page.
//!
//! Ten are old, five are the seeds, and most of the others are broken or odd in some way.
//! Needs the upstream pages: set `RULEBOOK_UPSTREAM`.

mod support;

use std::fmt::Write as _;
use std::fs;

use rulebook_catalog::{ApiRole, Page, RulePage, Source};
use rulebook_diagnostics::Span;
use support::upstream;

/// The first and the last words of a heading: what lies between is the document's.
fn ends(heading: &str) -> String {
    let words: Vec<&str> = heading.split_whitespace().collect();
    match words.as_slice() {
        [first, second, .., last] if words.len() > 4 => format!("{first} {second} … {last}"),
        _ => heading.to_owned(),
    }
}

/// The facts of a page in one line per kind; kinds without facts are left out.
fn shown(page: &RulePage) -> String {
    let at = |span: Span| page.source.line(span);
    let list = |items: Vec<String>| items.join(" ");
    let aliases = page.aliases.iter().map(|alias| format!("{}@{}", alias.value, at(alias.span))).collect();
    let models = page.models.iter().map(|model| format!("{}@{}", model.value, at(model.span))).collect();
    let checks = page
        .bug_checks
        .iter()
        .map(|check| {
            let subcode = check.subcode.map_or("-".to_owned(), |subcode| format!("{subcode:X}"));
            let odd = if check.malformed { "!" } else { "" };
            format!("{:X}:{subcode}{odd}@{}", check.code, at(check.span))
        })
        .collect();
    let compile = page.testing.compile_time.as_ref().and_then(|test| test.rule.as_ref());
    let compile = compile.map(|rule| format!("{}@{}", rule.value, at(rule.span)));
    let mut run = Vec::new();
    if let Some(test) = &page.testing.run_time {
        run.extend(test.options.iter().map(|option| format!("{:?}@{}", option.text, at(option.span))));
        run.extend(test.domain.iter().map(|domain| format!("/domain {}@{}", domain.value, at(domain.span))));
        run.extend(test.rule_class.iter().map(|class| format!("/rc {}@{}", class.value, at(class.span))));
    }
    let apis = |role: ApiRole| {
        let of_role = page.apis.iter().filter(move |api| api.role == role);
        of_role.map(|api| format!("{}@{}", api.name, at(api.span))).collect::<Vec<_>>()
    };
    let see_also = page.see_also.iter().map(|link| format!("{:?}@{}", link.text, at(link.span))).collect();
    let code = page.code.iter().map(|code| format!("{}@{}", code.lang, at(code.span))).collect();
    let notes = page.notes.iter().map(|note| format!("{}@{}", note.kind, at(note.blocks[0].inline.span))).collect();
    let extra =
        page.extra.iter().map(|extra| format!("{:?}@{}", ends(&extra.heading.value), at(extra.heading.span))).collect();
    let lines = [
        ("also", list(aliases)),
        ("models", list(models)),
        ("checks", list(checks)),
        ("compile", compile.unwrap_or_default()),
        ("run", list(run)),
        ("applies", list(apis(ApiRole::AppliesTo))),
        ("links", list(apis(ApiRole::Prose))),
        ("see", list(see_also)),
        ("code", list(code)),
        ("notes", list(notes)),
        ("extra", list(extra)),
    ];
    let mut shown = format!("{}@{}", page.id, at(page.name.span));
    for (kind, facts) in lines.iter().filter(|(_, facts)| !facts.is_empty()) {
        let _ = write!(shown, "\n{kind}: {facts}");
    }
    shown
}

#[test]
fn facts_of_pages_are_those_that_a_reader_finds() {
    let Some(root) = upstream() else { return };
    let mut wrong = String::new();
    for entry in include_str!("pinned.txt").split("\n\n").filter(|entry| !entry.trim().is_empty()) {
        let (path, expected) = entry.trim().split_once('\n').unwrap();
        let bytes = fs::read(root.join(path)).unwrap();
        let (page, problems) = Page::read(Source::decode(path, &bytes));
        let Ok(Page::Rule(page)) = page else { panic!("{path} is no rule page: {page:?}") };
        assert!(problems.is_empty(), "{problems:?}");
        let found = shown(&page);
        if found != expected {
            let _ = write!(wrong, "\n== {path}\n-- read by eye\n{expected}\n-- found\n{found}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
