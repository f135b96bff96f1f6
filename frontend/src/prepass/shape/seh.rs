//! Structured exceptions behind macros.

use super::Shaper;
use crate::parsed::SehKeyword;
use crate::prepass::words::balanced;

impl Shaper<'_, '_> {
    /// `try { … } finally { … }` behind macros.
    pub(super) fn structured_exceptions(&mut self) {
        for index in 0..self.input.left.seh.len() {
            let (at, keyword) = self.input.left.seh[index];
            let handler = if keyword == SehKeyword::Try { self.after_block(at + 1) } else { None };
            let plain = handler.and_then(|handler| Some((handler, self.plain_handler(handler)?)));
            // In C++, `try` is a keyword; it is ours only if a handler of ours follows.
            if self.input.cpp
                && self.word(at) == "try"
                && plain.is_none()
                && !handler.is_some_and(|handler| self.is_marked(handler))
            {
                continue;
            }
            self.structured_exception(at, keyword);
            // The grammar cannot pair a macro with a keyword.
            if let Some((handler, keyword)) = plain {
                self.structured_exception(handler, keyword);
            }
        }
        self.out.seh.sort_unstable_by_key(|(start, _)| *start);
    }

    fn structured_exception(&mut self, at: usize, keyword: SehKeyword) {
        let span = self.span(at, at);
        self.out.seh.push((span.start, keyword));
        if keyword == SehKeyword::Except {
            self.canvas.replace(span, "if");
        } else {
            self.canvas.blank(span);
        }
    }

    /// The token behind the block that opens at `open`.
    fn after_block(&self, open: usize) -> Option<usize> {
        balanced(self.tokens, open, usize::MAX).map(|close| close + 1)
    }

    /// Whether a macro stands for a keyword at `at`.
    fn is_marked(&self, at: usize) -> bool {
        self.input.left.seh.binary_search_by_key(&at, |(index, _)| *index).is_ok()
    }

    /// The handler that the compiler's own keyword at `at` begins.
    fn plain_handler(&self, at: usize) -> Option<SehKeyword> {
        match self.word(at) {
            "__except" => Some(SehKeyword::Except),
            "__finally" => Some(SehKeyword::Finally),
            _ => None,
        }
    }
}
