//! Lock pairing: the sentences of the family.

use super::demand::{Demand, Pattern};

use Demand::{Double, Exit, Nested, Unheld, Vague};

/// The sentence patterns, the more special first.
pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        form: r"(?:calls? to )?{F} (?:is|are|must be) (?:made |used )?in strict alternation(?: with (?:calls to )?{F})?",
        demands: &[Double, Unheld],
    },
    Pattern {
        form: r"(?:calls? to )?{F} (?:is|are) used in a balanced way(?: within an? [a-z ]*?callback(?: routine| function)?)?",
        demands: &[Unheld],
    },
    Pattern { form: r"(?:{R}|the release) before another {A}", demands: &[Double] },
    Pattern { form: r"(?:the driver )?(?:must call|calls) {A} before calling {R}", demands: &[Unheld] },
    Pattern {
        form: r"(?:every|each) (?:call to )?{A} must have a (?:corresponding|matching) (?:call to )?{R}",
        demands: &[Exit],
    },
    Pattern { form: r"(?:each|every|a) call to {A} is promptly followed by a call to {R}", demands: &[Exit] },
    Pattern {
        form: r"(?:the miniport driver )?fails the rule if it [a-z ]*acquire a lock [a-z ]*already acquired, or if it [a-z ]*release a lock that it had not acquired",
        demands: &[Double, Unheld],
    },
    Pattern {
        form: r"calls to {A} are (?:made|called) only when the spin lock [a-z ]*unlocked state",
        demands: &[Double],
    },
    Pattern {
        form: r"(?:{R} barred|(?:a|the) driver (?:must|does|should) not (?:call|release a spin lock|attempt to release a lock via) \(?{R}\)?) without (?:first )?acquiring (?:it|the [a-z ]*?lock)(?: via {A}| first)?",
        demands: &[Unheld],
    },
    Pattern { form: r"a thread should not release the [a-z ]+ without acquiring it first", demands: &[Unheld] },
    // At exit, in the order of their words.
    Pattern {
        form: r"(?:at the end of|when) (?:an?|any|the) (?P<who>[a-z ]*?(?:callback|dispatch|cancel)[a-z ]*?)(?: returns| exits| ends)?,? (?:the driver|it) (?:should|must) not (?:hold|be holding) (?:the|any)(?: [a-z-]+)*? ?(?:locks?|mutex)(?: object)?,?(?: (?:that was )?obtained by [a-z ]*call to {A})?",
        demands: &[Exit],
    },
    Pattern { form: r"released before the (?P<who>[a-z ]+?) exits", demands: &[Exit] },
    // Nesting.
    Pattern { form: r"nested calls are permitted if [a-z ]+ different resources", demands: &[] },
    Pattern { form: r"nested calls to [a-z ]+ the same resources violate this rule", demands: &[Double] },
    Pattern { form: r"nested calls are permitted", demands: &[Nested] },
    // What says nothing by itself.
    Pattern { form: r"the correct use of the [a-z ]*lock interface", demands: &[Vague] },
    Pattern {
        form: r"an? [a-z -]+(?:\([a-z]+\) )?[a-z -]*driver uses {A} and {R} in the correct sequence",
        demands: &[Vague],
    },
    // What explains only.
    Pattern { form: r"the rule passes when [a-z ]*lock is released", demands: &[] },
];
