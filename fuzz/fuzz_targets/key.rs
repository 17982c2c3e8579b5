//! See `azvault_fuzz::key`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| azvault_fuzz::key::check(data));
