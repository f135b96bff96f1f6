//! What people type and what they get, case by case: `TRYCMD=overwrite cargo test -p rulebook` writes what is said now.

#[test]
fn commands_say_what_the_cases_show() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd");
}
