//! See `azvault_fuzz::error_body`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| azvault_fuzz::error_body::check(data));
