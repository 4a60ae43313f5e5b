//! Where the analyst was looking when a session was left, kept in a file beside it. It may be lost, or belong to an older program.

use std::{fs, path::Path};

use super::lock::beside;

/// Longest place read, in bytes.
const LONGEST: u64 = 1 << 18;

/// Keeps the place for the session at `path`. A failure costs the place and nothing else.
pub fn write(path: &Path, place: &str) {
    let new = beside(path, "-place-new");
    if fs::write(&new, place).is_ok() {
        drop(fs::rename(&new, beside(path, "-place")));
    }
}

/// The place kept for the session at `path`.
pub fn read(path: &Path) -> Option<String> {
    let place = beside(path, "-place");
    let is_short = fs::metadata(&place).is_ok_and(|found| found.is_file() && found.len() <= LONGEST);
    is_short.then(|| fs::read_to_string(&place).ok()).flatten()
}
