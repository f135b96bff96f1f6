//! What documents say, as Markdown of ours: nothing in it can become markup or lead where we would not.

/// Text that is a link where the target is one that may stand on our page.
pub(super) fn linked(text: &str, target: Option<&str>) -> String {
    match target.map(absolute).filter(|target| is_plain(target)) {
        Some(target) => format!("[{text}]({target})"),
        None => text.to_owned(),
    }
}

/// Words of a page in Markdown: what would read as markup is escaped.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A link as it works from any site: relative ones point into the published documentation.
fn absolute(target: &str) -> String {
    let root = "/windows-hardware/drivers/";
    let page = target.strip_suffix(".md").unwrap_or(target);
    match (page.strip_prefix("../"), page.strip_prefix("./")) {
        (Some(rest), _) => format!("{root}{rest}"),
        (_, Some(rest)) => format!("{root}devtest/{rest}"),
        _ if page.contains('/') => target.to_owned(),
        _ => format!("{root}devtest/{page}"),
    }
}

/// Whether a target leads to a page of a site, and ends where it seems to.
fn is_plain(target: &str) -> bool {
    let mut depth = 0_i32;
    let balanced = target.chars().all(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth >= 0
    });
    let rooted = match target.strip_prefix("https://") {
        Some(_) => true,
        None => target.starts_with('/') && !target.starts_with("//") && !target.contains(':'),
    };
    rooted
        && balanced
        && depth == 0
        && !target.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\\".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_published_pages_or_are_none() {
        for (target, expected) in [
            ("../debugger/bug-check-0xc4.md", "[x](/windows-hardware/drivers/debugger/bug-check-0xc4)"),
            ("./latches.md", "[x](/windows-hardware/drivers/devtest/latches)"),
            ("latches.md", "[x](/windows-hardware/drivers/devtest/latches)"),
            ("/windows/ff544351(v=vs.85)", "[x](/windows/ff544351(v=vs.85))"),
            ("https://example.org/a", "[x](https://example.org/a)"),
            ("javascript:alert(1)", "x"),
            ("//example.org/a", "x"),
            ("http://example.org/a", "x"),
            ("/a b", "x"),
            ("/a)b(", "x"),
            ("/a<b", "x"),
        ] {
            assert_eq!(linked("x", Some(target)), expected, "{target}");
        }
    }
}
