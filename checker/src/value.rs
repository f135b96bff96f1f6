//! Symbolic values, hash-consed: equal values are equal numbers.
//!
//! A value is named by where it comes from, seen from the function under analysis: a parameter, the
//! content of a memory path at entry, the result of a call site. So an unmodified path loads the same
//! value twice, and a callee's values can be rewritten into its caller's (see [`crate::summary`]).

mod key;

use std::sync::Arc;

use rulebook_frontend::ir::{BinOp, LocalId, Symbol, UnOp};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::begin::Beginning;

use self::key::{Key, Recent};

/// A value in a [`Values`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct V(pub(crate) u32);

/// A call site or other instruction of the function under analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Site(pub(crate) u32);

/// How a value is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// A known number; unknown names of constants are numbers far from all others (see [`Values::name`]).
    Int(i64),
    /// A string literal.
    Str(Symbol),
    /// A function.
    Function(Symbol),
    /// The value of a parameter at entry.
    Param(u32),
    /// The level at entry.
    EntryIrql,
    /// The level at entry as the function's own code promises it (`PAGED_CODE`): its callers may break that.
    PromisedIrql,
    /// The level at entry, as far as this function's own tests and what it is told show it.
    AskedIrql,
    /// The address of a local.
    Local(LocalId),
    /// The address of a variable outside functions.
    Global(Symbol),
    /// The address of a member of what the first value points to.
    Field(V, Symbol),
    /// The address of an element.
    Index(V, V),
    /// The value stored at an address when the function was entered.
    Init(V),
    /// The value at an address after a call at the site may have changed it.
    Havoc(V, Site),
    /// The value at an address where paths met that disagree about it.
    Phi(u32, V),
    /// The result of a call.
    Result(Site),
    /// A value that a callee made, in the function that calls it at the site.
    Fresh(Site, V),
    /// What an earlier pass of a loop knew under this value.
    Old(V),
    /// The result of an accessor applied to values.
    Pure(Symbol, V),
    /// A list of values.
    Cons(V, V),
    /// The structure around a member.
    Container(V, Symbol),
    /// A unary operation.
    Un(UnOp, V),
    /// A binary operation.
    Bin(BinOp, V, V),
    /// A text whose value is not modelled.
    Opaque(Symbol),
}

/// Numbers from here on stand for names of constants whose values are not known.
const NAMES: i64 = 1 << 60;

/// The number that stands for a name whose value is not known.
pub(crate) fn name_number(name: &str) -> i64 {
    // FNV-1a of the text, so that the number does not depend on the order of interning.
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    NAMES | i64::try_from(hash >> 5).unwrap_or_default() & (NAMES - 1)
}

/// The values of one driver.
#[derive(Debug, Default)]
pub(crate) struct Values {
    /// Numbers of constants that the table knows.
    constants: Arc<FxHashMap<Symbol, i64>>,
    /// The functions without a body that are called, by place, and whether documents know them.
    calls: FxHashMap<Site, (Symbol, bool)>,
    /// Where the source puts the results of calls, by place.
    results: FxHashMap<Site, Symbol>,
    /// Values that a callee made and returned.
    returned: FxHashSet<V>,
    /// Members and variables that functions store to which the driver calls through pointers or in circles.
    written: FxHashSet<Symbol>,
    /// Values of places where paths meet that stand for one of which a test tells nothing.
    untold: FxHashSet<V>,
    /// What variables hold at first.
    pub(crate) beginning: Beginning,
    /// Whether the function under analysis is one before which nothing has run.
    begins: bool,
    nodes: Vec<Node>,
    /// What is asked of values all the time, worked out when they are made.
    flags: Vec<Flags>,
    numbers: FxHashMap<Key, V>,
    recent: Recent,
}

