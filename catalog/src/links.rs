//! Links: where they lead, and what that says about the thing they name.
//!
//! The text of a link is what people read and may be wrong, translated or an alias; its target names the
//! reference page exactly. Facts keep both.

use rulebook_diagnostics::Span;
use serde::{Deserialize, Serialize};

use crate::inline::Inline;

/// What an API reference page describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApiKind {
    /// A function or macro (`nf`).
    Function,
    /// A callback: a role type (`nc`).
    Callback,
    /// A structure (`ns`).
    Structure,
    /// An enumeration (`ne`).
    Enumeration,
    /// An interface (`nn`).
    Interface,
    /// An I/O control code (`ni`).
    Ioctl,
    /// Anything else.
    Other,
}

impl ApiKind {
    /// The kind for the two letters that start a page's name or UID.
    #[must_use]
    pub fn from_prefix(prefix: &str) -> Option<Self> {
        let prefix = prefix.as_bytes();
        let [b'n' | b'N', kind] = prefix else {
            return None;
        };
        Some(match kind.to_ascii_lowercase() {
            b'f' => Self::Function,
            b'c' => Self::Callback,
            b's' => Self::Structure,
            b'e' => Self::Enumeration,
            b'n' => Self::Interface,
            b'i' => Self::Ioctl,
            b'a' | b'l' | b'u' | b'd' | b'h' => Self::Other,
            _ => return None,
        })
    }
}

/// The reference page that a link leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ApiTarget {
    /// What the page describes.
    pub kind: ApiKind,
    /// The header's name without `.h`, in lower case.
    pub header: String,
    /// The name in lower case, as page names have it.
    pub name: String,
}

impl ApiTarget {
    /// Reads a target such as `/windows-hardware/drivers/ddi/wdm/nf-wdm-kesetevent`.
    #[must_use]
    pub fn of(target: &str) -> Option<Self> {
        let slug = slug(target);
        let (prefix, rest) = slug.split_once('-')?;
        let (header, name) = rest.split_once('-')?;
        let kind = ApiKind::from_prefix(prefix)?;
        let name = name.split('~').next().unwrap_or_default();
        (!header.is_empty() && !name.is_empty()).then(|| Self {
            kind,
            header: header.to_owned(),
            name: name.to_owned(),
        })
    }
}

/// The last part of a target: lower case, without extension, query, fragment or version.
#[must_use]
pub fn slug(target: &str) -> String {
    let path = target.split(['#', '?']).next().unwrap_or_default();
    let last = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    let last = last.split('(').next().unwrap_or_default().to_ascii_lowercase();
    last.strip_suffix(".md").map_or_else(|| last.clone(), str::to_owned)
}

/// Where a target leads, as far as it matters to the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// A page of the API reference.
    Api,
    /// A page among archived documents or behind a numeric id: often an API, but its name is not in the target.
    Archived,
    /// A page about a bug check.
    BugCheck,
    /// Another page of documents.
    Page,
    /// A place in the same page.
    Anchor,
    /// An address to write to.
    Mail,
    /// Anywhere else.
    Other,
}

impl LinkKind {
    /// Classifies `target`.
    #[must_use]
    pub fn of(target: &str) -> Self {
        let lower = target.to_ascii_lowercase();
        let slug = slug(target);
        let archived_id = |slug: &str| {
            slug.len() >= 6
                && slug[..2].bytes().all(|b| b.is_ascii_lowercase())
                && slug[2..].bytes().all(|b| b.is_ascii_digit())
        };
        if lower.starts_with("mailto:") {
            Self::Mail
        } else if lower.starts_with('#') {
            Self::Anchor
        } else if ApiTarget::of(target).is_some() {
            Self::Api
        } else if slug.starts_with("bug-check-") {
            Self::BugCheck
        } else if lower.contains("/previous-versions/") || (slug.is_char_boundary(2) && archived_id(&slug)) {
            Self::Archived
        } else if !lower.contains("://") || lower.contains("microsoft.com/") {
            Self::Page
        } else {
            Self::Other
        }
    }
}

/// A link as a page has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The text, plain.
    pub text: String,
    /// The target as written.
    pub target: String,
    /// The place of the whole link.
    pub span: Span,
}

/// The links of `inline`, without addresses to write to and places in the same page.
pub(crate) fn links(inline: &Inline) -> impl Iterator<Item = Link> {
    inline.links().filter(|(_, target, _)| !matches!(LinkKind::of(target), LinkKind::Mail | LinkKind::Anchor)).map(
        |(text, target, marked)| Link { text: text.trim().to_owned(), target: target.to_owned(), span: marked.span },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_name_reference_pages() {
        for (target, expected) in [
            ("/windows-hardware/drivers/ddi/wdm/nf-wdm-kesetevent", Some((ApiKind::Function, "wdm", "kesetevent"))),
            (
                "https://docs.microsoft.com/windows-hardware/drivers/ddi/content/wdm/nc-wdm-driver_cancel",
                Some((ApiKind::Callback, "wdm", "driver_cancel")),
            ),
            ("..\\wdm\\nf-wdm-rtlsecurezeromemory.md#remarks", Some((ApiKind::Function, "wdm", "rtlsecurezeromemory"))),
            ("/previous-versions/windows/hardware/drivers/ff550040(v=vs.85)", None),
            ("kmdf-wdfspinlock.md", None),
            ("", None),
        ] {
            let found = ApiTarget::of(target);
            assert_eq!(found.as_ref().map(|t| (t.kind, t.header.as_str(), t.name.as_str())), expected, "{target}");
        }
    }

    #[test]
    fn targets_are_of_a_kind() {
        for (target, kind) in [
            ("https://msdn.microsoft.com/library/windows/hardware/ff551168", LinkKind::Archived),
            ("/previous-versions/ff544351(v=vs.85)", LinkKind::Archived),
            ("../debugger/bug-check-0xc4--driver-verifier-detected-violation.md", LinkKind::BugCheck),
            ("../kernel/managing-hardware-priorities.md", LinkKind::Page),
            ("mailto:a@b?subject=x", LinkKind::Mail),
            ("#here", LinkKind::Anchor),
            ("https://example.org/x", LinkKind::Other),
            ("é", LinkKind::Page),
        ] {
            assert_eq!(LinkKind::of(target), kind, "{target}");
        }
    }
}
