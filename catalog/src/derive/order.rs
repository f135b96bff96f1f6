//! What is barred after something else: a second call, setting up what exists, use after the end.

use rulebook_machine::pattern::Pattern as Call;
use rulebook_machine::shapes::{Mode, Once, Order};

use crate::api_facts::ApiFact;

use super::demand::{Demand, Pattern};
use super::{Found, Work, objects};

use Demand::{Access, BarredAfter, BarredFrom, SetUpBefore, Twice, UseAfter};

/// The sentence patterns, the more special first.
pub(super) const PATTERNS: &[Pattern] = &[
    Pattern { form: r"^(?P<then>{F}) barred after (?P<first>{F})$", demands: &[BarredAfter] },
    Pattern {
        form: concat!(
            r"^(?:for an? [a-z]+ device, )?(?:{F} and all other|the framework) device object initialization (?:ddis that set up a [a-z_]+ structure|methods(?: and the framework fdo initialization methods)?)(?: for the [a-z ()]+)? must be called before (?:the driver calls )?(?P<first>{F}) for the [a-z ]+$",
            r"|^for an? [a-z]+ device, the framework [a-z ]+ methods, which store information in the [a-z_]+ structure, cannot be called after the driver calls (?P<first2>{F}) for the [a-z ]+$",
        ),
        demands: &[SetUpBefore],
    },
    Pattern {
        form: r"^within (?:the )?(?:driver[’']s )?{C}, the [a-z ()]+ that was retrieved by calling (?:the )?{F}(?: methods?)? cannot be accessed after calling (?P<first>{F}) on the (?:i/o )?request$",
        demands: &[UseAfter],
    },
    Pattern {
        form: r"^this rule (?:considers|looks at) the following (?:[a-z]+ )*(?:methods|functions)$",
        demands: &[Access],
    },
    Pattern {
        form: r"^(?:(?P<twice>{F}) )?barred twice for the same (?P<noun>[a-z/ ]+?)(?:: (?P<twice2>{F}))?$",
        demands: &[Twice],
    },
    Pattern {
        form: r"^(?P<used>{F}) barred for what (?P<made>{F}) made(?: because [^;]*| if the driver supplies a pointer to a [a-z -]+)?$",
        demands: &[BarredFrom],
    },
    // What explains only.
    Pattern {
        form: r"^within (?:the )?{C}, the [a-z/ ()]+ cannot be accessed after [a-z/ ]+ completed$",
        demands: &[],
    },
    Pattern { form: r"^drivers (?:must|should) not [a-z/ ]+ twice$", demands: &[] },
    Pattern {
        form: r"^if the same [a-z ]+ is passed (?:again|to the routine), the driver fails the rule$",
        demands: &[],
    },
    Pattern { form: r"^‹rule› rule reports that {F} barred for this irp$", demands: &[] },
    Pattern { form: r"^{F} does not need to be called [a-z ]+$", demands: &[] },
];

