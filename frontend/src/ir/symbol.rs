//! Interned names.
//!
//! Names live as long as the process: the distinct identifiers of a whole driver tree are a few megabytes.
//! Numbers depend on which thread came first, so nothing that is shown may be ordered by them:
//! order by [`Symbol::as_str`].

use std::fmt;
use std::sync::{OnceLock, RwLock};

use rustc_hash::FxHashMap;

/// An interned name; equal names are equal symbols.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Symbol(u32);

#[derive(Default)]
struct Interner {
    numbers: FxHashMap<&'static str, u32>,
    names: Vec<&'static str>,
}

fn interner() -> &'static RwLock<Interner> {
    static INTERNER: OnceLock<RwLock<Interner>> = OnceLock::new();
    INTERNER.get_or_init(RwLock::default)
}

impl Symbol {
    /// The symbol of `name`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        if let Some(number) = lock(interner().read()).numbers.get(name) {
            return Self(*number);
        }
        let mut table = lock(interner().write());
        if let Some(number) = table.numbers.get(name) {
            return Self(*number);
        }
        let number = table.names.len() as u32;
        let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
        table.names.push(kept);
        table.numbers.insert(kept, number);
        Self(number)
    }

    /// The number of the symbol in this process, for keys that are compared often.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        lock(interner().read()).names[self.0 as usize]
    }
}

/// The table is only ever appended to, so it is whole even if a thread panicked while it held the lock.
fn lock<G>(guard: Result<G, std::sync::PoisonError<G>>) -> G {
    guard.unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
