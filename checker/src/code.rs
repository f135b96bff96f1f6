//! The functions of one driver, with what the simulation asks of their shape.

use rulebook_frontend::ir::{
    BlockId, Call, Callee, Expr, FileId, Function, InstrKind, Local, LocalId, Place, Symbol, Term, Unit,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::live::Liveness;
use crate::pointer::Pointers;
use crate::solid::{self, Solid};

/// A function of the driver, by its index in [`Code::functions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FuncId(pub(crate) u32);

/// All functions of a driver.
#[derive(Debug)]
pub(crate) struct Code<'p> {
    pub(crate) functions: Vec<Func<'p>>,
    by_name: FxHashMap<Symbol, Vec<FuncId>>,
    /// Methods by their last name, for calls whose object's class is not known.
    by_method: FxHashMap<Symbol, Vec<FuncId>>,
    /// Functions that the driver's own files declare, with a body here or not: they know its structures.
    pub(crate) own: FxHashSet<Symbol>,
    /// The functions that call each function.
    callers: Vec<Vec<FuncId>>,
    /// Functions whose address is taken: somebody unknown may call them.
    pub(crate) address_taken: FxHashSet<Symbol>,
    /// The base classes of each class.
    bases: FxHashMap<Symbol, Vec<Symbol>>,
    /// Where pointers to functions of the driver lead.
    pub(crate) pointers: Pointers,
}

/// A function and the shape of its control flow.
#[derive(Debug)]
pub(crate) struct Func<'p> {
    pub(crate) ir: &'p Function,
    /// Whether it stands in a file that others include.
    pub(crate) in_header: bool,
    /// Blocks in reverse postorder.
    pub(crate) order: Vec<BlockId>,
    /// Position of each block in [`Self::order`]; `u32::MAX` for one that is never reached.
    pub(crate) position: Vec<u32>,
    pub(crate) loop_head: Vec<bool>,
    /// Whether paths from several blocks meet at a block.
    pub(crate) met: Vec<bool>,
    /// Whether a block may run more than once in one call.
    pub(crate) in_loop: Vec<bool>,
    pub(crate) live: Liveness,
    pub(crate) solid: Solid,
    /// Locals whose pointers are null on some ways only, and that branches ask about; ordered.
    pub(crate) doubtful: Vec<LocalId>,
    /// Number of the first site of each block.
    pub(crate) first_site: Vec<u32>,
    pub(crate) callees: Vec<FuncId>,
}

impl<'p> Code<'p> {
    /// The functions of the units; `is_header` says of a file whether others include it.
    pub(crate) fn new(units: &'p [Unit], is_header: &dyn Fn(FileId) -> bool) -> Self {
        let made = |ir: &'p Function| Func { in_header: is_header(ir.loc.file), ..Func::new(ir) };
        let mut functions: Vec<Func<'p>> = units.iter().flat_map(|unit| &unit.functions).map(made).collect();
        number_sites(&mut functions);
        let mut by_name: FxHashMap<Symbol, Vec<FuncId>> = FxHashMap::default();
        let mut by_method: FxHashMap<Symbol, Vec<FuncId>> = FxHashMap::default();
        let mut address_taken = FxHashSet::default();
        for (at, function) in functions.iter().enumerate() {
            let id = FuncId(at as u32);
            by_name.entry(function.ir.name).or_default().push(id);
            if function.ir.class.is_some()
                && let Some((_, last)) = function.ir.name.as_str().rsplit_once("::")
            {
                by_method.entry(Symbol::new(last)).or_default().push(id);
            }
            addresses(function.ir, &mut address_taken);
        }
        for table in units.iter().flat_map(|unit| &unit.tables) {
            address_taken.insert(table.function);
        }
        let declared = units.iter().flat_map(|unit| &unit.prototypes).map(|prototype| prototype.name);
        let skipped = units.iter().flat_map(|unit| &unit.untrusted).map(|function| function.name);
        let own = declared.chain(skipped).collect();
        let callers = vec![Vec::new(); functions.len()];
        let mut bases: FxHashMap<Symbol, Vec<Symbol>> = FxHashMap::default();
        for class in units.iter().flat_map(|unit| &unit.classes) {
            bases.entry(class.name).or_default().extend(&class.bases);
        }
        let pointers = Pointers::default();
        let mut code = Self { functions, by_name, by_method, own, callers, address_taken, bases, pointers };
        code.pointers = Pointers::find(units, &code);
        let calls: Vec<Vec<FuncId>> = code
            .functions
            .iter()
            .map(|function| {
                let mut called: Vec<FuncId> =
                    calls(function.ir).filter_map(|callee| code.resolve(function.ir, callee)).collect();
                called.sort_unstable();
                called.dedup();
                called
            })
            .collect();
        for (at, callees) in calls.into_iter().enumerate() {
            for callee in &callees {
                if callee.0 as usize != at {
                    code.callers[callee.0 as usize].push(FuncId(at as u32));
                }
            }
            code.functions[at].callees = callees;
        }
        code
    }

