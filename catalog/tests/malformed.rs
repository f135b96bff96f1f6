//! Broken pages of every kind: each is told of where it is wrong, none takes anything else with it.

mod broken;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rulebook_catalog::api_facts::ApiFacts;
use rulebook_catalog::rules::rules_of;
use rulebook_catalog::{Catalog, bundled};

/// How often what repeats does: a page that took the square of its length would not come to an end in a test.
const MANY: usize = 20_000;

fn facts() -> ApiFacts {
    let files: Vec<_> = bundled::files().iter().copied().filter(|(path, _)| path.starts_with("apis/")).collect();
    ApiFacts::parse(&files).expect("the bundled facts are whole")
}

#[test]
fn broken_pages_are_told_of_and_the_others_are_read() {
    let dir = tempfile::tempdir().unwrap();
    broken::write(dir.path(), MANY);
    let (catalog, mut problems) = Catalog::load_pages(dir.path());
    let (_, wrong) = rules_of(&catalog, &facts());
    problems.extend(wrong);
    let ids: BTreeSet<String> = catalog.rules().iter().map(|page| page.id.to_string()).collect();
    for good in ["wdm/Good", "wdm/Inside", "wdm/Nul", "wdm/Latin", "wdm/B1", "wdm/Long"] {
        assert!(ids.contains(good), "{good} is lost");
    }
    let good = catalog.rule(&"wdm/Good".parse().unwrap()).unwrap();
    assert_eq!(good.applies_to().map(|api| api.name.as_str()).collect::<Vec<_>>(), ["First"]);
    problems.sort_by(|a, b| (&a.place, &a.code).cmp(&(&b.place, &b.code)));
    let root = format!("{}/", dir.path().to_string_lossy().replace('\\', "/"));
    let mut shown = String::new();
    let mut before = String::new();
    let mut alike = 0;
    let mut unreadable = Vec::new();
    for problem in &problems {
        let place = problem.place.to_string().replace(&root, "");
        // What only some file systems have is told of below.
        if ["locked.md", "loop-a.md", "loop-b.md", "link-broken.md"].contains(&place.as_str()) {
            unreadable.push(format!("{place} {}", problem.code));
            continue;
        }
        let file = place.split(':').next().unwrap_or_default().to_owned();
        alike = if file == before { alike + 1 } else { 0 };
        before = file;
        if alike < 3 {
            let line = format!("{place} [{}] {}", problem.code, problem.message);
            let long = line.chars().count() > 240;
            let _ = writeln!(shown, "{}{}", line.chars().take(240).collect::<String>(), if long { "…" } else { "" });
        }
    }
    insta::assert_snapshot!("malformed", shown);
    // Who may read everything is told of no lock.
    unreadable.retain(|told| !told.starts_with("locked"));
    if cfg!(unix) {
        assert_eq!(
            unreadable,
            ["link-broken.md", "loop-a.md", "loop-b.md"].map(|name| format!("{name} page/unreadable"))
        );
    }
}

#[test]
fn a_page_too_large_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(dir.path().join("big.md")).unwrap();
    // Fifty million bytes, without writing them.
    file.set_len(50_000_000).unwrap();
    std::fs::write(dir.path().join("good.md"), broken::GOOD).unwrap();
    let (catalog, problems) = Catalog::load_pages(dir.path());
    let told: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!((catalog.rules().len(), told.as_slice()), (1, &["is larger than 16 MiB, too large for a page"][..]));
}

/// Pages that nothing can be made of are told of; those whose form is merely odd are read.
#[test]
fn every_page_has_its_place_in_the_table() {
    let names: Vec<&str> = broken::pages(10).into_iter().map(|(name, _)| name).collect();
    let once: BTreeSet<&&str> = names.iter().collect();
    assert_eq!(once.len(), names.len(), "two pages have one name");
    assert!(names.len() >= 40, "only {} pages", names.len());
}
