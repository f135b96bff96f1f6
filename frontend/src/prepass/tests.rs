//! The pre-pass, construct by construct, and its promise for any input at all.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use rulebook_machine::semantics::Language;

use crate::configure::{self, configure};
use crate::headers::Cache;
use crate::load::prepass_main;
use crate::parsed::SehKeyword;
use crate::prepass::Output;
use crate::prepass::words::Words;
use crate::project::Settings;
use crate::source::Source;

#[derive(serde::Deserialize)]
struct Document {
    language: Language,
}

fn language() -> Language {
    let text = include_str!("../../../catalog/semantics/language.yaml");
    serde_yaml::from_str::<Document>(text).unwrap().language
}

fn prepass(language: &Language, name: &str, text: &str) -> Output {
    let words = Words::new(language);
    let source = Arc::new(Source::new(Path::new(name), text.to_owned(), &words));
    let (settings, base, cache) = (Settings::default(), configure::base_table(&words), Cache::new());
    let unit = configure(&source, &settings, &base, &words, &cache);
    prepass_main(&unit, &words)
}

/// What is left, with runs of white space as one space.
fn left(language: &Language, name: &str, text: &str) -> String {
    prepass(language, name, text).prepped.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn constructs_of_c() {
    let language = language();
    for (text, expected) in [
        // Annotations.
        ("NTSTATUS F(_In_ ULONG Len, _Out_writes_(Len) PUCHAR p);", "NTSTATUS F( ULONG Len, PUCHAR p);"),
        ("_IRQL_requires_max_(DISPATCH_LEVEL)\nVOID F(VOID);", "VOID F(VOID);"),
        ("_When_(x == 0, _Post_satisfies_(*p == (1))) VOID F(int x);", "VOID F(int x);"),
        ("_Use_decl_annotations_\nVOID F(VOID) { }", "VOID F(VOID) { }"),
        ("VOID F(__in_ecount(n) PUCHAR p, __out_opt PULONG q, __int64 r);", "VOID F( PUCHAR p, PULONG q, __int64 r);"),
        ("__drv_dispatchType(IRP_MJ_READ) DRIVER_DISPATCH Read;", "DRIVER_DISPATCH Read;"),
        (
            "VOID F(IN PIRP Irp, OUT PULONG n OPTIONAL, IN OUT PVOID b OPTIONAL);",
            "VOID F( PIRP Irp, PULONG n , PVOID b );",
        ),
        (
            "void f(void) { g(OUT & h, IN 0, IN (PVOID)x, IN(PVOID)z, OUT y); }",
            "void f(void) { g( & h, 0, (PVOID)x, (PVOID)z, y); }",
        ),
        (
            "void f(void) { g(\"a\"__FUNCTION__\"b\" PRIx64 \"c\", NAME \"d\"); }",
            "void f(void) { g(\"a\" \"b\" \"c\", NAME \"d\"); }",
        ),
        (
            "extern \"C\" LONG x; void f(void) { g(\"a\" T(x)); }",
            "extern \"C\" LONG x; void f(void) { g(\"a\" T(x)); }",
        ),
        // What only looks like one.
        ("enum E { IN, OUT };", "enum E { IN, OUT };"),
        (
            "void f(void) { if (IN & x) { g(a, OUT(1), IN - 1); } }",
            "void f(void) { if (IN & x) { g(a, OUT(1), IN - 1); } }",
        ),
        ("void f(void) { g(_NAME_, x->IN); h(_NAME_ \"a\"); }", "void f(void) { g(_NAME_, x->IN); h(_NAME_ \"a\"); }"),
        ("void f(void) { _Analysis_assume_(p != 0); }", "void f(void) { _Analysis_assume_(p != 0); }"),
        // Marks.
        ("NTKERNELAPI VOID NTAPI F(VOID);", "VOID F(VOID);"),
        ("typedef VOID (NTAPI *PF)(VOID);", "typedef VOID ( *PF)(VOID);"),
        ("__declspec(align(16)) ULONG x;", "ULONG x;"),
        ("WEIRD_API NTSTATUS F(VOID);", "NTSTATUS F(VOID);"),
        ("NTSTATUS WEIRDCONV F(VOID) { }", "NTSTATUS F(VOID) { }"),
        ("static CACHE_MARK ULONG x = 1;", "static ULONG x = 1;"),
        ("struct FOO BAR;", "struct FOO BAR;"),
        ("typedef unsigned long ULONG, *PULONG;", "typedef unsigned long ULONG, *PULONG;"),
        // Macros of the driver's own that say nothing.
        ("#define MYCONV __stdcall\n#define EMPTY\nint MYCONV f(EMPTY int a);", "int f( int a);"),
        ("#define NONE\nvoid f(void) { g(NONE, 1); NONE; }", "void f(void) { g(NONE, 1); ; }"),
        // Branches.
        ("#if DBG\nint a;\n#else\nint b;\n#endif", "int a;"),
        ("#ifndef H\n#define H\nint a;\n#endif", "int a;"),
        ("#if 0\nit's prose \"\n#elif 1\nint a;\n#else\nint b;\n#endif\nint c;", "int a; int c;"),
        ("#define N 2\n#if N > 1 && defined(_WIN64)\nint a;\n#endif", "int a;"),
        ("void f(void) { if (a\n#ifdef NONE\n&& b\n#endif\n) c(); }", "void f(void) { if (a ) c(); }"),
        // Macros on lines of their own.
        ("void f(void) {\n  UNKNOWN_MACRO(a)\n  g();\n}", "void f(void) { UNKNOWN_MACRO(a) ; g(); }"),
        ("DECLARE_THING(a, b)\n\nvoid f(void) { }", "void f(void) { }"),
        ("#define SET(x) x = 1;\nvoid f(void) {\n  y = SET(x) \n}", "void f(void) { y = SET(x); }"),
        (
            "#define EACH(a) for (a = 0; a < 9; a++)\nvoid f(void) { int i; EACH(i) { g(); } }",
            "void f(void) { int i; if (i) { g(); } }",
        ),
        (
            "#define EVERY(a) for (a = 0; a < 9; a++)\nvoid f(void) { int i; EVERY(i) { g(); } }",
            "void f(void) { int i; while(i) { g(); } }",
        ),
        // Literals.
        ("x = 10ui64 + 0x1Fi64;", "x = 10 + 0x1F ;"),
        ("char *s = \"ab\\\ncd\";", "char *s = \"ab\" \"d\";"),
        // Forms that the grammars do not know.
        ("void f(void) { do { g(); } WHILE (0); }", "void f(void) { do { g(); } while (0); }"),
        ("void f(void) { x = offsetof(struct T, a.b[1]); }", "void f(void) { x = offsetof( T, a ); }"),
        ("void f(void) { SIZED_LIST(2) list; }", "void f(void) { SIZED_LIST list; }"),
        // Arguments that are no expressions: of the driver's own macros they are hidden,
        ("#define LOUD(a) { a }\nvoid f(void) { LOUD(g(1);) return; }", "void f(void) { LOUD( ); return; }"),
        (
            "#define DBG(a) a\nvoid f(void) { DBG({\nr = 1;\n})\nx = 2; DBG(if (r) r = 2;); }",
            "void f(void) { DBG( ); x = 2; DBG( ); }",
        ),
        (
            "#define IS(a, o, b) ((a) o (b))\nvoid f(void) { if (IS(x, ==, 1)) g(); }",
            "void f(void) { if (IS( )) g(); }",
        ),
        // and of others what is none becomes one.
        ("void f(void) { IF_LOUD(g(1);) return; }", "void f(void) { g(1); return; }"),
        (
            "void f(void) { x = va_arg(ap, char *); y = NEW(unsigned int, 3); }",
            "void f(void) { x = va_arg(ap, ____ ); y = NEW( ___, 3); }",
        ),
        (
            "void f(void) { if (VERIFY(x, !=, T *)) y = RECORD(e, struct T, m); }",
            "void f(void) { if (VERIFY(x, __, T )) y = RECORD(e, T, m); }",
        ),
        // Statements that macros are, and heads.
        (
            "#define LOG(...) if (d) { p(__VA_ARGS__); }\nvoid f(void) { LOG(\"x\") return; if (x) LOG(1) else g(); }",
            "void f(void) { LOG(\"x\");return; if (x) LOG(1);else g(); }",
        ),
        (
            "#define FOR_ALL(a) for (a = 0; a < 9; a++)\nvoid f(void) { FOR_ALL(i) g(); }",
            "void f(void) { while (i) g(); }",
        ),
        ("void f(void) { __asm { int 3 } g(); __asm cli\n h(); }", "void f(void) { ; g(); ; h(); }"),
        // Interfaces.
        ("STDMETHOD_(ULONG, AddRef)(THIS) PURE;", "ULONG AddRef ( ) ;"),
        ("CONST VOID *p;", "const VOID *p;"),
        // Comments.
        ("int /* one */ a; // two", "int a;"),
    ] {
        assert_eq!(left(&language, "t.c", text), expected, "{text}");
    }
}

#[test]
fn constructs_of_cpp() {
    let language = language();
    for (text, expected) in [
        ("STDMETHODIMP_(ULONG) C::AddRef() { return 1; }", "ULONG C::AddRef() { return 1; }"),
        ("DECLARE_INTERFACE_(IA, IUnknown)\n{ int x; };", "struct IA { int x; };"),
        ("void f() { delete [] (p); }", "void f() { delete (p); }"),
        ("void f() { (o->*m)(1); }", "void f() { (o-> m)(1); }"),
        ("void f() { p = new (PagedPool, 'a') T*[n]; }", "void f() { p = new (PagedPool, 'a') T [n]; }"),
        ("void f() { try { g(); } catch (int) { } }", "void f() { try { g(); } catch (int) { } }"),
        (
            "#define try __try\n#define finally __finally\nvoid f() { try { g(); } finally { h(); } }",
            "void f() { { g(); } { h(); } }",
        ),
        ("PAGED_CODE_SEG VOID C::F() { }", "VOID C::F() { }"),
    ] {
        assert_eq!(left(&language, "t.cpp", text), expected, "{text}");
    }
}

#[test]
fn structured_exceptions_behind_macros_are_kept_on_the_side() {
    let language = language();
    let text = "void f(void) { int leave; try { leave; } except (1) { } TRY { leave = 1; } FINALLY { } }";
    let output = prepass(&language, "t.c", text);
    let found: Vec<(&str, SehKeyword)> =
        output.seh.iter().map(|(at, keyword)| (text[*at as usize..].split(' ').next().unwrap(), *keyword)).collect();
    assert_eq!(
        found,
        [
            ("leave;", SehKeyword::Leave),
            ("try", SehKeyword::Try),
            ("leave;", SehKeyword::Leave),
            ("except", SehKeyword::Except),
            ("TRY", SehKeyword::Try),
            ("FINALLY", SehKeyword::Finally),
        ]
    );
    assert!(output.prepped.contains("if     (1)"), "{}", output.prepped);
}

#[test]
fn annotations_are_kept_with_their_arguments() {
    let language = language();
    let text = "_Acquires_lock_(d->Lock) VOID F(_When_(a, _In_) IN PVOID p);";
    let output = prepass(&language, "t.c", text);
    let kept: Vec<&str> = output.annotations.iter().map(|span| span.slice(text)).collect();
    assert_eq!(kept, ["_Acquires_lock_(d->Lock)", "_When_(a, _In_)", "IN"]);
}

/// Pieces that matter to the pre-pass, so that random text is made of them.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "_In_",
            "_When_(",
            "IN ",
            "OUT",
            "STDMETHOD_(",
            "try",
            "finally",
            "except",
            "leave;",
            "__declspec(",
            "\"",
            "'",
            "/*",
            "*/",
            "//",
            "\\\n",
            "\n#if ",
            "\n#else\n",
            "\n#endif\n",
            "\n#define A(x) ",
            "\n#define B\n",
            "\n#include \"x.h\"\n",
            "{",
            "}",
            "(",
            ")",
            ";",
            ",",
            "::",
            "->*",
            "new (",
            "delete [] (",
            "FOO(x)\n",
            "FOREACH(a)",
            "10ui64",
            "R\"(",
            "struct ",
            "ULONG ",
            "MARK ",
            "name",
            "é",
            "\u{FFFD}",
            "\r\n",
            "\t",
            "=",
            "PAGED_CODE_SEG_BEGIN",
            "PAGED_CODE_SEG_END",
            "#",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_input_keeps_its_length_and_line_ends(text in pieces(), cpp in any::<bool>()) {
        let language = language();
        let output = prepass(&language, if cpp { "t.cpp" } else { "t.c" }, &text);
        prop_assert_eq!(output.prepped.len(), text.len());
        for (at, (before, after)) in text.bytes().zip(output.prepped.bytes()).enumerate() {
            let line_end = |byte: u8| matches!(byte, b'\n' | b'\r');
            prop_assert_eq!(line_end(before), line_end(after), "byte {}", at);
        }
    }
}
