//! Bug-check codes: the line of a rule page against the tables of the bug-check pages and the other rule pages.

use std::collections::BTreeMap;

use rulebook_catalog::{BugCheck, BugCheckPage, PassageKind, RulePage, SectionKind, SubCode};
use rulebook_diagnostics::Span;

use super::context::{Context, Doc, Kind};
use super::finding::Finding;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let rows = rows(context);
    let mut unlisted = Vec::new();
    for page in &context.rules {
        for check in &page.bug_checks {
            form(page, check, found);
            against_table(context, page, check, &rows, &mut unlisted, found);
        }
        empty(page, found);
        untested(page, &rows, found);
    }
    sections(unlisted, found);
    conflicts(context, &rows, found);
    unmarked(context, &rows, found);
    for doc in &context.docs {
        if let Kind::BugCheck(page) = doc.kind {
            ranges(page, doc, found);
            twice(page, doc, found);
        }
    }
}

/// A row of a bug-check page about a rule.
struct Row<'p> {
    on: &'p BugCheckPage,
    sub: &'p SubCode,
    rule: &'p RulePage,
    link: Span,
}

fn rows<'p>(context: &Context<'p>) -> Vec<Row<'p>> {
    let mut rows = Vec::new();
    for on in context.catalog.bug_checks() {
        for sub in &on.subcodes {
            for link in &sub.links {
                if let Some(rule) = context.rule_at(&link.target) {
                    rows.push(Row { on, sub, rule, link: link.span });
                }
            }
        }
    }
    rows
}

fn shown(code: u32) -> String {
    format!("0x{code:08X}")
}

/// How the sub-code is written.
fn form(page: &RulePage, check: &BugCheck, found: &mut Vec<Finding>) {
    let (Some(text), Some(code)) = (&check.subcode_text, check.subcode) else {
        return;
    };
    let inside = text.value.trim();
    let (kind, what) = if check.malformed {
        ("bug-check-malformed", "is not one hexadecimal number")
    } else if inside.len() < 10 {
        ("bug-check-unpadded", "has fewer than eight digits, unlike the bug-check reference")
    } else if inside.len() < text.value.len() {
        ("bug-check-spacing", "has a space inside its parentheses")
    } else {
        return;
    };
    let message = format!("the sub-code `{}` {what}", text.value);
    let finding = Finding::new(kind, &page.id.to_string(), &page.source, text.span, message)
        .found(text.value.clone())
        .expected(shown(code))
        .edit(&page.source, text.span, shown(code));
    found.push(finding);
}

/// The code against the row of the rule.
fn against_table<'p>(
    context: &Context<'p>,
    page: &'p RulePage,
    check: &'p BugCheck,
    rows: &[Row<'_>],
    unlisted: &mut Vec<Unlisted<'p>>,
    found: &mut Vec<Finding>,
) {
    let Some(code) = check.subcode else { return };
    let Some(on) = context.catalog.bug_checks().iter().find(|on| on.code == check.code) else {
        return;
    };
    let own: Vec<&Row<'_>> = rows.iter().filter(|row| row.on.code == check.code && row.rule.id == page.id).collect();
    if own.iter().any(|row| row.sub.value.value == code) || !rows.iter().any(|row| row.on.code == check.code) {
        return;
    }
    let span = check.subcode_text.as_ref().map_or(check.span, |text| text.span);
    let id = page.id.to_string();
    if let Some(row) = own.first() {
        let listed = row.sub.value.value;
        let message = format!(
            "this page gives `{}` for the rule, the reference of bug check 0x{:X} gives `{}`",
            shown(code),
            check.code,
            shown(listed)
        );
        let mut finding = Finding::new("bug-check-differs", &id, &page.source, span, message)
            .found(shown(code))
            .expected(shown(listed))
            .also(&on.source, row.sub.value.span, format!("`{}` is listed for this rule", shown(listed)));
        if let Some(other) = rows.iter().find(|row| row.on.code == check.code && row.sub.value.value == code) {
            let says = format!("`{}` is listed for `{}`", shown(code), other.rule.id);
            finding = finding.also(&on.source, other.sub.value.span, says).edit(&page.source, span, shown(listed));
        }
        found.push(finding);
        return;
    }
    let taken = rows.iter().find(|row| row.on.code == check.code && row.sub.value.value == code);
    let listed = on.subcodes.iter().find(|row| row.value.value == code);
    let finding = match (taken, listed) {
        (Some(row), _) => {
            let message = format!(
                "the reference of bug check 0x{:X} lists `{}` for `{}`, not for this rule",
                check.code,
                shown(code),
                row.rule.id
            );
            Finding::new("bug-check-conflict", &id, &page.source, span, message).also(
                &on.source,
                row.sub.value.span,
                format!("`{}` belongs to `{}`", shown(code), row.rule.id),
            )
        }
        (None, Some(row)) => {
            let message = format!("the row `{}` of bug check 0x{:X} does not name this rule", shown(code), check.code);
            Finding::new("bug-check-unlisted", &id, &page.source, span, message).also(
                &on.source,
                row.value.span,
                "the row names no rule or another one",
            )
        }
        (None, None) => {
            unlisted.push(Unlisted { on, page, span, code });
            return;
        }
    };
    found.push(finding.found(shown(code)));
}

