//! Feeds changed model files to the readers for as long as asked: `mutate_model_files TARGET SECONDS [SEED]`.
//!
//! A panic ends it with the seed in view; what it prints at the end is how much was tried.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what it prints is what it is for"
)]

#[path = "../tests/parts/mutate.rs"]
mod mutate;

use std::{process::ExitCode, time::Duration};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("", String::as_str);
    let number = |at: usize| arguments.get(at).and_then(|number| number.parse().ok());
    let (seconds, seed) = (number(1).unwrap_or(10), number(2).unwrap_or(0));
    let Some(target) = mutate::TARGETS.iter().find(|target| target.name == name) else {
        eprintln!("no target {name:?}: safetensors, gguf, config, template");
        return ExitCode::from(2);
    };
    println!("{name}, {seconds} s, seed {seed}");
    let found = mutate::run(target, Duration::from_secs(seconds), seed);
    println!("{found:?}");
    ExitCode::SUCCESS
}
