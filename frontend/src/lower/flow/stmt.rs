//! Statements.

use rulebook_diagnostics::Span;
use rustc_hash::FxHashMap;

use crate::ir::{BlockId, Expr, InstrKind, Place, Symbol, Term};

use super::super::ast::{Block, Condition, Decl, Ex, ExKind, Handler, St, StKind, Try};
use super::super::types::TypeRef;
use super::place::addr;
use super::value::load;
use super::{CleanupKind, Flow, HEAD_SCOPE, Jump, JumpKind, Label};

/// The `switch` being lowered.
#[derive(Debug, Default)]
pub(super) struct Switch {
    cases: Vec<(Expr, BlockId)>,
    default: Option<BlockId>,
}

impl<'t> Flow<'_, 't> {
    pub(super) fn statements(&mut self, list: &'t [St]) {
        for statement in list {
            self.statement(statement);
        }
    }

    /// Statements in a name scope of their own; what lives in it dies at `end`.
    pub(super) fn scoped_statements(&mut self, id: u32, list: &'t [St], end: Span) {
        self.scoped(id, end, |flow| flow.statements(list));
    }

    fn scoped(&mut self, id: u32, end: Span, inside: impl FnOnce(&mut Self)) {
        self.scopes.push(FxHashMap::default());
        self.scope_ids.push(id);
        let keep = self.cleanups.len();
        inside(self);
        self.run_cleanups(keep, end, 0);
        self.cleanups.truncate(keep);
        self.scope_ids.pop();
        self.scopes.pop();
    }

    fn block(&mut self, block: &'t Block, end: Span) {
        self.scoped_statements(block.id, &block.body, end);
    }

    fn statement(&mut self, st: &'t St) {
        match &st.kind {
            StKind::Empty => {}
            StKind::Block(block) => self.block(block, closing(st.span)),
            StKind::Expr(ex) => self.effect(ex),
            StKind::Decl(decls) => {
                for decl in decls {
                    self.declaration(decl);
                }
            }
            StKind::If { init, cond, then, other } => self.if_statement(st.span, init, cond, then, other.as_deref()),
            StKind::While { cond, body } => self.while_loop(st.span, cond, body),
            StKind::DoWhile { body, cond } => self.do_loop(body, cond),
            StKind::For { init, cond, update, body } => self.scoped(HEAD_SCOPE, closing(st.span), |flow| {
                flow.statements(init);
                flow.for_loop(st.span, cond.as_deref(), update.as_ref(), body);
            }),
            StKind::RangeFor { decl, range, body } => {
                self.scoped(HEAD_SCOPE, closing(st.span), |flow| {
                    flow.range_loop(decl, range, body);
                });
            }
            StKind::Switch { init, value, body } => {
                self.scoped(HEAD_SCOPE, closing(st.span), |flow| {
                    flow.statements(init);
                    flow.switch(st.span, value, body);
                });
            }
            StKind::Case(value) => self.case(value),
            StKind::Default => {
                let block = self.new_block();
                self.fall_into(block);
                match self.switches.last_mut() {
                    Some(switch) => switch.default = Some(block),
                    None => self.fail("a `default` outside a `switch`"),
                }
            }
            StKind::Label(name) => self.label(*name),
            StKind::Goto(name) => self.jump_to_label(*name, st.span),
            StKind::Break => self.jump(JumpKind::Break, st.span),
            StKind::Continue => self.jump(JumpKind::Continue, st.span),
            StKind::Leave => self.jump(JumpKind::Leave, st.span),
            StKind::Return(value) => self.return_statement(value.as_ref(), st.span),
            StKind::Try(inner) => self.try_statement(inner, st.span),
            StKind::Throw(value) => {
                if let Some(value) = value {
                    self.effect(value);
                }
                match self.unwind {
                    Some(handler) => self.goto(handler),
                    None => self.terminate(Term::Unreachable),
                }
            }
            StKind::Expansion(name, body) => {
                self.expanding(st.span, *name, |flow| flow.statements(body));
            }
            StKind::Unsupported(why) => self.fail(why),
        }
    }

    /// Tests a condition; a declared variable lives in the scope that is open.
    fn test_condition(&mut self, cond: &'t Condition, then: BlockId, other: BlockId) {
        match cond {
            Condition::Ex(ex) => self.condition(ex, then, other),
            Condition::Decl(decl) => {
                let (value, loc) = (self.condition_value(cond), self.loc(decl.span));
                self.branch(value, then, other, loc);
            }
        }
    }

    fn condition_value(&mut self, cond: &'t Condition) -> Expr {
        match cond {
            Condition::Ex(ex) => self.value(ex),
            Condition::Decl(decl) => {
                self.declaration(decl);
                match self.lookup(decl.name) {
                    Some(super::Binding::Local(local)) => load(self.local_place(local)),
                    _ => load(Place::Global(decl.name)),
                }
            }
        }
    }

    fn if_statement(&mut self, span: Span, init: &'t [St], cond: &'t Condition, then: &'t St, other: Option<&'t St>) {
        // In C nothing can be declared in the head.
        let declares = !init.is_empty() || matches!(cond, Condition::Decl(_));
        let inside = |flow: &mut Self| {
            flow.statements(init);
            let (yes, no, join) = (flow.new_block(), flow.new_block(), flow.new_block());
            flow.test_condition(cond, yes, no);
            flow.start(yes);
            flow.branch_body(then);
            flow.goto(join);
            flow.start(no);
            if let Some(other) = other {
                flow.branch_body(other);
            }
            flow.fall_into(join);
        };
        if declares {
            self.scoped(HEAD_SCOPE, closing(span), inside);
        } else {
            inside(self);
        }
    }

    /// A branch or loop body; one that is not a block is a scope all the same.
    fn branch_body(&mut self, body: &'t St) {
        match body.kind {
            StKind::Decl(_) => {
                self.scoped(HEAD_SCOPE, closing(body.span), |flow| flow.statement(body));
            }
            _ => self.statement(body),
        }
    }

    fn loop_body(&mut self, body: &'t St, exit: BlockId, next: BlockId) {
        let cleanups = self.cleanups.len();
        self.jumps.push(Jump { kind: JumpKind::Break, to: exit, cleanups });
        self.jumps.push(Jump { kind: JumpKind::Continue, to: next, cleanups });
        self.branch_body(body);
        self.jumps.truncate(self.jumps.len().saturating_sub(2));
    }

    fn while_loop(&mut self, span: Span, cond: &'t Condition, body: &'t St) {
        self.loops += 1;
        let (head, inside, exit) = (self.new_block(), self.new_block(), self.new_block());
        self.fall_into(head);
        if matches!(cond, Condition::Decl(_)) {
            // The variable is born and dies in every round.
            let next = self.new_block();
            self.scoped(HEAD_SCOPE, closing(span), |flow| {
                flow.test_condition(cond, inside, exit);
                flow.start(inside);
                flow.loop_body(body, exit, next);
                flow.fall_into(next);
            });
        } else {
            self.test_condition(cond, inside, exit);
            self.start(inside);
            self.loop_body(body, exit, head);
        }
        self.goto(head);
        self.start(exit);
        self.loops -= 1;
    }

    fn do_loop(&mut self, body: &'t St, cond: &'t Ex) {
        // `do { … } while (0)` is a block with a `break`.
        let once = matches!(cond.kind, ExKind::Int(0));
        self.loops += u32::from(!once);
        let (head, test, exit) = (self.new_block(), self.new_block(), self.new_block());
        self.fall_into(head);
        self.loop_body(body, exit, test);
        self.fall_into(test);
        self.condition(cond, head, exit);
        self.start(exit);
        self.loops -= u32::from(!once);
    }

    fn for_loop(&mut self, _span: Span, cond: Option<&'t Condition>, update: Option<&'t Ex>, body: &'t St) {
        self.loops += 1;
        let (head, inside, next, exit) = (self.new_block(), self.new_block(), self.new_block(), self.new_block());
        self.fall_into(head);
        match cond {
            Some(cond) => self.test_condition(cond, inside, exit),
            None => self.goto(inside),
        }
        self.start(inside);
        self.loop_body(body, exit, next);
        self.fall_into(next);
        if let Some(update) = update {
            self.effect(update);
        }
        self.goto(head);
        self.start(exit);
        self.loops -= 1;
    }

    /// A range loop: every round has some element.
    fn range_loop(&mut self, decl: &'t Decl, range: &'t Ex, body: &'t St) {
        self.loops += 1;
        let elements = self.place(range);
        let index = self.temp(TypeRef::default());
        let (head, inside, exit) = (self.new_block(), self.new_block(), self.new_block());
        self.fall_into(head);
        self.emit(InstrKind::Havoc(Place::Local(index)), decl.span);
        let more = self.unknown(decl.span);
        let loc = self.loc(range.span);
        self.branch(more, inside, exit, loc);
        self.start(inside);
        self.scoped(HEAD_SCOPE, closing(body.span), |flow| {
            let local = flow.declare(decl.name, decl.ty, false);
            let element = Place::Index(Box::new(elements), Box::new(load(Place::Local(index))));
            let value = if decl.ty.is_ref { addr(element) } else { load(element) };
            flow.assign(Place::Local(local), value, decl.span);
            if let Some(class) = decl.ty.object_class() {
                flow.dies_with_scope(local, class);
            }
            let next = flow.new_block();
            flow.loop_body(body, exit, next);
            flow.fall_into(next);
        });
        self.goto(head);
        self.start(exit);
        self.loops -= 1;
    }

    /// A value that nothing is known of.
    fn unknown(&mut self, span: Span) -> Expr {
        let local = self.temp(TypeRef::default());
        self.emit(InstrKind::Havoc(Place::Local(local)), span);
        load(Place::Local(local))
    }

    fn switch(&mut self, span: Span, value: &'t Condition, body: &'t St) {
        let value = self.condition_value(value);
        let head = self.at;
        let loc = self.loc(span);
        self.at = self.new_block();
        let exit = self.new_block();
        self.switches.push(Switch::default());
        self.jumps.push(Jump { kind: JumpKind::Break, to: exit, cleanups: self.cleanups.len() });
        self.branch_body(body);
        self.jumps.pop();
        let switch = self.switches.pop().unwrap_or_default();
        self.fall_into(exit);
        let after = self.at;
        self.start(head);
        self.terminate(Term::Switch { value, cases: switch.cases, default: switch.default.unwrap_or(exit), loc });
        self.start(after);
    }

    fn case(&mut self, value: &'t Ex) {
        let block = self.new_block();
        self.fall_into(block);
        let value = self.value(value);
        match self.switches.last_mut() {
            Some(switch) => switch.cases.push((value, block)),
            None => self.fail("a `case` outside a `switch`"),
        }
    }

    /// Opens the labels that stand in `list`.
    pub(super) fn push_labels(&mut self, list: &'t [St]) {
        let mut found = Vec::new();
        collect(list, &mut Vec::new(), &mut found);
        // Scopes that are open now are around every one of these labels.
        let outer = self.scope_ids.clone();
        let mut labels = FxHashMap::default();
        for (name, chain) in found {
            self.has_labels = true;
            let block = self.new_block();
            let chain = outer.iter().copied().chain(chain).collect();
            labels.insert(name, Label { block, chain, passed: None });
        }
        self.labels.push(labels);
    }

    fn label(&mut self, name: Symbol) {
        let pending = self.cleanups.len();
        let Some(label) = self.labels.last_mut().and_then(|labels| labels.get_mut(&name)) else {
            return self.fail("a label that is not understood");
        };
        if label.passed.replace(pending).is_some() {
            return self.fail("a label that stands twice");
        }
        let block = label.block;
        self.fall_into(block);
    }

    fn jump_to_label(&mut self, name: Symbol, span: Span) {
        let Some(label) = self.labels.iter().rev().find_map(|labels| labels.get(&name)) else {
            return self.fail("a `goto` whose label is not there");
        };
        let around = self.cleanups.iter().take_while(|cleanup| label.chain.contains(&cleanup.scope)).count();
        let keep = label.passed.map_or(around, |passed| passed.min(around));
        let block = label.block;
        self.run_cleanups(keep, span, 1);
        self.goto(block);
    }

    fn jump(&mut self, kind: JumpKind, span: Span) {
        let Some(jump) = self.jumps.iter().rev().find(|jump| jump.kind == kind).copied() else {
            return self.fail("a `break`, `continue` or `__leave` with nothing around it");
        };
        // `__leave` is not an abnormal way out, and what it crosses is only what its own `__try` holds.
        self.run_cleanups(jump.cleanups, span, i64::from(kind != JumpKind::Leave));
        self.goto(jump.to);
    }

    fn return_statement(&mut self, value: Option<&'t Ex>, span: Span) {
        if let Some(inline) = self.inlines.last().copied() {
            if let Some(value) = value {
                self.value_into(inline.result, value, span);
            }
            self.run_cleanups(inline.cleanups, span, 1);
            return self.goto(inline.exit);
        }
        // Two results are two ways out, which need not meet before.
        if let Some(ExKind::Cond(cond, Some(then), other)) = value.map(|value| &value.kind)
            && !self.returns_reference
            && self.cleanups.is_empty()
        {
            let (yes, no) = (self.new_block(), self.new_block());
            self.condition(cond, yes, no);
            self.start(yes);
            self.return_statement(Some(then), span);
            self.start(no);
            return self.return_statement(Some(other), span);
        }
        let value = value.map(|value| {
            if self.returns_reference {
                let place = self.place(value);
                addr(place)
            } else {
                self.value(value)
            }
        });
        // What runs on the way out must not change what is returned.
        let value = match value {
            Some(value) if !self.cleanups.is_empty() => Some(self.settled(value, span)),
            value => value,
        };
        self.run_cleanups(0, span, 1);
        let loc = self.loc(span);
        self.terminate(Term::Return { value, loc });
    }

    fn try_statement(&mut self, inner: &'t Try, span: Span) {
        let after = self.new_block();
        let outer = self.unwind;
        let followed = self.cx.context.handlers;
        let finally = inner.finally.as_ref().filter(|_| followed);
        let handler = (followed && !inner.handlers.is_empty()).then(|| self.new_block());
        // With a handler further out, an exception runs the `finally` body on its way there.
        let landing = finally.and(outer).map(|_| self.new_block());
        if let Some(finally) = finally {
            self.push_cleanup(inner.id, CleanupKind::Finally(finally));
        }
        let keep = self.cleanups.len();
        self.scope_ids.push(inner.id);
        let leave = self.new_block();
        if inner.structured {
            self.jumps.push(Jump { kind: JumpKind::Leave, to: leave, cleanups: keep });
        }
        if let Some(handler) = handler {
            // Anything in the body may raise; its start stands for what is not a call.
            let body = self.new_block();
            self.terminate(Term::Try { body, handler });
            self.start(body);
        }
        self.unwind = handler.or(landing).or(outer);
        self.block(&inner.body, closing(span));
        self.unwind = outer;
        if inner.structured {
            self.jumps.pop();
        }
        self.fall_into(leave);
        self.scope_ids.pop();
        if let (Some(_), Some(landing), Some(outer)) = (finally, landing, outer) {
            let resume = self.at;
            self.start(landing);
            self.run_cleanups(keep - 1, closing(span), 1);
            self.goto(outer);
            self.start(resume);
        }
        if finally.is_some() {
            self.run_cleanups(keep - 1, closing(span), 0);
            self.cleanups.truncate(keep - 1);
        }
        self.goto(after);
        if let Some(handler) = handler {
            self.start(handler);
            self.handlers(&inner.handlers, after, span);
        }
        self.start(after);
    }

    fn handlers(&mut self, handlers: &'t [Handler], after: BlockId, span: Span) {
        for (at, handler) in handlers.iter().enumerate() {
            let next = (at + 1 < handlers.len()).then(|| self.new_block());
            if let Some(next) = next {
                let body = self.new_block();
                let this_one = self.unknown(span);
                let loc = self.loc(span);
                self.branch(this_one, body, next, loc);
                self.start(body);
            }
            self.scoped(HEAD_SCOPE, closing(span), |flow| {
                if let Some(filter) = &handler.filter {
                    flow.effect(filter);
                }
                if let Some(param) = &handler.param {
                    let local = flow.declare_param(param);
                    flow.emit(InstrKind::Havoc(Place::Local(local)), span);
                }
                flow.block(&handler.body, closing(span));
            });
            self.goto(after);
            if let Some(next) = next {
                self.start(next);
            }
        }
    }
}

