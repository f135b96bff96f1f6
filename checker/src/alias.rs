//! Spellings of one function, rewritten to the one that the rules are compared with.

use rulebook_frontend::ir::Symbol;
use rulebook_machine::pattern::{Arg, Args, Pattern, Subject};
use rulebook_machine::semantics::Alias;
use rustc_hash::FxHashMap;

/// The rewrites, by the name that code uses.
#[derive(Debug, Default)]
pub(crate) struct Aliases {
    by_name: FxHashMap<Symbol, Rewrite>,
}

/// How a call is read as a call of another function.
#[derive(Debug, Clone)]
pub(crate) struct Rewrite {
    pub(crate) to: Symbol,
    /// Which of the written arguments each argument is; `None` for one that the written call does not pass.
    pub(crate) args: Vec<Option<usize>>,
    /// The written argument through which the result is stored; else it is the call's result.
    pub(crate) result_through: Option<usize>,
    call: Pattern,
    is: Pattern,
}

impl Aliases {
    pub(crate) fn new(aliases: &[Alias]) -> Self {
        let mut by_name = FxHashMap::default();
        for alias in aliases {
            if let (Some(from), Some(rewrite)) = (alias.call.api(), rewrite(alias)) {
                by_name.insert(Symbol::new(from), rewrite);
            }
        }
        Self { by_name }
    }

    pub(crate) fn get(&self, name: Symbol) -> Option<&Rewrite> {
        self.by_name.get(&name)
    }

    /// The name, and each that it is rewritten to in turn.
    pub(crate) fn names(&self, name: Symbol) -> impl Iterator<Item = Symbol> {
        let next = |name: &Symbol| self.get(*name).map(|rewrite| rewrite.to);
        // A chain longer than this is a circle in the data.
        std::iter::successors(Some(name), next).take(5)
    }

    /// `pattern` over the canonical function, following chains of rewrites.
    pub(crate) fn canonical(&self, pattern: &Pattern) -> Pattern {
        let mut pattern = pattern.clone();
        // A chain longer than this is a circle in the data.
        for _ in 0..4 {
            let Some(rewrite) = pattern.api().and_then(|api| self.get(Symbol::new(api))) else { break };
            pattern = rewrite.apply(&pattern);
        }
        pattern
    }
}

fn call_args(pattern: &Pattern) -> Option<&Args> {
    match &pattern.subject {
        Subject::Call { args, .. } => Some(args),
        _ => None,
    }
}

fn rewrite(alias: &Alias) -> Option<Rewrite> {
    let (written, meant) = (call_args(&alias.call)?, call_args(&alias.is)?);
    let position = |name: &str| written.list.iter().position(|arg| arg.variable() == Some(name));
    let args = meant.list.iter().map(|arg| arg.variable().and_then(position)).collect();
    let result_through = alias.is.binds.as_deref().and_then(position);
    Some(Rewrite {
        to: Symbol::new(alias.is.api()?),
        args,
        result_through,
        call: alias.call.clone(),
        is: alias.is.clone(),
    })
}

impl Rewrite {
    /// A pattern over the written call as one over the canonical call.
    fn apply(&self, pattern: &Pattern) -> Pattern {
        let (Some(given), Some(written)) = (call_args(pattern), call_args(&self.call)) else { return pattern.clone() };
        let bound = |name: &str| {
            let at = written.list.iter().position(|arg| arg.variable() == Some(name))?;
            given.list.get(at).cloned()
        };
        let Subject::Call { api, args } = &self.is.subject else { return pattern.clone() };
        let list = args.list.iter().map(|arg| arg.variable().and_then(bound).unwrap_or(Arg::Any)).collect();
        let binds = match &self.is.binds {
            // What the written call stores through an argument is the canonical call's result.
            Some(name) if self.result_through.is_some() => match bound(name) {
                Some(Arg::Out(var) | Arg::Var(var)) => Some(var),
                _ => None,
            },
            _ => pattern.binds.clone(),
        };
        let rest = args.rest || (given.rest && given.list.len() < written.list.len());
        Pattern {
            binds,
            subject: Subject::Call { api: api.clone(), args: Args { list, named: Vec::new(), rest } },
            result: if self.result_through.is_some() { None } else { pattern.result.clone() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_rewritten_with_their_arguments() {
        let alias = |call: &str, is: &str| Alias {
            call: call.parse().unwrap(),
            is: is.parse().unwrap(),
            source: String::new(),
        };
        let aliases = Aliases::new(&[
            alias("Acquire($k, out $o)", "$o = AcquireRaise($k)"),
            alias("Swap($a, $b)", "Pair($b, $a)"),
            alias("Old($k)", "Acquire2($k)"),
        ]);
        for (from, to) in [
            ("Acquire($lock, out $old)", "$old = AcquireRaise($lock)"),
            ("Acquire($lock, _)", "AcquireRaise($lock)"),
            ("Swap(NULL, $x) -> ok", "Pair($x, NULL) -> ok"),
            ("Old($k) -> TRUE", "Acquire2($k) -> TRUE"),
            ("Other($k)", "Other($k)"),
        ] {
            assert_eq!(aliases.canonical(&from.parse().unwrap()).to_string(), to);
        }
    }
}
