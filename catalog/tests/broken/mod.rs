//! Broken pages: the worst that a folder of documents may hold, each under a name that says what is wrong with it.

#![expect(clippy::unwrap_used, reason = "helpers of tests, like tests, stop at the first thing wrong")]

use std::fs;
use std::path::Path;

/// A page with nothing wrong, which must come through whatever stands beside it.
pub(crate) const GOOD: &str = "\
---
title: Good Rule (WDM)
description: Nothing is wrong here.
api_name:
- Good
---

# Good rule (wdm)

The **Good** rule says that all is well.

**Driver model: WDM**

## Applies to

[**First**](/ddi/wdm/nf-wdm-first)
";

/// The front matter of a rule page called `name`.
fn front(name: &str) -> String {
    format!("---\ntitle: {name} Rule (WDM)\ndescription: x\napi_name:\n- {name}\n---\n\n# {name} rule (wdm)\n\n")
}

/// A rule page called `name` with `body` below its front matter.
fn page(name: &str, body: &str) -> Vec<u8> {
    format!("{}{body}", front(name)).into_bytes()
}

/// Front matter of these lines around an otherwise good page.
fn fronted(lines: &str) -> Vec<u8> {
    format!("---\n{lines}\n---\n# x\n\nText.\n").into_bytes()
}

/// One piece for each number.
fn numbered(numbers: std::ops::Range<usize>, piece: impl Fn(usize) -> String) -> String {
    numbers.map(piece).collect::<Vec<_>>().concat()
}

/// Aliases that would expand to a billion values.
fn laughs() -> String {
    let level = |n: usize| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1);
    "a0: &a0 [lol, lol]\n".to_owned() + &numbered(1..30, level)
}