impl Work<'_> {
    /// The orders that the sentences demand.
    pub(super) fn orders(&mut self, found: &[Found<'_>]) {
        for one in found {
            match one.demand {
                BarredAfter => {
                    let (first, then) = (self.named_in(one, "first"), self.named_in(one, "then"));
                    self.order(one, &first, &then);
                }
                BarredFrom => {
                    let (made, used) = (self.named_in(one, "made"), self.named_in(one, "used"));
                    self.order(one, &made, &used);
                }
                SetUpBefore => self.set_up_before(one),
                UseAfter => self.use_after(one, found),
                Twice => self.twice(one),
                _ => {}
            }
        }
    }

    fn order(&mut self, one: &Found<'_>, first: &[&ApiFact], then: &[&ApiFact]) {
        let all: Vec<&ApiFact> = first.iter().chain(then).copied().collect();
        match objects::shared(&all, None) {
            Ok(of) => self.order_of(one, &of, first, then),
            Err(reason) => self.refuse(one.statement, &reason),
        }
    }

    /// After one of `first` has done its work with an object of type `of`, those of `then` are barred.
    fn order_of(&mut self, one: &Found<'_>, of: &str, first: &[&ApiFact], then: &[&ApiFact]) {
        let name = |facts: &[&ApiFact]| facts.iter().map(|fact| fact.name.clone()).collect::<Vec<_>>().join(", ");
        self.from(format!("first: {}; barred: {}", name(first), name(then)), one.statement);
        for fact in first.iter().chain(then) {
            self.by_reference_page(format!("$k of {}", fact.name), &fact.name, &format!("the object of type {of}"));
        }
        let calls = |facts: &[&ApiFact]| facts.iter().filter_map(|fact| objects::done(fact, of)).collect::<Vec<Call>>();
        let order = Order {
            object: objects::noun(of),
            track: vec!["$k".to_owned()],
            first: calls(first),
            then: calls(then),
            mode: Mode::Barred,
            reset: Vec::new(),
            message: None,
        };
        if !self.spec.order.contains(&order) {
            self.spec.order.push(order);
        }
    }

    /// Functions that set an object up, and the one that takes it over: afterwards it is too late.
    fn set_up_before(&mut self, one: &Found<'_>) {
        let facts = self.grounds.facts;
        let first = self.named_in(one, "first");
        let Some(of) = first.first().and_then(|fact| objects::leading(fact)) else {
            return self.refuse(one.statement, "it is not known what the function takes over");
        };
        let listed = self.applies_to();
        let others = listed.iter().filter_map(|name| facts.functions.get(name));
        let then: Vec<&ApiFact> = others
            .filter(|fact| objects::is_given(fact, &of) && first.iter().all(|taking| taking.name != fact.name))
            .collect();
        if then.is_empty() {
            return self.refuse(one.statement, "no function of the page's list takes what is set up");
        }
        for fact in &then {
            self.by_list(format!("barred: {}", fact.name), &fact.name);
        }
        self.from("for every kind of device, and not only for that of the sentence", one.statement);
        self.order_of(one, &of, &first, &then);
    }

    /// What was retrieved from an object must not be asked for once the object is gone.
    fn use_after(&mut self, one: &Found<'_>, found: &[Found<'_>]) {
        let first = self.named_in(one, "first");
        let facts = self.grounds.facts;
        let access = found.iter().find(|other| other.demand == Access);
        let mut uses: Vec<String> =
            access.iter().flat_map(|access| &access.statement.list).map(|named| named.name.clone()).collect();
        if uses.is_empty() {
            uses = self.applies_to().into_iter().filter(|name| first.iter().all(|fact| fact.name != *name)).collect();
        }
        let of = match objects::shared(&first, None) {
            Ok(of) => of,
            Err(reason) => return self.refuse(one.statement, &reason),
        };
        let takes = |name: &String| facts.functions.get(name).is_some_and(|fact| objects::is_given(fact, &of));
        if let Some(name) = uses.iter().find(|name| !takes(name)) {
            let what = objects::noun(&of);
            let reason = format!("`{name}` uses what was retrieved from the {what}, which is not followed");
            return self.refuse(access.map_or(one.statement, |access| access.statement), &reason);
        }
        let then: Vec<&ApiFact> = uses.iter().filter_map(|name| facts.functions.get(name)).collect();
        let roles: Vec<String> = one.hit.roles.iter().filter_map(|at| one.statement.roles.get(*at)).cloned().collect();
        self.from(format!("roles: {}", roles.join(", ")), one.statement);
        self.spec.scope.roles = roles;
        self.order(one, &first, &then);
    }

    fn twice(&mut self, one: &Found<'_>) {
        let facts = self.grounds.facts;
        let mut event = self.named_in(one, "twice");
        if event.is_empty() {
            event = one.statement.list.iter().filter_map(|named| facts.functions.get(&named.name)).collect();
        }
        let noun = one.hit.words("noun");
        let of = match objects::shared(&event, noun) {
            Ok(of) => of,
            Err(reason) => return self.refuse(one.statement, &reason),
        };
        let listed = self.applies_to();
        let others = listed.iter().filter_map(|name| facts.functions.get(name));
        let others: Vec<&ApiFact> = others.filter(|fact| event.iter().all(|other| other.name != fact.name)).collect();
        // Another function of the list with the same object undoes the first, or makes another object of it; but not one
        // that does the same with more words.
        let alike = |fact: &ApiFact| event.iter().any(|other| fact.name.starts_with(&other.name));
        let reset: Vec<&ApiFact> =
            others.into_iter().filter(|fact| objects::carries(fact, &of) && !alike(fact)).collect();
        for fact in &event {
            self.from(format!("once: {}", fact.name), one.statement);
            self.by_reference_page(format!("$k of {}", fact.name), &fact.name, &format!("the object of type {of}"));
        }
        for fact in &reset {
            self.by_list(format!("reset: {}", fact.name), &fact.name);
        }
        let calls =
            |facts: &[&ApiFact]| facts.iter().filter_map(|fact| objects::call(fact, &of)).collect::<Vec<Call>>();
        let shape = Once {
            object: objects::noun(&of),
            track: vec!["$k".to_owned()],
            event: calls(&event),
            reset: reset.iter().filter_map(|fact| objects::making(fact, &of)).collect(),
            message: None,
        };
        if self.spec.once.is_empty() {
            self.spec.once.push(shape);
        }
    }
}
