//! What is a comment, what only looks like one, and what each stands by.

use proptest::prelude::*;

use super::*;

/// Line, `beside` or the line below, and the text from the brace it opens: for each comment with `@` in it.
fn stands(text: &str) -> Vec<(u32, String, Option<&str>)> {
    comments(text, |comment| comment.contains('@'))
        .into_iter()
        .map(|comment| {
            let by = match (comment.beside_code, comment.above) {
                (true, _) => "beside".to_owned(),
                (false, Some(line)) => line.to_string(),
                (false, None) => "nothing".to_owned(),
            };
            (comment.first_line, by, comment.opens.map(|brace| text[brace as usize..].lines().next().unwrap()))
        })
        .collect()
}

#[test]
fn a_comment_knows_the_code_it_stands_by() {
    let by = |line: u32, by: &str, opens| (line, by.to_owned(), opens);
    for (text, expected) in [
        ("f(); // @\n", vec![by(1, "beside", None)]),
        ("// @\nf();\n", vec![by(1, "2", None)]),
        ("// @\n/* more\n lines */\n// @\nf();\n", vec![by(1, "5", None), by(4, "5", None)]),
        ("// @\n\nf();\n", vec![by(1, "nothing", None)]),
        ("f();\n// @", vec![by(2, "nothing", None)]),
        ("/* @ */ f();\n", vec![by(1, "beside", None)]),
        // Heads of definitions, and what is none.
        ("// @\nvoid\nf(int a)\n{ x(); }\n", vec![by(1, "2", Some("{ x(); }"))]),
        ("/* @ */ void f(void) { }\n", vec![by(1, "beside", Some("{ }"))]),
        ("int y; // @\nvoid f(void)\n{ }\n", vec![by(1, "beside", None)]),
        ("// @\n\nvoid f(void) { }\n", vec![by(1, "nothing", None)]),
        ("// @\nint y;\nvoid f(void) { }\n", vec![by(1, "2", None)]),
        // Line ends, continuations, directives.
        ("// @\r\nf();\r\n", vec![by(1, "2", None)]),
        ("// a \\\n@ more\nf();\n", vec![by(1, "3", None)]),
        ("#define A b // @\nf();\n", vec![by(1, "beside", None)]),
        ("#define A \\\n  b /* @ */ c\n", vec![by(2, "beside", None)]),
        // What only looks like a comment.
        ("s = \"// @\"; t = \"\\\"/* @ */\";\n", vec![]),
        ("s = R\"x( \" // @ )\" // @ )x\"; // @\n", vec![by(1, "beside", None)]),
        ("c = '\"'; // @\n", vec![by(1, "beside", None)]),
        ("c = '\\''; // @ ' \n", vec![by(1, "beside", None)]),
        ("s = \"a \\\n// @\"; // @\n", vec![by(2, "beside", None)]),
        ("/* // */ f(); // @ /* \ng(); /* @ */\n", vec![by(1, "beside", None), by(2, "beside", None)]),
        ("/* @ never ended", vec![by(1, "nothing", None)]),
    ] {
        assert_eq!(stands(text), expected, "{text}");
    }
}

#[test]
fn a_name_is_said_by_code_and_directives_alone() {
    for (text, expected) in [
        ("x = Scope;\n", true),
        ("#define SCOPE Scope\n", true),
        ("  # if Scope\n# endif\n", true),
        ("x = ScopeNone + MyScope;\n", false),
        ("x = 1; // not Scope\n", false),
        ("/* Scope */\n", false),
        ("#define A 1 // Scope\n", false),
        ("print(\"Scope\");\n", false),
        ("", false),
    ] {
        assert_eq!(is_said(text, "Scope"), expected, "{text}");
    }
}

/// In quadratic time this would not come to an end.
#[test]
fn text_made_to_be_slow_is_read_in_linear_time() {
    const BYTES: usize = 4 << 20;
    for (piece, each) in [
        ("'\\'", 0),
        ("// @\n", 1),
        ("/* @ */", 1),
        ("#/*@*/\n", 1),
        ("/* @ */{\n", 1),
        ("/*", 0),
        ("R\"(", 0),
        ("\"\\", 0),
        ("\\\n", 0),
        ("u8R\"a(@", 0),
    ] {
        let times = BYTES / piece.len();
        let found = comments(&piece.repeat(times), |comment| comment.contains('@')).len();
        assert_eq!(found, each * times, "{piece:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_is_taken(parts in proptest::collection::vec(
        prop_oneof![
            Just("// @".to_owned()), Just("/* @".to_owned()), Just("*/".to_owned()), Just("\"".to_owned()),
            Just("R\"x(".to_owned()), Just("\\\n".to_owned()), Just("'".to_owned()), Just("\n#".to_owned()),
            Just("{".to_owned()), Just("\r".to_owned()), any::<String>(),
        ], 0..40))
    {
        let text: String = parts.concat();
        let mut last = 0;
        for comment in comments(&text, |_| true) {
            // Comments are whole, in order and apart, and what they stand by is below them.
            let slice = comment.span.slice(&text);
            prop_assert!(slice.starts_with("//") || slice.starts_with("/*"), "{slice:?}");
            prop_assert!(comment.span.start >= last);
            last = comment.span.end;
            prop_assert!(comment.first_line <= comment.last_line);
            prop_assert!(comment.above.is_none_or(|line| line > comment.last_line));
            let opened = comment.opens.map(|brace| text.as_bytes()[brace as usize]);
            prop_assert_eq!(opened.unwrap_or(b'{'), b'{');
        }
    }
}
