//! What is made and given back: in turn, and when a step in between fails.

use rulebook_machine::pattern::{Pattern as Call, ResultTest, Subject};
use rulebook_machine::rule::Next;
use rulebook_machine::shapes::Once;

use crate::api_facts::ApiFact;

use super::demand::{Demand, Pattern};
use super::{Found, Work, objects};

use Demand::{Alternate, AtRole, FreeOnFailure};

/// The sentence patterns, the more special first.
pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        form: r"^(?:this rule checks that )?(?P<made>{1}) and (?P<free>{1}) are called in alternate order$",
        demands: &[Alternate],
    },
    Pattern {
        form: r"^if (?:an? )?[a-z_⟨⟩0-9 ]+ is still [a-z]+ when (?:the )?{C} exits, [a-z ]+$|^[a-z ,]+ make sure [a-z_ ]+ are [a-z]+ when {C} (?:ends|exits)$",
        demands: &[AtRole],
    },
    Pattern {
        form: r"^(?:a |the )?driver must call (?P<free>{F})(?: instead of (?P<instead>{F}))? if (?:the driver encounters an error (?:while|when) it (?:calls (?P<step>{F})|initializes a new framework device object)|an error occurs in one of the [a-z ]+ initialization (?:methods|functions)),? and if the driver received the [a-z_]+ structure from a call to (?P<made>{F})$",
        demands: &[FreeOnFailure],
    },
    // What explains only.
    Pattern {
        form: r"^the driver must call {F} if an error occurs when the driver calls (?:{F}|any framework device object initialization function)$",
        demands: &[],
    },
];

impl<'g> Work<'g> {
    /// What has to be given back.
    pub(super) fn turns(&mut self, found: &[Found<'_>]) {
        for one in found {
            match one.demand {
                Alternate => self.alternate(one),
                AtRole => self.leave(one.statement, "who gives it back at the end may be any of several callbacks"),
                FreeOnFailure => self.free_on_failure(one),
                _ => {}
            }
        }
    }

    fn alternate(&mut self, one: &Found<'_>) {
        let (making, freeing) = (self.named_in(one, "made"), self.named_in(one, "free"));
        let all: Vec<&ApiFact> = making.iter().chain(&freeing).copied().collect();
        let of = match objects::shared(&all, None) {
            Ok(of) => of,
            Err(reason) => return self.refuse(one.statement, &reason),
        };
        // Neither may come twice without the other; which of them comes first for an object that was made elsewhere is
        // not known. A function that makes an object makes another one at the second call.
        let given = making.iter().all(|fact| objects::is_given(fact, &of));
        let made: Vec<Call> = making.iter().filter_map(|fact| objects::done(fact, &of)).collect();
        let freed: Vec<Call> = freeing.iter().filter_map(|fact| objects::call(fact, &of)).collect();
        let turns = [(made.clone(), freed.clone()), (freed, made)];
        for (event, reset) in turns.into_iter().skip(usize::from(!given)) {
            let names: Vec<&str> = event.iter().filter_map(Call::api).collect();
            self.from(format!("once: {}", names.join(", ")), one.statement);
            let object = objects::noun(&of);
            self.spec.once.push(Once { object, track: vec!["$k".to_owned()], event, reset, message: None });
        }
    }

    fn free_on_failure(&mut self, one: &Found<'_>) {
        let statement = one.statement;
        let facts = self.grounds.facts;
        let (making, freeing) = (self.named_in(one, "made"), self.named_in(one, "free"));
        let all: Vec<&ApiFact> = making.iter().chain(&freeing).copied().collect();
        let of = match objects::shared(&all, None) {
            Ok(of) => of,
            Err(reason) => return self.refuse(statement, &reason),
        };
        let instead = self.named_in(one, "instead");
        let mut steps = self.named_in(one, "step");
        if let Some(step) = steps.iter().find(|fact| !objects::is_given(fact, &of)) {
            return self.refuse(statement, &format!("`{}` takes no {}", step.name, objects::noun(&of)));
        }
        // What takes the object behind a pointer takes it over.
        let listed: Vec<&'g ApiFact> = self.applies_to().iter().filter_map(|name| facts.functions.get(name)).collect();
        let over = |fact: &&ApiFact| objects::takes_over(fact, &of) && status(fact);
        let taking: Vec<&ApiFact> = facts.functions.values().filter(over).collect();
        if steps.is_empty() {
            let sets = |fact: &&&ApiFact| {
                objects::is_given(fact, &of) && status(fact) && taking.iter().all(|other| other.name != fact.name)
            };
            steps = listed.iter().filter(sets).copied().collect();
            for fact in &steps {
                self.by_list(format!("failed: {}", fact.name), &fact.name);
            }
        }
        if steps.is_empty() {
            return self.refuse(statement, "no function of the page's list takes the object and can fail");
        }
        self.from(format!("made: {}; gone: {}", making[0].name, freeing[0].name), statement);
        self.spec.track = vec!["$k".to_owned()];
        self.spec.object = objects::noun(&of);
        let calls = |facts: &[&ApiFact], result: Option<ResultTest>| -> Vec<Call> {
            let calls = facts.iter().filter_map(|fact| objects::call(fact, &of));
            calls.map(|call| Call { result: result.clone(), ..call }).collect()
        };
        self.event("made", making.iter().filter_map(|fact| objects::done(fact, &of)).collect());
        self.event("failed", calls(&steps, Some(ResultTest::Fail)));
        let mut gone = calls(&freeing, None);
        gone.extend(calls(&taking, Some(ResultTest::Ok)));
        gone.push(Call { binds: None, subject: Subject::Escape("k".to_owned()), result: None });
        let go = |state: &str| Next::Go(state.to_owned());
        self.state("elsewhere", &[("made", go("open"))]);
        if instead.is_empty() {
            self.event("gone", gone);
            self.state("open", &[("failed", go("owed")), ("gone", go("elsewhere"))]);
            let error =
                format!("a step has failed, and {} `{{k}}` is not freed when `{{function}}` returns", self.spec.object);
            self.state("owed", &[("gone", go("elsewhere")), ("exit", Next::Error(error))]);
        } else {
            self.event("instead", calls(&instead, None));
            self.event("gone", gone);
            let error = format!("`{{api}}` is called with {} `{{k}}` although a step has failed", self.spec.object);
            self.state("open", &[("failed", go("failed")), ("gone", go("elsewhere"))]);
            self.state("failed", &[("instead", Next::Error(error)), ("gone", go("elsewhere"))]);
        }
    }
}

fn status(fact: &ApiFact) -> bool {
    fact.returns.as_deref() == Some("NTSTATUS")
}
