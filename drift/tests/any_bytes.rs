//! Whatever documents hold, comparing them ends, panics nowhere, and finds nothing between a document and itself.

mod support;

use proptest::prelude::*;
use rulebook_catalog::Catalog;
use rulebook_drift::sync::{Inputs, KnownDifferences, Plan, Reviewed, sync};
use rulebook_drift::{Entry, diff, render};
use support::{Texts, catalog};

/// Pieces of pages; put together at random they reach more than random text does.
const PIECES: &[&str] = &[
    "# Latch rule (wdm)\n",
    "## How to test\n",
    "## Applies to\n",
    "## Specification\n```yaml\nforbid: {calls: [\"x(...)\"]}\n```\n",
    "## See also\n",
    "[**LatchOpen**](/nf-wdm-latchopen)\n",
    "[é](é)",
    "**Driver model: WDM, é**\n",
    "**Bug check**: [**0xC4: A\\_B**](x) (0x1)\n",
    "Run [x](./static-driver-verifier.md) and specify the **Latch** rule.\n",
    "/domain é /rc 7\n",
    "Shut it. Twice: wrong! e.g. é. IRQL &lt;= APC_LEVEL\n",
    "less than or equal to ",
    "the the a an ",
    "driver\u{2019}s ->>== \u{2264} \u{fffd}",
    "- Names_Of\n- ThingsHere\n",
    "> [!NOTE]\n> é\n",
    "```c\nint é;\n```\n",
    "| a | b |\n|--|--|\n| c | d |\n",
    "\r\n",
    "\n\n",
    "\u{a0}",
    ".",
    ":",
];

const HEAD: &str = "---\ntitle: Latch Rule (WDM)\napi_name:\n- Latch\napplicability: kernel\n---\n";

fn page() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..24).prop_map(|pieces| format!("{HEAD}{}", pieces.concat()))
}

fn one(path: &str, text: &str) -> Catalog {
    catalog(&Texts::from([(path.to_owned(), text.to_owned())]))
}

/// Every entry has a place on one of the pages, and every form can show it.
fn shown(entries: &[Entry]) {
    assert!(entries.iter().all(|entry| !entry.path.is_empty() && !entry.message.is_empty()), "{entries:#?}");
    let _ = (render::by_page(entries, ["is", "was"]), render::markdown(entries), render::github(entries));
    render::json(entries).expect("JSON");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn documents_are_compared(old in page(), new in page()) {
        let (before, after) = (one("wdm-latch.md", &old), one("wdm-latch.md", &new));
        prop_assert_eq!(diff(&before, &before), []);
        let there = diff(&before, &after);
        shown(&there);
        prop_assert_eq!(there.is_empty(), diff(&after, &before).is_empty());
        let known = KnownDifferences::default();
        let none = Catalog::default();
        let plan = |own: &Catalog, docs: &Catalog| {
            let inputs = Inputs { own, docs, reference: None, known: &known, only: &[] };
            shown(&sync(&inputs));
            Plan::new(&inputs, "", &Reviewed::All)
        };
        // A page of any text of ours is planned without panic, one that was started here is planned once.
        plan(&one("rules/wdm/Latch.md", &old), &after);
        for started in plan(&none, &before).steps {
            let own = one(&started.path, &started.text);
            let updated = plan(&own, &after).steps.into_iter().next().map_or(started.text, |step| step.text);
            prop_assert_eq!(plan(&one("rules/wdm/Latch.md", &updated), &after).steps, []);
        }
    }
}
