//! What the files of a driver declare and other files need to lower theirs: classes, enumerators, functions.

mod class;
mod initial;
mod params;
mod scan;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::{FileId, Symbol};
use crate::parsed::Parsed;

use super::flow::joined;
use super::spaces::Spaces;
use super::types::TypeRef;
use scan::Scan;

/// What stands between the name of a variable and the number of the one file that it belongs to.
pub const PRIVATE: char = '@';

/// The names that the files of one driver declare.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    classes: FxHashMap<Symbol, ClassInfo>,
    /// `None` where two files disagree.
    enumerators: FxHashMap<Symbol, Option<i64>>,
    /// Variables that are declared constant with a small number; those of a class with its name. `None` where another
    /// variable has the name, too.
    constants: FxHashMap<Symbol, Option<i64>>,
    functions: Spaces,
    /// File-scope variables with the names of their types; `None` where two files disagree.
    variables: FxHashMap<Symbol, Option<Symbol>>,
    /// The files that have a variable of the name for themselves (`static`).
    statics: FxHashMap<Symbol, Vec<FileId>>,
    initials: initial::Initials,
    /// Functions declared to return nothing; `false` where another of the name returns something.
    void: FxHashMap<Symbol, bool>,
    /// Functions declared not to return.
    noreturn: FxHashSet<Symbol>,
    /// Which parameters are references, for the functions that have some; overloads differ by their number.
    references: FxHashMap<Symbol, Vec<Vec<bool>>>,
    /// How many parameters functions have, with what the last of them are where a call leaves them out.
    defaults: FxHashMap<Symbol, Vec<(usize, Vec<Omitted>)>>,
    /// `typedef struct _X {…} X, *PX`: the tag and the other names.
    aliases: FxHashMap<Symbol, Symbol>,
    /// Of names of pointer types, what they point to.
    pointed: FxHashMap<Symbol, Symbol>,
}

/// What a parameter is that a call leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Omitted {
    Number(i64),
    Name(Symbol),
    /// As written.
    Other(Symbol),
}

/// A class, struct or union of the driver's own.
#[derive(Debug, Clone, Default)]
pub struct ClassInfo {
    /// Data members in order.
    pub members: Vec<Member>,
    /// Names of methods.
    pub methods: FxHashSet<Symbol>,
    /// Names of static methods.
    pub static_methods: FxHashSet<Symbol>,
    /// Names of base classes in order.
    pub bases: Vec<Symbol>,
    /// Whether it declares a destructor that is not defaulted.
    pub has_destructor: bool,
    /// Whether it declares a constructor that is not defaulted.
    pub has_constructor: bool,
    /// Whether it is a union: initialising one member is initialising it.
    pub is_union: bool,
}

/// A data member.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Its name.
    pub name: Symbol,
    /// Its type.
    pub ty: TypeRef,
    /// Whether it lies in an unnamed union beside another member: no value by position is its.
    pub is_beside: bool,
}

impl Declared {
    /// Adds what a file declares.
    pub fn add(&mut self, parsed: &Parsed) {
        let (text, source) = (&parsed.prepped, &parsed.text);
        Scan { out: self, text, source, file: parsed.file, is_cpp: parsed.cpp, space: Symbol::new("") }
            .items(parsed.tree.root_node(), 0);
    }

    /// The class of that name or typedef.
    #[must_use]
    pub fn class(&self, name: Symbol) -> Option<&ClassInfo> {
        self.classes.get(&name).or_else(|| self.classes.get(self.aliases.get(&name)?))
    }

    /// The type that a pointer type of that name points to; another name stays as it is.
    #[must_use]
    pub fn pointed(&self, name: Symbol) -> Symbol {
        match self.pointed.get(&name) {
            Some(to) if self.class(name).is_none() => *to,
            _ => name,
        }
    }

    /// The value of an enumerator, where it could be computed.
    #[must_use]
    pub fn enumerator(&self, name: Symbol) -> Option<i64> {
        self.enumerators.get(&name).copied().flatten()
    }

    /// The value of a constant that is declared outside of functions and classes: an enumerator or a constant variable.
    #[must_use]
    pub fn constant(&self, name: Symbol) -> Option<i64> {
        self.enumerator(name).or_else(|| self.constants.get(&name).copied().flatten())
    }

    /// The value of a constant member of `class` or of a base of it.
    #[must_use]
    pub fn class_constant(&self, class: Symbol, name: Symbol) -> Option<i64> {
        self.class_constant_at(class, name, 0)
    }

    fn class_constant_at(&self, class: Symbol, name: Symbol, depth: u32) -> Option<i64> {
        if self.constants.is_empty() {
            return None;
        }
        let own = self.constants.get(&joined(class, name)).copied().flatten();
        let bases = || self.class(class).filter(|_| depth < 16).map_or(&[][..], |info| &info.bases);
        own.or_else(|| bases().iter().find_map(|base| self.class_constant_at(*base, name, depth + 1)))
    }

