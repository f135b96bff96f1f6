//! A second reading of functions that the first did not understand: with the driver's own macros put in place.
//!
//! The first reading keeps every macro's use, so that findings can name it and places are exact. Macros that open a
//! block and leave it to another one to close, that hold labels and cases, or that stand where no expression can, make
//! no sense to a grammar until they are gone. Here they are, in the text of one function, and what comes of it is put
//! back to the places of the uses.

use rulebook_diagnostics::{LineIndex, Span};
use rustc_hash::FxHashMap;

use crate::ir::{self, Symbol, Term};
use crate::lower::{LowerContext, lower, rescan};
use crate::parse::{self, Grammar};
use crate::parsed::Parsed;
use crate::prepass;
use crate::prepass::token::{Kind, Token, tokenize};
use crate::prepass::words::{LONGEST_LIST, Treatment, Words, balanced};

/// A function that expands to more than this is left alone.
const LONGEST: usize = 1 << 18;

/// What a file's functions are read again with.
pub(crate) struct Reader<'a, 'w> {
    pub(crate) parsed: &'a Parsed,
    /// The tokens of the file without comments, directives and branches not taken.
    pub(crate) live: Vec<Token>,
    pub(crate) words: &'a Words<'w>,
    pub(crate) own: &'a FxHashMap<&'static str, Treatment<'w>>,
    pub(crate) context: &'a LowerContext<'a>,
}

/// Text with macros in place, and where each piece of it comes from.
#[derive(Default)]
struct Expanded {
    text: String,
    /// Where a piece begins in [`Self::text`], and what it stands for in the file; ordered.
    pieces: Vec<(u32, Span)>,
    /// Whether a macro was put in place.
    changed: bool,
}

impl Expanded {
    /// Adds what stands for `from`; what follows it directly makes one operator with it.
    fn push(&mut self, text: &str, from: Span) {
        let before = self.pieces.last().map_or(from.start, |(_, before)| before.end);
        if before != from.start {
            self.text.push(' ');
        }
        self.pieces.push((self.text.len() as u32, from));
        self.text.push_str(text);
    }

    fn piece(&self, offset: u32) -> Span {
        let after = self.pieces.partition_point(|(start, _)| *start <= offset);
        self.pieces.get(after.saturating_sub(1)).map_or_else(Span::default, |(_, from)| *from)
    }

    fn original(&self, span: Span) -> Span {
        let (first, last) = (self.piece(span.start), self.piece(span.end.saturating_sub(1).max(span.start)));
        Span { start: first.start, end: last.end.max(first.end) }
    }
}

impl Reader<'_, '_> {
    /// The function called `name` whose body opens at `brace`, and the functions in it; `None` where it still makes no
    /// sense.
    pub(crate) fn read(&self, name: Symbol, brace: u32) -> Option<Vec<ir::Function>> {
        let open = self.live.binary_search_by_key(&brace, |token| token.start).ok()?;
        let first = first_of_item(&self.live, open);
        let last = balanced(&self.live, open, usize::MAX)?;
        let expanded = self.expand(&self.live[first..=last])?;
        let tokens = tokenize(&expanded.text);
        let output = prepass::run(&prepass::Input {
            text: &expanded.text,
            tokens: &tokens,
            dead: &[],
            words: self.words,
            macros: self.context.macros,
            own: self.own,
            cpp: self.parsed.cpp,
        });
        let tree = parse::parse(&output.prepped, if self.parsed.cpp { Grammar::Cpp } else { Grammar::C })?;
        let parsed = Parsed {
            file: self.parsed.file,
            path: self.parsed.path.clone(),
            lines: LineIndex::new(&expanded.text),
            text: expanded.text.clone(),
            prepped: output.prepped,
            tree,
            cpp: self.parsed.cpp,
            annotations: output.annotations,
            seh: output.seh,
            hidden: output.hidden,
            macros: Vec::new(),
            file_macros: Vec::new(),
            pageable: Vec::new(),
        };
        let brace = brace as usize;
        let around = self.parsed.tree.root_node().descendant_for_byte_range(brace, brace);
        let space = around.map_or(self.context.space, |node| self.context.space_of(node, &self.parsed.prepped));
        let name = self.context.declared.function_in(name, space);
        let mut unit = lower(&parsed, &LowerContext { space, ..*self.context });
        let whole = unit.untrusted.is_empty() && unit.functions.first().is_some_and(|first| first.name == name);
        if !whole {
            return None;
        }
        unit.functions.iter_mut().for_each(|function| put_back(function, &expanded));
        Some(unit.functions)
    }

    fn expand(&self, tokens: &[Token]) -> Option<Expanded> {
        let text = &self.parsed.text;
        let macros = self.context.macros;
        let mut out = Expanded::default();
        let mut at = 0;
        while at < tokens.len() {
            let token = tokens[at];
            let word = token.text(text);
            let definition = (token.kind == Kind::Ident).then(|| macros.get(Symbol::new(word))).flatten();
            let own = definition.filter(|definition| definition.span != Span::default() && !self.has_meaning(word));
            let end = match own.map(|definition| definition.params.is_some()) {
                Some(true) if tokens.get(at + 1).is_some_and(|next| next.kind == Kind::Punct(b'(')) => {
                    balanced(tokens, at + 1, LONGEST_LIST)
                }
                Some(false) => Some(at),
                _ => None,
            };
            let Some(end) = end else {
                out.push(word, Span { start: token.start, end: token.end });
                at += 1;
                continue;
            };
            let from = Span { start: token.start, end: tokens[end].end };
            let mut written = Expanded::default();
            for token in &tokens[at..=end] {
                written.push(token.text(text), Span { start: token.start, end: token.end });
            }
            match rescan(&written.text, macros, LONGEST) {
                Some(body) => {
                    // What stands beside the use is no part of its text.
                    out.push(&format!(" {body} "), from);
                    out.changed = true;
                }
                None => out.push(&written.text, from),
            }
            if out.text.len() > LONGEST {
                return None;
            }
            at = end + 1;
        }
        out.changed.then_some(out)
    }

    /// Whether lowering knows the name better than its definition says.
    fn has_meaning(&self, word: &str) -> bool {
        let language = self.context.language;
        [&language.assume, &language.container, &language.identity, &language.noreturn, &language.thread_ends]
            .into_iter()
            .any(|list| list.iter().any(|known| known == word))
    }
}

/// The first token of the declaration that the body opening at `open` belongs to.
fn first_of_item(tokens: &[Token], open: usize) -> usize {
    let before = tokens[..open].iter().rposition(|token| matches!(token.kind, Kind::Punct(b';' | b'}' | b'{')));
    before.map_or(0, |before| before + 1)
}

/// Gives everything in `function` its place in the file.
fn put_back(function: &mut ir::Function, expanded: &Expanded) {
    let place = |loc: &mut ir::Loc| loc.span = expanded.original(loc.span);
    place(&mut function.loc);
    place(&mut function.end);
    for block in &mut function.blocks {
        block.instrs.iter_mut().for_each(|instr| place(&mut instr.loc));
        match &mut block.term {
            Term::Branch { loc, .. } | Term::Switch { loc, .. } | Term::Return { loc, .. } => place(loc),
            Term::Goto(_) | Term::Try { .. } | Term::Unreachable => {}
        }
    }
}