/// Properties of a value.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
struct Flags {
    /// Made of parameters, globals and paths from them alone.
    exportable: bool,
    /// An address in a local of the function.
    in_local: bool,
    /// Made of what every path can name: constants, locals and variables.
    named: bool,
    /// An address that members or elements are known of.
    has_parts: bool,
    /// How many steps it is made in; parameters and constants are the simplest.
    height: u8,
    /// Whether a callback of the driver may store to the address.
    is_written: bool,
    /// Whether what it is tells nothing of what it may be: no number, no address, no sum with a number.
    open: bool,
    /// Of an address, the name of its last member or variable, as [`Node::Opaque`].
    last: Option<V>,
    /// Of an address, the value stored there when the function was entered, once it was asked for.
    init: Option<V>,
}

impl Values {
    pub(crate) fn new(
        constants: Arc<FxHashMap<Symbol, i64>>,
        written: FxHashSet<Symbol>,
        results: FxHashMap<Site, Symbol>,
    ) -> Self {
        Self { constants, results, written, ..Self::default() }
    }

    /// Notes what a call of a function with a body returns.
    pub(crate) fn note_returned(&mut self, value: V) {
        if matches!(self.node(value), Node::Fresh(..)) {
            self.returned.insert(value);
        }
    }

    /// The variable or member that the source puts the value in, if it is a call's result.
    pub(crate) fn kept_in(&self, value: V) -> Option<Symbol> {
        match self.node(value) {
            Node::Result(site) => self.results.get(&site).copied(),
            Node::Fresh(site, _) if self.returned.contains(&value) => self.results.get(&site).copied(),
            _ => None,
        }
    }

    /// The function whose call made the value: its result, or what it stored through an argument.
    pub(crate) fn origin(&self, value: V) -> Option<Symbol> {
        self.call_of(value).map(|(name, _)| name)
    }

    fn call_of(&self, mut value: V) -> Option<(Symbol, bool)> {
        loop {
            match self.node(value) {
                Node::Fresh(_, inner) => value = inner,
                Node::Result(site) | Node::Havoc(_, site) => return self.calls.get(&site).copied(),
                _ => return None,
            }
        }
    }

    /// Notes which function is called at a place, and whether it is `documented`.
    pub(crate) fn note_call(&mut self, site: Site, name: Symbol, documented: bool) {
        self.calls.insert(site, (name, documented));
    }

    /// Whether a callback of the driver may store to the address: by the name of its last member.
    pub(crate) fn is_written(&self, address: V) -> bool {
        self.flags[address.0 as usize].is_written
    }

    /// The name of the last member or variable of an address, as [`Node::Opaque`].
    pub(crate) fn last(&self, address: V) -> Option<V> {
        self.flags[address.0 as usize].last
    }

    /// Whether members or elements of the address are known of.
    pub(crate) fn has_parts(&self, address: V) -> bool {
        self.flags[address.0 as usize].has_parts
    }

    /// Begins a run of a function, before which nothing has run if it `begins`; gives back what was.
    pub(crate) fn begin(&mut self, begins: bool) -> bool {
        std::mem::replace(&mut self.begins, begins)
    }

    /// Whether the address lies in a variable that has its first value until something is stored there.
    pub(crate) fn has_first(&self, address: V) -> bool {
        self.begins && self.beginning.holds(self, address)
    }

    /// The value that is found at an address at which nothing was stored since the function was entered.
    pub(crate) fn found(&mut self, address: V) -> V {
        if self.begins
            && let Some(number) = self.beginning.at(self, address)
        {
            return self.int(number);
        }
        self.init(address)
    }

    /// The value stored at an address when the function was entered.
    pub(crate) fn init(&mut self, address: V) -> V {
        if let Some(known) = self.flags[address.0 as usize].init {
            return known;
        }
        let made = self.make(Node::Init(address));
        self.flags[address.0 as usize].init = Some(made);
        made
    }

    /// The value at an address when the function was entered, if it was asked for.
    pub(crate) fn known_init(&self, address: V) -> Option<V> {
        self.flags[address.0 as usize].init
    }

