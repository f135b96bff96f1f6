//! A function as text, for `--dump cfg` and for tests.

use std::fmt::{self, Write};

use super::{Annotation, BinOp, BlockId, Call, Callee, Expr, Function, InstrKind, Local, LocalId, Place, Term, UnOp};

/// The control flow of `function`, one line per instruction.
///
/// Locals show their names, with their number where two share one; temporaries are `%N`.
/// `bN` are blocks; `!` before a block is where control goes if a call raises.
#[must_use]
pub fn dump(function: &Function) -> String {
    let mut out = String::new();
    // Writing to a `String` cannot fail.
    let _ = Dump { function, out: &mut out }.function();
    out
}

struct Dump<'a> {
    function: &'a Function,
    out: &'a mut String,
}

impl Dump<'_> {
    fn function(&mut self) -> fmt::Result {
        let function = self.function;
        let params = function.locals.get(..function.param_count as usize).unwrap_or_default();
        let linkage = if function.is_static { "static " } else { "" };
        let space = if function.return_type.as_str().is_empty() { "" } else { " " };
        write!(self.out, "{linkage}{}{space}{}(", function.return_type, function.name)?;
        for (at, param) in params.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(self.out, "{comma}")?;
            for annotation in &param.sal {
                write!(self.out, "{} ", self.annotation(annotation))?;
            }
            write!(self.out, "{}", self.declaration(param, at))?;
        }
        writeln!(self.out, ")")?;
        for annotation in &function.sal.function {
            writeln!(self.out, "  {}", self.annotation(annotation))?;
        }
        for (at, local) in function.locals.iter().enumerate().skip(params.len()) {
            if !local.name.as_str().is_empty() {
                let is_static = if local.is_static { "static " } else { "" };
                writeln!(self.out, "  {is_static}{}", self.declaration(local, at))?;
            }
        }
        for (at, block) in function.blocks.iter().enumerate() {
            writeln!(self.out, "b{at}:")?;
            for instr in &block.instrs {
                let line = self.instr(&instr.kind);
                writeln!(self.out, "  {line}")?;
            }
            let line = self.term(&block.term);
            writeln!(self.out, "  {line}")?;
        }
        Ok(())
    }

    fn declaration(&self, local: &Local, at: usize) -> String {
        let stars = "*".repeat(local.pointers as usize);
        let array = if local.is_array { "[]" } else { "" };
        format!("{} {stars}{}{array}", local.type_name, self.local(LocalId(at as u32)))
    }

    fn annotation(&self, annotation: &Annotation) -> String {
        let mut out = annotation.name.to_string();
        if !annotation.args.is_empty() {
            let args: Vec<String> = annotation.args.iter().map(|arg| self.expr(arg)).collect();
            let _ = write!(out, "({})", args.join(", "));
        }
        if let Some(when) = &annotation.when {
            let _ = write!(out, " when {}", self.expr(when));
        }
        format!("@{out}")
    }

    fn local(&self, id: LocalId) -> String {
        let Some(local) = self.function.locals.get(id.0 as usize) else {
            return format!("%{}", id.0);
        };
        let name = local.name.as_str();
        if name.is_empty() {
            return format!("%{}", id.0);
        }
        let shared = self.function.locals.iter().filter(|other| other.name == local.name).count() > 1;
        if shared { format!("{name}%{}", id.0) } else { name.to_owned() }
    }

    fn instr(&self, kind: &InstrKind) -> String {
        match kind {
            InstrKind::Assign { place, value } => {
                format!("{} = {}", self.place(place), self.expr(value))
            }
            InstrKind::Havoc(place) => format!("havoc {}", self.place(place)),
            InstrKind::Call(call) => self.call(call),
            InstrKind::Assume(cond) => format!("assume {}", self.expr(cond)),
            InstrKind::Dead(local) => format!("dead {}", self.local(*local)),
        }
    }

    fn call(&self, call: &Call) -> String {
        let dst = call.dst.map(|dst| format!("{} = ", self.local(dst))).unwrap_or_default();
        let callee = match &call.callee {
            Callee::Named(name) => name.to_string(),
            Callee::Method { class: Some(class), name } => format!("method {class}::{name}"),
            Callee::Method { class: None, name } => format!("method ?::{name}"),
            Callee::Member { name, value, .. } => format!("member {name} [{}]", self.expr(value)),
            Callee::Pointer(value) => format!("pointer [{}]", self.expr(value)),
        };
        let args: Vec<String> = call.args.iter().map(|arg| self.expr(arg)).collect();
        let via = call.via_macro.map(|name| format!("  via {name}")).unwrap_or_default();
        let unwind = call.unwind.map(|to| format!("  !b{}", to.0)).unwrap_or_default();
        format!("{dst}call {callee}({}){via}{unwind}", args.join(", "))
    }

    fn term(&self, term: &Term) -> String {
        let to = |block: &BlockId| format!("b{}", block.0);
        match term {
            Term::Goto(block) => format!("goto {}", to(block)),
            Term::Branch { cond, then, other, .. } => {
                format!("if {} then {} else {}", self.expr(cond), to(then), to(other))
            }
            Term::Try { body, handler } => format!("try {} else {}", to(body), to(handler)),
            Term::Switch { value, cases, default, .. } => {
                let cases: Vec<String> =
                    cases.iter().map(|(value, block)| format!("{}: {}", self.expr(value), to(block))).collect();
                format!("switch {} {{ {}; default: {} }}", self.expr(value), cases.join("; "), to(default))
            }
            Term::Return { value: Some(value), .. } => format!("return {}", self.expr(value)),
            Term::Return { value: None, .. } => "return".to_owned(),
            Term::Unreachable => "unreachable".to_owned(),
        }
    }

    fn place(&self, place: &Place) -> String {
        match place {
            Place::Local(local) => self.local(*local),
            Place::Global(name) => format!("@{name}"),
            Place::Deref(pointer) => format!("*{}", self.operand(pointer)),
            Place::Field(base, name) => match &**base {
                Place::Deref(pointer) => format!("{}->{name}", self.operand(pointer)),
                base => format!("{}.{name}", self.place(base)),
            },
            Place::Index(base, index) => match &**base {
                Place::Deref(pointer) => {
                    format!("(*{})[{}]", self.operand(pointer), self.expr(index))
                }
                base => format!("{}[{}]", self.place(base), self.expr(index)),
            },
        }
    }

    /// An expression in front of or behind an operator.
    fn operand(&self, expr: &Expr) -> String {
        match expr {
            Expr::Binary(..) | Expr::Unary(..) | Expr::Addr(_) => format!("({})", self.expr(expr)),
            _ => self.expr(expr),
        }
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Int(value) if *value > 0xFFFF => format!("{value:#x}"),
            Expr::Int(value) => value.to_string(),
            Expr::Str(text) => format!("\"{text}\""),
            Expr::Name(name) => name.to_string(),
            Expr::Function(name) => format!("fn {name}"),
            Expr::Load(place) => self.place(place),
            Expr::Addr(place) => format!("&{}", self.place(place)),
            Expr::Unary(op, value) => format!("{}{}", unary(*op), self.operand(value)),
            Expr::Binary(op, left, right) => format!("{} {} {}", self.operand(left), binary(*op), self.operand(right)),
            Expr::Opaque(text) => format!("`{text}`"),
            Expr::Container(address, field) => {
                format!("container({}, {field})", self.expr(address))
            }
        }
    }
}

fn unary(op: UnOp) -> &'static str {
    match op {
        UnOp::Neg => "-",
        UnOp::BitNot => "~",
        UnOp::Not => "!",
    }
}

fn binary(op: BinOp) -> &'static str {
    match op {
        BinOp::Add => "+",
        BinOp::Sub => "-",
        BinOp::Mul => "*",
        BinOp::Div => "/",
        BinOp::Rem => "%",
        BinOp::Shl => "<<",
        BinOp::Shr => ">>",
        BinOp::And => "&",
        BinOp::Or => "|",
        BinOp::Xor => "^",
        BinOp::Eq => "==",
        BinOp::Ne => "!=",
        BinOp::Lt => "<",
        BinOp::Le => "<=",
        BinOp::Gt => ">",
        BinOp::Ge => ">=",
    }
}
