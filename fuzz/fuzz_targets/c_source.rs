//! See `rulebook_fuzz::c_source`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulebook_fuzz::c_source(bytes));