    /// Whether a store to `address` may change what is stored at `other`, another address.
    pub(crate) fn overlaps(&self, address: V, other: V) -> bool {
        if self.within(other, address) {
            return other != address;
        }
        match (self.node(address), self.node(other)) {
            (Node::Field(_, name), Node::Field(_, another)) if name != another => false,
            (Node::Field(..), Node::Index(..)) | (Node::Index(..), Node::Field(..)) => false,
            (_, Node::Field(..) | Node::Index(..)) => self.may_equal(other, address),
            _ => false,
        }
    }

    /// Of a member of which no part was ever named, its name, as [`Node::Opaque`]: a store to it changes members of
    /// that name alone.
    pub(crate) fn only_member(&self, address: V) -> Option<V> {
        let flags = &self.flags[address.0 as usize];
        flags.last.filter(|_| !flags.has_parts && matches!(self.node(address), Node::Field(..)))
    }

    /// How `value` is made.
    pub(crate) fn node(&self, value: V) -> Node {
        self.nodes[value.0 as usize]
    }

    /// The value that is made next.
    pub(crate) fn next(&self) -> V {
        V(self.nodes.len() as u32)
    }

    /// The value made so.
    pub(crate) fn make(&mut self, node: Node) -> V {
        let key = Key::of(node);
        if let Some(value) = self.recent.get(key) {
            return value;
        }
        if let Some(value) = self.numbers.get(&key) {
            self.recent.put(key, *value);
            return *value;
        }
        let flags = self.flags_of(node);
        let value = self.next();
        self.nodes.push(node);
        self.flags.push(flags);
        self.numbers.insert(key, value);
        self.recent.put(key, value);
        value
    }

    fn flags_of(&mut self, node: Node) -> Flags {
        let of = |value: V| self.flags[value.0 as usize];
        let (exportable, in_local) = match node {
            Node::Int(_)
            | Node::Str(_)
            | Node::Function(_)
            | Node::Global(_)
            | Node::Opaque(_)
            | Node::Param(_)
            | Node::EntryIrql
            | Node::PromisedIrql
            | Node::AskedIrql => (true, false),
            Node::Field(a, _) => (of(a).exportable, of(a).in_local),
            Node::Index(a, b) => (of(a).exportable && of(b).exportable, of(a).in_local),
            Node::Init(a) | Node::Pure(_, a) | Node::Container(a, _) | Node::Un(_, a) => (of(a).exportable, false),
            Node::Cons(a, b) | Node::Bin(_, a, b) => (of(a).exportable && of(b).exportable, false),
            Node::Local(_) => (false, true),
            Node::Result(_) | Node::Havoc(..) | Node::Phi(..) | Node::Fresh(..) | Node::Old(_) => (false, false),
        };
        let below = match node {
            Node::Field(a, _)
            | Node::Init(a)
            | Node::Pure(_, a)
            | Node::Container(a, _)
            | Node::Un(_, a)
            | Node::Havoc(a, _)
            | Node::Phi(_, a)
            | Node::Fresh(_, a)
            | Node::Old(a) => of(a).height.saturating_add(1),
            Node::Index(a, b) | Node::Cons(a, b) | Node::Bin(_, a, b) => {
                of(a).height.max(of(b).height).saturating_add(1)
            }
            _ => 0,
        };
        let named = match node {
            Node::Int(_)
            | Node::Str(_)
            | Node::Function(_)
            | Node::EntryIrql
            | Node::PromisedIrql
            | Node::AskedIrql
            | Node::Local(_)
            | Node::Global(_)
            | Node::Opaque(_) => true,
            Node::Param(_) | Node::Phi(..) | Node::Result(_) | Node::Fresh(..) | Node::Old(_) => false,
            Node::Field(a, _)
            | Node::Init(a)
            | Node::Havoc(a, _)
            | Node::Pure(_, a)
            | Node::Container(a, _)
            | Node::Un(_, a) => of(a).named,
            Node::Index(a, b) | Node::Cons(a, b) | Node::Bin(_, a, b) => of(a).named && of(b).named,
        };
        if let Node::Field(base, _) | Node::Index(base, _) = node {
            self.flags[base.0 as usize].has_parts = true;
        }
        let (is_written, last) = match node {
            Node::Field(_, name) | Node::Global(name) => {
                (self.written.contains(&name), Some(self.make(Node::Opaque(name))))
            }
            _ => (true, None),
        };
        let open = match node {
            Node::Int(_) => false,
            Node::Bin(BinOp::Add, _, number) => self.small(number).is_none(),
            node => !is_address(node),
        };
        Flags { exportable, in_local, named, has_parts: false, height: below, is_written, open, last, init: None }
    }