    pub(crate) fn get(&self, id: FuncId) -> &Func<'p> {
        &self.functions[id.0 as usize]
    }

    /// Whether another function of the driver calls it.
    pub(crate) fn is_called(&self, id: FuncId) -> bool {
        !self.callers_of(id).is_empty()
    }

    /// The functions that call it, without itself.
    pub(crate) fn callers_of(&self, id: FuncId) -> &[FuncId] {
        &self.callers[id.0 as usize]
    }

    /// The function with a body that a call in `from` goes to.
    pub(crate) fn resolve(&self, from: &Function, callee: &Callee) -> Option<FuncId> {
        let unique = |all: &Vec<FuncId>| match all.as_slice() {
            [one] => Some(*one),
            _ => None,
        };
        let placed_from = |id: FuncId| placed(self.get(id), from.loc.file);
        match callee {
            Callee::Named(name) => {
                let all = self.by_name.get(name)?;
                let (id, place) = all.iter().map(|id| (*id, placed_from(*id))).min_by_key(|(_, place)| *place)?;
                // A static function of another file is none of this one's, unless both include it.
                (place != Placed::Hidden).then_some(id)
            }
            Callee::Method { class: Some(class), name } => {
                match self.by_name.get(&Symbol::new(&format!("{class}::{name}"))) {
                    Some(all) => all.iter().copied().min_by_key(|id| placed_from(*id)),
                    None => unique(&self.implementing(*class, *name)),
                }
            }
            Callee::Method { class: None, name } => self.by_method.get(name).and_then(unique),
            Callee::Member { of, name, .. } => self.pointers.only(*of, *name),
            Callee::Pointer(_) => None,
        }
    }

    /// The functions with bodies that a name in `file` means, which are several where it is overloaded.
    pub(crate) fn seen(&self, name: Symbol, file: FileId) -> impl Iterator<Item = FuncId> {
        let all = self.named(name);
        let place = move |id: FuncId| placed(self.get(id), file);
        let nearest = all.iter().map(|id| place(*id)).min();
        all.iter().copied().filter(move |id| Some(place(*id)) == nearest)
    }

    /// The functions with bodies of a name, in whatever file.
    pub(crate) fn named(&self, name: Symbol) -> &[FuncId] {
        self.by_name.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The methods of that name in classes that derive from `class`.
    pub(crate) fn implementing(&self, class: Symbol, name: Symbol) -> Vec<FuncId> {
        let all = self.by_method.get(&name).map_or(&[][..], Vec::as_slice);
        let of = |id: &FuncId| self.get(*id).ir.class.is_some_and(|own| self.derives(own, class, 0));
        all.iter().copied().filter(of).collect()
    }

    fn derives(&self, class: Symbol, from: Symbol, depth: u32) -> bool {
        let bases = self.bases.get(&class).map_or(&[][..], Vec::as_slice);
        depth < 8 && bases.iter().any(|base| *base == from || self.derives(*base, from, depth + 1))
    }

    /// The methods that a call on an object of an unknown class may go to, where there is more than one.
    pub(crate) fn candidates(&self, callee: &Callee) -> &[FuncId] {
        match callee {
            Callee::Method { class: None, name } => {
                self.by_method.get(name).filter(|all| all.len() > 1).map_or(&[], Vec::as_slice)
            }
            _ => &[],
        }
    }

    /// Whether each function may be called by itself, through others perhaps.
    pub(crate) fn circular(&self) -> Vec<bool> {
        let count = self.functions.len();
        let mut circular = vec![false; count];
        // Against the arrows, from the last in order of completion: who is reached calls, and is called by, the start.
        let mut of = vec![false; count];
        for start in self.bottom_up().into_iter().rev() {
            if std::mem::replace(&mut of[start.0 as usize], true) {
                continue;
            }
            let mut group = vec![start];
            let mut next = 0;
            while let Some(at) = group.get(next).copied() {
                next += 1;
                group.extend(
                    self.callers_of(at).iter().filter(|caller| !std::mem::replace(&mut of[caller.0 as usize], true)),
                );
            }
            for id in &group {
                circular[id.0 as usize] = group.len() > 1 || self.get(*id).callees.contains(id);
            }
        }
        circular
    }

    /// The members and variables that these functions, circular ones, and those that they call, store to.
    pub(crate) fn written_by(&self, names: &FxHashSet<Symbol>) -> FxHashSet<Symbol> {
        let circular = self.circular();
        let mut work: Vec<FuncId> = Vec::new();
        for (at, function) in self.functions.iter().enumerate() {
            if names.contains(&function.ir.name) || circular[at] {
                work.push(FuncId(at as u32));
            }
        }
        let mut seen: FxHashSet<FuncId> = work.iter().copied().collect();
        let mut written = FxHashSet::default();
        while let Some(id) = work.pop() {
            let function = self.get(id);
            work.extend(function.callees.iter().filter(|callee| seen.insert(**callee)));
            for instr in function.ir.blocks.iter().flat_map(|block| &block.instrs) {
                match &instr.kind {
                    InstrKind::Assign { place, .. } | InstrKind::Havoc(place) => last_name(place, &mut written),
                    // What a call is given the address of, it may store to.
                    InstrKind::Call(call) => call.args.iter().for_each(|arg| {
                        if let Expr::Addr(place) = arg {
                            last_name(place, &mut written);
                        }
                    }),
                    InstrKind::Assume(_) | InstrKind::Dead(_) => {}
                }
            }
        }
        written
    }

    /// The functions so that callees come before their callers, as far as calls are not circular.
    pub(crate) fn bottom_up(&self) -> Vec<FuncId> {
        let mut order = Vec::with_capacity(self.functions.len());
        let mut seen = vec![false; self.functions.len()];
        for root in 0..self.functions.len() {
            let mut stack = vec![(root, 0)];
            if std::mem::replace(&mut seen[root], true) {
                continue;
            }
            while let Some((at, next)) = stack.pop() {
                match self.functions[at].callees.get(next) {
                    Some(callee) => {
                        stack.push((at, next + 1));
                        let callee = callee.0 as usize;
                        if !std::mem::replace(&mut seen[callee], true) {
                            stack.push((callee, 0));
                        }
                    }
                    None => order.push(FuncId(at as u32)),
                }
            }
        }
        order
    }
}

