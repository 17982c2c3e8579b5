//! See `azvault_fuzz::token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| azvault_fuzz::token::check(data));