    /// Whether a caller can translate `value` without loss: it is made of parameters, globals and paths from them.
    pub(crate) fn exportable(&self, value: V) -> bool {
        self.flags[value.0 as usize].exportable
    }

    /// Whether every path can name the value, whatever it has met.
    pub(crate) fn named(&self, value: V) -> bool {
        self.flags[value.0 as usize].named
    }

    /// How many steps the value is made in: the fewer, the likelier a caller can tell what it is.
    pub(crate) fn height(&self, value: V) -> u8 {
        self.flags[value.0 as usize].height
    }

    /// Whether the address is a whole of which no part was ever named.
    pub(crate) fn is_plain(&self, address: V) -> bool {
        !self.flags[address.0 as usize].has_parts && matches!(self.node(address), Node::Local(_) | Node::Opaque(_))
    }

    pub(crate) fn int(&mut self, number: i64) -> V {
        self.make(Node::Int(number))
    }

    /// The value of a constant; of those whose number is not known, equal names are equal, others differ.
    pub(crate) fn name(&mut self, name: Symbol) -> V {
        let number = self.constants.get(&name).copied();
        self.int(number.unwrap_or_else(|| name_number(name.as_str())))
    }

    /// The number, where it is known.
    pub(crate) fn as_int(&self, value: V) -> Option<i64> {
        match self.node(value) {
            Node::Int(number) => Some(number),
            _ => None,
        }
    }

    /// Whether the value is an address, which is never null.
    pub(crate) fn is_address(&self, value: V) -> bool {
        is_address(self.node(value))
    }

    /// Whether what the value is tells nothing of what it may be: it is no number, no address, no sum with a number.
    pub(crate) fn is_open(&self, value: V) -> bool {
        self.flags[value.0 as usize].open
    }

    /// The address without its last member or element, and that member (elements have none).
    pub(crate) fn parent(&self, address: V) -> Option<(V, Option<Symbol>)> {
        match self.node(address) {
            Node::Field(base, field) => Some((base, Some(field))),
            Node::Index(base, _) => Some((base, None)),
            _ => None,
        }
    }

    /// Whether `address` lies in a local of the function (without following a pointer).
    pub(crate) fn in_local(&self, address: V) -> bool {
        self.flags[address.0 as usize].in_local
    }

    /// Whether `address` is `root` or lies in it.
    pub(crate) fn within(&self, mut address: V, root: V) -> bool {
        if !self.flags[root.0 as usize].has_parts {
            return address == root;
        }
        loop {
            if address == root {
                return true;
            }
            match self.parent(address) {
                Some((base, _)) => address = base,
                None => return false,
            }
        }
    }

    pub(crate) fn unary(&mut self, op: UnOp, value: V) -> V {
        match (op, self.node(value)) {
            (UnOp::Neg, Node::Int(n)) => self.int(n.wrapping_neg()),
            (UnOp::BitNot, Node::Int(n)) if n < NAMES => self.int(!n),
            (UnOp::Not, Node::Int(n)) => self.int(i64::from(n == 0)),
            (UnOp::Not, Node::Bin(op, a, b)) if negated(op).is_some() => {
                let op = negated(op).unwrap_or(op);
                self.binary(op, a, b)
            }
            (UnOp::Not, _) => {
                let zero = self.int(0);
                self.binary(BinOp::Eq, value, zero)
            }
            _ => self.make(Node::Un(op, value)),
        }
    }

