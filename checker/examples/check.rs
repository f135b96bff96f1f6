//! Prints findings in one line each: `cargo run -p rulebook-checker --example check -- PATH…`.
fn main() {
    let paths: Vec<std::path::PathBuf> = std::env::args().skip(1).map(Into::into).collect();
    let text = std::fs::read_to_string(std::env::var("TABLE").unwrap_or("checker/table.json".into())).unwrap();
    let table = rulebook_machine::Table::from_json(&text).unwrap();
    let start = std::time::Instant::now();
    let (report, _) =
        rulebook_checker::check_paths(&paths, &table, &rulebook_checker::Options::default(), &|i, n, name| {
            if std::env::var("PROGRESS").is_ok() {
                eprintln!("{:?} {i}/{n} {name}", start.elapsed())
            }
        });
    for f in &report.findings {
        println!("{} {} [{}] {} in {} {:?}", f.place, f.rule, f.entry, f.message, f.function, f.certainty);
        if std::env::var("TRACE").is_ok() {
            for s in &f.trace {
                println!("    {}{} {} <{}>", "  ".repeat(s.depth as usize), s.place, s.message, s.state);
            }
        }
    }
    for p in report.problems.iter().take(10) {
        println!("{}: {}", p.place, p.message);
    }
    println!("{:?} problems {} time {:?}", report.summary, report.problems.len(), start.elapsed());
}
