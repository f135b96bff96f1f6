//! See `rulebook_fuzz::allow`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rulebook_fuzz::allow(bytes));