    /// Whether the driver defines or declares a function of that name.
    #[must_use]
    pub fn is_function(&self, name: Symbol) -> bool {
        self.functions.is_function(name)
    }

    /// The name of the function that is called `name` in the namespace `space`: with its own namespace, where several have
    /// one of the name.
    #[must_use]
    pub fn function_in(&self, name: Symbol, space: Symbol) -> Symbol {
        self.functions.visible(name, space)
    }

    /// The functions by their namespaces.
    pub(super) fn spaces(&self) -> &Spaces {
        &self.functions
    }

    /// Whether a file declares a variable of that name outside functions.
    #[must_use]
    pub fn is_variable(&self, name: Symbol) -> bool {
        self.variables.contains_key(&name)
    }

    /// The name of that variable's type, without pointers.
    #[must_use]
    pub fn variable_type(&self, name: Symbol) -> Option<Symbol> {
        self.variables.get(&name).copied().flatten()
    }

    /// The name of the file-scope variable that `file` calls `name`: with the number of the file behind
    /// [`PRIVATE`], where several files have one of the name for themselves.
    #[must_use]
    pub fn variable_in(&self, name: Symbol, file: FileId) -> Symbol {
        match self.statics.get(&name) {
            Some(files) if files.len() > 1 && files.contains(&file) => {
                Symbol::new(&format!("{name}{PRIVATE}{}", file.0))
            }
            _ => name,
        }
    }

    /// Whether the driver declares the function, and to return nothing.
    #[must_use]
    pub fn is_void(&self, name: Symbol) -> bool {
        self.void.get(&name).copied().unwrap_or_default()
    }

    /// Whether the function is declared not to return.
    #[must_use]
    pub fn is_noreturn(&self, name: Symbol) -> bool {
        self.noreturn.contains(&name)
    }

    /// Which of `arity` parameters of the function (`Class::name` for a method) are references, if any is.
    #[must_use]
    pub fn references(&self, name: Symbol, arity: usize) -> Option<&[bool]> {
        self.references.get(&name)?.iter().find(|flags| flags.len() == arity).map(Vec::as_slice)
    }

    /// What the parameters are that a call of the function (`Class::name` for a method) with `given` arguments leaves
    /// out.
    pub(super) fn defaults(&self, name: Symbol, given: usize) -> &[Omitted] {
        let all = self.defaults.get(&name).map_or(&[][..], Vec::as_slice);
        let fitting = all.iter().find(|(count, last)| (count - last.len()..*count).contains(&given));
        fitting.map_or(&[], |(count, last)| &last[last.len() - (count - given)..])
    }

    /// Whether the method is declared `static` in `class`.
    #[must_use]
    pub fn is_static_method(&self, class: Symbol, name: Symbol) -> bool {
        self.class(class).is_some_and(|info| info.static_methods.contains(&name))
    }

    /// The data member of that name in `class` or a base of it.
    #[must_use]
    pub fn member(&self, class: Symbol, name: Symbol) -> Option<&Member> {
        self.search(class, 0, &|info| info.members.iter().find(|member| member.name == name))
    }

    /// The class, `class` itself or a base, that declares the method.
    #[must_use]
    pub fn method_class(&self, class: Symbol, name: Symbol) -> Option<Symbol> {
        self.method_class_at(class, name, 0)
    }

    fn method_class_at(&self, class: Symbol, name: Symbol, depth: u32) -> Option<Symbol> {
        let info = self.class(class).filter(|_| depth < 16)?;
        if info.methods.contains(&name) {
            return Some(class);
        }
        info.bases.iter().find_map(|base| self.method_class_at(*base, name, depth + 1))
    }

    fn search<'d, T>(&'d self, class: Symbol, depth: u32, find: &impl Fn(&'d ClassInfo) -> Option<T>) -> Option<T> {
        let info = self.class(class).filter(|_| depth < 16)?;
        find(info).or_else(|| info.bases.iter().find_map(|base| self.search(*base, depth + 1, find)))
    }

    /// Whether an object of `class` runs code when it dies: its own destructor's, a member's or a base's.
    #[must_use]
    pub fn needs_destructor(&self, class: Symbol) -> bool {
        self.needs_destructor_at(class, 0)
    }

    fn needs_destructor_at(&self, class: Symbol, depth: u32) -> bool {
        self.class(class).filter(|_| depth < 16).is_some_and(|info| {
            info.has_destructor
                || info.bases.iter().any(|base| self.needs_destructor_at(*base, depth + 1))
                || info.members.iter().any(|member| {
                    member.ty.object_class().is_some_and(|of| of != class && self.needs_destructor_at(of, depth + 1))
                })
        })
    }
}
