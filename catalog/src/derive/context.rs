//! Calls that are barred: anywhere, in some roles, outside of some roles, for the object that a role receives.

use rulebook_machine::pattern::{Pattern as Call, Subject};
use rulebook_machine::rule::Next;
use rulebook_machine::spec::Forbid;

use super::demand::{Demand, Pattern};
use super::{Found, Work, names, objects};

use Demand::{Barred, BarredFor, BarredIn, DefaultQueue, OnlyIn, Presented};

/// The sentence patterns, the more special first.
pub(super) const PATTERNS: &[Pattern] = &[
    Pattern { form: r"^(?:{F} )?barred$", demands: &[Barred] },
    Pattern {
        form: r"^(?:{F} |doing (?P<doing>[a-z, ]+) |)barred from (?:{C}|following [a-z ]*callback functions)$",
        demands: &[BarredIn],
    },
    Pattern { form: r"^{F} only from {C}$", demands: &[OnlyIn] },
    Pattern { form: r"^the driver [a-z/ ]+, using {F} from either (?:the )?{C}$", demands: &[OnlyIn] },
    Pattern { form: r"^[a-z ]+ within a driver[’']s {C}, where the driver makes a call to {F}$", demands: &[OnlyIn] },
    Pattern {
        form: r"^all requests presented to the driver(?:[’']s)?(?: in)?(?: the)? {C} are guaranteed to be [a-z ]+$",
        demands: &[Presented],
    },
    Pattern {
        form: r"^(?:the |these |therefore, these )(?:[a-z]+ )?(?:requests|ioctls) cannot be sent (?:to the following [a-z ,]+?|by using [a-z ]+ specific to sending [a-z, ]+ such as )(?: ?{F})?$",
        demands: &[BarredFor],
    },
    Pattern {
        form: r"^(?:the difference between [a-z ]+ is that this rule|‹rule› rule) [a-z ]*only (?:performed )?within the default i/o queue callback functions$",
        demands: &[DefaultQueue],
    },
    // What explains only.
    Pattern {
        form: r"^(?:an? )?[a-z ]+ (?:is|are|must) not (?:be )?passed to inappropriate [a-z ()/-]+$",
        demands: &[],
    },
    Pattern {
        form: r"^these requests cannot be sent by using [a-z ]+ specifically designed to send [a-z ]+$",
        demands: &[],
    },
    Pattern { form: r"^the correct ddis for buffer retrieval are used in the [a-z⟨⟩0-9 ]+$", demands: &[] },
    Pattern {
        form: r"^‹rule› rule is an important security rule that checks that a driver is [a-z -]+$",
        demands: &[],
    },
    Pattern {
        form: r"^the difference between this rule and [a-z ]+ is that the [a-z]+ rule [a-z/ ]+ queue callback functions$",
        demands: &[],
    },
    Pattern {
        form: r"^usage of {F} is not recommended; miniports should instead call {F} with [a-z =]+$",
        demands: &[],
    },
];