    /// A binary operation, simplified, comparisons in one canonical direction.
    pub(crate) fn binary(&mut self, op: BinOp, a: V, b: V) -> V {
        if let (Some(x), Some(y)) = (self.as_int(a), self.as_int(b))
            && let Some(number) = fold(op, x, y)
        {
            return self.int(number);
        }
        match op {
            BinOp::Gt => return self.binary(BinOp::Lt, b, a),
            BinOp::Ge => return self.binary(BinOp::Le, b, a),
            BinOp::Eq | BinOp::Ne if a == b => return self.int(i64::from(op == BinOp::Eq)),
            BinOp::Eq | BinOp::Ne if self.are_functions(a, b) => return self.int(i64::from(op == BinOp::Ne)),
            BinOp::Le if a == b => return self.int(1),
            BinOp::Lt if a == b => return self.int(0),
            BinOp::Add | BinOp::Sub | BinOp::Or | BinOp::Xor | BinOp::Shl | BinOp::Shr if self.as_int(b) == Some(0) => {
                return a;
            }
            BinOp::Add | BinOp::Or | BinOp::Xor if self.as_int(a) == Some(0) => return b,
            BinOp::And if self.as_int(a) == Some(0) => return a,
            BinOp::And if self.as_int(b) == Some(0) => return b,
            BinOp::And | BinOp::Or if a == b => return a,
            _ => {}
        }
        // A count that went up and down again is what it was.
        if let (BinOp::Sub, Some(number)) = (op, self.small(b)) {
            let negative = self.int(-number);
            return self.binary(BinOp::Add, a, negative);
        }
        if let (BinOp::Add, Some(second), Some((of, first))) = (op, self.small(b), self.as_sum(a)) {
            let sum = self.int(first + second);
            return self.binary(BinOp::Add, of, sum);
        }
        if let (BinOp::And | BinOp::Or, Some(mask), Node::Bin(inner, of, within)) = (op, self.small(b), self.node(a))
            && let Some(bits) = self.small(within)
        {
            // What is asked of bits that were not touched is asked of what was before.
            match (op, inner) {
                (BinOp::And, BinOp::Or | BinOp::Xor) if mask & bits == 0 => return self.binary(BinOp::And, of, b),
                (BinOp::And, BinOp::Or) if mask & !bits == 0 => return b,
                (BinOp::And, BinOp::And) | (BinOp::Or, BinOp::Or) => {
                    let both = self.int(if op == BinOp::And { mask & bits } else { mask | bits });
                    return self.binary(op, of, both);
                }
                _ => {}
            }
        }
        // Of a truth value and a truth constant, one of the two remains.
        for (one, other) in [(a, b), (b, a)] {
            if let (BinOp::And | BinOp::Or, Some(number @ (0 | 1))) = (op, self.as_int(one))
                && self.is_truth(other)
            {
                return if (op == BinOp::And) == (number == 1) { other } else { one };
            }
        }
        // Of a sum with a number the other part is what is compared.
        if let (BinOp::Eq | BinOp::Ne, Some(number), Some((of, added))) = (op, self.small(b), self.as_sum(a)) {
            let rest = self.int(number - added);
            return self.binary(op, of, rest);
        }
        // A truth value compared with a truth constant is itself, or its contrary.
        if let (BinOp::Eq | BinOp::Ne, Some(number @ (0 | 1))) = (op, self.as_int(b))
            && self.is_truth(a)
        {
            return if (op == BinOp::Eq) == (number == 1) { a } else { self.unary(UnOp::Not, a) };
        }
        let commutes =
            matches!(op, BinOp::Eq | BinOp::Ne | BinOp::Add | BinOp::Mul | BinOp::And | BinOp::Or | BinOp::Xor);
        // A number stands on the right.
        let swap = commutes && (self.as_int(a).is_some() || (self.as_int(b).is_none() && b < a));
        let (a, b) = if swap { (b, a) } else { (a, b) };
        self.make(Node::Bin(op, a, b))
    }

