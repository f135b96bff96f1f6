//! Which function plays which role, and what the role's contract says.

mod answers;
mod asked;
mod fields;

use rulebook_frontend::ir::{
    Annotation, Callee, Expr, FileId, Function, Instr, InstrKind, LocalId, Place, Symbol, TableInit, Unit,
};
use rulebook_machine::irql::{Interval, Level};
use rulebook_machine::semantics::Role;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::{Code, FuncId};
use crate::compiled::Base;
use fields::Fields;

/// A role that a function has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attached<'t> {
    /// The role type.
    pub(crate) type_name: &'t str,
    pub(crate) role: &'t Role,
    /// The constant that it is registered under, such as a major function code.
    pub(crate) index: Option<i64>,
    /// Whether the driver registers it so, or only declares it.
    registered: bool,
}

/// The roles of a driver's functions.
#[derive(Debug, Default)]
pub(crate) struct Roles<'t> {
    by_function: FxHashMap<Who, Vec<Attached<'t>>>,
}

/// Who has a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    /// A function of the driver.
    Body(FuncId),
    /// A function that has no body here.
    Named(Symbol),
}

/// The level at the entry of a role function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) within: Interval,
    /// Levels that convict although the interval holds others.
    pub(crate) called_at: Vec<Level>,
}

impl<'t> Roles<'t> {
    /// Finds the roles: by declaration, by registering calls, by assignment to members and tables.
    pub(crate) fn find(units: &[Unit], code: &Code<'_>, compiled: &Base<'t>) -> Self {
        let fields = Fields::new(&compiled.table.semantics);
        let mut finder = Finder {
            code,
            compiled,
            fields,
            roles: Self::default(),
            anothers: FxHashSet::default(),
            unasked: Vec::new(),
        };
        for unit in units {
            finder.unit(unit);
        }
        let Finder { mut roles, unasked, .. } = finder;
        for (who, type_name) in unasked {
            if let Some(list) = roles.by_function.get_mut(&who) {
                list.retain(|role| role.registered || role.type_name != type_name);
            }
        }
        // What a function is registered as says more than what it is declared as.
        #[expect(clippy::iter_over_hash_type, reason = "each list is looked at on its own")]
        for list in roles.by_function.values_mut() {
            let registered: Vec<&str> = list.iter().filter(|role| role.registered).map(|role| role.type_name).collect();
            if !registered.is_empty() {
                list.retain(|role| registered.contains(&role.type_name));
            }
        }
        roles
    }

    /// The roles of a function.
    pub(crate) fn of(&self, function: FuncId) -> &[Attached<'t>] {
        self.by_function.get(&Who::Body(function)).map_or(&[], Vec::as_slice)
    }

    fn attach(&mut self, who: Who, attached: Attached<'t>) {
        let list = self.by_function.entry(who).or_default();
        let index = attached.index;
        match list.iter_mut().find(|old| {
            old.type_name == attached.type_name && (old.index.is_none() || index.is_none() || old.index == index)
        }) {
            // A registration says more than a declaration.
            Some(old) => {
                old.index = old.index.or(index);
                old.registered |= attached.registered;
            }
            None => list.push(attached),
        }
    }
}

/// What looks for roles.
struct Finder<'a, 't> {
    code: &'a Code<'a>,
    compiled: &'a Base<'t>,
    fields: Fields<'t>,
    roles: Roles<'t>,
    /// Functions that files give to members which have roles in other structures only.
    anothers: FxHashSet<(FileId, Symbol, Symbol)>,
    /// Who is registered in a role that nobody asks for.
    unasked: Vec<(Who, &'t str)>,
}

impl<'t> Finder<'_, 't> {
    fn unit(&mut self, unit: &Unit) {
        for prototype in &unit.prototypes {
            let meant = self.meant(prototype.name, prototype.loc.file);
            if prototype.is_role {
                self.attach(&meant, prototype.type_name.as_str(), None, false);
            }
            self.annotated(&meant, &prototype.sal.function);
        }
        for table in &unit.tables {
            if let Some(field) = table.field.filter(|field| self.fields.is_anothers(table.type_name, *field)) {
                self.anothers.insert((table.loc.file, table.function, field));
            }
            if let Some(role) = self.in_table(table) {
                let index = table.code.and_then(|code| self.compiled.constants.get(&code).copied());
                let index = index.filter(|_| by_index(self.compiled.table.semantics.roles.get(role)));
                let meant = self.meant(table.function, table.loc.file);
                if self.nobody_asks(role, table, &unit.tables) {
                    self.unasked.extend(meant.into_iter().map(|who| (who, role)));
                } else {
                    self.attach(&meant, role, index, true);
                }
            }
        }
        for function in &unit.functions {
            let meant = self.meant(function.name, function.loc.file);
            if let Some(role) = self.fields.called.get(&function.name) {
                self.attach(&meant, role, None, false);
            }
            self.annotated(&meant, &function.sal.function);
            for instr in function.blocks.iter().flat_map(|block| &block.instrs) {
                self.registered(function, &meant, instr);
            }
        }
        for store in &unit.passed {
            if let Some(role) = self.fields.member(store.type_name, store.member) {
                let within = self.meant(store.function, store.file);
                self.attach(&self.handed(&within, store.param), role, None, true);
            }
        }
    }

