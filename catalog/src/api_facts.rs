//! Facts about APIs that no reference page states: prototypes, types, constants.
//!
//! The reference pages name parameters and bounds, but only a few show a prototype.
//! What they lack is imported as facts into `catalog/apis` (by `importer`, or by hand) and read here:
//! the generator makes compilable headers from it, the derivation and the checker's table look up positions.
//!
//! ```text
//! apis/<header>.yaml    a list of ApiFact
//! apis/types.yaml       a list of TypeFact
//! apis/constants.yaml   header: {NAME: value}
//! apis/kits.yaml        a list of Kit
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What an API is in C.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApiKind {
    /// A function, exported or inline.
    Function,
    /// A function-like macro; its prototype says how code calls it.
    Macro,
    /// A role type: the type of a callback that a driver implements.
    Callback,
}

/// Which way a parameter carries its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Read by the callee.
    In,
    /// Written by the callee.
    Out,
    /// Both.
    Inout,
}

/// One parameter, as code passes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamFact {
    /// The name on the reference page, else that in the prototype.
    pub name: String,
    /// The C type, such as `PKSPIN_LOCK`; absent where no prototype is known.
    #[serde(rename = "type", default)]
    pub c_type: Option<String>,
    /// Where documented or annotated.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// Whether it may be null.
    #[serde(default)]
    pub optional: bool,
}

/// Where the parts of a fact come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactSource {
    /// The reference page, relative to the root of the reference.
    #[serde(default)]
    pub reference: Option<String>,
    /// The headers that the prototype is from (`hand` if none); absent where no prototype is known.
    #[serde(default)]
    pub prototype: Option<String>,
}

/// One function, macro or role type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiFact {
    /// The name that code uses.
    pub name: String,
    /// Function, macro or role type.
    pub kind: ApiKind,
    /// The header that declares it.
    pub header: String,
    /// The C type of the result; absent where no prototype is known.
    #[serde(default)]
    pub returns: Option<String>,
    /// The parameters in the order in which code passes them.
    #[serde(default)]
    pub params: Vec<ParamFact>,
    /// Whether more arguments may follow.
    #[serde(default)]
    pub variadic: bool,
    /// The bound on the level of the call (`<= DISPATCH_LEVEL`, `PASSIVE_LEVEL`, `any`), with
    /// `see-remarks` alone or behind it where the page refers to its remarks.
    #[serde(default)]
    pub irql: Option<String>,
    /// The rules that the page says the API is under, as spelled there.
    #[serde(default)]
    pub compliance: Vec<String>,
    /// Where all this is from.
    pub source: FactSource,
}

impl ApiFact {
    /// The position of the parameter named `name` (case decides only between two that differ by nothing else).
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.params
            .iter()
            .position(|param| param.name == name)
            .or_else(|| self.params.iter().position(|param| param.name.eq_ignore_ascii_case(name)))
    }

    /// Whether the whole prototype is known.
    #[must_use]
    pub fn has_types(&self) -> bool {
        self.returns.is_some() && self.params.iter().all(|param| param.c_type.is_some())
    }
}

/// One type (or function-like macro of the kit) as C text that needs only other facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeFact {
    /// The name that code uses.
    pub name: String,
    /// The declaration; for a structure only the `typedef` that makes the name known.
    pub c: String,
    /// The definition of a structure or union whose members are known; without it the type is opaque.
    #[serde(default)]
    pub members: Option<String>,
    /// The headers it is from, or `hand`.
    pub source: String,
    /// The kit it belongs to whoever uses it; absent: wherever it is needed.
    #[serde(default)]
    pub kit: Option<String>,
}

/// A constant with an integer value: a macro or an enumerator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConstantFact {
    /// Its value, sign-extended (status values are negative where the high bit is set).
    pub value: i64,
    /// The header that defines it.
    pub header: String,
}

/// A generated header that stands for those of one kit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kit {
    /// The name of the header that drivers include.
    pub header: String,
    /// The kit whose header it includes first.
    #[serde(default)]
    pub parent: Option<String>,
    /// Other headers whose facts it carries; each becomes a header of its own that includes this one.
    #[serde(default)]
    pub covers: Vec<String>,
}

/// All facts about APIs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiFacts {
    /// Functions, macros and role types by name.
    pub functions: BTreeMap<String, ApiFact>,
    /// Types by name.
    pub types: BTreeMap<String, TypeFact>,
    /// Constants by name, enumerators included.
    pub constants: BTreeMap<String, ConstantFact>,
    /// The kits, parents first.
    pub kits: Vec<Kit>,
}

/// Why the facts could not be read.
#[derive(Debug, Error)]
pub enum ApiFactsError {
    /// A file is not what its format says.
    #[error("{path}: {source}")]
    Format {
        /// The file, as named by the caller.
        path: String,
        /// What is wrong.
        source: serde_yaml::Error,
    },
    /// Two facts bear one name.
    #[error("{path}: `{name}` is declared twice")]
    Twice {
        /// The file of the second.
        path: String,
        /// The name.
        name: String,
    },
    /// A kit names a parent that does not stand before it.
    #[error("{path}: kit `{kit}` comes before its parent `{parent}`")]
    Parent {
        /// The file.
        path: String,
        /// The kit.
        kit: String,
        /// The parent.
        parent: String,
    },
}

