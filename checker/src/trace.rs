//! The way of a path, as a list shared between the paths that began alike.

use std::rc::Rc;

use rulebook_frontend::ir::{Loc, Symbol};

/// What a `switch` does that goes to no case of its own.
pub(crate) const DEFAULT: u32 = u32::MAX;

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A branch, and whether its condition held.
    Branch(bool),
    /// A `switch`, and which of its cases it went to, counted from 0; [`DEFAULT`] for none of them.
    Case(u32),
    /// A call at which the object's automaton moved; its state afterwards.
    Event(Symbol, u8),
    /// The way goes on inside a function that is called.
    Call(Symbol),
    /// A call that changed the level.
    Level(Symbol),
}

/// A step with its place.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) kind: Kind,
    pub(crate) loc: Loc,
    /// The steps inside the function that is called.
    pub(crate) inner: Option<Trace>,
}

#[derive(Debug)]
struct Link {
    step: Step,
    before: Trace,
    length: u32,
}

/// The steps of a path, last first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace(Option<Rc<Link>>);

impl Trace {
    /// How many steps are kept; beyond that the way is no help to anybody.
    const LONGEST: u32 = 400;

    pub(crate) fn push(&mut self, kind: Kind, loc: Loc) {
        self.push_step(Step { kind, loc, inner: None });
    }

    pub(crate) fn push_call(&mut self, name: Symbol, loc: Loc, inner: Trace) {
        self.push_step(Step { kind: Kind::Call(name), loc, inner: Some(inner) });
    }

    fn push_step(&mut self, step: Step) {
        let length = self.len() + 1;
        if length <= Self::LONGEST {
            self.0 = Some(Rc::new(Link { step, before: self.clone(), length }));
        }
    }

    /// The same steps, the last of them with this way through the function that it calls.
    pub(crate) fn with_inner(&self, inner: Self) -> Self {
        let Some(link) = &self.0 else { return Self::default() };
        let step = Step { inner: Some(inner), ..link.step };
        Self(Some(Rc::new(Link { step, before: link.before.clone(), length: link.length })))
    }

    /// Whether the two are one and the same list.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        }
    }

    pub(crate) fn len(&self) -> u32 {
        self.0.as_ref().map_or(0, |link| link.length)
    }

    /// The steps, first to last.
    pub(crate) fn steps(&self) -> Vec<&Step> {
        let mut steps = Vec::new();
        let mut at = self;
        while let Some(link) = &at.0 {
            steps.push(&link.step);
            at = &link.before;
        }
        steps.reverse();
        steps
    }
}

impl Drop for Link {
    /// A long list must not be dropped recursively.
    fn drop(&mut self) {
        let mut next = self.before.0.take();
        while let Some(link) = next {
            match Rc::try_unwrap(link) {
                Ok(mut link) => next = link.before.0.take(),
                Err(_) => break,
            }
        }
    }
}
