//! Levels at calls and at exit: the sentences of the families.

use super::demand::{Demand, Pattern};

use Demand::{Contrast, Level, LevelByArgument, List, Maximum, Reference, Restore, SameAtExit};

/// The sentence patterns, the more special first.
pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        form: r"{F} is only called at {L} when [a-z]+ is set to (?:true|false), and at {L} when [a-z]+ is set to (?:true|false)",
        demands: &[LevelByArgument],
    },
    // A bound that stands in the sentence.
    Pattern {
        form: r"(?:the driver |drivers? )?calls (?:only )?(?:{F}|the following [a-z/ ]*(?:routines?|ddis|functions)|the ddis listed in the rule|specific [a-z/ ]*routines) only (?:when it is executing )?(?:either )?at {L}(?:: {F})?",
        demands: &[Level],
    },
    Pattern {
        form: r"(?:when |the routines |the following routines )?(?:{F} )?(?:is|are) (?:only )?called(?:, the driver is)? at {L}(?: only)?",
        demands: &[Level],
    },
    Pattern { form: r"(?:the driver )?calls {F} at {L}", demands: &[Level] },
    // A bound that stands in the reference.
    Pattern {
        form: r"a driver calls a framework method at an irql [a-z ]+ equal to the maximum irql for that method",
        demands: &[Reference, Maximum],
    },
    Pattern {
        form: r"{F}(?: must be| are| is) called at (?:the )?(?:correct|proper) irql(?: levels?)?",
        demands: &[Reference],
    },
    Pattern {
        form: r"(?:the |a )?[a-z_/() -]+?(?: must| should)?(?: not| does not)?(?: be| are)? call(?:s|ed)?(?: [a-z/() -]+)? at (?:the )?(?:correct|proper|incorrect) irql(?: levels?)?",
        demands: &[Reference],
    },
    // A list to come.
    Pattern {
        form: r"(?:this rule )?(?:examines|verifies) (?:the following|functions for) [a-z ,]*",
        demands: &[List],
    },
    Pattern { form: r"^the following [a-z ]*(?:functions|macros|ddis)$|^functions for [a-z, ]*$", demands: &[List] },
    Pattern { form: r"the [a-z ]+ functions [a-z ]*include the following", demands: &[List] },
    // At exit.
    Pattern {
        form: r"(?:an? |the )?(?P<who>[a-z ’']*?(?:callback|dispatch)[a-z ]*?) return at the same irql(?: level)? (?:as the level )?at which they (?:were|are) called",
        demands: &[SameAtExit],
    },
    // The level passed back.
    Pattern { form: r"it must also set the irql to the previous irql level", demands: &[Restore] },
    Pattern {
        form: r"the value of the newirql parameter in the call to {R} is equal to the irql at which [a-z ]+ before the call to {A}",
        demands: &[Restore],
    },
    Pattern { form: r"this value is also the value of the oldirql parameter that is supplied by {A}", demands: &[] },
    // What explains only.
    Pattern { form: r"^applies to any ddi that changes the irql level within [a-z ]+", demands: &[] },
    Pattern { form: r"^a caller executing at {L} can specify any [a-z_]+ value", demands: &[] },
    Pattern { form: r"typically this call [a-z ]+ preceded by a call to {A}", demands: &[] },
    Pattern {
        form: r"(?:this rule )?is similar to the \S+ rule; however, the \S+ rule is performed on callback functions which have irql requirements (?:in)?dependent (?:of|on) their related object[’']s execution level specification",
        demands: &[Contrast],
    },
];
