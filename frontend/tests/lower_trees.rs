//! Lowering of whole trees of real drivers; the tree is given by the environment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rulebook_frontend::{Cache, discover, load};
use rulebook_machine::semantics::Language;

#[derive(serde::Deserialize)]
struct Document {
    language: Language,
}

/// Almost every function of real drivers can be trusted, and none makes lowering panic.
#[test]
fn most_functions_of_real_drivers_are_trusted() {
    let Some(tree) = std::env::var_os("RULEBOOK_SAMPLES") else {
        return;
    };
    let document: Document = serde_yaml::from_str(include_str!("../../catalog/semantics/language.yaml")).unwrap();
    let (projects, _) = discover(&[PathBuf::from(tree)]);
    let cache = Cache::new();
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut functions, mut untrusted) = (0, 0);
    for project in &projects {
        let program = load(project, &document.language, &cache, true);
        for (file, unit) in program.files.iter().zip(&program.units) {
            functions += unit.functions.len() + unit.untrusted.len();
            untrusted += unit.untrusted.len();
            for item in &unit.untrusted {
                let reason = item.reason.split(" (line").next().unwrap_or_default().to_owned();
                let line = file.lines.line(item.loc.span.start);
                reasons.entry(reason).or_default().push(format!("{}:{line} {} {}", file.path, item.name, item.reason));
            }
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    for (reason, places) in &reasons {
        println!("{:6} {reason}", places.len());
        for place in places.iter().take(200) {
            println!("         {place}");
        }
    }
    println!("functions {functions}, untrusted {untrusted}");
    assert!(functions > 1000, "{functions} functions: is this a tree of drivers?");
    assert!(untrusted * 20 < functions, "{untrusted} of {functions} functions are not trusted");
}
