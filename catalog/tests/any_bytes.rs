//! No document makes the reader panic, and every place it gives lies in the document.

mod support;

use std::fs;

use proptest::prelude::*;
use rulebook_catalog::lists::rule_list;
use rulebook_catalog::load::load_texts;
use rulebook_catalog::{Catalog, Page, Source};

/// Pieces of pages; put together at random they reach more of the reader than random text does.
const PIECES: &[&str] = &[
    "---\n",
    "title: X Rule (WDM)\n",
    "api_name:\n- X\n",
    "UID: NF:wdm.X\n",
    "UID: é:\n",
    "req.irql: <= APC_LEVEL (\n",
    "req.ddi-compliance: \"A, B(storport), é(\"\n",
    "# X rule\n",
    "## How to test\n",
    "## Applies to\n",
    "See also\n-----\n",
    "[**A**](nf-wdm-a)",
    "[é](é)",
    " \u{a0}\n",
    "<table>",
    "<tr><td>",
    "</td>",
    "</table>\n",
    "<a href=\"x",
    "<a name='how-to-test'></a>",
    "```",
    "~~~\n",
    "| a | `b | c\n",
    "|--|--|\n",
    "**Driver model: WDM**\n",
    "**bug check é**: 0xC4 X_Y (0x0x",
    "0 x",
    ")",
    "（",
    "\\_",
    "&lt;",
    "## Specification\n",
    "## Examples\n",
    "### Violation: a\n",
    "//~^^^ é\n",
    "## -parameters\n",
    "### -param é [in",
    "/domain é",
    "/rc 99999999999\n",
    "- ",
    "> [!NOTE",
    "]\n",
    "    ",
    "\r",
    "\r\n",
    "\n\n",
    "é\u{fffd}",
    "\0",
    "title: Bug Check 0xC4 é\n",
    "title: é 0xC4 X_Y\n",
    "title: é Rule Set (WDM)\n",
    "[a](wdm-x.md)\n",
    "/check:é.sdv\"",
    "-check:A,*,é",
    "|0x1 or 0x2|rule X_Y|\n",
    "|0x1F|é|\n",
    "-----\n",
    "====\n",
    "#",
    "<",
];

/// A page among others, its lists gathered, and the same bytes as a rule list.
fn check_around(bytes: &[u8]) {
    let source = Source::decode("x.sdv", bytes);
    let (entries, problems) = rule_list::read(&source);
    for entry in &entries {
        assert!(source.text.get(entry.span.start as usize..entry.span.end as usize).is_some(), "{entry:?}");
    }
    assert!(problems.iter().all(|problem| problem.place.line > 0));
    let text = source.text.as_str();
    let (pages, _) = load_texts([("wdm-x.md", text), ("set.md", text), ("toc.yml", text)]);
    let catalog = Catalog::new(pages);
    for set in &catalog.lists().rule_sets {
        assert!(catalog.lists().rules_in(set).iter().all(|rule| catalog.rule(rule).is_some()), "{set:?}");
    }
}

fn check(bytes: &[u8]) {
    check_around(bytes);
    let source = Source::decode("wdm-x.md", bytes);
    let len = source.text.len() as u32;
    let (page, problems) = Page::read(source);
    for problem in &problems {
        assert!(problem.place.line > 0);
    }
    match page {
        Ok(Page::Rule(page)) => {
            for api in &page.apis {
                assert!(api.span.end <= len && api.span.start <= api.span.end);
                assert!(page.source.text.get(api.span.start as usize..api.span.end as usize).is_some(), "{api:?}");
            }
            for block in &page.prose {
                let text = &block.inline.text;
                for (start, c) in text.char_indices() {
                    let span = block.inline.span_of(start, start + c.len_utf8());
                    assert!(span.end <= len, "{span:?} of {c:?}");
                }
            }
        }
        Ok(Page::Api(page)) => {
            for parameter in &page.parameters {
                assert!(
                    page.source
                        .text
                        .get(parameter.name.span.start as usize..parameter.name.span.end as usize)
                        .is_some()
                );
                assert!(
                    page.source
                        .text
                        .get(parameter.description.start as usize..parameter.description.end as usize)
                        .is_some()
                );
            }
            let _ = page.returns();
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn text(text in "\\PC{0,200}") {
        check(text.as_bytes());
    }

    #[test]
    fn pieces(picked in proptest::collection::vec(0..PIECES.len(), 0..40), lead in any::<bool>()) {
        let text: String = picked.iter().map(|at| PIECES[*at]).collect();
        let front = if lead { "---\ntitle: X Rule (WDM)\napi_name:\n- X\n---\n" } else { "" };
        check(format!("{front}{text}").as_bytes());
    }
}

#[test]
fn pages_cut_off_anywhere() {
    let Some(root) = support::upstream() else {
        return;
    };
    let mut files: Vec<_> = ["devtest", "history/2018-07", "seeds", "debugger"]
        .iter()
        .flat_map(|folder| fs::read_dir(root.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files.iter().step_by(23) {
        let bytes = fs::read(file).unwrap();
        for at in (0..bytes.len()).step_by(97) {
            check(&bytes[..at]);
            // Without its front matter the rest of the page is read from wherever it starts.
            check(&bytes[at..]);
        }
    }
}
