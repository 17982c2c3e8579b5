//! See `azvault_fuzz::challenge`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| azvault_fuzz::challenge::check(data));