impl<'p> Func<'p> {
    fn new(ir: &'p Function) -> Self {
        let count = ir.blocks.len();
        let mut first_site = Vec::with_capacity(count);
        let mut site = 0;
        for block in &ir.blocks {
            first_site.push(site);
            // One more for the terminator.
            site += block.instrs.len() as u32 + 1;
        }
        let order = reverse_postorder(ir);
        let mut position = vec![u32::MAX; count];
        for (at, block) in order.iter().enumerate() {
            position[block.0 as usize] = at as u32;
        }
        let mut loop_head = vec![false; count];
        let mut in_loop = vec![false; count];
        let mut from = vec![0_u32; count];
        for (at, block) in order.iter().enumerate() {
            for next in successors(ir, *block) {
                from[next.0 as usize] += 1;
                let head = position[next.0 as usize] as usize;
                if head <= at {
                    loop_head[next.0 as usize] = true;
                    // A little more than the loop's own blocks: those that come between its ends in this order.
                    order[head..=at].iter().for_each(|inside| in_loop[inside.0 as usize] = true);
                }
            }
        }
        let live = Liveness::new(ir, &order);
        let solid = Solid::new(ir, &order);
        let doubtful = solid::doubtful(ir);
        let met = from.into_iter().map(|from| from > 1).collect();
        Self {
            ir,
            in_header: false,
            order,
            position,
            loop_head,
            met,
            in_loop,
            live,
            solid,
            doubtful,
            first_site,
            callees: Vec::new(),
        }
    }
}

/// Where a function stands for those who name it, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Placed {
    SameFile,
    Shared,
    Included,
    Hidden,
}

fn placed(function: &Func<'_>, file: FileId) -> Placed {
    match function.ir {
        ir if ir.loc.file == file => Placed::SameFile,
        ir if !ir.is_static => Placed::Shared,
        _ if function.in_header => Placed::Included,
        _ => Placed::Hidden,
    }
}

