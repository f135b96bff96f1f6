//! Whatever fuzzing kept is read once more, by the same bodies, with a stable compiler: `fuzz/corpus` and
//! `fuzz/regressions`.

#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "for the targets it is a crate")]
mod bodies;

use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[test]
fn what_fuzzing_kept_breaks_nothing() {
    // The threads that work have this stack in the program, too.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(64 << 20).build_global();
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    for (name, body) in bodies::TARGETS {
        let mut kept = files(&fuzz.join("corpus").join(name));
        assert!(!kept.is_empty(), "`{name}` has no corpus");
        kept.extend(files(&fuzz.join("regressions").join(name)));
        let worker = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
            for path in kept {
                let bytes = fs::read(&path).expect("the corpus can be read");
                let went = std::panic::catch_unwind(|| body(&bytes));
                assert!(went.is_ok(), "`{name}` breaks at {}", path.display());
            }
        });
        worker.expect("a thread can be started").join().expect("no file of the corpus breaks anything");
    }
}
