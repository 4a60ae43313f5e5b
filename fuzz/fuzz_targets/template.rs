//! Whatever the text is, rendering it as a chat template ends in an answer.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = stakeout::model::untrusted::template(text);
});