/// Makes the sites of all functions different numbers: what a call makes is known by its site in callers, too.
fn number_sites(functions: &mut [Func<'_>]) {
    let mut next = 1;
    for function in functions {
        function.first_site.iter_mut().for_each(|site| *site += next);
        let last = function.first_site.last().zip(function.ir.blocks.last());
        next = last.map_or(next, |(site, block)| site + block.instrs.len() as u32 + 1);
    }
}

/// Where control may go from `block`.
pub(crate) fn successors(ir: &Function, block: BlockId) -> Vec<BlockId> {
    let block = &ir.blocks[block.0 as usize];
    let mut next = match &block.term {
        Term::Goto(to) => vec![*to],
        Term::Branch { then, other, .. } | Term::Try { body: then, handler: other } => vec![*then, *other],
        Term::Switch { cases, default, .. } => cases.iter().map(|(_, to)| *to).chain([*default]).collect(),
        Term::Return { .. } | Term::Unreachable => Vec::new(),
    };
    for instr in &block.instrs {
        if let InstrKind::Call(call) = &instr.kind {
            next.extend(call.unwind);
        }
    }
    next
}

fn reverse_postorder(ir: &Function) -> Vec<BlockId> {
    let mut order = Vec::with_capacity(ir.blocks.len());
    if ir.blocks.is_empty() {
        return order;
    }
    let mut seen = vec![false; ir.blocks.len()];
    seen[0] = true;
    let mut stack = vec![(BlockId(0), successors(ir, BlockId(0)))];
    while let Some((block, mut rest)) = stack.pop() {
        match rest.pop() {
            Some(next) => {
                stack.push((block, rest));
                if !std::mem::replace(&mut seen[next.0 as usize], true) {
                    stack.push((next, successors(ir, next)));
                }
            }
            None => order.push(block),
        }
    }
    order.reverse();
    order
}

/// Every call of a function.
pub(crate) fn calls_in(ir: &Function) -> impl Iterator<Item = &Call> {
    ir.blocks.iter().flat_map(|block| &block.instrs).filter_map(|instr| match &instr.kind {
        InstrKind::Call(call) => Some(&**call),
        _ => None,
    })
}

/// Every callee of a function.
pub(crate) fn calls(ir: &Function) -> impl Iterator<Item = &Callee> {
    calls_in(ir).map(|call| &call.callee)
}

/// The name that a call goes by, if it has one.
pub(crate) fn name_of(callee: &Callee) -> Option<Symbol> {
    match callee {
        Callee::Named(name) | Callee::Method { name, .. } | Callee::Member { name, .. } => Some(*name),
        Callee::Pointer(_) => None,
    }
}

/// The name of the member or variable that a place is.
fn last_name(place: &Place, names: &mut FxHashSet<Symbol>) {
    match place {
        Place::Field(_, name) | Place::Global(name) => {
            names.insert(*name);
        }
        Place::Index(base, _) => last_name(base, names),
        Place::Local(_) | Place::Deref(_) => {}
    }
}

/// Functions that are named as values.
fn addresses(ir: &Function, found: &mut FxHashSet<Symbol>) {
    for instr in ir.blocks.iter().flat_map(|block| &block.instrs) {
        match &instr.kind {
            InstrKind::Assign { value, .. } => in_expr(value, found),
            InstrKind::Call(call) => call.args.iter().for_each(|arg| in_expr(arg, found)),
            InstrKind::Havoc(_) | InstrKind::Assume(_) | InstrKind::Dead(_) => {}
        }
    }
}

fn in_expr(expr: &Expr, found: &mut FxHashSet<Symbol>) {
    match expr {
        Expr::Function(name) => {
            found.insert(*name);
        }
        Expr::Unary(_, a) | Expr::Container(a, _) => in_expr(a, found),
        Expr::Binary(_, a, b) => {
            in_expr(a, found);
            in_expr(b, found);
        }
        Expr::Addr(place) => {
            if let Place::Global(name) = &**place {
                found.insert(*name);
            }
        }
        _ => {}
    }
}

/// Whether a local is a pointer.
pub(crate) fn points(local: &Local) -> bool {
    local.pointers > 0 || is_pointer(local.type_name.as_str())
}

/// Whether a type is a pointer, by how it is written or called.
pub(crate) fn is_pointer(name: &str) -> bool {
    name.contains('*') || (name.starts_with('P') && name[1..].starts_with(|c: char| c.is_ascii_uppercase()))
}
