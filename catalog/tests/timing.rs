//! Reading all pages takes less than half a second on two cores, in a release build.

mod support;

use std::time::Instant;

use rulebook_catalog::Catalog;
use support::upstream;

#[test]
fn all_pages_are_read_in_half_a_second() {
    let Some(root) = upstream() else { return };
    let mut best = f64::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        let (rules, _) = Catalog::load_pages(&root.join("devtest"));
        let (apis, _) = Catalog::load_ddi(&root.join("ddi"));
        assert_eq!((rules.rules().len(), apis.len()), (437, 1_750));
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("read all pages in {best:.3} s");
    // A debug build is slower by an order of magnitude and says nothing.
    assert!(cfg!(debug_assertions) || best < 0.5, "took {best:.3} s");
}
