//! What a call leaves behind: values where it stores them, and the level.

use super::{Call, Operand, Run, level, matching};

impl Run<'_> {
    /// What the call stores is a new value, unless it is a level, which [`Self::effects`] sees to, or the place is
    /// cleared, or keeps what it held because the call has failed.
    pub(super) fn made(&mut self, call: &Call) {
        let function = self.table.semantics.functions.get(&call.api);
        let clears = function.and_then(|function| Some((function.clears.as_ref()?, function)));
        let cleared = clears.and_then(|(clears, function)| Some((function.position(&clears.param)?, clears)));
        if let Some((at, clears)) = cleared
            && let Some(Operand::Addr(name)) = call.args.get(at)
            && matching::test(self.table, &clears.on.0, call) == Some(true)
        {
            self.memory.insert(name.clone(), matching::Stored::Value(Operand::Const("NULL".to_owned())));
        }
        let fills = function.and_then(|function| Some((function.fills.as_ref()?, function)));
        let kept = fills
            .filter(|(fills, _)| matching::test(self.table, &fills.on.0, call) == Some(false))
            .and_then(|(fills, function)| function.position(&fills.param));
        let stored = call.args.iter().enumerate().filter_map(|(place, operand)| match operand {
            Operand::Addr(name)
                if !name.contains('=') && cleared.is_none_or(|(at, _)| at != place) && kept != Some(place) =>
            {
                Some(name)
            }
            _ => None,
        });
        for name in stored.chain(&call.binds) {
            let value = matching::made(name, self.fresh);
            if let Operand::Object(value) = &value {
                self.memory.insert(value.clone(), matching::Stored::MadeBy(call.api.clone()));
            }
            self.memory.insert(name.clone(), matching::Stored::Value(value));
        }
    }

    pub(super) fn effects(&mut self, spellings: &[Call]) {
        for spelling in spellings {
            if let Some(irql) =
                self.table.semantics.functions.get(&spelling.api).and_then(|function| function.irql.as_ref())
            {
                level::apply(self.table, irql, spelling, &mut self.level, &mut self.memory);
                return;
            }
        }
    }
}
