//! Role types as sentences name them: by the target of a link, by type, by name, or by a name with words left out.

use rulebook_machine::Semantics;

use crate::identity::Model;
use crate::inline::{Inline, Mark};
use crate::links::{ApiKind, ApiTarget};

use super::names;

/// Looks role types up for one page.
pub(super) struct Roles<'s> {
    semantics: &'s Semantics,
    model: String,
}

impl<'s> Roles<'s> {
    pub(super) fn new(semantics: &'s Semantics, model: &Model) -> Self {
        Self { semantics, model: model.to_string() }
    }

    /// The short name of the role that the bytes `from..to` of `inline` name.
    pub(super) fn resolve(&self, inline: &Inline, from: usize, to: usize) -> Option<&'s str> {
        let found = inline.text.get(from..to)?;
        let covering =
            || inline.marks.iter().filter(move |marked| marked.start as usize <= from && to <= marked.end as usize);
        let linked = covering().find_map(|marked| match &marked.mark {
            Mark::Link(target) => ApiTarget::of(target).filter(|target| target.kind == ApiKind::Callback),
            _ => None,
        });
        if let Some(target) = linked
            && let Some((_, role)) =
                self.semantics.roles.iter().find(|(name, _)| name.eq_ignore_ascii_case(&target.name))
        {
            return Some(&role.name);
        }
        let marked = covering().next().is_some();
        // A single word such as `Cancel` may be a word of the sentence.
        let is_name = marked || names::words(found).len() > 1;
        let named = |own: bool| {
            let mut all = self.semantics.roles.iter();
            all.find(|(name, role)| (name.as_str() == found || role.name == found) && (role.model == self.model) == own)
        };
        let shortened = || if marked { self.shortened(found) } else { None };
        let own = named(true).filter(|_| is_name).map(|(_, role)| role.name.as_str());
        let other = || named(false).filter(|_| is_name).map(|(_, role)| role.name.as_str());
        own.or_else(shortened).or_else(other)
    }

    /// The only role of the model whose name has the words of `found` in order, the last one last.
    fn shortened(&self, found: &str) -> Option<&'s str> {
        let wanted = names::words(found);
        let fits = |name: &str| {
            let mut words = names::words(name).into_iter();
            wanted.iter().all(|word| words.any(|own| own == *word)) && words.next().is_none()
        };
        let mut all = self.semantics.roles.values().filter(|role| role.model == self.model && fits(&role.name));
        match (all.next(), all.next(), wanted.len()) {
            (Some(role), None, 2..) => Some(&role.name),
            _ => None,
        }
    }
}
