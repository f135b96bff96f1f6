//! See `rulebook_fuzz::project`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulebook_fuzz::project(bytes));