    /// The other part of a sum with a number, and the number.
    pub(crate) fn as_sum(&self, value: V) -> Option<(V, i64)> {
        match self.node(value) {
            Node::Bin(BinOp::Add, of, number) => Some((of, self.small(number)?)),
            _ => None,
        }
    }

    /// A number that sums of a few cannot overflow with, and that stands for no name.
    fn small(&self, value: V) -> Option<i64> {
        self.as_int(value).filter(|number| number.abs() < NAMES >> 8)
    }

    /// Whether the two are different functions.
    fn are_functions(&self, a: V, b: V) -> bool {
        matches!((self.node(a), self.node(b)), (Node::Function(a), Node::Function(b)) if a != b)
    }

    /// Whether the value can only be 0 or 1.
    pub(crate) fn is_truth(&self, value: V) -> bool {
        matches!(self.node(value), Node::Bin(BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge, ..))
    }

    /// Whether the value says of two truth values that both hold, or one of them.
    pub(crate) fn is_two_truths(&self, value: V) -> bool {
        matches!(self.node(value), Node::Bin(BinOp::And | BinOp::Or, a, b) if self.is_truth(a) && self.is_truth(b))
    }

    /// The list of these values.
    pub(crate) fn list(&mut self, values: &[V]) -> V {
        let end = self.int(0);
        values.iter().rev().fold(end, |rest, value| self.make(Node::Cons(*value, rest)))
    }

    /// The value under which an object is known, whatever calls came between two loads of its path:
    /// a handle in a context is not exchanged behind the back of the code that uses it.
    pub(crate) fn identity(&mut self, value: V) -> V {
        let node = match self.node(value) {
            Node::Havoc(address, _) | Node::Phi(_, address) if !self.in_local(address) => {
                Node::Init(self.identity(address))
            }
            Node::Init(address) => Node::Init(self.identity(address)),
            Node::Field(base, field) => Node::Field(self.identity(base), field),
            Node::Index(base, index) => Node::Index(self.identity(base), self.identity(index)),
            Node::Pure(name, args) => Node::Pure(name, self.identity(args)),
            Node::Cons(first, rest) => Node::Cons(self.identity(first), self.identity(rest)),
            Node::Container(inner, field) => Node::Container(self.identity(inner), field),
            _ => return value,
        };
        self.make(node)
    }

    /// The object of which `address` is the member that is reached by this path, or an element of that member.
    pub(crate) fn around(&self, address: V, path: &[Symbol]) -> Option<V> {
        let mut at = address;
        while let Node::Index(base, _) = self.node(at) {
            at = base;
        }
        path.iter().rev().try_fold(at, |at, member| match self.node(at) {
            Node::Field(base, name) if name == *member => Some(base),
            _ => None,
        })
    }

    /// The pointers that are followed from where the function starts to what `value` names, itself not among them.
    pub(crate) fn way_to(&self, value: V) -> Vec<V> {
        let mut way = Vec::new();
        let mut at = value;
        loop {
            while let Some((base, _)) = self.parent(at) {
                at = base;
            }
            if at != value && !self.is_address(at) {
                way.push(at);
            }
            match self.node(at) {
                Node::Init(address) => at = address,
                _ => return way,
            }
        }
    }

    /// Whether the value is what a call of the function under analysis made, not something within it.
    pub(crate) fn is_made(&self, value: V) -> bool {
        matches!(self.node(value), Node::Result(_) | Node::Havoc(..) | Node::Fresh(..))
    }

