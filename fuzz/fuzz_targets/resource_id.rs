//! See `azvault_fuzz::resource_id`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| azvault_fuzz::resource_id::check(data));
