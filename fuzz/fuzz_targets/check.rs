//! See `rulebook_fuzz::check`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulebook_fuzz::check(bytes));
