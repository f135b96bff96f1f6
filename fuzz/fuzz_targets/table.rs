//! See `rulebook_fuzz::table`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulebook_fuzz::table(bytes));