/// A sub-code of a rule page without a row in the reference.
struct Unlisted<'p> {
    on: &'p BugCheckPage,
    page: &'p RulePage,
    span: Span,
    code: u32,
}

/// Sub-codes without a row. Where the reference has no row of their class at all, one section is missing there, not a row
/// for each of the rules.
fn sections(unlisted: Vec<Unlisted<'_>>, found: &mut Vec<Finding>) {
    let class = |code: u32| code >> 16;
    let mut groups: BTreeMap<(u32, u32), Vec<Unlisted<'_>>> = BTreeMap::new();
    for one in unlisted {
        groups.entry((one.on.code, class(one.code))).or_default().push(one);
    }
    for ((check, group), mut all) in groups {
        all.sort_by_key(|one| one.code);
        let on = all[0].on;
        if all.len() < 3 || on.subcodes.iter().any(|row| class(row.value.value) == group) {
            for Unlisted { page, span, code, .. } in all {
                let code = shown(code);
                let message =
                    format!("the reference of bug check 0x{check:X} has no row for `{code}`, which this page gives");
                let says = "the reference, which lists the sub-codes of the other rules";
                found.push(
                    Finding::new("bug-check-unlisted", &page.id.to_string(), &page.source, span, message)
                        .found(code)
                        .also(&on.source, on.title.span, says),
                );
            }
            continue;
        }
        let codes: Vec<String> = all.iter().map(|one| shown(one.code)).collect();
        let message = format!(
            "the reference of bug check 0x{check:X} has no row of the class 0x{group:04X}xxxx, of which {} rule pages give sub-codes",
            all.len()
        );
        let mut finding =
            Finding::new("bug-check-unlisted", &format!("0x{check:X}"), &on.source, on.title.span, message)
                .found("no such rows")
                .expected(format!("rows for {}", codes.join(", ")));
        for one in &all {
            finding = finding.also(&one.page.source, one.span, format!("{} of `{}`", shown(one.code), one.page.id));
        }
        found.push(finding);
    }
}

/// One sub-code on several rules, where no table tells whose it is.
fn conflicts(context: &Context<'_>, rows: &[Row<'_>], found: &mut Vec<Finding>) {
    let mut by_code: BTreeMap<(u32, u32), Vec<(&RulePage, &BugCheck)>> = BTreeMap::new();
    for page in &context.rules {
        for check in &page.bug_checks {
            if let Some(code) = check.subcode {
                by_code.entry((check.code, code)).or_default().push((page, check));
            }
        }
    }
    for ((check_code, code), pages) in by_code {
        let told = rows.iter().any(|row| row.on.code == check_code && row.sub.value.value == code);
        if told || pages.len() < 2 {
            continue;
        }
        for (page, check) in &pages {
            let others = || pages.iter().filter(|(other, _)| other.id != page.id);
            let names: Vec<String> = others().map(|(other, _)| format!("`{}`", other.id)).collect();
            let message = format!("the sub-code `{}` stands on {} as well", shown(code), names.join(", "));
            let mut finding =
                Finding::new("bug-check-conflict", &page.id.to_string(), &page.source, check.span, message)
                    .found(shown(code));
            for (other, check) in others() {
                finding = finding.also(&other.source, check.span, "the same sub-code");
            }
            found.push(finding);
        }
    }
}

/// A bug-check line without a bug check.
fn empty(page: &RulePage, found: &mut Vec<Finding>) {
    if let (Some(span), true) = (page.bug_checks_span, page.bug_checks.is_empty()) {
        let message = "the bug-check line names no bug check".to_owned();
        found.push(
            Finding::new("bug-check-empty", &page.id.to_string(), &page.source, span, message)
                .expected("the bug check, or no such line"),
        );
    }
}

