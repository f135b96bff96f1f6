//! See `rulebook_fuzz::pattern`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulebook_fuzz::pattern(bytes));
