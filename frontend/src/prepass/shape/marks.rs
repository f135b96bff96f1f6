//! Unknown marks in declarations: more names in a row than a declaration can have.

use super::{Scope, Shaper, is_shouted};
use crate::prepass::keyword::{Word, word_class};
use crate::prepass::token::Kind;

impl Shaper<'_, '_> {
    /// Tokens inside brackets whose content still needs the marks removed.
    pub(super) fn inner(&mut self, from: usize, to: usize) {
        let mut at = from;
        while at < to {
            at = match self.call_arguments(at, false) {
                Some(close) => close + 1,
                None if self.is_ident(at) => self.declaration_marks(at),
                None => at + 1,
            };
        }
    }

    /// A run of names that no declaration can have: blanks the marks in it. Returns where to go on.
    pub(super) fn declaration_marks(&mut self, at: usize) -> usize {
        let mut names: Vec<(usize, usize)> = Vec::new();
        let mut typed = false;
        let mut end = at;
        while self.is_ident(end) {
            match word_class(self.word(end)) {
                Word::Qualifier => {}
                Word::Builtin => typed = true,
                Word::Tag => {
                    typed = true;
                    // The tag's own name is part of the type.
                    if self.is_ident(end + 1) && word_class(self.word(end + 1)) == Word::Name {
                        end += 1;
                    }
                }
                Word::Other => return end + 1,
                Word::Name if self.is_mark_with_words(end) => {
                    self.canvas.blank(self.span(end, end + 3));
                    end += 3;
                }
                Word::Name => {
                    let first = end;
                    while self.tokens.get(end + 1).is_some_and(|token| token.kind == Kind::Pair(b':'))
                        && self.is_ident(end + 2)
                    {
                        end += 2;
                    }
                    names.push((first, end));
                }
            }
            end += 1;
        }
        let has_name = match self.tokens.get(end).map(|token| token.kind) {
            Some(Kind::Punct(b'(')) => !self.is(end + 1, b'*') || names.len() > 2,
            Some(Kind::Punct(b';' | b'=' | b'[' | b',' | b')' | b':' | b'{')) => true,
            Some(Kind::Punct(b'*' | b'&')) => false,
            _ => return end.max(at + 1),
        };
        let wanted = usize::from(has_name) + usize::from(!typed);
        let mut surplus = names.len().saturating_sub(wanted);
        if surplus == 0 || self.is(at.wrapping_sub(1), b'>') {
            return end.max(at + 1);
        }
        let last_mark = names.len() - usize::from(has_name);
        let mut candidates: Vec<(usize, usize)> = names[..last_mark]
            .iter()
            .copied()
            .filter(|(first, last)| first == last && is_shouted(self.word(*first)))
            .collect();
        // Known types stay as long as there is something else; of two unknown names the first is the mark,
        // unless the second looks like one.
        candidates.sort_by_key(|(first, _)| self.mark_rank(*first));
        for (first, _) in candidates {
            if surplus == 0 {
                break;
            }
            self.canvas.blank(self.span(first, first));
            surplus -= 1;
        }
        end.max(at + 1)
    }

    /// `MARK("words") Name(…)`, between declarations.
    fn is_mark_with_words(&self, at: usize) -> bool {
        self.scope() == Scope::File
            && self.is(at + 1, b'(')
            && self.tokens.get(at + 2).is_some_and(|token| token.kind == Kind::Str)
            && self.is(at + 3, b')')
            && self.is_ident(at + 4)
            && self.is(at + 5, b'(')
    }

    pub(super) fn mark_rank(&self, at: usize) -> u8 {
        let word = self.word(at);
        if self.input.words.language.types.iter().any(|known| known == word) {
            2
        } else {
            u8::from(!word.ends_with("API") && !word.ends_with("CALL") && !word.ends_with("INLINE"))
        }
    }
}
