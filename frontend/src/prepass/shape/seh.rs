//! Structured exceptions behind macros.

use super::Shaper;
use crate::parsed::SehKeyword;
use crate::prepass::token::Kind;

impl Shaper<'_, '_> {
    /// `try { … } finally { … }` behind macros.
    pub(super) fn structured_exceptions(&mut self) {
        for index in 0..self.input.left.seh.len() {
            let (at, keyword) = self.input.left.seh[index];
            // In C++, `try` is a keyword; it is ours only if a handler of ours follows.
            if self.input.cpp && self.word(at) == "try" && !self.has_handler(at + 1) {
                continue;
            }
            let span = self.span(at, at);
            self.out.seh.push((span.start, keyword));
            if keyword == SehKeyword::Except {
                self.canvas.replace(span, "if");
            } else {
                self.canvas.blank(span);
            }
        }
    }

    pub(super) fn has_handler(&self, open: usize) -> bool {
        let mut depth = 0;
        for at in open..self.tokens.len() {
            match self.tokens[at].kind {
                Kind::Punct(b'{') => depth += 1,
                Kind::Punct(b'}') => {
                    depth -= 1;
                    if depth == 0 {
                        return self.input.left.seh.binary_search_by_key(&(at + 1), |(index, _)| *index).is_ok();
                    }
                }
                _ => {}
            }
        }
        false
    }
}
