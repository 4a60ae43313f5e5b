//! The saved sessions of a folder, listed without loading them; one bad file never hides the others.

use std::path::{Path, PathBuf};

use super::ScanState;

/// Findings by level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Levels {
    /// At level high.
    pub high: u32,
    /// At level medium.
    pub medium: u32,
    /// At level low.
    pub low: u32,
}

/// One saved session. Text is raw.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The file.
    pub path: PathBuf,
    /// The file's name without its extension.
    pub name: String,
    /// Path of the model, as scanned ("demo" for the embedded one); empty before the scan began.
    pub model: String,
    /// When it was created, milliseconds since the epoch.
    pub created_ms: i64,
    /// Where the scan stands; Running when it was cut off, unless `live`.
    pub state: ScanState,
    /// A process is writing to it now.
    pub live: bool,
    /// Findings by level.
    pub findings: Levels,
    /// Findings with a ruling in force.
    pub ruled: u32,
    /// Size of the file and its journal.
    pub size_bytes: u64,
    /// Why it cannot be read; the rest is then empty.
    pub error: Option<String>,
}

/// The sessions of a folder, newest first. A missing folder has none.
pub fn list(_dir: &Path) -> Vec<Entry> {
    Vec::new()
}

/// A readable name no file has yet: `demo-20261121-003000.stakeout` (UTC).
pub fn new_path(dir: &Path, _model_name: &str, _now_ms: i64) -> PathBuf {
    dir.join("session.stakeout")
}