/// The last byte of a block: its brace.
fn closing(span: Span) -> Span {
    Span { start: span.end.saturating_sub(1).max(span.start), end: span.end }
}

/// The labels in `list` with the scopes around each; those of `finally` bodies belong to their copies.
fn collect(list: &[St], chain: &mut Vec<u32>, out: &mut Vec<(Symbol, Vec<u32>)>) {
    for st in list {
        collect_one(st, chain, out);
    }
}

fn collect_block(block: &Block, chain: &mut Vec<u32>, out: &mut Vec<(Symbol, Vec<u32>)>) {
    chain.push(block.id);
    collect(&block.body, chain, out);
    chain.pop();
}

fn collect_one(st: &St, chain: &mut Vec<u32>, out: &mut Vec<(Symbol, Vec<u32>)>) {
    match &st.kind {
        StKind::Label(name) => out.push((*name, chain.clone())),
        StKind::Block(block) => collect_block(block, chain, out),
        StKind::If { then, other, .. } => {
            collect_one(then, chain, out);
            if let Some(other) = other {
                collect_one(other, chain, out);
            }
        }
        StKind::While { body, .. }
        | StKind::DoWhile { body, .. }
        | StKind::For { body, .. }
        | StKind::RangeFor { body, .. }
        | StKind::Switch { body, .. } => {
            collect_one(body, chain, out);
        }
        StKind::Try(inner) => {
            chain.push(inner.id);
            collect_block(&inner.body, chain, out);
            chain.pop();
            for handler in &inner.handlers {
                collect_block(&handler.body, chain, out);
            }
        }
        StKind::Expansion(_, body) => collect(body, chain, out),
        _ => {}
    }
}
