//! Whatever the bytes are, reading them as config.json ends in an answer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = stakeout::model::untrusted::config(bytes);
});
