//! Rendering in a process of its own: an order goes in, the text comes out, and what takes too much memory dies alone.
//!
//! Invariant: the child runs this program and nothing else, is given the order alone, and never outlives the call.

use std::{
    io::{Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use super::render::{self, Order};

/// The command of the program that carries out one order, from standard input to standard output.
pub const WORD: &str = "render-template";
/// Time a template may take, with the start of a process on a busy machine.
const TIME: Duration = Duration::from_secs(10);
/// Bytes of memory, program included, that rendering may take.
const MEMORY: u64 = 128 << 20;
/// Bytes of an order; a template of a real model takes some ten thousand.
const ORDER: u64 = 64 << 20;

/// Has an order carried out by another process of this program.
pub fn render(program: &Path, order: &Order) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("it could not be rendered in a process of its own: {error}");
    let order = serde_json::to_vec(order).map_err(|error| failed(error.into()))?;
    let mut child = Command::new(program)
        .arg(WORD)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let answer = exchange(&mut child, order);
    // It may have ended already.
    let _ = child.kill();
    let _ = child.wait();
    match answer {
        Some(answer) => {
            serde_json::from_slice(&answer).unwrap_or_else(|_| Err("it takes too much memory".into()))
        }
        None => Err("it runs too long".into()),
    }
}

/// What the child answers; `None` when the time is over.
fn exchange(child: &mut Child, order: Vec<u8>) -> Option<Vec<u8>> {
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let (sender, answer) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A child that died has no more to say than it said.
        if let Some(mut input) = input {
            let _ = input.write_all(&order);
        }
        if let Some(output) = output {
            let _ = output.take(ORDER).read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    answer.recv_timeout(TIME).ok()
}

/// Carries out one order: the other end of [`render`].
pub fn serve(input: impl Read, mut output: impl Write) -> std::io::Result<()> {
    limit_memory();
    let order: Order = serde_json::from_reader(input.take(ORDER))?;
    serde_json::to_writer(&mut output, &render::render(&order))?;
    output.flush()
}

/// Where the system keeps no such limit, time alone bounds what is taken.
fn limit_memory() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        // Nobody wants to keep what a hostile template left in memory; a lower limit that is in force already stays.
        for (resource, most) in [(Resource::Core, 0), (Resource::As, MEMORY)] {
            let limit = Rlimit {
                current: Some(most),
                ..getrlimit(resource)
            };
            let _ = setrlimit(resource, limit);
        }
    }
}
