//! The C dialect of drivers, as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Names of the C dialect of drivers that the front end treats specially; data of `semantics/language.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Language {
    /// Macros and functions whose argument is believed, such as `NT_ASSERT`.
    pub assume: Vec<String>,
    /// Macros that yield the structure around a member: `(address, type, field)`.
    pub container: Vec<String>,
    /// Macros that stand for keywords of structured exceptions: macro to keyword (`try`, `except`, `finally`, `leave`).
    pub seh: BTreeMap<String, String>,
    /// Calling conventions, import marks, code-segment marks: blanked.
    pub blank: Vec<String>,
    /// Marks that take arguments, such as `__declspec(…)`: blanked with the list.
    pub blank_with_arguments: Vec<String>,
    /// Annotations that are plain words before or after a parameter, such as `IN`: blanked and kept as annotations.
    pub annotation_words: Vec<String>,
    /// Beginnings of annotations that are not of the form `_Name_`, such as `__drv_`: blanked and kept as annotations.
    pub annotation_prefixes: Vec<String>,
    /// Words that stand for others of at most their length, such as `CONST` for `const`.
    pub replace: BTreeMap<String, String>,
    /// Macros around the parts of a declaration, such as `STDMETHOD(name)`: brackets and commas are blanked,
    /// the macro is replaced by the text given (of at most its length, perhaps empty).
    pub unwrap: BTreeMap<String, String>,
    /// Macros that begin and end a run of pageable functions: begin to end.
    pub pageable_regions: BTreeMap<String, String>,
    /// Names of types in capitals, to tell `NTSTATUS MARK name(` from `MARK NTSTATUS name(`.
    pub types: Vec<String>,
    /// Signed types of 32 bits: a number of 32 bits that is cast to one is negative where its highest bit is set, as
    /// failing statuses are.
    pub signed: Vec<String>,
    /// Unsigned types: of their values, what is not zero is above it.
    pub unsigned: Vec<String>,
    /// Unsigned types of 64 bits: what is above a negative number that is cast to one is negative too, where numbers are
    /// taken as signed.
    pub wide: Vec<String>,
    /// Parts of the names of macros that head a loop, such as `FOREACH`; asked only where `NAME(…)` is followed by `{`.
    pub loops: Vec<String>,
    /// Code-segment marks among [`Self::blank`] that make the function after them pageable.
    pub pageable: Vec<String>,
    /// Functions that do not return.
    pub noreturn: Vec<String>,
    /// Functions that end the thread: who calls one has left its own function.
    pub thread_ends: Vec<String>,
    /// Predefined macros and their values for the one configuration that is analysed, such as `DBG` and `_WIN64`.
    pub defines: BTreeMap<String, String>,
    /// Macros around an expression that yield the expression itself, such as `UNREFERENCED_PARAMETER` or `FIELD_PTR(x)`.
    pub identity: Vec<String>,
    /// Function-like macros of the kits' headers, which are not read: head (`FlagOn(F, SF)`) to body.
    /// A driver's own macro or function of that name comes first.
    pub macros: BTreeMap<String, String>,
    /// Macros that stay calls even where a header defines them, because rules speak of them.
    pub calls: Vec<String>,
    /// Macros at file scope that declare a getter of what belongs to its argument: macro to the getter's name, in which
    /// `{0}` stands for the macro's first argument, `{1}` for the second.
    pub accessor_macros: BTreeMap<String, String>,
    /// Functions that tell a `finally` body whether it was entered on an abnormal way out.
    pub abnormal_termination: Vec<String>,
    /// Words that stand alone in a parameter list and mean that it is empty.
    pub no_parameters: Vec<String>,
    /// Scope guards: objects that run a lambda at the end of their scope.
    pub guards: Guards,
}

/// How scope guards are told from other objects: a call of a maker with one lambda, and perhaps a flag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Guards {
    /// Parts of the names of functions that make one, or of the classes whose functions they are, in lower case.
    pub makers: Vec<String>,
    /// Parts of the names of those among them that take a flag behind the lambda, which keeps it from running.
    pub unless: Vec<String>,
    /// Methods after which it will not run; those that are given a flag say by it whether it will.
    pub disarm: Vec<String>,
    /// Methods that run it at once and not again.
    pub run: Vec<String>,
}