    /// Whether the value is what a call stored somewhere, not its result.
    pub(crate) fn is_stored(&self, mut value: V) -> bool {
        while let Node::Fresh(_, inner) = self.node(value) {
            value = inner;
        }
        matches!(self.node(value), Node::Havoc(..))
    }

    /// Whether a call that nothing is known of may have changed what stands at an address: the address.
    pub(crate) fn perhaps_changed(&self, value: V) -> Option<V> {
        let known = || self.call_of(value).is_some_and(|(_, documented)| documented);
        match self.node(value) {
            Node::Havoc(address, _) if !self.in_local(address) && self.exportable(address) && !known() => Some(address),
            _ => None,
        }
    }

    /// Whether a test that finds the value equal to a number says what it is. What stood in memory when the function
    /// was entered, what it was given, and what unknown functions return, is so for reasons that are not in sight.
    pub(crate) fn is_told_by_test(&self, value: V) -> bool {
        match self.node(value) {
            Node::Init(_) | Node::Param(_) | Node::Pure(..) | Node::Opaque(_) => false,
            Node::Phi(..) => !self.untold.contains(&value),
            Node::Havoc(..) | Node::Result(_) | Node::Fresh(..) => {
                self.call_of(value).is_some_and(|(_, documented)| documented)
            }
            _ => true,
        }
    }

    /// Notes that `met` stands for either value where paths meet: a test says no more of it than of both.
    pub(crate) fn meet(&mut self, met: V, here: V, there: V) {
        if !(self.is_told_by_test(here) && self.is_told_by_test(there)) {
            self.untold.insert(met);
        }
    }

    /// Begins a run, with nothing known of what paths meet to; gives back what was.
    pub(crate) fn meet_anew(&mut self) -> FxHashSet<V> {
        std::mem::take(&mut self.untold)
    }

    /// Goes on with the run around one that has ended.
    pub(crate) fn meet_on(&mut self, before: FxHashSet<V>) {
        self.untold = before;
    }

    /// Whether the value names the same object wherever it stands: it does not come from a merge of paths, an
    /// earlier pass of a loop, or out of a call.
    pub(crate) fn is_stable(&self, value: V) -> bool {
        match self.node(value) {
            Node::Phi(..) | Node::Old(_) | Node::Fresh(..) | Node::Havoc(..) | Node::Result(_) => false,
            Node::Field(a, _) | Node::Init(a) | Node::Pure(_, a) | Node::Container(a, _) | Node::Un(_, a) => {
                self.is_stable(a)
            }
            Node::Index(a, b) | Node::Cons(a, b) | Node::Bin(_, a, b) => self.is_stable(a) && self.is_stable(b),
            _ => true,
        }
    }

    /// Whether the value is what stood in a local before anything was stored there; parameters are the first locals.
    pub(crate) fn is_unset(&self, value: V, params: u32) -> bool {
        let Node::Init(mut address) = self.node(value) else { return false };
        while let Some((base, _)) = self.parent(address) {
            address = base;
        }
        matches!(self.node(address), Node::Local(id) if id.0 >= params)
    }

    /// Whether two different values may still be the same object: the same last member of other bases,
    /// elements of one array whose indexes are not both known.
    #[expect(clippy::many_single_char_names, reason = "pairs of parts, as in the definition")]
    pub(crate) fn may_equal(&self, a: V, b: V) -> bool {
        if a == b {
            return true;
        }
        match (self.node(a), self.node(b)) {
            (Node::Field(x, f), Node::Field(y, g)) => f == g && self.bases_may_equal(x, y),
            (Node::Init(x), Node::Init(y)) => self.may_equal(x, y),
            (Node::Index(x, i), Node::Index(y, j)) => {
                self.may_equal(x, y) && (self.as_int(i).is_none() || self.as_int(j).is_none() || i == j)
            }
            (Node::Phi(_, x), Node::Phi(_, y)) => x == y,
            (Node::Phi(..) | Node::Result(_) | Node::Fresh(..) | Node::Havoc(..) | Node::Old(_), other)
            | (other, Node::Phi(..) | Node::Result(_) | Node::Fresh(..) | Node::Havoc(..) | Node::Old(_)) => {
                !matches!(other, Node::Local(_) | Node::Int(_))
            }
            _ => false,
        }
    }

