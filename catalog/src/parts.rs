//! The sections of a rule page, each read by what it is.

use rulebook_diagnostics::{Problem, Span};

use crate::applies_to::{self, ApiRef, ApiRole};
use crate::bug_check::BugCheck;
use crate::chunks::{Chunk, chunks};
use crate::dialect::{self, Example, Specification};
use crate::facts::{self, Fact};
use crate::html;
use crate::inline::{Block, BlockKind, Inline, blocks};
use crate::links::{Link, links};
use crate::rule_page::{CodeBlock, ExtraSection, Note};
use crate::sections::{Section, SectionKind};
use crate::testing::{self, Testing};
use crate::text::{Source, Spanned, trim};

/// What the sections of a page yield.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) models: Vec<Spanned<String>>,
    pub(crate) models_span: Option<Span>,
    pub(crate) prose: Vec<Block>,
    pub(crate) applies_to: Vec<ApiRef>,
    pub(crate) see_also_apis: Vec<ApiRef>,
    pub(crate) bug_checks: Vec<BugCheck>,
    pub(crate) bug_checks_span: Option<Span>,
    pub(crate) testing: Testing,
    pub(crate) see_also: Vec<Link>,
    pub(crate) notes: Vec<Note>,
    pub(crate) code: Vec<CodeBlock>,
    pub(crate) extra: Vec<ExtraSection>,
    pub(crate) specification: Option<Specification>,
    pub(crate) examples: Vec<Example>,
}

impl Parts {
    /// Reads one section into these parts.
    pub(crate) fn section(&mut self, source: &Source, section: &Section, problems: &mut Vec<Problem>) {
        let page = source.text.as_str();
        match section.kind {
            SectionKind::Prose => {
                let blocks = self.running(page, section.body);
                self.prose.extend(blocks);
            }
            SectionKind::Extra => {
                let blocks = self.running(page, section.body);
                if let Some(heading) = &section.heading {
                    self.extra.push(ExtraSection { heading: heading.clone(), blocks });
                }
            }
            SectionKind::HowToTest => self.testing = testing::read(page, section.body),
            SectionKind::AppliesTo => self.applies_to.extend(applies_to::entries(page, section.body)),
            SectionKind::SeeAlso => {
                for chunk in chunks(page, section.body, |_| false) {
                    for inline in texts(page, &chunk) {
                        self.see_also.extend(links(&inline));
                        let mut found = Vec::new();
                        applies_to::prose(&[Block { kind: BlockKind::Paragraph, inline }], &mut found);
                        self.see_also_apis.extend(
                            found
                                .into_iter()
                                .filter(|api| api.role == ApiRole::Prose)
                                .map(|api| ApiRef { role: ApiRole::SeeAlso, ..api }),
                        );
                    }
                }
            }
            SectionKind::Specification => match dialect::specification(page, section) {
                Ok(specification) => self.specification = Some(specification),
                Err((span, message)) => {
                    problems.push(Problem::error("page/specification", source.place(span), message));
                }
            },
            SectionKind::Examples => {
                let (examples, wrong) = dialect::examples(page, section);
                self.examples.extend(examples);
                problems.extend(
                    wrong
                        .into_iter()
                        .map(|(span, message)| Problem::error("page/example", source.place(span), message)),
                );
            }
        }
    }

    /// The running text of `span`; facts, notes and code in it go to their own places.
    fn running(&mut self, page: &str, span: Span) -> Vec<Block> {
        let mut done = Vec::new();
        for chunk in chunks(page, span, facts::may_be_fact) {
            match &chunk {
                Chunk::Fence { lang, code, .. } => self.code.push(code_block(page, *lang, *code)),
                Chunk::Quote(span) => self.notes.extend(note(page, *span)),
                Chunk::Table { rows } => {
                    for row in rows {
                        let cells: Vec<_> = row.iter().map(|cell| Inline::read(page, *cell)).collect();
                        self.row(cells, &mut done);
                    }
                }
                Chunk::Html(span) => {
                    let cells = html::cells(page, *span);
                    for row in cells.chunk_by(|a, b| (a.table, a.row) == (b.table, b.row)) {
                        self.row(row.iter().map(|cell| cell.inline.clone()).collect(), &mut done);
                    }
                }
                Chunk::Heading(span) => {
                    let inline = Inline::read(page, *span);
                    done.push(Block { kind: BlockKind::Heading, inline });
                }
                Chunk::Text(span) => {
                    for block in blocks(page, *span) {
                        match facts::from_line(&block.inline) {
                            Some(fact) => self.fact(fact),
                            None if block.kind == BlockKind::Code => {
                                let text = block.inline.span;
                                self.code.push(code_block(page, Span { start: text.start, end: text.start }, text));
                            }
                            None => done.push(block),
                        }
                    }
                }
            }
        }
        done
    }

    /// A row of a table is a fact or as many blocks as it has cells.
    fn row(&mut self, cells: Vec<Inline>, done: &mut Vec<Block>) {
        let fact = match cells.as_slice() {
            [label, value] => facts::from_row(label, value),
            _ => None,
        };
        match fact {
            Some(fact) => self.fact(fact),
            None => done.extend(
                cells.into_iter().filter(|cell| !cell.is_blank()).map(|inline| Block { kind: BlockKind::Cell, inline }),
            ),
        }
    }

    fn fact(&mut self, fact: Fact) {
        match fact {
            Fact::Models(models, span) => {
                self.models.extend(models);
                self.models_span.get_or_insert(span);
            }
            Fact::BugChecks(checks, span) => {
                self.bug_checks.extend(checks);
                self.bug_checks_span.get_or_insert(span);
            }
        }
    }
}

/// All running text of a chunk.
fn texts(page: &str, chunk: &Chunk) -> Vec<Inline> {
    match chunk {
        Chunk::Text(span) | Chunk::Quote(span) => blocks(page, *span).into_iter().map(|block| block.inline).collect(),
        Chunk::Html(span) => html::cells(page, *span).into_iter().map(|cell| cell.inline).collect(),
        Chunk::Table { rows } => rows.iter().flatten().map(|cell| Inline::read(page, *cell)).collect(),
        Chunk::Fence { .. } | Chunk::Heading(_) => Vec::new(),
    }
}

/// Fenced code as a fact.
pub(crate) fn code_block(page: &str, lang: Span, code: Span) -> CodeBlock {
    CodeBlock { lang: lang.slice(page).to_owned(), text: code.slice(page).to_owned(), span: code }
}

/// A quote as a note; its first line may say of which kind.
fn note(page: &str, span: Span) -> Option<Note> {
    let mut blocks = blocks(page, span);
    let kind = blocks.first().and_then(|first| {
        let rest = first.inline.text.strip_prefix("[!")?;
        Some(rest.split(']').next().unwrap_or_default().to_lowercase())
    });
    if kind.is_some() {
        let first = blocks.remove(0);
        // What follows the mark on its own lines is read again without it.
        if let Some(line) = first.inline.text.find('\n') {
            let start = first.inline.span_of(line + 1, first.inline.text.len()).start;
            let rest = trim(page, Span { start, end: first.inline.span.end });
            blocks.insert(0, Block { kind: BlockKind::Quote, inline: Inline::read(page, rest) });
        }
    }
    (!blocks.is_empty()).then(|| Note { kind: kind.unwrap_or_default(), blocks })
}
