//! Where and with how many threads a model is computed: the same options for every command that opens one.
//!
//! Invariant: the thread pool is made once in a run of the program; whoever computes later computes with as many threads.

use std::{num::NonZero, thread};

use super::{Setting, args::ComputeArguments};
use crate::model::OpenOptions;

/// How to open a model.
pub fn open_options(setting: &Setting, arguments: &ComputeArguments) -> OpenOptions {
    OpenOptions {
        device: arguments.device,
        precision: arguments.dtype,
        adapter: arguments.adapter.clone(),
        renderer: setting.renderer.clone(),
    }
}

/// Threads to compute with: as asked for, as configured, or one for each processor.
pub fn threads(setting: &Setting, arguments: &ComputeArguments) -> usize {
    match arguments.threads.map_or(setting.config.threads, usize::from) {
        0 => thread::available_parallelism().map_or(1, NonZero::get),
        threads => threads,
    }
}

/// Makes the thread pool.
pub fn use_threads(threads: usize) {
    // A pool that exists already keeps its size: a second scan in one run of the program computes as the first did.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global();
}
