//! Lowering, read as data: C and C++ in, control flow out.
//!
//! Each file in `lower/` is a driver of its own; its snapshot is the dump of its functions,
//! with tables, prototypes and functions not trusted after them. Read the snapshots critically.

use std::path::Path;
use std::sync::Arc;

use rulebook_frontend::ir::{self, Annotation};
use rulebook_frontend::project::SourceEntry;
use rulebook_frontend::{Cache, Program, Project, load};
use rulebook_machine::semantics::{Guards, Language};

fn language() -> Language {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    Language {
        assume: names(&["BELIEVE", "_Analysis_assume_"]),
        container: names(&["CONTAINING_RECORD"]),
        seh: pairs(&[("try", "try"), ("except", "except"), ("finally", "finally"), ("leave", "leave")]),
        noreturn: names(&["Halt"]),
        signed: names(&["NTSTATUS", "int"]),
        identity: names(&["SAME", "UNREFERENCED_PARAMETER"]),
        macros: pairs(&[("HasBit(Flags, Bit)", "((Flags) & (Bit))"), ("Most(A, B)", "((A) > (B) ? (A) : (B))")]),
        accessor_macros: pairs(&[("DECLARE_GETTER", "{1}"), ("DECLARE_TYPE", "GetObject_{0}")]),
        abnormal_termination: names(&["AbnormalTermination"]),
        guards: Guards {
            makers: names(&["scope"]),
            unless: names(&["unless"]),
            disarm: names(&["release"]),
            run: names(&["reset"]),
        },
        ..Language::default()
    }
}

fn read(path: &Path) -> Program {
    let source = SourceEntry { path: path.to_path_buf(), settings: Arc::default() };
    let project =
        Project { name: "case".to_owned(), path: path.to_path_buf(), sources: vec![source], problems: Vec::new() };
    load(&project, &language(), &Cache::new(), true)
}

fn annotation(annotation: &Annotation) -> String {
    let when = annotation.when.as_ref().map(|when| format!(" when {when:?}")).unwrap_or_default();
    format!("{}{:?}{when}", annotation.name, annotation.args)
}

fn render(program: &Program) -> String {
    let mut lines = Vec::new();
    for unit in &program.units {
        lines.extend(unit.functions.iter().map(ir::dump));
        for table in &unit.tables {
            let field = table.field.map(|field| format!(".{field}")).unwrap_or_default();
            let (of, variable, function) = (table.type_name, table.variable, table.function);
            lines.push(format!("table {of} {variable}{field} [{}] = {function}", table.position));
        }
        for prototype in &unit.prototypes {
            let role = if prototype.is_role { "role" } else { "prototype" };
            lines.push(format!("{role} {} {}{:?}", prototype.type_name, prototype.name, prototype.params));
            lines.extend(prototype.sal.function.iter().map(|item| format!("  {}", annotation(item))));
            for (name, sal) in prototype.params.iter().zip(&prototype.param_sal) {
                lines.extend(sal.iter().map(|item| format!("  {name}: {}", annotation(item))));
            }
        }
        for untrusted in &unit.untrusted {
            lines.push(format!("untrusted {}: {}", untrusted.name, untrusted.reason));
        }
        lines.extend(unit.accessors.iter().map(|name| format!("accessor {name}")));
    }
    lines.join("\n")
}

#[test]
fn functions_become_control_flow() {
    insta::glob!("lower/*.{c,cpp}", |path| {
        let program = read(path);
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(render(&program));
        });
    });
}

/// Calls stand in the order in which C evaluates them, and every block can be reached.
#[test]
fn blocks_are_reachable() {
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower")).unwrap() {
        let program = read(&entry.unwrap().path());
        for function in program.units.iter().flat_map(|unit| &unit.functions) {
            let mut seen = vec![false; function.blocks.len()];
            let mut work = vec![0_u32];
            while let Some(at) = work.pop() {
                if std::mem::replace(&mut seen[at as usize], true) {
                    continue;
                }
                let block = &function.blocks[at as usize];
                for instr in &block.instrs {
                    if let ir::InstrKind::Call(call) = &instr.kind {
                        work.extend(call.unwind.map(|to| to.0));
                    }
                }
                match &block.term {
                    ir::Term::Goto(to) => work.push(to.0),
                    ir::Term::Branch { then, other, .. } | ir::Term::Try { body: then, handler: other } => {
                        work.extend([then.0, other.0]);
                    }
                    ir::Term::Switch { cases, default, .. } => {
                        work.push(default.0);
                        work.extend(cases.iter().map(|(_, to)| to.0));
                    }
                    ir::Term::Return { .. } | ir::Term::Unreachable => {}
                }
            }
            assert!(seen.iter().all(|seen| *seen), "{}: {seen:?}", function.name);
        }
    }
}

/// Nesting without end is refused, not followed until the stack ends.
#[test]
fn deep_nesting_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep.c");
    let deep = [
        format!("void A(void) {{ {} {} }}", "{".repeat(4000), "}".repeat(4000)),
        format!("int B(int x) {{ return {}x{}; }}", "(1 + ".repeat(4000), ")".repeat(4000)),
        format!("void C(int x) {{ {} {{ F(); }} }}", "if (x) { F(); } else ".repeat(3000)),
        format!("int D(int x) {{ return {}x; }}", "-".repeat(3000)),
        "#define R(x) R(x) + S(x)\n#define S(x) R(x) * S(x)\nint E(int x) { return R(x); }".to_owned(),
    ];
    std::fs::write(&path, deep.join("\n")).unwrap();
    let program = read(&path);
    let known: Vec<&str> = program.units[0].functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(known, ["E"]);
}
