//! The most memory the process held.

/// The most memory this process has held, files it has mapped included.
pub fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.map_or("unknown".to_owned(), |line| {
        let kilobytes: f64 = line
            .split_whitespace()
            .nth(1)
            .and_then(|word| word.parse().ok())
            .unwrap_or(0.0);
        format!("{:.2} GB", kilobytes / 1e6)
    })
}
