//! What a reference page says about its API, as far as the facts need it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use rulebook_catalog::api_facts::{ApiKind, Direction};

/// One page.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub name: String,
    pub kind: ApiKind,
    pub header: String,
    /// Path relative to the root of the reference, with forward slashes.
    pub path: String,
    pub irql: Option<String>,
    pub compliance: Vec<String>,
    pub params: Vec<PageParam>,
}

/// One documented parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageParam {
    pub name: String,
    pub direction: Option<Direction>,
    pub optional: bool,
}

/// Reads all pages below `root`, by API name; of two pages for one name the first in path order counts.
pub(crate) fn read_all(root: &Path) -> Result<BTreeMap<String, Page>> {
    let mut pages = BTreeMap::new();
    let mut folders: Vec<_> = std::fs::read_dir(root)
        .with_context(|| format!("cannot read {}", root.display()))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    for folder in folders {
        let mut files: Vec<_> = std::fs::read_dir(&folder)?.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
        files.sort();
        for file in files {
            let relative = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            let text = String::from_utf8_lossy(&std::fs::read(&file)?).into_owned();
            if let Some(page) = read(&relative, &text) {
                pages.entry(page.name.clone()).or_insert(page);
            }
        }
    }
    Ok(pages)
}

/// Reads one page; `None` if it is about neither a function nor a role type.
pub(crate) fn read(path: &str, text: &str) -> Option<Page> {
    let mut parts = text.trim_start_matches('\u{feff}').splitn(3, "---");
    let (front, body) = (parts.nth(1)?, parts.next()?);
    let key = |name: &str| {
        front.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim).unwrap_or_default()
    };
    let uid = key("UID");
    let callback = uid.starts_with("NC:");
    if !callback && !uid.starts_with("NF:") {
        return None;
    }
    let name = uid.split_once('.')?.1.split('~').next()?.to_owned();
    let kind = match () {
        () if callback => ApiKind::Callback,
        () if key("title").contains(" macro") => ApiKind::Macro,
        () => ApiKind::Function,
    };
    Some(Page {
        name,
        kind,
        header: key("req.header").rsplit('/').next().unwrap_or_default().to_ascii_lowercase(),
        path: path.to_owned(),
        irql: irql(key("req.irql")),
        compliance: key("req.ddi-compliance")
            .split(',')
            .map(|rule| rule.trim().to_owned())
            .filter(|rule| !rule.is_empty())
            .collect(),
        params: params(body),
    })
}

fn params(body: &str) -> Vec<PageParam> {
    let mut found: Vec<PageParam> = Vec::new();
    let section = body.lines().skip_while(|line| !line.starts_with("## -parameters")).skip(1);
    for line in section.take_while(|line| !line.starts_with("## ")) {
        let Some(rest) = line.strip_prefix("### -param ") else { continue };
        let rest = rest.trim();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '[' | ':')).unwrap_or(rest.len());
        let name = rest[..end].trim_matches(|c: char| !c.is_alphanumeric() && c != '_' && c != '.');
        let notes = rest[end..].to_ascii_lowercase();
        let word = |wanted: &str| notes.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| w == wanted);
        let direction = match (word("in"), word("out") || word("outptr")) {
            _ if word("inout") => Some(Direction::Inout),
            (true, true) => Some(Direction::Inout),
            (true, false) => Some(Direction::In),
            (false, true) => Some(Direction::Out),
            (false, false) => None,
        };
        if !name.is_empty() && name != "..." && !found.iter().any(|p| p.name == name) {
            let optional = word("optional") || word("opt");
            found.push(PageParam { name: name.to_owned(), direction, optional });
        }
    }
    found
}

/// The bound alone: relation and level names, `any`, and `see-remarks` where the field refers there.
fn irql(field: &str) -> Option<String> {
    let lower = field.to_ascii_lowercase();
    let remarks = lower.contains("remarks");
    let field: String = field.split('(').next().unwrap_or_default().replace("IRQL", " ");
    let mut words = Vec::new();
    let mut relation = "";
    for (sign, normal) in [("<=", "<= "), (">=", ">= "), ("<", "< "), (">", "> ")] {
        if field.contains(sign) {
            relation = normal;
            break;
        }
    }
    for word in field.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        if word.ends_with("_LEVEL") || word == "DIRQL" {
            words.push(word.to_owned());
        } else if word == "DISPATCH" {
            words.push("DISPATCH_LEVEL".to_owned());
        }
    }
    let bound = match words.as_slice() {
        [level] => Some(format!("{relation}{level}")),
        [low, high] => Some(format!("{low}..{high}")),
        _ if lower.contains("any ") => Some("any".to_owned()),
        _ => None,
    };
    match (bound, remarks) {
        (Some(bound), true) => Some(format!("{bound} see-remarks")),
        (None, true) => Some("see-remarks".to_owned()),
        (bound, false) => bound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_the_forms_that_pages_have() {
        for (field, expected) in [
            ("PASSIVE_LEVEL", Some("PASSIVE_LEVEL")),
            ("<=DISPATCH_LEVEL", Some("<= DISPATCH_LEVEL")),
            ("<= DISPATCH_LEVEL (see Remarks section)", Some("<= DISPATCH_LEVEL see-remarks")),
            ("IRQL <= APC_LEVEL", Some("<= APC_LEVEL")),
            ("Called at IRQL <= DISPATCH_LEVEL.", Some("<= DISPATCH_LEVEL")),
            ("< DISPATCH_LEVEL", Some("< DISPATCH_LEVEL")),
            ("IRQL >= DISPATCH_LEVEL", Some(">= DISPATCH_LEVEL")),
            ("= PASSIVE_LEVEL", Some("PASSIVE_LEVEL")),
            ("DISPATCH", Some("DISPATCH_LEVEL")),
            ("<= DIRQL", Some("<= DIRQL")),
            ("Any level (see Remarks section)", Some("any see-remarks")),
            ("(See Remarks section.)", Some("see-remarks")),
            ("See remarks.", Some("see-remarks")),
            ("Not applicable", None),
            ("", None),
        ] {
            assert_eq!(irql(field).as_deref(), expected, "{field}");
        }
    }

    #[test]
    fn parameters_with_their_notes() {
        let body = "## -parameters\n\n### -param A [in]\n\ntext\n\n### -param B [out, optional]\n\n### -param C\n\n\
                    ### -param D [in/out]\n### -param E : [_In_]\n## -returns\n### -param F\n";
        let found: Vec<String> =
            params(body).iter().map(|p| format!("{} {:?} {}", p.name, p.direction, p.optional)).collect();
        let expected = ["A Some(In) false", "B Some(Out) true", "C None false", "D Some(Inout) false", "E Some(In) false"];
        assert_eq!(found, expected);
    }
}