impl Work<'_> {
    /// What the sentences bar, and where.
    pub(super) fn barred(&mut self, found: &[Found<'_>]) {
        for one in found {
            match one.demand {
                Barred => self.forbid(one, &[], false),
                BarredIn => {
                    let roles = self.roles_of(one);
                    self.forbid(one, &roles, false);
                }
                OnlyIn => {
                    let roles = self.roles_of(one);
                    self.forbid(one, &roles, true);
                }
                BarredFor => self.barred_for(one, found),
                DefaultQueue => {
                    self.from("scope: default-queue", one.statement);
                    self.spec.scope.roles = vec!["default-queue".to_owned()];
                }
                _ => {}
            }
        }
    }

    /// The calls of a sentence, where `roles` are given inside (or outside) of them.
    fn forbid(&mut self, one: &Found<'_>, roles: &[String], outside: bool) {
        if one.demand != Barred && roles.is_empty() {
            return self.refuse(one.statement, "the sentence names no role that is known");
        }
        let Some(calls) = self.barred_calls(one) else {
            return;
        };
        for name in &calls {
            self.from(format!("forbid: {name}"), one.statement);
        }
        if outside {
            let group = format!("{}-entry-points", self.page.id.model);
            if !self.grounds.semantics.groups.contains_key(&group) {
                return self
                    .refuse(one.statement, "it is not known which other functions of such a driver the system calls");
            }
            self.from(format!("except-roles: {}", roles.join(", ")), one.statement);
            self.spec.scope.roles = vec![group];
            self.spec.scope.except_roles = roles.to_vec();
        } else if !roles.is_empty() {
            self.from(format!("roles: {}", roles.join(", ")), one.statement);
            self.spec.scope.roles = roles.to_vec();
        }
        let calls = calls.iter().map(Call::call).collect();
        self.spec.forbid.push(Forbid { calls, when: Vec::new(), message: None });
    }

    /// The functions that a sentence bars: named in it or in the list behind it, or those of the page's list whose
    /// names say that they do what it bars.
    fn barred_calls(&mut self, one: &Found<'_>) -> Option<Vec<String>> {
        let Some(doing) = one.hit.words("doing") else {
            let calls = self.listed(one)?;
            return Some(calls);
        };
        let wanted: Vec<&str> =
            doing.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 2 && *word != "data").collect();
        let does = |name: &String| {
            names::words(name).iter().any(|own| {
                let own = own.to_ascii_lowercase();
                wanted.iter().any(|word| own.len() > 2 && (word.starts_with(&own) || own.starts_with(stem(word))))
            })
        };
        let (calls, others): (Vec<String>, Vec<String>) = self.applies_to().into_iter().partition(does);
        if calls.is_empty() {
            let reason = format!("no function of the page's list has a name that says “{doing}”");
            self.refuse(one.statement, &reason);
            return None;
        }
        if !others.is_empty() {
            let reason = format!("the list names {}, whose part in the rule no sentence tells", others.join(", "));
            self.leave(one.statement, &reason);
        }
        for name in &calls {
            self.by_list(format!("forbid: {name}"), name);
        }
        Some(calls)
    }

    /// The object that a role receives must not be given to these functions.
    fn barred_for(&mut self, one: &Found<'_>, found: &[Found<'_>]) {
        let Some(presented) = found.iter().find(|other| other.demand == Presented) else {
            return self.refuse(one.statement, "no sentence tells which role receives the object");
        };
        let roles = self.roles_of(presented);
        let Some(calls) = self.listed(one) else { return };
        let facts: Vec<_> = calls.iter().filter_map(|name| self.grounds.facts.functions.get(name)).collect();
        let of = match objects::shared(&facts, Some("request")) {
            Ok(of) => of,
            Err(reason) => return self.refuse(one.statement, &reason),
        };
        let noun = objects::noun(&of);
        let named = |role: &String| {
            let role = self.grounds.semantics.roles.values().find(|known| known.name == *role)?;
            role.params.iter().find(|param| param.to_ascii_lowercase() == noun).cloned()
        };
        let Some(param) = roles.first().and_then(named) else {
            return self.refuse(one.statement, "the role has no parameter for the object");
        };
        self.from(format!("roles: {}", roles.join(", ")), presented.statement);
        self.from(format!("barred: {}", calls.join(", ")), one.statement);
        self.spec.scope.roles = roles;
        self.spec.track = vec!["$k".to_owned()];
        self.spec.object.clone_from(&noun);
        let given = Call { binds: Some("k".to_owned()), subject: Subject::Param(param), result: None };
        self.event("given", vec![given]);
        self.event("barred", facts.iter().filter_map(|fact| objects::call(fact, &of)).collect());
        let error = format!("{noun} `{{k}}` is given to `{{api}}`, which is for another kind");
        self.state("elsewhere", &[("given", Next::Go("own".to_owned()))]);
        self.state("own", &[("barred", Next::Error(error))]);
    }
}

/// A word without the ending that makes a noun of it.
fn stem(word: &str) -> &str {
    let word = word.strip_suffix("ation").unwrap_or(word);
    word.strip_suffix('s').unwrap_or(word)
}