/// A bug check of Driver Verifier on a page that does not say how to test at run time.
fn untested(page: &RulePage, rows: &[Row<'_>], found: &mut Vec<Finding>) {
    if page.testing.run_time.is_some() || page.section(SectionKind::HowToTest).is_none() {
        return;
    }
    let Some(check) = page.bug_checks.iter().find(|check| check.subcode.is_some()) else {
        return;
    };
    let message =
        "the page names a bug check of Driver Verifier, but no test at run time that would find it".to_owned();
    let mut finding = Finding::new("run-time-missing", &page.id.to_string(), &page.source, check.span, message)
        .expected("a section `At run time` under `How to test`");
    if let Some(heading) = page.section(SectionKind::HowToTest).and_then(|section| section.heading.as_ref()) {
        finding = finding.also(&page.source, heading.span, "only a test at compile time is described");
    }
    if let Some(row) = rows.iter().find(|row| row.rule.id == page.id) {
        finding = finding.also(&row.on.source, row.sub.value.span, "the reference lists the rule");
    }
    found.push(finding);
}

/// Rows about rules whose pages name no bug check.
fn unmarked(context: &Context<'_>, rows: &[Row<'_>], found: &mut Vec<Finding>) {
    for row in rows.iter().filter(|row| row.rule.bug_checks.is_empty() && row.rule.bug_checks_span.is_none()) {
        let page = row.rule;
        let code = shown(row.sub.value.value);
        let message = format!(
            "the reference of bug check 0x{:X} lists `{code}` for this rule, but the page has no bug-check line",
            row.on.code
        );
        let span = page.models_span.or(page.heading.as_ref().map(|heading| heading.span)).unwrap_or_default();
        let mut finding = Finding::new("bug-check-absent", &page.id.to_string(), &page.source, span, message)
            .found("no bug-check line")
            .expected(format!("Bug Check 0x{:X}: {} ({code})", row.on.code, row.on.name))
            .also(&row.on.source, row.link, "the row that links to the page");
        if page.testing.run_time.is_none() {
            for set in context.catalog.rule_sets() {
                let entry = set.entries.iter().find(|entry| entry.rule.as_ref() == Some(&page.id));
                if let Some(entry) = entry.filter(|_| context.is_option(set)) {
                    finding = finding.also(&set.source, entry.link.span, "a list of rules that are tested at run time");
                }
            }
        }
        found.push(finding);
    }
}

/// Headings such as `0x1 to 0x5` above tables that go on to 0x8.
fn ranges(page: &BugCheckPage, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let headings: Vec<_> =
        doc.passages.iter().filter(|passage| matches!(passage.kind, PassageKind::Heading(_))).collect();
    for (at, heading) in headings.iter().enumerate() {
        let text = heading.inline.text.as_str();
        let Some((first, last)) = text.split_once(" to ") else { continue };
        let number = |text: &str| {
            let digits = text.trim().strip_prefix("0x")?;
            let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
            u32::from_str_radix(&digits[..end], 16).ok()
        };
        let (Some(low), Some(high)) = (number(first), number(last)) else { continue };
        let until = headings.get(at + 1).map_or(u32::MAX, |next| next.inline.span.start);
        let below = |row: &&SubCode| (heading.inline.span.end..until).contains(&row.value.span.start);
        let outside: Vec<&SubCode> =
            page.subcodes.iter().filter(below).filter(|row| !(low..=high).contains(&row.value.value)).collect();
        let values = page.subcodes.iter().filter(below).map(|row| row.value.value);
        if let (Some(row), Some(lowest), Some(highest)) = (outside.first(), values.clone().min(), values.max()) {
            let number = last.trim().split(' ').next().unwrap_or_default();
            let (width, title) = (number.len().saturating_sub(2), &last.trim()[number.len()..]);
            let should = format!("0x{lowest:0width$X} to 0x{highest:0width$X}{title}");
            let message = format!("the heading announces 0x{low:X} to 0x{high:X}, the table below goes beyond");
            found.push(
                Finding::new("bug-check-range", &doc.subject(), doc.source, heading.inline.span, message)
                    .expected(should)
                    .also(doc.source, row.value.span, format!("0x{:X} stands below it", row.value.value)),
            );
        }
    }
}

/// One value in two rows of a table.
fn twice(page: &BugCheckPage, doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let table_of = |row: &SubCode| {
        doc.passages.iter().find_map(|passage| match passage.kind {
            PassageKind::Cell { table, column: 1, .. } => {
                let span = passage.inline.span;
                (span.start <= row.value.span.start && row.value.span.end <= span.end).then_some(table)
            }
            _ => None,
        })
    };
    let mut seen: BTreeMap<(Option<usize>, u32), &SubCode> = BTreeMap::new();
    for row in &page.subcodes {
        let key = (table_of(row), row.value.value);
        if let Some(first) = seen.get(&key) {
            let message = format!("the value 0x{:X} has a second row", row.value.value);
            found.push(
                Finding::new("bug-check-twice", &format!("0x{:X}", page.code), &page.source, row.value.span, message)
                    .also(&page.source, first.value.span, "the first row"),
            );
        } else {
            seen.insert(key, row);
        }
    }
}
