//! Reading all pages takes about a quarter of a second on two free cores, in a release build.

mod support;

use std::time::Instant;

use rulebook_catalog::Catalog;
use support::upstream;

#[test]
fn all_pages_are_read_in_a_moment() {
    let Some(root) = upstream() else { return };
    let mut best = f64::MAX;
    for _ in 0..if cfg!(debug_assertions) { 1 } else { 5 } {
        let start = Instant::now();
        let (rules, _) = Catalog::load_pages(&root.join("devtest"));
        let (apis, _) = Catalog::load_ddi(&root.join("ddi"));
        assert_eq!((rules.rules().len(), apis.len()), (437, 1_750));
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("read all pages in {best:.3} s");
    // The bound is wide because other work may hold the cores; a debug build says nothing at all.
    assert!(cfg!(debug_assertions) || best < 2.0, "took {best:.3} s");
}
