//! How long a key takes to change the screen of the real program, in a terminal: idle, and while a scan uses every core; how
//! long an opened session takes to show itself, and what it does when nobody does anything.
//!
//! Prints figures; no assertion, the machine decides. `cargo bench --bench keys`

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step ends the measurement"
)]

use std::{
    fs,
    io::{Write as _, stdout},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

#[expect(dead_code, reason = "tests use the rest of it")]
#[path = "../tests/support/pty.rs"]
mod pty;

use pty::Pty;

/// Times the help is opened and closed again.
const TIMES: usize = 200;
/// How long the program is watched while nobody does anything.
const WATCHED: Duration = Duration::from_secs(5);

/// Median, 99th percentile and largest, milliseconds.
fn told(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    format!(
        "median {:.1} ms, 99 % {:.1} ms, at most {:.1} ms ({} keys)",
        at(0.5),
        at(0.99),
        at(1.0),
        times.len()
    )
}

/// Milliseconds from each key to the screen it leads to.
fn keys(pty: &mut Pty, times: usize) -> Vec<f64> {
    let mut found = Vec::new();
    for number in 0..times {
        let opens = number % 2 == 0;
        // Not in step with what the program does by itself.
        thread::sleep(Duration::from_millis(40 + (number as u64 * 37) % 50));
        let since = Instant::now();
        pty.send(if opens { "?" } else { "\u{1b}" });
        pty.wait("the help comes and goes", |screen| {
            screen.contents().contains("┌ Keys") == opens
        });
        found.push(since.elapsed().as_secs_f64() * 1e3);
    }
    found
}

/// Processor time of a process so far, seconds.
fn busy(process: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let ticks = text
        .rsplit(") ")
        .next()
        .into_iter()
        .flat_map(|rest| rest.split(' ').skip(11).take(2));
    ticks.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn main() {
    let mut out = stdout();
    let home = tempfile::tempdir().unwrap();
    let session = home.path().join("kept").display().to_string();
    let scanned = Command::new(assert_cmd::cargo::cargo_bin("stakeout"))
        .args(["demo", "--budget", "quick", "--headless", "--session", &session])
        .env("STAKEOUT_HOME", home.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(scanned.code(), Some(1));

    let mut shown = Vec::new();
    for _ in 0..20 {
        let since = Instant::now();
        let mut pty = Pty::start(home.path(), &["open", &session], &[]);
        pty.wait_text("F-1");
        shown.push(since.elapsed().as_secs_f64() * 1e3);
        pty.send("q");
        pty.ended();
    }
    writeln!(
        out,
        "from the start to a saved session on the screen: {}",
        told(shown)
    )
    .unwrap();

    let mut pty = Pty::start(home.path(), &["open", &session], &[]);
    pty.wait_text("F-1");
    writeln!(out, "key to screen, idle: {}", told(keys(&mut pty, TIMES))).unwrap();
    let (written, worked) = (pty.quiet(), busy(pty.process()));
    thread::sleep(WATCHED);
    writeln!(
        out,
        "untouched for {} s: {} bytes written, {:.2} % of a core",
        WATCHED.as_secs(),
        pty.raw().len() - written,
        100.0 * (busy(pty.process()) - worked) / WATCHED.as_secs_f64()
    )
    .unwrap();
    pty.send("q");
    pty.ended();

    let mut pty = Pty::start(home.path(), &["demo", "--budget", "deep"], &[]);
    pty.wait_text("leaks");
    let (since, worked) = (Instant::now(), busy(pty.process()));
    let found = keys(&mut pty, TIMES);
    let cores = (busy(pty.process()) - worked) / since.elapsed().as_secs_f64();
    writeln!(
        out,
        "key to screen while a scan uses {cores:.1} cores: {}",
        told(found)
    )
    .unwrap();
    pty.send("\u{3}\u{3}");
    pty.ended();
}