impl ApiFacts {
    /// Reads the files of `catalog/apis`, given as (file name, text); the import's own inputs (`hand*.yaml`) are passed over.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, ApiFactsError> {
        let mut facts = Self::default();
        for &(path, text) in files {
            let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
            match name {
                "types.yaml" => facts.read_types(path, text)?,
                "constants.yaml" => facts.read_constants(path, text)?,
                "kits.yaml" => facts.read_kits(path, text)?,
                _ if name.starts_with("hand") || name == "sources.yaml" => {}
                _ => facts.read_functions(path, text)?,
            }
        }
        Ok(facts)
    }

    /// The position of parameter `param` of `function`, as code passes it.
    #[must_use]
    pub fn position(&self, function: &str, param: &str) -> Option<usize> {
        self.functions.get(function)?.position(param)
    }

    /// The value of a constant or enumerator.
    #[must_use]
    pub fn constant(&self, name: &str) -> Option<i64> {
        self.constants.get(name).map(|constant| constant.value)
    }

    /// The names of the role types.
    pub fn role_types(&self) -> impl Iterator<Item = &ApiFact> {
        self.functions.values().filter(|fact| fact.kind == ApiKind::Callback)
    }

    /// The APIs whose prototype is not known: no fixture can call them.
    pub fn untyped(&self) -> impl Iterator<Item = &ApiFact> {
        self.functions.values().filter(|fact| !fact.has_types())
    }

    fn read_functions(&mut self, path: &str, text: &str) -> Result<(), ApiFactsError> {
        let list: Vec<ApiFact> = read(path, text)?;
        for fact in list {
            let name = fact.name.clone();
            if self.functions.insert(name.clone(), fact).is_some() {
                return Err(ApiFactsError::Twice { path: path.to_owned(), name });
            }
        }
        Ok(())
    }

    fn read_types(&mut self, path: &str, text: &str) -> Result<(), ApiFactsError> {
        let list: Vec<TypeFact> = read(path, text)?;
        for fact in list {
            let name = fact.name.clone();
            if self.types.insert(name.clone(), fact).is_some() {
                return Err(ApiFactsError::Twice { path: path.to_owned(), name });
            }
        }
        Ok(())
    }

    fn read_constants(&mut self, path: &str, text: &str) -> Result<(), ApiFactsError> {
        let headers: BTreeMap<String, BTreeMap<String, i64>> = read(path, text)?;
        for (header, values) in headers {
            for (name, value) in values {
                let fact = ConstantFact { value, header: header.clone() };
                if self.constants.insert(name.clone(), fact).is_some() {
                    return Err(ApiFactsError::Twice { path: path.to_owned(), name });
                }
            }
        }
        Ok(())
    }

    fn read_kits(&mut self, path: &str, text: &str) -> Result<(), ApiFactsError> {
        let kits: Vec<Kit> = read(path, text)?;
        for (at, kit) in kits.iter().enumerate() {
            if let Some(parent) = kit.parent.as_ref().filter(|parent| !kits[..at].iter().any(|k| k.header == **parent))
            {
                return Err(ApiFactsError::Parent {
                    path: path.to_owned(),
                    kit: kit.header.clone(),
                    parent: parent.clone(),
                });
            }
        }
        self.kits = kits;
        Ok(())
    }
}

/// A YAML scalar as the files have it: plain where nothing in it can be taken for syntax, else double-quoted.
#[must_use]
pub fn quoted(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ' ' | '*' | '/' | '.' | '-' | '(' | ')'))
        && !matches!(text, "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n")
        && !text.ends_with(' ');
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) }
}

fn read<'de, T: Deserialize<'de>>(path: &str, text: &'de str) -> Result<T, ApiFactsError> {
    serde_yaml::from_str(text).map_err(|source| ApiFactsError::Format { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCKS: &str = "\
- name: Acquire
  kind: macro
  header: wdm.h
  returns: VOID
  params:
    - {name: SpinLock, type: PKSPIN_LOCK, direction: inout}
    - {name: OldIrql, type: PKIRQL, direction: out}
  irql: \"<= DISPATCH_LEVEL\"
  compliance: [SpinLock]
  source: {reference: wdm/x.md, prototype: hand}
- name: Untyped
  kind: callback
  header: wdm.h
  params:
    - {name: Context}
  source: {reference: wdm/y.md}
";

    #[test]
    fn facts_are_found_by_name_and_parameters_by_position() {
        let constants = "ntstatus.h:\n  STATUS_PENDING: 259\n";
        let files = [("wdm.h.yaml", LOCKS), ("constants.yaml", constants), ("hand.yaml", "not: facts")];
        let facts = ApiFacts::parse(&files).unwrap();
        for (function, param, expected) in [
            ("Acquire", "SpinLock", Some(0)),
            ("Acquire", "OldIrql", Some(1)),
            ("Acquire", "oldirql", Some(1)),
            ("Acquire", "NewIrql", None),
            ("Release", "SpinLock", None),
        ] {
            assert_eq!(facts.position(function, param), expected, "{function} {param}");
        }
        assert_eq!(facts.constant("STATUS_PENDING"), Some(259));
        assert_eq!(facts.untyped().map(|fact| fact.name.as_str()).collect::<Vec<_>>(), ["Untyped"]);
        assert_eq!(facts.role_types().count(), 1);
    }

    #[test]
    fn bad_files_are_errors_that_name_them() {
        let twice = format!("{LOCKS}{LOCKS}");
        for (path, text, expected) in [
            ("wdm.h.yaml", twice.as_str(), "wdm.h.yaml: `Acquire` is declared twice"),
            ("wdm.h.yaml", "- name: A\n  colour: red\n", "wdm.h.yaml: "),
            ("constants.yaml", "wdm.h: {A: x}\n", "constants.yaml: "),
            (
                "kits.yaml",
                "- {header: wdf.h, parent: wdm.h}\n",
                "kits.yaml: kit `wdf.h` comes before its parent `wdm.h`",
            ),
        ] {
            let message = ApiFacts::parse(&[(path, text)]).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
