//! What a call stores at a place of the caller's with some of its results only.

use crate::call::Api;
use crate::compiled::{CFunction, CResult};
use crate::fact::Range;
use crate::run::Run;
use crate::state::{Lost, State};
use crate::value::{Node, Site, V};

impl Run<'_, '_> {
    /// The paths after the function has stored at a place of the caller's what it stores there with some results only;
    /// `entry` is the path before the call.
    pub(crate) fn place(
        &mut self,
        mut finished: Vec<State>,
        entry: &State,
        api: &Api,
        function: &CFunction,
        result: V,
    ) -> Vec<State> {
        if let Some((at, on)) = &function.clears
            && let Some(place) = api.args.get(*at)
        {
            let null = self.engine.values.int(0);
            if self.engine.options.branch_facts {
                let paths = finished.into_iter();
                finished =
                    paths.flat_map(|state| self.placed(state, api, (*place, on), [Some(null), None], result)).collect();
            } else {
                let lost = Lost { site: api.site, by_callback: false };
                for state in &mut finished {
                    state.forget(&self.engine.values, *place, lost);
                }
            }
        }
        if let Some((at, on)) = &function.fills
            && let Some(place) = api.args.get(*at)
            && self.engine.options.branch_facts
            && self.subject.as_ref().is_some_and(|subject| self.engine.compiled.knows(subject.machine, api.name))
        {
            let held = self.held_before(entry, *place, api.site);
            let paths = finished.into_iter();
            finished =
                paths.flat_map(|state| self.placed(state, api, (*place, on), [None, Some(held)], result)).collect();
            self.suppose_made(&mut finished, *place, api.site);
        }
        finished
    }

    /// What the call at `site` has stored at the place is an object: neither null nor what stands for no object.
    fn suppose_made(&mut self, paths: &mut [State], place: V, site: Site) {
        let values = &mut self.engine.values;
        let an_object = Range { not: vec![-1, 0], ..Range::ALL };
        for path in paths {
            let stored = path.load(values, place);
            if crate::state::is_named_after(values, stored, site) {
                path.facts.restrict(values, stored, &an_object);
            }
        }
    }

    /// What the place held before the call at `site`, under the name by which the followed object goes.
    fn held_before(&mut self, entry: &State, place: V, site: Site) -> V {
        let values = &mut self.engine.values;
        let held = entry.load(values, place);
        match values.node(held) {
            // Renamed because the call was to make another, which it does not.
            Node::Old(made) if crate::state::is_named_after(values, made, site) => made,
            _ => held,
        }
    }

    /// The paths with the results on which the call stores at `place`, and the one with the others; `now` is what the
    /// place then holds, on these and on that, where it is not what `state` has there.
    fn placed(
        &self,
        state: State,
        api: &Api,
        (place, on): (V, &CResult),
        now: [Option<V>; 2],
        result: V,
    ) -> Vec<State> {
        let values = &self.engine.values;
        let [with_it, without_it] = now;
        let mut paths = Vec::new();
        let mut take = |mut path: State, range: &Range, held: Option<V>| {
            if path.facts.restrict(values, result, range) {
                if let Some(held) = held {
                    path.store(values, place, held, api.site);
                }
                paths.push(path);
            }
        };
        for yes in &on.yes {
            take(state.clone(), yes, with_it);
        }
        // Who does not look at the result counts on success.
        if !(api.ignored && on.is_success) {
            let mut state = state;
            if without_it.is_some() {
                state.recall(values, api.site);
            }
            take(state, &on.no, without_it);
        }
        paths
    }
}
