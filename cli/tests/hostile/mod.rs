//! Source that nobody writes: nested, repeated or circular without end, each form scaled by a number.

#![expect(clippy::format_collect, clippy::format_push_string, reason = "text that is read once")]

/// A declaration of what the forms use.
const HEAD: &str =
    "#include <wdm.h>\ntypedef struct _E { KSPIN_LOCK L; int a; struct _E *n; } E;\nDRIVER_DISPATCH D;\n";

/// A form: its name, what it needs of the size (1 for all of it, more where its cost is in what it calls for), and the
/// text for a size.
pub(crate) type Form = (&'static str, usize, fn(usize) -> String);

/// All forms that are one C file.
pub(crate) const FORMS: &[Form] = &[
    ("parentheses", 1, |n| body(&nested("x = ", "(", "1", ")", ";", n))),
    ("braces", 1, |n| body(&nested("", "{", "x = 1;", "}", "", n))),
    ("ifs", 1, |n| body(&nested("", "if (x) ", "x = 1;", "", "", n))),
    ("ifs in braces", 1, |n| body(&nested("", "if (x) {", "x = 1;", "}", "", n))),
    ("else ifs", 1, |n| body(&format!("if (x) x = 1;{}", " else if (f(x)) x = 2;\n".repeat(n)))),
    ("ternaries", 1, |n| body(&nested("x = ", "x ? 1 : ", "0", "", ";", n))),
    ("conditions of the preprocessor", 1, |n| nested("", "#if 1\n", &body("x = 1;"), "#endif\n", "", n)),
    ("branches of the preprocessor", 1, |n| format!("#if 0\n{}#endif\n{}", "#elif 0\n".repeat(n), body("x = 1;"))),
    ("parentheses of the preprocessor", 1, |n| nested("#if ", "(", "1", ")", &format!("\n#endif\n{}", body("")), n)),
    ("signs of the preprocessor", 1, |n| nested("#if ", "!", "1", "", &format!("\n#endif\n{}", body("")), n)),
    ("casts", 1, |n| body(&nested("x = ", "(int)", "x", "", ";", n))),
    ("signs", 1, |n| body(&nested("x = ", "!", "x", "", ";", n))),
    ("stars", 1, |n| body(&nested("x = ", "*", "e", "", ";", n))),
    ("calls in calls", 1, |n| body(&nested("x = ", "f(", "x", ")", ";", n))),
    ("calls of calls", 1, |n| body(&nested("x = f", "", "", "(0)", ";", n))),
    ("members of members", 1, |n| body(&nested("x = e", "", "", "->n", "->a;", n))),
    ("sums", 1, |n| body(&nested("x = ", "x + ", "1", "", ";", n))),
    ("conditions", 1, |n| body(&nested("if (", "x && ", "1", "", ") x = 1;", n))),
    ("initialisers", 1, |n| body(&nested("int y[] = ", "{", "1", "}", ";", n))),
    ("elements", 1, |n| format!("{HEAD}int y[] = {{{}}};\n{}", "1, ".repeat(n), body(""))),
    ("strings", 1, |n| body(&nested("char *s = ", "\"a\" ", "\"\"", "", ";", n))),
    ("loops", 1, |n| body(&nested("", "while (x) ", "x = 1;", "", "", n))),
    ("switches", 1, |n| body(&nested("", "switch (x) { case 1: ", "x = 1;", "}", "", n))),
    ("guarded blocks", 1, |n| body(&nested("", "__try {", "x = 1;", "} __finally { x = 2; }", "", n))),
    ("structures", 1, |n| format!("{}{}", nested("", "struct {", "int a;", "} a;", "\n", n), body(""))),
    ("templates", 1, |n| format!("{}{}", nested("", "V<", "int", ">", " v;\n", n), body(""))),
    ("annotations", 1, |n| format!("{}{}", nested("", "_When_(1, ", "_In_", ")", " int a;\n", n), body(""))),
    ("labels", 1, |n| {
        body(&(0..n).map(|at| format!("l{at}: if (f({at})) goto l{};\n", at * 7919 % n)).collect::<String>())
    }),
    ("cases", 1, |n| {
        body(&format!(
            "switch (x) {{ {} }}",
            (0..n).map(|at| format!("case {at}: f({at}); break;\n")).collect::<String>()
        ))
    }),
    ("lines", 1, |n| body(&"x = f(x);\n".repeat(n))),
    ("functions", 4, |n| {
        format!(
            "{}{}",
            (0..n).map(|at| format!("int f{at}(int a)\n{{\n    return a;\n}}\n")).collect::<String>(),
            body("")
        )
    }),
    ("continued lines", 1, |n| body(&format!("{}x = 1;", "\\\n".repeat(n)))),
    ("calls that end in many ways", 400, many_ways),
    ("macros that double", 400, |n| doubling(n, "x", "+", "x = A60;\n")),
    ("macros that double statements", 400, |n| doubling(n, "if (x) { f(x); }", " ", "A60\n")),
    ("a chain of macros", 1, |n| {
        format!(
            "#define A0 1\n{}{}",
            (0..n).map(|at| format!("#define A{} A{at}\n", at + 1)).collect::<String>(),
            body(&format!("x = A{n};"))
        )
    }),
    ("macros that call each other", 1, |n| {
        format!("#define A B A\n#define B A B\n{}", body(&"A B;\n".repeat(n.min(200))))
    }),
    ("an argument in itself", 10, |n| format!("#define A(x) x\n{}", body(&nested("x = ", "A(", "x", ")", ";", n)))),
    ("open parentheses", 1, |n| body(&"(".repeat(n))),
    ("open braces", 1, |n| body(&"{".repeat(n))),
    ("closing braces", 1, |n| body(&"}".repeat(n))),
    ("quotes", 1, |n| "'".repeat(n)),
    ("hashes", 1, |n| "#\n".repeat(n)),
    ("a comment without an end", 1, |n| body(&format!("/*{}", " /* a".repeat(n)))),
    ("comments that allow", 10, |n| body(&"// rulebook: allow(wdm/SpinLock) because\n".repeat(n))),
    ("itself included", 1, |_| format!("#include \"case.c\"\n{}", body(""))),
    ("a chain of calls", 10, |n| chain(n, "KeAcquireSpinLock(&e->L, q);")),
    ("a chain of calls that give back", 10, |n| {
        format!(
            "{}NTSTATUS T(E *e)\n{{\n    KIRQL q;\n    KeAcquireSpinLock(&e->L, &q);\n    f{n}(e, &q);\n    return 0;\n}}\n",
            chain(n, "KeReleaseSpinLock(&e->L, *q);")
        )
    }),
    ("a circle of calls", 10, circle),
    ("branches around a lock", 100, |n| {
        body(
            &(0..n)
                .map(|at| {
                    format!("if (f({at})) KeReleaseSpinLock(&e->L, q);\nif (g({at})) KeAcquireSpinLock(&e->L, &q);\n")
                })
                .collect::<String>(),
        )
    }),
    ("loops around a lock", 200, |n| {
        body(&nested(
            "",
            "while (f()) { if (g()) KeReleaseSpinLock(&e->L, q); ",
            "x++;",
            "if (h()) KeAcquireSpinLock(&e->L, &q); }",
            "",
            n,
        ))
    }),
];

/// `n` openings, what is inside, `n` ends.
fn nested(before: &str, open: &str, inside: &str, close: &str, after: &str, n: usize) -> String {
    [before, &open.repeat(n), inside, &close.repeat(n), after, "\n"].concat()
}

/// A dispatch routine with these statements between the acquisition and the release of a lock.
fn body(statements: &str) -> String {
    format!(
        "{HEAD}NTSTATUS D(PDEVICE_OBJECT o, PIRP p)\n{{\n    KIRQL q;\n    int x = 0;\n    E *e = (E *)o->DeviceExtension;\n    \
         KeAcquireSpinLock(&e->L, &q);\n{statements}\n    KeReleaseSpinLock(&e->L, q);\n    return 0;\n}}\n"
    )
}

/// Sixty macros, each of which uses the one before it twice, and as many uses of the last.
fn doubling(n: usize, first: &str, between: &str, uses: &str) -> String {
    let each = (0..60).map(|at| format!("#define A{} A{at}{between}A{at}\n", at + 1));
    format!("#define A0 {first}\n{}{}", each.collect::<String>(), body(&uses.repeat(n)))
}

/// A function that does something with a lock, `n` that hand it on to each other, and a routine that begins with that.
fn chain(n: usize, deed: &str) -> String {
    let links = (0..n).map(|at| format!("void f{}(E *e, KIRQL *q)\n{{\n    f{at}(e, q);\n}}\n", at + 1));
    let end = format!(
        "NTSTATUS D(PDEVICE_OBJECT o, PIRP p)\n{{\n    KIRQL q;\n    f{n}((E *)o->DeviceExtension, &q);\n    return 0;\n}}\n"
    );
    format!("{HEAD}void f0(E *e, KIRQL *q)\n{{\n    {deed}\n}}\n{}{end}", links.collect::<String>())
}

/// `n` functions that all reach each other.
fn circle(n: usize) -> String {
    let mut text = HEAD.to_owned();
    for at in 0..n {
        text += &format!("void f{at}(E *e, KIRQL *q);\n");
    }
    for at in 0..n {
        text += &format!(
            "void f{at}(E *e, KIRQL *q)\n{{\n    if (e->a) f{}(e, q); else f{}(e, q);\n    if (e->a == {at}) \
             {{ KeAcquireSpinLock(&e->L, q); KeReleaseSpinLock(&e->L, *q); }}\n}}\n",
            (at + 1) % n,
            at * 7919 % n
        );
    }
    text + "NTSTATUS D(PDEVICE_OBJECT o, PIRP p)\n{\n    KIRQL q;\n    f0((E *)o->DeviceExtension, &q);\n    return 0;\n}\n"
}

/// Calls that each end in seven ways, in one block between five flags and a return that asks for all of them: a story
/// told of merged paths contradicts itself there, and the search for another one meets each way of each call.
fn many_ways(n: usize) -> String {
    let ways: String = (1..7).map(|way| format!("if (a == {way}) {{ e->a = {way}; return {way}; }}\n")).collect();
    let flags: String = (0..5).map(|flag| format!("if (f({flag})) flag{flag} = 1;\n")).collect();
    let declared: String = (0..5).map(|flag| format!("int flag{flag} = 0;\n")).collect();
    let calls: String = (0..n).map(|at| format!("int v{at} = step(e, {at});\n")).collect();
    let sum = (0..n).map(|at| format!("v{at}")).collect::<Vec<_>>().join(" + ");
    format!(
        "{HEAD}static int step(E *e, int b)\n{{\nint a = f(b);\n{ways}return 0;\n}}\nNTSTATUS D(PDEVICE_OBJECT d, PIRP i)\n{{\nE *e = d->DeviceExtension;\nKIRQL old;\n{declared}KeAcquireSpinLock(&e->L, &old);\n{flags}{calls}e->a = {sum};\nif (flag0 && flag1 && flag2 && flag3 && flag4) return 1;\nKeReleaseSpinLock(&e->L, old);\nreturn 0;\n}}\n"
    )
}