    /// Whether the two are elements of one array, or the same member of such, whose indexes are not both known.
    #[expect(clippy::many_single_char_names, reason = "pairs of parts, as in the definition")]
    pub(crate) fn may_be_one_element(&self, a: V, b: V) -> bool {
        match (self.node(a), self.node(b)) {
            (Node::Field(x, f), Node::Field(y, g)) => f == g && self.may_be_one_element(x, y),
            (Node::Init(x) | Node::Havoc(x, _), Node::Init(y) | Node::Havoc(y, _)) => self.may_be_one_element(x, y),
            (Node::Index(x, i), Node::Index(y, j)) => {
                x == y && i != j && (self.as_int(i).is_none() || self.as_int(j).is_none())
            }
            _ => false,
        }
    }

    #[expect(clippy::many_single_char_names, reason = "pairs of parts, as in the definition")]
    #[expect(clippy::match_same_arms, reason = "the order decides")]
    fn bases_may_equal(&self, a: V, b: V) -> bool {
        if a == b {
            return true;
        }
        match (self.node(a), self.node(b)) {
            // Two variables are two objects, and a pointer from elsewhere does not lead into a local.
            (Node::Global(_), Node::Global(_)) | (Node::Local(_), _) | (_, Node::Local(_)) => false,
            (Node::Field(x, f), Node::Field(y, g)) => f == g && self.bases_may_equal(x, y),
            (Node::Index(x, i), Node::Index(y, j)) => {
                self.bases_may_equal(x, y) && (self.as_int(i).is_none() || self.as_int(j).is_none() || i == j)
            }
            (Node::Field(..), _) | (_, Node::Field(..)) => false,
            _ => true,
        }
    }
}

fn is_address(node: Node) -> bool {
    matches!(
        node,
        Node::Local(_)
            | Node::Global(_)
            | Node::Function(_)
            | Node::Str(_)
            | Node::Index(..)
            | Node::Field(..)
            | Node::Container(..)
    )
}

/// The comparison that holds exactly where `op` does not.
pub(crate) fn negated(op: BinOp) -> Option<BinOp> {
    Some(match op {
        BinOp::Eq => BinOp::Ne,
        BinOp::Ne => BinOp::Eq,
        BinOp::Lt => BinOp::Ge,
        BinOp::Le => BinOp::Gt,
        BinOp::Gt => BinOp::Le,
        BinOp::Ge => BinOp::Lt,
        _ => return None,
    })
}

/// The number that `op` makes of two numbers; `None` where it is not known.
fn fold(op: BinOp, x: i64, y: i64) -> Option<i64> {
    let named = x >= NAMES || y >= NAMES;
    let truth = |value: bool| Some(i64::from(value));
    match op {
        BinOp::Eq => truth(x == y),
        BinOp::Ne => truth(x != y),
        _ if named => None,
        BinOp::Lt => truth(x < y),
        BinOp::Le => truth(x <= y),
        BinOp::Gt => truth(x > y),
        BinOp::Ge => truth(x >= y),
        BinOp::Add => x.checked_add(y),
        BinOp::Sub => x.checked_sub(y),
        BinOp::Mul => x.checked_mul(y),
        BinOp::Div => x.checked_div(y),
        BinOp::Rem => x.checked_rem(y),
        BinOp::Shl => x.checked_shl(u32::try_from(y).ok()?),
        BinOp::Shr => x.checked_shr(u32::try_from(y).ok()?),
        BinOp::And => Some(x & y),
        BinOp::Or => Some(x | y),
        BinOp::Xor => Some(x ^ y),
    }
}