/// Every broken page as `(file name, bytes)`; parts that repeat do so `many` times.
pub(crate) fn pages(many: usize) -> Vec<(&'static str, Vec<u8>)> {
    let spec = |yaml: &str| page("Spec", &format!("Text.\n\n## Specification\n\n```yaml\n{yaml}\n```\n"));
    let runs = |unit: &str, longest: usize| (1..longest).map(|n| unit.repeat(n) + " ").collect::<String>();
    let mut all = files_and_bytes();
    all.extend(front_matter(many));
    all.extend(identities(many));
    all.extend([
        // HTML and Markdown that never end.
        ("html-table-open.md", page("A1", "## How to test\n\n<table><tr><td><p>Run <a href=\"x\">it")),
        (
            "html-attribute-open.md",
            page("A2", "## How to test\n\n<table><tr><td><a href=\"x>y</a></td></tr></table>\n"),
        ),
        ("html-comment-open.md", page("A3", "Text <!-- and no more\n\n## Applies to\n\n[**A**](nf-wdm-a)\n")),
        ("html-tables-nested.md", page("A4", &"<table><tr><td>".repeat(many))),
        ("html-tables-closed.md", page("A5", &"</td></tr></table>\n".repeat(many))),
        ("html-comments-many.md", page("A6", &"<!-- ".repeat(many))),
        ("html-anchors-many.md", page("A7", &"<a href=\"".repeat(many))),
        ("fence-open.md", page("B1", "```c\nint x;\n\n## Applies to\n\n[**A**](nf-wdm-a)\n")),
        ("fences-open-many.md", page("B2", &runs("`", 60).repeat(many / 60))),
        ("fences-lines-many.md", page("B3", &"```\u{a0}x\n~~~~\u{a0}y\n".repeat(many))),
        ("fences-longer-each.md", page("B4", &(3..1500).map(|n| "`".repeat(n) + "x\n").collect::<String>())),
        ("headings-many.md", page("C1", &"## Heading\n\nText.\n\n".repeat(many))),
        ("headings-known-many.md", page("C2", &"## Applies to\n\n[**A**](nf-wdm-a)\n\n".repeat(many))),
        ("headings-underlined-many.md", page("C3", &"Heading\n-------\n".repeat(many))),
        ("headings-deep.md", page("C4", &"###### ".repeat(many))),
        ("quotes-deep.md", page("C5", &format!("{}x\n", "> ".repeat(many)))),
        ("lists-deep.md", page("C6", &format!("{}x\n", "- ".repeat(many)))),
        ("lists-indented.md", page("C7", &(0..many / 20).map(|n| " ".repeat(n % 200) + "- x\n").collect::<String>())),
        ("stars-many.md", page("D1", &"**".repeat(many))),
        ("stars-apart.md", page("D2", &"**a ".repeat(many))),
        ("brackets-many.md", page("D3", &"[".repeat(many))),
        ("links-open-many.md", page("D4", &"[a](".repeat(many))),
        ("links-nested.md", page("D5", &format!("{}x{}", "[".repeat(many), "](y)".repeat(many)))),
        ("images-many.md", page("D6", &"![a](b) ".repeat(many))),
        ("backticks-growing.md", page("D7", &runs("`", 900))),
        ("entities-many.md", page("D8", &"&lt;&amp;&".repeat(many))),
        ("backslashes-many.md", page("D9", &"\\".repeat(many))),
        ("line-long.md", page("D10", &"word ".repeat(many * 4))),
        ("table-long.md", page("E1", &format!("| a | b |\n|---|---|\n{}", "| x | y |\n".repeat(many)))),
        ("table-wide.md", page("E2", &format!("|{}\n|{}\n", " a |".repeat(many), "---|".repeat(many)))),
        ("table-ragged.md", page("E3", "| a | b |\n|---|\n| x | y | z |\n|\n||||\n")),
        ("applies-to-long.md", page("F1", &format!("## Applies to\n\n{}", "[**A**](nf-wdm-a)\n".repeat(many)))),
        (
            "links-odd.md",
            page("F2", "## Applies to\n\n[**A**](javascript:x)\n[**B**](../../../etc/b.md)\n[**C**](<>)\n[**D**]()\n"),
        ),
        (
            "bug-check-odd.md",
            page("G1", "**Bug check(s) found with this rule**: 0x (0xZZ), 0x1FFFFFFFFF (((0x1), 0xC4 (\n"),
        ),
        ("bug-check-brackets.md", page("G2", &format!("**Bug check**: 0xC4 {}\n", "(".repeat(many)))),
        ("bug-check-codes.md", page("G3", &format!("**Bug check**: {}\n", "0xC4 X_Y (0x1), ".repeat(many)))),
        ("test-odd.md", page("G4", "## How to test\n\n/domain\n/rc 99999999999999\n`verifier /rc x /domain é`\n")),
        // Parts of our own pages.
        ("spec-none.md", page("Spec", "Text.\n\n## Specification\n\nWords.\n")),
        ("spec-two.md", page("Spec2", "Text.\n\n## Specification\n\n```yaml\na: 1\n```\n\n```yaml\nb: 2\n```\n")),
        ("spec-other.md", page("Spec3", "Text.\n\n## Specification\n\n```json\n{}\n```\n")),
        ("spec-not-yaml.md", spec("pair: [")),
        ("spec-laughs.md", spec(&laughs())),
        ("spec-deep.md", spec(&format!("pair: {}", "[".repeat(5_000)))),
        ("spec-unknown-key.md", spec("colour: red")),
        ("spec-wrong-type.md", spec("forbid: {calls: {a: 1}}")),
        ("spec-pattern.md", spec("forbid: {calls: [\"Close($k\"]}")),
        ("spec-pattern-long.md", spec(&format!("forbid: {{calls: [\"{}\"]}}", "f(".repeat(5_000)))),
        ("examples-unmarked.md", page("Ex1", "## Examples\n\n### Violation: a\n\n```c\nx();\n```\n")),
        ("examples-marked.md", page("Ex2", "## Examples\n\n### Compliant: a\n\n```c\nx(); //~\n```\n")),
        (
            "examples-many.md",
            page("Ex3", &format!("## Examples\n\n{}", "### Violation: a\n\ntext\n\n".repeat(many / 20))),
        ),
    ]);
    all.extend(around(many));
    all
}