    /// The role that a function gets in a table.
    fn in_table(&self, table: &TableInit) -> Option<&'t str> {
        match table.field {
            Some(field) => self.fields.member(table.type_name, field),
            None => self.fields.position(table.type_name, table.position),
        }
    }

    /// The functions that the driver hands to a parameter of one of these.
    fn handed(&self, within: &[Who], param: LocalId) -> Vec<Who> {
        let pointers = &self.code.pointers;
        let functions = within.iter().filter_map(|who| match who {
            Who::Body(id) => Some(pointers.param(*id, param.0)),
            Who::Named(_) => None,
        });
        functions.flatten().map(Who::Body).collect()
    }

    /// The functions that a value in a function is: one that it names, or those that it is handed.
    fn targets(&self, value: &Expr, function: &Function, within: &[Who], file: FileId) -> Vec<Who> {
        match (named(value), value) {
            (Some(name), _) => self.meant(name, file),
            (None, Expr::Load(place)) => match &**place {
                Place::Local(local) if local.0 < function.param_count => self.handed(within, *local),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The functions that a name in `file` means.
    fn meant(&self, name: Symbol, file: FileId) -> Vec<Who> {
        let seen: Vec<Who> = self.code.seen(name, file).map(Who::Body).collect();
        if seen.is_empty() { vec![Who::Named(name)] } else { seen }
    }

    fn attach(&mut self, functions: &[Who], type_name: &str, index: Option<i64>, registered: bool) {
        let roles = &self.compiled.table.semantics.roles;
        let found = roles.get_key_value(type_name).or_else(|| roles.get_key_value(pointed(type_name)?));
        let Some((type_name, role)) = found else { return };
        for who in functions {
            self.roles.attach(*who, Attached { type_name, role, index, registered });
        }
    }

    fn annotated(&mut self, functions: &[Who], annotations: &[Annotation]) {
        let mut class = None;
        let mut indexes = Vec::new();
        for annotation in annotations {
            match (annotation.name.as_str(), annotation.args.first()) {
                ("Function_class" | "drv_functionClass", Some(Expr::Name(name))) => class = Some(*name),
                ("Function_class" | "drv_functionClass", Some(Expr::Load(place))) => {
                    if let Place::Global(name) = &**place {
                        class = Some(*name);
                    }
                }
                ("Dispatch_type" | "drv_dispatchType", Some(arg)) => indexes.extend(constant(self.compiled, arg)),
                _ => {}
            }
        }
        if let Some(class) = class {
            self.attach(functions, class.as_str(), None, false);
        }
        for index in indexes {
            for who in functions {
                let list = self.roles.by_function.get(who).cloned().unwrap_or_default();
                for attached in list.into_iter().filter(|attached| by_index(Some(attached.role))) {
                    self.roles.attach(*who, Attached { index: Some(index), registered: false, ..attached });
                }
            }
        }
    }

    fn registered(&mut self, within: &Function, ids: &[Who], instr: &Instr) {
        let file = instr.loc.file;
        match &instr.kind {
            InstrKind::Assign { place, value } => {
                if !matches!(place, Place::Field(..) | Place::Index(..)) {
                    return;
                }
                let targets = self.targets(value, within, ids, file);
                match place {
                    Place::Field(_, field) => {
                        let anothers = named(value).is_some_and(|to| self.anothers.contains(&(file, to, *field)));
                        if let Some(role) = self.fields.field(*field).filter(|_| !anothers) {
                            self.attach(&targets, role, None, true);
                        }
                    }
                    Place::Index(base, index) => {
                        if let Place::Field(_, field) = &**base
                            && let Some(role) = self.fields.table(*field)
                        {
                            // A loop that fills the whole table gives the role without an index.
                            let index = constant(self.compiled, index).unwrap_or(-1);
                            self.attach(&targets, role, Some(index), true);
                        }
                    }
                    _ => {}
                }
            }
            InstrKind::Call(call) => {
                let Callee::Named(name) = &call.callee else { return };
                let Some(function) = self.compiled.function(*name) else { return };
                for (at, role) in &function.registers {
                    if let Some(value) = call.args.get(*at) {
                        self.attach(&self.targets(value, within, ids, file), role, None, true);
                    }
                }
            }
            InstrKind::Havoc(_) | InstrKind::Assume(_) | InstrKind::Dead(_) => {}
        }
    }
}

/// `PFN_X` and `PX` are pointers to the role type `X`.
pub(crate) fn pointed(type_name: &str) -> Option<&str> {
    type_name.strip_prefix("PFN_").or_else(|| type_name.strip_prefix('P'))
}

/// The names that a structure type may have in the data: `_X` is the tag of `X`, and `PX` a pointer to it.
pub(crate) fn names_of(type_name: Symbol) -> impl Iterator<Item = Symbol> {
    let name = type_name.as_str();
    let others = [name.strip_prefix('_'), name.strip_prefix('P')].into_iter().flatten().map(Symbol::new);
    std::iter::once(type_name).chain(others)
}

/// Whether the constant that a function is registered under says something of the level.
fn by_index(role: Option<&Role>) -> bool {
    role.and_then(|role| role.contract.irql.as_ref()).is_some_and(|levels| !levels.by_index.is_empty())
}

/// The function that a value names.
fn named(expr: &Expr) -> Option<Symbol> {
    match expr {
        Expr::Function(name) => Some(*name),
        Expr::Addr(place) => match &**place {
            Place::Global(name) => Some(*name),
            _ => None,
        },
        _ => None,
    }
}

fn constant(compiled: &Base<'_>, expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Int(number) => Some(*number),
        Expr::Name(name) => compiled.constants.get(name).copied(),
        Expr::Load(place) => match &**place {
            Place::Global(name) => compiled.constants.get(name).copied(),
            _ => None,
        },
        _ => None,
    }
}

impl Attached<'_> {
    /// The level at entry, where the documents say one.
    pub(crate) fn entry(&self, compiled: &Base<'_>, mentioned: &dyn Fn(&str) -> bool) -> Option<Entry> {
        let levels = self.role.contract.irql.as_ref()?;
        let indexed = self.index.and_then(|index| {
            let of = |name: &String| compiled.constants.get(&Symbol::new(name)).copied();
            levels.by_index.iter().find(|(name, _)| of(name) == Some(index)).map(|(_, interval)| *interval)
        });
        let excused = levels.unless_mentioned.iter().any(|name| mentioned(name));
        let further = levels.called_at_where.iter().filter(|(name, _)| mentioned(name)).map(|(_, level)| *level);
        let called_at = if excused || indexed.is_some() {
            Vec::new()
        } else {
            levels.called_at.iter().copied().chain(further).collect()
        };
        Some(Entry { within: indexed.unwrap_or(levels.within), called_at })
    }
}

/// The level at entry that a function's own annotations state.
pub(crate) fn annotated_entry(annotations: &[&Annotation]) -> Option<Entry> {
    let mut within = Interval::ANY;
    let mut stated = false;
    for annotation in annotations.iter().filter(|annotation| annotation.when.is_none()) {
        let level = match annotation.args.first() {
            Some(Expr::Name(name)) => name.as_str().parse::<Level>().ok(),
            Some(Expr::Int(number)) => u8::try_from(*number).ok().map(Level),
            _ => None,
        };
        let Some(level) = level else { continue };
        match annotation.name.as_str() {
            "IRQL_requires" => within = Interval::exactly(level),
            "IRQL_requires_max" => within.max = within.max.min(level),
            "IRQL_requires_min" => within.min = within.min.max(level),
            _ => continue,
        }
        stated = true;
    }
    (stated && within.min <= within.max).then_some(Entry { within, called_at: Vec::new() })
}
