//! What `sync --write` may write, and what it refuses, whatever documents are called.

mod support;

use rulebook_catalog::Catalog;
use rulebook_drift::sync::{Inputs, KnownDifferences, Plan, Reviewed, sync};
use support::{Texts, catalog, of_own_rules, own, rule, texts, upstream};

fn page(title: &str, api_name: &str, more: &str) -> String {
    format!("---\ntitle: \"{title}\"\napi_name:\n- {api_name}\n---\n# {title}\n\nShut it.\n\n{more}")
}

fn plan(own: &Catalog, docs: &Catalog, reviewed: &Reviewed) -> Plan {
    Plan::new(&Inputs { own, docs, reference: None, known: &KnownDifferences::default(), only: &[] }, "", reviewed)
}

fn of(pages: &[(&str, String)]) -> Catalog {
    catalog(&pages.iter().map(|(path, text)| ((*path).to_owned(), text.clone())).collect::<Texts>())
}

#[test]
fn names_that_lead_elsewhere_are_refused_and_the_rest_is_planned() {
    let long = "L".repeat(101);
    let docs = of(&[
        ("a.md", page("Latch rule (../../x)", "Latch", "")),
        ("b.md", page("CON rule (WDM)", "CON", "")),
        ("c.md", page(&format!("{long} rule (WDM)"), &long, "")),
        ("d.md", page("Gate rule (WDM)", "Gate", "")),
        ("e.md", page("GATE rule (WDM)", "GATE", "")),
        ("f.md", page("Door", "Door", "")),
        ("g.md", page("Lid::Open rule (WDM)", "Lid::Open", "")),
        ("h.md", page("Lid rule (aux)", "Lid", "")),
        ("i.md", page("Window rule (WDM)", "Window", "## Applies to\n\n[**a`b c**](x)\n")),
        ("j.md", page("Key rule (toy)", "Key", "## Applies to\n\n[**KeyTurn**](/nf-toy-keyturn)\n")),
    ]);
    let plan = plan(&Catalog::default(), &docs, &Reviewed::None);
    let mut refused: Vec<String> =
        plan.refused.iter().map(|entry| format!("{}:{} {}", entry.path, entry.line, entry.message)).collect();
    refused.sort();
    insta::assert_snapshot!(refused.join("\n").replace(&long[..100], "L…"));
    let steps: Vec<_> = plan.steps.iter().map(|step| (step.path.as_str(), step.new)).collect();
    assert_eq!(steps, [("rules/toy/Key.md", true), ("rules/wdm/Window.md", true)]);
    assert!(plan.steps.iter().all(|step| step.text.contains("FIXME")));
}

#[test]
fn a_rule_that_moves_takes_its_page_along_and_takes_nobodys_place() {
    let ours = |name: &str, model: &str, slug: &str| {
        let text = page(&format!("{name} Rule ({model})"), name, &format!("**Driver model: {model}**\n"));
        let text = text.replace("---\n#", "family: x\napplicability: kernel\n---\n#");
        format!("{text}\n## See also\n\n[There](https://learn.microsoft.com/windows-hardware/drivers/devtest/{slug})\n")
    };
    let own = of(&[
        ("rules/wdm/Latch.md", ours("Latch", "WDM", "wdm-latch")),
        ("rules/wdm/Gate.md", ours("Gate", "WDM", "wdm-gate")),
        ("rules/wdm/bolt.md", ours("Door", "KMDF", "kmdf-door")),
    ]);
    let docs = of(&[
        ("wdm-latch.md", page("Lock rule (WDM)", "Lock", "**Driver model: WDM**\n")),
        ("wdm-gate.md", page("Gate rule (KMDF)", "Gate", "**Driver model: KMDF**\n")),
        ("kmdf-door.md", page("Door rule (KMDF)", "Door", "**Driver model: KMDF**\n")),
        ("wdm-bolt.md", page("Bolt rule (WDM)", "Bolt", "**Driver model: WDM**\n")),
    ]);
    let plan = plan(&own, &docs, &Reviewed::None);
    let steps: Vec<_> = plan.steps.iter().map(|step| (step.path.as_str(), step.moved_from.as_deref())).collect();
    assert_eq!(
        steps,
        [
            ("rules/kmdf/Gate.md", Some("rules/wdm/Gate.md")),
            ("rules/wdm/Lock.md", Some("rules/wdm/Latch.md")),
            ("rules/wdm/bolt.md", None),
        ]
    );
    let refused: Vec<_> = plan.refused.iter().map(|entry| entry.message.as_str()).collect();
    assert_eq!(refused, ["`rules/wdm/Bolt.md` would stand in the place of `rules/wdm/bolt.md`"]);
}

/// A specification that rests on a sentence is not taken for reviewed because something else was written.
#[test]
fn changed_sentences_stay_open_until_somebody_has_looked() {
    let docs = of(&[("wdm-latch.md", page("Latch rule (WDM)", "Latch", "**Driver model: WDM**\n"))]);
    let started = plan(&Catalog::default(), &docs, &Reviewed::None).steps.remove(0);
    let spec = "```yaml\nforbid: {calls: [\"LatchOpen(...)\"]}\n```";
    let text = started.text.replace("Specification\n\nFIXME", &format!("Specification\n\n{spec}"));
    let own = of(&[(started.path.as_str(), text)]);
    let kinds = |own: &Catalog, docs: &Catalog| {
        let known = KnownDifferences::default();
        let entries = sync(&Inputs { own, docs, reference: None, known: &known, only: &[] });
        entries.into_iter().map(|entry| entry.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&own, &docs), ["prose-unrecorded"]);
    let written = |own: &Catalog, docs: &Catalog, reviewed: &Reviewed| {
        let step = plan(own, docs, reviewed).steps.remove(0);
        of(&[(step.path.as_str(), step.text)])
    };
    let own = written(&own, &docs, &Reviewed::None);
    assert_eq!(kinds(&own, &docs), Vec::<String>::new());
    let more = "Twice is wrong.\n\n**Driver model: WDM**\n\n## Applies to\n\n[**LatchOpen**](/nf-wdm-latchopen)\n";
    let changed = of(&[("wdm-latch.md", page("Latch rule (WDM)", "Latch", more))]);
    assert_eq!(kinds(&own, &changed), ["api-added", "prose-changed"]);
    let own = written(&own, &changed, &Reviewed::These(vec![rule("wdm/Other")]));
    assert_eq!(kinds(&own, &changed), ["prose-changed"]);
    let own = written(&own, &changed, &Reviewed::These(vec![rule("WDM/latch")]));
    assert_eq!(kinds(&own, &changed), Vec::<String>::new());
    assert_eq!(plan(&own, &changed, &Reviewed::All).steps, []);
}

/// Needs the upstream pages: set `RULEBOOK_UPSTREAM`.
#[test]
fn our_pages_are_as_they_would_be_written_and_any_other_can_be_started() {
    let Some(root) = upstream() else { return };
    let own = own();
    let docs = texts(&root.join("devtest"));
    let current = plan(&own, &catalog(&of_own_rules(&docs, &own)), &Reviewed::All);
    assert_eq!((current.steps, current.refused), (Vec::new(), Vec::new()));
    let all = plan(&Catalog::default(), &catalog(&docs), &Reviewed::None);
    assert_eq!((all.steps.len(), all.refused), (437, Vec::new()));
}