/// Files whose bytes are no text.
fn files_and_bytes() -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = |text: &str, odd: bool| {
        let mut bytes: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        bytes.extend(odd.then_some(0x41));
        bytes
    };
    vec![
        ("bytes-none.md", Vec::new()),
        ("bytes-mark-only.md", b"\xEF\xBB\xBF".to_vec()),
        ("bytes-mark-utf16-only.md", b"\xFF\xFE".to_vec()),
        ("bytes-spaces.md", b" \t\n\xC2\xA0\n\x0C\n".to_vec()),
        ("bytes-nul.md", page("Nul", "A\0B **C\0** [**D\0**](nf-wdm-d)\n\0\0\0\n")),
        ("bytes-nul-only.md", vec![0; 4096]),
        ("bytes-random.md", (0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()),
        ("bytes-not-utf8.md", [page("Latin", ""), b"na\xEFve \xC2 \xFF\xFE \xED\xA0\x80\n".to_vec()].concat()),
        ("bytes-utf16-odd.md", utf16(&(front("Odd") + "Text.\n"), true)),
        ("bytes-utf16-lone-surrogate.md", [b"\xFE\xFF".as_slice(), &[0xD8, 0x00, 0x00, 0x41]].concat()),
        ("bytes-controls.md", page("Controls", "\x1b[31mred\x07\x08 \u{202e}right\u{2028}line\u{2029}\u{85}\n")),
        ("bytes-line-ends.md", front("Ends").replace('\n', "\r").into_bytes()),
    ]
}

fn front_matter(many: usize) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("front-open.md", b"---\ntitle: Open Rule (WDM)\napi_name:\n- Open\n".to_vec()),
        ("front-only-opener.md", b"---".to_vec()),
        ("front-empty.md", b"---\n---\n".to_vec()),
        ("front-not-yaml.md", fronted("title: Not Rule (WDM)\nkey: [1,")),
        ("front-tab.md", fronted("title: Tab Rule (WDM)\n\tkey: 1")),
        ("front-list.md", fronted("- a\n- b")),
        ("front-scalar.md", fronted("only words")),
        ("front-twice.md", fronted("title: a\ntitle: b")),
        ("front-wrong-types.md", fronted("title: [a, b]\ndescription: {a: b}\napi_name: {x: y}\nkeywords: 7")),
        ("front-numbers.md", fronted("title: 7\napi_name: 1.5e3\ndescription: true")),
        ("front-nulls.md", fronted("title:\napi_name:\n-\n- ~\ndescription: ~")),
        ("front-laughs.md", fronted(&(laughs() + "title: Laughs Rule (WDM)\napi_name: Laughs"))),
        ("front-alias-of-itself.md", fronted("title: &a [*a]\napi_name: X")),
        ("front-deep.md", fronted(&format!("title: {}", "[".repeat(many)))),
        ("front-deep-map.md", fronted(&format!("title: {}", "{a: ".repeat(many)))),
        (
            "front-long-value.md",
            fronted(&format!("title: Long Rule (WDM)\napi_name: Long\ndescription: {}", "x".repeat(many * 10))),
        ),
        ("front-many-keys.md", fronted(&numbered(0..many, |n| format!("key{n}: x\n")))),
        ("front-tag.md", fronted("title: !!python/object:os.system x\napi_name: Tag")),
    ]
}

