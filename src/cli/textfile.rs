//! Text files the analyst names: read within a limit, whatever stands at the path.

use std::{fs, io::Read as _, path::Path};

use super::failure::Failure;

/// The text of a file of at most `limit` bytes; `wrong` makes the failure of a file that is no such text.
pub fn read(
    path: &Path,
    limit: u64,
    wrong: impl Fn(&'static str) -> Failure,
    too_large: &'static str,
) -> Result<String, Failure> {
    let unreadable = |reason| Failure::Unreadable {
        path: path.to_owned(),
        reason,
    };
    // Devices have no length to ask for, so the limit holds while reading.
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(wrong(too_large));
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong("is not UTF-8 text"))?;
    if text.trim().is_empty() {
        return Err(wrong("is empty"));
    }
    Ok(text)
}
