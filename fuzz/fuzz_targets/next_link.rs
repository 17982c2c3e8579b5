//! See `azvault_fuzz::next_link`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| azvault_fuzz::next_link::check(data));
