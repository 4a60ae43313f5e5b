//! Measuring: medians over rounds, wall time beside processor time, and the most memory the process held.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::time::Instant;

/// What some work took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// Seconds on the clock.
    pub wall: f64,
    /// Seconds of all cores together; equal to `wall` where the system does not tell.
    pub cpu: f64,
}

/// Runs work once.
pub fn took(work: impl FnOnce()) -> Took {
    let (cpu, start) = (cpu_seconds(), Instant::now());
    work();
    let wall = start.elapsed().as_secs_f64();
    let cpu = cpu.zip(cpu_seconds()).map_or(wall, |(from, to)| to - from);
    Took { wall, cpu }
}

/// The median, by wall time, of some rounds.
pub fn median(rounds: &[Took]) -> Took {
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Took {
        wall: middle(rounds.iter().map(|took| took.wall).collect()),
        cpu: middle(rounds.iter().map(|took| took.cpu).collect()),
    }
}

/// Seconds of processor time this process has used, to a hundredth.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / 100.0)
}

/// One line of a table: what, how many of what a second on the clock and per second of one core, and the ratio to a baseline.
pub fn line(name: &str, count: f64, unit: &str, took: Took, baseline: Option<(f64, Took)>) {
    let (wall, cpu) = (count / took.wall, count / took.cpu.max(0.01));
    let ratio = baseline.map_or(String::new(), |(other, its)| {
        format!(
            "  {:>6.2}x wall, {:>6.2}x per core",
            wall / (other / its.wall),
            cpu / (other / its.cpu.max(0.01))
        )
    });
    println!("{name:<44} {wall:>10.1} {unit}/s  {cpu:>10.1} {unit}/core-s{ratio}");
}