fn identities(many: usize) -> Vec<(&'static str, Vec<u8>)> {
    let titled = |title: &str, name: &str| fronted(&format!("title: '{title}'\napi_name:\n- '{name}'"));
    vec![
        ("name-climbs.md", titled("../../etc/x Rule (WDM)", "../../etc/x")),
        ("name-absolute.md", titled("/etc/passwd Rule (WDM)", "/etc/passwd")),
        ("name-device.md", titled("CON Rule (WDM)", "CON")),
        ("name-device-model.md", titled("Aux Rule (nul)", "Aux")),
        ("name-space.md", titled("two words Rule (WDM)", "two words")),
        ("name-foreign.md", titled("\u{540d}\u{524d} Rule (WDM)", "\u{540d}\u{524d}")),
        ("name-long.md", titled(&format!("{} Rule (WDM)", "N".repeat(many)), &"N".repeat(many))),
        ("name-script.md", titled("<script>alert(1)</script> Rule (WDM)", "Script")),
        ("model-climbs.md", titled("Climber Rule (../../up)", "Climber")),
        ("model-long.md", titled(&format!("Wide Rule ({})", "m".repeat(many)), "Wide")),
        ("model-empty.md", titled("Modelless Rule ()", "Modelless")),
        ("twin-a.md", page("Twin", "One.\n")),
        ("twin-b.md", page("twin", "Two.\n")),
    ]
}

/// Broken pages of sets, bug checks and the reference, and trees of contents.
fn around(many: usize) -> Vec<(&'static str, Vec<u8>)> {
    let set = |lines: &str| format!("---\ntitle: Long Rule Set (WDM)\n---\n# x\n\n{lines}").into_bytes();
    let check = |rows: &str| format!("---\ntitle: Bug Check 0xC4 X_Y\n---\n# x\n\n|1|2|\n|--|--|\n{rows}").into_bytes();
    let circle =
        "---\ntitle: Circle Rule Set (WDM)\n---\n[a](set-circle.md)\n[b](good.md)\n```\n/check:Circle.sdv\n```\n";
    vec![
        ("set-long.md", set(&numbered(0..many, |n| format!("[a](rule-{n}.md)\n")))),
        ("set-same-entry.md", set(&"[a](good.md)\n".repeat(many))),
        ("set-circle.md", circle.as_bytes().to_vec()),
        ("check-long.md", check(&numbered(0..many, |n| format!("|0x{n:X}|The rule [a](good.md).|\n")))),
        ("check-odd.md", check("|0x|x|\n|0xC4 or|x|\n| or |x|\n|0x1 or 0xZ|x|\n|0x2|\n")),
        ("check-no-code.md", b"---\ntitle: Bug Check of mine\n---\n# x\n".to_vec()),
        ("reference-no-kind.md", b"---\nUID: nonsense\n---\n".to_vec()),
        ("reference-no-name.md", b"---\nUID: NF:wdm.\n---\n".to_vec()),
        (
            "reference-params.md",
            format!(
                "---\nUID: NF:wdm.F\nreq.irql: <= LOW (\n---\n## -parameters\n{}",
                "### -param a [in\n".repeat(many)
            )
            .into_bytes(),
        ),
    ]
}

/// Writes all of it below `dir`, with what only a file system can have wrong, and the good page.
pub(crate) fn write(dir: &Path, many: usize) {
    for (name, bytes) in pages(many) {
        fs::write(dir.join(name), bytes).unwrap();
    }
    fs::write(dir.join("good.md"), GOOD).unwrap();
    fs::create_dir(dir.join("folder.md")).unwrap();
    fs::write(dir.join("folder.md/inside.md"), GOOD.replace("Good", "Inside")).unwrap();
    for (folder, toc) in
        [("toc-broken", "- name: [\n".to_owned()), ("toc-deep", "- items:\n  ".repeat(300)), ("toc-laughs", laughs())]
    {
        fs::create_dir(dir.join(folder)).unwrap();
        fs::write(dir.join(folder).join("toc.yml"), toc).unwrap();
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        symlink(dir, dir.join("folder.md/up")).unwrap();
        symlink("loop-b.md", dir.join("loop-a.md")).unwrap();
        symlink("loop-a.md", dir.join("loop-b.md")).unwrap();
        symlink("nowhere.md", dir.join("link-broken.md")).unwrap();
        let locked = dir.join("locked.md");
        fs::write(&locked, GOOD).unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    }
}
