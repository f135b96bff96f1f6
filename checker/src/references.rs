//! References that are counted: who has taken one on the way does not give back the last one.
//!
//! Whether an object goes with a reference is what all who hold one have to do with it. Of a path it is known only
//! that somebody let it have the object: what it has counted up it finds counted by others too.

use rulebook_machine::semantics::Count;

use crate::call::Api;
use crate::fact::Range;
use crate::run::Run;
use crate::state::{Lost, State};
use crate::value::{Node, V};

impl Run<'_, '_> {
    /// The paths after a call that counts the number at its first argument, with `result` as what it returns.
    pub(crate) fn count(&mut self, mut state: State, count: Count, api: &Api, result: V) -> Vec<State> {
        let Some(place) = api.args.first().copied() else { return vec![state] };
        let values = &mut self.engine.values;
        let before = state.load(values, place);
        if count == Count::By || !self.engine.options.branch_facts {
            state.forget(values, place, Lost { site: api.site, by_callback: false });
            return vec![state];
        }
        state.store(values, place, result, api.site);
        let counted = values.identity(place);
        let taken = values.make(Node::Pure(self.engine.taken, counted));
        if count == Count::Up {
            // A count whose beginning is in sight is known without this.
            if values.as_int(before).is_none() {
                let yes = values.int(1);
                state.store(values, taken, yes, api.site);
            }
            return vec![state];
        }
        if api.ignored {
            return vec![state];
        }
        let held = state.load(values, taken);
        let not_zero = Range { not: vec![0], ..Range::ALL };
        let mut paths = Vec::with_capacity(2);
        let mut with = state.clone();
        // Whether a caller has taken one, the caller will say.
        if state.facts.restrict(values, held, &Range::exactly(0)) {
            paths.push(state);
        }
        if with.facts.restrict(values, held, &not_zero) && with.facts.restrict(values, result, &not_zero) {
            paths.push(with);
        }
        paths
    }
}
