//! See `rulebook_fuzz::page`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulebook_fuzz::page(bytes));
